"""How a click with Shift or Ctrl changes what is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from studio.document.rows import Wire

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView

_KEEP = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


def keeps(keys: Qt.KeyboardModifier) -> bool:
    """Return whether a click with these keys held keeps what is selected already."""
    return bool(keys & _KEEP)


def pick_wire(view: CanvasView, wire: Wire, keep: bool) -> None:
    """Select a wire; ``keep`` keeps all that is selected, and gives up the wire where it is selected."""
    mirror = view.mirror
    if keep:
        chosen = set(mirror.selected_wires()) ^ {wire}
        view.select(mirror.selected_nodes(), chosen, mirror.marks.selected())
    else:
        view.select([], [wire])
