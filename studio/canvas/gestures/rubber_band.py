"""Selecting with a rubber band."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtWidgets import QRubberBand

from studio.canvas.gestures.gesture import Gesture

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView


class RubberBand(Gesture):
    """Cards and notes that the band touches, and frames inside it, are selected; Shift adds them."""

    def __init__(self, view: CanvasView, at: QPoint, keep: bool) -> None:
        super().__init__(view, at)
        self._before = set(view.mirror.selected_nodes()) if keep else set()
        self._was = (view.mirror.selected_nodes(), view.mirror.selected_wires(), view.mirror.marks.selected())
        self._marks = set(view.mirror.marks.selected()) if keep else set()
        self._anchor = view.mapToScene(at)
        self._band = QRubberBand(QRubberBand.Shape.Rectangle, view.viewport())
        self._band.setGeometry(QRect(at, QSize()))

    def move(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        area = QRectF(self._anchor, self.view.mapToScene(at)).normalized()
        self._band.setGeometry(QRect(self.view.mapFromScene(self._anchor), at).normalized())
        self._band.show()
        inside = {node for node, item in self.view.mirror.nodes.items() if item.card().intersects(area)}
        self.view.select(inside | self._before, (), self.view.mirror.marks.touched(area) | self._marks)

    def finish(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        if not self._band.isVisible():
            self.view.select(self._before, (), self._marks)
        self._remove()

    def cancel(self) -> None:
        self.view.select(*self._was)
        self._remove()

    def _remove(self) -> None:
        self._band.hide()
        self._band.deleteLater()
