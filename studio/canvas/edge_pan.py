"""The drawing scrolls on by itself while something is dragged to the edge of the view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from studio.canvas.gestures.gesture import Gesture
    from studio.canvas.view import CanvasView

BAND = 28
"""Pixels from the edge at which it begins."""
FASTEST = 22
TICK_MS = 16


class EdgePan(QObject):
    """The nearer to the edge, or the farther beyond it, the faster."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view = view
        self._at, self._way = QPoint(), QPoint()
        self._keys = Qt.KeyboardModifier.NoModifier
        self._gesture: Gesture | None = None
        self._entered = False
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def follow(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        """The pointer went to ``at`` while a gesture is under way."""
        gesture = self._view.gesture
        if gesture is None or not gesture.scrolls:
            self.stop()
            return
        self._entered = True
        self._lead(gesture, at, keys)

    def carry(self, gesture: Gesture, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        """Something was carried to ``at`` from outside: the edge over which it came does not scroll."""
        inside = self._view.viewport().rect().adjusted(BAND, BAND, -BAND, -BAND).contains(at)
        self._entered = inside or (self._entered and self._gesture is gesture)
        self._lead(gesture, at, keys)

    def _lead(self, gesture: Gesture, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        self._gesture, self._at, self._keys = gesture, at, keys
        area = self._view.viewport().rect()
        self._way = QPoint(_speed(at.x(), area.width()), _speed(at.y(), area.height()))
        moved = (at - gesture.start).manhattanLength() >= QApplication.startDragDistance()
        if self._way.isNull() or not moved or not self._entered:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """The gesture is over, or the pointer is inside again."""
        self._timer.stop()
        self._gesture = None

    def _tick(self) -> None:
        if self._gesture is None:
            self.stop()
            return
        self._view.scroll_by(self._way)
        self._gesture.move(self._at, self._keys)


def _speed(at: int, length: int) -> int:
    into = BAND - at if at < BAND else length - BAND - at if at > length - BAND else 0
    part = max(-1.0, min(1.0, into / (2 * BAND)))
    return -round(FASTEST * part)
