"""Words beside the pointer: what a drop would do, or why it cannot."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QLabel, QWidget

from studio.theme import current

STAY_MS = 2600


class Hint(QLabel):
    """A small label over the canvas; ``say`` with ``linger`` takes itself away after a while."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._room = parent
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setMaximumWidth(320)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.hide()

    def say(self, text: str, at: QPoint, refused: bool = False, linger: bool = False) -> None:
        """Show ``text`` beside a point of the parent; an empty text hides it."""
        self._timer.stop()
        if not text:
            self.hide()
            return
        theme = current()
        ink = theme.danger if refused else theme.text
        ground = theme.danger_soft if refused else theme.raised
        edge = theme.danger if refused else theme.border
        self.setStyleSheet(
            f"QLabel {{ color: {ink}; background: {ground}; border: 1px solid {edge};"
            " border-radius: 5px; padding: 4px 7px; font-size: 11px; }"
        )
        self.setText(text)
        self.setWordWrap(self.fontMetrics().horizontalAdvance(text) > 280)
        self.adjustSize()
        parent = self._room
        x = min(at.x() + 14, parent.width() - self.width() - 4)
        y = at.y() + 16 if at.y() + 20 + self.height() < parent.height() else at.y() - self.height() - 8
        self.move(max(4, x), max(4, y))
        self.show()
        self.raise_()
        if linger:
            self._timer.start(STAY_MS)
