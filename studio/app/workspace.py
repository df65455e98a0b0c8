"""All panes around one open drawing, and who listens to whom."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QSplitter, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from studio import words
from studio.app.autosave import Autosave
from studio.app.history import HistoryPanel
from studio.app.problems import SETTINGS, ProblemsPanel
from studio.app.run_view import RunView
from studio.app.settings import Settings, data_path
from studio.app.top_bar import TopBar
from studio.canvas import CanvasView
from studio.code import CodePanel
from studio.data import DataPanel
from studio.document.library import BlockLibrary
from studio.document.rows import MAIN, address
from studio.inspector import HelpPanel, InspectorPanel
from studio.outline import OutlinePanel
from studio.palette import PalettePanel
from studio.runs import StoredRun
from studio.session import Session
from studio.theme import set_role
from studio.training import TrainingForm


class Tabs(QWidget):
    """Words with a line under the chosen one, and the pane that it names."""

    def __init__(self, name: str, margin: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.bar = QTabBar()
        self.bar.setAccessibleName(name)
        self.bar.setExpanding(False)
        self.bar.setUsesScrollButtons(False)
        self.bar.setElideMode(Qt.TextElideMode.ElideNone)
        self.bar.setContentsMargins(margin, 0, 0, 0)
        self._stack = QStackedWidget()
        self._keys: list[str] = []
        self._titles: dict[str, str] = {}
        head = QVBoxLayout()
        head.setContentsMargins(margin, 8, 8, 2)
        head.addWidget(self.bar)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        self.bar.currentChanged.connect(self._stack.setCurrentIndex)

    def add(self, key: str, title: str, pane: QWidget) -> None:
        """Add a pane at the end."""
        self._keys.append(key)
        self._titles[key] = title
        self._stack.addWidget(pane)
        self.bar.addTab(title)

    def show_pane(self, key: str) -> None:
        """Bring a pane to the front."""
        self.bar.setCurrentIndex(self._keys.index(key))

    def current(self) -> str:
        """Return the key of the pane in front."""
        return self._keys[self.bar.currentIndex()]

    def set_count(self, key: str, count: int) -> None:
        """Put a number behind a title, none for 0."""
        title = self._titles[key]
        self.bar.setTabText(self._keys.index(key), f"{title} {count}" if count else title)


class Workspace(QWidget):
    """The window of one session below the menu bar; ``selection_changed`` follows the canvas."""

    selection_changed = Signal()

    def __init__(self, session: Session, bar: TopBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.bar = bar
        self.autosave = Autosave(data_path() / "autosave", self)
        self.autosave.watch(session.document, session.path)
        self.title = ""
        self.example = ""  # the key of the example that it began as
        self.stored: StoredRun | None = None
        self.canvas = CanvasView(session)
        self.palette_panel = PalettePanel(session)
        self.data = DataPanel(session)
        self.outline = OutlinePanel(session)
        self.inspector = InspectorPanel(session)
        self.code = CodePanel(session)
        self.help = HelpPanel(session)
        self.form = TrainingForm(session)
        self.run = RunView(session)
        self.history = HistoryPanel(session)
        self.problems = ProblemsPanel(session)

        self.left = Tabs(self.tr("What to draw with"), 14)
        self.left.add("layers", self.tr("Layers"), self.palette_panel)
        self.left.add("data", self.tr("Data"), self.data)
        self.left.add("outline", self.tr("Outline"), self.outline)
        self.right = Tabs(self.tr("About the selection"))
        self.right.add("layer", self.tr("Layer"), self.inspector)
        self.right.add("code", self.tr("Code"), self.code)
        self.right.add("training", self.tr("Training"), _scrolled(self.form))
        self.right.add("help", self.tr("Help"), self.help)
        self.bottom = Tabs(self.tr("About the run and the past"), 18)
        self.bottom.add("training", self.tr("Training"), self.run.panel)
        self.bottom.add("results", self.tr("Results"), self.run.results)
        self.bottom.add("problems", self.tr("Problems"), self.problems)
        self.bottom.add("history", self.tr("History"), self.history)
        for tabs, least in ((self.left, 190), (self.right, 250)):
            tabs.setMinimumWidth(least)
        self.bottom.setMinimumHeight(190)

        self.middle = QSplitter(Qt.Orientation.Vertical)
        self.middle.addWidget(self.canvas)
        self.middle.addWidget(self.bottom)
        self.middle.setStretchFactor(0, 1)
        self.middle.setSizes([520, 262])
        self.across = QSplitter(Qt.Orientation.Horizontal)
        for part in (self.left, self.middle, self.right):
            self.across.addWidget(part)
        self.across.setStretchFactor(1, 1)
        self.across.setSizes([228, 800, 296])
        for splitter in (self.middle, self.across):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self.across, 1)

        self._walked = QTimer(self)
        self._walked.setSingleShot(True)
        self._walked.timeout.connect(self.show_selection)
        self.canvas.selection_changed.connect(self._on_selection)
        self.code.node_selected.connect(self._on_code)
        self.outline.node_selected.connect(self._on_code)
        self.outline.mark_selected.connect(self._on_mark)
        session.entered.connect(self._on_enter)
        self.problems.chosen.connect(self.show_problem)
        self.run.panel.settings_wanted.connect(lambda: self.right.show_pane("training"))
        self.run.node_wanted.connect(self.show_node)
        self.run.results_ready.connect(lambda: self.bottom.show_pane("results"))
        self.palette_panel.add_requested.connect(self._add)
        session.analysed.connect(self._on_analysis)
        self._on_analysis()

    def set_library(self, library: BlockLibrary) -> None:
        """Let palette and search offer the user's own blocks."""
        self.canvas.library = library
        self.palette_panel.set_library(library)

    def selected(self) -> list[str]:
        """Return the ids of the selected nodes."""
        return list(self.canvas.mirror.selected_nodes())

    def show_node(self, node: str) -> None:
        """Select a node (``block/n3`` inside a block), bring it into sight and show its parameters."""
        self._on_code(node)
        self.right.show_pane("layer")

    def show_problem(self, place: str) -> None:
        """Show what a problem is about: its node, or the settings of the training."""
        if place == SETTINGS:
            self.right.show_pane("training")
        else:
            self.show_node(place)

    def show_page(self) -> None:
        """Show the page of the layer that has the focus in the list, or that is selected in the drawing.

        Without one the search of the pages gets the focus.
        """
        wanted = self.palette_panel.current_type() or self._type_of(self.selected())
        self.right.show_pane("help")
        if wanted:
            self.help.show_type(wanted)
        else:
            self.help.search.setFocus()

    def device_words(self) -> str:
        """Say what the model trains on: the device of the run, or the one that the settings come to."""
        wanted = str(self.session.document.setting("training").get("device", "auto"))
        device = self.run.device or wanted
        if device == "auto" and "torch" in sys.modules and self.session.catalog is not None:
            import torch

            device = "cuda" if torch.cuda.is_available() else "cpu"
        if not device.startswith(("cpu", "auto")):
            return device.upper()
        cores = os.cpu_count() or 1
        return self.tr("CPU · {used} of {cores} cores").format(used=max(1, cores - 1), cores=cores)

    def restore(self, settings: Settings) -> None:
        """Give the panes the sizes that they had."""
        for name, splitter in (("across", self.across), ("middle", self.middle)):
            state = settings.state(f"layout/{name}")
            if state is not None:
                splitter.restoreState(state)

    def remember(self, settings: Settings) -> None:
        """Keep the sizes of the panes."""
        settings.set_state("layout/across", self.across.saveState())
        settings.set_state("layout/middle", self.middle.saveState())

    def _on_selection(self, *_: object) -> None:
        if self.canvas.by_keyboard:  # keys walk from card to card: the panes show where they come to rest
            self._walked.start()
        else:
            self.show_selection()
        self.selection_changed.emit()

    def show_selection(self) -> None:
        """Show in all panes what is selected, at once."""
        self._walked.stop()
        nodes, graph = self.selected(), self.session.graph
        self.inspector.show_nodes(nodes, graph)
        self.code.mark([address(node, graph) for node in nodes])
        self.outline.mark(nodes)
        self.help.show_type(self._type_of(nodes))

    def show_last_run(self) -> None:
        """Show the run that lies beside the file, and its answers once the layers are loaded."""
        self.stored = self.session.last_run()
        if self.stored is not None:
            self.run.show_stored(self.stored)
            self.predict_stored()

    def predict_stored(self) -> None:
        """Let the model of the shown run answer some test rows, where that can be."""
        if self.stored is None or self.session.catalog is None or self.session.run is not None:
            return
        stored, self.stored = self.stored, None
        try:
            answers = self.session.predict_stored(stored)
        except (ValueError, RuntimeError, OSError) as error:
            self.run.panel.status.say("warning", self.tr("This run cannot predict"), words.text(error))
            return
        if answers is not None:
            self.run.show_answers(answers)

    def close_session(self) -> None:
        """End a run that is under way and stop listening."""
        self.run.stop()
        self._walked.stop()
        self.canvas.release()
        self.session.entered.disconnect(self._on_enter, missing_ok=True)
        self.session.close()

    def _add(self, type_name: str) -> None:
        self.canvas.add_type(type_name)

    def _type_of(self, nodes: list[str]) -> str:
        if len(nodes) != 1:
            return ""
        document = self.session.document
        graph = self.session.graph
        layer, row = document.layer_of(nodes[0], graph), document.find_node(nodes[0], graph)
        if layer is not None:
            return layer.type
        return row.kind.capitalize() if row is not None else ""  # amid an edit that takes it away

    def _on_code(self, place: str) -> None:
        graph, _, node = place.rpartition("/")
        self.session.enter(graph or MAIN)
        self.canvas.select([node])
        self.canvas.ensure_seen(node)

    def _on_mark(self, mark: str) -> None:
        self.session.enter(MAIN)
        self.canvas.show_mark(mark)

    def _on_enter(self, _graph: str) -> None:
        self.outline.refresh()
        self.show_selection()
        self.selection_changed.emit()

    def _on_analysis(self, *_: object) -> None:
        blank = not self.session.document.node_ids()  # what nobody has begun is not wrong yet
        problems = () if blank else self.session.analysis.problems
        self.problems.show_problems(problems, blank=blank)
        self.bottom.set_count("problems", len(problems))
        self.form.refresh()


def _scrolled(inner: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inner)
    return area
