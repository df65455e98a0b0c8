"""Small labels beside sockets: the shape that a wire would give there."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QStyleOptionGraphicsItem, QWidget

from studio.theme import current, mono_font


class _Pill(QGraphicsItem):
    def __init__(self, text: str, is_input: bool) -> None:
        super().__init__()
        self._text = text
        self._font = mono_font(10)
        metrics = QFontMetricsF(self._font)
        width, height = metrics.horizontalAdvance(text) + 12, metrics.height() + 4
        left = -width - 12 if is_input else 12.0
        self._area = QRectF(left, -height / 2, width, height)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self.setZValue(6)

    def boundingRect(self) -> QRectF:
        return self._area.adjusted(-1, -1, 1, 1)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme = current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.accent), 1))
        painter.setBrush(QColor(theme.raised))
        painter.drawRoundedRect(self._area, 6, 6)
        painter.setFont(self._font)
        painter.setPen(QColor(theme.text))
        painter.drawText(self._area, Qt.AlignmentFlag.AlignCenter, self._text)


class Pills:
    """The labels of one gesture; they go together."""

    def __init__(self, scene: QGraphicsScene) -> None:
        self._scene = scene
        self._items: list[_Pill] = []

    def add(self, place: QPointF, text: str, is_input: bool) -> None:
        """Put a label beside a socket, on the side where the wire comes from."""
        pill = _Pill(text, is_input)
        pill.setPos(place)
        self._scene.addItem(pill)
        self._items.append(pill)

    def remove(self) -> None:
        """Take all labels away."""
        for pill in self._items:
            self._scene.removeItem(pill)
        self._items = []
