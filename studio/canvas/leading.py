"""Leads the wires of a scene to their sockets, around the cards that are in their way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Set
from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF

from studio.canvas.geometry import GAP, WIDTH
from studio.canvas.look import Socket
from studio.canvas.routing import PLAIN, Box, Cards, Lanes, Route, cells_of, route
from studio.canvas.wire_item import LABEL_FONT, WireItem
from studio.document.layout import is_downward
from studio.document.rows import Wire, id_order
from studio.document.state import wire_order
from studio.theme import mono_font
from studio.words import shape_words

if TYPE_CHECKING:
    from studio.canvas.scene import CanvasScene

MOST_LONG = 300
"""With no more long wires than this, all find their lanes anew after an edit, so that the order of edits
leaves no trace."""
MOST_LIVE = 60
"""With no more long wires than this, they make way for a card while it is being dragged."""
FEWEST_TOGETHER = 20
"""From this many nodes on that go the same way, the wires between them are shifted, not led anew."""
MOST_PASSED = 40
"""While many are carried, a wire to another card that has more than this beside its way leads straight on."""
AROUND = 40.0


class WireLeader:
    """Knows where the cards stand and which wires run past some of them."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._cards = Cards()
        self._long: dict[Wire, Route] = {}
        self._unsettled = False
        self._area: QRectF | None = None
        self.moves = 0
        """Counts how often cards came, went, moved or took another size."""
        self._aloft: dict[Wire, Route] = {}  # of the long wires between cards that are carried
        self._carried = (0.0, 0.0)
        self._owed: list[Box] = []  # where cards went past which wires run as if nothing had moved
        self.square = False

    def area(self) -> QRectF:
        """Return the rectangle around all cards; empty where there are none."""
        if self._area is None:
            found = self._cards.area() or (0.0, 0.0, 0.0, 0.0)
            if is_downward(self._scene.session.document):
                found = found[1], found[0], found[3], found[2]
            left, top, right, bottom = found
            self._area = QRectF(left, top, right - left, bottom - top)
        return QRectF(self._area)

    def forget(self, node: str) -> None:
        """A card went."""
        self._cards.discard(node)
        self._area = None
        self.moves += 1
        self._unsettled = True

    def drop(self, wire: Wire) -> None:
        """A wire went."""
        if self._long.pop(wire, None) is not None:
            self._unsettled = True

    def set_square(self, on: bool) -> None:
        """Draw wires of straight parts (True) or curved ones."""
        if on != self.square:
            self.square = on
            self.lead(self._scene.nodes)

    def lead(self, nodes: Collection[str], live: bool = False) -> tuple[list[Wire], bool]:
        """Lead the wires at ``nodes``, and those that run past them or did so.

        Returns those that were led, and whether all of the rest was moved as one.  While something is dragged
        (``live``), the others make way at once only where there are few.
        """
        scene = self._scene
        document, graph = scene.session.document, scene.graph
        down = is_downward(document)
        seen: dict[Wire, None] = {}
        moved: list[Box] = []
        ways: dict[str, tuple[float, float]] = {}
        for node in nodes:
            item = scene.nodes[node]
            old = self._cards.box(node) if node in self._cards else None
            new = _box(item.card(), down)
            if self._cards.put(node, new):
                moved += [new] if old is None else [old, new]
                if old is not None:
                    ways[node] = round(new[0] - old[0], 6), round(new[1] - old[1], 6)
            for wires in document.wires_at(node, graph):
                seen.update(dict.fromkeys(wires))
        if moved:
            self._unsettled = True
            self._area = None
            self.moves += 1
        if live and len(self._long) > MOST_LIVE:
            self._owed += moved
        elif moved := [*self._owed, *moved]:
            self._owed = []
            hull = _around(moved)
            for wire in self._long:
                other = None if wire in seen else scene.wires.get(wire)
                if other is not None and all(self._passes(other, boxes, down) for boxes in ([hull], moved)):
                    seen[wire] = None
        together = len(ways) >= FEWEST_TOGETHER and len(set(ways.values())) == 1
        if together:
            for wire in self._shift(ways, seen, down):
                del seen[wire]
        self._lead_each(seen, down)
        return [wire for wire in seen if wire in scene.wires], together and all(
            node in ways for node in nodes
        )

    def _lead_each(self, wires: Iterable[Wire], down: bool, most: int | None = None) -> None:
        """Lead wires; one that would have to find its way past more than ``most`` cards leads straight on."""
        long: list[tuple[WireItem, QPointF, QPointF]] = []
        for wire in wires:
            ends = self._ends(wire)
            if ends is None:
                continue
            item, start, end = ends
            along = end.y() - start.y() if down else end.x() - start.x()
            if -GAP[0] / 2 <= along <= WIDTH:
                self._long.pop(wire, None)
                item.set_course(start, end, PLAIN, self.square, down)
                self._label(item, down)
            else:
                long.append((item, start, end))
        self._lead_long(long, down, most)

    # -- many on their way together -----------------------------------------------------------------------

    def take_up(self, nodes: Iterable[str]) -> tuple[list[Wire], list[Wire]]:
        """Many cards begin to move; return the wires between them, and those to others."""
        document, graph = self._scene.session.document, self._scene.graph
        ours = set(nodes)
        inner, outer = dict[Wire, None](), dict[Wire, None]()
        for node in nodes:
            into, out = document.wires_at(node, graph)
            for wire in into:
                (inner if wire.source in ours else outer)[wire] = None
            outer.update((wire, None) for wire in out if wire.target not in ours)
        self._cards.take_up(ours)
        self._aloft = {wire: self._long.pop(wire) for wire in inner if wire in self._long}
        self._carried = (0.0, 0.0)
        return list(inner), sorted(outer, key=wire_order)

    def carry(self, way: QPointF, outer: list[Wire]) -> list[Wire]:
        """All that was taken up is so far from where it stood; lead the wires to others, and return them.

        Those that run past make way at once only where there are few.
        """
        down = is_downward(self._scene.session.document)
        along, across = (way.y(), way.x()) if down else (way.x(), way.y())
        met = self._met(outer, down)
        self._cards.carry(along, across)
        self._carried = along, across
        met.update(self._met(outer, down))
        self._area = None
        self.moves += 1
        self._lead_each([*outer, *met], down, MOST_PASSED)
        return [wire for wire in (*outer, *met) if wire in self._scene.wires]

    def _met(self, outer: list[Wire], down: bool) -> dict[Wire, None]:
        """Return the long wires of others that run past what is carried, where there are few."""
        if len(self._long) > MOST_LIVE:
            return {}
        items = ((wire, self._scene.wires.get(wire)) for wire in self._long if wire not in outer)
        near = ((wire, _wider(_box(item.area(), down))) for wire, item in items if item is not None)
        return {wire: None for wire, box in near if self._cards.carried_within(box)}

    def set_down(self, ours: Set[str], inner: list[Wire], outer: list[Wire]) -> list[Wire]:
        """What was taken up stands where it is; lead all that is not led for good, and return it."""
        down = is_downward(self._scene.session.document)
        (along, across), self._carried = self._carried, (0.0, 0.0)
        self._cards.set_down()
        for wire, course in self._aloft.items():
            self._long.setdefault(wire, course.shifted(along, across))
        self._aloft = {}
        wires = dict.fromkeys(outer)
        if along or across:
            self._unsettled = True
            wires.update(dict.fromkeys(self._beside_others(inner, (along, across), ours, down)))
            for wire in self._long.keys() - wires.keys() - set(inner):
                item = self._scene.wires.get(wire)
                if item is None:
                    continue
                # A card that was beside the wire before it went is now beside where the wire would have gone.
                now, _, beyond = _now_and_before(item, (along, across), down)
                if any(not self._cards.within(box).isdisjoint(ours) for box in (now, beyond)):
                    wires[wire] = None
        self._area = None
        self.moves += 1
        self._lead_each(wires, down)
        return [wire for wire in wires if wire in self._scene.wires]

    def _beside_others(
        self, wires: Iterable[Wire], way: tuple[float, float], ours: Set[str], down: bool
    ) -> list[Wire]:
        """Return the wires, all of which went one way with the cards at their ends, that others are near to.

        Those that were near before count, too.
        """
        cells = self._cards.cells_of_others(ours)
        found = []
        for wire in wires:
            item = self._scene.wires.get(wire)
            if item is None:
                continue
            now, before, _ = _now_and_before(item, way, down)
            for box in (now, before):
                if not cells.isdisjoint(cells_of(box)) and not self._cards.within(box) <= ours:
                    found.append(wire)
                    break
        return found

    def relabel(self, nodes: Iterable[str]) -> None:
        """Write what flows out of nodes on their wires, which lead where they led."""
        scene = self._scene
        down = is_downward(scene.session.document)
        for node in nodes:
            for wire in scene.session.document.outgoing(node, graph=scene.graph):
                if wire in scene.wires:
                    self._label(scene.wires[wire], down)

    def _shift(
        self, ways: Mapping[str, tuple[float, float]], wires: Iterable[Wire], down: bool
    ) -> list[Wire]:
        """Shift the wires between nodes that all went the same way, and return those that so are led."""
        scene = self._scene
        along, across = next(iter(ways.values()))
        way = QPointF(across, along) if down else QPointF(along, across)
        inner = {wire: scene.wires[wire] for wire in wires
                 if wire.source in ways and wire.target in ways and wire in scene.wires}  # fmt: skip
        for wire, item in inner.items():
            item.shift(way)
            if wire in self._long:
                self._long[wire] = self._long[wire].shifted(along, across)
        scene.far.shift(lambda: [*(scene.nodes[node] for node in ways), *inner.values()], way)
        others = set(self._beside_others(inner, (along, across), ways.keys(), down))
        return [wire for wire in inner if wire not in others]

    def settle(self) -> None:
        """Let all long wires find their lanes anew, where cards or wires came, went or moved."""
        if not self._unsettled:
            return
        self._unsettled = False
        if self._long and len(self._long) <= MOST_LONG:
            wires, self._long = list(self._long), {}
            found = [ends for wire in wires if (ends := self._ends(wire)) is not None]
            self._scene.far.touch([item for item, _, _ in found])
            self._lead_long(found, is_downward(self._scene.session.document))

    def _lead_long(
        self, found: list[tuple[WireItem, QPointF, QPointF]], down: bool, most: int | None = None
    ) -> None:
        def order(ends: tuple[WireItem, QPointF, QPointF]) -> tuple[object, ...]:
            item, start, end = ends
            far = abs(end.y() - start.y() if down else end.x() - start.x())
            return far, id_order(item.wire.source), id_order(item.wire.target), item.wire.position

        lanes = Lanes()
        ours = {item.wire for item, _, _ in found}
        for wire, way in self._long.items():
            if wire not in ours:
                lanes.take(way.runs, wire.source)
        for item, start, end in sorted(found, key=order):
            wire = item.wire
            one, other = ((p.y(), p.x()) if down else (p.x(), p.y()) for p in (start, end))
            way = route(self._cards, one, other, wire.source, wire.target, lanes, self._lean(wire), most)
            lanes.take(way.runs, wire.source)
            self._long[wire] = way
            item.set_course(start, end, way, self.square, down)
            self._label(item, down)

    def _lean(self, wire: Wire) -> int:
        """Return whether a wire arrives above the other wires of its target (-1), below (1), or neither."""
        others = self._scene.session.document.incoming(wire.target, graph=self._scene.graph)
        if len(others) < 2:
            return 0
        return -1 if others[0] == wire else 1 if others[-1] == wire else 0

    def _passes(self, item: WireItem, moved: list[Box], down: bool) -> bool:
        left, top, right, bottom = _box(item.area(), down)
        top, bottom = top - AROUND, bottom + AROUND
        return any(box[0] < right and box[2] > left and box[1] < bottom and box[3] > top for box in moved)

    def _ends(self, wire: Wire) -> tuple[WireItem, QPointF, QPointF] | None:
        """Return a wire's item and where its sockets are now; paint it as its source is painted."""
        scene = self._scene
        item = scene.wires.get(wire)
        source, target = scene.nodes.get(wire.source), scene.nodes.get(wire.target)
        if item is None or source is None or target is None:
            return None
        start = source.find_socket(False, wire.source_port)
        end = target.find_socket(True, wire.target_port, wire.position)
        broken = start is None or end is None or "gone" in (start.state, end.state)
        item.set_style(source.look.category, broken)
        return (
            item,
            source.socket_pos(start or Socket(wire.source_port, 0, False)),
            target.socket_pos(end or Socket(wire.target_port, 0, True)),
        )

    def _label(self, item: WireItem, down: bool) -> None:
        """Write the shape that flows on a wire that has a straight part with room for it."""
        info = self._scene.session.here.nodes.get(item.wire.source)
        spec = info.output(item.wire.source_port) if info is not None else None
        words = shape_words(spec.shape).replace(" × ", "×") if spec is not None else ""
        place = None
        if words and (rest := item.rest()) is not None:
            (start, end), wide = rest, _width(words)
            middle = (start + end) / 2
            area = QRectF(middle.x() - wide / 2, middle.y() - 8, wide, 16)
            spare = (24.0, 4.0) if self._scene.stacked() else (60.0, 40.0)
            room = abs(end.y() - start.y()) - spare[0] if down else abs(end.x() - start.x()) - wide - spare[1]
            if room > 0 and not self._cards.within(_box(area, down)):
                place = area
        item.set_label(words if place is not None else "", place or QRectF())


@lru_cache(1024)
def _width(words: str) -> float:
    return QFontMetricsF(mono_font(LABEL_FONT)).horizontalAdvance(words) + 10


def _around(boxes: Iterable[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _box(area: QRectF, down: bool) -> Box:
    if down:
        return area.top(), area.left(), area.bottom(), area.right()
    return area.left(), area.top(), area.right(), area.bottom()


def _wider(box: Box) -> Box:
    return box[0] - AROUND, box[1] - AROUND, box[2] + AROUND, box[3] + AROUND


def _now_and_before(item: WireItem, way: tuple[float, float], down: bool) -> tuple[Box, Box, Box]:
    """Return what is around a wire, around where it was before it went a way, and as far beyond."""
    left, top, right, bottom = now = _wider(_box(item.area(), down))
    along, across = way
    before = left - along, top - across, right - along, bottom - across
    return now, before, (left + along, top + across, right + along, bottom + across)
