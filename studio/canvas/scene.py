"""The scene: it mirrors the document after every edit, and answers what lies under the pointer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from PySide6.QtCore import QEasingCurve, QObject, QPointF, QSizeF, QVariantAnimation, Signal

from studio.canvas import geometry
from studio.canvas.carrying import Carrier
from studio.canvas.far import FarView
from studio.canvas.leading import WireLeader
from studio.canvas.look import Look, read_look
from studio.canvas.mark_layer import MarkLayer
from studio.canvas.node_item import NodeItem
from studio.canvas.picture import Picture
from studio.canvas.questions import AskedScene
from studio.canvas.session import CanvasSession
from studio.canvas.stacking import columns_of
from studio.canvas.wire_item import WireItem
from studio.document.findings import NodeInfo
from studio.document.layout import is_downward
from studio.document.linear import chain, is_linear
from studio.document.problems import Problem
from studio.document.rows import MAIN, Edit, Wire

MOST_PREVIEWS = 200
"""With more nodes than this, only Inputs show a sample."""
GLIDE_MS = 200
MOST_GLIDING = 500
"""More cards than this go to their places at once."""


class CanvasScene(AskedScene):
    """Items for the nodes and wires of one graph.  It reads the document and never writes it."""

    changed_shape = Signal()
    """Nodes came, went, moved or were analysed: overlays place themselves anew."""
    grown = Signal()
    """The drawing may have another size: layers were loaded, samples came, or cards glided to new places."""

    def __init__(self, session: CanvasSession, graph: str = MAIN, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.graph = graph
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[Wire, WireItem] = {}
        self.badges: dict[str, str] = {}
        self.sequential = False
        self.room = QSizeF()
        self.problems: dict[str, list[Problem]] = {}
        self._pictures: dict[str, Picture] = {}
        self._touched: set[str] = set()
        self._carried: set[str] = set()  # by the edit that is under way, to another place
        self._glide: QVariantAnimation | None = None
        self._known: Mapping[str, NodeInfo] = {}
        self._told: Mapping[str, list[Problem]] = {}
        self._catalog = session.catalog
        self._goal: dict[str, QPointF] = {}
        self.animate_next = False
        self.leader = WireLeader(self)
        self.far = FarView(self)
        self.carrier = Carrier(self)
        self._moved: set[str] = set()
        self._was_stacked = False
        self._unselected = False  # whether the edit that is under way takes away what is selected
        self._linear: tuple[int, bool] = (-1, False)  # the document's revision, and what held then
        self.marks = MarkLayer(self)
        self._read_analysis()
        for node in session.document.node_ids(graph):
            self._add_node(graph, node)
        for wire in session.document.wires(graph):
            self._add_wire(graph, wire)
        self._touched = set()
        self._known, self._told = session.here.nodes, self.problems
        self.leader.lead(self.nodes)
        self._arrange()
        self.leader.settle()
        document = session.document
        self._links = (
            (document.wire_removed, self._remove_wire), (document.node_removed, self._remove_node),
            (document.node_added, self._add_node), (document.node_changed, self._change_node),
            (document.node_moved, self._move_node), (document.wire_added, self._add_wire),
            (document.layer_changed, self._change_layer), (document.settings_changed, self._change_settings),
            (document.mark_changed, self.marks.change), (document.edited, self._end_edit),
            (session.analysed, self._analysed),
        )  # fmt: skip
        for signal, slot in self._links:
            signal.connect(slot)

    def detach(self) -> None:
        """Stop listening: the window shows another document."""
        for signal, slot in self._links:
            signal.disconnect(slot, missing_ok=True)

    # -- the document's signals ---------------------------------------------------------------------------

    def _add_node(self, graph: str, node: str) -> None:
        if graph != self.graph or node in self.nodes:
            return
        picture = self._picture(node)
        item = NodeItem(node, self.look_of(node, picture), picture)
        item.setPos(QPointF(*self.session.document.place(node, graph)))
        self.addItem(item)
        self.nodes[node] = item
        self.far.take(item)
        self._touched.add(node)

    def _remove_node(self, graph: str, node: str) -> None:
        if graph == self.graph and node in self.nodes:
            self.carrier.set_down()
            item = self.nodes.pop(node)
            self.far.drop(item)
            self._take_away(item)
            self.leader.forget(node)
            self._touched.discard(node)
            self._pictures.pop(node, None)
            self.badges.pop(node, None)

    def _change_node(self, graph: str, node: str) -> None:
        if graph == self.graph:
            self._touched.add(node)

    def _change_layer(self, entry: str) -> None:
        self._touched.update(
            node for graph, node in self.session.document.users(entry) if graph == self.graph
        )

    def _change_settings(self, key: str) -> None:
        if key == "view":  # data flow another way
            self._touched.update(self.nodes)
        kinds = {node: self.session.document.node(node, self.graph).kind for node in self.nodes}
        self._touched.update(node for node, kind in kinds.items() if kind in ("input", "output"))

    def _move_node(self, graph: str, node: str) -> None:
        if graph == self.graph:
            self.carrier.set_down()
            self._moved.add(node)
        if graph == self.graph and node in self.nodes and not self.animate_next and not self.stacked():
            item, place = self.nodes[node], QPointF(*self.session.document.place(node, graph))
            if node not in self.carrier.landed or item.pos() != place:
                item.setPos(place)
                self._carried.add(node)

    def _add_wire(self, graph: str, wire: Wire) -> None:
        if graph != self.graph or wire in self.wires:
            return
        item = WireItem(wire)
        self.addItem(item)
        self.wires[wire] = item
        self.far.take(item)
        self._touched.update((wire.source, wire.target))

    def _remove_wire(self, graph: str, wire: Wire) -> None:
        if graph == self.graph and wire in self.wires:
            self.carrier.set_down()
            item = self.wires.pop(wire)
            self.far.drop(item)
            self._take_away(item)
            self.leader.drop(wire)
            self._touched.update((wire.source, wire.target))

    def _take_away(self, item: NodeItem | WireItem) -> None:
        """Remove an item; that the selection lost some of a thousand is told once, when the edit ends."""
        self._unselected |= item.isSelected()
        told = self.blockSignals(True)
        self.removeItem(item)
        self.blockSignals(told)

    def _end_edit(self, edit: Edit) -> None:
        # Layers that became shared, or stopped to be, touch nodes that the edit does not name.
        for put in edit.puts:
            if put.table == "nodes" and put.key[0] == self.graph:
                for row in (put.before, put.after):
                    ref = getattr(row, "ref", "")
                    self._touched.update(n for g, n in self.session.document.users(ref) if g == self.graph)
        if self.session.preview is not None and any(
            put.table not in ("places", "marks") for put in edit.puts
        ):
            self._forget_pictures()
        self.carrier.landed.clear()
        touched, carried = self._touched & self.nodes.keys(), self._carried & self.nodes.keys()
        self._touched, self._carried = set(), set()
        if carried:
            self.lead_wires(carried - touched)
        self.refresh(touched)
        self._arrange()
        self.leader.settle()
        if self._unselected:
            self._unselected = False
            self.selectionChanged.emit()
        self.changed_shape.emit()

    def _analysed(self) -> None:
        self._read_analysis()
        loaded = self._catalog is not self.session.catalog
        if loaded:
            self._known = {}
            self._catalog = self.session.catalog
        # With thousands of nodes it pays to look only at those of which something else is known now.
        here, known = self.session.here.nodes, self._known
        stale = {node for node in self.nodes if here.get(node) is not known.get(node)}
        stale = {node for node in stale if here.get(node) != known.get(node)}
        for node in self._told.keys() | self.problems.keys():
            if node in self.nodes and self._told.get(node) != self.problems.get(node):
                stale.add(node)
        self._known, self._told = here, self.problems
        for node in stale:
            self._pictures.pop(node, None)
        self.refresh(stale, wires=loaded)
        self._arrange()
        self.changed_shape.emit()
        if loaded:
            self.grown.emit()

    # -- looks --------------------------------------------------------------------------------------------

    def _read_analysis(self) -> None:
        grouped: dict[str, list[Problem]] = defaultdict(list)
        for problem in self.session.analysis.problems:
            if problem.graph == self.graph:
                grouped[problem.node].append(problem)
        self.problems = dict(grouped)

    def _picture(self, node: str) -> Picture | None:
        preview = self.session.preview
        kind = self.session.document.node(node, self.graph).kind
        if preview is None or (kind != "input" and len(self.nodes) > MOST_PREVIEWS):
            return None
        if node not in self._pictures:
            sample = preview(self.graph, node)
            if sample is None:
                return None
            self._pictures[node] = Picture(sample)
        return self._pictures[node]

    def _forget_pictures(self) -> None:
        self._touched.update(self._pictures if len(self.nodes) > MOST_PREVIEWS else self.nodes)
        self._pictures.clear()

    def refresh_previews(self) -> None:
        """Ask for all samples anew."""
        self._forget_pictures()
        self.refresh(self._touched & self.nodes.keys())
        self._touched = set()
        self._arrange()
        self.changed_shape.emit()
        self.grown.emit()

    def look_of(self, node: str, picture: Picture | None) -> Look:
        """Return what a card shows by what is known now."""
        badge = self.badges.get(node, "")
        return read_look(
            self.session, node, self.problems.get(node, ()), badge, picture is not None, self.graph
        )

    def refresh(self, nodes: Iterable[str], wires: bool = True) -> None:
        """Read the looks of nodes anew and lead their wires; without ``wires`` only where sockets moved."""
        nodes = list(nodes)
        self.carrier.catch_up([self.nodes[node] for node in nodes])
        led, still = list[str](), list[str]()
        for node in nodes:
            picture = self._picture(node)
            moved = self.nodes[node].set_look(self.look_of(node, picture), picture)
            (led if moved or wires else still).append(node)
        self.leader.relabel(still)
        self.far.touch([self.nodes[node] for node in nodes])
        self.lead_wires(led)

    def set_badge(self, node: str, text: str) -> None:
        """Show a text in place of a node's shape and count; an empty one brings them back."""
        if node in self.nodes and self.badges.get(node, "") != text:
            self.badges[node] = text
            self.refresh([node])

    def lead_wires(self, nodes: Collection[str], live: bool = False) -> None:
        """Lead the wires at ``nodes`` to their sockets."""
        led, together = self.leader.lead(nodes, live)
        if not together:
            self.far.touch(self.nodes[node] for node in nodes)
        self.far.touch(self.wires[wire] for wire in led)

    # -- places -------------------------------------------------------------------------------------------

    def stacked(self) -> bool:
        """Return whether the scene orders the nodes itself: the Sequential view of a plain chain."""
        document = self.session.document
        if self.sequential and self._linear[0] != document.revision:  # an edit of a thousand nodes asks often
            self._linear = (document.revision, is_linear(document, self.graph) is None)
        return self.sequential and self._linear[1]

    def places(self) -> dict[str, QPointF]:
        """Return where every node belongs."""
        document = self.session.document
        if not self.stacked():
            return {node: QPointF(*document.place(node, self.graph)) for node in self.nodes}
        order = chain(document, self.graph)
        across, down = geometry.STACK_GAP
        row = max((geometry.size_of(self.nodes[node].look).height() for node in order), default=0.0) + down
        step = geometry.WIDTH + across
        if is_downward(document):
            rows = columns_of(len(order), row, step, self.room.transposed())
            return {node: QPointF(at // rows * step, at % rows * row) for at, node in enumerate(order)}
        columns = columns_of(len(order), step, row, self.room)
        return {node: QPointF(at % columns * step, at // columns * row) for at, node in enumerate(order)}

    def set_room(self, room: QSizeF) -> None:
        """Say how large the view is, in pixels: the Sequential view breaks a chain into rows by it."""
        self.room = room
        if self.stacked():
            self._arrange()
            self.changed_shape.emit()

    def _arrange(self) -> None:
        stacked = self.stacked()
        self.marks.show(not stacked)
        where, self._moved = self._moved & self.nodes.keys(), set()
        if stacked or self._was_stacked or self._glide is not None:
            places = self.places()
        else:  # with thousands of nodes it pays to look only at those that moved
            places = {n: QPointF(*self.session.document.place(n, self.graph)) for n in where}
        self._was_stacked = stacked
        moved = {node: place for node, place in places.items() if self.nodes[node].pos() != place}
        if self._glide is not None and all(places.get(n) == goal for n, goal in self._goal.items()):
            return
        animate, self.animate_next = self.animate_next, False
        self.finish_glide()
        if not moved:
            return
        if not animate or len(moved) > MOST_GLIDING:
            self.put(moved)
            return
        self._goal = moved
        starts = {node: self.nodes[node].pos() for node in moved}
        self._glide = QVariantAnimation(self)
        self._glide.setDuration(GLIDE_MS)
        self._glide.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._glide.setStartValue(0.0)
        self._glide.setEndValue(1.0)

        def step(part: float) -> None:
            on = {n: starts[n] + (end - starts[n]) * part for n, end in moved.items() if n in self.nodes}
            self.put(on, live=True)

        self._glide.valueChanged.connect(step)
        self._glide.finished.connect(self.finish_glide)
        self._glide.start()

    def gliding(self) -> bool:
        """Return whether nodes are on their way to a new place."""
        return self._glide is not None

    def finish_glide(self) -> None:
        """End an animation at once, with everything in its place."""
        if self._glide is not None:
            glide, self._glide = self._glide, None
            glide.stop()
            glide.deleteLater()
            self.put(self.places())
            self.leader.settle()
            self.changed_shape.emit()
            self.grown.emit()

    def put(self, places: Mapping[str, QPointF], live: bool = False) -> None:
        """Set items without touching the document; ``live``: a drag or an animation is under way."""
        self.carrier.set_down()
        self.carrier.landed.difference_update(places)
        for node, place in places.items():
            self.nodes[node].setPos(place)
        self._moved.update(places)
        self.lead_wires(places, live)

    def note_moved(self, nodes: Iterable[str]) -> None:
        """Nodes may stand elsewhere than the document says."""
        self._moved.update(nodes)

    def set_sequential(self, on: bool) -> None:
        """Order a chain by itself (True), or stand where the document says (False)."""
        if on != self.sequential:
            self.sequential, self.animate_next = on, True
            self._arrange()
            self.changed_shape.emit()
            if self._glide is None:
                self.grown.emit()

    def room_of(self, node: str) -> tuple[float, float]:
        """Return width and height of a card; the usual ones for a node that is not shown yet."""
        item = self.nodes.get(node)
        size = geometry.size_of(item.look) if item is not None else None
        return (size.width(), size.height()) if size is not None else (geometry.WIDTH, geometry.LEAST)
