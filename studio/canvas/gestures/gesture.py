"""The form of a gesture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView


class Gesture:
    """From the press of a button to its release; positions are pixels of the viewport.

    ``cancel`` (Escape, or the document changes under it) leaves everything as it was.
    """

    cursor: Qt.CursorShape | None = None
    scrolls = True
    """Whether the drawing scrolls on while the pointer is at the edge of the view."""

    def __init__(self, view: CanvasView, at: QPoint) -> None:
        self.view = view
        self.start = at

    def move(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        """The pointer went to ``at``."""

    def finish(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        """The button was let go at ``at``."""

    def cancel(self) -> None:
        """Give up."""
