"""Giving actions other keys: choose one, press the keys, and be told whose they are."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QKeyCombination, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.app import ask
from studio.app.actions import ACTIONS, MENUS, Act
from studio.app.command_palette import rank
from studio.app.keys import keys_text, take_keys_file
from studio.app.menus import plain
from studio.document.whole import write_whole
from studio.kit import Callout, SearchField
from studio.kit.keymap import keymap
from studio.theme import set_role

_MODIFIERS = (
    Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr,
    Qt.Key.Key_unknown, Qt.Key.Key_CapsLock,
)  # fmt: skip
ID = Qt.ItemDataRole.UserRole
MOST_TOLD, LONGEST = 8, 40
"""Names that were left out of an imported file, and letters of each: it may hold anything."""


class KeyField(QLineEdit):
    """Takes the keys that are pressed in it, whole; Tab and Escape do as everywhere."""

    pressed_keys = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setPlaceholderText(self.tr("Press the new keys"))
        self.setAccessibleName(self.tr("New keys: press them here"))

    def event(self, event: QEvent) -> bool:
        """Keep shortcuts of the window from acting while keys are pressed here."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, held = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in _MODIFIERS:
            return
        if key == Qt.Key.Key_Escape and not held:
            super().keyPressEvent(event)
            return
        if key == Qt.Key.Key_Enter:
            key = Qt.Key.Key_Return
        sign = event.text().isprintable() and event.text() and not event.text().isalnum()
        if sign and held == Qt.KeyboardModifier.ShiftModifier and key != Qt.Key.Key_Space:
            held = Qt.KeyboardModifier.NoModifier  # "?" is one key, though Shift is held to type it
        self.pressed_keys.emit(QKeySequence(QKeyCombination(held, key)))


