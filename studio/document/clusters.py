"""Frames in a layout: what a frame stands around stays together, and nothing else comes between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import networkx as nx

from studio.document.rows import Place, id_order
from studio.document.state import State

SEEN = 40.0
"""So much of a card's height must lie within a frame: what it is thought to be in a layout may be more."""

Pair = tuple[float, float]
Arrange = Callable[
    [nx.DiGraph, Mapping[str, Pair], Mapping[str, float], Mapping[str, float]], dict[str, Place]
]
"""Lays out a net: sizes of its nodes, where each stands now across the flow, and how far within a large node
the card begins at which its wires end.
"""


@dataclass(frozen=True)
class Cluster:
    """A frame with its nodes, the frames within it, and its room before and behind them, along and across."""

    mark: str
    nodes: frozenset[str]
    before: Pair
    behind: Pair
    inner: tuple[Cluster, ...]


def held_nodes(state: State, mark: str, graph: str, size: Callable[[str], Pair]) -> frozenset[str]:
    """Return the nodes that a frame stands around."""
    frame = state.mark(mark, graph)
    return frozenset(
        node
        for node in state.node_ids(graph)
        for wide, high in [size(node)]
        if frame.holds(state.place(node, graph), (wide, min(high, SEEN)))
    )


def clusters_of(
    state: State, graph: str, size: Callable[[str], Pair], turn: Callable[[Pair], Pair]
) -> tuple[Cluster, ...]:
    """Return the frames of a graph that stand around nodes, inner ones within outer ones.

    Of frames that overlap, the larger one has the nodes; ``turn`` makes the flow the first axis.
    """
    frames = {m: state.mark(m, graph) for m in state.mark_ids(graph) if state.mark(m, graph).kind == "frame"}
    held = {mark: held_nodes(state, mark, graph, size) for mark in frames}
    order = sorted((m for m in frames if held[m]), key=lambda m: (-len(held[m]), m))

    def made(mark: str, nodes: frozenset[str], rest: list[str]) -> Cluster:
        row, inner = frames[mark], nested(nodes, rest)
        rects = [(*state.place(node, graph), *size(node)) for node in nodes]
        rects += [(*frames[each.mark].place, *frames[each.mark].size) for each in inner]
        left, top = min(r[0] for r in rects), min(r[1] for r in rects)
        right, bottom = max(r[0] + r[2] for r in rects), max(r[1] + r[3] for r in rects)
        before = (_room(left - row.place[0]), _room(top - row.place[1]))
        end = (row.place[0] + row.size[0], row.place[1] + row.size[1])
        behind = (_room(end[0] - right), _room(end[1] - bottom))
        return Cluster(mark, nodes, turn(before), turn(behind), inner)

    def nested(within: frozenset[str], marks: list[str]) -> tuple[Cluster, ...]:
        found: list[Cluster] = []
        left, todo = set(within), list(marks)
        while todo:
            mark = todo.pop(0)
            nodes = held[mark] & left
            if nodes and held[mark] <= within:
                found.append(made(mark, nodes, [m for m in todo if held[m] <= nodes]))
                left -= nodes
        return tuple(found)

    return nested(frozenset(state.node_ids(graph)), order)


def _end_in(net: nx.DiGraph, inside: Iterable[str], home: Mapping[str, str]) -> str:
    """Return the node of a frame at which its wires from outside end, or else begin."""
    nodes = sorted(inside, key=id_order)
    for near in (net.predecessors, net.successors):
        for node in nodes:
            if any(home.get(other) != home[node] for other in near(node)):
                return node
    return nodes[0]


def _room(length: float) -> float:
    """Return a length in whole units: sums of them come out the same, in whichever order."""
    return float(max(0, round(length)))


def arranged(
    net: nx.DiGraph,
    sizes: Mapping[str, Pair],
    ranks: Mapping[str, float],
    clusters: Iterable[Cluster],
    arrange: Arrange,
) -> tuple[dict[str, Place], dict[str, tuple[Place, Pair]]]:
    """Lay out a net in which every cluster stands as one large node, and each cluster by itself.

    Returns the places of the nodes, and place and size of the frames.
    """
    within: dict[str, dict[str, Place]] = {}
    frames: dict[str, dict[str, tuple[Place, Pair]]] = {}
    sizes, ranks = dict(sizes), dict(ranks)
    home: dict[str, str] = {}
    for each in clusters:
        places, inner = arranged(net.subgraph(each.nodes).copy(), sizes, ranks, each.inner, arrange)
        rects = [*((places[n], sizes[n]) for n in places), *inner.values()]
        start = [min(place[axis] for place, _ in rects) for axis in (0, 1)]
        end = [max(place[axis] + extent[axis] for place, extent in rects) for axis in (0, 1)]
        moved = [each.before[axis] - start[axis] for axis in (0, 1)]
        within[each.mark] = {n: (x + moved[0], y + moved[1]) for n, (x, y) in places.items()}
        frames[each.mark] = {m: ((x + moved[0], y + moved[1]), area) for m, ((x, y), area) in inner.items()}
        ranks[each.mark] = min(ranks[node] for node in each.nodes) - each.before[1]
        wide, high = (end[axis] + moved[axis] + each.behind[axis] for axis in (0, 1))
        sizes[each.mark] = (wide, high)
        home.update(dict.fromkeys(each.nodes, each.mark))
    if not within:
        return arrange(net, sizes, ranks, {}), {}
    outer = nx.DiGraph()
    outer.add_nodes_from(dict.fromkeys(home.get(node, node) for node in net))
    for source, target, wire in net.edges(data=True):
        a, b = home.get(source, source), home.get(target, target)
        if a != b and not outer.has_edge(a, b):
            out, into = (0.0 if a in within else wire["out"]), (0.0 if b in within else wire["into"])
            outer.add_edge(a, b, out=out, into=into)
    ends = {mark: _end_in(net, inside, home) for mark, inside in within.items()}
    places = arrange(outer, sizes, ranks, {mark: within[mark][node][1] for mark, node in ends.items()})
    found = {node: place for node, place in places.items() if node not in within}
    drawn: dict[str, tuple[Place, Pair]] = {}
    for mark, inside in within.items():
        x, y = places[mark]
        found.update({node: (x + along, y + across) for node, (along, across) in inside.items()})
        drawn[mark] = (x, y), sizes[mark]
        drawn.update({m: ((x + a, y + b), area) for m, ((a, b), area) in frames[mark].items()})
    return found, drawn
