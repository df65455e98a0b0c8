"""Moving the view with the middle button, or with the left one while Space is held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt

from studio.canvas.gestures.gesture import Gesture

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView


class Pan(Gesture):
    """The drawing follows the pointer."""

    cursor = Qt.CursorShape.ClosedHandCursor
    scrolls = False

    def __init__(self, view: CanvasView, at: QPoint) -> None:
        super().__init__(view, at)
        self._last = at
        self._whole = view.is_fitted()

    def move(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        self.view.scroll_by(self._last - at)
        self._last = at

    def cancel(self) -> None:
        self.view.scroll_by(self._last - self.start)
        self.view.stay_fitted(self._whole)
