"""Room for what is put into a wire, along the flow, with the frames that stand around."""

from __future__ import annotations

from studio.document import Document, Frozen, Mark
from studio.document.room import make_room
from studio.document.rows import Node

SIZE = (100.0, 50.0)


def row(down: bool) -> Document:
    """a1 → a2 → a3 in a row with gaps of 36, and a4 above that is not wired."""
    document = Document()
    draft = document.draft()
    step = 86.0 if down else 136.0
    for at in range(4):
        draft.put("nodes", ("main", f"n{at + 1}"), Node("input", f"a{at + 1}"))
        draft.put("places", ("main", f"n{at + 1}"), (0.0, at * step) if down else (at * step, 0.0))
    draft.put("places", ("main", "n4"), (3 * step, -200.0))
    if down:
        draft.put("settings", "view", Frozen(direction="down"))
    document.apply(draft.edit("build"))
    return document


def inserted(down: bool, *marks: Mark) -> tuple[Document, dict[str, tuple[float, float]]]:
    from studio.document import EMPTY, Wire

    document = row(down)
    draft = document.draft()
    draft.put("nodes", ("main", "n9"), Node("input", "new"))
    draft.put("places", ("main", "n9"), (10.0, 60.0) if down else (110.0, 5.0))
    for source, target in (("n1", "n9"), ("n9", "n2"), ("n2", "n3")):
        draft.put("wires", ("main", Wire(source, "output", target, "inputs")), EMPTY)
    for at, mark in enumerate(marks):
        draft.put("marks", ("main", f"m{at + 1}"), mark)
    make_room(draft, "n9", "n1", lambda _: SIZE)
    document.apply(draft.edit("insert"))
    return document, {node: document.place(node) for node in document.node_ids()}


def test_what_comes_after_moves_on_and_the_rest_stays() -> None:
    _, places = inserted(False)
    assert places == {
        "n1": (0, 0), "n9": (136, 5), "n2": (272, 0), "n3": (408, 0), "n4": (408, -200),
    }  # fmt: skip


def test_the_flow_may_go_down() -> None:
    _, places = inserted(True)
    assert places["n9"] == (10, 86)
    assert places["n2"] == (0, 172)
    assert places["n3"] == (0, 258)


def test_frames_grow_or_move_along() -> None:
    document, _ = inserted(
        False,
        Mark("frame", "both", (-10.0, -40.0), (260.0, 110.0)),
        Mark("frame", "last", (262.0, -40.0), (120.0, 110.0)),
        Mark("note", "stays", (300.0, 300.0), (100.0, 50.0)),
    )
    assert document.mark("m1").size == (396.0, 110.0)
    assert document.mark("m2").place == (398.0, -40.0)
    assert document.mark("m3").place == (300.0, 300.0)


def test_where_there_is_room_nothing_moves() -> None:
    document = row(False)
    draft = document.draft()
    draft.put("places", ("main", "n2"), (136.0, 400.0))
    before = {node: draft.place(node) for node in draft.node_ids()}
    make_room(draft, "n2", "n1", lambda _: SIZE)
    assert {node: draft.place(node) for node in draft.node_ids()} == before
