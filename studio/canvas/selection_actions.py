"""What is done to a selection: delete, copy, nudge, line up, space out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QGuiApplication

from studio import commands
from studio.canvas import geometry
from studio.canvas.actions import ActionsView
from studio.canvas.mark_layer import node_rects
from studio.document import clipboard
from studio.document.linear import chain


class SelectionActions(ActionsView):
    """The verbs of the selected nodes, wires, frames and notes."""

    def _copied(self) -> tuple[list[str], list[str]]:
        """Return the selected nodes and marks, with what lies in the selected frames."""
        return self.mirror.marks.with_held(self.mirror.selected_nodes(), self.mirror.marks.selected())

    def delete_selection(self, heal: bool = False) -> None:
        """Remove what is selected; ``heal`` joins what a removed node had between, as a chain always does."""
        heal = heal or self.mirror.stacked()
        nodes, wires = self.mirror.selected_nodes(), self.mirror.selected_wires()
        marks = self.mirror.marks.selected()
        if nodes or wires or marks:
            self.attempt(
                lambda: commands.delete(self.session, nodes, wires, marks=marks, heal=heal, graph=self.graph)
            )

    def copy(self) -> None:
        """Put what is selected on the clipboard, as text."""
        nodes, marks = self._copied()
        if nodes or marks:
            words = clipboard.copy_text(self.session.document, nodes, self.graph, marks)
            QGuiApplication.clipboard().setText(words)

    def cut(self) -> None:
        """Move what is selected to the clipboard."""
        nodes, marks = self._copied()
        if nodes or marks:
            words: list[str] = []
            if self.attempt(
                lambda: words.append(
                    commands.cut(
                        self.session, nodes, marks=marks, heal=self.mirror.stacked(), graph=self.graph
                    )
                )
            ):
                QGuiApplication.clipboard().setText(words[0])

    def paste(self, at: QPoint | None = None, wired: bool = False) -> None:
        """Paste what the clipboard holds: at a point of the viewport, or beside where it was copied.

        ``wired`` keeps the wires that led into it, where what they came from is here.
        """
        words = QGuiApplication.clipboard().text()
        where = None if at is None else self.mapToScene(at)
        place = None if where is None else (geometry.snap(where.x()), geometry.snap(where.y()))
        behind = "" if wired else self.behind()
        self._add_copies(
            lambda: commands.paste(self.session, words, place, wired=wired, behind=behind, graph=self.graph)
        )

    def paste_wired(self) -> None:
        """Paste, and keep the wires that led into what was copied."""
        self.paste(wired=True)

    def duplicate(self, way: tuple[float, float] | None = None) -> None:
        """Copy what is selected and put the copy beside it, or moved by ``way``."""
        nodes, marks = self._copied()
        if nodes or marks:
            behind = self.behind()
            self._add_copies(
                lambda: commands.duplicate(
                    self.session, nodes, marks=marks, offset=way, behind=behind, graph=self.graph
                )
            )

    def behind(self) -> str:
        """Return the node of a chain behind which copies go: the last selected, or the end."""
        if not self.mirror.stacked():
            return ""
        document, chosen = self.session.document, set(self.mirror.selected_nodes())
        order = [n for n in chain(document, self.graph) if document.node(n, self.graph).kind != "output"]
        return next((node for node in reversed(order) if node in chosen), order[-1] if order else "")

    def _add_copies(self, act: Callable[[], list[str]]) -> None:
        new: list[str] = []
        before = set(self.mirror.marks.items)
        if self.attempt(lambda: new.extend(act())):
            self.select(new, (), set(self.mirror.marks.items) - before)
            self._show_some(new)

    def _show_some(self, nodes: list[str]) -> None:
        """Look where new nodes stand, unless some of them are in sight."""
        area, seen = QRectF(), self.mapToScene(self.viewport().rect()).boundingRect()
        for node in nodes:
            card = self.mirror.nodes[node].card()
            if seen.contains(card):
                return
            area = area.united(card)
        if not area.isEmpty():
            self._look_at(area.center())

    def nudge(self, x: int, y: int) -> None:
        """Move what is selected by a step of the grid; many at one go are one step of undo."""
        nodes, marks = self._copied()
        if (nodes or marks) and not self.mirror.stacked():
            document, step = self.session.document, geometry.GRID
            old = {node: document.place(node, self.graph) for node in nodes}
            new = {n: (px + x * step, py + y * step) for n, (px, py) in old.items()}
            rows = {mark: document.mark(mark, self.graph).place for mark in marks}
            moved = {m: (px + x * step, py + y * step) for m, (px, py) in rows.items()}
            commands.move(self.session, new, marks=moved, graph=self.graph, burst=True)

    def align(self, edge: str) -> None:
        """Line the selected nodes up: left, centre, right, top, middle or bottom."""
        self._arranged(lambda rects: commands.align(self.session, rects, edge, graph=self.graph))

    def distribute(self, across: bool) -> None:
        """Make the gaps between the selected nodes equal."""
        self._arranged(lambda rects: commands.distribute(self.session, rects, across, graph=self.graph))

    def _arranged(self, act: Callable[[dict[str, tuple[float, float, float, float]]], None]) -> None:
        if self.mirror.stacked():
            self.status.emit(self.tr("In the Sequential view the order places the layers."))
            return
        rects = node_rects(self.mirror, self.mirror.selected_nodes())
        self.mirror.animate_next = True
        self.attempt(lambda: act(rects))
        self.mirror.animate_next = False
