"""Dragging a copy away from what is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QApplication, QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from studio.canvas.geometry import RADIUS, snap
from studio.canvas.gestures.gesture import Gesture
from studio.theme import current

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView

translate = QCoreApplication.translate


class _Outlines(QGraphicsItem):
    """Where the copies will stand."""

    def __init__(self, areas: list[QRectF]) -> None:
        super().__init__()
        self._areas = areas
        self._bounds = QRectF()
        for area in areas:
            self._bounds = self._bounds.united(area)
        self.setZValue(6)

    def boundingRect(self) -> QRectF:
        return self._bounds.adjusted(-3, -3, 3, 3)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme = current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = QColor(theme.node)
        fill.setAlphaF(0.6)
        painter.setBrush(fill)
        painter.setPen(QPen(QColor(theme.accent), 1.4, Qt.PenStyle.DashLine))
        for area in self._areas:
            painter.drawRoundedRect(area, RADIUS, RADIUS)


class DragCopy(Gesture):
    """The selection stays; outlines of its copy follow the pointer, on the grid."""

    cursor = Qt.CursorShape.DragCopyCursor

    def __init__(self, view: CanvasView, at: QPoint) -> None:
        super().__init__(view, at)
        self._anchor = view.mapToScene(at)
        self._item: _Outlines | None = None

    def _way(self, at: QPoint) -> QPointF:
        way = self.view.mapToScene(at) - self._anchor
        return QPointF(snap(way.x()), snap(way.y()))

    def move(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        if self._item is None:
            if (at - self.start).manhattanLength() < QApplication.startDragDistance():
                return
            mirror = self.view.mirror
            nodes, marks = mirror.marks.with_held(mirror.selected_nodes(), mirror.marks.selected())
            self._item = _Outlines(
                [mirror.nodes[n].card() for n in nodes] + [mirror.marks.items[m].rect() for m in marks]
            )
            mirror.addItem(self._item)
            self.view.say(translate("CanvasView", "Copy here"), at)
        self._item.setPos(self._way(at))

    def finish(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        moved = self._item is not None
        self.cancel()
        way = self._way(at)
        if moved and not way.isNull():
            self.view.duplicate((way.x(), way.y()))

    def cancel(self) -> None:
        self.view.hint.hide()
        if self._item is not None:
            self.view.mirror.removeItem(self._item)
            self._item = None
