"""A wire in the scene, and the loose one that follows the pointer."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPainterPathStroker, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsSceneHoverEvent, QStyleOptionGraphicsItem, QWidget

from studio.canvas.geometry import SOCKET, wire_path
from studio.document.rows import Wire
from studio.theme import current

GRASP = 12.0
"""Width of the band along a wire in which the pointer counts as on it."""


class WireItem(QGraphicsItem):
    """A wire between two sockets; ``broken`` where one of its ports is gone."""

    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self.wire = wire
        self.category = "unknown"
        self.broken = False
        self.hovered = False
        self.inviting = False
        self.doomed = False
        self._ends = (QPointF(), QPointF())
        self._path = QPainterPath()
        self._grasp: QPainterPath | None = None
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        self.setAcceptHoverEvents(True)
        self.setZValue(1)

    def set_ends(self, start: QPointF, end: QPointF) -> None:
        """Draw from ``start`` to ``end`` in scene coordinates."""
        if (start, end) != self._ends:
            self.prepareGeometryChange()
            self._ends = (start, end)
            self._path, self._grasp = wire_path(start, end), None

    def ends(self) -> tuple[QPointF, QPointF]:
        """Return where it starts and ends."""
        return self._ends

    def set_style(self, category: str, broken: bool) -> None:
        """Take the colour of its source's category."""
        if (category, broken) != (self.category, self.broken):
            self.category, self.broken = category, broken
            self.update()

    def set_inviting(self, on: bool) -> None:
        """Show that what is being dragged would go into this wire."""
        if on != self.inviting:
            self.inviting = on
            self.update()

    def set_doomed(self, on: bool) -> None:
        """Show that what is being drawn would cut this wire."""
        if on != self.doomed:
            self.doomed = on
            self.update()

    def line(self) -> QPainterPath:
        """Return the outline of the wire as thin as it is drawn."""
        stroker = QPainterPathStroker()
        stroker.setWidth(2.0)
        return stroker.createStroke(self._path)

    def boundingRect(self) -> QRectF:
        return self._path.boundingRect().adjusted(-8, -8, 8, 8)

    def shape(self) -> QPainterPath:
        if self._grasp is None:
            stroker = QPainterPathStroker()
            stroker.setWidth(GRASP)
            self._grasp = stroker.createStroke(self._path)
        return self._grasp

    def middle(self) -> QPointF:
        """Return the point half-way along."""
        return self._path.pointAtPercent(0.5)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme = current()
        detail = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, detail > 0.25)
        colour = QColor(theme.danger if self.broken else theme.category(self.category))
        if self.isSelected() or self.inviting:
            glow = QColor(theme.selection_glow)
            glow.setAlphaF(0.35)
            painter.strokePath(self._path, QPen(glow, 8.0))
            colour = QColor(theme.selection) if not self.broken else colour
        thick = 3.2 if self.hovered or self.isSelected() or self.inviting else 2.0
        pen = QPen(colour, thick)
        if self.broken or self.doomed:
            pen.setColor(QColor(theme.danger))
            pen.setDashPattern([3.0, 2.4])
        painter.strokePath(self._path, pen)
        if detail > 0.4 and self._path.length() > 46:
            _arrow(painter, self._path, colour)

    def hoverEnterEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self.hovered = True
        self.update()

    def hoverLeaveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self.hovered = False
        self.update()


def _arrow(painter: QPainter, path: QPainterPath, colour: QColor) -> None:
    painter.save()
    painter.translate(path.pointAtPercent(0.5))
    painter.rotate(-path.angleAtPercent(0.5))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([QPointF(4.5, 0), QPointF(-3.5, 4.2), QPointF(-3.5, -4.2)]))
    painter.restore()


class LooseWire(QGraphicsItem):
    """The wire being drawn, from a socket to the pointer; ``fits`` is None over nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._path = QPainterPath()
        self._end = QPointF()
        self.fits: bool | None = None
        self.setZValue(5)

    def set_ends(self, start: QPointF, end: QPointF, fits: bool | None) -> None:
        """Draw from an output (``start``) to an input (``end``)."""
        self.prepareGeometryChange()
        self._path = wire_path(start, end)
        self._end, self.fits = end, fits
        self.update()

    def boundingRect(self) -> QRectF:
        return self._path.boundingRect().adjusted(-10, -10, 10, 10)

    def shape(self) -> QPainterPath:
        return QPainterPath()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme = current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor({None: theme.wire, True: theme.accent, False: theme.danger}[self.fits])
        pen = QPen(colour, 2.4)
        if self.fits is not True:
            pen.setDashPattern([3.0, 2.0])
        painter.strokePath(self._path, pen)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(self._end, SOCKET - 1.5, SOCKET - 1.5)
