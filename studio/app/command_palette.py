"""Ctrl+Shift+P: any action by name, from the keyboard."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from studio.kit import SearchField


def rank(query: str, text: str) -> int | None:
    """Return how well ``text`` answers ``query`` (smaller is better), or ``None`` where it does not.

    All letters must come in order; whole words and beginnings win.
    """
    query, text = query.casefold().strip(), text.casefold()
    if not query:
        return 0
    at = text.find(query)
    if at >= 0:
        return 0 if at == 0 else 1 if text[at - 1] == " " else 2
    place = -1
    for letter in query.replace(" ", ""):
        place = text.find(letter, place + 1)
        if place < 0:
            return None
    return 3


class CommandPalette(QDialog):
    """Lists the actions that answer what is typed; Return does the chosen one; a disabled one says why."""

    def __init__(self, actions: Iterable[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Find an action"))
        self.setFixedSize(520, 380)
        self._actions = [action for action in actions if action.text()]
        self.field = SearchField(self.tr("What do you want to do?"))
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        self.field.textChanged.connect(self._fill)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(self._do)
        self.list.ensurePolished()
        self._fill("")
        self.field.setFocus()

    def _fill(self, query: str) -> None:
        self.list.clear()
        found = [(rank(query, self._name(action)), action) for action in self._actions]
        for _, action in sorted(
            ((score, action) for score, action in found if score is not None),
            key=lambda pair: (pair[0], not pair[1].isEnabled()),
        ):
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            item = QListWidgetItem(action.icon(), self._name(action) + (f"    {keys}" if keys else ""))
            item.setData(Qt.ItemDataRole.UserRole, action.objectName())
            if not action.isEnabled():
                item.setFlags(Qt.ItemFlag.ItemIsSelectable)
                item.setText(self.tr("{action}: {why}").format(action=item.text(), why=action.statusTip()))
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _name(self, action: QAction) -> str:
        return action.text().replace("&", "").rstrip("…")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None and self.list.count():
                self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._do(self.list.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _do(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        wanted = item.data(Qt.ItemDataRole.UserRole)
        action = next(one for one in self._actions if one.objectName() == wanted)
        if action.isEnabled():
            self.close()
            action.trigger()
