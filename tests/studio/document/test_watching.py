"""What is kept up to date edit by edit is what a look at the whole drawing finds."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from engine.catalog import load_catalog
from studio import commands as do
from studio.document import MAIN, Frozen, Refusal, Wire
from studio.document.document import REMEMBERED
from studio.document.findings import Analysis, NodeInfo
from studio.document.rows import Node
from studio.document.shapes import Analyst, analyse
from studio.document.values import thaw
from studio.document.visiting import Visitor
from studio.session import Session

KINDS: list[tuple[str, dict[str, Any]]] = [
    ("Dense", {"units": 10, "activation": "softmax"}), ("Dense", {"units": 3}), ("Dense", {"units": 4}),
    ("Flatten", {}), ("Conv2D", {"filters": 2, "kernel_size": 3}), ("Dropout", {"rate": 0.2}), ("Add", {}),
    ("LSTM", {"units": 2, "return_state": True}), ("Concatenate", {}), ("Normalization", {}), ("Nowhere", {}),
]  # fmt: skip
PARAMS: list[dict[str, Any]] = [
    {"units": 0}, {"units": 7}, {"units": 3}, {"activation": "relu"}, {"activation": None}, {"filters": 4},
    {"return_state": False}, {"rate": 0.4},
]  # fmt: skip
OUTPUTS: list[dict[str, Any]] = [
    {"target": "label", "loss": "sparse_categorical_crossentropy"}, {"target": "price", "loss": "mse"},
    {"target": "label", "loss": "mse"}, {"target": "nothing"}, {},
]  # fmt: skip
INPUTS: list[dict[str, Any]] = [{"field": "image"}, {"shape": [4]}, {"shape": [5, 4]}, {}, {"field": "gone"}]
DATA: list[dict[str, Any]] = [
    {
        "source": {"kind": "bundled", "name": "digits"},
        "fields": [
            {"name": "image", "kind": "image", "shape": [8, 8, 1]},
            {"name": "label", "kind": "category", "shape": [], "classes": list("0123456789")},
            {"name": "price", "kind": "numbers", "shape": [1]},
        ],
        "targets": ["label", "price"],
    },
    {"fields": [{"name": "image", "kind": "numbers", "shape": [4]}], "targets": []},
]


class Hands:
    """Does something at random, inside blocks as well."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session, self.chance = session, random.Random(seed)

    def act(self) -> None:
        verbs: list[Callable[[str, str, str], object]] = [
            self.add, self.add, self.append, self.append, self.connect, self.connect, self.connect, self.wire,
            self.params, self.params, self.options, self.rename, self.delete, self.bypass, self.again,
            self.own, self.block, self.block, self.dissolve, self.repeat, self.expose, self.choose,
            self.data, self.rate, self.repair, self.undo, self.undo, self.undo, self.redo, self.redo,
            self.loop, self.end,
        ]  # fmt: skip
        graph = self.chance.choice(self.session.document.graph_names())
        ids = self.session.document.node_ids(graph) or [""]
        try:
            self.chance.choice(verbs)(graph, self.chance.choice(ids), self.chance.choice(ids))
        except (Refusal, KeyError):
            return  # what cannot be done, or has no node to be done to

    def add(self, graph: str, one: str, two: str) -> None:
        kind, params = self.chance.choice(KINDS)
        do.add_layer(self.session, kind, (0, 0), params, graph=graph)

    def append(self, graph: str, one: str, two: str) -> None:
        kind, params = self.chance.choice(KINDS)
        do.append(self.session, kind, params, after=one or None, graph=graph)

    def end(self, graph: str, one: str, two: str) -> None:
        if self.chance.random() < 0.5:
            do.add_input(self.session, (0, 0), self.chance.choice(INPUTS), graph=graph)
        else:
            do.add_output(self.session, (0, 0), self.chance.choice(OUTPUTS), graph=graph)

    def connect(self, graph: str, one: str, two: str) -> None:
        kind = self.session.document.node(two, graph).kind
        port = {"output": "input", "block": "x"}.get(kind, "inputs")
        do.connect(self.session, Wire(one, "output", two, port, -1), graph=graph)

    def wire(self, graph: str, one: str, two: str) -> None:
        wires = self.session.document.wires(graph)
        do.disconnect(self.session, [self.chance.choice(wires)] if wires else [], graph=graph)

    def params(self, graph: str, one: str, two: str) -> None:
        do.set_params(self.session, one, self.chance.choice(PARAMS), graph=graph)

    def options(self, graph: str, one: str, two: str) -> None:
        kind = self.session.document.node(one, graph).kind
        rows = {"input": INPUTS, "output": OUTPUTS}.get(kind, [{}])
        do.set_options(self.session, one, self.chance.choice(rows), graph=graph)

    def rename(self, graph: str, one: str, two: str) -> None:
        do.rename(self.session, one, f"name_{self.chance.randrange(50)}", graph=graph)

    def delete(self, graph: str, one: str, two: str) -> None:
        do.delete(self.session, {one, two}, heal=self.chance.random() < 0.5, graph=graph)

    def bypass(self, graph: str, one: str, two: str) -> None:
        do.bypass(self.session, [one], graph=graph)

    def again(self, graph: str, one: str, two: str) -> None:
        do.use_again(self.session, one, graph=graph)

    def own(self, graph: str, one: str, two: str) -> None:
        do.make_own(self.session, one, graph=graph)

    def block(self, graph: str, one: str, two: str) -> None:
        blocks = [name for name in self.session.document.graph_names() if name != MAIN]
        if blocks and self.chance.random() < 0.4:
            do.add_block(self.session, self.chance.choice(blocks), (0, 0), graph=graph)
        else:
            do.group(self.session, {one, two}, graph=graph)

    def dissolve(self, graph: str, one: str, two: str) -> None:
        do.dissolve(self.session, one, graph=graph)

    def repeat(self, graph: str, one: str, two: str) -> None:
        do.set_repeat(self.session, one, self.chance.randint(1, 3), graph=graph)

    def expose(self, graph: str, one: str, two: str) -> None:
        do.expose(self.session, one, "units", graph=graph)

    def choose(self, graph: str, one: str, two: str) -> None:
        do.set_block_param(self.session, one, "units", self.chance.randint(1, 5), graph=graph)

    def data(self, graph: str, one: str, two: str) -> None:
        do.set_settings(self.session, "data", self.chance.choice(DATA))

    def rate(self, graph: str, one: str, two: str) -> None:
        optimizer = {"class_name": "Adam", "config": {"learning_rate": self.chance.choice([1.0, 0.001])}}
        do.set_settings(self.session, "training", {"optimizer": optimizer})

    def repair(self, graph: str, one: str, two: str) -> None:
        found = [(each, how) for each in self.session.analysis.problems for how in each.repairs]
        if found:
            do.apply_repair(self.session, *self.chance.choice(found))

    def loop(self, graph: str, one: str, two: str) -> None:
        """Put a wire that no verb would allow: a file may hold such."""
        draft = self.session.document.draft()
        draft.put("wires", (graph, Wire(one, "output", two, "inputs", self.chance.randrange(3))), Frozen())
        do.push(self.session, draft.edit("connect"))

    def undo(self, graph: str, one: str, two: str) -> None:
        for _ in range(self.chance.randint(1, 3)):
            self.session.stack.undo()

    def redo(self, graph: str, one: str, two: str) -> None:
        for _ in range(self.chance.randint(1, 3)):
            self.session.stack.redo()


