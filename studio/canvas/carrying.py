"""Many nodes on their way together: they and the wires between them are moved, and nothing is led anew."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from studio.canvas.far import Sheet
from studio.canvas.node_item import NodeItem
from studio.canvas.wire_item import WireItem
from studio.document.rows import Wire

if TYPE_CHECKING:
    from studio.canvas.scene import CanvasScene


class Carrier:
    """Carries cards of a scene while they are dragged.

    Seen from afar they are painted on a sheet that moves; the items themselves, which nobody sees then, come
    after when somebody asks for them.
    """

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._nodes: dict[str, QPointF] = {}  # and where they stood
        self._inner: list[WireItem] = []  # between what is carried
        self._outer: list[Wire] = []  # from what is carried to others
        self._late: set[NodeItem | WireItem] = set()  # may be behind
        self._behind = QPointF()
        self._way = QPointF()
        self._sheet: Sheet | None = None
        self.landed: set[str] = set()
        """Nodes set down since the last edit: their wires lead where they should."""

    def __bool__(self) -> bool:
        return bool(self._nodes)

    def carry(self, places: Mapping[str, QPointF], way: QPointF) -> None:
        """Show nodes that far from some places; the first step takes them up."""
        if not self:
            self._take_up(places)
        step, self._way = way - self._way, QPointF(way)
        if step.isNull():
            return
        for item in self._items():
            if item not in self._late:
                item.moveBy(step.x(), step.y())
        self._behind += step
        self._sheet = self._scene.far.shift(self._items, step, self._sheet)
        if self._sheet is None:
            self.catch_up()
        led = self._scene.leader.carry(way, self._outer)
        self._scene.far.touch(self._scene.wires[wire] for wire in led)

    def _items(self) -> Iterator[NodeItem | WireItem]:
        yield from (self._scene.nodes[node] for node in self._nodes)
        yield from self._inner

    def _take_up(self, places: Mapping[str, QPointF]) -> None:
        scene = self._scene
        away = {node: place for node, place in places.items() if scene.nodes[node].pos() != place}
        if away:  # something else has set them down meanwhile
            scene.put(away, live=True)
        self._nodes, self._sheet = dict(places), None
        self._way, self._behind = QPointF(), QPointF()
        inner, self._outer = scene.leader.take_up(list(self._nodes))
        self._inner = [scene.wires[wire] for wire in inner]
        ends = {node for wire in self._outer for node in (wire.source, wire.target)}
        self._late = {*self._inner, *(scene.nodes[node] for node in self._nodes if node not in ends)}

    def lag(self, item: NodeItem) -> QPointF:
        """Return how far an item is behind where it is seen."""
        return self._behind if self and item in self._late else QPointF()

    def catch_up(self, wanted: Collection[NodeItem | WireItem] | None = None) -> None:
        """Let the items be where they are seen; with ``wanted``, only if one of those is behind."""
        if self._behind.isNull() or (wanted is not None and self._late.isdisjoint(wanted)):
            return
        way, self._behind = self._behind, QPointF()
        for item in self._late:
            item.moveBy(way.x(), way.y())

    def set_down(self) -> None:
        """Let everything stand where it is now."""
        if not self:
            return
        self.catch_up()
        scene, nodes, self._nodes = self._scene, self._nodes, {}
        for node, place in nodes.items():
            scene.nodes[node].setPos(place + self._way)  # sums of many steps are not quite that
        led = scene.leader.set_down(nodes.keys(), [item.wire for item in self._inner], self._outer)
        scene.far.touch(scene.wires[wire] for wire in led)
        scene.note_moved(nodes)
        self.landed.update(nodes)
        self._inner, self._outer, self._late = [], [], set()
