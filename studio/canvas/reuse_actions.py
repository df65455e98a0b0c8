"""Using things again on the canvas: a layer at another place, a block of this drawing or of the library."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint

from engine.spec import TensorSpec
from studio import commands
from studio.canvas.look_actions import LookActions
from studio.canvas.search import Entry
from studio.commands.sharing_verbs import has_fellows
from studio.document.blocks import graphs_inside
from studio.document.library import BlockLibrary, shown_once
from studio.document.rows import MAIN, Wire

HERE, KEPT = "block:", "kept:"
"""What the name of a block begins with where a layer's type could stand as well."""


class ReuseActions(LookActions):
    """The verbs of using again, on the selection; ``library`` has the user's own blocks."""

    library: BlockLibrary | None = None

    def use_again(self) -> None:
        """Call the selected layer once more, with the same weights, or use the selected block once more."""
        nodes, made = self.mirror.selected_nodes(), list[str]()
        behind = self.behind()
        if len(nodes) == 1 and self.attempt(
            lambda: made.append(commands.use_again(self.session, nodes[0], behind=behind, graph=self.graph))
        ):
            self.select(made)
            self.ensure_seen(made[0])

    def make_own(self) -> None:
        """Give the selected node a layer or a block of its own."""
        nodes = self.mirror.selected_nodes()
        if len(nodes) == 1:
            self.attempt(lambda: commands.make_own(self.session, nodes[0], graph=self.graph))

    def can_use_again(self) -> bool:
        """Return whether one layer or block is selected."""
        nodes = self.mirror.selected_nodes()
        row = self.session.document.find_node(nodes[0], self.graph) if len(nodes) == 1 else None
        return row is not None and row.kind in ("layer", "block")

    def is_used_twice(self) -> bool:
        """Return whether the selected node shares its layer, or its block, with another."""
        nodes = self.mirror.selected_nodes()
        return len(nodes) == 1 and has_fellows(self.session.document, nodes[0], self.graph)

    # -- blocks as what can be added ----------------------------------------------------------------------

    def choices(self, given: TensorSpec | None = None) -> list[Entry]:
        return super().choices(given) + self.block_choices()

    def block_choices(self) -> list[Entry]:
        """Return the blocks that can be put into the graph that is shown."""
        document, graph = self.session.document, self.graph
        found = []
        for name in document.graph_names():
            if name not in (MAIN, graph) and graph not in graphs_inside(document, name):
                words = self.tr("A block of this drawing")
                found.append(Entry(name, "block", words, key=HERE + name))
        if self.library is not None:
            for kept in shown_once(self.library.blocks(), document):
                words = self.tr("A block of your library, {count} layers").format(count=kept.layers)
                found.append(Entry(kept.name, "block", words, key=KEPT + kept.name))
        return found

    def add_type(self, type_name: str, at: QPoint | None = None, into: Wire | None = None) -> str:
        """Add a layer, an Input or Output, or a block (``block:name``, ``kept:name``); return its id."""
        if not type_name.startswith((HERE, KEPT)):
            return super().add_type(type_name, at, into)
        end = into is None and self.mirror.sequential
        return self._place_block(type_name, self._corner(at), at, into=into, end=end)

    def add_wired(self, type_name: str, end: tuple[str, str], forward: bool, at: QPoint) -> str:
        """Add a block and wire it at once, from (``forward``) or to a port."""
        wired: dict[str, Any] = {"connect_from" if forward else "connect_to": end}
        return self._place_block(type_name, self._corner(at), at, **wired)

    def _place_block(self, key: str, place: tuple[float, float], at: QPoint | None, **wiring: Any) -> str:
        what: dict[str, Any] = {"of": key.removeprefix(HERE)}
        if key.startswith(KEPT):
            kept = self.library.find(key.removeprefix(KEPT)) if self.library is not None else None
            if kept is None:
                self.say(self.tr("This block is not in the library any more."), at or self.pointer(), True)
                return ""
            what = {"text": kept.text}
        made: list[str] = []
        if not self.attempt(
            lambda: made.append(
                commands.place_block(self.session, place, graph=self.graph, **what, **wiring)
            ),
            at,
        ):
            return ""
        self.select(made)
        self.ensure_seen(made[0])
        return made[0]
