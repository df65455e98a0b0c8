"""Giving a frame or note another size by its corner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRectF, QSizeF, Qt

from studio import commands
from studio.canvas.geometry import snap
from studio.canvas.gestures.gesture import Gesture
from studio.document.marks import LEAST

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView


class ResizeMark(Gesture):
    """The lower right corner follows the pointer, on the grid unless Alt is held."""

    cursor = Qt.CursorShape.SizeFDiagCursor

    def __init__(self, view: CanvasView, at: QPoint, mark: str) -> None:
        super().__init__(view, at)
        self.mark = mark
        self._was = view.mirror.marks.items[mark].rect()
        self._grasp = view.mapToScene(at) - self._was.bottomRight()

    def move(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        corner, free = self.view.mapToScene(at) - self._grasp, bool(keys & Qt.KeyboardModifier.AltModifier)
        size = QSizeF(
            max(LEAST[0], snap(corner.x(), not free) - self._was.x()),
            max(LEAST[1], snap(corner.y(), not free) - self._was.y()),
        )
        self.view.mirror.marks.items[self.mark].set_rect(QRectF(self._was.topLeft(), size))

    def finish(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        area = self.view.mirror.marks.items[self.mark].rect()
        if area != self._was:
            rect = (area.x(), area.y(), area.width(), area.height())
            self.view.attempt(
                lambda: commands.shape_mark(self.view.session, self.mark, rect, graph=self.view.graph), at
            )

    def cancel(self) -> None:
        self.view.mirror.marks.restore()
