"""Two drawings compared: what was added, removed, changed and wired otherwise.

Nodes are matched by name; what is left over is matched by structure: the same type beside nodes that belong
together already.  Places, frames and notes do not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from studio.document.rows import MAIN, Node, Wire
from studio.document.state import State
from studio.document.values import EMPTY, Frozen

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    ``old`` and ``new`` are the ids of the node in the graph ``old_graph`` of the first drawing and ``graph``
    of the second, empty where it is in one alone or the change is about no node.  ``code`` and ``fields`` are
    worded by ``studio.words.compare``.
    """

    code: str
    fields: Mapping[str, Any] = EMPTY
    graph: str = MAIN
    old_graph: str = MAIN
    old: str = ""
    new: str = ""

    @property
    def kind(self) -> str:
        """Return ``"added"``, ``"removed"`` or ``"changed"``: how it is drawn."""
        return {
            "added": "added",
            "removed": "removed",
            "block_added": "added",
            "block_removed": "removed",
        }.get(self.code, "changed")


@dataclass(slots=True)
class Comparison:
    """All differences, and which node of the one drawing is which of the other, by pair of graphs."""

    changes: list[Change] = field(default_factory=list)
    pairs: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def count(self, kind: str) -> int:
        """Return how many nodes, or settings, were added, removed or changed."""
        return len({(c.old_graph, c.graph, c.old, c.new, c.fields.get("key")) for c in self.changes
                    if c.kind == kind})  # fmt: skip

    def marks(self, graph: str, *, old: bool) -> dict[str, str]:
        """Return how to mark the nodes of a graph of the first (``old``) or the second drawing."""
        found: dict[str, str] = {}
        for change in self.changes:
            node, where = (change.old, change.old_graph) if old else (change.new, change.graph)
            if node and where == graph:
                found.setdefault(node, change.kind)
        return found


def compare(old: State, new: State) -> Comparison:
    """Return what differs between an earlier and a later drawing."""
    result = Comparison()
    todo = [(MAIN, MAIN)]
    seen: set[tuple[str, str]] = set()
    while todo:
        pair = todo.pop(0)
        if pair in seen or pair[0] in {one for one, _ in seen} or pair[1] in {other for _, other in seen}:
            continue
        seen.add(pair)
        match = matched(old, new, *pair)
        result.pairs[pair] = match
        result.changes += _changes(old, new, pair, match)
        for left, right in match.items():
            rows = old.node(left, pair[0]), new.node(right, pair[1])
            if all(row.kind == "block" for row in rows):
                todo.append((rows[0].ref, rows[1].ref))
        if not todo:
            todo += [(name, name) for name in old.graph_names() if name in new.graph_names()]
            todo = [each for each in todo if each not in seen]
    result.changes += [
        Change("block_removed", Frozen(name=name), old_graph=name)
        for name in old.graph_names() if name not in {one for one, _ in seen}
    ]  # fmt: skip
    result.changes += [
        Change("block_added", Frozen(name=name), graph=name)
        for name in new.graph_names() if name not in {other for _, other in seen}
    ]  # fmt: skip
    for name in sorted({*old.setting_names(), *new.setting_names()} - {"view"}):
        for key, before, after in _differences(old.setting(name), new.setting(name)):
            fields = {"key": f"{name} · {key}", **_told(before, after)}
            result.changes.append(Change("setting" + _how(before, after), Frozen(fields)))
    return result


def wires_apart(
    old: State, new: State, pair: tuple[str, str], match: Mapping[str, str]
) -> tuple[set[Wire], set[Wire]]:
    """Return the wires of two graphs that are in the first alone, and in the second alone.

    The order in which wires reach a port counts, but not the numbers that say it.
    """
    ends = {
        wire: (match.get(wire.source), wire.source_port, match.get(wire.target), wire.target_port)
        for wire in old.wires(pair[0])
    }
    there = {(w.source, w.source_port, w.target, w.target_port): w for w in new.wires(pair[1])}
    kept = {there[found] for found in ends.values() if found in there}
    return {wire for wire, found in ends.items() if found not in there}, set(new.wires(pair[1])) - kept


# -- which node is which ------------------------------------------------------------------------------------


def matched(old: State, new: State, old_graph: str, graph: str) -> dict[str, str]:
    """Return which node of one graph is which of the other, by id."""
    match: dict[str, str] = {}
    names = {new.node(node, graph).name: node for node in new.node_ids(graph)}
    lefts = old.node_ids(old_graph)
    for left in lefts:
        right = names.get(old.node(left, old_graph).name)
        if right is not None and _type(old, left, old_graph) == _type(new, right, graph):
            match[left] = right
    taken = set(match.values())
    _match_by_wires(old, new, old_graph, graph, match, taken)
    for left in lefts:  # the same id with the same content: renamed, and wired otherwise
        if left not in match and left not in taken and new.find_node(left, graph) is not None:
            alike = _type(old, left, old_graph) == _type(new, left, graph)
            if alike and _params(old, left, old_graph) == _params(new, left, graph):
                match[left] = left
                taken.add(left)
    _match_by_wires(old, new, old_graph, graph, match, taken)
    for left in lefts:
        right = names.get(old.node(left, old_graph).name)
        if left in match or right is None or right in taken:
            continue
        if old.node(left, old_graph).kind == new.node(right, graph).kind:
            match[left] = right
            taken.add(right)
    return match


