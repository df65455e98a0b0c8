"""What the canvas does with blocks: make and dissolve them, enter and leave them."""

from __future__ import annotations

from studio import commands
from studio.canvas.mark_actions import MarkActions
from studio.document.rows import MAIN
from studio.kit.keymap import keymap


class BlockActions(MarkActions):
    """The verbs of blocks, on the selection."""

    def block_of(self, node: str) -> str:
        """Return the graph for which a node stands; empty where it is no block."""
        row = self.session.document.find_node(node, self.graph)
        return row.ref if row is not None and row.kind == "block" else ""

    def selected_block(self) -> str:
        """Return the id of the one selected block, or an empty string."""
        nodes = self.mirror.selected_nodes()
        return nodes[0] if len(nodes) == 1 and self.block_of(nodes[0]) else ""

    def make_block(self) -> None:
        """Make a block of the selected nodes and select it."""
        nodes, marks = self._copied()
        made: list[str] = []
        if self.attempt(
            lambda: made.append(commands.group(self.session, nodes, marks=marks, graph=self.graph))
        ):
            self.select(made)

    def dissolve_block(self) -> None:
        """Put the nodes of the selected block in its place and select them."""
        block, made = self.selected_block(), list[str]()
        if block and self.attempt(
            lambda: made.extend(commands.dissolve(self.session, block, graph=self.graph))
        ):
            self.select(made)

    def bypass_selection(self) -> None:
        """Pass the selected layers over, or use them again."""
        nodes = self.mirror.selected_nodes()
        if nodes:
            self.attempt(lambda: commands.bypass(self.session, nodes, graph=self.graph))

    def enter_block(self) -> None:
        """Show the selected block from inside; write on the selected frame or note."""
        marks = self.mirror.marks.selected()
        if len(marks) == 1 and not self.mirror.selected_nodes():
            self.write_mark(marks[0])
            return
        graph = self.block_of(self.selected_block())
        if graph:
            self.session.enter(graph)
            keys = keymap().words("leave_block")
            self.status.emit(self.tr("{keys} leaves the block.").format(keys=keys) if keys else "")

    def leave_block(self) -> None:
        """Show what the block lies in, with the block selected."""
        trail, inside = self.session.trail, self.graph
        if inside == MAIN:
            return
        self.session.enter(trail[-2])
        uses = [node for node in self.mirror.nodes if self.block_of(node) == inside]
        self.select(uses[:1])
