"""Sizes and places: how large a node is, where its sockets sit and how a wire bends.  Scene units."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainterPath

from studio.canvas.look import Look, Socket

WIDTH = 176.0
TITLE = 19.0
"""Middle of the title's line."""
HEAD = 54.0
"""Title and the line of parameters."""
EXTRA_LINE = 15.0
PICTURE = 46.0
FOOT = 28.0
LEVEL = (HEAD + FOOT) / 2
"""Height of a lone socket below the top of its card."""
PAD = 15.0
BAR = 4.0
RADIUS = 7.0
SOCKET = 5.5
REACH = 11.0
"""How near to a socket a press counts, at 100 %."""
PITCH = 19.0
MARGIN = 14.0
"""Room around the card for sockets, shadow and rings."""
GRID = 10.0


def size_of(look: Look) -> QSizeF:
    """Return width and height of a card."""
    height = HEAD + EXTRA_LINE * max(0, len(look.lines) - 1) + (PICTURE if look.picture else 0.0) + FOOT
    sockets = max(len(look.inputs), len(look.outputs))
    return QSizeF(WIDTH, max(height, PITCH * (sockets + 0.6)))


def bounds_of(look: Look) -> QRectF:
    """Return all that a card may paint on, its top left corner at the origin."""
    size = size_of(look)
    return QRectF(0, 0, size.width(), size.height()).adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)


def sockets_of(look: Look) -> tuple[Socket, ...]:
    """Return all sockets of a card, inputs first."""
    return (*look.inputs, *look.outputs)


def socket_place(look: Look, socket: Socket) -> QPointF:
    """Return the centre of a socket in the card's own coordinates."""
    size = size_of(look)
    row = look.inputs if socket.is_input else look.outputs
    at = row.index(socket) if socket in row else 0
    # Cards whose tops are level have their sockets level too, however tall a picture makes one of them.
    middle = LEVEL if len(row) <= 3 else size.height() / 2
    y = middle + (at - (max(1, len(row)) - 1) / 2) * PITCH
    return QPointF(0.0 if socket.is_input else size.width(), y)


def wire_path(start: QPointF, end: QPointF) -> QPainterPath:
    """Return the curve of a wire; it leaves to the right and arrives from the left, whatever lies between."""
    across, down = end.x() - start.x(), abs(end.y() - start.y())
    bend = max(across * 0.5, min(160.0, 26.0 + down * 0.35 + max(0.0, -across) * 0.45))
    path = QPainterPath(start)
    path.cubicTo(start + QPointF(bend, 0), end - QPointF(bend, 0), end)
    return path


def snap(value: float, on: bool = True) -> float:
    """Return the nearest line of the grid."""
    return round(value / GRID) * GRID if on else value