def _match_by_wires(
    old: State, new: State, old_graph: str, graph: str, match: dict[str, str], taken: set[str]
) -> None:
    fresh = True
    while fresh:
        fresh = False
        scores = _scores(old, new, old_graph, graph, match, taken)
        for _, left, right in sorted(scores, key=lambda one: (-one[0], one[1:])):
            if left not in match and right not in taken:
                match[left] = right
                taken.add(right)
                fresh = True


def _scores(
    old: State, new: State, old_graph: str, graph: str, match: Mapping[str, str], taken: set[str]
) -> Iterator[tuple[float, str, str]]:
    """Give pairs that may belong together, with how many wires to matched neighbours say so."""
    for left in old.node_ids(old_graph):
        if left in match:
            continue
        votes: Counter[str] = Counter()
        for wire in old.incoming(left, graph=old_graph):
            if wire.source in match:
                votes.update(w.target for w in new.outgoing(match[wire.source], wire.source_port, graph))
        for wire in old.outgoing(left, graph=old_graph):
            if wire.target in match:
                votes.update(w.source for w in new.incoming(match[wire.target], wire.target_port, graph))
        for right, count in votes.items():
            if right not in taken and _type(old, left, old_graph) == _type(new, right, graph):
                same = _params(old, left, old_graph) == _params(new, right, graph)
                yield count + 0.5 * same + 0.25 * (left == right), left, right


def _type(state: State, node: str, graph: str) -> tuple[str, str]:
    row, layer = state.node(node, graph), state.layer_of(node, graph)
    return row.kind, layer.type if layer is not None else ""


def _params(state: State, node: str, graph: str) -> Frozen:
    layer = state.layer_of(node, graph)
    return layer.params if layer is not None else state.node(node, graph).options


# -- what differs -------------------------------------------------------------------------------------------


def _changes(old: State, new: State, pair: tuple[str, str], match: Mapping[str, str]) -> list[Change]:
    old_graph, graph = pair
    found: list[Change] = []
    for left in old.node_ids(old_graph):
        if left not in match:
            fields = _named(old, left, old_graph)
            found.append(Change("removed", fields, graph, old_graph, left))
    right_to_left = {right: left for left, right in match.items()}
    for right in new.node_ids(graph):
        if right not in right_to_left:
            found.append(Change("added", _named(new, right, graph), graph, old_graph, new=right))
            continue
        left = right_to_left[right]
        for code, facts in _of_pair(old, new, left, right, pair, match):
            told = Frozen({"name": new.node(right, graph).name, **facts})
            found.append(Change(code, told, graph, old_graph, left, right))
    return found


def _named(state: State, node: str, graph: str) -> Frozen:
    kind, type_name = _type(state, node, graph)
    return Frozen(name=state.node(node, graph).name, type=type_name or state.node(node, graph).ref or kind)


def _of_pair(
    old: State, new: State, left: str, right: str, pair: tuple[str, str], match: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    rows: tuple[Node, Node] = (old.node(left, pair[0]), new.node(right, pair[1]))
    if rows[0].name != rows[1].name:
        yield "renamed", {"old": rows[0].name}
    types = _type(old, left, pair[0])[1], _type(new, right, pair[1])[1]
    if types[0] != types[1]:
        yield "type", {"old": types[0], "new": types[1]}
    if rows[0].kind == "block" and rows[0].ref != rows[1].ref:
        yield "type", {"old": rows[0].ref, "new": rows[1].ref}
    layers = old.layer_of(left, pair[0]), new.layer_of(right, pair[1])
    sides = [(rows[0].options, rows[1].options)]
    if layers[0] is not None and layers[1] is not None:
        sides.insert(0, (layers[0].params, layers[1].params))
    for before_side, after_side in sides:
        for key, before, after in _differences(before_side, after_side):
            yield "param" + _how(before, after), {"param": key, **_told(before, after)}
    shared = old.is_shared(left, pair[0]), new.is_shared(right, pair[1])
    if shared[0] != shared[1]:
        yield ("shared" if shared[1] else "unshared"), {}
    before_wires = [
        (w.target_port, match.get(w.source, ""), w.source_port, old.node(w.source, pair[0]).name)
        for w in old.incoming(left, graph=pair[0])
    ]
    after_wires = [
        (w.target_port, w.source, w.source_port, new.node(w.source, pair[1]).name)
        for w in new.incoming(right, graph=pair[1])
    ]
    if [wire[:3] for wire in before_wires] != [wire[:3] for wire in after_wires]:
        texts = [", ".join(wire[3] for wire in wires) for wires in (before_wires, after_wires)]
        yield "rewired" + ("" if all(texts) else "_from" if texts[1] else "_off"), {
            "old": texts[0], "new": texts[1]
        }  # fmt: skip


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for key in sorted({*before, *after}):
        one, other = before.get(key, _ABSENT), after.get(key, _ABSENT)
        if one is _ABSENT or other is _ABSENT or one != other:
            yield key, one, other


def _how(before: Any, after: Any) -> str:
    return "_set" if before is _ABSENT else "_unset" if after is _ABSENT else ""


def _told(before: Any, after: Any) -> dict[str, Any]:
    return {name: value for name, value in (("old", before), ("new", after)) if value is not _ABSENT}
