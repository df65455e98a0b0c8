"""What the menus do to frames, notes and the places of what is drawn."""

from __future__ import annotations

from PySide6.QtWidgets import QMainWindow

from studio.app.workspace import Workspace
from studio.canvas import CanvasView


class ArrangeActions(QMainWindow):
    """The part of the main window that frames, annotates, lines up and spaces out."""

    workspace: Workspace | None

    @property
    def _drawing(self) -> CanvasView:
        assert self.workspace is not None
        return self.workspace.canvas

    def paste_wired(self) -> None:
        """Paste what was copied and keep the wires that led into it."""
        self._drawing.paste_wired()

    def frame_selection(self) -> None:
        """Put a frame around the selection."""
        self._drawing.frame_selection()

    def add_note(self) -> None:
        """Put a note at the pointer."""
        self._drawing.add_note()

    def mark_wider(self) -> None:
        """Make the selected frame or note wider."""
        self._drawing.resize_mark(1, 0)

    def mark_narrower(self) -> None:
        """Make the selected frame or note narrower."""
        self._drawing.resize_mark(-1, 0)

    def mark_higher(self) -> None:
        """Make the selected frame or note higher."""
        self._drawing.resize_mark(0, 1)

    def mark_lower(self) -> None:
        """Make the selected frame or note lower."""
        self._drawing.resize_mark(0, -1)

    def align_left(self) -> None:
        """Line the selected layers up at their left edges."""
        self._drawing.align("left")

    def align_centre(self) -> None:
        """Line the selected layers up at their middles, one above the other."""
        self._drawing.align("centre")

    def align_right(self) -> None:
        """Line the selected layers up at their right edges."""
        self._drawing.align("right")

    def align_top(self) -> None:
        """Line the selected layers up at their upper edges."""
        self._drawing.align("top")

    def align_middle(self) -> None:
        """Line the selected layers up at their middles, side by side."""
        self._drawing.align("middle")

    def align_bottom(self) -> None:
        """Line the selected layers up at their lower edges."""
        self._drawing.align("bottom")

    def distribute_across(self) -> None:
        """Make the gaps between the selected layers equal, from left to right."""
        self._drawing.distribute(True)

    def distribute_down(self) -> None:
        """Make the gaps between the selected layers equal, downwards."""
        self._drawing.distribute(False)
