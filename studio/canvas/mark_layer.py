"""The frames and notes of a scene: it mirrors the document, and answers what lies where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from studio.canvas.mark_item import MarkItem
from studio.document.marks import Rect, held_by
from studio.document.rows import id_order

if TYPE_CHECKING:
    from studio.canvas.scene import CanvasScene


class MarkLayer:
    """What lies under the nodes and wires of one graph; unseen while the scene places the nodes itself."""

    def __init__(self, scene: CanvasScene) -> None:
        self.items: dict[str, MarkItem] = {}
        self._scene = scene
        self._seen = True
        for mark in scene.session.document.mark_ids(scene.graph):
            self.change(scene.graph, mark)

    def change(self, graph: str, mark: str) -> None:
        """Follow the document: a frame or note came, went or changed."""
        if graph != self._scene.graph:
            return
        row = self._scene.session.document.find_mark(mark, graph)
        item = self.items.get(mark)
        if row is None:
            if item is not None:
                self._scene.removeItem(self.items.pop(mark))
        elif item is None:
            item = self.items[mark] = MarkItem(mark, row)
            item.setVisible(self._seen)
            self._scene.addItem(item)
        else:
            item.set_row(row)

    def restore(self) -> None:
        """Show what the document says, after a gesture that was given up."""
        for mark in list(self.items):
            self.change(self._scene.graph, mark)

    def show(self, on: bool) -> None:
        """Show them, or hide them while their places mean nothing."""
        if on != self._seen:
            self._seen = on
            for item in self.items.values():
                item.setVisible(on)
                item.setSelected(False)

    def selected(self) -> list[str]:
        """Return the ids of the selected ones by number."""
        return sorted((mark for mark, item in self.items.items() if item.isSelected()), key=id_order)

    def at(self, place: QPointF) -> MarkItem | None:
        """Return the one under a place in the scene, where it can be taken hold of."""
        found = (item for item in self._scene.items(place) if isinstance(item, MarkItem))
        hit = next((item for item in found if item.mark in self.items), None)
        if hit is None and self._seen and self.items and self._scene.views():
            zoom = self._scene.views()[0].transform().m11()
            hit = next((item for item in self.items.values() if item.on_far_title(place, zoom)), None)
        return hit

    def touched(self, area: QRectF) -> set[str]:
        """Return the notes that an area touches and the frames that it holds."""
        return {
            mark
            for mark, item in self.items.items()
            if item.isVisible()
            and (area.intersects(item.rect()) if item.row.kind == "note" else area.contains(item.rect()))
        }

    def with_held(self, nodes: list[str], marks: list[str]) -> tuple[list[str], list[str]]:
        """Return nodes and marks, and what lies within the frames among them."""
        if not marks:
            return nodes, []
        document, graph = self._scene.session.document, self._scene.graph
        rects = node_rects(self._scene)
        all_nodes, all_marks = dict.fromkeys(nodes), dict.fromkeys(marks)
        for mark in marks:
            held, others = held_by(document, mark, rects, graph)
            all_nodes.update(dict.fromkeys(held))
            all_marks.update(dict.fromkeys(others))
        return list(all_nodes), list(all_marks)

    def area(self) -> QRectF:
        """Return the rectangle around all of them; empty where there are none to see."""
        area = QRectF()
        for item in self.items.values():
            if self._seen:
                area = area.united(item.rect())
        return area


def node_rects(scene: CanvasScene, nodes: list[str] | None = None) -> dict[str, Rect]:
    """Return left, top, width and height of the cards of nodes; of all where none are named."""
    return {
        node: (card.x(), card.y(), card.width(), card.height())
        for node in (scene.nodes if nodes is None else nodes)
        for card in [scene.nodes[node].card()]
    }
