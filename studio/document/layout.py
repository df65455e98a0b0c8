"""A tidy drawing: layers along the flow of the data, few crossings, long wires in lanes of their own.

After Sugiyama, Tagawa and Toda (1981): nodes get layers, wires that pass over layers get a place in each of
them, the order within the layers is changed until fewer wires cross, and then everything is made as straight
as it can be.  What stands in some order already keeps it where that makes no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import networkx as nx

from studio.document.bands import bands_of
from studio.document.clusters import arranged, clusters_of
from studio.document.crossings import Segments, fewer_crossings
from studio.document.rows import MAIN, Place, id_order
from studio.document.state import State
from studio.document.straight import straighten

LEVEL = 41.0
"""Where a wire meets a card whose data go to the right, below its top."""
LANE = 10.0
"""Room across for a wire that passes between cards, and between it and a card."""
BESIDE = 14.0
APART = 1.5
"""Room between parts that are not connected, in gaps."""
LONGEST_LANE = 200
"""A wire over more layers than this gets no lane of its own."""


def is_downward(state: State) -> bool:
    """Return whether data flow from top to bottom in the drawings of a document."""
    return state.setting("view").get("direction") == "down"


def usual_size(_: str) -> tuple[float, float]:
    """Return the size of a node where nothing better is known."""
    return 152.0, 112.0


def lay_out(
    state: State,
    graph: str = MAIN,
    size: Callable[[str], tuple[float, float]] = usual_size,
    gap: tuple[float, float] = (36.0, 40.0),
    down: bool | None = None,
) -> dict[str, Place]:
    """Return a place for every node of a graph, the first part's corner at (0, 0).

    ``down`` overrules the direction that the document names.  Laying out what is laid out changes nothing.
    What a frame stands around stays together.
    """
    return lay_out_all(state, graph, size, gap, down)[0]


def lay_out_all(
    state: State,
    graph: str = MAIN,
    size: Callable[[str], tuple[float, float]] = usual_size,
    gap: tuple[float, float] = (36.0, 40.0),
    down: bool | None = None,
) -> tuple[dict[str, Place], dict[str, tuple[float, float, float, float]]]:
    """Return what ``lay_out`` does, and left, top, width and height of the frames that stand around nodes."""
    nodes = state.node_ids(graph)
    if not nodes:
        return {}, {}
    turned = is_downward(state) if down is None else down

    def turn(pair: tuple[float, float]) -> tuple[float, float]:
        return (pair[1], pair[0]) if turned else pair

    sizes = {node: turn(size(node)) for node in nodes}
    gaps = turn(gap)
    ranks = {node: turn(state.place(node, graph))[1] for node in nodes}

    def arrange(
        net: nx.DiGraph, sizes: Mapping[str, Place], ranks: Mapping[str, float], starts: Mapping[str, float]
    ) -> dict[str, Place]:
        return _arranged(net, sizes, ranks, starts, gaps, turned)

    clusters = clusters_of(state, graph, size, turn)
    found, frames = arranged(_net_of(state, graph), sizes, ranks, clusters, arrange)
    rects = {mark: (*turn(place), *turn(area)) for mark, (place, area) in frames.items()}
    return {node: turn(found[node]) for node in nodes}, rects


def _arranged(
    net: nx.DiGraph,
    sizes: Mapping[str, Place],
    ranks: Mapping[str, float],
    starts: Mapping[str, float],
    gaps: tuple[float, float],
    turned: bool,
) -> dict[str, Place]:
    """Return places for the nodes of a net, part by part."""
    if not nx.is_directed_acyclic_graph(net):
        _break_cycles(net)
    parts = [sorted(part, key=id_order) for part in nx.weakly_connected_components(net)]
    parts.sort(key=lambda part: (len(part) == 1, id_order(part[0])))
    found: dict[str, Place] = {}
    top = left = row = 0.0
    for part in parts:
        if len(part) > 1:
            level = LEVEL if not turned else None
            shape = _Part(net.subgraph(part).copy(), sizes, gaps, level, turned, starts)
            places = shape.settled(ranks)
            found.update({node: (x, y + top) for node, (x, y) in places.items()})
            top = max(found[node][1] + sizes[node][1] for node in part) + APART * gaps[1]
            continue
        (node,) = part  # what is not connected stands in rows below the rest
        if left and left + sizes[node][0] > max(_width(found, sizes), 6 * sizes[node][0]):
            top, left, row = top + row + gaps[1], 0.0, 0.0
        found[node] = (left, top)
        left, row = left + sizes[node][0] + gaps[0], max(row, sizes[node][1])
    return found


def _width(places: Mapping[str, Place], sizes: Mapping[str, tuple[float, float]]) -> float:
    return max((x + sizes[node][0] for node, (x, _) in places.items()), default=0.0)


def _net_of(state: State, graph: str) -> nx.DiGraph:
    """Return the wiring without loops; an edge knows at which of their ends' wires it stands."""
    net = nx.DiGraph()
    nodes = state.node_ids(graph)
    net.add_nodes_from(nodes)
    for node in nodes:
        wires = state.incoming(node, graph=graph)
        for at, wire in enumerate(wires):
            if wire.source != node and not net.has_edge(wire.source, node):
                net.add_edge(wire.source, node, into=(at + 0.5) / len(wires) - 0.5, out=0.0)
    for node in nodes:
        ports = sorted({wire.source_port for wire in state.outgoing(node, graph=graph)})
        for wire in state.outgoing(node, graph=graph):
            if net.has_edge(node, wire.target) and len(ports) > 1:
                net.edges[node, wire.target]["out"] = (ports.index(wire.source_port) + 0.5) / len(ports) - 0.5
    return net


