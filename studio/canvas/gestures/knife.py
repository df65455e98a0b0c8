"""Cutting wires by drawing a line across them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from studio import commands
from studio.canvas.gestures.gesture import Gesture
from studio.canvas.wire_item import WireItem
from studio.theme import current

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView

translate = QCoreApplication.translate
STEP = 3
"""Pixels that the pointer goes before the line bends after it."""


class _Cut(QGraphicsItem):
    """The line that was drawn so far."""

    def __init__(self) -> None:
        super().__init__()
        self.path = QPainterPath()
        self.setZValue(8)

    def extend(self, path: QPainterPath) -> None:
        self.prepareGeometryChange()
        self.path = path
        self.update()

    def boundingRect(self) -> QRectF:
        return self.path.boundingRect().adjusted(-20, -20, 20, 20)

    def shape(self) -> QPainterPath:
        return QPainterPath()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(current().danger), 1.6, Qt.PenStyle.DashLine)
        pen.setCosmetic(True)
        painter.strokePath(self.path, pen)


class Knife(Gesture):
    """Wires that the line crosses are marked, and go when the button is let go; one step of undo."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, view: CanvasView, at: QPoint) -> None:
        super().__init__(view, at)
        self._last = at
        self._path = QPainterPath(view.mapToScene(at))
        self._item: _Cut | None = None
        self._cut: dict[WireItem, None] = {}

    def move(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        if (at - self._last).manhattanLength() < STEP:
            return
        if self._item is None:
            self._item = _Cut()
            self.view.mirror.addItem(self._item)
        piece = QPainterPath(self.view.mapToScene(self._last))
        piece.lineTo(self.view.mapToScene(at))
        self._path.lineTo(self.view.mapToScene(at))
        self._item.extend(QPainterPath(self._path))
        self._last = at
        stroker = QPainterPathStroker()
        stroker.setWidth(1.0)
        edge = stroker.createStroke(piece)
        for item in self.view.mirror.items(edge.boundingRect()):
            if isinstance(item, WireItem) and item not in self._cut and edge.intersects(item.line()):
                self._cut[item] = None
                item.set_doomed(True)
        count = len(self._cut)
        one, many = translate("CanvasView", "Cut 1 wire"), translate("CanvasView", "Cut {count} wires")
        if count:
            self.view.say(one if count == 1 else many.format(count=count), at)

    def finish(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        self.move(at, keys)
        wires = [item.wire for item in self._cut]
        self.cancel()
        if wires:
            commands.disconnect(self.view.session, wires, graph=self.view.graph)

    def cancel(self) -> None:
        self.view.hint.hide()
        for item in self._cut:
            if item.scene() is not None:
                item.set_doomed(False)
        self._cut = {}
        if self._item is not None:
            self.view.mirror.removeItem(self._item)
            self._item = None
