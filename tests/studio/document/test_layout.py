"""The tidy drawing: what is promised of it, on the drawings that people make."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from engine.catalog import load_catalog
from studio import commands as do
from studio.document import Document, Frozen, Wire, files
from studio.document.layout import is_downward, lay_out, usual_size
from studio.document.marks import around
from studio.document.rows import Mark, Place
from studio.session import Session as RealSession
from tests.studio.commands.test_blocks import residual
from tests.studio.document.test_drawing import drawing
from tests.timing import times_longer

HIGH = 112.0
WIDE = 152.0


def put(document: Document, places: dict[str, Place]) -> None:
    draft = document.draft()
    for node, place in places.items():
        draft.put("places", ("main", node), place)
    document.apply(draft.edit("move"))


def chain(count: int, first: int = 1) -> list[str]:
    return [f"n{n}>n{n + 1}" for n in range(first, first + count - 1)]


def test_a_skip_gets_a_lane_beside_the_cards_that_it_passes() -> None:
    document = drawing(*chain(6), "n1>n5")
    places = lay_out(document)
    assert len({places[f"n{n}"][1] for n in range(1, 7)}) == 1  # the way of the data stays straight
    taller = lay_out(drawing(*chain(6), "n1>n5", "n1>n7", "n7>n5"))
    assert {taller[f"n{n}"][1] for n in range(1, 7)} != {taller["n7"][1]}
    assert abs(taller["n7"][1] - taller["n2"][1]) >= HIGH


def test_branches_stand_around_their_source() -> None:
    wires = [f"n1>n{n}" for n in (2, 3, 4, 5)] + [f"n{n}>n6" for n in (2, 3, 4, 5)]
    places = lay_out(drawing(*wires))
    rows = sorted(places[f"n{n}"][1] for n in (2, 3, 4, 5))
    assert all(low - high >= HIGH for high, low in pairwise(rows))
    assert rows[0] < places["n1"][1] <= rows[2]
    assert places["n1"][1] == places["n6"][1]


def test_parts_stand_below_each_other_and_lone_nodes_last() -> None:
    places = lay_out(drawing("n1>n2", "n3>n4", count=6))
    assert places["n1"][1] < places["n3"][1] < places["n5"][1] == places["n6"][1]
    assert places["n1"][0] == places["n3"][0] == 0.0


def test_the_order_that_stands_is_kept_where_no_wire_crosses() -> None:
    document = drawing("n1>n2", "n1>n3", "n2>n4", "n3>n5")
    tidy = lay_out(document)
    assert tidy["n2"][1] < tidy["n3"][1]
    put(document, {**tidy, "n3": (200.0, -900.0), "n5": (400.0, -900.0)})
    other = lay_out(document)
    assert other["n3"][1] < other["n2"][1]
    assert other["n5"][1] < other["n4"][1]


@pytest.mark.parametrize("seed", range(25))
def test_twice_is_as_once_and_nothing_overlaps(seed: int) -> None:
    chance = random.Random(seed)
    count = chance.randint(3, 40)
    wires = [
        f"n{max(1, n - chance.choice([1, 1, 2, 4, 9]))}>n{n}"
        for n in range(2, count + 1)
        for _ in range(chance.choice([1, 1, 2]))
    ]
    document = drawing(*dict.fromkeys(wires), count=count)
    put(document, {f"n{n}": (chance.uniform(0, 900), chance.uniform(0, 900)) for n in range(1, count + 1)})
    for down in (False, True):
        places = lay_out(document, down=down)
        put(document, places)
        assert lay_out(document, down=down) == places
        cards = sorted(places.values())
        for at, (x, y) in enumerate(cards):
            assert not any(abs(x - a) < WIDE and abs(y - b) < HIGH for a, b in cards[at + 1 :])


def test_a_small_edit_moves_little() -> None:
    wires = [*chain(9), "n1>n10", "n10>n9", "n3>n11", "n11>n7"]
    before = lay_out(drawing(*wires))
    after = lay_out(drawing(*wires, "n9>n12"))
    assert {node: after[node] for node in before} == before


def test_a_long_drawing_goes_on_below_where_one_wire_leads_on() -> None:
    wires = []
    for at in range(1, 97, 4):  # blocks of four, each with a skip
        wires += [f"n{at + k}>n{at + k + 1}" for k in range(4)] + [f"n{at}>n{at + 3}"]
    places = lay_out(drawing(*wires))
    starts = [n for n in range(2, 98) if places[f"n{n}"][1] > places[f"n{n - 1}"][1] + HIGH]
    assert starts
    assert all((n - 1) % 4 in (0, 3) for n in starts)  # never within a skip
    wide = max(x for x, _ in places.values())
    assert wide < 97 * 188 / 2


def test_top_down_is_left_to_right_on_its_side_and_saved_with_the_view(tmp_path: Path) -> None:
    document = drawing(*chain(4), "n1>n3", count=5)
    places = lay_out(document, down=True)
    assert [places[f"n{n}"][1] for n in range(1, 5)] == sorted(places[f"n{n}"][1] for n in range(1, 5))
    assert len({places[f"n{n}"][0] for n in range(1, 5)}) == 1
    draft = document.draft()
    draft.put("settings", "view", Frozen(direction="down"))
    document.apply(draft.edit("flow_down"))
    files.save(document, tmp_path / "a.bunon")
    text = (tmp_path / "a.bunon").read_text()
    assert '"direction": "down"' in text.split('"view"')[1]
    again = files.load(tmp_path / "a.bunon")
    assert is_downward(again)
    assert again.same_as(document)
    assert not is_downward(drawing("n1>n2"))
    odd = files.loads(text.replace('"down"', '"sideways"'))
    assert not is_downward(odd)
    assert '"sideways"' in files.dumps(odd)  # what is not known is kept


def test_four_times_as_many_nodes_take_four_times_as_long_to_lay_out() -> None:
    large, small = (
        drawing(*chain(count), *(f"n{n}>n{n + 5}" for n in range(1, count - 10, 6))) for count in (2000, 500)
    )
    assert len(set(lay_out(large).values())) == 2000
    assert times_longer(lambda: lay_out(large), lambda: lay_out(small), 3) < 9  # 16 if every pair counted


def framed(state: Document, *groups: Sequence[str]) -> None:
    """Draw frames around groups of nodes, where they stand now."""
    draft = state.draft()
    for group in groups:
        ids = [state.node_named(name) or "" for name in group]
        x, y, wide, high = around((*state.place(node), *usual_size(node)) for node in ids)
        draft.put("marks", ("main", draft.new_mark_id("main")), Mark("frame", "part", (x, y), (wide, high)))
    state.apply(draft.edit("frame"))


@pytest.mark.parametrize("down", [False, True])
def test_frames_keep_their_nodes_and_let_no_others_in(down: bool) -> None:
    session = RealSession(residual())
    session.set_catalog(load_catalog())
    document = session.document
    aside = do.add_layer(session, "Dropout", (0, 400), {"rate": 0.1})
    stem = document.node_named("stem") or ""
    do.connect(session, Wire(stem, "output", aside, "inputs"))
    do.lay_out(session)
    framed(document, ("one", "two"), ("one",), ("pooled", "last"))
    if down:
        do.set_direction(session, True)
    else:
        do.lay_out(session)
    marks = [document.mark(mark) for mark in document.mark_ids()]
    inside = [
        {document.node(n).name for n in document.node_ids() if mark.holds(document.place(n), usual_size(n))}
        for mark in marks
    ]
    assert inside == [{"one", "two"}, {"one"}, {"pooled", "last"}]
    cards = {n: (*document.place(n), *usual_size(n)) for n in document.node_ids()}
    for mark, held in zip(marks, inside, strict=True):
        (x, y), (wide, high) = mark.place, mark.size
        for node, (left, top, across, tall) in cards.items():
            apart = left >= x + wide or left + across <= x or top >= y + high or top + tall <= y
            assert apart or document.node(node).name in held, document.node(node).name
    before = document.copy()
    do.lay_out(session)
    assert document.same_as(before)


@pytest.mark.parametrize("seed", range(10))
def test_whatever_frames_there_are_laying_out_twice_changes_nothing(seed: int) -> None:
    chance = random.Random(seed)
    session = RealSession(residual())
    session.set_catalog(load_catalog())
    document = session.document
    do.lay_out(session)
    draft = document.draft()
    for _ in range(chance.randint(1, 4)):
        place, size = (
            (chance.uniform(-100, 1200), chance.uniform(-150, 200)),
            (chance.uniform(150, 900), 300.0),
        )
        draft.put("marks", ("main", draft.new_mark_id("main")), Mark("frame", "part", place, size))
    document.apply(draft.edit("frame"))
    do.lay_out(session)
    before = document.copy()
    do.lay_out(session)
    assert document.same_as(before)
    cards = [(*document.place(n), *usual_size(n)) for n in document.node_ids()]
    for at, (x, y, wide, high) in enumerate(cards):
        for left, top, across, tall in cards[at + 1 :]:
            assert left >= x + wide or left + across <= x or top >= y + high or top + tall <= y


def test_a_long_drawing_with_skips_fills_several_bands() -> None:
    wires = chain(25)
    for first in range(3, 23, 4):  # what the band before ends with is added again within the next
        wires.append(f"n{first}>n{first + 4}")
    places = lay_out(drawing(*wires))
    lefts = [places[f"n{n}"][0] for n in range(1, 26)]
    begun = [at for at, (before, after) in enumerate(pairwise(lefts), 1) if after < before]
    assert len(begun) >= 2
    assert max(end - first for first, end in pairwise([0, *begun, 25])) <= 12
