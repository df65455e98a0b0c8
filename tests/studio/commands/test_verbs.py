"""Verbs: one gesture, one step of undo; and whatever is done can be undone, saved and read back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio import commands as do
from studio.document import Document, Refusal, Wire
from studio.document.files import dumps, loads
from studio.document.shapes import analyse
from studio.undo_stack import UndoStack
from studio.words import repair_text, text
from tests.studio.document.fakes import Catalog


class Session:
    def __init__(self) -> None:
        self.document = Document()
        self.stack = UndoStack()
        self.catalog = Catalog()


DATA = {
    "fields": [
        {"name": "image", "kind": "image", "columns": ["x"], "shape": [8, 8, 1]},
        {"name": "digit", "kind": "category", "columns": ["y"], "shape": [], "classes": list("0123456789")},
        {"name": "price", "kind": "numbers", "columns": ["p"], "shape": [1]},
    ]
}


def chain(*types: tuple[str, dict[str, object]], loss: object = "sparse_categorical_crossentropy") -> Session:
    session = Session()
    do.set_settings(session, "data", DATA)
    do.add_input(session, (0, 0), {"field": "image"})
    for name, params in types:
        do.append(session, name, params)
    last = session.document.node_ids()[-1]
    do.add_output(session, (900, 0), {"target": "digit", "loss": loss}, connect_from=(last, "output"))
    return session


def codes(session: Session) -> list[str]:
    return [problem.code for problem in analyse(session.document, session.catalog).problems]


def test_a_chain_has_shapes_and_no_problems() -> None:
    session = chain(("Flatten", {}), ("Dense", {"units": 10, "activation": "softmax"}))
    found = analyse(session.document, session.catalog)
    assert found.problems == ()
    assert (found.params, found.trainable, found.macs) == (650, 650, 640)
    assert found.nodes["n3"].outputs[0].shape == (None, 10)


def test_every_verb_is_one_step_with_a_label() -> None:
    session = Session()
    document = session.document
    node = do.add_layer(session, "Dense", (0, 0), {"units": 2})
    other = do.add_layer(session, "Dense", (200, 0), {"units": 3}, connect_from=(node, "output"))
    start = document.copy()
    wire = document.wires()[0]
    third = do.add_input(session, (0, 90), {"shape": [4]})
    session.stack.undo()
    steps: list[tuple[Callable[[], object], str]] = [
        (lambda: do.rename(session, node, "first"), "Rename dense to first"),
        (lambda: do.set_params(session, node, {"units": 7}), "Change units of dense"),
        (lambda: do.move(session, {node: (5, 5), other: (6, 6)}), "Move 2 nodes"),
        (lambda: do.disconnect(session, [wire]), "Remove wire"),
        (lambda: do.delete(session, [node]), "Delete dense"),
        (lambda: do.duplicate(session, [node, other]), "Duplicate 2 nodes"),
        (lambda: do.cut(session, [node, other]), "Cut 2 nodes"),
        (lambda: do.insert_on_wire(session, wire, "Dropout", (1, 1)), "Insert dropout"),
        (lambda: do.append(session, "Dropout", after=node), "Add dropout"),
        (lambda: do.set_options(session, node, {"training": True}), "Change training of dense"),
        (lambda: do.lay_out(session), "Lay out"),
    ]
    for step, label in steps:
        count = session.stack.index()
        step()
        assert session.stack.index() == count + 1
        assert session.stack.undoText() == label
        session.stack.undo()
        assert document.same_as(start), label
    assert third == "n3"


def test_a_wire_into_a_taken_port_replaces_the_old_one_and_variadic_ports_keep_order() -> None:
    session = Session()
    a, b = (do.add_input(session, (0, 0), {"shape": [4]}) for _ in range(2))
    dense, add = do.add_layer(session, "Dense", (0, 0), {"units": 4}), do.add_layer(session, "Add", (0, 0))
    do.connect(session, Wire(a, "output", dense, "inputs"))
    do.connect(session, Wire(b, "output", dense, "inputs"))
    assert [wire.source for wire in session.document.incoming(dense)] == [b]
    for source in (a, dense, a):
        do.connect(session, Wire(source, "output", add, "inputs", -1))
    do.connect(session, Wire(b, "output", add, "inputs", 1))
    order = [(w.source, w.position) for w in session.document.incoming(add)]
    assert order == [
        (a, 0),
        (b, 1),
        (dense, 2),
        (a, 3),
    ]


@pytest.mark.parametrize(
    ("wire", "code"),
    [
        (Wire("n2", "output", "n2", "inputs"), "self_loop"),
        (Wire("n3", "output", "n2", "inputs"), "cycle"),
        (Wire("n2", "output", "n1", "inputs"), "into_input"),
        (Wire("n4", "output", "n2", "inputs"), "out_of_output"),
        (Wire("n1", "output", "n2", "query"), "unknown_port"),
        (Wire("n1", "hidden", "n2", "inputs"), "unknown_port"),
        (Wire("n1", "output", "n9", "inputs"), "no_node"),
        (Wire("n1", "output", "n2", "inputs"), "already_wired"),
    ],
)
def test_impossible_wires_are_refused_and_change_nothing(wire: Wire, code: str) -> None:
    session = chain(("Flatten", {}), ("Dense", {"units": 10, "activation": "softmax"}))
    before, index = session.document.copy(), session.stack.index()
    with pytest.raises(Refusal) as caught:
        do.connect(session, wire)
    assert caught.value.code == code
    assert "?" not in text(caught.value)
    assert session.document.same_as(before)
    assert session.stack.index() == index


@pytest.mark.parametrize(
    ("layers", "loss", "code", "button"),
    [
        ([("Flatten", {}), ("Dense", {"units": 4, "activation": "softmax"})],
         "sparse_categorical_crossentropy", "width", "Set units to 10"),
        ([("Flatten", {}), ("Dense", {"units": 10, "activation": "softmax"})],
         "categorical_crossentropy", "loss_needs_one_hot", "Use sparse_categorical_crossentropy"),
        ([("Flatten", {}), ("Dense", {"units": 10})],
         "sparse_categorical_crossentropy", "needs_activation", "Set activation to softmax"),
        ([("Flatten", {}), ("Dense", {"units": 10, "activation": "softmax"})],
         {"class_name": "SparseCategoricalCrossentropy", "config": {"from_logits": True}}, "logits_twice",
         "Set from_logits to False"),
        ([("Flatten", {}), ("Dense", {"units": 10, "activation": "softmax"})], None, "no_loss",
         "Use sparse_categorical_crossentropy"),
    ],
)  # fmt: skip
def test_losses_are_checked_and_repaired(
    layers: list[tuple[str, dict[str, object]]], loss: object, code: str, button: str
) -> None:
    session = chain(*layers, loss=loss)
    problem = next(p for p in analyse(session.document, session.catalog).problems if p.code == code)
    assert "?" not in text(problem)
    assert repair_text(problem.repairs[0]) == button
    do.apply_repair(session, problem, problem.repairs[0])
    assert codes(session) == []
    session.stack.undo()
    assert code in codes(session)


def test_a_wrong_rank_stands_on_the_node_and_offers_both_ways_to_read_a_picture() -> None:
    session = chain(("LSTM", {"units": 3}), ("Dense", {"units": 10, "activation": "softmax"}))
    problem = analyse(session.document, session.catalog).problems[0]
    assert (problem.code, problem.node) == ("shape", "n2")
    assert text(problem) == "LSTM reads a sequence: steps × features. It gets a picture: 8 × 8 × 1."
    assert [repair_text(each) for each in problem.repairs] == ["Reshape to 64 × 1", "Read row by row: 8 × 8"]
    do.apply_repair(session, problem, problem.repairs[0])
    assert codes(session) == []


def test_shared_layers_count_once() -> None:
    session = chain(("Flatten", {}), ("Dense", {"units": 10, "activation": "softmax"}))
    draft = session.document.draft()
    first = session.document.node("n3")
    draft.put("nodes", ("main", "n8"), type(first)("layer", "again", first.ref))
    draft.put("wires", ("main", Wire("n3", "output", "n8", "inputs")), session.document.setting("none"))
    do.push(session, draft.edit("share"))
    found = analyse(session.document, session.catalog)
    assert found.params == 650
    assert [(p.code, p.node) for p in found.problems] == [("shared_weights", "n8"), ("dead_branch", "n8")]


def test_one_edit_infers_only_what_changed() -> None:
    session = chain(
        ("Flatten", {}), ("Dense", {"units": 5}), ("Dense", {"units": 10, "activation": "softmax"})
    )
    cache: dict[object, object] = {}
    analyse(session.document, session.catalog, cache=cache)  # type: ignore[arg-type]  # any dict does
    Catalog.inferred.clear()
    do.set_params(session, "n4", {"activation": "relu"})
    analyse(session.document, session.catalog, cache=cache)  # type: ignore[arg-type]  # any dict does
    assert Catalog.inferred == ["Dense"]


VERBS = (
    "add",
    "input",
    "output",
    "connect",
    "delete",
    "move",
    "rename",
    "params",
    "copy",
    "cut",
    "insert",
    "undo",
    "redo",
)
GESTURES = st.lists(
    st.tuples(st.sampled_from(VERBS),
              st.integers(0, 9), st.integers(0, 9)),
    max_size=25,
)  # fmt: skip


def gesture(session: Session, verb: str, a: int, b: int) -> None:
    ids = session.document.node_ids()
    wires = session.document.wires()
    type_name = sorted(session.catalog.layers)[a % 6]
    if verb == "add":
        do.add_layer(session, type_name, (a, b), {"units": b + 1})
    elif verb == "input":
        do.add_input(session, (a, b), {"shape": [a + 1]})
    elif verb == "output":
        do.add_output(session, (a, b))
    elif verb == "undo":
        session.stack.undo()
    elif verb == "redo":
        session.stack.redo()
    elif not ids:
        return
    elif verb == "connect":
        target = ids[b % len(ids)]
        port = "input" if session.document.node(target).kind == "output" else "inputs"
        do.connect(session, Wire(ids[a % len(ids)], "output", target, port, b - 1))
    elif verb == "delete":
        do.delete(session, {ids[a % len(ids)], ids[b % len(ids)]}, heal=a > 4)
    elif verb == "move":
        do.move(session, {ids[a % len(ids)]: (a * 10, b * 10)})
    elif verb == "rename":
        do.rename(session, ids[a % len(ids)], f"name_{b}")
    elif verb == "params":
        do.set_params(session, ids[a % len(ids)], {"units": b})
    elif verb == "copy":
        do.duplicate(session, ids[a % len(ids) :][: b + 1])
    elif verb == "cut":
        do.paste(session, do.cut(session, ids[a % len(ids) :][: b + 1]), (a, b))
    elif verb == "insert" and wires:
        do.insert_on_wire(session, wires[a % len(wires)], type_name, (a, b))


@settings(max_examples=60, deadline=None)
@given(GESTURES)
def test_any_gestures_can_be_undone_redone_and_saved(steps: list[tuple[str, int, int]]) -> None:
    session, start = Session(), Document()
    for verb, a, b in steps:
        before = session.document.copy()
        try:
            gesture(session, verb, a, b)
        except Refusal:
            assert session.document.same_as(before)
        found = analyse(session.document, session.catalog)
        assert sorted(found.order) == sorted(session.document.node_ids())
        assert all(problem.code not in ("cycle", "after_cycle") for problem in found.problems)
        assert all(text(problem) for problem in found.problems)
        written = dumps(session.document)
        assert loads(written).same_as(session.document)
        assert dumps(loads(written)) == written
    end = session.document.copy()
    index = session.stack.index()
    session.stack.setIndex(0)
    assert session.document.same_as(start)
    session.stack.setIndex(index)
    assert session.document.same_as(end)
    assert [session.document.incoming(n) for n in end.node_ids()] == [end.incoming(n) for n in end.node_ids()]


def test_an_input_and_an_output_take_what_is_left_of_the_data() -> None:
    session = Session()
    data = {
        "fields": [
            {"name": "image", "kind": "image", "shape": [8, 8, 1]},
            {"name": "label", "kind": "category", "classes": ["a", "b"]},
        ],
        "targets": ["label"],
    }
    do.set_settings(session, "data", data)
    first = do.add_input(session, (0, 0))
    second = do.add_input(session, (0, 100))
    end = do.add_output(session, (400, 0))
    document = session.document
    assert document.node(first).options.get("field") == "image"
    assert document.node(first).name == "image"
    assert document.node(second).options.get("field") is None
    assert document.node(end).options.get("target") == "label"
    assert document.node(end).options.get("loss") == "sparse_categorical_crossentropy"


def test_a_layer_is_appended_along_the_flow() -> None:
    session = Session()
    do.append(session, "Dense", {"units": 4})
    for down in (False, True):
        if down:
            do.set_direction(session, True, lambda _: (152.0, 112.0))
        last = do.append(session, "Dense", {"units": 4})
        before = session.document.incoming(last)[0].source
        (x, y), (left, top) = session.document.place(last), session.document.place(before)
        assert (x - left, y - top) == ((0.0, 150.0) if down else (240.0, 0.0))
        for wire in session.document.outgoing(last):
            after = session.document.place(wire.target)
            assert (after[1] > y) if down else (after[0] > x)
