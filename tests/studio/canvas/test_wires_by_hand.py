"""Wires broken, cut, detached and kept; nodes put into them, and copies dragged away."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.canvas import CanvasView
from studio.document import Wire

Whole = Callable[[], None]
RIGHT = Qt.MouseButton.RightButton
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


def middle(view: CanvasView, source: str) -> QPoint:
    (wire,) = view.session.document.outgoing(source)
    return view.mapFromScene(view.mirror.wires[wire].middle())


def ends(view: CanvasView) -> set[tuple[str, str]]:
    return {(wire.source, wire.target) for wire in view.session.document.wires()}


def test_alt_click_breaks_a_wire(view: CanvasView, hands: Any, whole: Whole) -> None:
    hands.click(middle(view, "n1"), keys=ALT)
    assert ends(view) == {("n2", "n3"), ("n3", "n4")}
    hands.click(hands.socket("digit", True), keys=ALT)
    assert ends(view) == {("n2", "n3")}
    assert view.gesture is None
    assert view.session.stack.count() == 2


def test_the_knife_cuts_all_that_it_crosses(view: CanvasView, hands: Any, whole: Whole) -> None:
    start, end = middle(view, "n1") - QPoint(0, 60), middle(view, "n1") + QPoint(0, 60)
    hands.press(start, RIGHT, CTRL)
    for part in (0.4, 0.8, 1.0):
        hands.move(start + (end - start) * part, RIGHT, CTRL)
    assert [item.doomed for item in view.mirror.wires.values()].count(True) == 1
    assert view.hint.isVisible()
    menu = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, end, end, CTRL)
    QApplication.sendEvent(view.viewport(), menu)
    assert view.menu is None
    below = middle(view, "n3") + QPoint(0, 60)
    for at in (below, middle(view, "n3") - QPoint(0, 60)):
        hands.move(at, RIGHT, CTRL)
    hands.release(middle(view, "n3") - QPoint(0, 60), RIGHT, CTRL)
    assert ends(view) == {("n2", "n3")}
    assert view.session.stack.count() == 1


def test_escape_puts_the_knife_away(view: CanvasView, hands: Any, whole: Whole) -> None:
    at = middle(view, "n1")
    hands.press(at - QPoint(0, 60), RIGHT, CTRL)
    hands.move(at + QPoint(0, 60), RIGHT, CTRL)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not any(item.doomed for item in view.mirror.wires.values())
    hands.release(at + QPoint(0, 60), RIGHT, CTRL)
    assert len(ends(view)) == 3
    hands.drag(at - QPoint(0, 60), at - QPoint(40, 60), RIGHT, CTRL)
    assert view.session.stack.count() == 0


def test_sockets_move_up_where_a_wire_goes(session: Any, open_view: Callable[[Any], CanvasView]) -> None:
    inputs = {f"i{at}": ("Input", 0, at * 130, {"shape": [4]}) for at in range(3)}
    session.build({**inputs, "join": ("Concatenate", 300, 60)}, [(name, "join") for name in inputs])
    draft = session.document.draft()
    for position, wire in enumerate(session.document.wires()):
        draft.put("wires", ("main", wire), None)
        placed = Wire(wire.source, wire.source_port, wire.target, wire.target_port, position)
        draft.put(
            "wires", ("main", placed), draft.row("wires", ("main", placed)) or session.document.setting("")
        )
    session.document.apply(draft.edit("build"))
    view = open_view(session)
    first = session.document.wires()[0]
    view.select([], [first])
    view.delete_selection()
    assert [wire.position for wire in session.document.wires()] == [0, 1]
    assert view.mirror_errors() == []
    starts = [view.mirror.wires[wire].ends()[1].y() for wire in session.document.wires()]
    look = view.mirror.nodes["n4"].look
    assert [socket.state for socket in look.inputs] == ["wired", "wired", "free"]
    assert len(set(starts)) == 2
    session.stack.undo()
    assert first in session.document.wires()


def test_neighbours_make_room_for_what_is_put_into_a_wire(view: CanvasView, hands: Any, whole: Whole) -> None:
    document = view.session.document
    (wire,) = document.outgoing("n2")
    new = view.add_type("Flatten", view.mapFromScene(view.mirror.wires[wire].middle()), wire)
    cards = [view.mirror.nodes[node].card() for node in ("n1", "n2", new, "n3", "n4")]
    gaps = [after.left() - before.right() for before, after in pairwise(cards)]
    assert min(gaps) >= 36
    assert document.place("n1") == (0.0, 0.0)
    assert view.session.stack.count() == 1
    view.session.stack.undo()
    assert document.place("n4") == (720.0, 0.0)


def test_a_loose_node_that_is_dropped_on_a_wire_finds_room(
    view: CanvasView, hands: Any, whole: Whole
) -> None:
    document = view.session.document
    lone = view.add_type("Flatten", view.viewport().rect().center() + QPoint(0, 160))
    name = document.node(lone).name
    hands.drag(hands.card(name), middle(view, "n2"))
    assert ("n2", lone) in ends(view)
    assert ("n1", "n2") in ends(view)
    cards = [view.mirror.nodes[node].card() for node in ("n2", lone, "n3", "n4")]
    assert not any(one.intersects(other) for at, one in enumerate(cards) for other in cards[at + 1 :])


def test_the_end_of_a_wire_is_dragged_away(view: CanvasView, hands: Any, whole: Whole) -> None:
    hands.drag(hands.socket("dense", True), hands.at(520, 260))
    assert ends(view) == {("n1", "n2"), ("n3", "n4")}
    assert view.popup is None


def test_pasting_with_wires_keeps_what_came_in(view: CanvasView, whole: Whole) -> None:
    document = view.session.document
    view.select(["n2", "n3"])
    view.copy()
    assert '"incoming"' in QGuiApplication.clipboard().text()
    view.paste_wired()
    conv, dense = view.mirror.selected_nodes()
    assert ("n1", conv) in ends(view)
    assert (conv, dense) in ends(view)
    assert document.outgoing(dense) == []
    assert view.session.stack.count() == 1
    view.select(["n1"])
    view.delete_selection()
    view.paste_wired()
    assert not document.incoming(view.mirror.selected_nodes()[0])


def test_strange_wires_on_the_clipboard_do_no_harm(view: CanvasView, whole: Whole) -> None:
    view.select(["n2"])
    view.copy()
    text = QGuiApplication.clipboard().text()
    for strange in ("[1, {}]", '{"a": 1}', '[{"from": [[], 2], "to": ["n2", "x"]}]', "null"):
        head = text[: text.index('"incoming"')]
        QGuiApplication.clipboard().setText(head + f'"incoming": {strange}}}')
        before = len(document_nodes(view))
        view.paste_wired()
        assert len(document_nodes(view)) == before + 1


def document_nodes(view: CanvasView) -> list[str]:
    return view.session.document.node_ids()


def test_alt_drags_a_copy_away(view: CanvasView, hands: Any, whole: Whole) -> None:
    hands.drag(hands.card("conv"), hands.card("conv") + QPoint(10, 150), keys=ALT)
    (copy,) = view.mirror.selected_nodes()
    x, y = view.session.document.place(copy)
    assert copy not in ("n1", "n2", "n3", "n4")
    assert y > 100
    assert (x % 10, y % 10) == (0, 0)
    assert view.session.document.place("n2") == (240.0, 0.0)
    assert view.session.stack.count() == 1
    hands.click(hands.card("dense"), keys=ALT)
    assert view.session.stack.count() == 1


def test_a_drag_at_the_edge_scrolls_on(view: CanvasView, hands: Any, qtbot: Any, whole: Whole) -> None:
    edge = QPoint(view.viewport().width() - 2, hands.card("conv").y())
    before = view.mapToScene(QPoint(0, 0))
    hands.press(hands.card("conv"))
    hands.move(edge)
    qtbot.waitUntil(lambda: view.mapToScene(QPoint(0, 0)).x() > before.x() + 300)
    inside = edge - QPoint(200, 0)
    hands.move(inside)
    stopped = view.mapToScene(QPoint(0, 0))
    qtbot.wait(60)
    assert view.mapToScene(QPoint(0, 0)) == stopped
    hands.release(inside)
    assert view.session.document.place("n2")[0] > 600
    assert view.session.stack.count() == 1


def test_escape_cancels_each_gesture_and_restores(view: CanvasView, hands: Any, whole: Whole) -> None:
    view.select(["n3"])
    view.frame_selection()
    assert view.mark_editor is not None
    QTest.keyClick(view.mark_editor, Qt.Key.Key_Return)
    steps, document = view.session.stack.count(), view.session.document.copy()
    frame = view.mirror.marks.items["m1"].rect()
    title = view.mapFromScene(frame.topLeft() + QPointF(20, 12))
    space = hands.at(360, 400)
    starts: list[tuple[QPoint, Any, Any]] = [
        (hands.card("conv"), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier),
        (hands.card("conv"), Qt.MouseButton.LeftButton, ALT),
        (hands.socket("conv", False), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier),
        (hands.socket("conv", True), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier),
        (title, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier),
        (space, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier),
        (space, Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier),
        (space, RIGHT, CTRL),
    ]
    for start, button, keys in starts:
        corner = view.mapToScene(QPoint(0, 0))
        view.select(["n4"])
        hands.press(start, button, keys)
        hands.move(start + QPoint(20, 30), button, keys)
        hands.move(start + QPoint(-40, 50), button, keys)
        assert view.gesture is not None
        QTest.keyClick(view, Qt.Key.Key_Escape)
        assert view.gesture is None
        hands.release(start + QPoint(-40, 50), button, keys)
        assert view.session.stack.count() == steps
        assert view.session.document.same_as(document)
        assert view.mirror_errors() == []
        assert view.mapToScene(QPoint(0, 0)) == corner
        assert len(view.mirror.items()) == 4 + 3 + 1


@pytest.mark.parametrize("keys", ["drag", "space"])
def test_panning(view: CanvasView, hands: Any, keys: str) -> None:
    before = view.mapToScene(QPoint(0, 0))
    at = QPoint(300, 300)
    if keys == "drag":
        hands.drag(at, at + QPoint(80, 40), Qt.MouseButton.MiddleButton)
    else:
        QTest.keyPress(view, Qt.Key.Key_Space)
        hands.drag(at, at + QPoint(80, 40))
        QTest.keyRelease(view, Qt.Key.Key_Space)
    way = view.mapToScene(QPoint(0, 0)) - before
    assert way.x() * view.zoom() == pytest.approx(-80, abs=1.5)
    assert way.y() * view.zoom() == pytest.approx(-40, abs=1.5)


def test_an_undo_under_a_drag_gives_the_drag_up(view: CanvasView, hands: Any, whole: Whole) -> None:
    lone = view.add_type("Flatten", view.viewport().rect().center() + QPoint(0, 160))
    card = hands.card(view.session.document.node(lone).name)
    hands.press(card)
    hands.move(card + QPoint(40, 20))
    view.session.stack.undo()
    assert view.gesture is None
    hands.move(card + QPoint(60, 30))
    hands.release(card + QPoint(60, 30))
    assert lone not in view.mirror.nodes
    assert view.mirror_errors() == []
    assert len(view.mirror.items()) == 4 + 3
