"""What is wrong, seen from afar: a sign on each card that is too small for words; no colour alone tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from studio.canvas.painter import FULL
from studio.theme import Theme, current

if TYPE_CHECKING:
    from studio.canvas.scene import CanvasScene

SIZE = 13.0
"""Pixels of a sign; less where the card has no room for so many."""
LEAST = 6.0


def paint_marks(painter: QPainter, scene: CanvasScene, exposed: QRectF, zoom: float) -> None:
    """Put a sign on the cards with problems; the painter has the scene's coordinates."""
    if zoom >= FULL and not scene.far.on:
        return  # the cards say it themselves
    theme = current()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for node in scene.problems:
        item = scene.nodes.get(node)
        if item is None or not item.look.severity:
            continue
        card = item.card().translated(scene.carrier.lag(item))
        if not exposed.intersects(card):
            continue
        size = max(LEAST, min(SIZE, 0.8 * card.height() * zoom, 0.5 * card.width() * zoom)) / zoom
        corner = card.topRight() + QPointF(-0.7 * size, 0.7 * size)
        sign(painter, corner, size, item.look.severity, theme)
    painter.restore()


def sign(painter: QPainter, centre: QPointF, size: float, severity: str, theme: Theme) -> None:
    """Paint what cards show near by: a disc with a cross for an error, a triangle for a warning."""
    half, part = size / 2, size / 5
    rim = QPen(QColor(theme.surface), size / 8)
    rim.setCapStyle(Qt.PenCapStyle.RoundCap)
    rim.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(rim)
    painter.setBrush(QColor(theme.danger if severity == "error" else theme.warning))
    if severity == "error":
        painter.drawEllipse(centre, half, half)
        for way in (QPointF(part, part), QPointF(part, -part)):
            painter.drawLine(centre - way, centre + way)
    else:
        corners = (QPointF(0, -half), QPointF(half, half), QPointF(-half, half))
        painter.drawPolygon(QPolygonF([centre + corner for corner in corners]))
