"""How long each node took in a measured pass, and whether it is still what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from studio.document.blocks import repeats_of
from studio.document.findings import Analysis, NodeInfo
from studio.document.rows import BYPASS, MAIN
from studio.document.state import State
from studio.document.tracing import order_of

Spot = tuple[str, str]
"""A graph and a node of it."""
DEEPEST = 20


@dataclass(frozen=True, eq=False)
class Times:
    """Seconds of one pass forward by (graph, node), over all uses of a block that the node lies in.

    ``rows`` is the number of examples in the pass, ``device`` what it ran on, ``marks`` what each node was.
    """

    seconds: Mapping[Spot, float]
    marks: Mapping[Spot, object]
    rows: int
    device: str

    def of(self, state: State, analysis: Analysis, inside: Mapping[str, Analysis], node: str) -> float | None:
        """Return the time of a node, or ``None`` where it was never measured as it is now."""
        spot = (analysis.graph, node)
        if spot not in self.seconds or self.marks.get(spot) != mark_of(state, analysis, inside, node):
            return None
        return self.seconds[spot]


def mark_of(
    state: State, analysis: Analysis, inside: Mapping[str, Analysis], node: str, depth: int = 0
) -> object:
    """Return all of a node that its time hangs on; equal marks, equal work."""
    row = state.node(node, analysis.graph)
    entry = state.layer_of(node, analysis.graph)
    layer = (entry.type, entry.params) if entry is not None else None
    within: tuple[object, ...] = ()
    if row.kind == "block" and row.ref in inside and depth < DEEPEST:
        inner = inside[row.ref]
        within = tuple(mark_of(state, inner, inside, each, depth + 1) for each in inner.order)
    return row.kind, layer, row.options, analysis.nodes.get(node, NodeInfo()).inputs, within


def marks_of(state: State, analysis: Analysis) -> dict[Spot, object]:
    """Return the marks of all nodes of a drawing and of its blocks."""
    graphs = [analysis, *analysis.inside.values()]
    return {
        (each.graph, node): mark_of(state, each, analysis.inside, node)
        for each in graphs
        for node in each.order
    }


def called_layers(
    state: State, graph: str = MAIN, prefix: str = "", outer: tuple[Spot, ...] = ()
) -> Iterator[tuple[str, tuple[Spot, ...]]]:
    """Yield the name of the model's layer for every call, in order, and the nodes that the call is part of.

    A layer inside a block is called after the uses that it is made for, as the script does.
    """
    for node in order_of(state, graph)[0]:
        row, entry = state.node(node, graph), state.layer_of(node, graph)
        spots = (*outer, (graph, node))
        if entry is not None and not row.options.get(BYPASS):
            yield prefix + entry.name, spots
        elif row.kind == "block" and len(outer) < DEEPEST:
            times = repeats_of(row)
            for number in range(1, times + 1):
                label = f"{row.name}-{number}" if times > 1 else row.name
                yield from called_layers(state, row.ref, f"{prefix}{label}-", spots)
