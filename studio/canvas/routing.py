"""Where a wire runs: straight where nothing is in its way, else in a lane beside the cards that it passes.

Everything here is told as if data flowed to the right; ``geometry`` turns it for drawings from top to bottom.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Set
from dataclasses import dataclass
from itertools import pairwise
from math import floor, inf
from typing import TypeAlias

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom."""
Run: TypeAlias = tuple[float, float, float]
"""A straight part of a wire: from, to, and where across."""

CELL = 320.0
CLEAR = 8.0
"""How near to a card a wire may pass."""
BESIDE = 19.0
"""How far from a card a lane runs."""
PITCH = 12.0
"""Between lanes."""
LANES = 6
REACH = 900.0
"""How far across one looks for a lane."""
BUSY = 90.0
"""What it costs to run upon another wire, in units of way."""
BEND = 60.0
LEAN = 110.0
OUT = 18.0
"""How far from a card a wire turns back."""


class Cards:
    """Where the cards stand, to be found by area."""

    def __init__(self) -> None:
        self._boxes: dict[str, Box] = {}
        self._cells: dict[tuple[int, int], set[str]] = {}
        self._aloft: Cards | None = None  # those that are carried, where they stood
        self._way = (0.0, 0.0)

    def __contains__(self, node: str) -> bool:
        return node in self._boxes or (self._aloft is not None and node in self._aloft)

    def box(self, node: str) -> Box:
        """Return where a card was last put."""
        if self._aloft is not None and node in self._aloft:
            return _moved(self._aloft.box(node), *self._way)
        return self._boxes[node]

    def area(self) -> Box | None:
        """Return the box around all cards."""
        boxes: list[Box] = []
        if self._boxes:
            lefts, tops, rights, bottoms = zip(*self._boxes.values(), strict=True)
            boxes.append((min(lefts), min(tops), max(rights), max(bottoms)))
        if self._aloft is not None and (other := self._aloft.area()) is not None:
            boxes.append(_moved(other, *self._way))
        if not boxes:
            return None
        one, other = boxes[0], boxes[-1]
        return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])

    def put(self, node: str, box: Box) -> bool:
        """Put a card somewhere; return whether that is news."""
        if self._aloft is not None and node in self._aloft:
            return self._aloft.put(node, _moved(box, -self._way[0], -self._way[1]))
        old = self._boxes.get(node)
        if old == box:
            return False
        cells = cells_of(box)
        before = cells_of(old) if old is not None else ()
        self._boxes[node] = box
        if before != cells:
            for cell in before:
                self._cells[cell].discard(node)
            for cell in cells:
                self._cells.setdefault(cell, set()).add(node)
        return True

    def discard(self, node: str) -> None:
        """Take a card away."""
        box = self._boxes.pop(node, None)
        if box is not None:
            for cell in cells_of(box):
                self._cells[cell].discard(node)
        elif self._aloft is not None:
            self._aloft.discard(node)

    def within(self, area: Box) -> set[str]:
        """Return the cards that an area touches."""
        left, top, right, bottom = area
        found: set[str] = set()
        for cell in cells_of(area):
            found |= self._cells.get(cell, _NOBODY)
        boxes = self._boxes
        near = {
            node
            for node in found
            if boxes[node][0] < right
            and boxes[node][2] > left
            and boxes[node][1] < bottom
            and boxes[node][3] > top
        }
        return near | self.carried_within(area)

    # -- many on their way together -----------------------------------------------------------------------

    def take_up(self, nodes: Iterable[str]) -> None:
        """From now on these cards go the same way."""
        aloft = Cards()
        for node in nodes:
            aloft.put(node, self._boxes[node])
            self.discard(node)
        self._aloft, self._way = aloft, (0.0, 0.0)

    def carry(self, along: float, across: float) -> None:
        """Say how far what was taken up is from where it stood."""
        self._way = along, across

    def carried_within(self, area: Box) -> set[str]:
        """Return the cards that were taken up and that an area touches."""
        if self._aloft is None:
            return set()
        return self._aloft.within(_moved(area, -self._way[0], -self._way[1]))

    def set_down(self) -> tuple[Box | None, Box | None]:
        """Let what was taken up stand where it is; return the boxes around it, before and now."""
        aloft, self._aloft = self._aloft, None
        if aloft is None:
            return None, None
        for node, box in aloft._boxes.items():
            self.put(node, _moved(box, *self._way))
        before = aloft.area()
        return before, _moved(before, *self._way) if before is not None else None

    def cells_of_others(self, ours: Set[str]) -> set[tuple[int, int]]:
        """Return where other cards than these stand."""
        return {cell for cell, nodes in self._cells.items() if not nodes <= ours}


_NOBODY: frozenset[str] = frozenset()


def _moved(box: Box, along: float, across: float) -> Box:
    return box[0] + along, box[1] + across, box[2] + along, box[3] + across


def cells_of(box: Box) -> list[tuple[int, int]]:
    """Return the cells of the plane that a box touches."""
    columns = range(floor(box[0] / CELL), floor(box[2] / CELL) + 1)
    rows = range(floor(box[1] / CELL), floor(box[3] / CELL) + 1)
    return [(x, y) for x in columns for y in rows]


class Lanes:
    """Which lanes are taken, to be found by where they run."""

    def __init__(self) -> None:
        self._rows: dict[int, list[tuple[float, float, float, str]]] = {}

    def cost(self, across: float, start: float, end: float, whose: str) -> float:
        """Return what it costs to run there: much upon another's wire, less than nothing upon one's own."""
        worst, row = 0.0, floor(across / PITCH)
        for near in (row - 1, row, row + 1):
            for y, left, right, other in self._rows.get(near, ()):
                if abs(y - across) < PITCH / 2 and left < end and right > start:
                    if other != whose:
                        return BUSY
                    worst = -PITCH
        return worst

    def take(self, runs: Iterable[Run], whose: str) -> None:
        """Mark where a wire runs."""
        for start, end, across in runs:
            self._rows.setdefault(floor(across / PITCH), []).append((across, start, end, whose))


