"""Whatever hands do, in whatever order: the drawing keeps its promises, and undo leads back to the start."""

from __future__ import annotations

import random
from typing import Any

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.catalog import load_catalog
from studio import commands as do
from studio.document import Document, Frozen, Refusal, Wire
from studio.document.arranging import EDGES
from studio.document.ports import inputs_of
from studio.document.rows import TABLES
from studio.document.shapes import Cache, analyse
from studio.undo_stack import UndoStack
from studio.words import repair_text, text

DATA = {
    "source": {"kind": "bundled", "name": "digits"},
    "fields": [
        {"name": "image", "kind": "image", "shape": [8, 8, 1]},
        {"name": "label", "kind": "category", "shape": [], "classes": list("0123456789")},
        {"name": "price", "kind": "numbers", "shape": [1]},
    ],
}
KINDS: list[tuple[str, dict[str, Any]]] = [
    ("Dense", {"units": 10, "activation": "softmax"}), ("Dense", {"units": 3}), ("Dense", {}),
    ("Flatten", {}), ("Conv2D", {"filters": 2, "kernel_size": 5}), ("MaxPooling2D", {}),
    ("LSTM", {"units": 2, "return_state": True}), ("Add", {}), ("Concatenate", {}), ("Nowhere", {"a": 1}),
]  # fmt: skip
OUTPUTS: list[dict[str, Any]] = [
    {}, {"target": "label", "loss": "sparse_categorical_crossentropy"}, {"target": "price", "loss": "mse"},
    {"target": "label", "loss": "mse"}, {"target": "nothing"},
]  # fmt: skip
INPUTS: list[dict[str, Any]] = [{"field": "image"}, {"shape": [4]}, {"shape": [5, 4]}, {}, {"field": "gone"}]
PARAMS: list[dict[str, Any]] = [
    {"units": 0}, {"units": 7}, {"activation": "relu"}, {"activation": "no"}, {"kernel_size": [3, 3]},
    {"padding": "same"}, {"return_state": False}, {"return_sequences": True},
]  # fmt: skip
VERBS = (
    "layer", "layer", "append", "append", "input", "output", "connect", "connect", "connect", "delete",
    "wire", "params", "rename", "duplicate", "cut", "insert", "lay_out", "repair", "repair", "undo", "redo",
    "mark", "align",
)  # fmt: skip


class Session:
    def __init__(self) -> None:
        self.document = Document()
        self.stack = UndoStack()
        self.catalog = load_catalog()
        self.cache: Cache = {}


def gesture(session: Session, verb: str, a: int, b: int) -> None:
    document = session.document
    ids, wires = document.node_ids(), document.wires()
    kind, params = KINDS[a % len(KINDS)]
    if verb == "layer":
        do.add_layer(session, kind, (a, b), params)
    elif verb == "append":
        do.append(session, kind, params, after=ids[b % len(ids)] if ids and b % 2 else None)
    elif verb == "input":
        do.add_input(session, (a, b), INPUTS[a % len(INPUTS)])
    elif verb == "output":
        do.add_output(session, (a, b), OUTPUTS[b % len(OUTPUTS)])
    elif verb == "mark":
        do.add_mark(session, "frame" if a % 2 else "note", (a, b, 300 + 10 * b, 200 + 10 * a), f"{a}")
    elif verb == "undo":
        session.stack.undo()
    elif verb == "redo":
        session.stack.redo()
    elif verb == "lay_out":
        do.lay_out(session)
    elif verb == "repair":
        repairs = [
            (problem, each)
            for problem in analyse(document, session.catalog, cache=session.cache).problems
            for each in problem.repairs
        ]
        if repairs:
            do.apply_repair(session, *repairs[a % len(repairs)])
    elif verb == "wire" and wires:
        do.disconnect(session, wires[a % len(wires) :][: b % 3 + 1])
    elif verb == "insert" and wires:
        size = (lambda _: (152.0, 82.0)) if a % 2 else None
        do.insert_on_wire(session, wires[b % len(wires)], kind, (a, b), params, size=size)
    elif ids:
        one, two = ids[a % len(ids)], ids[b % len(ids)]
        if verb == "connect":
            port = "input" if document.node(two).kind == "output" else "inputs"
            do.connect(session, Wire(one, "output", two, port, b % 4 - 1))
        elif verb == "delete":
            do.delete(session, {one, two}, marks=document.mark_ids()[: b % 2], heal=a % 2 == 0)
        elif verb == "params":
            do.set_params(session, one, PARAMS[b % len(PARAMS)])
        elif verb == "rename":
            do.rename(session, one, f"name_{b}")
        elif verb == "duplicate":
            do.duplicate(session, {one, two}, marks=document.mark_ids()[: b % 3])
        elif verb == "cut":
            text = do.cut(session, {one, two}, marks=document.mark_ids()[: a % 2])
            do.paste(session, text, (a, b), wired=a % 3 == 0)
        elif verb == "align":
            rects = {node: (*document.place(node), 152.0, 82.0) for node in {one, two, ids[0]}}
            if a % 2:
                do.align(session, rects, EDGES[b % len(EDGES)])
            else:
                do.distribute(session, rects, b % 2 == 0)


