"""Whether a graph is a plain chain, which can be shown and exported as Sequential."""

from __future__ import annotations

from dataclasses import dataclass

from studio.document.rows import MAIN
from studio.document.state import State


@dataclass(frozen=True, slots=True)
class Branch:
    """Why a graph is not a chain: ``code`` is branches, joins, shared, cycle or apart, at ``node``."""

    code: str
    node: str


def is_linear(state: State, graph: str = MAIN) -> Branch | None:
    """Return ``None`` for one chain (or less), else what keeps the graph from being one."""
    starts = []
    for node in state.node_ids(graph):
        wires = state.incoming(node, graph=graph)
        if len(wires) > 1:
            return Branch("joins", node)
        if len(state.outgoing(node, graph=graph)) > 1:
            return Branch("branches", node)
        if state.is_shared(node, graph):
            return Branch("shared", node)
        if not wires:
            starts.append(node)
    count = len(state.node_ids(graph))
    if len(starts) > 1:
        return Branch("apart", starts[1])
    if count and (not starts or len(_follow(state, starts[0], graph)) < count):
        done = set(_follow(state, starts[0], graph)) if starts else set()
        return Branch("cycle", next(node for node in state.node_ids(graph) if node not in done))
    return None


def chain(state: State, graph: str = MAIN) -> list[str]:
    """Return the nodes of a chain from first to last; empty where the graph is not one."""
    if is_linear(state, graph) is not None:
        return []
    starts = [node for node in state.node_ids(graph) if not state.incoming(node, graph=graph)]
    return _follow(state, starts[0], graph) if starts else []


def _follow(state: State, start: str, graph: str) -> list[str]:
    found, wires = [start], state.outgoing(start, graph=graph)
    while wires and wires[0].target not in found[-1:]:
        found.append(wires[0].target)
        wires = state.outgoing(found[-1], graph=graph)
    return found
