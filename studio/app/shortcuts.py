"""The overlay of all keys, made from the table of actions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from studio.app.actions import ACTIONS, KEYS, MENUS
from studio.app.menus import plain, words
from studio.theme import set_role


class ShortcutOverlay(QDialog):
    """Shows every action that has a key, by menu in three columns, and the gestures of the mouse."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        groups: list[tuple[str, list[tuple[str, str]]]] = []
        for key, title in MENUS.items():
            rows = [
                (plain(act.text), QKeySequence(act.shortcut).toString(QKeySequence.SequenceFormat.NativeText))
                for act in ACTIONS
                if act.menu == key and act.shortcut
            ]
            groups.append((plain(title), rows))
        groups.append((self.tr("Mouse"), [(words(what), words(how)) for what, how in KEYS]))
        body = QWidget()
        set_role(body, "panel")
        columns = QGridLayout(body)
        columns.setContentsMargins(24, 20, 24, 20)
        columns.setHorizontalSpacing(40)
        for at, (title, rows) in enumerate(groups):
            columns.addWidget(self._group(title, rows), at // 3, at % 3, Qt.AlignmentFlag.AlignTop)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(area)
        self.resize(1020, 620)

    def _group(self, title: str, rows: list[tuple[str, str]]) -> QWidget:
        group = QWidget()
        grid = QGridLayout(group)
        grid.setContentsMargins(0, 0, 0, 12)
        heading = QLabel(title)
        set_role(heading, "heading")
        grid.addWidget(heading, 0, 0, 1, 2)
        for row, (what, keys) in enumerate(rows, 1):
            label, value = QLabel(what), QLabel(keys)
            value.setWordWrap(True)
            set_role(label, "muted")
            grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        return group
