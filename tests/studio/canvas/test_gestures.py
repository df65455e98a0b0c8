"""Each gesture by hand, on the viewport; undoing it all brings the start back (``whole``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.canvas import CanvasView
from studio.canvas.gestures.drop_layer import MIME

ALT, SHIFT, CTRL = (
    Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier,
)  # fmt: skip
Key, Button = Qt.Key, Qt.MouseButton
Whole = Callable[[], None]


def names(view: CanvasView) -> list[str]:
    document = view.session.document
    return [document.node(node).name for node in document.node_ids()]


def chosen(view: CanvasView) -> list[str]:
    return [view.session.document.node(node).name for node in view.mirror.selected_nodes()]


def links(view: CanvasView) -> set[tuple[str, str]]:
    document = view.session.document
    return {(document.node(w.source).name, document.node(w.target).name) for w in document.wires()}


def steps(view: CanvasView) -> int:
    return view.session.stack.index()


def drop(view: CanvasView, type_name: str, at: QPoint) -> None:
    data = QMimeData()
    data.setData(MIME, type_name.encode())
    args = (Qt.DropAction.CopyAction, data, Button.LeftButton, Qt.KeyboardModifier.NoModifier)
    for event in (QDragEnterEvent(at, *args), QDragMoveEvent(at, *args), QDropEvent(QPointF(at), *args)):
        QApplication.sendEvent(view.viewport(), event)
        assert event.isAccepted()


def press(view: CanvasView, key: Key, keys: Any = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(view, key, keys)


def test_the_scene_shows_the_document(view: CanvasView) -> None:
    assert view.mirror_errors() == []
    look = view.mirror.nodes["n2"].look
    assert (look.title, look.name, look.shape, look.count) == ("Conv2D", "conv", "6 × 6 × 32", "320")
    assert look.lines == ("32 filters · 3 × 3 · relu",)
    assert view.mirror.nodes["n1"].look.lines == ("float32",)


def test_dragging_a_node_is_one_step_on_the_grid(view: CanvasView, hands: Any, whole: Whole) -> None:
    hands.drag(hands.card("conv"), hands.card("conv") + QPoint(33, 61))
    assert steps(view) == 1
    x, y = view.session.document.place("n2")
    assert (x % 10, y % 10) == (0, 0)
    assert (x, y) != (240, 0)


def test_alt_leaves_the_grid(view: CanvasView, hands: Any, whole: Whole) -> None:
    start = hands.card("conv")
    hands.press(start)
    hands.move(start + QPoint(33, 61), keys=ALT)
    hands.release(start + QPoint(33, 61), keys=ALT)
    way = QPointF(33, 61) / view.zoom()
    assert view.session.document.place("n2") == pytest.approx((240 + way.x(), way.y()))


def test_several_nodes_move_together(view: CanvasView, hands: Any, whole: Whole) -> None:
    view.select_all()
    hands.drag(hands.card("dense"), hands.card("dense") + QPoint(0, 80))
    assert steps(view) == 1
    assert len({view.session.document.place(node)[1] for node in view.mirror.nodes}) == 1
    assert view.session.document.place("n1")[1] > 0


def test_escape_gives_a_drag_up(view: CanvasView, hands: Any, whole: Whole) -> None:
    hands.press(hands.card("conv"))
    hands.move(hands.card("conv") + QPoint(90, 90))
    assert view.mirror.nodes["n2"].pos() != QPointF(240, 0)
    press(view, Key.Key_Escape)
    hands.release(hands.at(400, 300))
    assert view.mirror.nodes["n2"].pos() == QPointF(240, 0)
    assert steps(view) == 0


def test_click_shift_click_band_and_all(view: CanvasView, hands: Any, qtbot: Any) -> None:
    with qtbot.waitSignal(view.selection_changed) as told:
        hands.click(hands.card("conv"))
    assert told.args == [["n2"]]
    hands.click(hands.card("dense"), keys=SHIFT)
    assert chosen(view) == ["conv", "dense"]
    hands.click(hands.card("dense"), keys=SHIFT)
    assert chosen(view) == ["conv"]
    hands.drag(hands.at(200, -60), hands.at(500, 200))
    assert chosen(view) == ["conv", "dense"]
    hands.click(hands.at(300, 250))
    assert chosen(view) == []
    press(view, Key.Key_A, CTRL)
    assert len(chosen(view)) == 4
    assert steps(view) == 0


def test_delete_and_heal(view: CanvasView, hands: Any, whole: Whole) -> None:
    hands.click(hands.card("conv"))
    press(view, Key.Key_Delete)
    assert names(view) == ["image", "dense", "digit"]
    assert links(view) == {("dense", "digit")}
    view.session.stack.undo()
    assert view.mirror_errors() == []
    view.select(["n2"])
    press(view, Key.Key_Delete, CTRL)
    assert links(view) == {("image", "dense"), ("dense", "digit")}


def test_a_wire_is_selected_and_deleted(view: CanvasView, hands: Any, whole: Whole) -> None:
    wire = next(iter(view.mirror.wires.values()))
    hands.click(view.mapFromScene(wire.middle()))
    assert wire.isSelected()
    press(view, Key.Key_Delete)
    assert len(view.mirror.wires) == 2


@pytest.mark.parametrize("forward", [True, False])
def test_wires_are_drawn_both_ways(view: CanvasView, hands: Any, whole: Whole, forward: bool) -> None:
    view.select(["n2"])
    view.delete_selection()
    ends = hands.socket("image", False), hands.socket("dense", True)
    hands.drag(*(ends if forward else ends[::-1]))
    assert ("image", "dense") in links(view)
    assert steps(view) == 2


def test_sockets_light_up_with_the_shape(view: CanvasView, hands: Any, whole: Whole) -> None:
    hands.press(hands.socket("image", False))
    hands.move(hands.socket("image", False) + QPoint(10, 60))
    lights = {view.session.document.node(n).name: i.flags_.lights for n, i in view.mirror.nodes.items()}
    assert lights["dense"] == {(True, "inputs", 0): True}
    assert lights["digit"] == {(True, "input", 0): True}
    assert lights["conv"] == {(True, "inputs", 0): False}
    hands.move(hands.socket("dense", True))
    assert "8 × 8 × 10" in view.hint.text()
    press(view, Key.Key_Escape)
    hands.release(hands.socket("dense", True))
    assert all(item.flags_.lights is None for item in view.mirror.nodes.values())
    assert steps(view) == 0


def test_an_impossible_wire_says_why_and_pushes_nothing(view: CanvasView, hands: Any, whole: Whole) -> None:
    said: list[str] = []
    view.status.connect(said.append)
    hands.press(hands.socket("dense", False))
    hands.move(hands.socket("conv", True) + QPoint(5, 5))
    hands.move(hands.socket("conv", True))
    assert "loop" in view.hint.text()
    assert view.hint.isVisible()
    hands.release(hands.socket("conv", True))
    assert "loop" in view.hint.text()
    assert len(said) == 1
    assert steps(view) == 0
    assert len(view.mirror.wires) == 3


def test_a_wire_is_taken_out_by_its_end(view: CanvasView, hands: Any, whole: Whole) -> None:
    hands.drag(hands.socket("dense", True), hands.at(400, 250))
    assert links(view) == {("image", "conv"), ("dense", "digit")}
    assert steps(view) == 1
    view.session.stack.undo()
    hands.drag(hands.socket("dense", True), hands.socket("digit", True))
    assert links(view) == {("image", "conv"), ("conv", "digit")}
    assert steps(view) == 1
    view.session.stack.undo()
    hands.drag(hands.socket("dense", True), hands.socket("dense", True) + QPoint(0, 1))
    assert steps(view) == 0


def test_a_wire_let_go_over_nothing_offers_what_fits(view: CanvasView, hands: Any, whole: Whole) -> None:
    hands.drag(hands.socket("conv", False), hands.at(500, 220))
    assert view.popup is not None
    found = [entry.type for entry in view.popup.found()]
    assert "LSTM" not in found
    assert found.index("MaxPooling2D") < found.index("Concatenate")
    note = next(entry.note for entry in view.popup.found() if entry.type == "MaxPooling2D")
    assert note == "3 × 3 × 32"
    QTest.keyClicks(view.popup.field, "maxp")
    QTest.keyClick(view.popup.field, Key.Key_Return)
    assert view.popup is None
    assert ("conv", "max_pooling2d") in links(view)
    assert steps(view) == 1


def test_backwards_over_nothing_offers_what_comes_before(view: CanvasView, hands: Any, whole: Whole) -> None:
    view.select(["n1"])
    view.delete_selection()
    hands.drag(hands.socket("conv", True), hands.at(60, 200))
    assert view.popup is not None
    assert "Output" not in [entry.type for entry in view.popup.found()]
    QTest.keyClicks(view.popup.field, "input")
    QTest.keyClick(view.popup.field, Key.Key_Return)
    assert ("input", "conv") in links(view)


def test_search_by_double_click_and_by_key(view: CanvasView, hands: Any, whole: Whole) -> None:
    at = hands.at(100, 220)
    QTest.mouseDClick(view.viewport(), Button.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert view.popup is not None
    QTest.keyClicks(view.popup.field, "drp")
    assert view.popup.found()[0].type == "Dropout"
    QTest.keyClick(view.popup.field, Key.Key_Return)
    assert names(view)[-1] == "dropout"
    assert chosen(view) == ["dropout"]
    place = view.session.document.place("n5")
    assert abs(place[0] + 88 - 100) <= 10
    press(view, Key.Key_A, SHIFT)
    assert view.popup is not None
    QTest.keyClick(view.popup.field, Key.Key_Down)
    QTest.keyClick(view.popup.field, Key.Key_Up)
    QTest.keyClick(view.popup.field, Key.Key_Escape)
    assert view.popup is None
    assert steps(view) == 1


def test_a_layer_from_the_palette(view: CanvasView, hands: Any, whole: Whole) -> None:
    drop(view, "Dropout", hands.at(300, 250))
    assert names(view)[-1] == "dropout"
    assert len(links(view)) == 3
    wire = next(item for wire, item in view.mirror.wires.items() if wire.target == "n3")
    drop(view, "BatchNormalization", view.mapFromScene(wire.middle()))
    assert {("conv", "batch_normalization"), ("batch_normalization", "dense")} <= links(view)
    drop(view, "Input", hands.at(0, 250))
    assert view.session.document.node(chosen_id(view)).kind == "input"
    assert steps(view) == 3


def chosen_id(view: CanvasView) -> str:
    return view.mirror.selected_nodes()[0]


def test_in_the_sequential_view_a_layer_wires_itself(view: CanvasView, hands: Any, whole: Whole) -> None:
    view.set_sequential(True)
    view.mirror.finish_glide()
    assert view.mirror_errors() == []
    drop(view, "Dropout", hands.at(300, 250))
    assert {("dense", "dropout"), ("dropout", "digit")} <= links(view)
    assert view.mirror_errors() == []
    hands.drag(hands.card("conv"), hands.card("conv") + QPoint(60, 60))
    assert steps(view) == 1


def test_a_lone_node_dropped_on_a_wire_goes_in(view: CanvasView, hands: Any, whole: Whole) -> None:
    drop(view, "Dropout", hands.at(300, 250))
    wire = next(item for wire, item in view.mirror.wires.items() if wire.target == "n3")
    hands.drag(hands.card("dropout"), view.mapFromScene(wire.middle()))
    assert {("conv", "dropout"), ("dropout", "dense")} <= links(view)
    assert steps(view) == 2


def test_copy_paste_cut_duplicate(view: CanvasView, hands: Any, whole: Whole) -> None:
    view.select(["n2", "n3"])
    press(view, Key.Key_C, CTRL)
    assert '"bunon"' in QGuiApplication.clipboard().text()
    press(view, Key.Key_V, CTRL)
    assert names(view)[4:] == ["conv_1", "dense_1"]
    assert ("conv_1", "dense_1") in links(view)
    assert chosen(view) == ["conv_1", "dense_1"]
    press(view, Key.Key_D, CTRL)
    assert len(names(view)) == 8
    press(view, Key.Key_X, CTRL)
    assert len(names(view)) == 6
    assert steps(view) == 3


def test_pasting_other_text_is_refused(view: CanvasView, whole: Whole) -> None:
    QGuiApplication.clipboard().setText("hello")
    view.paste()
    assert view.hint.isVisible()
    assert steps(view) == 0


def test_rename_in_place(view: CanvasView, whole: Whole) -> None:
    view.select(["n2"])
    press(view, Key.Key_F2)
    editor = view.name_editor
    assert editor is not None
    QTest.keyClicks(editor, "dense")
    QTest.keyClick(editor, Key.Key_Return)
    assert view.name_editor is editor
    assert "taken" in view.hint.text()
    editor.selectAll()
    QTest.keyClicks(editor, "edges")
    QTest.keyClick(editor, Key.Key_Return)
    assert view.name_editor is None
    assert view.mirror.nodes["n2"].look.name == "edges"
    assert steps(view) == 1


def test_nudge_and_walk(view: CanvasView, whole: Whole) -> None:
    view.select(["n2"])
    press(view, Key.Key_Right, ALT)
    assert view.session.document.place("n2") == (250, 0)
    press(view, Key.Key_Right)
    assert chosen(view) == ["dense"]
    assert view.mirror.nodes["n3"].flags_.focused
    press(view, Key.Key_Left)
    press(view, Key.Key_Left)
    assert chosen(view) == ["image"]
    press(view, Key.Key_Tab)
    assert chosen(view) == ["conv"]
    assert "Conv2D" in view.accessibleDescription()
    press(view, Key.Key_Escape)
    assert chosen(view) == []


def test_layout_glides_and_is_one_step(view: CanvasView, qtbot: Any, whole: Whole) -> None:
    view.select(["n2"])
    press(view, Key.Key_Down, ALT)
    press(view, Key.Key_L)
    assert steps(view) == 2
    assert view.mirror.gliding()
    qtbot.waitUntil(lambda: not view.mirror.gliding(), timeout=2000)
    assert view.mirror_errors() == []


def test_what_is_carried_from_the_palette_scrolls_at_the_edges(view: CanvasView, qtbot: Any) -> None:
    data = QMimeData()
    data.setData(MIME, b"Dense")
    args = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    port, start = view.viewport(), view.mapToScene(QPoint(0, 0))

    def carry(at: QPoint, kind: Any = QDragMoveEvent) -> None:
        QApplication.sendEvent(port, kind(at, *args))

    carry(QPoint(3, 300), QDragEnterEvent)
    carry(QPoint(8, 300))
    qtbot.wait(60)
    assert view.mapToScene(QPoint(0, 0)) == start, "it comes in over this edge"
    carry(QPoint(500, 300))
    carry(QPoint(port.width() - 4, 300))
    qtbot.waitUntil(lambda: view.mapToScene(QPoint(0, 0)).x() > start.x() + 30)
    at = QPoint(port.width() - 4, 300)
    QApplication.sendEvent(port, QDropEvent(QPointF(at), *args))
    rest = view.mapToScene(QPoint(0, 0))
    qtbot.wait(60)
    assert view.mapToScene(QPoint(0, 0)) == rest
    assert len(view.session.document.node_ids()) == 5
