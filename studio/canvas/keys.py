"""What the canvas does itself for a key; which key that is, the table of actions and the user say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeyEvent

from studio.kit.keymap import keymap

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView

ACTS: Mapping[str, str] = {
    "add_layer": "add_by_search", "auto_layout": "auto_layout", "bypass": "bypass_selection", "copy": "copy",
    "connect": "connect_by_search", "remove_wire": "disconnect_by_search",
    "cut": "cut", "delete": "delete_selection", "dissolve_block": "dissolve_block",
    "duplicate": "duplicate", "enter_block": "enter_block", "fit_all": "fit_all",
    "fit_selection": "fit_selection", "leave_block": "leave_block", "make_block": "make_block",
    "frame": "frame_selection", "insert_after": "insert_after", "make_own": "make_own", "note": "add_note",
    "paste": "paste", "paste_wired": "paste_wired", "rename": "rename_selected", "select_all": "select_all",
    "turn_view": "turn_view", "use_again": "use_again", "zoom_in": "zoom_in", "zoom_out": "zoom_out",
    "zoom_reset": "zoom_reset",
}  # fmt: skip
"""Ids of actions and the methods of the view that do them."""
_SIZES = {"mark_narrower": (-1, 0), "mark_wider": (1, 0), "mark_lower": (0, -1), "mark_higher": (0, 1)}
_NUDGES = {"nudge_left": (-1, 0), "nudge_right": (1, 0), "nudge_up": (0, -1), "nudge_down": (0, 1)}
_EDGES = ("left", "centre", "right", "top", "middle", "bottom")
_SPACES = {"distribute_across": True, "distribute_down": False}


def act_of(view: CanvasView, event: QKeyEvent) -> Callable[[], object] | None:
    """Return what a pressed key does here, or ``None`` for a key that is not the canvas's."""
    name = keymap().action_of(event)
    if name in _NUDGES:
        return partial(view.nudge, *_NUDGES[name])
    if name in _SIZES:
        return partial(view.resize_mark, *_SIZES[name])
    if name in _SPACES:
        return partial(view.distribute, _SPACES[name])
    if (edge := name.removeprefix("align_")) in _EDGES and edge != name:
        return partial(view.align, edge)
    if name == "delete_heal":
        return partial(view.delete_selection, heal=True)
    return getattr(view, ACTS[name]) if name in ACTS else None
