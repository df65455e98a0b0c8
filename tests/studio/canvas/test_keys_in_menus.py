"""The menus of the right button show the keys of today, and the keys do what the menus do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeySequence, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio import commands
from studio.canvas import CanvasView
from studio.canvas.menus import menu_at
from studio.kit.keymap import keymap

Whole = Callable[[], None]
NONE, CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def frame(view: CanvasView, *nodes: str) -> Any:
    view.select(nodes)
    view.frame_selection()
    assert view.mark_editor is not None
    QTest.keyClick(view.mark_editor, Qt.Key.Key_Return)
    return view.mirror.marks.items[view.mirror.marks.selected()[0]]


def test_the_menu_of_a_frame_follows_changed_keys(view: CanvasView, hands: Any, whole: Whole) -> None:
    item = frame(view, "n2")
    at = view.mapFromScene(item.rect().topLeft() + QPointF(30, 10))
    keymap().give("duplicate", QKeySequence("Ctrl+J"))
    try:
        rows = [action.text() for action in menu_at(view, at).actions()]
    finally:
        keymap().reset("duplicate")
    assert "Duplicate\tCtrl+J" in rows
    assert "Rename\tF2" in rows
    assert "Show the selection\tF" in rows
    assert "Delete the frame, keep what is inside\tDel" in rows


@pytest.mark.parametrize(
    ("key", "keys", "same"),
    [
        (Qt.Key.Key_Left, CTRL | SHIFT, lambda card: card.left()),
        (Qt.Key.Key_Right, CTRL | SHIFT, lambda card: card.right()),
        (Qt.Key.Key_Up, CTRL | SHIFT, lambda card: card.top()),
        (Qt.Key.Key_Down, CTRL | SHIFT, lambda card: card.bottom()),
        (Qt.Key.Key_C, CTRL | SHIFT, lambda card: card.center().x()),
        (Qt.Key.Key_M, CTRL | SHIFT, lambda card: card.center().y()),
    ],
)
def test_layers_line_up_by_keys(view: CanvasView, whole: Whole, key: Any, keys: Any, same: Any) -> None:
    view.select(["n3"])
    QTest.keyClick(view, Qt.Key.Key_Down, ALT)
    view.select(["n2", "n3", "n4"])
    QTest.keyClick(view, key, keys)
    view.mirror.finish_glide()
    places = [same(view.mirror.nodes[node].card()) for node in ("n2", "n3", "n4")]
    assert max(places) - min(places) < 1
    assert view.session.stack.count() == 2


def test_layers_are_spaced_out_by_keys(view: CanvasView, whole: Whole) -> None:
    view.select(["n3"])
    QTest.keyClick(view, Qt.Key.Key_Right, ALT)
    view.select(["n2", "n3", "n4"])
    QTest.keyClick(view, Qt.Key.Key_H, CTRL | ALT)
    view.mirror.finish_glide()
    two, three, four = (view.mirror.nodes[node].card() for node in ("n2", "n3", "n4"))
    assert three.left() - two.right() == pytest.approx(four.left() - three.right(), abs=1)


def test_the_corner_of_a_frame_is_taken_before_a_wire_under_it(
    view: CanvasView, hands: Any, whole: Whole
) -> None:
    item = frame(view, "n2")
    (wire,) = view.session.document.outgoing("n2")
    goal = view.mirror.wires[wire].middle() + QPointF(2, 2)
    rect = item.rect()
    size = (rect.x(), rect.y(), goal.x() - rect.x(), goal.y() - rect.y())
    commands.shape_mark(view.session, item.mark, size)
    at = view.mapFromScene(item.rect().bottomRight() - QPointF(3, 3))
    assert view.mirror.wire_at(view.mapToScene(at)) is not None
    hands.drag(at, at + QPoint(20, 40))
    assert item.rect().width() > goal.x() - rect.x()


def test_the_menu_of_a_wire_removes_all_that_are_selected(view: CanvasView, hands: Any, whole: Whole) -> None:
    wires = [view.session.document.outgoing(node)[0] for node in ("n1", "n2")]
    view.select([], wires)
    at = view.mapFromScene(view.mirror.wires[wires[0]].middle())
    menu = menu_at(view, at)
    row = next(action for action in menu.actions() if action.text() == "Remove the wires\tDel")
    row.trigger()
    assert {wire.source for wire in view.session.document.wires()} == {"n3"}
    assert view.session.stack.count() == 1


def test_the_wheel_zooms_over_the_map_too(view: CanvasView) -> None:
    view.set_zoom(2.0)
    view.overlays.refresh()
    small = view.overlays.minimap
    assert small.isVisible()
    at, before = QPointF(small.rect().center()), view.zoom()
    turn = QWheelEvent(
        at, QPointF(small.mapToGlobal(at)), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(small, turn)
    assert view.zoom() > before
