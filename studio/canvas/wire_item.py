"""A wire in the scene, and the loose one that follows the pointer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPainterPathStroker, QPen, QPolygonF
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsRectItem,
    QGraphicsSceneHoverEvent,
    QStyleOptionGraphicsItem,
    QWidget,
)

from studio.canvas.geometry import SOCKET
from studio.canvas.routing import PLAIN, Route
from studio.canvas.wire_path import wire_path
from studio.document.rows import Wire
from studio.theme import Theme, current, mono_font

LABEL_FONT = 10
LABEL_FROM = 0.6
"""The zoom from which on the shape is written on a wire."""
SHORTEST_ARROW = 46.0
GRASP = 12.0
"""Width of the band along a wire in which the pointer counts as on it."""


class WireItem(QGraphicsRectItem):
    """A wire between two sockets; ``broken`` where one of its ports is gone.

    Its rectangle is all that it may paint on, as with ``NodeItem``.  What it keeps is told from where it
    stands, which is the scene's origin after ``set_course``, and elsewhere after ``shift``.
    """

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
        self._course: tuple[object, ...] = ()
        self._grasp: QPainterPath | None = None
        self._arrow: tuple[QPointF, float] | None = None
        self._strokes: list[QLineF] | None = None
        self._label = ""
        self._label_area = QRectF()
        self.setPen(Qt.PenStyle.NoPen)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        self.setAcceptHoverEvents(True)
        self.setZValue(1)

    def set_course(self, start: QPointF, end: QPointF, route: Route, square: bool, down: bool) -> None:
        """Draw from ``start`` to ``end`` in scene coordinates, the way that ``route`` says."""
        course = (start, end, route, square, down)
        if not self.pos().isNull():  # it was shifted
            label = self.label_area()
            self.setPos(QPointF())
            self._course, self._label_area = (), label
        if course != self._course:
            self._course, self._ends = course, (start, end)
            self._path, self._grasp = wire_path(start, end, route, square, down), None
            self._strokes = None
            self.setRect(self._path.boundingRect().adjusted(-8, -8, 8, 8))
            self.update()  # another way within the same rectangle
            long = route is not PLAIN or (end - start).manhattanLength() > SHORTEST_ARROW
            self._arrow = (self._path.pointAtPercent(0.5), self._path.angleAtPercent(0.5)) if long else None

    def shift(self, way: QPointF) -> None:
        """Follow both ends, which went the same way."""
        self.moveBy(way.x(), way.y())

    def area(self) -> QRectF:
        """Return all that it may paint on, in scene coordinates."""
        return self.rect().translated(self.pos())

    def strokes(self) -> list[QLineF]:
        """Return straight lines along the wire, for a view from afar."""
        if self._strokes is None:
            points = [QPointF(each.x, each.y) for each in _elements(self._path)]
            self._strokes = [QLineF(a, b) for a, b in pairwise(points)]
        here = self.pos()
        return self._strokes if here.isNull() else [line.translated(here) for line in self._strokes]

    def rest(self) -> tuple[QPointF, QPointF] | None:
        """Return the ends of the longest straight part along the flow."""
        down, best, longest = bool(self._course and self._course[-1]), None, 0.0
        before, here = QPointF(), self.pos()
        for at in range(self._path.elementCount()):
            element = self._path.elementAt(at)
            point = QPointF(element.x, element.y) + here
            if element.isLineTo():
                way = point - before
                along, aside = (way.y(), way.x()) if down else (way.x(), way.y())
                if abs(aside) < 0.5 and abs(along) > longest:
                    best, longest = (before, point), abs(along)
            before = point
        return best

    def label(self) -> str:
        """Return the shape that is written on the wire; empty where there is no room for it."""
        return self._label

    def label_area(self) -> QRectF:
        """Return where the shape is written, empty where it is not."""
        return self._label_area.translated(self.pos()) if self._label else QRectF()

    def set_label(self, words: str, area: QRectF) -> None:
        """Write the shape that flows on the wire."""
        area = area.translated(-self.pos()) if words else area
        if (words, area) != (self._label, self._label_area):
            self._label, self._label_area = words, area
            self.update()

    def ends(self) -> tuple[QPointF, QPointF]:
        """Return where it starts and ends."""
        here = self.pos()
        return self._ends[0] + here, self._ends[1] + here

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
        return stroker.createStroke(self._path).translated(self.pos())

    def shape(self) -> QPainterPath:
        if self._grasp is None:
            stroker = QPainterPathStroker()
            stroker.setWidth(GRASP)
            self._grasp = stroker.createStroke(self._path)
        return self._grasp

    def middle(self) -> QPointF:
        """Return the point half-way along."""
        return self._path.pointAtPercent(0.5) + self.pos()

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
        if self._label and detail >= LABEL_FROM:
            self._write(painter, theme)
        elif detail > 0.4 and self._arrow is not None:
            _arrow(painter, *self._arrow, colour)

    def _write(self, painter: QPainter, theme: Theme) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.canvas))
        painter.drawRoundedRect(self._label_area, 5, 5)
        painter.setFont(mono_font(LABEL_FONT))
        painter.setPen(QColor(theme.muted))
        painter.drawText(self._label_area, Qt.AlignmentFlag.AlignCenter, self._label)

    def hoverEnterEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self.hovered = True
        self.update()

    def hoverLeaveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self.hovered = False
        self.update()


def _elements(path: QPainterPath) -> Iterator[QPainterPath.Element]:
    """Yield the points at which the parts of a path begin and end, without those that bend curves."""
    at, count = 0, path.elementCount()
    while at < count:
        element = path.elementAt(at)
        step = 3 if element.isCurveTo() else 1
        yield path.elementAt(at + step - 1)
        at += step


def _arrow(painter: QPainter, place: QPointF, angle: float, colour: QColor) -> None:
    painter.save()
    painter.translate(place)
    painter.rotate(-angle)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPolygon(QPolygonF([QPointF(4.5, 0), QPointF(-3.5, 4.2), QPointF(-3.5, -4.2)]))
    painter.restore()


class LooseWire(QGraphicsItem):
    """The wire being drawn, from a socket to the pointer; ``fits`` is None over nothing."""

    def __init__(self, down: bool = False) -> None:
        super().__init__()
        self._down = down
        self._path = QPainterPath()
        self._end = QPointF()
        self.fits: bool | None = None
        self.setZValue(5)

    def set_ends(self, start: QPointF, end: QPointF, fits: bool | None) -> None:
        """Draw from an output (``start``) to an input (``end``)."""
        self.prepareGeometryChange()
        self._path = wire_path(start, end, down=self._down)
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
