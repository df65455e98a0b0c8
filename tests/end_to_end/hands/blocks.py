"""Random hands on blocks: made, entered, repeated, opened up, used again, kept, taken apart."""

from __future__ import annotations

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from studio.canvas.reuse_actions import HERE, KEPT
from studio.document.rows import MAIN
from tests.end_to_end.hands.chance import CTRL, WORDS, Chance, Key, usable, write


class OnBlocks(Chance):
    """Each method is an act; it returns in words what it did."""

    def a_block(self) -> str:
        block: str = self.some([node for node in self.view.mirror.nodes if self.view.block_of(node)]) or ""
        return block

    def group(self) -> str:
        nodes = list(self.view.mirror.nodes)
        self.view.select(self.chance.sample(nodes, min(len(nodes), self.chance.randrange(1, 5))))
        self.press_key("Ctrl+G")
        return "grouped"

    def group_and_dissolve(self) -> str:
        """Make a block and take it apart again, which leaves every wire where it was."""
        nodes = list(self.view.mirror.nodes)
        self.view.select(self.chance.sample(nodes, min(len(nodes), self.chance.randrange(1, 5))))
        document, graph, index = self.session.document, self.session.graph, self.session.stack.index()
        before = self.wired(graph)
        self.press_key("Ctrl+G")
        if self.session.stack.index() == index or not self.view.selected_block():
            return "refused"
        self.press_key("Ctrl+Shift+G")
        assert self.session.stack.index() == index + 2, "a block that was just made can be dissolved"
        assert self.wired(graph) == before, (before, self.wired(graph))
        assert document is self.session.document
        return "back again"

    def wired(self, graph: str) -> set[tuple[str, str, str, str, int]]:
        """Return the wires of a graph by the names of their ends, which outlive a block."""
        document = self.session.document
        return {
            (document.node(wire.source, graph).name, wire.source_port,
             document.node(wire.target, graph).name, wire.target_port, wire.position)
            for wire in document.wires(graph)
        }  # fmt: skip

    def into_a_block(self) -> str:
        """Enter a block by a key or a double-click, use it again, or take it apart."""
        block = self.a_block()
        if not block:
            return self.group()
        self.view.select([block])
        if self.now_and_then(0.3):
            at = self.middle(self.view.mirror.nodes[block])
            self.double_click(at)
            return f"double-click {block}"
        keys = self.some(["Return", "Return", "Ctrl+Shift+G", "Ctrl+D", "Alt+D", "Alt+Shift+D", "B"])
        self.press_key(keys)
        return f"{block} {keys}"

    def out_of_a_block(self) -> str:
        if self.session.graph == MAIN:
            return self.into_a_block()
        if self.now_and_then(0.5):
            steps = [
                one for one in self.view.findChildren(QToolButton) if one.isVisible() and one.isEnabled()
            ]
            if steps:
                step = self.some(steps)
                words = step.text()
                self.tap(step)
                return f"pressed {words}"
        self.view.select([])
        self.press_key("Esc")
        return "left"

    def set_a_block(self) -> str:
        """Repeat a block, rename it, or choose what it lets choose."""
        block = self.a_block()
        if not block:
            return self.group()
        self.view.select([block])
        self.workspace.right.show_pane("layer")
        QApplication.processEvents()
        page = self.workspace.inspector.block
        what = self.some(["times", "title", "row", "row"])
        if what == "times":
            self.workspace.inspector.ensureWidgetVisible(page.times)
            self.type_over(page.times.lineEdit(), self.some(["1", "2", "4", "0", "65", "x"]))
        elif what == "title":
            self.type_over(page.title, self.some([*WORDS, "main", "block", "block_1"]))
        elif page.rows:
            row = self.some(list(page.rows.values()))
            field = getattr(row.editor, "line", None)
            if field is not None:
                self.workspace.inspector.ensureWidgetVisible(field)
                self.type_over(field, self.some(WORDS))
        return f"{block} {what}"

    def type_over(self, field: object, text: str) -> None:
        """Replace what a line says and press Enter."""
        if not usable(field):  # type: ignore[arg-type]  # a line of any kind
            return
        field.setFocus()  # type: ignore[attr-defined]
        QTest.keyClick(field, Key.Key_A, CTRL)  # type: ignore[call-overload]
        if write(field, text):  # type: ignore[arg-type]
            QTest.keyClick(field, Key.Key_Return)  # type: ignore[call-overload]

    def expose(self) -> str:
        """Inside a block: let its uses choose a parameter, or no longer, by the menu of the name."""
        form = self.workspace.inspector.form
        if self.session.graph == MAIN or form is None or not form.rows:
            return self.into_a_block()
        row = self.some(list(form.rows.values()))
        actions = row.label.actions()
        if actions:
            self.answering(actions[0].trigger)
        return str(row.param.name)

    def drop_a_block(self) -> str:
        """Drag a block of the drawing or of the library in: also where it would contain itself."""
        keys = [HERE + name for name in self.session.document.graph_names() if name != MAIN]
        keys += [KEPT + kept.name for kept in self.window.library.blocks()]
        key = self.some(keys)
        if key is None:
            return self.group()
        self.drop(key, self.spot())
        return str(key)
