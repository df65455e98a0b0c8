"""What menus and keys ask of the canvas; each ends in one verb, and a refusal in words beside the pointer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QPoint, QPointF, QRectF, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QCursor

from engine.spec import TensorSpec
from studio import commands
from studio.canvas import geometry
from studio.canvas.fitting import Loose
from studio.canvas.hint import Hint
from studio.canvas.name_editor import NameEditor
from studio.canvas.navigation import NavigableView
from studio.canvas.popup import AddPopup
from studio.canvas.search import INPUT, OUTPUT, Entry, entries, fitting
from studio.canvas.session import CanvasSession
from studio.canvas.wire_item import WireItem
from studio.document import DocumentError
from studio.document.rows import MAIN, Wire
from studio.document.suiting import at_hand, starting_params
from studio.words import text

DROP_REACH = 14.0


class ActionsView(NavigableView):
    """The verbs of the canvas, on the selection or at the pointer."""

    selection_changed = Signal(object)
    """The ids of the selected nodes, as a list."""
    status = Signal(str)

    def __init__(self, session: CanvasSession) -> None:
        super().__init__(session)
        self.hint = Hint(self)
        self.popup: AddPopup | None = None
        self.name_editor: NameEditor | None = None
        self.by_keyboard = False

    def watch_mirror(self) -> None:
        super().watch_mirror()
        self.mirror.selectionChanged.connect(self._tell_selection)

    @property
    def graph(self) -> str:
        """The graph that is shown: ``"main"``, or a block."""
        return self.mirror.graph

    def _end_options(self) -> dict[str, Any] | None:
        """Return what a new Input or Output starts with: inside a block it reads no data."""
        return None if self.graph == MAIN else {}

    # -- saying -------------------------------------------------------------------------------------------

    def say(self, words: str, at: QPoint, refused: bool = False, linger: bool = False) -> None:
        """Say something beside a point of the viewport."""
        self.hint.say(words, at, refused, linger)

    def attempt(self, act: Callable[[], Any], at: QPoint | None = None) -> bool:
        """Do something that the document may refuse; say why it did, and return whether it was done."""
        try:
            act()
        except DocumentError as error:
            self.say(text(error), at or self.pointer(), refused=True, linger=True)
            self.status.emit(text(error))
            return False
        return True

    def pointer(self) -> QPoint:
        """Return where the pointer is in the viewport, or its middle while the pointer is elsewhere."""
        at = self.viewport().mapFromGlobal(QCursor.pos())
        return at if self.viewport().rect().contains(at) else self.viewport().rect().center()

    # -- selecting ----------------------------------------------------------------------------------------

    def select(self, ids: Iterable[str], wires: Iterable[Wire] = (), marks: Iterable[str] = ()) -> None:
        """Select just these nodes, wires, frames and notes."""
        wanted, wanted_wires, wanted_marks = set(ids), set(wires), set(marks)
        before = self._chosen()
        with QSignalBlocker(self.mirror):
            for node, item in self.mirror.nodes.items():
                item.setSelected(node in wanted)
            for wire, wire_item in self.mirror.wires.items():
                wire_item.setSelected(wire in wanted_wires)
            for mark, mark_item in self.mirror.marks.items.items():
                mark_item.setSelected(mark in wanted_marks)
        if before != self._chosen():
            self._tell_selection()

    def _chosen(self) -> tuple[list[str], list[Wire], list[str]]:
        return self.mirror.selected_nodes(), self.mirror.selected_wires(), self.mirror.marks.selected()

    def select_all(self) -> None:
        """Select every node, and every frame and note that is seen."""
        marks = [mark for mark, item in self.mirror.marks.items.items() if item.isVisible()]
        self.select(self.mirror.nodes, (), marks)

    def _tell_selection(self) -> None:
        self.selection_changed.emit(self.mirror.selected_nodes())

    # -- changing -----------------------------------------------------------------------------------------

    def rename_selected(self) -> None:
        """Edit the name of the selected node in place."""
        nodes = self.mirror.selected_nodes()
        if len(nodes) != 1:
            self.status.emit(self.tr("Select one node to rename it."))
            return
        node = nodes[0]
        self.ensure_seen(node)
        card = self.mapFromScene(self.mirror.nodes[node].card()).boundingRect()
        editor = NameEditor(
            self.session.document.node(node, self.graph).name,
            lambda name: commands.rename(self.session, node, name, graph=self.graph),
            self,
        )
        self.name_editor = editor
        editor.complained.connect(
            lambda words: self.say(words, editor.geometry().bottomLeft() - QPoint(14, 8), refused=True)
        )
        editor.done.connect(self._end_rename)
        middle = round(geometry.TITLE * self.zoom())
        editor.open_at(card.topLeft() + QPoint(8, max(0, middle)), card.width() - 16)

    def _end_rename(self) -> None:
        if self.name_editor is not None:
            self.name_editor.deleteLater()
            self.name_editor = None
        self.hint.hide()
        self.setFocus()

    def set_sequential(self, on: bool) -> None:
        """Show a chain in its order, placed by itself; a drawing that branches stands as it was drawn."""
        self.mirror.set_sequential(on)
        self.status.emit("")

    def set_badge(self, node: str, text: str) -> None:
        """Show a text at the foot of a node while training; an empty one takes it away."""
        self.mirror.set_badge(node, text)

    # -- adding -------------------------------------------------------------------------------------------

    def wire_for_drop(self, at: QPoint) -> WireItem | None:
        """Return the wire into which a drop at a point of the viewport would go."""
        place = self.mapToScene(at)
        area = QRectF(place.x() - DROP_REACH, place.y() - DROP_REACH, 2 * DROP_REACH, 2 * DROP_REACH)
        return next((item for item in self.mirror.items(area) if isinstance(item, WireItem)), None)

    def add_type(self, type_name: str, at: QPoint | None = None, into: Wire | None = None) -> str:
        """Add a layer (or ``"Input"``, ``"Output"``) and return its id; empty where it was refused.

        ``at`` is a point of the viewport for the middle of the card, ``into`` a wire to go into.  In the
        Sequential view a layer joins the end of the chain and wires itself.
        """
        place = self._corner(at)
        made: list[str] = []
        params = starting_params(self.session.catalog.get(type_name)) if self.session.catalog else {}

        def act() -> None:
            if type_name in (INPUT, OUTPUT):
                made.append(
                    (commands.add_input if type_name == INPUT else commands.add_output)(
                        self.session, place, self._end_options(), graph=self.graph
                    )
                )
            elif into is not None:
                size, graph = self.mirror.room_of, self.graph
                made.append(
                    commands.insert_on_wire(
                        self.session, into, type_name, place, params, size=size, graph=graph
                    )
                )
            elif self.mirror.sequential:
                made.append(commands.append(self.session, type_name, params, graph=self.graph))
            else:
                made.append(commands.add_layer(self.session, type_name, place, params, graph=self.graph))

        if not self.attempt(act, at):
            return ""
        self.select(made)
        if self.mirror.stacked() and self.is_fitted():
            self.fit_all()
        elif self.mirror.sequential:
            self.ensure_seen(made[0])
        return made[0]

    def _corner(self, at: QPoint | None) -> tuple[float, float]:
        middle = self.mapToScene(at if at is not None else self.viewport().rect().center())
        return (
            geometry.snap(middle.x() - geometry.WIDTH / 2),
            geometry.snap(middle.y() - (geometry.HEAD + geometry.FOOT) / 2),
        )

    def add_by_search(self, at: QPoint | None = None) -> None:
        """Open the search; what is chosen is added at a point of the viewport, or at the pointer."""
        where = at if at is not None else self.pointer()
        session, chosen = self.session, self.mirror.selected_nodes()
        given = at_hand(session.document, session.here, self.graph, chosen[:1])
        self._open(
            self.choices(given),
            self.tr("Add a layer"),
            where,
            lambda name: self.add_type(name, where),
        )

    def choices(self, given: TensorSpec | None = None) -> list[Entry]:
        """Return all that can be added, with what it would make of ``given``."""
        return entries(self.session.catalog, given)

    def block_choices(self) -> list[Entry]:
        """Return the blocks that can be added."""
        return []

    def offer(self, loose: Loose, at: QPoint) -> None:
        """Open the search with what fits the wire that was let go at ``at``; the choice is wired at once."""
        info = self.session.here.nodes.get(loose.node)
        forward = not loose.socket.is_input
        spec = info.output(loose.socket.port) if info is not None and forward else None
        title = self.tr("Layers that fit") if forward else self.tr("What comes before")
        found = [*fitting(self.session.catalog, spec, forward), *self.block_choices()]
        self._open(found, title, at, lambda name: self._add_wired(name, loose, at))

    def _add_wired(self, type_name: str, loose: Loose, at: QPoint) -> None:
        session, forward = self.session, not loose.socket.is_input
        info = session.here.nodes.get(loose.node)
        spec = info.output(loose.socket.port) if info is not None and forward else None
        kind = session.catalog.get(type_name) if session.catalog is not None else None
        params = starting_params(kind, [spec] if spec is not None else [])
        x, y = self._corner(at)
        place = (geometry.snap(x + (geometry.WIDTH / 2 if forward else -geometry.WIDTH / 2)), y)
        end = (loose.node, loose.socket.port)
        if ":" in type_name:
            self.add_wired(type_name, end, forward, at)
            return
        made: list[str] = []

        options, graph = self._end_options(), self.graph

        def act() -> None:
            if type_name == OUTPUT:
                made.append(commands.add_output(session, place, options, connect_from=end, graph=graph))
            elif type_name == INPUT:
                made.append(commands.add_input(session, place, options, connect_to=end, graph=graph))
            else:
                wired: dict[str, Any] = {"connect_from" if forward else "connect_to": end}
                made.append(commands.add_layer(session, type_name, place, params, graph=graph, **wired))

        if self.attempt(act, at):
            self.select(made)

    def add_wired(self, type_name: str, end: tuple[str, str], forward: bool, at: QPoint) -> str:
        """Add a block and wire it at once; here no block can be added."""
        return ""

    def _open(self, found: list[Entry], title: str, at: QPoint, choose: Callable[[str], Any]) -> None:
        self.close_popup()
        popup = AddPopup(found, title, self)
        self.popup = popup

        def chosen(name: str) -> None:
            choose(name)
            self.close_popup()

        popup.chosen.connect(chosen)
        popup.closed.connect(self.close_popup)
        popup.open_at(at)

    def close_popup(self) -> None:
        """Close the search, where it is open."""
        if self.popup is not None:
            popup, self.popup = self.popup, None
            popup.hide()
            popup.deleteLater()
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- walking ------------------------------------------------------------------------------------------

    def walk(self, key: Qt.Key) -> None:
        """Go along a wire (left, right) or to the nearest card above or below."""
        self.by_keyboard = True
        nodes = self.mirror.selected_nodes()
        document = self.session.document
        if len(nodes) != 1:
            self.step(1)
            return
        node, goal = nodes[0], ""
        here = self.mirror.nodes[node].card().center()
        if key in (Qt.Key.Key_Right, Qt.Key.Key_Left):
            right = key == Qt.Key.Key_Right
            wires = (document.outgoing if right else document.incoming)(node, graph=self.graph)
            goal = (wires[0].target if right else wires[0].source) if wires else ""
        else:
            sign = 1 if key == Qt.Key.Key_Down else -1

            def cost(place: QPointF) -> float:
                return abs(place.y() - here.y()) + 2 * abs(place.x() - here.x())

            ways = {n: item.card().center() for n, item in self.mirror.nodes.items() if n != node}
            ways = {n: place for n, place in ways.items() if sign * (place.y() - here.y()) > 5}
            goal = min(ways, key=lambda n: cost(ways[n]), default="")
        if goal:
            self.select([goal])
            self.ensure_seen(goal)

    def step(self, by: int) -> bool:
        """Select the next node in the order of the data, or the one before; False past the last."""
        self.by_keyboard = True
        order = [node for node in self.session.here.order if node in self.mirror.nodes]
        order += [node for node in self.session.document.node_ids(self.graph) if node not in order]
        nodes = self.mirror.selected_nodes()
        at = order.index(nodes[-1]) + by if nodes else (0 if by > 0 else len(order) - 1)
        if not 0 <= at < len(order):
            return False
        self.select([order[at]])
        self.ensure_seen(order[at])
        return True
