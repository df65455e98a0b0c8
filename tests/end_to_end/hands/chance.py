"""What all random hands share: chance, what there is to choose from, typing, and answers to questions."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QInputDialog,
    QLineEdit,
    QMenu,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from studio.app.actions import ACTIONS
from studio.app.command_palette import CommandPalette
from studio.app.compare_dialog import CompareDialog
from studio.app.new_dialog import NewDialog
from studio.app.window import MainWindow
from studio.canvas.node_item import NodeItem
from tests.end_to_end.user import User

Key, Button = Qt.Key, Qt.MouseButton
ALT, CTRL, SHIFT, NONE = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)
ARROWS = (Key.Key_Left, Key.Key_Right, Key.Key_Up, Key.Key_Down)
LEFT_ALONE = {"quit", "print", "train", "train_batch", "pause", "stop", "continue"}
"""Actions that end the program, need a printer or train: the only ones that no random hand takes."""
COMMON = (
    "Dense", "Conv2D", "MaxPooling2D", "Flatten", "Concatenate", "Add", "LSTM", "Dropout", "Embedding",
    "MultiHeadAttention", "BatchNormalization", "Reshape", "Bidirectional", "Input", "Output",
)  # fmt: skip
WORDS = (
    "3", "0", "-1", "7", "2, 2", "(3, 3)", "0.5", "1e9", "4*4", "relu", "none", "", "x", "1/0", "same",
    "dense", "class", "print", "éß", "শিখা", "a b", "99999999999", "nan", "__import__", "valid", "True",
    "units", "𝄞", "n" * 300, "9" * 400,
)  # fmt: skip


class Chance(User):
    """A user who leaves every choice to chance; the same seed makes the same choices."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        super().__init__(window, qtbot)
        self.chance = random.Random(0)
        self._answering = False

    # -- choosing ------------------------------------------------------------------------------------------

    def some(self, things: Sequence[Any]) -> Any:
        return self.chance.choice(things) if things else None

    def now_and_then(self, share: float) -> bool:
        return self.chance.random() < share

    def spot(self) -> QPoint:
        area = self.view.viewport().rect()
        return QPoint(self.chance.randrange(area.width()), self.chance.randrange(area.height()))

    def a_card(self) -> NodeItem | None:
        card: NodeItem | None = self.some(list(self.view.mirror.nodes.values()))
        return card

    def middle(self, card: NodeItem) -> QPoint:
        at: QPoint = self.view.mapFromScene(card.card().center())
        return at

    def a_socket(self) -> QPoint:
        card = self.a_card()
        if card is None:
            return self.spot()
        socket = self.some([*card.look.inputs, *card.look.outputs])
        if socket is None:
            return self.middle(card)
        at: QPoint = self.view.mapFromScene(card.socket_pos(socket))
        return at

    def a_wire(self) -> QPoint | None:
        wire = self.some(list(self.view.mirror.wires.values()))
        return None if wire is None else self.view.mapFromScene(wire.middle())

    def a_mark(self) -> Any:
        return self.some([item for item in self.view.mirror.marks.items.values() if item.isVisible()])

    def held(self) -> Qt.KeyboardModifier:
        held: Qt.KeyboardModifier = self.some([NONE, NONE, NONE, NONE, ALT, SHIFT, CTRL])
        return held

    def double_click(self, at: QPoint) -> None:
        """Press twice, as a window system tells it: the second press and its release come at once."""
        self.click(at)
        QTest.mouseDClick(self.view.viewport(), Button.LeftButton, NONE, at)
        self.release(at)

    # -- keys ------------------------------------------------------------------------------------------

    def press_key(self, keys: str) -> None:
        """Press a shortcut while the drawing has the focus."""
        self.view.setFocus()
        self.key(keys)

    def answer_popup(self) -> str:
        """Type into the search that an act opened, and take a row or give up."""
        popup = self.view.popup
        if popup is None:
            return ""
        letters = self.some(["", "d", "conv", "add", "zzz", "in", "ou", "b"])
        QTest.keyClicks(popup.field, letters)
        for _ in range(self.chance.randrange(4)):
            QTest.keyClick(popup.field, Key.Key_Down)
        end = self.some([Key.Key_Return, Key.Key_Return, Key.Key_Return, Key.Key_Escape])
        QTest.keyClick(popup.field, end)
        return f"{letters} {end.name}"

    def write_here(self) -> str:
        """Type into the editor that an act opened on the canvas."""
        fields = self.view.findChildren(QLineEdit) + self.view.findChildren(QPlainTextEdit)
        shown = [one for one in fields if one.isVisible() and one.hasFocus()]
        if not shown:
            return ""
        text = self.some(WORDS)
        write(shown[0], text)
        end, held = self.some([(Key.Key_Return, NONE), (Key.Key_Escape, NONE), (Key.Key_Return, CTRL)])
        if usable(shown[0]):
            QTest.keyClick(shown[0], end, held)
        if self.view.name_editor is not None:  # a name that is refused stays open until one gives up
            QTest.keyClick(self.view.name_editor, Key.Key_Escape)
        return f"{text!r} {end.name}"

    def after(self) -> str:
        return f"{self.answer_popup()} {self.write_here()}".strip()

    # -- questions -------------------------------------------------------------------------------------

    def answering(self, act: Callable[[], object]) -> None:
        """Do something that may ask, and answer whatever is asked until nothing is."""

        def look() -> None:
            if self._answering:
                QTimer.singleShot(0, look)
                self._answer()

        self._answering = True
        QTimer.singleShot(0, look)
        try:
            act()
            for _ in range(20):  # a window that stays, and what it asks when it is answered
                QApplication.processEvents()
                if QApplication.activeModalWidget() is None:
                    break
                self._answer()
        finally:
            self._answering = False

    def _answer(self) -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is None:
            return
        yes = self.now_and_then(0.6)
        if isinstance(dialog, QMessageBox):
            self.some(dialog.buttons()).click()
        elif isinstance(dialog, QInputDialog):
            line = dialog.findChild(QLineEdit)
            if yes and isinstance(line, QLineEdit):
                line.clear() if self.now_and_then(0.5) else None
                write(line, self.some(WORDS)[:40])
                dialog.accept()
            else:
                dialog.reject()
        elif isinstance(dialog, CompareDialog) and dialog.list.count() > 1:
            dialog.list.setCurrentRow(
                self.chance.randrange(dialog.list.count() - 1)
            )  # the last asks for a file
            dialog.ok.click() if yes else dialog.reject()
        elif isinstance(dialog, NewDialog):
            dialog.list.setCurrentRow(self.chance.randrange(dialog.list.count()))
            begin = [one for one in dialog.findChildren(QPushButton) if one.text() == "Begin"]
            begin[0].click() if yes and begin[0].isEnabled() else dialog.reject()
        elif isinstance(dialog, CommandPalette):
            act = self.some([act for act in ACTIONS if act.id not in LEFT_ALONE])
            dialog.field.clear()
            write(dialog.field, act.text.replace("&", "").rstrip("…"))
            QTest.keyClick(
                dialog.field, Key.Key_Return if yes and _first(dialog) == act.id else Key.Key_Escape
            )
        else:
            QTest.keyClick(dialog, Key.Key_Escape)
            if isValid(dialog) and dialog is QApplication.activeModalWidget():
                dialog.close()

    def tidy_up(self) -> None:
        """Close what the last act left open, as a click elsewhere would."""
        popup = QApplication.activePopupWidget()
        while popup is not None:
            popup.close()
            popup = QApplication.activePopupWidget()
        assert QApplication.activeModalWidget() is None, QApplication.activeModalWidget()
        if not self.window.isActiveWindow():
            self.window.activateWindow()
            QApplication.processEvents()


def _first(palette: CommandPalette) -> str:
    item = palette.list.item(0)
    return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else ""


def usable(field: QWidget) -> bool:
    return isValid(field) and field.isVisible() and field.isEnabled()


def write(field: QWidget, text: str) -> bool:
    """Type, letters beyond ASCII as an input method would; return whether the field is still there."""
    if len(text) > 40:  # as one pastes it
        if isinstance(field, (QLineEdit, QPlainTextEdit, QTextEdit)):
            QApplication.clipboard().setText(text)
            field.paste()
        return usable(field)
    for letter in text:
        if not usable(field):
            return False
        if ord(letter) < 128:
            QTest.keyClicks(field, letter)
        else:
            event = QInputMethodEvent("", [])
            event.setCommitString(letter)
            QApplication.sendEvent(field, event)
    return usable(field)


def rows_of(menu: QMenu) -> list[QAction]:
    """Return the rows of a menu and of the menus in it."""
    found = []
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            found += rows_of(inner) if action.isEnabled() else []
        elif not action.isSeparator():
            found.append(action)
    return found
