"""What a press of the left button begins, by what lies under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt

from studio import commands
from studio.canvas.fitting import Loose
from studio.canvas.gestures import DragCopy, DragWire, Gesture, MoveItems, Reorder, ResizeMark, RubberBand
from studio.canvas.mark_item import GRIP
from studio.canvas.picking import keeps, pick_wire
from studio.document.rows import Wire

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView

END_REACH = 26.0
"""How far from a socket, in scene units, a wire can still be taken out by its end."""


def begun(view: CanvasView, at: QPoint, keys: Qt.KeyboardModifier) -> Gesture | None:
    """Select what lies under a point of the viewport and return the gesture that begins there.

    Alt on a wire breaks it and begins nothing; Alt on what is selected drags a copy away.
    """
    place, mirror = view.mapToScene(at), view.mirror
    keep, alt = keeps(keys), bool(keys & Qt.KeyboardModifier.AltModifier)
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
            view.select(set(selected) ^ {card.node}, mirror.selected_wires(), mirror.marks.selected())
        elif card.node not in selected:
            view.select([card.node])
        if not card.isSelected():
            return None
        if mirror.stacked() and not alt:
            return Reorder(view, at, card.node)
        return DragCopy(view, at) if alt else MoveItems(view, at, node=card.node)
    item = mirror.wire_at(place)
    if item is None or (not alt and on_corner(view, place)):  # the pointer says there that it will size
        return _below(view, at, keys)
    if alt:
        _break(view, item.wire)
        return None
    pick_wire(view, item.wire, keep)
    first, last = ((end - place).manhattanLength() for end in item.ends())
    loose = _taken(view, item.wire, by_source=first < last)
    if loose is not None and min(first, last) <= END_REACH / min(1.0, view.zoom()):
        return DragWire(view, at, loose)
    return None


def on_corner(view: CanvasView, place: QPointF) -> bool:
    """Return whether a frame or note is resized from a place in the scene."""
    if view.mirror.node_at(place) is not None:
        return False
    mark = view.mirror.marks.at(place)
    return mark is not None and mark.on_corner(place, GRIP / min(1.0, view.zoom()))


def _below(view: CanvasView, at: QPoint, keys: Qt.KeyboardModifier) -> Gesture | None:
    """Return what a press on a frame, a note or the bare canvas begins."""
    marks, alt = view.mirror.marks, keys & Qt.KeyboardModifier.AltModifier
    item = marks.at(view.mapToScene(at))
    if item is None:
        return RubberBand(view, at, keys)
    chosen = set(marks.selected())
    if keeps(keys):
        view.select(view.mirror.selected_nodes(), view.mirror.selected_wires(), chosen ^ {item.mark})
    elif item.mark not in chosen:
        view.select([], (), [item.mark])
    if not item.isSelected():
        return None
    if on_corner(view, view.mapToScene(at)):
        return ResizeMark(view, at, item.mark)
    return DragCopy(view, at) if alt else MoveItems(view, at, mark=item.mark)


def _break(view: CanvasView, wire: Wire) -> None:
    commands.disconnect(view.session, [wire], graph=view.graph)


def _taken(view: CanvasView, wire: Wire | None, by_source: bool = False) -> Loose | None:
    """Return the loose end of a wire that is taken out of its target's socket, or out of its source's."""
    if wire is None:
        return None
    if by_source:
        row = view.mirror.nodes[wire.target].look.inputs
        held = (each for each in row if (each.port, max(each.index, 0)) == (wire.target_port, wire.position))
        into = next(held, None)
        return Loose(wire.target, into, wire) if into is not None else None
    socket = view.mirror.nodes[wire.source].find_socket(False, wire.source_port)
    return Loose(wire.source, socket, wire) if socket is not None else None
