"""A tidy drawing: columns from left to right, few crossings, the same result every time."""

from __future__ import annotations

import math
from collections.abc import Callable

import networkx as nx

from studio.document.rows import MAIN, Place, id_order
from studio.document.state import State

SWEEPS = 8
LONGEST = 12
"""Columns beside one another; a longer drawing goes on below, as lines of a text do."""
ASPECT = 1.8
"""Width to height at which a long drawing aims."""


def lay_out(
    state: State,
    graph: str = MAIN,
    size: Callable[[str], tuple[float, float]] = lambda _: (152.0, 112.0),
    gap: tuple[float, float] = (36.0, 40.0),
) -> dict[str, Place]:
    """Return a place for every node of a graph; places do not depend on where the nodes stood before.

    A node's column is its longest way from a start (cycles count as one step back); within a column,
    nodes stand near those that they are wired to (barycentres, after Sugiyama, Tagawa and Toda 1981).
    """
    nodes = state.node_ids(graph)
    if not nodes:
        return {}
    net = nx.DiGraph()
    net.add_nodes_from(nodes)
    for wire in state.wires(graph):
        if wire.source != wire.target:
            net.add_edge(wire.source, wire.target)
    if not nx.is_directed_acyclic_graph(net):
        _break_cycles(net)
    column: dict[str, int] = {}
    for node in nx.lexicographical_topological_sort(net, key=id_order):
        column[node] = max((column[before] + 1 for before in net.predecessors(node)), default=0)
    for node in reversed(list(nx.lexicographical_topological_sort(net, key=id_order))):
        after = [column[each] for each in net.successors(node)]
        if after and net.in_degree(node) == 0:  # an input stands right before what reads it
            column[node] = min(after) - 1
    columns: list[list[str]] = [[] for _ in range(max(column.values()) + 1)]
    for node in nodes:
        columns[column[node]].append(node)
    _sweep(columns, net)
    return _place(columns, size, gap)


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


def _sweep(columns: list[list[str]], net: nx.DiGraph) -> None:
    for number in range(SWEEPS):
        forward = number % 2 == 0
        row = {node: (at + 0.5) / len(nodes) for nodes in columns for at, node in enumerate(nodes)}
        for nodes in columns if forward else reversed(columns):
            near = net.predecessors if forward else net.successors
            weight = {}
            for node in nodes:
                rows = [row[each] for each in near(node)]
                weight[node] = sum(rows) / len(rows) if rows else row[node]
            nodes.sort(key=lambda node, weight=weight: (round(weight[node], 9), id_order(node)))  # type: ignore[misc]  # mypy cannot type a lambda's default
            row.update({node: (at + 0.5) / len(nodes) for at, node in enumerate(nodes)})


def _place(
    columns: list[list[str]], size: Callable[[str], tuple[float, float]], gap: tuple[float, float]
) -> dict[str, Place]:
    columns = [nodes for nodes in columns if nodes]
    sizes = {node: size(node) for nodes in columns for node in nodes}
    wide = [max(sizes[node][0] for node in nodes) + gap[0] for nodes in columns]
    high = [sum(sizes[node][1] + gap[1] for node in nodes) for nodes in columns]
    step = len(columns)
    if len(columns) > LONGEST:
        # bands of n columns are n·wide across and columns/n·high down
        step = max(LONGEST, round(math.sqrt(ASPECT * len(columns) * max(high) * len(wide) / sum(wide))))
    places, middle = {}, 0.0
    for first in range(0, len(columns), step):
        band = range(first, min(first + step, len(columns)))
        tall = max(high[at] for at in band)
        middle += tall / 2 if first else 0.0
        x = 0.0
        for at in band:
            y = middle - (high[at] - gap[1]) / 2
            for node in columns[at]:
                places[node] = (x, y)
                y += sizes[node][1] + gap[1]
            x += wide[at]
        middle += tall / 2
    return places
