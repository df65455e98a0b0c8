"""Finding nodes in the drawing: which match a few words, and the bar in which one types them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from studio.document.rows import MAIN
from studio.document.values import thaw
from studio.kit import SearchField
from studio.theme import icon, set_role
from studio.words import shape_words

if TYPE_CHECKING:
    from studio.canvas.session import CanvasSession


def found_in(session: CanvasSession, words: str) -> list[tuple[str, str]]:
    """Return (graph, id) of what has all of some words, the drawing's first, then its blocks'.

    A word may stand in a node's name, its type, its parameters or the shape that comes out of it, and in the
    words of a frame or note, which come after the nodes.
    """
    wanted = words.casefold().replace("×", "x").split()
    if not wanted:
        return []
    document, analysis = session.document, session.analysis
    found = []
    for graph in document.graph_names():
        known = analysis if graph == MAIN else analysis.inside.get(graph)
        order = list(known.order) if known is not None else document.node_ids(graph)
        for node in order:
            text = "\n".join(_said(session, graph, node)).casefold()
            if all(word in text for word in wanted):
                found.append((graph, node))
        for mark in document.mark_ids(graph):
            text = document.mark(mark, graph).text.casefold()
            if all(word in text for word in wanted):
                found.append((graph, mark))
    return found


def _said(session: CanvasSession, graph: str, node: str) -> Iterator[str]:
    document = session.document
    row, layer = document.find_node(node, graph), document.layer_of(node, graph)
    if row is None:
        return
    yield from (row.name, row.kind if layer is None else layer.type, row.ref if row.kind == "block" else "")
    for values in (row.options, layer.params if layer is not None else {}):
        for name, value in values.items():
            yield f"{name}={_value(value)}"
            yield f"{name.replace('_', ' ')} {_value(value)}"
    known = session.analysis if graph == MAIN else session.analysis.inside.get(graph)
    info = known.nodes.get(node) if known is not None else None
    for spec in info.outputs if info is not None else ():
        shape = shape_words(spec.shape).replace("×", "x")
        yield from (shape, shape.replace(" ", ""))


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        inner = value.get("config")
        more = [f"{name}={each}" for name, each in inner.items()] if isinstance(inner, Mapping) else []
        return " ".join([str(value.get("class_name", "")), *more])
    plain = thaw(value)
    return "x".join(map(str, plain)) if isinstance(plain, list) else str(plain)


class FindBar(QFrame):
    """A field, how many were found, and ways to the next and the last: Enter, Shift+Enter, Esc."""

    typed = Signal(str)
    walked = Signal(int)
    """To the next match (1), or back (-1)."""
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.field = SearchField(self.tr("Name, type, value, shape or note"))
        self.field.setMinimumWidth(250)
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self.typed)
        self.count = QLabel()
        longest = self.count.fontMetrics().horizontalAdvance(self.tr("nothing found"))
        self.count.setMinimumWidth(longest + 14)
        self.count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self.count, "muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 8, 6)
        row.setSpacing(4)
        row.addWidget(self.field)
        row.addWidget(self.count)
        self.back = self._button("chevron-up", self.tr("The one before (Shift+Enter)"))
        self.next = self._button("chevron-down", self.tr("The next one (Enter)"))
        self.close_ = self._button("x", self.tr("Close (Esc)"))
        self.back.clicked.connect(lambda: self.walked.emit(-1))
        self.next.clicked.connect(lambda: self.walked.emit(1))
        self.close_.clicked.connect(self.closed)
        for button in (self.back, self.next, self.close_):
            row.addWidget(button)
        self.say(0, 0)
        self.hide()

    def _button(self, name: str, tip: str) -> QToolButton:
        button = QToolButton()
        set_role(button, "small")
        button.setIcon(icon(name))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        return button

    def say(self, at: int, count: int) -> None:
        """Say which of how many matches is shown, counted from 1."""
        words = ""
        if self.field.text().strip():
            words = (
                self.tr("{at} of {count}").format(at=at, count=count) if count else self.tr("nothing found")
            )
        self.count.setText(words)
        self.field.setAccessibleDescription(words)
        self.back.setEnabled(count > 0)
        self.next.setEnabled(count > 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.closed.emit()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
                self.walked.emit(-1 if back else 1)
                return True
        return super().eventFilter(watched, event)
