"""Keeps what is known of a drawing up to date: after an edit only what depends on it is looked at again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from heapq import heapify, heappop, heappush
from itertools import chain
from math import prod
from operator import itemgetter
from typing import Any, TypeAlias

from engine.spec import TensorSpec
from studio.document.catalog import Catalog
from studio.document.data import DataField, Ranges, fields_of
from studio.document.document import Document
from studio.document.findings import Analysis, NodeInfo, Weights
from studio.document.habits import Warnings, check_node
from studio.document.losses import check_output
from studio.document.problems import Problem
from studio.document.reading import (
    RANGES,
    Key,
    Noted,
    Readers,
    Reading,
    all_nodes,
    inside,
    of_setting,
    touched_by,
    wiring,
)
from studio.document.rows import MAIN
from studio.document.scales import check_rate
from studio.document.state import State
from studio.document.tracing import order_of
from studio.document.values import EMPTY, Frozen
from studio.document.visiting import Cache, Visitor
from studio.document.wholeness import look_at_whole

MOST_WATCHED = 500
"""Uses of blocks to remember; they are forgotten all at once when there are more."""

_Sets: TypeAlias = Mapping[str, Mapping[str, Any]]


class Analyst:
    """Looks through a drawing, and after each edit through what the edit can have changed.

    ``analysis`` gives the same as one that knows nothing of earlier states.  Other states than documents do
    not tell what was edited: they are looked through once.
    """

    def __init__(
        self, state: State, catalog: Catalog | None, cache: Cache | None = None, ranges: Ranges = EMPTY
    ) -> None:
        self._state = state
        self.catalog, self.cache = catalog, {} if cache is None else cache
        self.ranges = ranges
        self._revision = state.revision if isinstance(state, Document) else 0
        self._watches: dict[object, _Watch] = {}
        self._fields: dict[str, DataField] | None = None

    def analysis(self, graph: str = MAIN) -> Analysis:
        """Return what is known of a graph: of a block, as its first use in the drawing has it."""
        self._catch_up()
        main = self.watch(MAIN)
        found = main if graph == MAIN else main.inside.get(graph)
        return found if found is not None else self.watch(graph)

    def set_ranges(self, ranges: Ranges) -> None:
        """Take the smallest and largest number of each field."""
        if ranges != self.ranges:
            self.ranges = ranges
            self._touch({RANGES})

    def fields(self) -> dict[str, DataField]:
        """Return the fields of the data."""
        if self._fields is None:
            self._fields = fields_of(self._state)
        return self._fields

    def watch(
        self,
        graph: str,
        given: Mapping[str, TensorSpec] = EMPTY,
        sets: _Sets = EMPTY,
        within: tuple[str, ...] = (),
    ) -> Analysis:
        """Return what is known of a graph that gets ``given``, as it lies in the graphs ``within``."""
        return self.watcher(graph, given, sets, within).look()

    def watcher(self, graph: str, given: Mapping[str, TensorSpec], sets: _Sets, within: Key) -> _Watch:
        """Return what watches a use of a graph."""
        key = (graph, tuple(sorted(given.items(), key=itemgetter(0))), Frozen(sets).token, within)
        found = self._watches.get(key)
        if found is None:
            found = self._watches[key] = _Watch(self, Reading(self._state), graph, given, sets, within)
        return found

    def _catch_up(self) -> None:
        if not isinstance(self._state, Document) or self._state.revision == self._revision:
            return
        edits = self._state.edits_since(self._revision)
        self._revision = self._state.revision
        if edits is None or len(self._watches) > MOST_WATCHED:
            self._watches, self._fields = {}, None
        else:
            self._touch(touched_by(self._state, edits))

    def _touch(self, keys: set[Key]) -> None:
        if of_setting("data") in keys:
            self._fields = None
        for watch in self._watches.values():
            watch.touched |= keys


class _Watch(Visitor):
    """One graph, as one use of it has it."""

    def __init__(
        self,
        analyst: Analyst,
        state: Reading,
        graph: str,
        given: Mapping[str, TensorSpec],
        sets: _Sets,
        within: tuple[str, ...],
    ) -> None:
        super().__init__(state, analyst.catalog, graph, analyst.cache, given, sets, within)
        self.touched: set[Key] = {wiring(graph)}
        self._analyst = analyst
        self._order: tuple[str, ...] = ()
        self._rank: dict[str, int] = {}
        self._cyclic: tuple[str, ...] = ()
        self._visits, self._checks = Readers(), Readers()
        self._said: dict[str, list[Problem]] = {}  # of visits, by node
        self._ends: dict[str, list[Problem]] = {}  # of losses, by Output
        self._habits: dict[str, list[Problem]] = {}
        self._whole: list[Problem] = []
        self._sizes: dict[str, tuple[int, int]] = {}  # of the weights of each owner: all, and trainable ones
        self._found: Analysis | None = None

    # -- what visits ask for -----------------------------------------------------------------------------

    def fields(self) -> Mapping[str, DataField]:
        """Return the fields of the data."""
        self.state.seen.add(of_setting("data"))
        return self._analyst.fields()

    def found_inside(self, graph: str, given: Mapping[str, TensorSpec], sets: _Sets) -> Analysis:
        """Return what is found in a block that gets ``given``."""
        watcher = self._analyst.watcher(graph, given, sets, self.within)
        found = watcher.look()
        self.state.seen |= {inside(graph), *map(inside, found.inside), *watcher.read_beside()}
        return found

    def read_beside(self) -> set[Key]:
        """Return what was read beside nodes."""
        return self._visits.keys() | self._checks.keys()

    # -- bringing up to date -------------------------------------------------------------------------------

    def look(self) -> Analysis:
        """Return what is known now."""
        touched, self.touched = self.touched, set()
        if self._found is not None and not touched:
            return self._found
        dirty = self._visits.of(touched)
        if wiring(self.graph) in touched:
            dirty |= self._put_in_order(touched)
        changed = self._visit_all(dirty)
        came = {node for node in changed if node in self._rank}
        keys = touched | {(self.graph, node) for node in changed}
        self._check_all((self._checks.of(keys) | came) & self._rank.keys())
        if {wiring(self.graph), all_nodes(self.graph)} & touched or self._cyclic:
            self._look_at_whole()
        self._found = self._sum()
        return self._found

    def _put_in_order(self, touched: set[Key]) -> set[str]:
        """Find the order of the nodes, and return those that have to be visited for its sake."""
        order, cyclic = order_of(self.state, self.graph)
        old = set(self._order)
        if (order, cyclic) == (self._order, self._cyclic) and self._found is not None:
            return set()
        self._order, self._cyclic = order, cyclic
        self._rank = {node: at for at, node in enumerate(order)}
        came = self._rank.keys() - old
        for node in [each for each in self.nodes if each not in self._rank or each in came]:
            self._forget(node)
        for node in cyclic:
            self.nodes[node] = NodeInfo()
            touched.add((self.graph, node))
        # of a layer that is used twice, the first call decides: which one that is may be another now
        return came.union(*(users for users in map(self._fellows, order) if len(users) > 1))

    def _forget(self, node: str) -> None:
        self.nodes.pop(node, None)
        self._drop_weights(node)
        self.blocks.pop(node, None)
        for said in (self._said, self._ends, self._habits):
            said.pop(node, None)
        self._visits.forget(node)
        self._checks.forget(node)

    def _drop_weights(self, node: str) -> None:
        self.owned.pop(node, None)
        self._sizes.pop(node, None)

    def _fellows(self, node: str) -> list[str]:
        """Return the nodes of this graph that call the same layer, or the node alone."""
        row = self.state.node(node, self.graph)
        if row.kind != "layer" or len(users := self.state.calls(row.ref)) < 2:
            return [node]
        return [other for graph, other in users if graph == self.graph and other in self._rank]

    def _visit_all(self, dirty: Iterable[str]) -> set[str]:
        """Visit nodes, and those behind them that find other things than before; return what changed."""
        queued = {node for node in dirty if node in self._rank}
        queue = [(self._rank[node], node) for node in queued]
        heapify(queue)
        changed: set[str] = set()
        regrouped: set[str] = set()
        while queue:
            _, node = heappop(queue)
            if node not in regrouped:
                fellows = self._fellows(node)
                regrouped.update(fellows)
                self.owners.pop(self.state.node(node, self.graph).ref, None)
                for fellow in fellows:
                    self._drop_weights(fellow)
                if len(fellows) > 1:
                    ahead = [fellow for fellow in fellows if fellow == node or fellow not in queued]
                    queued.update(ahead)
                    for fellow in ahead:
                        heappush(queue, (self._rank[fellow], fellow))
                    continue
            self.state.seen, self.problems = set(), []
            self.blocks.pop(node, None)
            before, info = self.nodes.get(node), self.visit(node)
            self._visits.note(node, self.state.taken())
            _keep(self._said, node, self.problems)
            if info != before:
                self.nodes[node] = info
                changed.add(node)
                if before is not None and _made(before) == _made(info):
                    continue
                for target in self.state.targets(node, self.graph):
                    if target in self._rank and target not in queued:
                        queued.add(target)
                        heappush(queue, (self._rank[target], target))
        return changed

    def _check_all(self, nodes: Iterable[str]) -> None:
        """Look at what is a slip, once all shapes are known."""
        for node in nodes:
            seen = self.state.seen = set()
            fields = Noted(self._analyst.fields(), partial(_note, seen, of_setting("data")))
            ranges = Noted(self._analyst.ranges, partial(_note, seen, RANGES))
            infos = Noted(self.nodes, partial(_note_node, seen, self.graph))
            ends: list[Problem] = []
            if self.graph == MAIN and self.state.node(node).kind == "output" and infos[node].inputs:
                ends = check_output(self.state, self.graph, node, infos, fields)
            _keep(self._ends, node, ends)
            warnings = Warnings(self.state, self.graph, infos, fields, ranges)
            if self.catalog is not None:
                check_node(warnings, node)
            _keep(self._habits, node, warnings.found)
            self._checks.note(node, self.state.taken())

    def _look_at_whole(self) -> None:
        self.state.seen, self.problems = set(), []
        look_at_whole(self.state, self.graph, self.nodes, self._cyclic, self.say)
        self._whole = self.problems

    # -- the sum -------------------------------------------------------------------------------------------

    def _sum(self) -> Analysis:
        for node in self.owned.keys() - self._sizes.keys():
            self._sizes[node] = _size(self.owned[node])
        rate: list[Problem] = []
        if self.graph == MAIN and self.catalog is not None:
            warnings = Warnings(self.state, self.graph, self.nodes, {}, {})
            check_rate(warnings)
            rate = warnings.found
        first: dict[str, Analysis] = {}
        for node in sorted(self.blocks, key=self._rank.__getitem__):
            for graph, found in self.blocks[node].items():
                first.setdefault(graph, found)
        order = (*self._order, *self._cyclic)
        nodes = {node: self.nodes[node] for node in order}
        parts = (self._listed(self._said), self._whole, self._listed(self._ends), self._listed(self._habits))
        return Analysis(
            self.graph,
            order,
            nodes,
            tuple(_once(chain(*parts, rate), self.graph)),
            params=sum(size for size, _ in self._sizes.values()),
            trainable=sum(size for _, size in self._sizes.values()),
            macs=sum(info.macs for info in nodes.values()),
            weights=tuple(chain.from_iterable(self.owned[n] for n in self._order if n in self.owned)),
            inside=first,
        )

    def _listed(self, said: dict[str, list[Problem]]) -> Iterable[Problem]:
        rank = self._rank
        return chain.from_iterable(said[node] for node in sorted(said, key=rank.__getitem__))


def _once(problems: Iterable[Problem], graph: str) -> Iterable[Problem]:
    """Leave out what a block has said of itself already, in another use."""
    seen: set[Problem] = set()
    for problem in problems:
        if problem.graph != graph:
            if problem in seen:
                continue
            seen.add(problem)
        yield problem


def _keep(table: dict[str, list[Problem]], node: str, problems: list[Problem]) -> None:
    if problems:
        table[node] = problems
    else:
        table.pop(node, None)


def _made(info: NodeInfo) -> object:
    return info.outputs, info.output_ports


def _note(seen: set[Key], key: Key, _: str) -> None:
    seen.add(key)


def _note_node(seen: set[Key], graph: str, node: str) -> None:
    seen.add((graph, node))


def _size(weights: Weights) -> tuple[int, int]:
    sizes = [(prod(size or 0 for size in shape), trainable) for _, shape, trainable in weights]
    return sum(size for size, _ in sizes), sum(size for size, trainable in sizes if trainable)
