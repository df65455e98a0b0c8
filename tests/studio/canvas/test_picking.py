"""Selecting several things with Shift and Ctrl, wires taken by either end, and copies out of a chat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from studio.canvas import CanvasView
from studio.document import Wire

Whole = Callable[[], None]
SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def wire_from(view: CanvasView, source: str) -> Wire:
    (wire,) = view.session.document.outgoing(source)
    return wire


def middle(view: CanvasView, source: str) -> QPoint:
    return view.mapFromScene(view.mirror.wires[wire_from(view, source)].middle())


def chosen(view: CanvasView) -> tuple[set[str], set[str]]:
    """Return the selected nodes, and where the selected wires come from."""
    return set(view.mirror.selected_nodes()), {wire.source for wire in view.mirror.selected_wires()}


def test_shift_and_ctrl_gather_nodes_and_wires(view: CanvasView, hands: Any, whole: Whole) -> None:
    hands.click(hands.card("conv"))
    hands.click(middle(view, "n1"), keys=SHIFT)
    hands.click(middle(view, "n2"), keys=CTRL)
    assert chosen(view) == ({"n2"}, {"n1", "n2"})
    hands.click(hands.card("digit"), keys=SHIFT)
    assert chosen(view) == ({"n2", "n4"}, {"n1", "n2"})
    hands.click(middle(view, "n2"), keys=SHIFT)
    assert chosen(view) == ({"n2", "n4"}, {"n1"})
    hands.click(middle(view, "n3"))
    assert chosen(view) == (set(), {"n3"})
    hands.click(middle(view, "n1"), keys=SHIFT)
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert {wire.source for wire in view.session.document.wires()} == {"n2"}
    assert view.session.stack.count() == 1


def test_a_click_takes_a_wire_where_sockets_leave_it_no_room(
    view: CanvasView, hands: Any, whole: Whole
) -> None:
    view.session.stack.clear()
    view.set_zoom(0.4)
    at = view.mapFromScene(view.mirror.wires[wire_from(view, "n2")].middle())
    view.select(["n4"])
    hands.click(at)
    assert chosen(view) == (set(), {"n2"})
    hands.click(hands.socket("conv", True), keys=SHIFT)
    assert chosen(view) == (set(), {"n1", "n2"})
    assert view.session.stack.count() == 0


def test_the_band_adds_with_shift_and_turns_with_ctrl(view: CanvasView, hands: Any, whole: Whole) -> None:
    card = view.mapFromScene(hands.item("dense").card()).boundingRect()
    start, end = card.topLeft() - QPoint(20, 30), card.bottomRight() + QPoint(20, 30)
    view.select(["n1"], [wire_from(view, "n3")])
    hands.drag(start, end, keys=SHIFT)
    assert chosen(view) == ({"n1", "n3"}, {"n3"})
    hands.drag(start, end, keys=CTRL)
    assert chosen(view) == ({"n1"}, {"n3"})
    hands.drag(start, end, keys=CTRL)
    assert chosen(view) == ({"n1", "n3"}, {"n3"})
    hands.drag(start, end)
    assert chosen(view) == ({"n3"}, set())


def test_a_wire_is_taken_out_of_its_source_too(view: CanvasView, hands: Any, whole: Whole) -> None:
    document = view.session.document
    item = view.mirror.wires[wire_from(view, "n2")]
    near = view.mapFromScene(item.ends()[0] + QPointF(14, 0))
    hands.drag(near, hands.socket("image", False))
    assert {(wire.source, wire.target) for wire in document.wires()} == {
        ("n1", "n2"),
        ("n1", "n3"),
        ("n3", "n4"),
    }
    assert view.session.stack.count() == 1
    view.session.stack.undo()
    near = view.mapFromScene(view.mirror.wires[wire_from(view, "n2")].ends()[0] + QPointF(14, 0))
    hands.drag(near, near + QPoint(0, 160))
    assert not document.outgoing("n2")
    assert view.popup is None
    assert view.session.stack.count() == 1


CHATS = {
    "fence": lambda text: f"Try {{this}}:\n```json\n{text}\n```\nand {{then}} train",
    "quote": lambda text: "She wrote:\n" + "\n".join(f"> {line}" for line in text.splitlines()),
    "blanks": lambda text: "\n" + text.replace("  ", "\u00a0 ") + "\n\n",
}


@pytest.mark.parametrize("chat", CHATS)
def test_a_copy_comes_out_of_a_chat(view: CanvasView, whole: Whole, chat: str) -> None:
    view.select(["n2", "n3"])
    view.copy()
    board = QGuiApplication.clipboard()
    board.setText(CHATS[chat](board.text()))
    view.paste_wired()
    conv, dense = view.mirror.selected_nodes()
    assert [wire.source for wire in view.session.document.incoming(conv)] == ["n1"]
    assert [wire.source for wire in view.session.document.incoming(dense)] == [conv]
    board.setText('Look {here}: the "format" is not "bunon" > at all {')
    count = view.session.stack.count()
    view.paste()
    assert view.session.stack.count() == count
    assert view.hint.isVisible()


def test_copies_hide_no_earlier_ones_and_are_seen(view: CanvasView, whole: Whole) -> None:
    document = view.session.document
    view.select(["n2"])
    view.copy()
    for _ in range(3):
        view.paste()
    assert len({document.place(node) for node in document.node_ids()}) == len(document.node_ids())
    view.scroll_by(QPoint(5000, 5000))
    view.paste()
    (new,) = view.mirror.selected_nodes()
    card = view.mapFromScene(view.mirror.nodes[new].card()).boundingRect()
    assert view.viewport().rect().contains(card)


def test_a_burst_of_one_key_is_one_step(
    view: CanvasView, whole: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, stack = view.session.document, view.session.stack
    now = [100.0]
    monkeypatch.setattr("studio.commands.command.time.monotonic", lambda: now[0])

    def press(key: Qt.Key, times: int, keys: Any = Qt.KeyboardModifier.AltModifier) -> None:
        for _ in range(times):
            now[0] += 0.2
            QTest.keyClick(view, key, keys)

    view.select(["n2", "n3"])
    press(Qt.Key.Key_Right, 5)
    press(Qt.Key.Key_Down, 2)
    assert document.place("n3") == (530.0, 20.0)
    assert stack.count() == 1
    press(Qt.Key.Key_Up, 2)
    press(Qt.Key.Key_Left, 5)
    assert not stack.canUndo()
    assert document.place("n3") == (480.0, 0.0)
    press(Qt.Key.Key_Right, 2)
    now[0] += 2.0
    press(Qt.Key.Key_Right, 2)
    view.select(["n3"])
    press(Qt.Key.Key_Right, 2)
    assert stack.count() == 3
    stack.undo()
    assert document.place("n3") == (520.0, 0.0)
    stack.undo()
    assert document.place("n3") == (500.0, 0.0)
    stack.redo()
    assert document.place("n2") == (280.0, 0.0)
    view.frame_selection()
    assert view.mark_editor is not None
    QTest.keyClick(view.mark_editor, Qt.Key.Key_Return)
    steps, wide = stack.count(), view.mirror.marks.items["m1"].rect().width()
    press(Qt.Key.Key_Right, 3, Qt.KeyboardModifier.AltModifier | SHIFT)
    assert view.mirror.marks.items["m1"].rect().width() == wide + 30
    assert stack.count() == steps + 1
