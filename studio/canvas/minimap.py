"""The whole drawing in a corner; a click looks there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio.canvas.overlay import MARGIN
from studio.theme import current

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView

SIZE = QSize(164, 100)
FEWEST = 4
"""With fewer nodes a map says nothing."""


class MiniMap(QWidget):
    """Cards as coloured patches, and a frame around what is seen."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self.setFixedSize(SIZE)
        self.setAccessibleName(self.tr("Map of the drawing"))
        self.setToolTip(self.tr("Click to look there"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def refresh(self) -> None:
        """Stand in the corner, where there is room and something to show."""
        view = self._view
        roomy = view.width() > 520 and view.height() > 320
        self.setVisible(roomy and len(view.mirror.nodes) >= FEWEST)
        self.move(view.width() - self.width() - MARGIN, view.height() - self.height() - MARGIN)
        self.update()

    def _seen(self) -> QRectF:
        return self._view.mapToScene(self._view.viewport().rect()).boundingRect()

    def _scale(self) -> tuple[QRectF, float, QPointF]:
        world = self._view.mirror.content()
        scale = min(
            (self.width() - 20) / max(1.0, world.width()), (self.height() - 20) / max(1.0, world.height())
        )
        scale = min(scale, 0.12)
        corner = QPointF(
            (self.width() - world.width() * scale) / 2, (self.height() - world.height() * scale) / 2
        )
        return world, scale, corner

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current()
        world, scale, corner = self._scale()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.setBrush(QColor(theme.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

        def placed(area: QRectF) -> QRectF:
            place = (area.topLeft() - world.topLeft()) * scale + corner
            return QRectF(place.x(), place.y(), area.width() * scale, area.height() * scale)

        painter.setPen(Qt.PenStyle.NoPen)
        for item in self._view.mirror.nodes.values():
            error = item.look.severity == "error"
            painter.setBrush(QColor(theme.danger if error else theme.category(item.look.category)))
            patch = placed(item.card())
            painter.drawRoundedRect(patch.adjusted(0.5, 0.5, -0.5, -0.5), 1.5, 1.5)
        painter.setPen(QPen(QColor(theme.accent), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        frame = placed(self._seen()).intersected(QRectF(self.rect()).adjusted(2, 2, -2, -2))
        painter.drawRoundedRect(frame, 3, 3)

    def _look(self, event: QMouseEvent) -> None:
        world, scale, corner = self._scale()
        place = (event.position() - corner) / scale + world.topLeft()
        view = self._view
        view.scroll_by(view.mapFromScene(place) - view.viewport().rect().center())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._look(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._look(event)
