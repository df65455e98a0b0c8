"""The names beside the sockets of a card that has several: query, value, key; sequence, hidden, cell."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

from studio.canvas import geometry as g
from studio.canvas.look import Look, Socket
from studio.theme import Theme, mono_font

LETTERS = 9
ROOM = 76.0
"""How far outside of the card a name may reach."""


@cache
def _font() -> QFont:
    return mono_font(LETTERS)


def named(look: Look) -> tuple[Socket, ...]:
    """Return the sockets that need a name: those of a side with more than one port, each port once."""
    found: list[Socket] = []
    for row in (look.inputs, look.outputs):
        if len({socket.port for socket in row}) > 1:
            found += [socket for socket in row if not socket.index]
    return tuple(found)


def room_for(look: Look) -> QRectF:
    """Return the rectangle around a card and the names beside it; the card's top left is the origin."""
    size = g.size_of(look)
    area = QRectF(0, 0, size.width(), size.height())
    sides = {socket.is_input for socket in named(look)}
    before, after = (ROOM if True in sides else 0.0), (ROOM if False in sides else 0.0)
    if look.down:
        return area.adjusted(0, -before / 3, g.NAMED_PITCH / 2, after / 3)
    return area.adjusted(-before, 0, after, 0)


def paint_names(painter: QPainter, look: Look, theme: Theme) -> None:
    """Write the names just outside of the card, above the wires (beside them where the data flow down)."""
    metrics = QFontMetricsF(_font())
    for socket in named(look):
        row = look.inputs if socket.is_input else look.outputs
        most = g.across_pitch(row) - 2 * g.SOCKET - 2 if look.down else ROOM - g.SOCKET - 8
        text = metrics.elidedText(socket.port, Qt.TextElideMode.ElideRight, most)
        wide, place = metrics.horizontalAdvance(text) + 4, g.socket_place(look, socket)
        if look.down:
            corner = QPointF(g.SOCKET + 1, -g.SOCKET - 12 if socket.is_input else g.SOCKET)
        else:
            corner = QPointF(-g.SOCKET - 3 - wide if socket.is_input else g.SOCKET + 3, -g.SOCKET - 8)
        _write(painter, QRectF(place + corner, QSizeF(wide, 12)), text, theme)


def _write(painter: QPainter, area: QRectF, text: str, theme: Theme) -> None:
    ground = QColor(theme.canvas)
    ground.setAlphaF(0.85)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(area, 3, 3)
    painter.setPen(QColor(theme.muted))
    painter.setFont(_font())
    painter.drawText(area.translated(QPointF(2, 0)), Qt.AlignmentFlag.AlignVCenter, text)
