"""What the canvas does with frames and notes: put them, write on them, size and colour them."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, Signal

from studio import commands
from studio.canvas import geometry
from studio.canvas.mark_editor import MarkEditor
from studio.canvas.mark_item import FAR, MarkItem, needed_height
from studio.canvas.mark_layer import node_rects
from studio.canvas.selection_actions import SelectionActions
from studio.canvas.session import CanvasSession
from studio.document.marks import HEAD, Rect, around
from studio.document.rows import Mark, MarkKind

NOTE = (200.0, 80.0)
APART = 24.0
"""Between a note and the card below or above which it came to stand."""


class MarkActions(SelectionActions):
    """The verbs of frames and notes.  A new one is in the drawing once its words are written."""

    graph_view_wanted = Signal()
    """Frames and notes stand beside nodes that have places of their own: the drawing is to be a graph."""

    def __init__(self, session: CanvasSession) -> None:
        super().__init__(session)
        self.mark_editor: MarkEditor | None = None
        self._draft: MarkItem | None = None  # shows where a frame or note will be while its words are written
        self.looked_around.connect(self._place_editor)

    def frame_selection(self) -> None:
        """Put a frame around what is selected and ask for its title."""
        if not self._free():
            return
        marks = self.mirror.marks
        rects = list(node_rects(self.mirror, self.mirror.selected_nodes()).values())
        rects += [_rect(marks.items[mark].rect()) for mark in marks.selected()]
        if not rects:
            self.status.emit(self.tr("Select what the frame is to stand around."))
            return
        self._add("frame", around(rects))

    def add_note(self, at: QPoint | None = None) -> None:
        """Put a note at a point of the viewport and ask for its words.

        Without a point it comes to the pointer, above or below what stands there already.
        """
        if self._free():
            place = self.mapToScene(at if at is not None else self.pointer())
            area = QRectF(geometry.snap(place.x()), geometry.snap(place.y()), *NOTE)
            if at is None:
                area = self._beside_others(area)
                if not self.viewport().rect().contains(self.mapFromScene(area).boundingRect()):
                    self._look_at(area.center())
            self._add("note", _rect(area))

    def _beside_others(self, area: QRectF) -> QRectF:
        """Return ``area`` moved up or down, whichever is nearer, until it hides nothing."""
        taken = [item.card() for item in self.mirror.nodes.values()]
        taken += [item.rect() for item in self.mirror.marks.items.values() if item.row.kind == "note"]

        def moved(down: bool) -> QRectF:
            found = QRectF(area)
            while hit := [each for each in taken if each.intersects(found)]:
                if down:
                    found.moveTop(geometry.snap(max(each.bottom() for each in hit) + APART))
                else:
                    found.moveBottom(geometry.snap(min(each.top() for each in hit) - APART))
            return found

        return min((moved(True), moved(False)), key=lambda each: abs(each.top() - area.top()))

    def show_mark(self, mark: str) -> None:
        """Select a frame or note and bring it into sight, where the drawing shows them."""
        if not self._free() or mark not in self.mirror.marks.items:
            return
        self.select([], (), [mark])
        rect = self.mirror.marks.items[mark].rect()
        if not self.viewport().rect().contains(self.mapFromScene(rect).boundingRect()):
            self._look_at(rect.center())

    def _free(self) -> bool:
        """Let nodes have places of their own, which the Sequential view does not; False while writing."""
        if self.mark_editor is not None:
            return False
        if self.mirror.stacked():
            self.graph_view_wanted.emit()
            self.set_sequential(False)
            self.mirror.finish_glide()
        return True

    def _add(self, kind: MarkKind, rect: Rect) -> None:
        graph = self.graph

        def done(text: str) -> None:
            if kind == "note" and not text:
                return
            area = rect if kind == "frame" else _grown(rect, text)
            made: list[str] = []
            if self.attempt(
                lambda: made.append(commands.add_mark(self.session, kind, area, text, graph=graph))
            ):
                self.select([], (), made)

        self._draft = MarkItem("", Mark(kind, "", rect[:2], rect[2:]))
        self.mirror.addItem(self._draft)
        self._write(kind, QRectF(*rect), "", done)

    def write_mark(self, mark: str) -> None:
        """Edit what a frame or note says, in place."""
        item = self.mirror.marks.items.get(mark)
        if item is None or self.mark_editor is not None:
            return
        graph, row = self.graph, item.row

        def done(text: str) -> None:
            if text != row.text:
                self.attempt(lambda: commands.write_mark(self.session, mark, text, graph=graph))

        if not self.viewport().rect().contains(self.mapFromScene(item.title_rect()).boundingRect()):
            self._look_at(item.title_rect().center())
        self._write(row.kind, item.rect(), row.text, done)

    def _write(self, kind: MarkKind, area: QRectF, text: str, done: object) -> None:
        title = QRectF(area.x(), area.y(), area.width(), HEAD) if kind == "frame" else area
        name = self.tr("Title of the frame") if kind == "frame" else self.tr("Text of the note")
        editor = MarkEditor(text, name, kind == "frame", title, self)
        self.mark_editor = editor
        editor.written.connect(done)
        editor.over.connect(self._end_writing)
        self._place_editor()
        editor.begin()

    def _show_graph(self, graph: str) -> None:
        if self.mark_editor is not None:  # it is of the graph that is left
            self.mark_editor.end(keep=graph in self.session.document.graph_names())
        super()._show_graph(graph)

    def _place_editor(self) -> None:
        if self.mark_editor is not None:
            place = self.mapFromScene(self.mark_editor.area).boundingRect()
            self.mark_editor.stand_at(place, self.mark_editor.one_line and self.zoom() < FAR)

    def _end_writing(self) -> None:
        if self.mark_editor is not None:
            had_focus = self.mark_editor.hasFocus()
            self.mark_editor.hide()
            self.mark_editor.deleteLater()
            self.mark_editor = None
            if self._draft is not None and (scene := self._draft.scene()) is not None:
                scene.removeItem(self._draft)
            self._draft = None
            if had_focus:
                self.setFocus()

    def rename_selected(self) -> None:
        """Edit the name of the selected node, or the words of the selected frame or note, in place."""
        marks = self.mirror.marks.selected()
        if len(marks) == 1 and not self.mirror.selected_nodes():
            self.write_mark(marks[0])
        elif self.mark_editor is None:
            super().rename_selected()

    def paint_marks(self, colour: str) -> None:
        """Give the selected frames and notes a colour."""
        marks = self.mirror.marks.selected()
        self.attempt(lambda: commands.paint_marks(self.session, marks, colour, graph=self.graph))

    def resize_mark(self, x: int, y: int) -> None:
        """Make the selected frame or note larger or smaller by steps of the grid."""
        marks = self.mirror.marks.selected()
        if len(marks) == 1:
            left, top, wide, high = _rect(self.mirror.marks.items[marks[0]].rect())
            rect = (left, top, wide + x * geometry.GRID, high + y * geometry.GRID)
            self.attempt(
                lambda: commands.shape_mark(self.session, marks[0], rect, graph=self.graph, burst=True)
            )

    def fit_selection(self) -> None:
        """Show what is selected; all where nothing is."""
        area = QRectF()
        for node in self.mirror.selected_nodes():
            area = area.united(self.mirror.nodes[node].card())
        for mark in self.mirror.marks.selected():
            area = area.united(self.mirror.marks.items[mark].rect())
        self._fit(area if not area.isEmpty() else self.mirror.content())

    def step(self, by: int) -> bool:
        """Select the next node in the order of the data, then frames and notes; False past the last."""
        marks = list(self.mirror.marks.items) if not self.mirror.stacked() else []
        chosen = self.mirror.marks.selected()
        if chosen and not self.mirror.selected_nodes():
            at = marks.index(chosen[-1]) + by
            if at < 0 and self.mirror.nodes:
                self.select([])
                return super().step(-1)
        elif super().step(by):
            return True
        else:
            at = 0
        if (by < 0 and not chosen) or not 0 <= at < len(marks):
            return False
        self.by_keyboard = True
        self.select([], (), [marks[at]])
        area = self.mirror.marks.items[marks[at]].title_rect()
        if not self.viewport().rect().contains(self.mapFromScene(area).boundingRect()):
            self._look_at(area.center())
        return True


def _rect(area: QRectF) -> Rect:
    return area.x(), area.y(), area.width(), area.height()


def _grown(rect: Rect, text: str) -> Rect:
    """Return a rectangle that is high enough for a text."""
    return rect[0], rect[1], rect[2], max(rect[3], geometry.snap(needed_height(text, rect[2]) + 5))
