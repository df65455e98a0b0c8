"""Wires around cards, both styles and directions, the heat map and the search, as a hand meets them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtTest import QTest

from studio import commands
from studio.canvas import CanvasView
from studio.canvas.far import MANY
from studio.canvas.heat import KINDS, heat_map, heated, measured_words
from studio.canvas.paper import Choices, image
from studio.canvas.routing import CLEAR, PLAIN, Cards, Lanes, route
from studio.document import Frozen
from studio.document.times import Times
from studio.theme.tokens import DARK, LIGHT, TEXT_CONTRAST, contrast
from tests.studio.canvas.conftest import FakeSession, Hands

RESIDUAL = {
    "image": ("Input", 0, 0, {"shape": (16,)}),
    "one": ("Dense", 240, 0, {"units": 16}),
    "two": ("Dense", 480, 0, {"units": 16}),
    "three": ("Dense", 720, 0, {"units": 16}),
    "join": ("Concatenate", 960, 0),
    "result": ("Output", 1200, 0),
}
WIRES = [("image", "one"), ("one", "two"), ("two", "three"), ("three", "join"), ("image", "join"),
         ("join", "result")]  # fmt: skip


@pytest.fixture
def skip(session: FakeSession, open_view: Callable[[FakeSession], CanvasView]) -> CanvasView:
    session.build(RESIDUAL, WIRES)
    return open_view(session)


def covered(view: CanvasView) -> list[tuple[str, str]]:
    """Return (wire's source, card) for every card that a wire of others runs behind."""
    found = []
    document = view.session.document
    for wire, item in view.mirror.wires.items():
        line = item.line()
        for node, card in view.mirror.nodes.items():
            inner = card.card().adjusted(2, 2, -2, -2)
            if node not in (wire.source, wire.target) and line.intersects(inner):
                found.append((document.node(wire.source).name, document.node(node).name))
    return found


def test_a_lane_is_found_beside_what_is_in_the_way_and_others_stay_out_of_it() -> None:
    cards, lanes = Cards(), Lanes()
    cards.put("a", (200.0, 0.0, 350.0, 100.0))
    assert route(cards, (0, 300), (600, 300), "s", "t", lanes) is PLAIN
    first = route(cards, (0, 41), (600, 41), "s", "t", lanes)
    ((_, _, across),) = first.runs
    assert across <= -CLEAR
    lanes.take(first.runs, "s")
    (other,) = {run[2] for run in route(cards, (0, 41), (600, 41), "u", "v", lanes).runs}
    assert abs(other - across) >= 10
    (same,) = {run[2] for run in route(cards, (0, 41), (600, 41), "s", "w", lanes).runs}
    assert same == across  # what comes from one card runs as one
    (below,) = {run[2] for run in route(cards, (0, 41), (600, 41), "x", "y", Lanes(), lean=1).runs}
    assert below >= 100 + CLEAR


@pytest.mark.parametrize("square", [False, True])
@pytest.mark.parametrize("down", [False, True])
def test_no_wire_runs_behind_a_card(skip: CanvasView, square: bool, down: bool) -> None:
    skip.set_square_wires(square)
    if down:
        skip.set_downward(True)
    else:
        skip.auto_layout()
    skip.mirror.finish_glide()
    assert covered(skip) == []
    hands = Hands(skip)
    hands.drag(hands.card("two"), hands.card("two") + QPoint(10, 40))  # the skip gives way to the card
    assert covered(skip) == []
    commands.delete(skip.session, [skip.session.document.node_named("three")])
    assert covered(skip) == []
    while skip.session.stack.canUndo():
        skip.session.stack.undo()
        skip.mirror.finish_glide()
        assert skip.mirror_errors() == []
    assert covered(skip) == []


def test_the_way_of_a_wire_does_not_depend_on_how_it_came_about(skip: CanvasView) -> None:
    before = {wire: item.strokes() for wire, item in skip.mirror.wires.items()}
    hands = Hands(skip)
    hands.drag(hands.card("two"), hands.card("two") + QPoint(20, 90))
    assert {wire: item.strokes() for wire, item in skip.mirror.wires.items()} != before
    skip.session.stack.undo()
    assert {wire: item.strokes() for wire, item in skip.mirror.wires.items()} == before


def test_top_down_turns_the_sockets_and_is_one_step(skip: CanvasView) -> None:
    start = skip.session.document.copy()
    skip.set_downward(True)
    hands = Hands(skip)
    card = hands.item("one").card()
    top = skip.mapToScene(hands.socket("one", True))
    bottom = skip.mapToScene(hands.socket("one", False))
    assert abs(top.y() - card.top()) < 3
    assert abs(bottom.y() - card.bottom()) < 3
    assert hands.item("one").card().top() < hands.item("two").card().top()
    hands.drag(hands.socket("image", False), hands.socket("two", True))  # wires are drawn as ever
    ids = {skip.session.document.node(w.source).name for w in skip.session.document.incoming("n3")}
    assert "image" in ids
    skip.session.stack.undo()
    assert skip.session.stack.undoText() == "Draw top-down"
    skip.session.stack.undo()
    assert skip.session.document.same_as(start)
    assert skip.mirror_errors() == []
    skip.set_downward(False)
    assert not skip.session.stack.canUndo()


def test_arrow_keys_follow_the_flow_downwards(skip: CanvasView) -> None:
    commands.add_layer(skip.session, "Dense", (900.0, 0.0), {"units": 4}, name="aside")
    skip.set_downward(True)
    skip.setFocus()
    skip.select(["n2"])
    QTest.keyClick(skip, Qt.Key.Key_Down)
    assert names(skip) == ["two"]
    QTest.keyClick(skip, Qt.Key.Key_Up)
    QTest.keyClick(skip, Qt.Key.Key_Up)
    assert names(skip) == ["image"]
    QTest.keyClick(skip, Qt.Key.Key_Right)
    assert names(skip) == ["aside"]
    QTest.keyClick(skip, Qt.Key.Key_Left)
    assert names(skip) == ["image"]


def test_a_wire_with_room_tells_the_shape_that_flows(skip: CanvasView) -> None:
    labels = {item.label() for item in skip.mirror.wires.values()}
    assert "16" in labels
    skip.auto_layout()
    skip.mirror.finish_glide()
    short = [item for wire, item in skip.mirror.wires.items() if wire.source == "n2"]
    assert [item.label() for item in short] == [""]


def test_the_heat_map_tints_counts_and_explains(skip: CanvasView) -> None:
    told: list[str] = []
    skip.heat_changed.connect(lambda: told.append(skip.heat))
    skip.set_heat("parameters")
    heat = skip.mirror.nodes["n2"].flags_.heat
    assert heat is not None
    assert (heat.level, heat.value) == (1.0, "272")
    assert "%" in heat.part
    cold = skip.mirror.nodes["n1"].flags_.heat
    assert cold is not None
    assert (cold.level, cold.part) == (0.0, "0 %")
    assert skip.legend.isVisible()
    assert "816" in skip.legend.whole.text()
    commands.set_params(skip.session, "n2", {"units": 32})  # it follows the drawing
    assert skip.mirror.nodes["n2"].flags_.heat != heat
    QTest.mouseClick(skip.legend.button, Qt.MouseButton.LeftButton)
    assert told == ["parameters", ""]
    assert not skip.legend.isVisible()
    assert all(item.flags_.heat is None for item in skip.mirror.nodes.values())
    assert len(skip.session.document.wires()) == len(WIRES)


def test_memory_and_work_are_counted_inside_blocks_too(skip: CanvasView) -> None:
    session = skip.session
    for kind in KINDS:
        flat = heat_map(session.document, session.here, {}, kind)
        assert set(flat.nodes) == set(session.document.node_ids())
    before = heat_map(session.document, session.here, {}, "memory").nodes["n3"].value
    assert before == "64 B"  # sixteen numbers of four bytes
    block = commands.group(session, ["n2", "n3"])
    whole = heat_map(session.document, session.here, session.analysis.inside, "memory")
    assert whole.nodes[block].value == "128 B"
    commands.set_repeat(session, block, 3)
    whole = heat_map(session.document, session.here, session.analysis.inside, "memory")
    assert whole.nodes[block].value == "384 B"
    skip.set_heat("memory")
    session.enter(session.document.node(block).ref)
    assert all(item.flags_.heat is not None for item in skip.mirror.nodes.values())


def test_words_can_be_read_on_every_heat() -> None:
    for theme in (LIGHT, DARK):
        for step in range(11):
            assert contrast(theme.text, heated(theme, step / 10)) >= TEXT_CONTRAST


def names(view: CanvasView) -> list[str]:
    document, graph = view.session.document, view.graph
    return [document.node(node, graph).name for node in view.mirror.selected_nodes()]


def test_find_walks_marks_dims_enters_blocks_and_closes(skip: CanvasView) -> None:
    session, field = skip.session, skip.finder.field
    block = commands.group(session, ["n3", "n4"])
    skip.open_find()
    assert field.hasFocus()
    QTest.keyClicks(field, "dense")
    assert skip.finder.count.text() == "1 of 3"
    assert names(skip) == ["one"]
    assert skip.mirror.nodes["n2"].flags_.found
    assert skip.mirror.nodes["n5"].opacity() < 1.0
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert skip.graph == session.document.node(block).ref
    assert names(skip) == ["two"]
    assert field.hasFocus()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert names(skip) == ["three"]
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert (skip.graph, names(skip)) == ("main", ["one"])
    QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert names(skip) == ["three"]
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not skip.finder.isVisible()
    assert skip.hasFocus()
    assert all(item.opacity() == 1.0 for item in skip.mirror.nodes.values())
    assert skip.mirror_errors() == []


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("units 16", {"one", "two", "three"}),
        ("UNITS=16 two", {"two"}),
        ("concat", {"join"}),
        ("output", {"result"}),
        ("32", {"join"}),
        ("nothing of the kind", set()),
        ("  ", set()),
    ],
)
def test_name_type_parameters_and_shape_are_searched(skip: CanvasView, words: str, found: set[str]) -> None:
    skip.open_find()
    QTest.keyClicks(skip.finder.field, words)
    document = skip.session.document
    assert {document.node(node, graph).name for graph, node in skip.matches} == found
    assert skip.finder.next.isEnabled() == bool(found)
    if not found and words.strip():
        assert skip.finder.count.text() == "nothing found"