def _break_cycles(net: nx.DiGraph) -> None:
    done: set[str] = set()
    for root in sorted(net, key=lambda node: (net.in_degree(node) > 0, id_order(node))):
        if root in done:
            continue
        path: set[str] = set()
        stack: list[tuple[str, list[str]]] = [(root, sorted(net.successors(root), key=id_order))]
        path.add(root)
        while stack:
            node, rest = stack[-1]
            if not rest:
                stack.pop()
                path.discard(node)
                done.add(node)
                continue
            target = rest.pop(0)
            if target in path:
                net.remove_edge(node, target)
            elif target not in done:
                path.add(target)
                stack.append((target, sorted(net.successors(target), key=id_order)))


@dataclass
class _Part:
    """One connected part on its way to places: nodes are numbers, and so are the places that wires pass."""

    net: nx.DiGraph
    sizes: Mapping[str, tuple[float, float]]
    gaps: tuple[float, float]
    level: float | None  # where wires meet cards; None: in the middle of them
    turned: bool
    starts: Mapping[str, float]  # how far within a frame the card begins to which its wires lead
    names: list[str] = field(default_factory=list)
    layers: list[list[int]] = field(default_factory=list)
    segments: list[Segments] = field(default_factory=list)
    tight: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.names = sorted(self.net, key=id_order)
        number = {node: at for at, node in enumerate(self.names)}
        layer = self._layers_of()
        self.layers = [[] for _ in range(max(layer.values()) + 1)]
        for node in self.names:
            self.layers[layer[node]].append(number[node])
        self.segments = [[] for _ in self.layers[1:]]
        self.spans: dict[int, tuple[int, int, float]] = {}  # of each lane: source, last target, way along
        count = len(self.names)
        for node in self.names:
            targets = sorted(self.net.successors(node), key=lambda each: (layer[each], id_order(each)))
            last, at = number[node], layer[node]
            ends = [each for each in targets if layer[each] - layer[node] <= LONGEST_LANE]
            for target in ends:  # one lane for all that a node feeds: it ends where the last of them stands
                while at < layer[target] - 1:
                    at += 1
                    self.layers[at].append(count)
                    way = (at - layer[node]) / (layer[ends[-1]] - layer[node])
                    self.spans[count] = (number[node], number[ends[-1]], way)
                    start = self.net.edges[node, target]["out"] if last == number[node] else 0.0
                    self.segments[at - 1].append((last, count, start, 0.0))
                    last, count = count, count + 1
                edge = self.net.edges[node, target]
                start = edge["out"] if last == number[node] else 0.0
                self.segments[at].append((last, number[target], start, edge["into"]))

    def _layers_of(self) -> dict[str, int]:
        order = list(nx.lexicographical_topological_sort(self.net, key=id_order))
        first: dict[str, int] = {}
        for node in order:
            first[node] = max((first[before] + 1 for before in self.net.predecessors(node)), default=0)
        depth = max(first.values())
        last: dict[str, int] = {}
        for node in reversed(order):
            last[node] = min((last[after] - 1 for after in self.net.successors(node)), default=depth)
        number = {node: at for at, node in enumerate(self.names)}
        self.tight = {number[node] for node in order if first[node] == last[node]}
        for node in reversed(order):  # an input stands right before what reads it
            after = [first[each] for each in self.net.successors(node)]
            if after and self.net.in_degree(node) == 0:
                first[node] = min(after) - 1
        least = min(first.values())
        return {node: at - least for node, at in first.items()}

    def settled(self, ranks: Mapping[str, float]) -> dict[str, Place]:
        """Return places that this very way of laying out leaves as they are.

        The present order gives way only to one in which, once the lanes are led, fewer wires cross.
        """
        now = self._ordered([ranks[name] for name in self.names])
        best, least = fewer_crossings(now, self.segments, len(self.names))
        while least:
            found, _ = fewer_crossings(now, self.segments)
            now = self._ordered(self._positions(found))
            led, count = fewer_crossings(now, self.segments, len(self.names))
            if count >= least:
                break
            best, least = led, count
        return self._places(best)

    def _positions(self, order: list[list[int]]) -> list[float]:
        count = len(self.names)
        found = [0.0] * count
        for nodes in order:
            for at, node in enumerate(each for each in nodes if each < count):
                found[node] = float(at)
        return found

    def _ordered(self, positions: list[float]) -> list[list[int]]:
        """Return the layers by the positions of their nodes, lanes where the way between their ends leads."""
        count = len(self.names)
        rank: dict[int, float] = {}
        for nodes in self.layers:
            real = sorted((node for node in nodes if node < count), key=lambda node: (positions[node], node))
            rank.update({node: float(at) for at, node in enumerate(real)})
        for lane, (source, target, way) in self.spans.items():
            rank[lane] = rank[source] + (rank[target] - rank[source]) * way - 0.25
        return [sorted(nodes, key=lambda node: (rank[node], node)) for nodes in self.layers]

    def _places(self, order: list[list[int]]) -> dict[str, Place]:
        count = len(self.names)
        low, high = {}, {}
        for node in (node for nodes in order for node in nodes):
            if node < count:
                tall = self.sizes[self.names[node]][1]
                start = self.starts.get(self.names[node], 0.0)
                low[node], high[node] = -start, tall - start
        middle = self.level if self.level is not None else max(high.values()) / 2
        for lane in self.spans:
            low[lane], high[lane] = middle - LANE / 2, middle + LANE / 2

        def apart(above: int, below: int) -> float:
            lanes = (above >= count) + (below >= count)
            room = (self.gaps[1], BESIDE, BESIDE - LANE)[lanes]
            return high[above] - low[below] + room

        across = straighten(order, self.segments, apart, count, self.tight)
        sizes = [self.sizes[name] for name in self.names]
        steps = [max(sizes[n][0] for n in nodes if n < count) + self.gaps[0] for nodes in order]
        spans = [
            (min(across[n] + low[n] for n in nodes), max(across[n] + high[n] for n in nodes))
            for nodes in order
        ]
        cuts = [len({wire[0] for wire in wires}) == 1 and wires[0][0] < count for wires in self.segments]
        places: dict[str, Place] = {}
        top = 0.0
        for band in bands_of(steps, spans, cuts, self.turned):
            left, least = 0.0, min(spans[at][0] for at in band)
            for at in band:
                for node in (each for each in order[at] if each < count):
                    places[self.names[node]] = (left, float(round(across[node] + low[node] - least + top)))
                left += steps[at]
            top += max(spans[at][1] for at in band) - least + self.gaps[1] * APART
        return places
