"""The order within the layers of a drawing, chosen so that few wires cross."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from statistics import median
from typing import TypeAlias

Segments: TypeAlias = list[tuple[int, int, float, float]]
"""Wires between two neighbouring layers: both ends, and where on their cards they stand (-0.5 to 0.5)."""

ROUNDS = 16
FEWER_ROUNDS = 4
PATIENCE = 4
"""Sweeps without a gain before one gives up."""
SMALL = 400
"""Up to so many nodes and lanes, neighbours are exchanged one by one as well."""
SOCKET = 0.6
"""How much of a place in the order the sockets of one card take."""


def fewer_crossings(
    layers: list[list[int]], segments: list[Segments], fixed: int = 0
) -> tuple[list[list[int]], int]:
    """Return the layers in an order with fewer crossings, and how many there are.

    What makes no difference stays in its order, and the numbers below ``fixed`` keep theirs among themselves.
    """
    best = [list(nodes) for nodes in layers]
    least = crossings(best, segments)
    before, after = _neighbours(segments)
    small = sum(len(nodes) for nodes in layers) <= SMALL
    now, stale = [list(nodes) for nodes in best], 0
    for number in range(ROUNDS if small else FEWER_ROUNDS):
        if not least or stale == PATIENCE:
            break
        _sweep(now, after if number % 2 else before, bool(number % 2), number % 4 > 1, fixed)
        count = crossings(now, segments)
        stale += 1
        if count < least:
            best, least, stale = [list(nodes) for nodes in now], count, 0
    if least and small:
        _exchange(best, before, after, fixed)
        least = crossings(best, segments)
    return best, least


def crossings(layers: list[list[int]], segments: list[Segments]) -> int:
    """Return how many pairs of wires cross."""
    place = {node: at for nodes in layers for at, node in enumerate(nodes)}
    found = 0
    for wires in segments:
        ends = sorted((place[a] + SOCKET * out, place[b] + SOCKET * into) for a, b, out, into in wires)
        seen: list[float] = []
        for _, end in ends:
            found += len(seen) - bisect_right(seen, end)
            insort(seen, end)
    return found


Neighbours: TypeAlias = dict[int, list[tuple[int, float, float]]]
"""The ends of a node's wires on one side: the other node, where on it, and where on this one."""


def _neighbours(segments: list[Segments]) -> tuple[Neighbours, Neighbours]:
    before: Neighbours = {}
    after: Neighbours = {}
    for wires in segments:
        for a, b, out, into in wires:
            before.setdefault(b, []).append((a, out, into))
            after.setdefault(a, []).append((b, into, out))
    return before, after


def _sweep(layers: list[list[int]], near: Neighbours, back: bool, middle: bool, fixed: int) -> None:
    """Put each layer in the order of its neighbours' means (``middle``: medians), one after the other."""
    place = {node: float(at) for nodes in layers for at, node in enumerate(nodes)}
    for nodes in reversed(layers) if back else layers:
        if len(nodes) == 1:
            continue
        weight = {}
        for node in nodes:
            ends = [place[other] + SOCKET * at for other, at, _ in near.get(node, ())]
            weight[node] = (median(ends) if middle else sum(ends) / len(ends)) if ends else place[node]
        kept = [node for node in nodes if node < fixed]
        nodes.sort(key=weight.__getitem__)
        if kept:
            rest = iter(kept)
            nodes[:] = [next(rest) if node < fixed else node for node in nodes]
        for at, node in enumerate(nodes):
            place[node] = at


def _exchange(layers: list[list[int]], before: Neighbours, after: Neighbours, fixed: int) -> None:
    """Exchange neighbours as long as that undoes crossings."""
    place = {node: at for nodes in layers for at, node in enumerate(nodes)}

    def cost(first: int, second: int) -> int:
        found = 0
        for side in (before, after):
            ends = sorted(place[node] + SOCKET * at for node, at, _ in side.get(second, ()))
            found += sum(bisect_left(ends, place[node] + SOCKET * at) for node, at, _ in side.get(first, ()))
        return found

    for _ in range(ROUNDS):
        better = False
        for nodes in layers:
            for at in range(len(nodes) - 1):
                first, second = nodes[at], nodes[at + 1]
                if max(first, second) >= fixed and cost(second, first) < cost(first, second):
                    nodes[at], nodes[at + 1] = second, first
                    place[first], place[second] = at + 1, at
                    better = True
        if not better:
            return
