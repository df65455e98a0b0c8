"""What a scene answers: what is selected, and what lies at a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QGraphicsScene

from studio.canvas.look import Socket
from studio.canvas.node_item import NodeItem
from studio.canvas.wire_item import WireItem
from studio.document.rows import Wire, id_order

if TYPE_CHECKING:
    from studio.canvas.leading import WireLeader
    from studio.canvas.mark_layer import MarkLayer
    from studio.canvas.session import CanvasSession


class AskedScene(QGraphicsScene):
    """A scene of cards and wires that can be asked; ``CanvasScene`` fills it."""

    session: CanvasSession
    graph: str
    nodes: dict[str, NodeItem]
    wires: dict[Wire, WireItem]
    marks: MarkLayer
    leader: WireLeader

    def selected_nodes(self) -> list[str]:
        """Return the ids of the selected nodes by number."""
        return sorted((i.node for i in self.selectedItems() if isinstance(i, NodeItem)), key=id_order)

    def selected_wires(self) -> list[Wire]:
        """Return the selected wires."""
        chosen = {item.wire for item in self.selectedItems() if isinstance(item, WireItem)}
        return [wire for wire in self.wires if wire in chosen] if chosen else []

    def socket_at(self, place: QPointF, reach: float) -> tuple[NodeItem, Socket] | None:
        """Return the node and socket near a place in the scene."""
        area = QRectF(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach)
        for item in self.items(area, Qt.ItemSelectionMode.IntersectsItemBoundingRect):
            if isinstance(item, NodeItem) and (socket := item.socket_at(place, reach)) is not None:
                return item, socket
        return None

    def node_at(self, place: QPointF) -> NodeItem | None:
        """Return the card under a place in the scene."""
        return next((item for item in self.items(place) if isinstance(item, NodeItem)), None)

    def wire_at(self, place: QPointF) -> WireItem | None:
        """Return the wire under a place in the scene."""
        return next((item for item in self.items(place) if isinstance(item, WireItem)), None)

    def content(self) -> QRectF:
        """Return the rectangle around all cards, frames and notes; empty where there are none."""
        return self.marks.area().united(self.leader.area())

    def wire_into(self, node: str, socket: Socket) -> Wire | None:
        """Return the wire that ends in an input socket."""
        wires = self.session.document.incoming(node, socket.port, self.graph)
        return next((w for w in wires if w.position == socket.index or socket.state == "gone"), None)
