"""What the menu "View" does to how the drawing is looked at."""

from __future__ import annotations

from PySide6.QtWidgets import QMainWindow

from studio.app.menus import ActionSet
from studio.app.settings import Settings
from studio.app.workspace import Workspace
from studio.canvas import CanvasView
from studio.document.layout import is_downward

HEATS = {
    "heat_off": "",
    "heat_parameters": "parameters",
    "heat_macs": "multiply_adds",
    "heat_memory": "memory",
    "heat_time": "time",
}
WIRES = "canvas/wires"


class LookActions(QMainWindow):
    """The part of the main window that changes how drawings look; what is looked at stays the same."""

    settings: Settings
    actions_by_id: ActionSet
    workspace: Workspace | None

    @property
    def canvas(self) -> CanvasView:
        """The canvas of the drawing in front; actions that need one are disabled without."""
        assert self.workspace is not None
        return self.workspace.canvas

    def zoom_in(self) -> None:
        """Draw larger."""
        self.canvas.zoom_in()

    def zoom_out(self) -> None:
        """Draw smaller."""
        self.canvas.zoom_out()

    def zoom_reset(self) -> None:
        """Draw in true size."""
        self.canvas.zoom_reset()

    def fit_all(self) -> None:
        """Bring everything into sight."""
        self.canvas.fit_all()

    def fit_selection(self) -> None:
        """Bring the selection into sight."""
        self.canvas.fit_selection()

    def auto_layout(self) -> None:
        """Lay the drawing out from left to right."""
        self.canvas.auto_layout()

    def find_in_drawing(self) -> None:
        """Search in the drawing."""
        self.canvas.open_find()

    def top_down(self) -> None:
        """Let the data flow from top to bottom, or from left to right again."""
        self.canvas.set_downward(not is_downward(self.canvas.session.document))
        self.mark_look()

    def wires_curved(self) -> None:
        """Draw wires as curves."""
        self._set_wires(False)

    def wires_square(self) -> None:
        """Draw wires of straight parts."""
        self._set_wires(True)

    def _set_wires(self, square: bool) -> None:
        self.settings.set_text(WIRES, "square" if square else "curved")
        self.canvas.set_square_wires(square)
        self.mark_look()

    def heat_off(self) -> None:
        """Show the cards in their own colours."""
        self.canvas.set_heat("")

    def heat_parameters(self) -> None:
        """Colour the cards by their parameters."""
        self.canvas.set_heat("parameters")

    def heat_macs(self) -> None:
        """Colour the cards by their multiply-adds."""
        self.canvas.set_heat("multiply_adds")

    def heat_memory(self) -> None:
        """Colour the cards by the memory of what comes out of them."""
        self.canvas.set_heat("memory")

    def heat_time(self) -> None:
        """Colour the cards by the time that they take."""
        self.canvas.set_heat("time")

    def mark_look(self, *_: object) -> None:
        """Tick what is chosen, and draw the wires of the drawing in front as the user has chosen."""
        if self.workspace is None:
            return
        acts, canvas = self.actions_by_id, self.workspace.canvas
        square = self.settings.text(WIRES) == "square"
        canvas.set_square_wires(square)
        acts["wires_square"].setChecked(square)
        acts["wires_curved"].setChecked(not square)
        for name, kind in HEATS.items():
            acts[name].setChecked(canvas.heat == kind)
        canvas.legend.allow(acts["measure"].isEnabled(), acts["measure"].toolTip())
        acts["top_down"].setChecked(is_downward(canvas.session.document))
