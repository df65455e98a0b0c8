"""Selecting with a rubber band."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtWidgets import QRubberBand

from studio.canvas.gestures.gesture import Gesture
from studio.canvas.picking import keeps

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView


class RubberBand(Gesture):
    """Cards and notes that the band touches, and frames inside it, are selected.

    Shift adds them to what is selected; Ctrl gives up those that are selected, and adds the others.
    """

    def __init__(self, view: CanvasView, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        super().__init__(view, at)
        self._was = (view.mirror.selected_nodes(), view.mirror.selected_wires(), view.mirror.marks.selected())
        self._turns = bool(keys & Qt.KeyboardModifier.ControlModifier)
        nodes, self._wires, marks = self._was if keeps(keys) else ([], [], [])
        self._before, self._marks = set(nodes), set(marks)
        self._anchor = view.mapToScene(at)
        self._band = QRubberBand(QRubberBand.Shape.Rectangle, view.viewport())
        self._band.setGeometry(QRect(at, QSize()))

    def move(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        area = QRectF(self._anchor, self.view.mapToScene(at)).normalized()
        self._band.setGeometry(QRect(self.view.mapFromScene(self._anchor), at).normalized())
        self._band.show()
        inside = {node for node, item in self.view.mirror.nodes.items() if item.card().intersects(area)}
        marks = self.view.mirror.marks.touched(area)
        if self._turns:
            self.view.select(inside ^ self._before, self._wires, marks ^ self._marks)
        else:
            self.view.select(inside | self._before, self._wires, marks | self._marks)

    def finish(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        if not self._band.isVisible():
            self.view.select(self._before, self._wires, self._marks)
        self._remove()

    def cancel(self) -> None:
        self.view.select(*self._was)
        self._remove()

    def _remove(self) -> None:
        self._band.hide()
        self._band.deleteLater()
