"""The document changes by edits alone, and tells what changed."""

from __future__ import annotations

import pytest

from studio.document import (
    Document,
    DocumentError,
    Edit,
    Frozen,
    LayerEntry,
    Node,
    Put,
    Refusal,
    Wire,
    freeze,
    names,
)


def two_nodes() -> Document:
    document = Document()
    draft = document.draft()
    draft.put("nodes", ("main", "n1"), Node("input", "pixels"))
    draft.put("layers", "e1", LayerEntry("Dense", "dense", Frozen(units=3)))
    draft.put("nodes", ("main", "n2"), Node("layer", "dense", "e1"))
    draft.put("wires", ("main", Wire("n1", "output", "n2", "inputs")), Frozen())
    draft.put("places", ("main", "n2"), (10.0, 20.0))
    document.apply(draft.edit("add_layer", {"name": "dense"}))
    return document


def test_signals_come_in_phases_after_all_rows_are_in_place() -> None:
    document = Document()
    heard: list[tuple[object, ...]] = []
    for name in Document._PHASES:
        getattr(document, name).connect(lambda *args, name=name: heard.append((name, len(document.wires()))))
    document.edited.connect(lambda edit: heard.append(("edited", edit.code)))
    source = two_nodes()
    draft = document.draft()
    for table in ("wires", "places", "nodes", "layers"):
        for key in source.keys(table):
            draft.put(table, key, source.row(table, key))
    document.apply(draft.edit("paste"))
    assert heard == [
        ("layer_changed", 1), ("node_added", 1), ("node_added", 1), ("node_moved", 1), ("wire_added", 1),
        ("edited", "paste"),
    ]  # fmt: skip
    assert document.same_as(source)


def test_an_edit_for_another_state_is_refused_whole() -> None:
    document = two_nodes()
    before = document.copy()
    old = document.node("n1")
    edit = Edit(
        "rename",
        (
            Put("nodes", ("main", "n1"), old, Node("input", "image")),
            Put("nodes", ("main", "n2"), None, old),
        ),
    )
    with pytest.raises(DocumentError) as caught:
        document.apply(edit)
    assert caught.value.code == "stale_edit"
    assert document.same_as(before)


def test_undo_gives_back_every_row_and_index() -> None:
    document, empty = two_nodes(), Document()
    draft = document.draft()
    for table in ("wires", "places", "nodes", "layers"):
        for key in document.keys(table):
            draft.put(table, key, None)
    edit = draft.edit("delete")
    document.apply(edit)
    assert document.same_as(empty)
    assert document.incoming("n2") == []
    document.apply(edit.undo())
    assert document.same_as(two_nodes())
    assert document.incoming("n2") == [Wire("n1", "output", "n2", "inputs")]
    assert document.users("e1") == [("main", "n2")]


def test_values_differ_by_type() -> None:
    assert Frozen(a=1) != Frozen(a=1.0)
    assert Frozen(a=1) != Frozen(a=True)
    assert Frozen(a=[1, 2], b={"c": (3,)}) == Frozen(b={"c": [3]}, a=(1, 2))
    assert hash(Frozen(a=[1], b=2)) == hash(Frozen(b=2, a=(1,)))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"x", {1: 2}])
def test_values_that_no_file_holds_are_refused(value: object) -> None:
    with pytest.raises(Refusal) as caught:
        freeze(value)
    assert caught.value.code == "value"


@pytest.mark.parametrize(
    ("type_name", "name"),
    [("Dense", "dense"), ("Conv2D", "conv2d"), ("LSTM", "lstm"), ("MaxPooling2D", "max_pooling2d"),
     ("GlobalAveragePooling1D", "global_average_pooling1d"), ("my>RMSNorm", "rms_norm"), ("", "layer")],
)  # fmt: skip
def test_default_names(type_name: str, name: str) -> None:
    assert names.snake_case(type_name) == name


def test_names_are_identifiers_and_unique() -> None:
    assert names.unique("dense", {"dense", "dense_1"}) == "dense_2"
    assert names.unique("1 x", set()) == "node"
    for bad in ("1a", "a b", "class", "match", "__init__", "ﬁ", "x;import os"):
        with pytest.raises(Refusal, match="cannot be a name"):
            names.check(bad)
    for bad, code in (("", "no_name"), ("a" * 65, "long_name")):
        with pytest.raises(Refusal) as refused:
            names.check(bad)
        assert refused.value.code == code
    with pytest.raises(Refusal) as caught:
        names.check("dense", {"dense"})
    assert caught.value.code == "name_taken"
    names.check("ঘনস্তর")
    document = two_nodes()
    assert names.in_use(document) == {"pixels", "dense"}
    assert names.in_use(document, besides=["n2"]) == {"pixels"}
