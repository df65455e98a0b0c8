"""Drawing a wire, from either end, and taking the end of one away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtWidgets import QApplication

from studio import commands
from studio.canvas.fitting import Loose, beyond, quick, verdict
from studio.canvas.gestures.gesture import Gesture
from studio.canvas.look import Socket
from studio.canvas.node_item import NodeItem
from studio.canvas.picking import keeps, pick_wire
from studio.canvas.pills import Pills
from studio.canvas.wire_item import LooseWire
from studio.document.layout import is_downward

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView

translate = QCoreApplication.translate


class DragWire(Gesture):
    """One end stays in its socket, the other follows the pointer; sockets that fit light up.

    A drop on a socket, or on a card with a socket that fits, connects.  A drop on nothing offers the
    layers that fit, or, where the end of a wire was taken out, removes that wire.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, view: CanvasView, at: QPoint, loose: Loose) -> None:
        super().__init__(view, at)
        self.loose = loose
        self._item: LooseWire | None = None
        self._pills: Pills | None = None
        self._seen: tuple[tuple[str, tuple[bool, str, int]], bool, str] | None = None

    def move(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        if self._item is None:
            if (at - self.start).manhattanLength() < QApplication.startDragDistance():
                return
            self._begin()
        assert self._item is not None
        place = self.view.mapToScene(at)
        hit = self._target(at)
        allowed: bool | None = None
        if hit is not None:
            node, socket = hit
            allowed, words = self._judge(node, socket)
            place = node.socket_pos(socket)
            lights = node.flags_.lights or {}
            allowed = allowed and lights.get(socket.key, True)  # the drop is taken; its lesson comes with it
            self.view.say(words, at, refused=not allowed)
        else:
            self.view.hint.hide()
        fixed = self.view.mirror.nodes[self.loose.node].socket_pos(self.loose.socket)
        ends = (place, fixed) if self.loose.socket.is_input else (fixed, place)
        self._item.set_ends(*ends, allowed)

    def finish(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        if self._item is None:
            self._click(at, keys)
            return
        hit = self._target(at)
        self._end()
        if hit is not None:
            self._connect(*hit, at)
        elif (over := self.view.mirror.node_at(self.view.mapToScene(at))) is not None:
            own = translate("CanvasView", "Nothing can feed itself: the wire would close a loop.")
            other = translate("CanvasView", "There is no free socket here that fits.")
            words = own if over.node == self.loose.node else other
            self.view.say(words, at, refused=True, linger=True)
        elif self.loose.moved is not None:
            commands.disconnect(self.view.session, [self.loose.moved], graph=self.view.graph)
        else:
            self.view.offer(self.loose, at)

    def cancel(self) -> None:
        self._end()

    def _click(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        """Select the wire under a click that drew nothing: sockets may leave no other place to take it."""
        mirror, place = self.view.mirror, self.view.mapToScene(at)
        on_socket = mirror.socket_at(place, self.view.reach()) is not None  # else the press selected it
        item = mirror.wire_at(place) if on_socket else None
        if item is not None:
            pick_wire(self.view, item.wire, keeps(keys))

    def _connect(self, node: NodeItem, socket: Socket, at: QPoint) -> None:
        wire = self.loose.to(node.node, socket)
        if wire == self.loose.moved:
            return
        self.view.attempt(
            lambda: commands.connect(
                self.view.session, wire, instead_of=self.loose.moved, graph=self.view.graph
            ),
            at,
        )

    def _judge(self, node: NodeItem, socket: Socket) -> tuple[bool, str]:
        key = (node.node, socket.key)
        if self._seen is None or self._seen[0] != key:
            self._seen = (key, *verdict(self.view.session, self.loose, node.node, socket, self.view.graph))
        return self._seen[1], self._seen[2]

    def _target(self, at: QPoint) -> tuple[NodeItem, Socket] | None:
        """Return the socket under the pointer, or the first that fits on the card under it."""
        place, wanted = self.view.mapToScene(at), not self.loose.socket.is_input
        hit = self.view.mirror.socket_at(place, self.view.reach() * 1.4)
        if hit is not None and hit[1].is_input == wanted and hit[0].node != self.loose.node:
            return hit
        item = self.view.mirror.node_at(place)
        if item is None or item.node == self.loose.node:
            return None
        row = item.look.inputs if wanted else item.look.outputs
        open_first = sorted(row, key=lambda socket: socket.state not in ("open", "free"))
        return (item, open_first[0]) if open_first else None

    def _begin(self) -> None:
        view = self.view
        self._item = LooseWire(is_downward(view.session.document))
        view.mirror.addItem(self._item)
        self._pills = Pills(view.mirror)
        if self.loose.moved is not None:
            view.mirror.wires[self.loose.moved].hide()
            view.mirror.far.touch([view.mirror.wires[self.loose.moved]])
        loops = beyond(view.session, self.loose, view.graph)
        near = view.mapToScene(view.viewport().rect()).boundingRect()
        for node, item in view.mirror.nodes.items():
            row = item.look.outputs if self.loose.socket.is_input else item.look.inputs
            lights = {}
            for socket in row:
                shape = None
                if node not in loops:
                    seen = not view.mirror.far.on and near.intersects(item.card())
                    shape = quick(view.session, self.loose, node, socket, view.graph) if seen else ""
                lights[socket.key] = shape is not None
                if shape and node not in loops:
                    self._pills.add(item.socket_pos(socket), shape, socket.is_input)
            if node == self.loose.node:
                lights[self.loose.socket.key] = True
            item.set_lights(lights)

    def _end(self) -> None:
        mirror = self.view.mirror
        if self._item is not None:
            mirror.removeItem(self._item)
            self._item = None
        if self._pills is not None:
            self._pills.remove()
            self._pills = None
        if self.loose.moved is not None and self.loose.moved in mirror.wires:
            mirror.wires[self.loose.moved].show()
            mirror.far.touch([mirror.wires[self.loose.moved]])
        for item in mirror.nodes.values():
            item.set_lights(None)
        self.view.hint.hide()
