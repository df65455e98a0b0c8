"""Dragging a card of the Sequential view to another place of the chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtWidgets import QApplication

from studio.canvas.gestures.gesture import Gesture
from studio.canvas.wire_item import WireItem
from studio.document.linear import chain

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView

translate = QCoreApplication.translate


class Reorder(Gesture):
    """The card follows the pointer; let go between two others it comes to stand there, in one step."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, view: CanvasView, at: QPoint, node: str) -> None:
        super().__init__(view, at)
        self.node = node
        self.place = -1
        self._order = chain(view.session.document, view.graph)
        self._spots = view.mirror.places()
        self._grip = view.mirror.nodes[node].pos() - view.mapToScene(at)
        self._stays = view.session.document.node(node, view.graph).kind in ("input", "output")
        self._over: WireItem | None = None
        self._moving = False

    def move(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        if not self._moving and (at - self.start).manhattanLength() < QApplication.startDragDistance():
            return
        if self._stays:
            self.view.hint_chain(at)
            return
        self._moving = True
        mirror = self.view.mirror
        item = mirror.nodes[self.node]
        item.setZValue(4)
        mirror.put({self.node: self.view.mapToScene(at) + self._grip})
        middle = item.card().center()

        def way(node: str) -> float:
            half = mirror.nodes[node].card().center() - mirror.nodes[node].pos()
            gap = self._spots[node] + half - middle
            return gap.x() ** 2 + gap.y() ** 2

        self.place = self._order.index(min(self._order, key=way))
        rest = [node for node in self._order if node != self.node]
        before = rest[self.place - 1] if 0 < self.place <= len(rest) else ""
        after = rest[self.place] if self.place < len(rest) else ""
        ends = (before, after)
        items = (item for wire, item in mirror.wires.items() if (wire.source, wire.target) == ends)
        self._invite(next(items, None))
        names = [self.view.session.document.node(n, self.view.graph).name for n in (before, after) if n]
        if self._order.index(self.node) == self.place:
            self.view.say(translate("CanvasView", "It stands here already."), at)
        elif len(names) == 2:
            words = translate("CanvasView", "Between {before} and {after}")
            self.view.say(words.format(before=names[0], after=names[1]), at)

    def finish(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        self._end()
        if not self._moving:
            return
        if not self.view.move_to(self.node, self.place, at):
            self.view.mirror.put(self.view.mirror.places())

    def cancel(self) -> None:
        self._end()
        if self._moving and self.node in self.view.mirror.nodes:
            self.view.mirror.put(self.view.mirror.places())

    def _end(self) -> None:
        self._invite(None)
        self.view.hint.hide()
        if self.node in self.view.mirror.nodes:
            self.view.mirror.nodes[self.node].setZValue(2)

    def _invite(self, wire: WireItem | None) -> None:
        if self._over is not None and self._over is not wire and self._over.scene() is not None:
            self._over.set_inviting(False)
        self._over = wire
        if wire is not None:
            wire.set_inviting(True)
