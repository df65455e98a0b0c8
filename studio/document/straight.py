"""Where the nodes of ordered layers stand across the flow, so that as many wires as can be run straight."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from itertools import pairwise
from statistics import median

from studio.document.crossings import Segments

ROUNDS = 8


def straighten(
    layers: list[list[int]],
    segments: list[Segments],
    apart: Callable[[int, int], float],
    count: int,
    tight: set[int],
) -> list[float]:
    """Return a position for each node; ``apart`` says how far a node stands below its upper neighbour.

    Numbers from ``count`` on are the lanes of long wires; ``tight`` nodes are those of a longest way.  Nodes
    that are joined without crossing come into one line, and the lines move as one: first as far up as they
    can, then towards the lines that they are wired to.
    """
    line = _lines(layers, segments, count, tight)
    room: dict[int, dict[int, float]] = {}  # line → lines right below it, and how far
    over: dict[int, dict[int, float]] = {}
    for nodes in layers:
        for above, below in pairwise(nodes):
            a, b = line[above], line[below]
            need = max(apart(above, below), room.get(a, {}).get(b, float("-inf")))
            room.setdefault(a, {})[b] = need
            over.setdefault(b, {})[a] = need
    pulls: dict[int, list[int]] = {}
    for wires in segments:
        for a, b, _, _ in wires:
            if line[a] != line[b]:
                pulls.setdefault(line[a], []).append(line[b])
                pulls.setdefault(line[b], []).append(line[a])
    order = _downward(sorted(set(line.values())), room, over)
    place: dict[int, float] = {}
    for each in order:
        place[each] = max((place[a] + need for a, need in over.get(each, {}).items()), default=0.0)
    for number in range(ROUNDS):
        moved = False
        for each in order if number % 2 else reversed(order):
            if each not in pulls:
                continue
            goal = median(place[other] for other in pulls[each])
            goal = min([goal, *(place[b] - need for b, need in room.get(each, {}).items())])
            goal = max([goal, *(place[a] + need for a, need in over.get(each, {}).items())])
            moved = moved or goal != place[each]
            place[each] = goal
        if not moved:
            break
    least = min(place.values())
    found = [0.0] * len(line)
    for node, each in line.items():
        found[node] = place[each] - least
    return found


def _lines(layers: list[list[int]], segments: list[Segments], count: int, tight: set[int]) -> dict[int, int]:
    """Return for each node the first node of the line that it stands in."""
    place = {node: at for nodes in layers for at, node in enumerate(nodes)}
    out: dict[int, list[int]] = {}
    into: dict[int, list[int]] = {}
    for wires in segments:
        for a, b, _, _ in wires:
            out.setdefault(a, []).append(b)
            into.setdefault(b, []).append(a)

    aside: dict[tuple[int, int], float] = {}
    """How far, of all that a node is joined to on one side, the other one is from their middle."""
    for side in (out, into):
        for node, row in side.items():
            for at, other in enumerate(sorted(row, key=place.__getitem__)):
                aside[node, other] = abs(at - (len(row) - 1) / 2)

    def worth(wire: tuple[int, int, float, float]) -> tuple[float, ...]:
        a, b = wire[:2]
        kind = (1, 2, 0)[(a >= count) + (b >= count)]  # lanes run straight before all else, then cards
        alone = (len(out[a]) > 1) + (len(into[b]) > 1)
        return kind, not (a in tight and b in tight), alone, aside[a, b] + aside[b, a], place[a], place[b]

    line = {node: node for nodes in layers for node in nodes}
    for wires in segments:
        starts: list[int] = []
        ends: list[int] = []
        follows: dict[int, int] = {}
        for a, b, _, _ in sorted(wires, key=worth):
            start, end = place[a], place[b]
            at = bisect_left(starts, start)
            if at < len(starts) and (starts[at] == start or ends[at] <= end):
                continue
            if at and ends[at - 1] >= end:
                continue
            starts.insert(at, start)
            ends.insert(at, end)
            follows[b] = a
        for b, a in follows.items():
            line[b] = line[a]
    return line


def _downward(
    lines: list[int], room: dict[int, dict[int, float]], over: dict[int, dict[int, float]]
) -> list[int]:
    """Return the lines so that each comes after those above it."""
    waiting = {each: len(over.get(each, {})) for each in lines}
    ready = [each for each in lines if not waiting[each]]
    order = []
    while ready:
        each = ready.pop()
        order.append(each)
        for below in room.get(each, {}):
            waiting[below] -= 1
            if not waiting[below]:
                ready.append(below)
    return order
