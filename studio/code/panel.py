"""The code pane: the script as it stands, and the way from a node to its lines and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QShowEvent, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

from studio import words
from studio.code.view import CodeView
from studio.kit import Callout, IconLabel, Segmented
from studio.theme import icon, set_role
from studio.translate.errors import TranslateError
from studio.translate.script import Framework, Script, script

if TYPE_CHECKING:
    from studio.session import Session

DELAY = 25
"""Milliseconds from an edit to the new text: a slider that is dragged writes it once per rest."""


class CodePanel(QWidget):
    """The Python script that the drawing writes, kept up to date.

    ``node_selected`` carries the id of the node whose line was clicked; ``export_requested`` the framework,
    "keras" or "engine", when the user wants the script as a file.
    """

    node_selected = Signal(object)
    export_requested = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._nodes: list[str] = []
        self._script = Script("")
        self._stale = True
        self.view = CodeView()
        self.view.line_clicked.connect(self._take_line)
        self._style = ""
        self.library = self._chooser()
        self.fault = Callout("warning", "")
        self.fault.hide()
        self.copy_button = self._button("copy", self.tr("Copy the script"), self._copy)
        self.export_button = self._button("file-code", self.tr("Export the script as a file…"), self._export)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY)
        self._timer.timeout.connect(self.render_now)
        self._said = QTimer(self)
        self._said.setSingleShot(True)
        self._said.setInterval(1500)
        self._said.timeout.connect(lambda: self.copy_button.setIcon(icon("copy")))
        self._build()
        session.analysed.connect(self._changed)
        self._changed()

    def _chooser(self) -> Segmented:
        made = Segmented((("keras", "Keras"), ("engine", "Bunon")), self.tr("Library of the script"))
        made.set_tool_tip("keras", self.tr("import keras: runs wherever Keras 3 is installed"))
        made.set_tool_tip("engine", self.tr("import engine as keras: runs on Bunon's own engine"))
        made.value_changed.connect(lambda _: self.render_now())
        return made

    def _button(self, picture: str, name: str, act: Callable[[], None]) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(picture))
        button.setIconSize(QSize(16, 16))
        set_role(button, "framed")
        button.setToolTip(name)
        button.setAccessibleName(name)
        button.clicked.connect(lambda: act())
        return button

    def _build(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(6)
        bar.addWidget(self.library)
        bar.addStretch(1)
        bar.addWidget(self.copy_button)
        bar.addWidget(self.export_button)
        note = QHBoxLayout()
        note.setSpacing(6)
        text = QLabel(self.tr("Read-only: the drawing writes this script"))
        text.setWordWrap(True)
        set_role(text, "small")
        note.addWidget(IconLabel("info", "faint", 14), 0, Qt.AlignmentFlag.AlignVCenter)
        note.addWidget(text, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(8)
        column.addLayout(bar)
        column.addLayout(note)
        column.addWidget(self.fault)
        column.addWidget(self.view, 1)

    def text(self) -> str:
        """Return the script as shown."""
        return self._script.text

    def framework(self) -> Framework:
        """Return which library the script imports."""
        return "keras" if self.library.value() == "keras" else "engine"

    def style_of_model(self) -> str:
        """Return how the model is written: "sequential", "functional", or "" for the document's own."""
        return self._style

    def set_style_of_model(self, style: str) -> None:
        """Write the model as a Sequential or by functional calls; branches always need the latter."""
        if style != self._style:
            self._style = style
            self._changed()

    def mark(self, nodes: Sequence[str]) -> None:
        """Mark the lines of these nodes, from now on, and scroll to the first."""
        self._nodes = list(nodes)
        if not self._stale:
            self._mark()

    def _mark(self, *, scroll: bool = True) -> None:
        places = [place for node in self._nodes for place in self._script.nodes.get(node, ())]
        spans = {(place.line, place.end_line) for place in places}
        self.view.mark_lines(spans, scroll=scroll)

    def _changed(self, *_: object) -> None:
        self._stale = True
        if self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Write what was not written while nobody looked."""
        if self._stale:
            self.render_now()
            self._mark()
            if not self._nodes and (first := self._script.first_line()):
                self.view.look_at(first)

    def render_now(self) -> None:
        """Write the script anew at once; the place that is in view stays."""
        self._timer.stop()
        self._stale = False
        session = self._session
        try:
            made = script(
                session.document, session.catalog, session.analysis, to=self.framework(), style=self._style
            )
        except TranslateError as error:
            self.fault.set_message(self.tr("This drawing cannot be written yet"), words.text(error))
            self.fault.show()
            return
        self.fault.hide()
        self._script = made
        if made.text != self.view.toPlainText():
            bars = (self.view.verticalScrollBar(), self.view.horizontalScrollBar())
            places = [bar.value() for bar in bars]
            _rewrite(self.view, made.text)
            for bar, place in zip(bars, places, strict=True):
                bar.setValue(place)
        self._mark(scroll=False)

    def _take_line(self, line: int) -> None:
        node = self._script.node_at(line)
        if node:
            self.node_selected.emit(node)

    def _copy(self) -> None:
        if self._stale:
            self.render_now()
        QGuiApplication.clipboard().setText(self._script.text)
        self.copy_button.setIcon(icon("check", "good"))
        self._said.start()

    def _export(self) -> None:
        self.export_requested.emit(self.framework())


def _rewrite(view: QPlainTextEdit, text: str) -> None:
    """Show another text, by changing what differs: the colours of all other lines then stand already."""
    old = view.toPlainText()
    if not (old.isascii() and text.isascii()):  # Qt counts other characters otherwise
        view.setPlainText(text)
        return
    same = _alike(old, text)
    tail = _alike(old[same:][::-1], text[same:][::-1])
    cursor = QTextCursor(view.document())
    cursor.setPosition(same)
    cursor.setPosition(len(old) - tail, QTextCursor.MoveMode.KeepAnchor)
    cursor.insertText(text[same : len(text) - tail])


def _alike(one: str, other: str) -> int:
    """Return how many characters two texts have in common from their start on."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
