"""Renaming a node where it stands."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from studio.document import Refusal
from studio.theme import mono_font, set_role
from studio.words import text


class NameEditor(QLineEdit):
    """A line edit on the card.  ``rename`` may raise ``Refusal``, which is then said by ``complain``."""

    complained = Signal(str)
    done = Signal()

    def __init__(self, name: str, rename: Callable[[str], None], parent: QWidget) -> None:
        super().__init__(name, parent)
        self._rename = rename
        self._name = name
        self._over = False
        self.setFont(mono_font(12))
        self.setAccessibleName(self.tr("Name of the node"))
        self.installEventFilter(self)

    def open_at(self, at: QPoint, width: int) -> None:
        """Show with the middle of its left edge at a point of the parent, the name selected."""
        self.setGeometry(at.x(), at.y() - 14, max(120, width), 28)
        self.show()
        self.raise_()
        self.setFocus()
        self.selectAll()

    def _commit(self) -> bool:
        name = self.text().strip()
        try:
            if name != self._name:
                self._rename(name)
        except Refusal as refusal:
            set_role(self, "error", "state")
            self.complained.emit(text(refusal))
            return False
        self._finish()
        return True

    def _finish(self) -> None:
        if not self._over:
            self._over = True
            self.hide()
            self.done.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._commit()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self._finish()
                return True
        if event.type() == QEvent.Type.FocusOut and not self._over and not self._commit():
            self._finish()
        return super().eventFilter(watched, event)