@dataclass(frozen=True, slots=True)
class Route:
    """The straight runs of a wire between its ends; ``back`` where it leads against the flow."""

    runs: tuple[Run, ...] = ()
    back: bool = False

    def shifted(self, along: float, across: float) -> Route:
        """Return the route of a wire both ends of which went the same way."""
        if not self.runs:
            return self
        runs = tuple((start + along, end + along, at + across) for start, end, at in self.runs)
        return Route(runs, self.back)


PLAIN = Route()


def route(
    cards: Cards,
    start: tuple[float, float],
    end: tuple[float, float],
    source: str,
    target: str,
    lanes: Lanes,
    lean: int = 0,
    most: int | None = None,
) -> Route:
    """Return how a wire gets from a card's right side to another's left one.

    ``lean`` says whether it arrives above the other wires of its target (-1) or below them (1): it had better
    come from there, lest it cross them.  With more cards than ``most`` around, it leads straight on.
    """
    (sx, sy), (ex, ey) = start, end
    low, high = min(sy, ey), max(sy, ey)
    if ex < sx - OUT:
        return _back(cards, start, end, source, lanes)
    own = {source, target}
    if not cards.within((sx + 1, low - CLEAR, ex - 1, high + CLEAR)) - own:
        return PLAIN
    near = cards.within((sx + 1, low - REACH, ex - 1, high + REACH)) - own
    if most is not None and len(near) > most:
        return PLAIN
    boxes = sorted(cards.box(node) for node in near)
    whole = _run(boxes, sy, ey, source, lanes, lean)
    steps = _steps(boxes, sy, ey, source, lanes)
    shorter = _length(steps, sy, ey) + LEAN * bool(lean) < _length(whole, sy, ey)
    return Route(tuple(steps if shorter else whole))


def _length(runs: list[Run], sy: float, ey: float) -> float:
    way = [sy, *(across for _, _, across in runs), ey]
    return sum(abs(a - b) for a, b in pairwise(way)) + BEND * len(runs)


def _run(boxes: list[Box], sy: float, ey: float, whose: str, lanes: Lanes, lean: int) -> list[Run]:
    """Return one run past all cards that stand in the way of it."""
    left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
    best = _free(boxes, sy, ey, left, right, whose, lanes, lean)
    passed = [box for box in boxes if _meets(box, sy, best, ey)]
    return [(min(b[0] for b in passed), max(b[2] for b in passed), best)] if passed else [(left, right, best)]


def _meets(box: Box, *levels: float) -> bool:
    return box[1] - CLEAR < max(levels) and box[3] + CLEAR > min(levels)


def _steps(boxes: list[Box], sy: float, ey: float, whose: str, lanes: Lanes) -> list[Run]:
    """Return runs that pass one column of cards after the other."""
    runs: list[Run] = []
    now, at = sy, 0
    while at < len(boxes):
        column, right = [boxes[at]], boxes[at][2]
        while at + 1 < len(boxes) and boxes[at + 1][0] < right:
            at += 1
            column.append(boxes[at])
            right = max(right, boxes[at][2])
        at += 1
        left = column[0][0]
        y = _free(column, now, now, left, right, whose, lanes)
        if runs and runs[-1][2] == y:
            runs[-1] = (runs[-1][0], right, y)
        else:
            runs.append((left, right, y))
        now = y
    return runs


def _free(
    boxes: list[Box],
    sy: float,
    ey: float,
    left: float,
    right: float,
    whose: str,
    lanes: Lanes,
    lean: int = 0,
) -> float:
    """Return the best place across at which nothing stands in the way."""
    blocked: list[list[float]] = []
    for top, bottom in sorted((box[1], box[3]) for box in boxes):
        if blocked and top - CLEAR <= blocked[-1][1] + CLEAR:
            blocked[-1][1] = max(blocked[-1][1], bottom)
        else:
            blocked.append([top, bottom])
    places = {sy, ey}
    for top, bottom in blocked:
        for lane in range(LANES):
            places |= {top - BESIDE - lane * PITCH, bottom + BESIDE + lane * PITCH}

    ways = [
        (abs(y - sy) + abs(y - ey) + LEAN * ((y - ey) * lean < 0), y != sy, y != ey, abs(y - ey), y)
        for y in places
    ]
    tops = [top - CLEAR for top, _ in blocked]
    best, least = sy, inf
    for length, _, _, _, y in sorted(ways):
        if length - PITCH >= least:  # even upon one's own wire it would be no better
            break
        at = bisect_left(tops, y) - 1  # the last that begins above it; they do not overlap
        if at >= 0 and y < blocked[at][1] + CLEAR:
            continue
        price = length + lanes.cost(y, left, right, whose)
        if price < least:
            best, least = y, price
    return best


def _back(
    cards: Cards, start: tuple[float, float], end: tuple[float, float], whose: str, lanes: Lanes
) -> Route:
    """Lead a wire around the card that it leaves, back in a free row, and in from the left."""
    (sx, sy), (ex, ey) = start, end
    left, right = ex - OUT, sx + OUT
    low, high = min(sy, ey) - REACH, max(sy, ey) + REACH
    boxes = [cards.box(node) for node in cards.within((left, low, right, high))]
    return Route(((left, right, _free(boxes, sy, ey, left, right, whose, lanes)),), back=True)
