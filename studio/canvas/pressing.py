"""What a press of the left button begins, by what lies under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt

from studio import commands
from studio.canvas.fitting import Loose
from studio.canvas.gestures import DragCopy, DragWire, Gesture, MoveItems, Reorder, ResizeMark, RubberBand
from studio.canvas.mark_item import GRIP
from studio.document.rows import Wire

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView

END_REACH = 26.0
"""How far from its target, in scene units, a wire can still be taken out by its end."""
_KEEP = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


def begun(view: CanvasView, at: QPoint, keys: Qt.KeyboardModifier) -> Gesture | None:
    """Select what lies under a point of the viewport and return the gesture that begins there.

    Alt on a wire breaks it and begins nothing; Alt on what is selected drags a copy away.
    """
    place, mirror = view.mapToScene(at), view.mirror
    keep, alt = bool(keys & _KEEP), bool(keys & Qt.KeyboardModifier.AltModifier)
    hit = mirror.socket_at(place, view.reach())
    if hit is not None:
        node, socket = hit
        wire = mirror.wire_into(node.node, socket) if socket.is_input else None
        if alt and wire is not None:
            _break(view, wire)
            return None
        return DragWire(view, at, _taken(view, wire) or Loose(node.node, socket))
    card = mirror.node_at(place)
    if card is not None:
        selected = mirror.selected_nodes()
        if keep:
            view.select(set(selected) ^ {card.node}, (), mirror.marks.selected())
        elif card.node not in selected:
            view.select([card.node])
        if not card.isSelected():
            return None
        if mirror.stacked() and not alt:
            return Reorder(view, at, card.node)
        return DragCopy(view, at) if alt else MoveItems(view, at, node=card.node)
    item = mirror.wire_at(place)
    if item is None:
        return _below(view, at, keep, alt)
    if alt:
        _break(view, item.wire)
        return None
    view.select(mirror.selected_nodes() if keep else [], [item.wire])
    end = item.ends()[1] - place
    loose = _taken(view, item.wire)
    if loose is not None and end.manhattanLength() <= END_REACH / min(1.0, view.zoom()):
        return DragWire(view, at, loose)
    return None


def on_corner(view: CanvasView, place: QPointF) -> bool:
    """Return whether a frame or note is resized from a place in the scene."""
    if view.mirror.node_at(place) is not None:
        return False
    mark = view.mirror.marks.at(place)
    return mark is not None and mark.on_corner(place, GRIP / min(1.0, view.zoom()))


def _below(view: CanvasView, at: QPoint, keep: bool, alt: bool) -> Gesture | None:
    """Return what a press on a frame, a note or the bare canvas begins."""
    marks = view.mirror.marks
    item = marks.at(view.mapToScene(at))
    if item is None:
        return RubberBand(view, at, keep)
    chosen = set(marks.selected())
    if keep:
        view.select(view.mirror.selected_nodes(), (), chosen ^ {item.mark})
    elif item.mark not in chosen:
        view.select([], (), [item.mark])
    if not item.isSelected():
        return None
    if on_corner(view, view.mapToScene(at)):
        return ResizeMark(view, at, item.mark)
    return DragCopy(view, at) if alt else MoveItems(view, at, mark=item.mark)


def _break(view: CanvasView, wire: Wire) -> None:
    commands.disconnect(view.session, [wire], graph=view.graph)


def _taken(view: CanvasView, wire: Wire | None) -> Loose | None:
    """Return the loose end of a wire whose target end is taken out of its socket."""
    if wire is None:
        return None
    socket = view.mirror.nodes[wire.source].find_socket(False, wire.source_port)
    return Loose(wire.source, socket, wire) if socket is not None else None
