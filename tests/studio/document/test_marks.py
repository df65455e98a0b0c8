"""Frames and notes in a document: files, copies, and following what they stand around."""

from __future__ import annotations

import json
from typing import Any

import pytest

from studio.document import Document, FileError, Frozen, Mark, files
from studio.document.clipboard import copy_text, paste
from studio.document.marks import around, follow, held_by
from studio.document.rows import Node

GOOD: dict[str, Any] = {"kind": "note", "text": "hm", "place": [1, 2], "size": [100, 50], "colour": "rose"}


def text(**changes: Any) -> str:
    rows = {"m1": {key: value for key, value in {**GOOD, **changes}.items() if value is not None}}
    data = {"format": "bunon", "version": 1, "graphs": {"main": {}}, "view": {"marks": {"main": rows}}}
    return json.dumps(data)


def test_what_is_not_known_of_a_mark_is_kept() -> None:
    document = files.loads(text(tilt=3, colour="plaid"))
    assert document.mark("m1") == Mark(
        "note", "hm", (1.0, 2.0), (100.0, 50.0), "plaid", document.mark("m1").extra
    )
    again = json.loads(files.dumps(document))["view"]["marks"]["main"]["m1"]
    assert again["tilt"] == 3
    assert again["colour"] == "plaid"
    assert "marks" not in json.loads(files.dumps(Document()))["view"]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"kind": "cloud"}, "kind"), ({"kind": None}, "kind"), ({"text": 3}, "text"),
        ({"place": [1]}, "place"), ({"place": [1, "2"]}, "place"), ({"place": [1, 1e12]}, "place"),
        ({"size": [0, 5]}, "size"), ({"size": [5, True]}, "size"), ({"size": None}, "size"),
        ({"colour": []}, "colour"),
    ],
)  # fmt: skip
def test_a_wrong_mark_is_named(changes: dict[str, Any], where: str) -> None:
    with pytest.raises(FileError) as caught:
        files.loads(text(**changes))
    assert caught.value.fields["where"] == f"view.marks.main.m1.{where}"


@pytest.mark.parametrize(("old", "new"), [('"m1"', '"M 1"'), ('{"main": {"m1"', '{"gone": {"m1"')])
def test_a_mark_of_nowhere_is_refused(old: str, new: str) -> None:
    with pytest.raises(FileError):
        files.loads(text().replace(old, new))


def drawing() -> Document:
    document = Document()
    draft = document.draft()
    for at in range(3):
        draft.put("nodes", ("main", f"n{at + 1}"), Node("input", f"a{at + 1}"))
        draft.put("places", ("main", f"n{at + 1}"), (at * 200.0, 0.0))
    draft.put("marks", ("main", "m1"), Mark("frame", "two", (-20.0, -50.0), (392.0, 160.0)))
    draft.put("marks", ("main", "m2"), Mark("note", "near the third", (420.0, 150.0), (80.0, 40.0)))
    document.apply(draft.edit("build"))
    return document


def rects(document: Document, **moved: tuple[float, float]) -> dict[str, tuple[float, float, float, float]]:
    return {n: (*moved.get(n, document.place(n)), 152.0, 82.0) for n in document.node_ids()}


def test_a_frame_follows_its_nodes_and_a_note_its_neighbour() -> None:
    document = drawing()
    assert held_by(document, "m1", rects(document)) == (["n1", "n2"], [])
    draft = document.draft()
    after = rects(document, n1=(0.0, 300.0), n2=(0.0, 500.0), n3=(50.0, 0.0))
    follow(draft, rects(document), after)
    frame = draft.mark("m1")
    assert frame.holds((0.0, 300.0), (152.0, 82.0))
    assert frame.holds((0.0, 500.0), (152.0, 82.0))
    assert not frame.holds((50.0, 0.0), (152.0, 82.0))
    assert draft.mark("m2").place == (70.0, 150.0)


def test_copies_of_frames_do_not_stand_around_the_originals() -> None:
    document = drawing()
    words = copy_text(document, ["n1", "n2"], marks=["m1"])
    draft = document.draft()
    first, second = paste(draft, words), paste(draft, words)
    assert len({draft.mark(mark).place for mark in draft.mark_ids()}) == 4
    all_rects = {n: (*draft.place(n), 152.0, 82.0) for n in draft.node_ids()}
    assert held_by(draft, "m3", all_rects)[0] == first
    assert held_by(draft, "m4", all_rects)[0] == second
    alone = document.draft()
    assert paste(alone, copy_text(document, [], marks=["m2"])) == []
    assert alone.mark("m3").text == "near the third"


def test_around_leaves_room_for_the_title() -> None:
    x, y, wide, high = around([(0.0, 0.0, 100.0, 50.0), (200.0, 20.0, 100.0, 50.0)])
    assert x < 0
    assert y < -30
    assert x + wide > 300
    assert y + high > 70


def test_a_note_does_not_come_to_lie_behind_cards() -> None:
    document = drawing()
    draft = document.draft()
    after = rects(document, n1=(400.0, 160.0), n2=(0.0, 500.0))
    follow(draft, rects(document), after)
    note = draft.mark("m2")
    assert note.place[1] > 160.0 + 82.0
    assert note.place[0] == 420.0
    draft = document.draft()
    draft.put("settings", "view", Frozen(direction="down"))
    follow(draft, rects(document), after)
    assert draft.mark("m2").place[0] > 552.0
    assert draft.mark("m2").place[1] == 150.0
