"""Writing on a frame or note where it stands."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from studio.theme import ui_font

LEAST_WIDTH = 180
LINE = 30
NOTE_HEIGHT = 84
_ENDS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class MarkEditor(QPlainTextEdit):
    """One line for a title, several for a note.  It emits ``written`` unless Escape ends it, then ``over``.

    Enter ends a title, Ctrl+Enter a note, a click elsewhere both.
    """

    written = Signal(str)
    over = Signal()

    def __init__(self, text: str, name: str, one_line: bool, area: QRectF, parent: QWidget) -> None:
        super().__init__(text, parent)
        self.area = area
        self.one_line = one_line
        self._ended = False
        self.setFont(ui_font(13, bold=True) if one_line else ui_font(12))
        self.setAccessibleName(name)
        self.setPlaceholderText(name)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        if one_line:
            self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            self.document().setDocumentMargin(1)
        else:
            self.setToolTip(self.tr("Ctrl+Enter ends, Esc gives up"))

    def stand_at(self, place: QRect, above: bool = False) -> None:
        """Stand where the words are, at a rectangle of the parent, or above it."""
        wide = max(LEAST_WIDTH, min(place.width(), 520))
        high = LINE if self.one_line else max(NOTE_HEIGHT, place.height())
        self.setGeometry(place.x(), place.y() - (high if above else 0), wide, high)

    def begin(self) -> None:
        """Show, with everything selected."""
        self.show()
        self.raise_()
        self.setFocus()
        self.selectAll()

    def end(self, keep: bool) -> None:
        """Be done, with what was written (``keep``) or without it."""
        if self._ended:
            return
        self._ended = True
        text = self.toPlainText()
        if self.one_line:
            text = " ".join(text.split())
        if keep:
            self.written.emit(text.strip())
        self.over.emit()

    def event(self, event: QEvent) -> bool:
        # Enter and Escape are the editor's own, whatever the window does with them.
        own = (*_ENDS, Qt.Key.Key_Escape, Qt.Key.Key_F2)
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in own
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.key() == Qt.Key.Key_Escape:
            self.end(keep=False)
        elif event.key() in _ENDS and (self.one_line or ctrl):
            self.end(keep=True)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:  # the menu of the right button comes back
            self.end(keep=True)
