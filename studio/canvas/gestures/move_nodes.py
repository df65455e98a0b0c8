"""Dragging nodes to another place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication

from studio import commands
from studio.canvas.geometry import snap
from studio.canvas.gestures.gesture import Gesture
from studio.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView

translate = QCoreApplication.translate


class MoveNodes(Gesture):
    """All selected nodes follow the pointer; the whole drag is one step of undo.

    The node under the pointer keeps to the grid, unless Alt is held.  A lone node without wires that is let
    go over a wire goes into it.
    """

    def __init__(self, view: CanvasView, at: QPoint, node: str) -> None:
        super().__init__(view, at)
        self.node = node
        self._from = {each: view.mirror.nodes[each].pos() for each in view.mirror.selected_nodes()}
        self._anchor = view.mapToScene(at)
        self._moving = False
        self._over: WireItem | None = None
        document = view.session.document
        self._loose = len(self._from) == 1 and not (
            document.incoming(node, graph=view.graph) or document.outgoing(node, graph=view.graph)
        )

    def move(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        if not self._moving and (at - self.start).manhattanLength() < QApplication.startDragDistance():
            return
        if self.view.mirror.stacked():
            self.view.say(translate("CanvasView", "In the Sequential view the order places the layers."), at)
            return
        self._moving = True
        way = self.view.mapToScene(at) - self._anchor
        free = bool(keys & Qt.KeyboardModifier.AltModifier)
        goal = self._from[self.node] + way
        way = QPointF(snap(goal.x(), not free), snap(goal.y(), not free)) - self._from[self.node]
        self.view.mirror.put({node: place + way for node, place in self._from.items()})
        self._invite(self.view.wire_for_drop(at) if self._loose else None)

    def finish(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        over = self._over
        self._invite(None)
        if not self._moving:
            self.view.hint.hide()
            return
        places = {node: self.view.mirror.nodes[node].pos() for node in self._from}
        if over is not None:
            place = places[self.node]
            done = self.view.attempt(
                lambda: commands.insert_on_wire(
                    self.view.session,
                    over.wire,
                    self.node,
                    (place.x(), place.y()),
                    existing=True,
                    graph=self.view.graph,
                ),
                at,
            )
            if not done:
                self.cancel()
            return
        moved = {node: (place.x(), place.y()) for node, place in places.items() if place != self._from[node]}
        if moved:
            commands.move(self.view.session, moved, graph=self.view.graph)

    def cancel(self) -> None:
        self._invite(None)
        alive = {node: place for node, place in self._from.items() if node in self.view.mirror.nodes}
        self.view.mirror.put(alive)

    def _invite(self, wire: WireItem | None) -> None:
        if self._over is not None and self._over is not wire and self._over.scene() is not None:
            self._over.set_inviting(False)
        self._over = wire
        if wire is not None:
            wire.set_inviting(True)
