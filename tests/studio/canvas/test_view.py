"""What the canvas shows and how it is looked around in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QFontMetricsF,
    QHelpEvent,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QToolTip

from studio import commands
from studio.canvas import CanvasView
from studio.canvas.gestures.drop_layer import MIME
from studio.canvas.painter import fitted
from studio.canvas.paper import Choices, area_of, image
from studio.canvas.picture import Picture
from studio.canvas.search import Entry, ranked
from studio.canvas.tips import tip_at
from studio.document import Wire

Key = Qt.Key


def wheel(view: CanvasView, at: QPoint, turn: int) -> None:
    place = QPointF(at)
    event = QWheelEvent(
        place, QPointF(view.viewport().mapToGlobal(at)), QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)


def test_the_wheel_zooms_at_the_pointer(view: CanvasView) -> None:
    at = QPoint(300, 200)
    before, zoom = view.mapToScene(at), view.zoom()
    wheel(view, at, 240)
    assert view.zoom() > zoom * 1.2
    moved = view.mapToScene(at) - before
    assert abs(moved.x()) < 2
    assert abs(moved.y()) < 2
    wheel(view, at, 9000)
    assert view.zoom() == pytest.approx(4.0)
    wheel(view, at, -99000)
    assert view.zoom() == pytest.approx(0.1)


@pytest.mark.parametrize("space", [True, False])
def test_panning(view: CanvasView, hands: Any, space: bool) -> None:
    before = view.mapToScene(QPoint(0, 0))
    button = Qt.MouseButton.LeftButton if space else Qt.MouseButton.MiddleButton
    if space:
        QTest.keyPress(view, Key.Key_Space)
    hands.drag(hands.card("conv"), hands.card("conv") + QPoint(50, 30), button)
    if space:
        QTest.keyRelease(view, Key.Key_Space)
    way = (before - view.mapToScene(QPoint(0, 0))) * view.zoom()
    assert (round(way.x()), round(way.y())) == (50, 30)
    assert view.session.stack.index() == 0


def test_fit_and_reset(view: CanvasView) -> None:
    view.set_zoom(3.0)
    QTest.keyClick(view, Key.Key_Home)
    shown = view.mapToScene(view.viewport().rect()).boundingRect()
    assert shown.contains(view.mirror.content())
    view.select(["n4"])
    QTest.keyClick(view, Key.Key_F)
    assert view.zoom() == pytest.approx(1.0)
    middle = view.mapFromScene(view.mirror.nodes["n4"].card().center()) - view.viewport().rect().center()
    assert middle.manhattanLength() < 4
    view.zoom_in()
    assert view.zoom() == pytest.approx(1.25)
    QTest.keyClick(view, Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert view.zoom() == pytest.approx(1.0)


def test_the_lesson_repairs(session: Any, open_view: Any) -> None:
    session.build(
        {"image": ("Input", 0, 0, {"shape": (8, 8, 1)}), "reader": ("LSTM", 240, 0, {"units": 8})},
        [("image", "reader")],
    )
    view = open_view(session)
    look = view.mirror.nodes["n2"].look
    assert (look.severity, look.shape) == ("error", "shape?")
    view.select(["n2"])
    callout = view.overlays.lesson.callout
    assert callout is not None
    assert callout.isVisible()
    card = view.mapFromScene(view.mirror.nodes["n2"].card()).boundingRect()
    assert not card.intersects(callout.geometry())
    buttons = callout.findChildren(QPushButton)
    QTest.mouseClick(buttons[0], Qt.MouseButton.LeftButton)
    assert session.stack.index() == 1
    assert view.mirror.nodes["n2"].look.shape == "8"
    assert view.mirror_errors() == []
    session.stack.undo()
    assert view.mirror.nodes["n2"].look.shape == "shape?"


def test_merges_have_a_socket_for_each_wire_and_a_free_one(session: Any, open_view: Any) -> None:
    session.build(
        {"a": ("Input", 0, 0, {"shape": (4,)}), "b": ("Input", 0, 150, {"shape": (6,)}),
         "both": ("Concatenate", 300, 50)},
        [("a", "both")],
    )  # fmt: skip
    view = open_view(session)
    item = view.mirror.nodes["n3"]
    assert [socket.state for socket in item.look.inputs] == ["wired", "free"]
    free = view.mapFromScene(item.socket_pos(item.look.inputs[1]))
    start = view.mirror.nodes["n2"]
    QTest.mousePress(
        view.viewport(),
        Qt.MouseButton.LeftButton,
        pos=view.mapFromScene(start.socket_pos(start.look.outputs[0])),
    )
    QTest.mouseMove(view.viewport(), free + QPoint(0, 3))
    QTest.mouseMove(view.viewport(), free)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=free)
    assert [socket.state for socket in item.look.inputs] == ["wired", "wired", "free"]
    assert item.look.shape == "10"
    assert view.mirror_errors() == []


def test_a_wire_that_lost_its_port_is_broken(session: Any, open_view: Any) -> None:
    session.build(
        {"line": ("Input", 0, 0, {"shape": (9, 3)}),
         "reader": ("LSTM", 240, 0, {"units": 8, "return_state": True}),
         "dense": ("Dense", 500, 0, {"units": 2})},
        [("line", "reader")],
    )  # fmt: skip
    view = open_view(session)
    wire = commands.connect(session, Wire("n2", "state", "n3", "inputs"))
    assert not view.mirror.wires[wire].broken
    commands.set_params(session, "n2", {"return_state": False})
    assert view.mirror.wires[wire].broken
    assert view.mirror_errors() == []
    session.stack.undo()
    assert not view.mirror.wires[wire].broken


def test_unknown_layers_stand_as_placeholders(session: Any, open_view: Any) -> None:
    session.build({"odd": ("<b>Odd</b>", 0, 0, {"x": 1})}, [])
    look = open_view(session).mirror.nodes["n1"].look
    assert look.unknown
    assert look.category == "unknown"


def test_shared_layers_carry_a_mark(view: CanvasView) -> None:
    document = view.session.document
    draft = document.draft()
    row = document.node("n3")
    node = draft.new_node_id()
    draft.put("nodes", ("main", node), type(row)("layer", "again", row.ref))
    commands.push(view.session, draft.edit("share"))
    assert view.mirror.nodes["n3"].look.shared
    assert view.mirror.nodes[node].look.shared
    view.session.stack.undo()
    assert not view.mirror.nodes["n3"].look.shared
    assert view.mirror_errors() == []


def test_tool_tips_say_shapes_and_their_axes(view: CanvasView, hands: Any) -> None:
    wire = next(item for wire, item in view.mirror.wires.items() if wire.target == "n3")
    words = tip_at(view, view.mapFromScene(wire.middle()))
    assert "conv → dense" in words
    assert "6 × 6 × 32" in words
    assert "height × width × channels" in words
    assert "Conv2D" in tip_at(view, hands.card("conv"))
    assert tip_at(view, hands.at(300, 300)) == ""
    at = view.mapFromScene(wire.middle())
    event = QHelpEvent(QEvent.Type.ToolTip, at, view.viewport().mapToGlobal(at))
    QApplication.sendEvent(view.viewport(), event)
    assert "6 × 6 × 32" in QToolTip.text()
    QToolTip.hideText()


def test_samples_are_asked_for_only_when_something_changed(chain: Any, open_view: Any) -> None:
    asked: list[str] = []

    def preview(graph: str, node: str) -> Any:
        asked.append(node)
        return np.eye(4) if node == "n1" else None

    chain.preview = preview
    view = open_view(chain)
    asked.clear()
    commands.move(chain, {"n1": (10.0, 10.0)})
    assert "n1" not in asked
    commands.set_params(chain, "n2", {"filters": 8})
    assert "n1" in asked
    asked.clear()
    view.refresh_previews()
    assert "n1" in asked
    assert view.mirror_errors() == []


@pytest.mark.parametrize(("place", "words"), [("conv", "Rename"), ("wire", "Remove the wire"), ("", "Paste")])
def test_context_menus(view: CanvasView, hands: Any, place: str, words: str) -> None:
    wire = next(iter(view.mirror.wires.values()))
    spots = {"conv": hands.card("conv"), "wire": view.mapFromScene(wire.middle()), "": hands.at(300, 250)}
    at = spots[place]
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.viewport().mapToGlobal(at))
    QApplication.sendEvent(view.viewport(), event)
    assert view.menu is not None
    assert any(words in action.text() for action in view.menu.actions())
    view.menu.close()


def test_badges_and_pictures(chain: Any, open_view: Any) -> None:
    chain.preview = lambda graph, node: np.eye(8) if node == "n1" else None
    view = open_view(chain)
    assert view.mirror.nodes["n1"].look.picture
    view.set_badge("n4", "says 3 · 98.1 %")
    assert view.mirror.nodes["n4"].look.badge == "says 3 · 98.1 %"
    assert view.mirror_errors() == []
    picture = image(view.mirror, Choices("screen"))
    area = area_of(view.mirror)
    assert picture.width() == round(area.width())
    # The diagonal of the sample is painted in ink on the card's ground.
    at = (view.mirror.content().topLeft() + QPointF(76, 70) - area.topLeft()).toPoint()
    assert QColor(picture.pixel(at)).lightness() < 250


@pytest.mark.parametrize(
    ("shape", "kind"),
    [((8, 8, 1), "image"), ((8, 8), "image"), ((8, 8, 3), "colour"), ((6, 6, 32), "channels"), ((6,), "bars"),
     ((90, 1), "line"), ((), "bars")],
)  # fmt: skip
def test_pictures_by_shape(shape: tuple[int, ...], kind: str) -> None:
    assert Picture(np.ones(shape)).kind == kind


def test_the_empty_canvas_says_what_to_do(session: Any, open_view: Any) -> None:
    view = open_view(session)
    assert view.overlays.empty.isVisible()
    commands.add_layer(session, "Dense", (0, 0), {"units": 3})
    assert not view.overlays.empty.isVisible()
    assert "errors" in view.overlays.footer.text()


def test_a_long_title_is_written_smaller_before_it_is_cut(qtbot: Any) -> None:
    font, words = fitted("Dense", 120, 13, 11)
    assert (font.pixelSize(), words) == (13, "Dense")
    wide = QFontMetricsF(font).horizontalAdvance("BatchNormalization")
    font, words = fitted("BatchNormalization", wide - 1, 13, 11)
    assert font.pixelSize() < 13
    assert words == "BatchNormalization"
    font, words = fitted("BatchNormalization", wide / 2, 13, 11)
    assert font.pixelSize() == 11
    assert words.endswith("…")


def test_search_ranks_the_nearest_first() -> None:
    rows = [Entry(name, "core", "") for name in ("MaxPooling2D", "Dense", "GlobalAveragePooling2D", "LSTM")]
    assert [entry.type for entry in ranked(rows, "dens")] == ["Dense"]
    assert ranked(rows, "gap")[0].type == "GlobalAveragePooling2D"
    assert ranked(rows, "pool")[0].type == "MaxPooling2D"
    assert ranked(rows, "zzz") == []


def test_a_click_on_the_map_looks_there(view: CanvasView) -> None:
    view.set_zoom(3.0)
    view.center_on("n4")
    before = view.mapToScene(view.viewport().rect().center())
    QTest.mouseClick(view.overlays.minimap, Qt.MouseButton.LeftButton, pos=QPoint(20, 50))
    assert view.mapToScene(view.viewport().rect().center()).x() < before.x()


def test_a_lesson_steps_aside_while_a_layer_is_carried(view: CanvasView) -> None:
    view.add_type("LSTM", QPoint(300, 420))
    callout = view.overlays.lesson.callout
    assert callout is not None
    assert callout.isVisible()
    data = QMimeData()
    data.setData(MIME, b"Dense")
    at, copy, left = QPoint(500, 420), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    view.dragEnterEvent(QDragEnterEvent(at, copy, data, left, Qt.KeyboardModifier.NoModifier))
    assert not callout.isVisible()
    view.dragLeaveEvent(QDragLeaveEvent())
    assert callout.isVisible()


def test_a_long_chain_breaks_into_rows_that_fit(view: CanvasView) -> None:
    view.set_sequential(True)
    for _ in range(6):
        view.add_type("Dropout")
    view.mirror.finish_glide()
    view.fit_all()
    tops = {item.pos().y() for item in view.mirror.nodes.values()}
    assert len(tops) == 3
    assert view.zoom() > 0.8
    assert view.mapToScene(view.viewport().rect()).boundingRect().contains(view.mirror.content())
    assert not view.overlays.minimap.isVisible()
