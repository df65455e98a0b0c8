"""Layout, chains, big drawings."""

from __future__ import annotations

import pytest

from studio.document import Document, Frozen, LayerEntry, Node, Refusal, Wire
from studio.document.clipboard import copy_text, paste
from studio.document.layout import lay_out
from studio.document.linear import chain, is_linear
from studio.document.shapes import analyse
from tests.studio.document.fakes import Catalog


def drawing(*wires: str, count: int = 0) -> Document:
    document = Document()
    draft = document.draft()
    ends = {end for wire in wires for end in wire.split(">")} | {f"n{n + 1}" for n in range(count)}
    for node in ends:
        draft.put("layers", f"e{node[1:]}", LayerEntry("Add", f"a{node[1:]}"))
        draft.put("nodes", ("main", node), Node("layer", f"a{node[1:]}", f"e{node[1:]}"))
    for wire in wires:
        source, target = wire.split(">")
        draft.put("wires", ("main", Wire(source, "output", target, "inputs")), Frozen())
    document.apply(draft.edit("draw"))
    return document


@pytest.mark.parametrize(
    ("wires", "code", "node"),
    [
        (("n1>n2", "n1>n3"), "branches", "n1"),
        (("n1>n3", "n2>n3"), "joins", "n3"),
        (("n1>n2", "n3>n4"), "apart", "n3"),
        (("n1>n2", "n2>n1"), "cycle", "n1"),
        (("n1>n2", "n3>n4", "n4>n3"), "cycle", "n3"),
    ],
)
def test_what_keeps_a_graph_from_being_a_chain(wires: tuple[str, ...], code: str, node: str) -> None:
    found = is_linear(drawing(*wires))
    assert found is not None
    assert (found.code, found.node) == (code, node)
    assert chain(drawing(*wires)) == []


def test_a_chain_is_read_along_its_wires() -> None:
    assert chain(drawing("n3>n1", "n1>n2")) == ["n3", "n1", "n2"]
    assert chain(Document()) == []
    assert is_linear(Document()) is None


def test_layout_goes_right_without_overlap_and_repeats_itself() -> None:
    wires = ("n1>n3", "n2>n4", "n3>n5", "n4>n5", "n1>n5", "n5>n6", "n6>n5", "n6>n6")
    document = drawing(*wires, count=8)
    places = lay_out(document)
    assert set(places) == set(document.node_ids())
    for wire in document.wires():
        if wire.source != "n6":
            assert places[wire.source][0] < places[wire.target][0]
    assert len(set(places.values())) == len(places)
    draft = document.draft()
    for node, place in places.items():
        draft.put("places", ("main", node), place)
    document.apply(draft.edit("lay_out"))
    assert lay_out(document) == places
    assert lay_out(drawing(*reversed(wires), count=8)) == places


def test_parallel_branches_do_not_cross() -> None:
    places = lay_out(drawing("n1>n4", "n2>n3", "n3>n5", "n4>n6"))
    assert (places["n1"][1] < places["n2"][1]) == (places["n4"][1] < places["n3"][1])
    assert (places["n4"][1] < places["n3"][1]) == (places["n6"][1] < places["n5"][1])


def test_pasting_keeps_sharing_inside_the_selection() -> None:
    document = drawing("n1>n2")
    draft = document.draft()
    draft.put("nodes", ("main", "n2"), Node("layer", "a2", "e1"))
    draft.put("layers", "e2", None)
    document.apply(draft.edit("share"))
    draft = document.draft()
    new = paste(draft, copy_text(document, ["n1", "n2"]), at=(100.0, 50.0))
    assert new == ["n3", "n4"]
    assert draft.node("n3").ref == draft.node("n4").ref == "e2"
    assert draft.place("n3") == (100.0, 50.0)
    assert draft.has_wire(Wire("n3", "output", "n4", "inputs"))
    for text in ("", "hello", "[1]", "{}", '{"format": "bunon"}'):
        with pytest.raises(Refusal, match="no nodes"):
            paste(document.draft(), text)


def test_two_thousand_nodes_are_analysed() -> None:
    document = drawing(*(f"n{n}>n{n + 1}" for n in range(1, 2000)))
    draft = document.draft()
    draft.put("nodes", ("main", "n1"), Node("input", "a1", options=Frozen(shape=[4])))
    document.apply(draft.edit("input"))
    found = analyse(document, Catalog())
    assert found.nodes["n2000"].outputs[0].shape == (None, 4)
    assert len(found.order) == 2000
    assert len(lay_out(document)) == 2000
