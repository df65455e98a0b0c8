"""The overlay of all keys, made from the table of actions and the keys that they have now."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio.app.actions import ACTIONS, KEYS, MENUS
from studio.app.menus import plain, words
from studio.kit import SearchField
from studio.kit.keymap import keymap
from studio.theme import set_role


class ShortcutOverlay(QDialog):
    """Shows every action that has a key, by menu in three columns, and the gestures of the mouse."""

    change_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        groups: list[tuple[str, list[tuple[str, str]]]] = []
        for key, title in MENUS.items():
            rows = [
                (plain(act.text), keymap().words(act.id))
                for act in ACTIONS
                if act.menu == key and keymap().words(act.id)
            ]
            if rows:
                groups.append((plain(title), rows))
        gestures = self.tr("Mouse")
        groups.append((gestures, [(words(what), words(how)) for what, how in KEYS]))
        self.search = SearchField(self.tr("Search actions or keys"))
        self.search.textChanged.connect(self._filter)
        self._groups: list[tuple[QWidget, list[tuple[QLabel, QLabel]]]] = []
        body = QWidget()
        set_role(body, "panel")
        across = QHBoxLayout(body)
        across.setContentsMargins(24, 20, 24, 12)
        across.setSpacing(40)
        for part in _balanced(groups, 3):
            column = QVBoxLayout()
            column.setSpacing(0)
            for title, rows in part:
                column.addWidget(self._group(title, rows, title == gestures))
            column.addStretch(1)
            across.addLayout(column, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(body)
        self.change = QPushButton(self.tr("Change…"))
        self.change.setToolTip(self.tr("Give actions other keys"))
        self.change.clicked.connect(self._change)
        close = QPushButton(self.tr("Close"))
        close.setDefault(True)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.setContentsMargins(24, 0, 24, 14)
        foot.addWidget(self.change)
        foot.addStretch(1)
        foot.addWidget(close)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        head = QHBoxLayout()
        head.setContentsMargins(24, 16, 24, 0)
        head.addWidget(self.search)
        self.none = QLabel(self.tr("No action is called that, and none has such keys."))
        self.none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self.none, "muted")
        self.none.hide()
        self._area = area
        whole.addLayout(head)
        whole.addWidget(self.none, 1)
        whole.addWidget(area, 1)
        whole.addLayout(foot)
        room = parent.window().height() - 60 if parent is not None else 0
        self.resize(1080, max(680, min(980, room)))
        self.search.setFocus()

    def _filter(self, text: str) -> None:
        """Show what has all words in its name or its keys."""
        wanted = text.casefold().split()
        any_found = False
        for group, labels in self._groups:
            found = False
            for label, value in labels:
                said = f"{label.text()} {value.text()}".casefold()
                shown = all(word in said for word in wanted)
                label.setVisible(shown)
                value.setVisible(shown)
                found = found or shown
            group.setVisible(found)
            any_found = any_found or found
        self._area.setVisible(any_found)
        self.none.setVisible(not any_found)

    def _change(self) -> None:
        self.accept()
        self.change_wanted.emit()

    def _group(self, title: str, rows: list[tuple[str, str]], sentences: bool) -> QWidget:
        group = QWidget()
        grid = QGridLayout(group)
        grid.setContentsMargins(0, 0, 0, 12)
        labels: list[tuple[QLabel, QLabel]] = []
        heading = QLabel(title)
        set_role(heading, "heading")
        grid.addWidget(heading, 0, 0, 1, 2)
        for row, (what, keys) in enumerate(rows, 1):
            label, value = QLabel(what), QLabel(keys)
            set_role(label, "muted")
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
            value.setWordWrap(sentences)  # a sentence breaks, keys never do
            labels.append((label, value))
            grid.addWidget(label, row, 0)
            grid.addWidget(value, row, 1)
        self._groups.append((group, labels))
        grid.setColumnStretch(0, 2 if sentences else 1)
        grid.setColumnStretch(1, 3 if sentences else 0)
        grid.setVerticalSpacing(8 if sentences else 6)
        return group


def _balanced(
    groups: list[tuple[str, list[tuple[str, str]]]], columns: int
) -> list[list[tuple[str, list[tuple[str, str]]]]]:
    """Share groups out among columns, in their order, so that no column is much longer than the others."""
    total = sum(len(rows) + 2 for _, rows in groups)
    parts: list[list[tuple[str, list[tuple[str, str]]]]] = [[]]
    tall = 0
    for group in groups:
        size = len(group[1]) + 2
        if parts[-1] and len(parts) < columns and tall + size / 2 > total / columns * len(parts):
            parts.append([])
        parts[-1].append(group)
        tall += size
    return parts