def test_the_search_follows_the_drawing(skip: CanvasView) -> None:
    skip.open_find()
    QTest.keyClicks(skip.finder.field, "dense")
    commands.add_layer(skip.session, "Dense", (0.0, 400.0), {"units": 3})
    assert len(skip.matches) == 4
    skip.session.stack.undo()
    assert len(skip.matches) == 3


def test_a_large_drawing_is_painted_at_one_go_and_keeps_its_hands(
    session: FakeSession, open_view: Callable[[FakeSession], CanvasView]
) -> None:
    many = {"image": ("Input", 0, 0, {"shape": (4,)})}
    many |= {f"d{n}": ("Dropout", n % 40 * 188, n // 40 * 140, {"rate": 0.1}) for n in range(1, MANY + 2)}
    session.build(many, [("image", "d1"), *((f"d{n}", f"d{n + 1}") for n in range(1, MANY + 1))])
    view = open_view(session)
    view.fit_all()
    assert view.mirror.far.on
    far = view.grab().toImage()
    hands = Hands(view)
    hands.click(hands.card("d50"))
    assert names(view) == ["d50"]
    assert view.grab().toImage() != far  # what is selected shows from afar
    hands.drag(hands.card("d50"), hands.card("d50") + QPoint(60, 40))
    assert session.stack.undoText() == "Move d50"
    view.select(["n51"])
    QTest.keyClick(view, Qt.Key.Key_Delete)
    assert view.mirror_errors() == []
    session.stack.undo()
    session.stack.undo()
    assert view.mirror_errors() == []
    view.set_zoom(1.0)
    view._zoomed.timeout.emit()  # type: ignore[attr-defined]  # the stub of Signal has no emit
    view._zoomed.stop()
    view._choose_detail()
    assert not view.mirror.far.on
    picture = image(view.mirror, Choices("screen", 0.1))
    assert not picture.isNull()
    assert QRectF(picture.rect()).width() > 700
    assert session.document.layer("e1").params == Frozen(rate=0.1)


@pytest.mark.parametrize(
    ("unknown", "said"),
    [(0, ""), (1, ". 1 node has changed since."), (2, ". 2 nodes have changed since.")],
)
def test_a_map_of_times_says_what_it_shows_and_what_is_missing(unknown: int, said: str) -> None:
    assert measured_words(None, unknown).startswith("Not measured yet")
    words = measured_words(Times({}, {}, 32, "cpu"), unknown)
    assert words == f"one pass of 32 examples forward, on CPU{said}"
