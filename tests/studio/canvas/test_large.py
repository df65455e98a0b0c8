"""Large drawings take short cuts: what they show is what the long way shows."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest

from engine.catalog import load_catalog
from studio import commands
from studio.canvas import CanvasView
from studio.canvas.far import MANY
from studio.canvas.leading import FEWEST_TOGETHER
from studio.session import Session
from tests.benchmarks.canvas import drawing
from tests.studio.canvas.conftest import Hands


def opened(qtbot: Any, count: int) -> CanvasView:
    session = Session(drawing(count, skips=True))
    session.set_catalog(load_catalog())
    view = CanvasView(session)
    qtbot.addWidget(view)
    view.resize(900, 600)
    view.show()
    view.fit_all()
    return view


def listed(view: CanvasView) -> tuple[object, ...]:
    """Return what is painted from afar, in no order."""
    image = QImage(20, 20, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    view.mirror.far.paint(painter, QRectF(0, 0, 20, 20), 0.05)
    painter.end()
    lines, cards, bars, titles = {}, {}, {}, {}
    for sheet in view.mirror.far._sheets:
        way = sheet.way
        for ink, wires in sheet.lines.items():
            lines |= {(ink, w.wire): [each.translated(way) for each in all_] for w, all_ in wires.items()}
        for key, areas in sheet.cards.items():
            cards |= {(key, card.node): area.translated(way) for card, area in areas.items()}
        for ink, areas in sheet.bars.items():
            bars |= {(ink, card.node): area.translated(way) for card, area in areas.items()}
        titles |= {card.node: (area.translated(way), text) for card, (area, text) in sheet.titles.items()}
    return lines, cards, bars, titles


def test_from_afar_all_edits_are_seen(qtbot: Any) -> None:
    view = opened(qtbot, MANY + 20)
    assert view.mirror.far.on
    session = view.session
    before = listed(view)
    for act in (
        lambda: commands.move(session, {"n7": (50.0, 900.0)}),
        lambda: commands.delete(session, {"n9"}),
        lambda: commands.set_params(session, "n10", {"units": 0}),
        lambda: view.select(["n12", "n13"]),
        session.stack.undo,
        lambda: commands.append(session, "Dense", {"units": 4}),
    ):
        act()
        shown = listed(view)
        view.mirror.far.touch()  # all anew
        assert shown == listed(view)
    view.select([])
    while session.stack.canUndo():
        session.stack.undo()
    assert listed(view) == before


@pytest.mark.parametrize("others", [True, False])
def test_what_is_dragged_together_is_led_as_if_it_had_been_there(qtbot: Any, others: bool) -> None:
    view = opened(qtbot, FEWEST_TOGETHER + 20)
    session, hands = view.session, Hands(view)
    ids = session.document.node_ids()
    picked = ids[8:-6] if others else ids
    view.select(picked)
    at = hands.card(session.document.node(picked[0]).name)
    hands.press(at)
    for step in range(1, 6):
        hands.move(at + QPoint(9 * step, 7 * step))
    hands.release(at + QPoint(45, 35))
    assert session.stack.count() == 1
    assert view.mirror_errors() == []
    fresh = CanvasView(session)
    qtbot.addWidget(fresh)
    for wire, item in fresh.mirror.wires.items():
        shown = view.mirror.wires[wire]
        assert shown.ends() == item.ends()
        assert shown.strokes() == item.strokes()
        assert shown.label() == item.label()
    session.stack.undo()
    assert view.mirror_errors() == []
    fresh.release()
    view.release()


def places(view: CanvasView) -> tuple[object, ...]:
    """Return where everything stands."""
    scene = view.mirror
    return (
        {node: item.mapToScene(QPointF()) for node, item in scene.nodes.items()},
        {wire: item.mapToScene(item._path).pointAtPercent(0.5) for wire, item in scene.wires.items()},
    )


@pytest.mark.parametrize("count", [FEWEST_TOGETHER + 20, MANY + 20])
def test_many_are_carried_as_one(qtbot: Any, count: int) -> None:
    view = opened(qtbot, count)
    session, hands, scene = view.session, Hands(view), view.mirror
    picked = session.document.node_ids()[8:-6]
    view.select(picked)
    listed(view)
    before, painted = places(view), listed(view)
    at = hands.card(session.document.node(picked[0]).name)
    hands.press(at)
    for step in range(1, 4):
        hands.move(at + QPoint(12 * step, 9 * step))
        shown = listed(view)
        seen = {node: item.card().translated(scene.carrier.lag(item)) for node, item in scene.nodes.items()}
        scene.carrier.catch_up()
        assert seen == {node: item.card() for node, item in scene.nodes.items()}
        ways = {node: item.pos() - before[0][node] for node, item in scene.nodes.items()}
        assert all(way == (ways[picked[0]] if node in picked else QPointF()) for node, way in ways.items())
        assert not ways[picked[0]].isNull()
        for wire, item in scene.wires.items():
            start, end = item.ends()
            ports = scene.nodes[wire.source].look.outputs, scene.nodes[wire.target].look.inputs
            assert start in [scene.nodes[wire.source].socket_pos(socket) for socket in ports[0]]
            assert end in [scene.nodes[wire.target].socket_pos(socket) for socket in ports[1]]
            assert item.mapToScene(item._path.pointAtPercent(0)) == start
        if scene.far.on:
            scene.far.touch()
            assert shown == listed(view)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    hands.release(at)
    assert places(view) == before
    assert listed(view) == painted
    assert view.mirror_errors() == []
    assert not session.stack.canUndo()
    view.release()


@pytest.mark.parametrize("act", ["undo", "delete"])
def test_an_edit_under_what_is_carried_ends_it(qtbot: Any, act: str) -> None:
    view = opened(qtbot, FEWEST_TOGETHER + 20)
    session, hands = view.session, Hands(view)
    picked = session.document.node_ids()[8:-6]
    commands.move(session, {picked[1]: (40.0, 600.0)})
    view.select(picked)
    at = hands.card(session.document.node(picked[0]).name)
    hands.press(at)
    hands.move(at + QPoint(40, 30))
    hands.move(at + QPoint(50, 30))
    assert view.mirror.carrier
    if act == "undo":
        session.stack.undo()
    else:
        commands.delete(session, [picked[2]])
    assert view.gesture is None
    assert not view.mirror.carrier
    assert view.mirror_errors() == []
    hands.release(at)
    assert view.mirror_errors() == []
    view.release()
