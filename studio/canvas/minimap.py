"""The whole drawing in a corner; a click looks there."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QTransform, QWheelEvent
from PySide6.QtWidgets import QWidget

from studio.canvas.far import MANY
from studio.canvas.far_marks import sign
from studio.canvas.mark_item import hue
from studio.canvas.overlay import MARGIN
from studio.theme import current
from studio.theme.tokens import mix

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView

SIZE = QSize(164, 100)
SIGN = 11.0
"""Pixels of the sign on a card with an error."""
FEWEST = 4
"""With fewer nodes, or all of them in sight, a map says nothing."""


class MiniMap(QWidget):
    """Cards as coloured patches, and a frame around what is seen."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self._picture = QPixmap()
        self._move = QTransform()
        self._frame: object = None
        self._patches: dict[str, tuple[object, QRectF]] = {}  # of each card in that frame, with its rectangle
        self._said: object = None  # what the picture shows
        self._drawn = ""  # the theme in which the picture was painted; empty: anew at the next paint
        self.setFixedSize(SIZE)
        self.setAccessibleName(self.tr("Map of the drawing"))
        self.setToolTip(self.tr("Click or drag to look there, turn the wheel to zoom"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def redraw(self) -> None:
        """Cards came, went, moved or changed; most edits change none of what is seen here."""
        mirror = self._view.mirror
        looks = [(item.look.category, item.look.severity) for item in mirror.nodes.values()]
        marks = [(item.row, item.rect(), item.isVisible()) for item in mirror.marks.items.values()]
        said = (mirror.leader.moves, looks, marks)
        if said != self._said:
            self._said, self._drawn = said, ""
        self.update()

    def refresh(self) -> None:
        """Stand in the corner, where there is room and something out of sight."""
        view = self._view
        roomy = view.width() > 520 and view.height() > 320
        whole = self._seen().contains(view.mirror.content())
        self.setVisible(roomy and len(view.mirror.nodes) >= FEWEST and not whole)
        self.move(view.width() - self.width() - MARGIN, view.height() - self.height() - MARGIN)
        self.update()

    def _seen(self) -> QRectF:
        return self._view.mapToScene(self._view.viewport().rect()).boundingRect()

    def _draw(self) -> None:
        """Paint the cards once; looking around then costs no more than a frame."""
        theme, ratio = current(), self.devicePixelRatioF()
        world = self._view.mirror.content()
        scale = min(
            (self.width() - 20) / max(1.0, world.width()),
            (self.height() - 20) / max(1.0, world.height()),
            0.12,
        )
        left = (self.width() - world.width() * scale) / 2 - world.left() * scale
        top = (self.height() - world.height() * scale) / 2 - world.top() * scale
        self._move = QTransform(scale, 0, 0, scale, left, top)
        self._picture = QPixmap(self.size() * ratio)
        self._picture.setDevicePixelRatio(ratio)
        self._picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.setBrush(QColor(theme.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setPen(Qt.PenStyle.NoPen)
        for mark in self._view.mirror.marks.items.values():
            if mark.isVisible():
                painter.setBrush(QColor(mix(theme.surface, hue(mark.row, theme), 0.18)))
                painter.drawRoundedRect(self._move.mapRect(mark.rect()), 2, 2)
        patches: dict[str, list[QRectF]] = {}
        frame = (scale, left, top)
        old, self._patches = (self._patches if frame == self._frame else {}), {}
        self._frame = frame
        for item in self._view.mirror.nodes.values():
            look, card = item.look, item.card().getRect()
            colour = theme.danger if look.severity == "error" else theme.category(look.category)
            known = old.get(item.node)
            if known is None or known[0] != card:
                x, y, wide, high = cast("tuple[float, float, float, float]", card)
                size = max(1.5, wide * scale - 1), max(1.5, high * scale - 1)
                known = card, QRectF(x * scale + left, y * scale + top, *size)
            self._patches[item.node] = known
            patches.setdefault(colour, []).append(known[1])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, len(self._view.mirror.nodes) < MANY)
        for colour, areas in patches.items():
            painter.setBrush(QColor(colour))
            painter.drawRects(areas)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for item in self._view.mirror.nodes.values():
            if item.look.severity == "error":
                sign(painter, self._patches[item.node][1].center(), SIGN, "error", theme)
        painter.end()
        self._drawn = theme.name

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._drawn != current().name:
            self._draw()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(0, 0, self._picture)
        painter.setPen(QPen(QColor(current().accent), 1))
        frame = self._move.mapRect(self._seen()).intersected(QRectF(self.rect()).adjusted(2, 2, -2, -2))
        painter.drawRoundedRect(frame, 3, 3)

    def _look(self, event: QMouseEvent) -> None:
        if not self._drawn:
            self._draw()
        place = self._move.inverted()[0].map(event.position())
        view = self._view
        view.scroll_by(view.mapFromScene(place) - view.viewport().rect().center())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._look(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y()
        self._view.set_zoom(self._view.zoom() * 1.0015**turn)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._look(event)
