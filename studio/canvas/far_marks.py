"""What is wrong, seen from afar: a sign on each card that is too small for words; no colour alone tells."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

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
    theme, seen = current(), painter.worldTransform()
    ratio = painter.device().devicePixelRatio()
    painter.save()
    painter.resetTransform()  # signs are pictures, pixel on pixel
    for node in scene.problems:
        item = scene.nodes.get(node)
        if item is None or not item.look.severity:
            continue
        card = item.card().translated(scene.carrier.lag(item))
        if not exposed.intersects(card):
            continue
        size = round(max(LEAST, min(SIZE, 0.8 * card.height() * zoom, 0.5 * card.width() * zoom)))
        fill = theme.danger if item.look.severity == "error" else theme.warning
        corner = seen.map(card.topRight()).toPoint()
        painter.drawImage(
            corner + QPoint(-round(1.2 * size) - 1, round(0.2 * size) - 1),
            _picture(item.look.severity, size, ratio, fill, theme.surface),
        )
    painter.restore()


@lru_cache(maxsize=64)
def _picture(severity: str, size: int, ratio: float, fill: str, rim: str) -> QImage:
    """Return a sign of some pixels with a pixel around it: hundreds of them are seen at once."""
    side = size + 2
    image = QImage(round(side * ratio), round(side * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _draw(painter, QPointF(side / 2, side / 2), size, severity, fill, rim)
    painter.end()
    return image


def sign(painter: QPainter, centre: QPointF, size: float, severity: str, theme: Theme) -> None:
    """Paint what cards show near by: a disc with a cross for an error, a triangle for a warning."""
    _draw(
        painter, centre, size, severity, theme.danger if severity == "error" else theme.warning, theme.surface
    )


def _draw(painter: QPainter, centre: QPointF, size: float, severity: str, fill: str, surface: str) -> None:
    half, part = size / 2, size / 5
    rim = QPen(QColor(surface), size / 8)
    rim.setCapStyle(Qt.PenCapStyle.RoundCap)
    rim.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(rim)
    painter.setBrush(QColor(fill))
    if severity == "error":
        painter.drawEllipse(centre, half, half)
        for way in (QPointF(part, part), QPointF(part, -part)):
            painter.drawLine(centre - way, centre + way)
    else:
        corners = (QPointF(0, -half), QPointF(half, half), QPointF(-half, half))
        painter.drawPolygon(QPolygonF([centre + corner for corner in corners]))