class KeyDialog(QDialog):
    """All actions with their keys; ``changed`` is emitted whenever one has other keys than before."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Change the keys"))
        self.search = SearchField(self.tr("Search actions or keys"))
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        self.field = KeyField()
        self.field.pressed_keys.connect(self.offer)
        self.list = QTreeWidget()
        self.list.setAccessibleName(self.tr("Actions and their keys"))
        self.list.setRootIsDecorated(False)
        self.list.setIndentation(0)
        self.list.setUniformRowHeights(True)
        self.list.setHeaderLabels([self.tr("Action"), self.tr("Menu"), self.tr("Keys")])
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for at in (1, 2):
            self.list.header().setSectionResizeMode(at, QHeaderView.ResizeMode.ResizeToContents)
        self.list.currentItemChanged.connect(lambda *_: self._show_current())
        self.list.itemActivated.connect(lambda *_: self.field.setFocus())
        self.name = QLabel()
        set_role(self.name, "heading")
        self.reset_one = self._button(self.tr("Reset"), self.tr("Give this action its own keys back"))
        self.reset_one.clicked.connect(self._reset_one)
        self.remove = self._button(self.tr("No keys"), self.tr("Let no keys do this action"))
        self.remove.clicked.connect(lambda: self._give(QKeySequence()))
        self.told = Callout("info", "")
        self.told.hide()
        self.reset_all = self._button(self.tr("Reset all…"), self.tr("Give every action its own keys back"))
        self.reset_all.clicked.connect(self._ask_reset_all)
        self.take_in = self._button(self.tr("Import…"), self.tr("Take the keys of a file in place of these"))
        self.take_in.clicked.connect(self._import)
        self.give_out = self._button(self.tr("Export…"), self.tr("Write the keys that you changed as a file"))
        self.give_out.clicked.connect(self._export)
        close = self._button(self.tr("Done"), "")
        set_role(close, "primary")
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.setSpacing(8)
        for part, stretch in ((self.name, 2), (self.field, 2), (self.reset_one, 0), (self.remove, 0)):
            row.addWidget(part, stretch)
        foot = QHBoxLayout()
        foot.addWidget(self.reset_all)
        foot.addWidget(self.take_in)
        foot.addWidget(self.give_out)
        foot.addStretch(1)
        foot.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addLayout(row)
        column.addWidget(self.told)
        column.addLayout(foot)
        self._fill()
        keymap().changed.connect(self._refresh)
        self.resize(660, 620)
        self.search.setFocus()

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.setToolTip(tip)
        return button

    # -- the list -----------------------------------------------------------------------------------------

    def _fill(self) -> None:
        for act in ACTIONS:
            item = QTreeWidgetItem([_called(act), plain(MENUS[act.menu]), ""])
            item.setData(0, ID, act.id)
            item.setSizeHint(0, QSize(0, 26))
            self.list.addTopLevelItem(item)
        self._refresh()
        self.list.setCurrentItem(self._items()[0])

    def _items(self) -> list[QTreeWidgetItem]:
        found = (self.list.topLevelItem(at) for at in range(self.list.topLevelItemCount()))
        return [item for item in found if item is not None]

    def _refresh(self) -> None:
        keys = keymap()
        for item in self._items():
            name = item.data(0, ID)
            words_ = ", ".join(
                each.toString(QKeySequence.SequenceFormat.NativeText) for each in keys.keys(name)
            )
            if keys.is_changed(name):
                words_ = self.tr("{keys} (changed)").format(keys=words_ or "–")
            item.setText(2, words_)
        self._filter(self.search.text())
        self._show_current()

    def _filter(self, text: str) -> None:
        wanted = text.casefold().strip()
        for item in self._items():
            keys = item.text(2).casefold()
            score = rank(wanted, item.text(0))
            named = score is not None and score < 3
            item.setHidden(bool(wanted) and not (named or wanted.replace(" ", "") in keys.replace(" ", "")))
        current = self.list.currentItem()
        if current is None or current.isHidden():
            seen = next((item for item in self._items() if not item.isHidden()), None)
            if seen is not None:
                self.list.setCurrentItem(seen)

    def current(self) -> str:
        """Return the id of the action that is chosen."""
        item = self.list.currentItem()
        return str(item.data(0, ID)) if item is not None else ""

    def choose(self, name: str) -> None:
        """Choose an action."""
        item = next(item for item in self._items() if item.data(0, ID) == name)
        self.list.setCurrentItem(item)
        self.list.scrollToItem(item, QTreeWidget.ScrollHint.PositionAtCenter)

    def _show_current(self) -> None:
        name = self.current()
        act = next((each for each in ACTIONS if each.id == name), None)
        if act is None:
            return
        self.name.setText(_called(act))
        self.field.setText(keymap().words(name))
        self.reset_one.setEnabled(keymap().is_changed(name))
        self.remove.setEnabled(bool(keymap().keys(name)))
        self.told.hide()

    # -- giving -------------------------------------------------------------------------------------------

    def offer(self, keys: QKeySequence) -> None:
        """Give the chosen action keys, or say whose they are and offer to take them."""
        known, name = keymap(), self.current()
        shown = keys.toString(QKeySequence.SequenceFormat.NativeText)
        owner = known.owner(keys)
        self.told.hide()
        self.told.clear_actions()
        if owner == name:
            self._tell("info", self.tr("{keys} does this already.").format(keys=shown))
        elif known.is_fixed(keys):
            self._tell(
                "error",
                self.tr("{keys} cannot be given away.").format(keys=shown),
                self.tr("It moves the view, the focus or the choice in every list."),
            )
        elif owner:
            other = _called(next(act for act in ACTIONS if act.id == owner))
            self.told.set_kind("warning")
            self.told.set_message(
                self.tr("{keys} belongs to “{action}”.").format(keys=shown, action=other),
                self.tr("Taken from it, “{action}” is left without these keys.").format(action=other),
            )
            take = self.told.add_action(self.tr("Take it"), lambda: self._give(keys), primary=True)
            self.told.add_action(self.tr("Leave it there"), self._leave)
            self.field.setText(shown)
            self.choose(name)  # in sight, though the message takes room from the list
            self.told.show()
            take.setFocus()
        else:
            self._give(keys)

    def _tell(self, kind: str, title: str, text: str = "") -> None:
        self.told.set_kind(kind)
        self.told.set_message(title, text)
        self.told.show()

    def _leave(self) -> None:
        self._show_current()
        self.field.setFocus()

    def _give(self, keys: QKeySequence) -> None:
        keymap().give(self.current(), keys)
        self.changed.emit()
        self.list.setFocus()

    def _reset_one(self) -> None:
        keymap().reset(self.current())
        self.changed.emit()
        self.list.setFocus()

    def _ask_reset_all(self) -> None:
        if ask.yes(
            self,
            self.tr("Reset all keys?"),
            self.tr("Every action gets its own keys back; what you have changed is forgotten."),
            self.tr("Reset all"),
        ):
            keymap().reset_all()
            self.changed.emit()

    def _export(self) -> None:
        start = str(Path.home() / "bunon-keys.json")
        path = ask.new_file(self, self.tr("Export keys"), start, self._filters(), ".json")
        if path is None:
            return
        try:
            write_whole(path, keys_text())
        except OSError as error:
            self._tell("error", self.tr("The keys cannot be written."), str(error.strerror or error))
            return
        self._tell("info", self.tr("The keys are in {name} now.").format(name=path.name))

    def _import(self) -> None:
        start = str(Path.home())
        name, _ = QFileDialog.getOpenFileName(self, self.tr("Import keys"), start, self._filters())
        if not name:
            return
        called = Path(name).name
        try:
            left_out = take_keys_file(Path(name))
        except (OSError, ValueError):
            self._tell(
                "error",
                self.tr("{name} holds no keys of Bunon.").format(name=called),
                self.tr("Your keys are as they were."),
            )
            return
        self.changed.emit()
        told = self.tr("Left out, because there is no such action or key: {names}")
        names = ", ".join(each[:LONGEST] for each in left_out[:MOST_TOLD])
        text = told.format(names=names + (", …" if len(left_out) > MOST_TOLD else "")) if left_out else ""
        self._tell("info", self.tr("The keys of {name} are yours now.").format(name=called), text)

    def _filters(self) -> str:
        return self.tr("Keys (*.json)")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down:
                self.list.setFocus()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.field.setFocus()
                return True
        return super().eventFilter(watched, event)


def _called(act: Act) -> str:
    name = plain(act.text)
    return f"{plain(act.submenu)}: {name}" if act.submenu else name