@pytest.mark.parametrize("seed", range(6))
def test_after_each_edit_it_is_as_if_all_were_looked_at(qapp: object, seed: int) -> None:
    session = Session()
    session.set_catalog(load_catalog())
    do.set_settings(session, "data", DATA[0])
    hands = Hands(session, seed)
    inside = 0
    for _ in range(250):
        hands.act()
        document = session.document
        assert session.analysis == analyse(document, session.catalog, cache=session._cache)
        for graph in document.graph_names():
            assert session.analysis_of(graph) == analyse(document, session.catalog, graph, session._cache)
        inside += bool(session.analysis.inside)
    assert inside
    assert list(session.analysis.nodes) == list(session.analysis.order)


def chain(count: int) -> Session:
    session = Session()
    session.set_catalog(load_catalog())
    do.add_input(session, (0, 0), {"shape": [8]})
    for number in range(count):
        kind, params = ("Dense", {"units": 8}) if number % 2 else ("Dropout", {"rate": 0.1})
        do.append(session, kind, params)
    return session


def visited(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []
    visit = Visitor.visit

    def noted(self: Visitor, node: str) -> NodeInfo:
        seen.append(node)
        return visit(self, node)

    monkeypatch.setattr(Visitor, "visit", noted)
    return seen


def test_only_what_an_edit_can_have_changed_is_visited(qapp: object, monkeypatch: pytest.MonkeyPatch) -> None:
    session = chain(20)
    before = session.analysis
    seen = visited(monkeypatch)
    do.set_params(session, "n2", {"rate": 0.5})
    assert seen == ["n2"]  # the shape is as it was, so nothing behind it is looked at
    seen.clear()
    do.set_params(session, "n3", {"units": 9})
    assert seen == ["n3", "n4", "n5"]  # the width ends in the next Dense
    assert session.analysis.nodes["n9"] is before.nodes["n9"]
    seen.clear()
    session.stack.undo()
    assert seen == ["n3", "n4", "n5"]
    assert session.analysis == before


def test_many_edits_at_once_are_caught_up_with(qapp: object) -> None:
    session = chain(3)
    analyst = Analyst(session.document, session.catalog)
    first = analyst.analysis()
    for turn in range(REMEMBERED + 9):
        do.set_params(session, "n3", {"units": 20 + turn})
        if turn == 4:
            assert analyst.analysis() == session.analysis
    assert analyst.analysis() == session.analysis != first


def test_ranges_are_minded(qapp: object) -> None:
    session = Session()
    session.set_catalog(load_catalog())
    do.set_settings(session, "data", thaw(Frozen(DATA[1])))
    do.add_input(session, (0, 0), {"field": "image"})
    do.append(session, "Dense", {"units": 2})
    analyst = Analyst(session.document, session.catalog)
    assert "unscaled_numbers" not in codes(analyst.analysis())
    analyst.set_ranges({"image": (0.0, 5000.0)})
    assert "unscaled_numbers" in codes(analyst.analysis())
    analyst.set_ranges({})
    assert "unscaled_numbers" not in codes(analyst.analysis())


def test_a_block_within_itself_ends(qapp: object) -> None:
    session = chain(4)
    block = do.group(session, ["n3", "n4"])
    graph = session.document.node(block).ref
    draft = session.document.draft()
    draft.put("nodes", (graph, "n90"), Node("block", "again", graph))
    do.push(session, draft.edit("add_block"))
    assert "block_itself" in codes(session.analysis)
    session.stack.undo()
    assert "block_itself" not in codes(session.analysis)


def codes(found: Analysis) -> set[str]:
    return {problem.code for problem in found.problems}
