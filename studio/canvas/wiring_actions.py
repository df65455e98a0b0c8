"""Wiring by the keyboard: a search over the sockets that a wire could go to, and over the wires of a node."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, QPointF, Qt

from studio import commands
from studio.canvas.chain_actions import ChainActions
from studio.canvas.fitting import Loose, beyond, quick
from studio.canvas.look import Socket
from studio.canvas.search import Entry
from studio.document.rows import Wire

_ACROSS = (Qt.Key.Key_Left, Qt.Key.Key_Right)


class WiringActions(ChainActions):
    """The verbs of wires that need no mouse, and selecting several nodes by the arrow keys."""

    _walker = ""
    """Where the arrow keys are while they select several nodes."""

    # -- drawing and removing wires ------------------------------------------------------------------------

    def connect_by_search(self) -> None:
        """Search where a wire of the selected node goes, and draw it."""
        nodes = self.mirror.selected_nodes()
        if len(nodes) != 1:
            return
        node = nodes[0]
        row = self.session.document.node(node, self.graph)
        found = self._wires_to_draw(node)
        title = self.tr("Connect {name} to")
        if row.kind == "output":
            title = self.tr("Connect to {name}")
        if not found:
            words = self.tr("Nothing else here can be connected to {name}.").format(name=row.name)
            self.say(words, self._beside(node), refused=True, linger=True)
            return

        def draw(key: str) -> None:
            wire = found[int(key)][1]
            graph, end = self.graph, wire.source if row.kind == "output" else wire.target
            if self.attempt(lambda: commands.connect(self.session, wire, graph=graph), self._beside(node)):
                self.select([end])
                self.ensure_seen(end)

        rows = [_keyed(entry, at) for at, (entry, _) in enumerate(found)]
        self._open(sorted(rows, key=lambda entry: entry.fit), title.format(name=row.name), self._beside(node),
                   draw)  # fmt: skip

    def disconnect_by_search(self) -> None:
        """Search a wire of the selected node, and remove it."""
        nodes = self.mirror.selected_nodes()
        if len(nodes) != 1:
            return
        node, document, graph = nodes[0], self.session.document, self.graph
        name = document.node(node, graph).name
        wires = [*document.incoming(node, graph=graph), *document.outgoing(node, graph=graph)]
        if not wires:
            words = self.tr("{name} has no wires.").format(name=name)
            self.say(words, self._beside(node), refused=True, linger=True)
            return
        rows = []
        for at, wire in enumerate(wires):
            comes = wire.target == node
            words = self.tr("The wire that comes from it") if comes else self.tr("The wire that goes to it")
            rows.append(_keyed(self._row(wire.source if comes else wire.target, "", words), at))

        def remove(key: str) -> None:
            wire = wires[int(key)]
            self.attempt(lambda: commands.disconnect(self.session, [wire], graph=graph), self._beside(node))

        self._open(rows, self.tr("Remove a wire of {name}").format(name=name), self._beside(node), remove)

    def _beside(self, node: str) -> QPoint:
        self.ensure_seen(node)
        return self.mapFromScene(self.mirror.nodes[node].card()).boundingRect().topRight()

    def _row(self, node: str, port: str, words: str, note: str = "", fit: int = 1) -> Entry:
        look = self.mirror.nodes[node].look
        name = f"{look.name} · {port}" if port else look.name
        return Entry(name, look.category, f"{look.title}: {words}" if words else look.title, note, fit)

    def _wires_to_draw(self, node: str) -> list[tuple[Entry, Wire]]:
        """Return every wire that may join a socket of a node and another node, with its row."""
        session, graph, document = self.session, self.graph, self.session.document
        backward = document.node(node, graph).kind == "output"
        look = self.mirror.nodes[node].look
        ends = _single(look.inputs if backward else look.outputs)
        found = []
        for end in ends:
            loose = Loose(node, end)
            shut = beyond(session, loose, graph)
            for other, item in self.mirror.nodes.items():
                sockets = _single(item.look.outputs if backward else item.look.inputs)
                for socket in sockets if other not in shut else ():
                    wire = loose.to(other, socket)
                    taken = document.incoming(wire.target, wire.target_port, graph)
                    if any((old.source, old.source_port) == (wire.source, wire.source_port) for old in taken):
                        continue
                    note = quick(session, loose, other, socket, graph)
                    fit = 2 if note is None else 0 if note else 1
                    port = socket.port if len(sockets) > 1 else ""
                    if len(ends) > 1:
                        port = (
                            f"{end.port} → {port}" if port else self.tr("from {port}").format(port=end.port)
                        )
                    words = self._said(wire, fit)
                    found.append((self._row(other, port, words, f"→ {note}" if note else "", fit), wire))
        return found

    def _said(self, wire: Wire, fit: int) -> str:
        document, graph = self.session.document, self.graph
        taken = document.incoming(wire.target, wire.target_port, graph)
        if taken and taken[0].position == wire.position:
            name = document.node(taken[0].source, graph).name
            return self.tr("takes the place of the wire from {name}").format(name=name)
        return self.tr("the shapes do not fit yet") if fit == 2 else ""

    # -- selecting several ---------------------------------------------------------------------------------

    def walk_on(self, key: Qt.Key) -> None:
        """Go on as ``walk`` does, and keep what is selected."""
        chosen = self.mirror.selected_nodes()
        if self._walker not in chosen:
            self._walker = chosen[-1] if chosen else ""
        start = self._walker
        if start:
            self.select([start])
        self.walk(key)
        reached = self.mirror.selected_nodes()
        if reached == [start] and key in _ACROSS:
            reached = self._nearest(start, key) or reached
        self._walker = reached[0] if reached else ""
        self.select({*chosen, *reached})

    def _nearest(self, start: str, key: Qt.Key) -> list[str]:
        """Return the card nearest to the left or right of one that no wire leads on from."""
        here: QPointF = self.mirror.nodes[start].card().center()
        sign = 1 if key == Qt.Key.Key_Right else -1
        ways = {
            node: item.card().center() - here for node, item in self.mirror.nodes.items() if node != start
        }
        ahead = {node: way for node, way in ways.items() if sign * way.x() > 5}
        best = min(ahead, key=lambda node: abs(ahead[node].x()) + 2 * abs(ahead[node].y()), default="")
        return [best] if best else []


def _single(sockets: Iterable[Socket]) -> list[Socket]:
    """Return the sockets that a new wire may take: of those of a variadic port the spare one."""
    found = [socket for socket in sockets if socket.state != "gone"]
    spare = {socket.port for socket in found if socket.state == "free"}
    return [socket for socket in found if socket.port not in spare or socket.state == "free"]


def _keyed(entry: Entry, at: int) -> Entry:
    return Entry(entry.type, entry.category, entry.summary, entry.note, entry.fit, str(at))
