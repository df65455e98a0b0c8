"""Several inputs and outputs are named beside their sockets and in the tips."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage

from studio import commands
from studio.canvas.port_names import named, room_for
from studio.canvas.tips import tip_at
from tests.studio.canvas.conftest import FakePort, FakeSession, FakeSpec


@pytest.fixture
def several(session: FakeSession) -> FakeSession:
    ports = tuple(FakePort(name) for name in ("query", "value", "key"))
    attention = FakeSpec("Attention", "attention", "Looks at what matters.", lambda p, s: s[0], inputs=ports)
    session.catalog.specs["Attention"] = attention
    session.build(
        {
            "words": ("Input", 0, 0, {"shape": (12, 8)}),
            "attention": ("Attention", 300, 0),
            "memory": ("LSTM", 300, 200, {"units": 4, "return_state": True}),
            "lone": ("Dense", 300, 400, {"units": 4}),
        },
        [],
    )
    session.again()
    return session


def test_sides_with_several_ports_are_named(several: FakeSession, open_view: Any) -> None:
    view = open_view(several)
    items = {several.document.node(node).name: item for node, item in view.mirror.nodes.items()}
    assert [socket.port for socket in named(items["attention"].look)][:3] == ["query", "value", "key"]
    assert [s.port for s in named(items["memory"].look) if not s.is_input] == ["sequence", "state"]
    assert named(items["lone"].look) == ()
    assert items["attention"].boundingRect().left() < items["lone"].boundingRect().left()
    assert items["attention"].boundingRect().contains(room_for(items["attention"].look))


def test_names_have_room_when_the_drawing_turns(several: FakeSession, open_view: Any) -> None:
    view = open_view(several)
    item = view.mirror.nodes[several.document.node_named("attention")]
    commands.set_direction(several, True)
    assert item.look.down
    assert item.boundingRect().contains(room_for(item.look))
    places = [item.socket_pos(socket).x() for socket in item.look.inputs]
    assert places[1] - places[0] > 40


def _left_of(view: Any, item: Any) -> QImage:
    """Return what is painted left of a card's first sockets."""
    corner = view.mapFromScene(item.pos())
    reach = round(60 * view.zoom())
    return view.grab().toImage().copy(corner.x() - reach, corner.y(), reach - 12, round(70 * view.zoom()))


def test_names_are_left_out_from_afar(several: FakeSession, open_view: Any) -> None:
    view = open_view(several)
    item = view.mirror.nodes[several.document.node_named("attention")]
    lone = view.mirror.nodes[several.document.node_named("lone")]
    view.set_zoom(1.0)
    view.center_on(item.node)

    def inks(image: QImage) -> int:
        dark = 0
        for x in range(image.width()):
            dark += sum(image.pixelColor(x, y).lightness() < 150 for y in range(image.height()))
        return dark

    assert inks(_left_of(view, item)) > 20
    view.center_on(lone.node)
    assert inks(_left_of(view, lone)) == 0
    view.set_zoom(0.5)
    view.center_on(item.node)
    assert inks(_left_of(view, item)) == 0


def test_tips_name_the_socket_and_its_fellows(several: FakeSession, open_view: Any) -> None:
    view = open_view(several)
    view.fit_all()
    item = view.mirror.nodes[several.document.node_named("attention")]
    at = view.mapFromScene(item.socket_pos(item.look.inputs[1]))
    assert tip_at(view, at).startswith("attention · value (input 2 of 3)")


def test_the_ends_of_a_block_name_its_sockets(several: FakeSession, open_view: Any) -> None:
    memory = several.document.node_named("memory")
    words = several.document.node_named("words")
    assert memory is not None
    assert words is not None
    from studio.document import Wire

    commands.connect(several, Wire(words, "output", memory, "inputs"))
    block = commands.group(several, [memory])
    inner = several.document.node(block).ref
    view = open_view(several)
    several.enter(inner)
    view.fit_all()
    ends = [n for n in several.document.node_ids(inner) if several.document.node(n, inner).kind != "layer"]
    for node in ends:
        item = view.mirror.nodes[node]
        row = several.document.node(node, inner)
        assert row.name in " ".join(item.look.lines)
        tip = tip_at(view, view.mapFromScene(item.card().center()) + QPoint(0, 0))
        assert f"The socket {row.name} at the" in tip
