"""How the drawing is looked at: which way it flows, its wires, the heat map, and the search in it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent

from studio import commands
from studio.canvas import geometry
from studio.canvas.block_actions import BlockActions
from studio.canvas.far import MANY
from studio.canvas.finder import FindBar, found_in
from studio.canvas.heat import heat_map
from studio.canvas.legend import Legend
from studio.canvas.minimap import MiniMap
from studio.canvas.painter import FULL
from studio.canvas.session import CanvasSession
from studio.document.layout import is_downward, lay_out
from studio.document.times import Times

ROW = 150.0
"""The most that one tall card may space all rows of a layout apart."""
MARGIN = 14
TRAIL, FOOTER = 26, 26
"""The way into a block and the line of numbers: so high, at the upper and the lower left."""
SPACE = 8
ZOOM_MS = 160
"""So long after the last step of a zoom, the cards of a large drawing show their details again."""

_ALONG = {Qt.Key.Key_Down: Qt.Key.Key_Right, Qt.Key.Key_Up: Qt.Key.Key_Left}
"""Along the flow from top to bottom: the keys that do it from left to right."""


class LookActions(BlockActions):
    """The verbs of looking; all but the direction are of the window alone and no part of the document."""

    heat_changed = Signal()
    """Another heat map is shown, or none."""
    measure_wanted = Signal()
    """The user asks how long each layer takes."""
    _looking = False

    def __init__(self, session: CanvasSession) -> None:
        super().__init__(session)
        self.heat = ""
        self.square_wires = False
        self.matches: list[tuple[str, str]] = []
        self._at = -1  # the match that is shown; -1 before one was walked to
        self.times: Times | None = None
        self.measuring = False
        self.legend = Legend(lambda: self.set_heat(""), self)
        self.legend.measure_wanted.connect(lambda: self.measure_wanted.emit())
        self.finder = FindBar(self)
        self.finder.typed.connect(self._find)
        self.finder.walked.connect(self.walk_matches)
        self.finder.closed.connect(self.close_find)
        self._zoomed = QTimer(self)
        self._zoomed.setSingleShot(True)
        self._zoomed.setInterval(ZOOM_MS)
        self._zoomed.timeout.connect(self._choose_detail)
        self._last_zoom = 0.0
        self.looked_around.connect(self._choose_detail)
        self._looking = True

    def watch_mirror(self) -> None:
        super().watch_mirror()
        self.mirror.changed_shape.connect(self._look_again)
        if self._looking:  # a block was entered or left: its scene is a new one
            self.mirror.leader.set_square(self.square_wires)
            self._look_again()

    def _tell_selection(self) -> None:
        super()._tell_selection()
        self.mirror.far.select(self.mirror.selectedItems())

    def _look_again(self) -> None:
        if not self._looking:
            return
        if self.heat:
            self._show_heat()
        if self.finder.isVisible():
            shown = self.matches[self._at] if 0 <= self._at < len(self.matches) else None
            self.matches = found_in(self.session, self.finder.field.text())
            self._at = self.matches.index(shown) if shown in self.matches else -1
            self._mark_found()

    def _choose_detail(self) -> None:
        """Paint a large drawing at one go from afar, and while it is zoomed."""
        zoom, many = self.zoom(), len(self.mirror.nodes) > MANY
        if many and zoom != self._last_zoom:
            self._last_zoom = zoom
            self._zoomed.start()
        self.mirror.far.set_on(many and (zoom < FULL or self._zoomed.isActive()))

    # -- layout, direction and wires -------------------------------------------------------------------------

    def auto_layout(self) -> None:
        """Lay the drawing out, and let the nodes glide to their places."""
        if self.mirror.stacked():
            self.status.emit(self.tr("In the Sequential view the order places the layers."))
            return
        size, document = self.card_size(), self.session.document
        tidy = lay_out(document, self.graph, size=size, gap=geometry.GAP)
        if all(document.place(node, self.graph) == place for node, place in tidy.items()):
            return
        self.mirror.animate_next = True
        commands.lay_out(self.session, size, graph=self.graph)
        self.mirror.animate_next = False

    def card_size(self) -> Callable[[str], tuple[float, float]]:
        """Return what says how much room a card takes in a layout."""
        cards = {node: geometry.size_of(item.look) for node, item in self.mirror.nodes.items()}
        # Rows of one height keep the wires between them straight.
        row = min(max((card.height() for card in cards.values()), default=0.0), ROW)
        return lambda node: (cards[node].width(), max(cards[node].height(), row))

    def set_downward(self, on: bool) -> None:
        """Draw from top to bottom (True) or from left to right, tidied up; one step of undo."""
        if on == is_downward(self.session.document):
            return
        self.mirror.finish_glide()
        self.mirror.animate_next = True
        commands.set_direction(self.session, on, self.card_size(), graph=self.graph)
        self.mirror.animate_next = False
        self.mirror.finish_glide()
        self.fit_all()

    def walk(self, key: Qt.Key) -> None:
        """Go along a wire, or to the nearest card across the flow."""
        nodes = self.mirror.selected_nodes()
        if len(nodes) != 1 or not is_downward(self.session.document):
            super().walk(key)
        elif key in _ALONG:
            super().walk(_ALONG[key])
        else:
            self.by_keyboard = True
            here, sign = self.mirror.nodes[nodes[0]].card().center(), 1 if key == Qt.Key.Key_Right else -1
            ways = {n: item.card().center() - here for n, item in self.mirror.nodes.items()}
            ways = {n: way for n, way in ways.items() if sign * way.x() > 5}
            goal = min(ways, key=lambda n: abs(ways[n].x()) + 2 * abs(ways[n].y()), default="")
            if goal:
                self.select([goal])
                self.ensure_seen(goal)

    def set_square_wires(self, on: bool) -> None:
        """Draw wires of straight parts with round corners (True), or as curves."""
        self.square_wires = on
        self.mirror.leader.set_square(on)

    def fit_all(self) -> None:
        """Show the whole drawing, with the legend where it hides least of it."""
        super().fit_all()
        if self._looking:
            self._place_bars()

    # -- the heat map -------------------------------------------------------------------------------------

    def set_heat(self, kind: str) -> None:
        """Colour the cards by one of ``heat.KINDS``; ``""`` ends it."""
        self.heat = kind
        self._show_heat()
        self.heat_changed.emit()

    def set_times(self, times: Times | None, measuring: bool = False) -> None:
        """Take what was measured, or say that it is being measured."""
        self.times, self.measuring = times, measuring
        if self.heat:
            self._show_heat()

    def _show_heat(self) -> None:
        found = None
        if self.heat:
            document, session = self.session.document, self.session
            found = heat_map(document, session.here, session.analysis.inside, self.heat, self.times)
        for node, item in self.mirror.nodes.items():
            item.set_heat(found.nodes.get(node) if found is not None else None)
        self.mirror.far.touch()
        self.legend.show_map(self.heat, found, self.times, self.measuring)
        self._place_bars()

    # -- finding ------------------------------------------------------------------------------------------

    def open_find(self) -> None:
        """Open the search in the drawing, and let what it says be typed over."""
        self.finder.show()
        self._place_bars()
        self.finder.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.finder.field.selectAll()
        self._find(self.finder.field.text())

    def close_find(self) -> None:
        """Close the search; the node that it led to stays selected."""
        self.finder.hide()
        self._place_bars()
        self.matches, self._at = [], -1
        self._mark_found()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _find(self, words: str) -> None:
        self.matches, self._at = found_in(self.session, words), -1
        self._mark_found()
        stacked = self.mirror.stacked()  # a chain shows no frames and notes: Enter leads to them
        here = [
            at
            for at, (graph, one) in enumerate(self.matches)
            if graph == self.graph and not (stacked and one not in self.mirror.nodes)
        ]
        if here:
            self._at = here[0] - 1
            self.walk_matches(1)

    def walk_matches(self, by: int) -> None:
        """Show the next match (1) or the one before (-1), inside a block where it lies in one."""
        if not self.matches:
            return
        self._at = (self._at + by) % len(self.matches)
        graph, node = self.matches[self._at]
        if graph != self.graph:
            self.session.enter(graph)
        self._mark_found()
        if node not in self.mirror.nodes:
            self.show_mark(node)
            return
        self.select([node])
        self.ensure_seen(node)
        bar, card = self.finder.geometry(), self.mapFromScene(self.mirror.nodes[node].card()).boundingRect()
        if bar.intersects(card):  # what was found must not lie below the bar that found it
            self.scroll_by(QPoint(0, card.top() - bar.bottom() - MARGIN))

    def _mark_found(self) -> None:
        searching = bool(self.finder.isVisible() and self.finder.field.text().strip())
        found = {node for graph, node in self.matches if graph == self.graph}
        for node, item in self.mirror.nodes.items():
            item.set_found(node in found if searching else None)
        for wire in self.mirror.wires.values():
            wire.setOpacity(0.4 if searching else 1.0)
        self.mirror.far.touch()
        self.finder.say(self._at + 1, len(self.matches))

    def _place_bars(self) -> None:
        """Put the search at the upper right, and the legend into the corner where it hides least."""
        if not self.finder.isHidden():
            self.finder.adjustSize()
            self.finder.move(max(SPACE, self.width() - self.finder.width() - MARGIN), MARGIN)
            self.finder.raise_()
        if not self.legend.isHidden():
            self.legend.resize(self.legend.width(), self.legend.heightForWidth(self.legend.width()))
            self.legend.move(self._legend_place())
            self.legend.raise_()

    def _legend_place(self) -> QPoint:
        """Return where the legend hides least of the drawing; where it is, as long as no other hides less."""
        size, room = self.legend.size(), self.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        bottom, right = room.bottom() - size.height(), max(SPACE, room.right() - size.width() + 1)
        below = self.finder.geometry().bottom() + SPACE if self.finder.isVisible() else room.top()
        corners = [
            QPoint(right, below),
            QPoint(room.left(), room.top() + TRAIL),
            QPoint(room.left(), bottom - FOOTER),
            QPoint(right, bottom),
        ]
        cards = [self.mapFromScene(item.card()).boundingRect() for item in self.mirror.nodes.values()]
        minimap = self.findChild(MiniMap)
        if minimap is not None and not minimap.isHidden():
            cards.append(minimap.geometry())

        def hidden(corner: QPoint) -> tuple[int, bool]:
            area = QRect(corner, size)
            parts = [area.intersected(card) for card in cards]
            covered = sum(part.width() * part.height() for part in parts if part.isValid())
            return covered, corner != self.legend.pos()

        return min(corners, key=hidden)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._looking:
            self._place_bars()
