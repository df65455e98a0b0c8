"""Hands that do anything at all in the open drawing: every act is a gesture, a key, a menu or an edit."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QInputMethodEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from studio.app.actions import ACTIONS
from studio.app.window import MainWindow
from studio.canvas.node_item import NodeItem
from studio.document import clipboard
from studio.kit import Switch
from studio.kit.keymap import keymap
from tests.end_to_end.user import User

Key, Button = Qt.Key, Qt.MouseButton
ALT, CTRL, SHIFT, NONE = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)
LEAVES = {
    "new", "open", "start", "close_drawing", "close_others", "save", "save_as", "save_all", "export_keras",
    "export_engine", "export_block", "export_picture", "export_curves", "print", "quit", "keep_snapshot",
    "go_back", "open_snapshot", "compare_snapshot", "rename_snapshot", "delete_snapshot", "compare",
    "next_drawing", "previous_drawing", "move_drawing_left", "move_drawing_right", "train", "pause", "stop",
    "continue", "shortcuts", "change_keys", "about", "import_block", "keep_block", "commands",
}  # fmt: skip
"""Actions that ask in a dialog, train, or leave the drawing."""
COMMON = (
    "Dense", "Conv2D", "MaxPooling2D", "Flatten", "Concatenate", "Add", "LSTM", "Dropout", "Embedding",
    "MultiHeadAttention", "BatchNormalization", "Reshape", "Bidirectional", "Input", "Output",
)  # fmt: skip
FOREIGN = (
    "", "hello", "{", "{}", "[]", '{"format": "bunon"}', '{"format": "bunon", "version": 999}',
    '{"format": "bunon", "version": 1, "graphs": {"main": {"nodes": 3}}}', "import keras\nkeras.Input((3,))",
    "<p>words</p>", "\u0000\ufffd𝄞" * 20, "1\t2\n3\t4", '{"format": "bunon", "graphs": null, "layers": []}',
)  # fmt: skip
WORDS = ("3", "0", "-1", "7", "2, 2", "(3, 3)", "0.5", "1e9", "4*4", "relu", "none", "", "x", "1/0", "same",
         "dense", "éß", "a b", "99999999999", "nan", "__import__", "valid", "True", "units", "𝄞")  # fmt: skip
MOST = 32
"""With more nodes than this, more is deleted than added, so that thousands of acts stay quick."""


class RandomHands(User):
    """One act after another, chosen by a seed; ``done`` tells what was done, the last act last."""

    def __init__(self, window: MainWindow, qtbot: QtBot, seed: int) -> None:
        super().__init__(window, qtbot)
        self.chance = random.Random(seed)
        self.done: list[str] = []
        self._acts: list[tuple[int, Callable[[], str]]] = [
            (10, self._drop), (14, self._wire), (9, self._drag_card), (5, self._drag_end),
            (3, self._cut_wires),
            (3, self._break_wire), (10, self._click), (4, self._band), (18, self._key), (8, self._action),
            (14, self._edit), (3, self._rename), (4, self._paste), (9, self._undo), (5, self._menu),
            (6, self._search), (3, self._wheel), (3, self._block), (4, self._repair), (2, self._mark),
            (3, self._letters), (1, self._pane), (2, self._half_gesture), (2, self._window),
        ]  # fmt: skip

    def act(self) -> str:
        """Do one thing and return what it was."""
        self.tidy_up()
        crowded = len(self.view.mirror.nodes) > MOST
        if crowded and self.chance.random() < 0.3:
            chosen: Callable[[], str] = self._delete_some
        else:
            weights, acts = zip(*self._acts, strict=True)
            (chosen,) = self.chance.choices(acts, weights)
        self.done.append(chosen.__name__)
        told = chosen()
        self.done[-1] = f"{chosen.__name__} {told}"
        QApplication.processEvents()
        return self.done[-1]

    def tidy_up(self) -> None:
        """Close what the last act left open, as a click elsewhere would."""
        popup = QApplication.activePopupWidget()
        while popup is not None:
            popup.close()
            popup = QApplication.activePopupWidget()
        assert QApplication.activeModalWidget() is None, QApplication.activeModalWidget()

    # -- choosing ------------------------------------------------------------------------------------------

    def _some(self, things: Sequence[Any]) -> Any:
        return self.chance.choice(things) if things else None

    def _spot(self) -> QPoint:
        area = self.view.viewport().rect()
        return QPoint(self.chance.randrange(area.width()), self.chance.randrange(area.height()))

    def _card(self) -> NodeItem | None:
        card: NodeItem | None = self._some(list(self.view.mirror.nodes.values()))
        return card

    def _middle(self, card: NodeItem) -> QPoint:
        at: QPoint = self.view.mapFromScene(card.card().center())
        return at

    def _any_socket(self) -> QPoint:
        card = self._card()
        if card is None:
            return self._spot()
        socket = self._some([*card.look.inputs, *card.look.outputs])
        if socket is None:
            return self._middle(card)
        at: QPoint = self.view.mapFromScene(card.socket_pos(socket))
        return at

    def _held(self) -> Qt.KeyboardModifier:
        held: Qt.KeyboardModifier = self._some([NONE, NONE, NONE, NONE, ALT, SHIFT, CTRL])
        return held

    def _answer_popup(self) -> str:
        popup = self.view.popup
        if popup is None:
            return ""
        letters = self._some(["", "d", "conv", "add", "zzz", "in", "ou", "b"])
        QTest.keyClicks(popup.field, letters)
        for _ in range(self.chance.randrange(4)):
            QTest.keyClick(popup.field, Key.Key_Down)
        end = self._some([Key.Key_Return, Key.Key_Return, Key.Key_Return, Key.Key_Escape])
        QTest.keyClick(popup.field, end)
        return f"{letters} {end.name}"

    # -- acts ----------------------------------------------------------------------------------------------

    def _drop(self) -> str:
        types = [spec.name for spec in self.session.catalog or ()]
        name = self._some(COMMON) if self.chance.random() < 0.6 else self._some(types)
        self.drop(name, self._spot())
        return str(name)

    def _wire(self) -> str:
        start, end = self._any_socket(), self._any_socket()
        self.drag(start, end)
        return f"{start} {end} {self._answer_popup()}"

    def _drag_end(self) -> str:
        start, end = self._any_socket(), self._spot()
        self.drag(start, end)
        return f"{start} {end} {self._answer_popup()}"

    def _drag_card(self) -> str:
        card = self._card()
        if card is None:
            return ""
        other = self._card()
        end = self._middle(other) if other is not None and self.chance.random() < 0.2 else self._spot()
        held = self._held()
        self.drag(self._middle(card), end, keys=held)
        return f"{card.node} to {end} {held.name}"

    def _cut_wires(self) -> str:
        self.drag(self._spot(), self._spot(), Button.RightButton, CTRL)
        return ""

    def _wire_middle(self) -> QPoint | None:
        wire = self._some(list(self.view.mirror.wires.values()))
        return None if wire is None else self.view.mapFromScene(wire.middle())

    def _break_wire(self) -> str:
        at = self._wire_middle()
        if at is not None:
            self.click(at, self._some([ALT, NONE]))
        return str(at)

    def _click(self) -> str:
        card = self._card()
        at = self._middle(card) if card is not None and self.chance.random() < 0.8 else self._spot()
        held = self._some([NONE, NONE, SHIFT, CTRL])
        self.click(at, held)
        return f"{at} {held.name}"

    def _band(self) -> str:
        start, end = self._spot(), self._spot()
        self.drag(start, end, keys=self._some([NONE, SHIFT]))
        return f"{start} {end}"

    def _key(self) -> str:
        act = self._some([one for one in ACTIONS if one.id not in LEAVES and keymap().keys(one.id)])
        keys = keymap().keys(act.id)[0].toString()
        self.view.setFocus()
        self.key(keys)
        return f"{act.id} {self._after_action()}"

    def _action(self) -> str:
        act = self._some([one for one in ACTIONS if one.id not in LEAVES])
        action = self.window.actions_by_id[act.id]
        if action.isEnabled():
            action.trigger()
        return f"{act.id} {action.isEnabled()} {self._after_action()}"

    def _after_action(self) -> str:
        return f"{self._answer_popup()} {self._write()}".strip()

    def _write(self) -> str:
        """Type into the editor that an action opened on the canvas."""
        field = self.view.findChildren(QLineEdit) + self.view.findChildren(QPlainTextEdit)
        shown = [one for one in field if one.isVisible() and one.hasFocus()]
        if not shown:
            return ""
        text = self._some(WORDS)
        write(shown[0], text)
        end, held = self._some([(Key.Key_Return, NONE), (Key.Key_Escape, NONE), (Key.Key_Return, CTRL)])
        QTest.keyClick(shown[0], end, held)
        if self.view.name_editor is not None:  # a name that is refused stays open until one gives up
            QTest.keyClick(self.view.name_editor, Key.Key_Escape)
        return f"{text!r} {end.name}"

    def _fields(self) -> list[QWidget]:
        shown = self.workspace.inspector.findChildren(QWidget)
        kinds = (QLineEdit, QAbstractSpinBox, QComboBox, Switch)
        return [one for one in shown if isinstance(one, kinds) and one.isVisible() and one.isEnabled()]

    def _edit(self) -> str:
        if not self.view.mirror.selected_nodes() and (card := self._card()) is not None:
            self.click(self._middle(card))
        self.workspace.right.show_pane("layer")
        QApplication.processEvents()
        field = self._some(self._fields())
        if field is None:
            return ""
        self.workspace.inspector.ensureWidgetVisible(field)
        name = field.accessibleName()
        if isinstance(field, Switch):
            QTest.keyClick(field, Key.Key_Space)
        elif isinstance(field, QComboBox):
            QTest.keyClick(field, self._some([Key.Key_Down, Key.Key_Up, Key.Key_Home, Key.Key_End]))
        elif self.chance.random() < 0.2:
            QTest.keyClick(field, self._some([Key.Key_Up, Key.Key_Down]))
        else:
            text = self._some(WORDS)
            name = f"{name} {text!r}"
            field.setFocus()
            QTest.keyClick(field, Key.Key_A, CTRL)
            if not write(field, text):
                return str(name)
            QTest.keyClick(field, self._some([Key.Key_Return, Key.Key_Return, Key.Key_Tab, Key.Key_Escape]))
        return str(name)

    def _rename(self) -> str:
        card = self._card()
        if card is None:
            return ""
        self.view.select([card.node])
        self.view.setFocus()
        self.key("F2")
        return f"{card.node} {self._write()}"

    def _paste(self) -> str:
        board = QGuiApplication.clipboard()
        text = self._some(FOREIGN)
        if self.chance.random() < 0.4 and self.view.mirror.nodes:
            text = clipboard.copy_text(
                self.session.document, list(self.view.mirror.nodes)[:3], self.view.graph
            )
            if self.chance.random() < 0.5:  # as it comes out of a chat: cut off, or with a letter changed
                at = self.chance.randrange(len(text))
                text = text[:at] if self.chance.random() < 0.5 else text[:at] + "7" + text[at + 1 :]
        board.setText(text)
        self.view.setFocus()
        self.key(self._some(["Ctrl+V", "Ctrl+Shift+V"]))
        return repr(text)

    def _undo(self) -> str:
        keys = self._some(["Ctrl+Z", "Ctrl+Z", "Ctrl+Shift+Z", "Ctrl+Y"])
        times = self.chance.randrange(1, 6)
        self.view.setFocus()
        for _ in range(times):
            self.key(keys)
        return f"{keys} {times}"

    def _menu(self) -> str:
        at = self._wire_middle() if self.chance.random() < 0.3 else None
        card = self._card() if at is None and self.chance.random() < 0.7 else None
        at = at or (self._middle(card) if card is not None else self._spot())
        port = self.view.viewport()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, port.mapToGlobal(at))
        QApplication.sendEvent(port, event)
        if self.view.menu is None:
            return ""
        action = self._some([one for one in _rows(self.view.menu) if one.isEnabled()])
        if action is not None:
            action.trigger()
        self.view.menu.close()
        return f"{action.text() if action else ''} {self._after_action()}"

    def _search(self) -> str:
        if self.chance.random() < 0.5:
            QTest.mouseDClick(self.view.viewport(), Button.LeftButton, NONE, self._spot())
        else:
            self.view.setFocus()
            self.key(self._some(["Shift+A", "Shift+Return"]))
        return self._after_action()

    def _wheel(self) -> str:
        at, turn = self._spot(), self._some([-240, -120, 120, 240])
        where = QPointF(self.view.viewport().mapToGlobal(at))
        event = QWheelEvent(QPointF(at), where, QPoint(), QPoint(0, turn), Button.NoButton, self._held(),
                            Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
        QApplication.sendEvent(self.view.viewport(), event)
        if self.chance.random() < 0.7:
            self.view.fit_all()
        return str(turn)

    def _block(self) -> str:
        """Group a few, or go into a block or out of it, and turn its repeat."""
        blocks = [node for node in self.view.mirror.nodes if self.view.block_of(node)]
        self.view.setFocus()
        if self.session.graph != "main" and self.chance.random() < 0.6:
            self.view.select([])
            self.key("Esc")
            return "left"
        if blocks and self.chance.random() < 0.7:
            block = self._some(blocks)
            self.view.select([block])
            if self.chance.random() < 0.4:
                self.workspace.right.show_pane("layer")
                self.workspace.inspector.block.times.setValue(self.chance.randrange(1, 5))
                return f"repeats {block}"
            self.key(self._some(["Return", "Return", "Ctrl+Shift+G", "Ctrl+D", "Alt+D", "Alt+Shift+D"]))
            return f"into {block}"
        nodes = list(self.view.mirror.nodes)
        self.view.select(self.chance.sample(nodes, min(len(nodes), self.chance.randrange(1, 5))))
        self.key("Ctrl+G")
        return "grouped"

    def _repair(self) -> str:
        pane = self.workspace.inspector.problems
        buttons = [one for callout in pane.callouts for one in callout.findChildren(QPushButton)]
        button = self._some([one for one in buttons if one.isVisible() and one.isEnabled()])
        if button is None:
            self.view.setFocus()
            self.key("F8")
            return "next"
        words = button.text()
        self.tap(button)
        return str(words)

    def _mark(self) -> str:
        self.view.select_all() if self.chance.random() < 0.2 else None
        self.view.setFocus()
        self.key(self._some(["N", "C"]))
        return self._write()

    def _letters(self) -> str:
        keys = [self._some([*ARROWS, Key.Key_Tab, Key.Key_Escape, Key.Key_Space, Key.Key_Z]) for _ in "four"]
        self.view.setFocus()
        for key in keys:
            QTest.keyClick(self.view, key, self._some([NONE, NONE, SHIFT]))
        return " ".join(key.name for key in keys)

    def _pane(self) -> str:
        tabs = self._some([self.workspace.right, self.workspace.left, self.workspace.bottom])
        at = self.chance.randrange(tabs.bar.count())
        QTest.mouseClick(tabs.bar, Button.LeftButton, NONE, tabs.bar.tabRect(at).center())
        return str(tabs.current())

    def _half_gesture(self) -> str:
        """Begin to drag, and do something else before the button is let go."""
        start, end = self._some([self._any_socket(), self._spot()]), self._spot()
        self.press(start)
        self.move(end)
        keys = self._some(["Ctrl+Z", "Esc", "Del", "Ctrl+Shift+Z", "L", "Q", "Ctrl+G"])
        self.key(keys)
        self.move(self._spot())
        self.release(self._spot())
        return f"{keys} {self._answer_popup()}"

    def _window(self) -> str:
        size = self._some([(1280, 800), (1440, 900), (1100, 700), (1920, 1080)])
        self.window.resize(*size)
        return str(size)

    def _delete_some(self) -> str:
        nodes = list(self.view.mirror.nodes)
        self.view.select(self.chance.sample(nodes, len(nodes) // 3))
        self.view.setFocus()
        self.key(self._some(["Del", "Ctrl+Del", "Ctrl+X"]))
        return ""


ARROWS = (Key.Key_Left, Key.Key_Right, Key.Key_Up, Key.Key_Down)


def write(field: QWidget, text: str) -> bool:
    """Type, letters beyond Latin-1 as an input method would; return whether the field is still there."""
    for letter in text:
        if not isValid(field) or not field.isVisible():
            return False
        if ord(letter) < 128:
            QTest.keyClicks(field, letter)
        else:
            event = QInputMethodEvent("", [])
            event.setCommitString(letter)
            QApplication.sendEvent(field, event)
    return isValid(field) and field.isVisible()


def _rows(menu: QMenu) -> list[QAction]:
    """Return the rows of a menu and of the menus in it."""
    found = []
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            found += _rows(inner) if action.isEnabled() else []
        elif not action.isSeparator():
            found.append(action)
    return found
