"""What the canvas does with a chain: layers move along it, and others come in between."""

from __future__ import annotations

from PySide6.QtCore import QPoint

from studio import commands
from studio.canvas.reuse_actions import HERE, KEPT, ReuseActions
from studio.canvas.session import CanvasSession
from studio.document.linear import chain
from studio.document.rows import Wire
from studio.document.suiting import at_hand, starting_params


class ChainActions(ReuseActions):
    """The verbs of a chain, on the selection."""

    def __init__(self, session: CanvasSession) -> None:
        super().__init__(session)
        from studio.canvas.chain_plus import ChainPlus  # it listens to the view, which is there only now

        self.plus = ChainPlus(self)

    def nudge(self, x: int, y: int) -> None:
        """Move the selected nodes by steps of the grid; in the Sequential view along the chain."""
        if not self.mirror.stacked():
            super().nudge(x, y)
            return
        nodes = self.mirror.selected_nodes()
        if len(nodes) == 1:
            order = chain(self.session.document, self.graph)
            self.move_to(nodes[0], order.index(nodes[0]) + (1 if x + y > 0 else -1))

    def move_to(self, node: str, place: int, at: QPoint | None = None) -> bool:
        """Let a node stand at a place of the chain, counted from 0; return whether it moved."""
        card = self.mapFromScene(self.mirror.nodes[node].card()).boundingRect()
        moved: list[bool] = []
        self.mirror.animate_next = True
        self.attempt(
            lambda: moved.append(commands.move_in_chain(self.session, node, place, graph=self.graph)),
            at or card.bottomLeft(),
        )
        self.mirror.animate_next = False
        if any(moved):
            self.ensure_seen(node)
        return any(moved)

    def insert_by_search(self, wire: Wire, at: QPoint) -> None:
        """Open the search; what is chosen goes into a wire."""
        info = self.session.here.nodes.get(wire.source)
        given = info.output(wire.source_port) if info is not None else None
        found = [entry for entry in self.choices(given) if entry.category not in ("input", "output")]
        self._open(found, self.tr("Insert a layer"), at, lambda name: self.add_type(name, at, wire))

    def insert_after(self) -> None:
        """Search a layer and put it in behind the selected node."""
        nodes = self.mirror.selected_nodes()
        if len(nodes) != 1:
            return
        node, session = nodes[0], self.session
        card = self.mapFromScene(self.mirror.nodes[node].card()).boundingRect()
        row = session.document.node(node, self.graph)
        if row.kind == "output":
            self.say(self.tr("Nothing comes after an Output."), card.bottomLeft(), refused=True)
            return
        given = at_hand(session.document, session.here, self.graph, [node])
        found = [entry for entry in self.choices(given) if entry.category not in ("input", "output")]
        title = self.tr("Insert after {name}").format(name=row.name)
        self._open(found, title, card.topRight(), lambda name: self._put_after(node, name))

    def _put_after(self, node: str, name: str) -> str:
        session, graph = self.session, self.graph
        wires = session.document.outgoing(node, graph=graph)
        if len(wires) == 1:
            item = self.mirror.wires[wires[0]]
            return self.add_type(name, self.mapFromScene(item.middle()), wires[0])
        if name.startswith((HERE, KEPT)):
            info = session.here.nodes.get(node)
            port = info.output_ports[0] if info is not None and info.output_ports else "output"
            return self.add_wired(name, (node, port), True, self.viewport().rect().center())
        given = at_hand(session.document, session.here, graph, [node])
        kind = session.catalog.get(name) if session.catalog is not None else None
        params = starting_params(kind, [given] if given is not None else [])
        made: list[str] = []
        if not self.attempt(
            lambda: made.append(commands.append(session, name, params, after=node, graph=graph))
        ):
            return ""
        self.select(made)
        self.ensure_seen(made[0])
        return made[0]

    def turn_view(self) -> None:
        """Turn a chain to a graph and back, where nobody but the canvas is there to do it."""
        self.set_sequential(not self.mirror.sequential)

    def hint_chain(self, at: QPoint) -> None:
        """Say that the first and the last of a chain stay."""
        self.say(self.tr("It begins or ends the chain and stays where it is."), at, refused=True)
