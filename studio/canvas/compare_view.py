"""A drawing that is only looked at, with marks on what differs from another one."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QApplication

from studio.canvas.geometry import RADIUS
from studio.canvas.navigation import NavigableView
from studio.canvas.session import CanvasSession
from studio.theme import current

BADGE = 10.0
"""Radius of a mark's circle in pixels; it does not shrink with the drawing."""
STEP = 60


class CompareView(NavigableView):
    """Marks nodes as added (+), removed (−) or changed (≠); ``chosen`` carries the node that is clicked."""

    chosen = Signal(str)

    def __init__(self, session: CanvasSession) -> None:
        super().__init__(session)
        self.marks: dict[str, str] = {}
        self.shown_node = ""
        self._held: QPoint | None = None
        self._pressed = QPoint()
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)  # marks reach over the cards
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)

    def set_marks(self, marks: Mapping[str, str]) -> None:
        """Mark these nodes of the graph that is shown."""
        self.marks = dict(marks)
        self.viewport().update()

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
        for node, kind in self.marks.items():
            item = self.mirror.nodes.get(node)
            if item is None:
                continue
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
