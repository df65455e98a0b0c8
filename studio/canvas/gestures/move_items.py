"""Dragging nodes, frames and notes to another place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint, QPointF, QRectF, Qt
from PySide6.QtWidgets import QApplication

from studio import commands
from studio.canvas.geometry import snap
from studio.canvas.gestures.gesture import Gesture
from studio.canvas.leading import FEWEST_TOGETHER
from studio.canvas.snapping import REACH, GuideItem, Snapper
from studio.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from studio.canvas.view import CanvasView

translate = QCoreApplication.translate


class MoveItems(Gesture):
    """All that is selected follows the pointer, with what lies in selected frames; one step of undo.

    Edges and middles snap to the neighbours', and else what is under the pointer keeps to the grid; Alt moves
    freely.  A lone node without wires that is let go over a wire goes into it.
    """

    def __init__(self, view: CanvasView, at: QPoint, *, node: str = "", mark: str = "") -> None:
        super().__init__(view, at)
        self.node = node
        mirror = view.mirror
        nodes, marks = mirror.marks.with_held(mirror.selected_nodes(), mirror.marks.selected())
        self._from = {each: mirror.nodes[each].pos() for each in nodes}
        self._marks = {each: mirror.marks.items[each].rect() for each in marks}
        self._lead = self._from[node] if node else self._marks[mark].topLeft()
        self._anchor = view.mapToScene(at)
        self._moving = False
        self._over: WireItem | None = None
        self._guides: GuideItem | None = None
        self._snapper: Snapper | None = None
        self._area = QRectF()
        document = view.session.document
        self._loose = len(self._from) == 1 and not self._marks and not (
            document.incoming(node, graph=view.graph) or document.outgoing(node, graph=view.graph)
        )  # fmt: skip

    def move(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        if not self._moving and (at - self.start).manhattanLength() < QApplication.startDragDistance():
            return
        if self.view.mirror.stacked():
            self.view.say(translate("CanvasView", "In the Sequential view the order places the layers."), at)
            return
        if not self._moving:
            self._begin()
        way = self.view.mapToScene(at) - self._anchor
        if not keys & Qt.KeyboardModifier.AltModifier:
            way = self._snapped(way)
        elif self._guides is not None:
            self._guides.show_guides(())
        self._put(way)
        self._invite(self.view.wire_for_drop(at) if self._loose else None)

    def finish(self, at: QPoint, keys: Qt.KeyboardModifier) -> None:
        over = self._over
        self._end()
        self.view.mirror.carrier.set_down()
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
                    size=self.view.mirror.room_of,
                    graph=self.view.graph,
                ),
                at,
            )
            if not done:
                self.cancel()
            return
        items = self.view.mirror.marks.items
        moved = {node: (place.x(), place.y()) for node, place in places.items() if place != self._from[node]}
        marks = {
            mark: items[mark].row.place for mark, old in self._marks.items() if items[mark].rect() != old
        }
        if moved or marks:
            commands.move(self.view.session, moved, marks=marks, graph=self.view.graph)

    def cancel(self) -> None:
        self._end()
        self.view.hint.hide()
        mirror, places = self.view.mirror, self.view.mirror.places()
        self._from = {node: places[node] for node in self._from if node in places}
        self._marks = {mark: area for mark, area in self._marks.items() if mark in mirror.marks.items}
        self._put(QPointF())
        mirror.carrier.set_down()
        mirror.marks.restore()

    def _begin(self) -> None:
        self._moving = True
        mirror = self.view.mirror
        for node in self._from:
            self._area = self._area.united(mirror.nodes[node].card())
        for area in self._marks.values():
            self._area = self._area.united(area)
        seen = self.view.mapToScene(self.view.viewport().rect()).boundingRect()
        near = seen.adjusted(-seen.width(), -seen.height(), seen.width(), seen.height())
        still = [item.card() for node, item in mirror.nodes.items() if node not in self._from]
        if self._marks:  # frames and notes line up with each other too; nodes are not caught by their edges
            still += [item.rect() for mark, item in mirror.marks.items.items() if mark not in self._marks]
        self._snapper = Snapper(rect for rect in still if near.intersects(rect))
        self._guides = GuideItem()
        mirror.addItem(self._guides)

    def _snapped(self, way: QPointF) -> QPointF:
        assert self._snapper is not None
        assert self._guides is not None
        moved, reach = self._area.translated(way), REACH / self.view.zoom()
        across, down = self._snapper.shift(moved, True, reach), self._snapper.shift(moved, False, reach)
        goal = self._lead + way
        way = QPointF(
            way.x() + across if across is not None else snap(goal.x()) - self._lead.x(),
            way.y() + down if down is not None else snap(goal.y()) - self._lead.y(),
        )
        self._guides.show_guides(self._snapper.guides(self._area.translated(way)))
        return way

    def _put(self, way: QPointF) -> None:
        mirror = self.view.mirror
        if len(self._from) >= FEWEST_TOGETHER and self._from.keys() <= mirror.nodes.keys():
            mirror.carrier.carry(self._from, way)
        else:
            mirror.put({n: place + way for n, place in self._from.items() if n in mirror.nodes}, live=True)
        for mark, area in self._marks.items():
            if mark in mirror.marks.items:
                mirror.marks.items[mark].set_rect(area.translated(way))

    def _end(self) -> None:
        self._invite(None)
        if self._guides is not None:
            self.view.mirror.removeItem(self._guides)
            self._guides = None

    def _invite(self, wire: WireItem | None) -> None:
        if self._over is not None and self._over is not wire and self._over.scene() is not None:
            self._over.set_inviting(False)
        self._over = wire
        if wire is not None:
            wire.set_inviting(True)
