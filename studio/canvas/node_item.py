"""A node in the scene: it keeps a look and its flags, and leaves painting to ``painter``."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsRectItem,
    QGraphicsSceneHoverEvent,
    QStyleOptionGraphicsItem,
    QWidget,
)

from studio.canvas import geometry
from studio.canvas.heat import Heat
from studio.canvas.look import Look, Socket
from studio.canvas.painter import Flags, paint_card
from studio.canvas.picture import Picture
from studio.canvas.port_names import room_for
from studio.theme import current

DIM = 0.3
"""How much is seen of what a search did not find."""


class NodeItem(QGraphicsRectItem):
    """The card of one node, cached as it was last painted; it moves when the scene says so.

    Its rectangle is all that it may paint on: Qt asks for that so often that it must not be a question to
    Python.
    """

    def __init__(self, node: str, look: Look, picture: Picture | None) -> None:
        super().__init__()
        self.node = node
        self.look = look
        self._size = geometry.size_of(look)
        self.setPen(Qt.PenStyle.NoPen)
        self.setRect(_bounds(look))
        self.picture = picture
        self.flags_ = Flags()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self.setAcceptHoverEvents(True)
        self.setZValue(2)

    def set_look(self, look: Look, picture: Picture | None) -> bool:
        """Show another look; return whether the sockets moved or changed, or the colour of the wires."""
        if look == self.look and picture is self.picture:
            return False
        size = geometry.size_of(look)
        bounds = _bounds(look)
        moved = (
            size != self._size
            or bounds != self.rect()
            or geometry.sockets_of(look) != geometry.sockets_of(self.look)
            or look.category != self.look.category
        )
        if bounds != self.rect():
            self.setRect(bounds)
        self.look, self.picture, self._size = look, picture, size
        self.update()
        return moved

    def set_lights(self, lights: Mapping[tuple[bool, str, int], bool] | None) -> None:
        """Light (True) and dim (False) sockets while a wire is drawn; ``None`` ends it."""
        if lights != self.flags_.lights:
            self.flags_.lights = lights
            self.update()

    def set_heat(self, heat: Heat | None) -> None:
        """Show what the heat map says of the node; ``None`` takes it away."""
        if heat != self.flags_.heat:
            self.flags_.heat = heat
            self.update()

    def set_found(self, on: bool | None) -> None:
        """Mark what a search found (True) and dim the rest (False); ``None`` ends the search."""
        self.setOpacity(DIM if on is False else 1.0)
        if bool(on) != self.flags_.found:
            self.flags_.found = bool(on)
            self.update()

    def set_focused(self, on: bool) -> None:
        """Show where the keyboard is."""
        if on != self.flags_.focused:
            self.flags_.focused = on
            self.update()

    def card(self) -> QRectF:
        """Return the card in scene coordinates, without the room around it."""
        return QRectF(self.pos(), self._size)

    def socket_pos(self, socket: Socket) -> QPointF:
        """Return the centre of a socket in scene coordinates."""
        return self.pos() + geometry.socket_place(self.look, socket)

    def socket_at(self, place: QPointF, reach: float) -> Socket | None:
        """Return the socket nearest to a place in the scene, within ``reach``."""
        near = [((self.socket_pos(socket) - place), socket) for socket in geometry.sockets_of(self.look)]
        within = [(way.x() ** 2 + way.y() ** 2, at) for at, (way, _) in enumerate(near)]
        best = min(within, default=None)
        if best is None or best[0] > reach * reach:
            return None
        return near[best[1]][1]

    def find_socket(self, is_input: bool, port: str, index: int = 0) -> Socket | None:
        """Return a socket by its key."""
        row = self.look.inputs if is_input else self.look.outputs
        return next((socket for socket in row if socket.port == port and socket.index == index), None)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(QRectF(QPointF(), self._size))
        return path

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        self.flags_.selected = self.isSelected()
        detail = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        paint_card(painter, self.look, self.flags_, current(), detail, self.picture)

    def hoverEnterEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self.flags_.hovered = True
        self.update()

    def hoverLeaveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self.flags_.hovered = False
        self.update()


def _bounds(look: Look) -> QRectF:
    """Return all that a card may paint on: shadow, rings, sockets and their names."""
    margin = geometry.MARGIN
    return room_for(look).adjusted(-margin, -margin, margin, margin)
