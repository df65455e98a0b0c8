"""A drawing that is only looked at, with marks on what differs from another one."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from PySide6.QtCore import QEvent, QLineF, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
)
from PySide6.QtWidgets import QApplication, QToolTip

from studio.canvas.geometry import RADIUS
from studio.canvas.navigation import NavigableView
from studio.canvas.session import CanvasSession
from studio.canvas.wire_item import LABEL_FROM
from studio.document.rows import Wire
from studio.theme import current, ui_font

BADGE = 10.0
"""Radius of a mark's circle in pixels; it does not shrink with the drawing."""
CAPTION, MOST_LINES = 11, 3
CAPTION_FROM = 0.45
"""The zoom from which on the changed values are written below the cards."""
STEP = 60


class CompareView(NavigableView):
    """Marks nodes as added (+), removed (−) or changed (≠); ``chosen`` carries the node that is clicked."""

    chosen = Signal(str)

    def __init__(self, session: CanvasSession) -> None:
        super().__init__(session)
        self.marks: dict[str, str] = {}
        self.wires: dict[Wire, str] = {}
        self.captions: dict[str, list[str]] = {}
        self.tips: dict[str, str] = {}
        self.shown_node = ""
        self._held: QPoint | None = None
        self._pressed = QPoint()
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)  # marks reach over the cards
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)

    def set_marks(self, marks: Mapping[str, str], wires: Mapping[Wire, str] | None = None) -> None:
        """Mark these nodes and wires of the graph that is shown."""
        self.marks, self.wires = dict(marks), dict(wires or {})
        self.viewport().update()

    def set_words(self, captions: Mapping[str, list[str]], tips: Mapping[str, str]) -> None:
        """Write a few words below cards, and more where the pointer rests on one."""
        self.captions, self.tips = dict(captions), dict(tips)
        self.viewport().update()

    def look_at(self, place: QPointF) -> None:
        """Bring a place of the drawing to the middle."""
        self._look_at(place)

    def viewportEvent(self, event: QEvent) -> bool:
        """Say how a card differs while the pointer rests on it."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            card = self.mirror.node_at(self.mapToScene(event.pos()))
            words = self.tips.get(card.node, "") if card is not None else ""
            QToolTip.showText(event.globalPos(), escape(words).replace("\n", "<br>"), self.viewport())
            return True
        return super().viewportEvent(event)

    def show_node(self, node: str) -> None:
        """Ring a node and bring it into sight; an empty id takes the ring away."""
        self.shown_node = node
        self.ensure_seen(node)
        self.viewport().update()

    def release(self) -> None:
        """Stop listening to the session."""
        self.session.entered.disconnect(self._show_graph, missing_ok=True)
        self.mirror.detach()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._held = self._pressed = event.position().toPoint()
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            at = event.position().toPoint()
            self.scroll_by(self._held - at)
            self._held = at

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        held, self._held = self._held, None
        self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        at = event.position().toPoint()
        if held is None or (at - self._pressed).manhattanLength() >= QApplication.startDragDistance():
            return
        card = self.mirror.node_at(self.mapToScene(at))
        if card is not None:
            self.chosen.emit(card.node)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ways = {
            Qt.Key.Key_Left: QPoint(-STEP, 0), Qt.Key.Key_Right: QPoint(STEP, 0),
            Qt.Key.Key_Up: QPoint(0, -STEP), Qt.Key.Key_Down: QPoint(0, STEP),
        }  # fmt: skip
        acts = {
            Qt.Key.Key_Home: self.fit_all, Qt.Key.Key_Plus: self.zoom_in, Qt.Key.Key_Equal: self.zoom_in,
            Qt.Key.Key_Minus: self.zoom_out, Qt.Key.Key_0: self.zoom_reset,
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key in ways:
            self.scroll_by(ways[key])
        elif key in acts:
            acts[key]()
        else:
            event.ignore()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        theme = current()
        inks = {"added": theme.good, "removed": theme.danger, "changed": theme.warning}
        pixel = 1.0 / self.zoom()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for wire, kind in self.wires.items():
            line = self.mirror.wires.get(wire)
            if line is not None:
                style = Qt.PenStyle.DashLine if kind == "removed" else Qt.PenStyle.SolidLine
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(inks[kind]), max(2.4 * pixel, 3.0), style))
                painter.save()
                if self.zoom() >= LABEL_FROM and not line.label_area().isEmpty():  # what flows stays readable
                    around = QPainterPath()
                    around.addRect(line.boundingRect())
                    hole = QPainterPath()
                    hole.addRect(line.label_area())
                    painter.setClipPath(around - hole)
                painter.drawPath(_along(line.strokes()))
                painter.restore()
                ground = QColor(theme.surface)
                place, label = line.middle(), line.label_area()
                if self.zoom() >= LABEL_FROM and label.adjusted(-9, -9, 9, 9).contains(place):
                    place = QPointF(place.x(), label.top() - BADGE * pixel)
                _badge(painter, place, kind, QColor(inks[kind]), ground, BADGE * 0.8 * pixel)
        if self.shown_node in self.mirror.nodes and self.shown_node not in self.marks:
            card = self.mirror.nodes[self.shown_node].card()
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 2.4 * pixel))
            painter.drawRoundedRect(card.adjusted(-4, -4, 4, 4), RADIUS + 4, RADIUS + 4)
        for node, kind in self.marks.items():
            item = self.mirror.nodes.get(node)
            if item is None:
                continue
            if self.zoom() >= CAPTION_FROM and self.captions.get(node):
                _write(painter, item.card(), self.captions[node], QColor(inks[kind]))
            ink, card = QColor(inks[kind]), item.card()
            style = {"added": Qt.PenStyle.SolidLine, "removed": Qt.PenStyle.DashLine}.get(
                kind, Qt.PenStyle.SolidLine
            )
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(ink, 2.4 * pixel, style))
            painter.drawRoundedRect(card.adjusted(-3, -3, 3, 3), RADIUS + 3, RADIUS + 3)
            if node == self.shown_node:
                glow = QColor(ink)
                glow.setAlphaF(0.35)
                painter.setPen(QPen(glow, 9 * pixel))
                painter.drawRoundedRect(card.adjusted(-6, -6, 6, 6), RADIUS + 6, RADIUS + 6)
            _badge(
                painter,
                card.topLeft() + QPointF(-5, -7) * pixel,
                kind,
                ink,
                QColor(theme.surface),
                BADGE * pixel,
            )


def _along(strokes: list[QLineF]) -> QPainterPath:
    path = QPainterPath()
    for at, stroke in enumerate(strokes):
        if at == 0:
            path.moveTo(stroke.p1())
        path.lineTo(stroke.p2())
    return path


def _write(painter: QPainter, card: QRectF, lines: list[str], ink: QColor) -> None:
    """Write lines below a card, on the ground of the drawing, so that wires do not run through them."""
    painter.setFont(ui_font(CAPTION))
    metrics = QFontMetricsF(painter.font())
    height = metrics.height()
    for at, words in enumerate(lines[:MOST_LINES]):
        more = at == MOST_LINES - 1 and len(lines) > MOST_LINES
        shown = metrics.elidedText("…" if more else words, Qt.TextElideMode.ElideRight, card.width() + 40)
        wide = metrics.horizontalAdvance(shown)
        place = QRectF(card.left(), card.bottom() + 10 + at * height, wide, height)
        painter.fillRect(place.adjusted(-2, 0, 2, 0), QColor(current().canvas))
        painter.setPen(ink)
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


def _badge(painter: QPainter, at: QPointF, kind: str, ink: QColor, ground: QColor, radius: float) -> None:
    painter.setPen(QPen(ground, radius * 0.25))
    painter.setBrush(ink)
    painter.drawEllipse(at, radius, radius)
    painter.setPen(QPen(ground, radius * 0.24, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    arm = radius * 0.5

    def line(x1: float, y1: float, x2: float, y2: float) -> None:
        painter.drawLine(at + QPointF(x1 * arm, y1 * arm), at + QPointF(x2 * arm, y2 * arm))

    if kind == "changed":
        line(-1, -0.4, 1, -0.4)
        line(-1, 0.4, 1, 0.4)
        line(-0.5, 1, 0.5, -1)
        return
    line(-1, 0, 1, 0)
    if kind == "added":
        line(0, -1, 0, 1)
