"""A picture of shapes without words: rows of squares, sheets, stacks of sheets, and an arrow between."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from engine.spec import Shape, TensorSpec
from studio.theme import current

HEIGHT = 104
_GAP = 18.0
_MOST = 9
WIDEST = 210.0
"""In the narrowest column that a page has."""


def shape_image(
    given: Sequence[TensorSpec], made: Sequence[TensorSpec], colour: str, ratio: float = 2.0
) -> QImage:
    """Return a picture of what goes into a layer at the left and what comes out at the right."""
    side = min(_side(*_cells(spec.shape)[:2]) for spec in (*given, *made))
    left = [_size(spec.shape, side) for spec in given]
    right = [_size(spec.shape, side) for spec in made]
    width = 2 * _GAP + 56 + sum(size[0] + _GAP for size in (*left, *right)) - _GAP
    scale = min(1.0, WIDEST / width)
    size = QSize(round(width * scale * ratio), round(HEIGHT * scale * ratio))
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(scale, scale)
    x = 2.0
    for spec, room in zip(given, left, strict=True):
        _tensor(painter, x, spec.shape, room, side, QColor(current().faint))
        x += room[0] + _GAP
    _arrow(painter, QPointF(x - 4, HEIGHT / 2), QPointF(x + 30, HEIGHT / 2))
    x += 38 + _GAP / 2
    for spec, room in zip(made, right, strict=True):
        _tensor(painter, x, spec.shape, room, side, QColor(colour))
        x += room[0] + _GAP
    painter.end()
    return image


def _cells(shape: Shape) -> tuple[int, int, int]:
    """Return rows, columns and sheets to draw; long axes are cut."""
    sizes = [min(_MOST, size or 4) for size in shape[1:]]
    if not sizes:
        return 1, 1, 1
    if len(sizes) == 1:
        return sizes[0], 1, 1
    if len(sizes) == 2:
        return sizes[0], sizes[1], 1
    return sizes[-3], sizes[-2], sizes[-1]


def _side(rows: int, columns: int) -> float:
    return min(13.0, (HEIGHT - 24) / max(rows, 1), 96 / max(columns, 1))


def _size(shape: Shape, side: float) -> tuple[float, float]:
    rows, columns, sheets = _cells(shape)
    shift = 5.0 * (sheets - 1)
    return columns * side + shift, rows * side + min(shift, 24.0)


def _tensor(
    painter: QPainter, x: float, shape: Shape, size: tuple[float, float], side: float, colour: QColor
) -> None:
    """Draw the sheets from the back to the front, each a grid."""
    rows, columns, sheets = _cells(shape)
    rise = min(5.0, 24.0 / max(sheets - 1, 1))
    top = (HEIGHT - size[1]) / 2
    for sheet in reversed(range(sheets)):
        left = x + 5.0 * sheet
        up = top + rise * (sheets - 1 - sheet)
        area = QRectF(left, up, columns * side, rows * side)
        ground = QColor(current().surface)
        fill = QColor(colour)
        fill.setAlphaF(0.28 if sheet else 0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRect(area)
        painter.setBrush(fill)
        painter.drawRect(area)
        painter.setPen(QPen(colour, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area)
        for row in range(1, rows):
            painter.drawLine(QPointF(left, up + row * side), QPointF(area.right(), up + row * side))
        for column in range(1, columns):
            painter.drawLine(QPointF(left + column * side, up), QPointF(left + column * side, area.bottom()))


def _arrow(painter: QPainter, start: QPointF, end: QPointF) -> None:
    painter.setPen(QPen(QColor(current().muted), 2))
    painter.drawLine(start, end)
    painter.setBrush(QColor(current().muted))
    painter.drawPolygon(QPolygonF([end + QPointF(5, 0), end + QPointF(-4, -5), end + QPointF(-4, 5)]))