def keeps_its_promises(session: Session) -> None:
    document = session.document
    ids = document.node_ids()
    names = [document.node(node).name for node in ids]
    assert len(set(names)) == len(names)
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(ids)
    for wire in document.wires():
        assert {wire.source, wire.target} <= set(ids)
        graph.add_edge(wire.source, wire.target)
    assert nx.is_directed_acyclic_graph(graph)
    for node in ids:
        row = document.node(node)
        assert row.kind != "layer" or document.layer_of(node) is not None
        for port in inputs_of(document, session.catalog, node):
            wires = document.incoming(node, port.name)
            if port.known and not port.variadic:
                assert len(wires) <= 1
            if port.variadic:
                assert [wire.position for wire in wires] == list(range(len(wires)))
    used = {document.node(node).ref for node in ids if document.node(node).kind == "layer"}
    assert used == set(document.layer_ids())


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 30), st.integers(0, 30)), max_size=30))
def test_random_gestures(steps: list[tuple[str, int, int]]) -> None:
    session, empty = Session(), Document()
    do.set_settings(session, "data", DATA)
    refused: list[str] = []
    for verb, a, b in steps:
        before = session.document.copy()
        try:
            gesture(session, verb, a, b)
        except Refusal as refusal:
            assert session.document.same_as(before)
            refused.append(text(refusal))
        keeps_its_promises(session)
    assert all(said and "?" not in said for said in refused)
    found = analyse(session.document, session.catalog)
    assert found == analyse(session.document, session.catalog, cache=session.cache)
    for problem in found.problems:
        assert text(problem) != problem.code
        assert all(repair_text(each) != each.code for each in problem.repairs)
    end, index = session.document.copy(), session.stack.index()
    session.stack.setIndex(0)
    assert session.document.same_as(empty)
    session.stack.setIndex(index)
    assert session.document.same_as(end)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 30), st.integers(0, 30)), max_size=25),
    st.randoms(use_true_random=False),
)
def test_what_is_found_does_not_depend_on_the_order_of_the_rows(
    steps: list[tuple[str, int, int]], chance: random.Random
) -> None:
    session = Session()
    do.set_settings(session, "data", DATA)
    for verb, a, b in steps:
        try:
            gesture(session, verb, a, b)
        except Refusal:
            continue
    rows = [(table, key) for table in TABLES for key in session.document.keys(table)]
    chance.shuffle(rows)
    other = Document()
    draft = other.draft()
    for table, key in rows:
        draft.put(table, key, session.document.row(table, key))
    other.apply(draft.edit("draw", Frozen()))
    assert other.same_as(session.document)
    assert analyse(other, session.catalog) == analyse(session.document, session.catalog)
