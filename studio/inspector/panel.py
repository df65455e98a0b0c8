"""The inspector: everything that can be seen and set of what is selected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from studio import commands, words
from studio.document import MAIN, Refusal
from studio.document.rows import Graph
from studio.inspector.block_page import BlockPage
from studio.inspector.call_form import CallForm
from studio.inspector.ends import EndPage, InputPage, OutputPage
from studio.inspector.facts import Facts, Problems
from studio.inspector.header import Header
from studio.inspector.pages import MixedPage, ModelPage, kind_of
from studio.inspector.param_form import ParamForm
from studio.inspector.parts import column, label
from studio.inspector.sharing import Sharing

if TYPE_CHECKING:
    from studio.session import Session


class InspectorPanel(QScrollArea):
    """Shows the selected nodes; ``show_nodes`` says which. Nothing selected shows the model as a whole."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._nodes: list[str] = []
        self._graph = MAIN
        self._made_for: object = None
        self.form: ParamForm | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Inspector"))
        content = QWidget()
        # No part of it may be wider than the pane: it would be cut off at the right.
        content.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._column = column(content, 10)
        self._column.setContentsMargins(4, 12, 10, 16)
        self.header = Header()
        self.header.renamed.connect(self._rename)
        self.problems = Problems(session)
        self.sharing = Sharing(session)
        self.notice = label("", "muted")
        self._form_place = QWidget()
        self._form_column: QVBoxLayout = column(self._form_place, 0)
        self.call = CallForm(session)
        self.input, self.output = InputPage(session), OutputPage(session)
        self.block = BlockPage(session)
        self.facts = Facts(session)
        self.model, self.mixed = ModelPage(session), MixedPage(session)
        for each in (
            self.header,
            self.problems,
            self.sharing,
            self.notice,
            self.input,
            self.output,
            self.block,
            self.model,
            self.mixed,
        ):
            self._column.addWidget(_indented(each))
        self._column.insertWidget(4, self._form_place)
        self._column.insertWidget(5, self.call)
        self._column.addWidget(_indented(self.facts))
        self._column.addStretch(1)
        self.setWidget(content)
        session.analysed.connect(self.refresh)
        self.refresh()

    def nodes(self) -> list[str]:
        """Return the ids of the nodes that are shown."""
        return list(self._nodes)

    def show_nodes(self, nodes: Sequence[str], graph: str = MAIN) -> None:
        """Show these nodes, from now on and as they change."""
        self._nodes, self._graph = list(nodes), graph
        known, document = self._session.analysis_of(graph), self._session.document
        if any(document.find_node(node, graph) is None for node in known.nodes):
            return  # amid an edit that takes selected nodes away: its analysis comes next, and refreshes
        self.refresh()

    def refresh(self) -> None:
        """Bring everything to the document's present state."""
        document = self._session.document
        if self._graph not in document.graph_names():
            self._nodes, self._graph = [], MAIN
        self._nodes = [node for node in self._nodes if document.find_node(node, self._graph) is not None]
        nodes = self._nodes
        kinds = {kind_of(self._session, node, self._graph) for node in nodes}
        layers = [document.layer_of(node, self._graph) for node in nodes]
        same = len(kinds) == 1 and all(layer is not None for layer in layers)
        row = document.node(nodes[0], self._graph) if len(nodes) == 1 else None
        self._show_header(kinds)
        self.problems.show_problems(self._problems())
        self._show_form(next(iter(kinds)) if same else "", nodes)
        self.call.show_nodes(nodes if same else (), self._graph, next(iter(kinds)) if same else "")
        pages: tuple[tuple[EndPage, str], ...] = (
            (self.input, "input"), (self.output, "output"), (self.block, "block"),
        )  # fmt: skip
        for page, kind in pages:
            shown = row is not None and row.kind == kind and (kind == "block" or self._graph == MAIN)
            page.setVisible(shown)
            if shown:
                page.show_node(nodes[0], self._graph)
        self.sharing.setVisible(False)
        if row is not None:
            self.sharing.show_node(nodes[0], self._graph)
        self.facts.setVisible(row is not None)
        if row is not None:
            self.facts.show_node(nodes[0], self._graph)
        self.model.setVisible(not nodes)
        if not nodes:
            self.model.refresh()
        self.mixed.setVisible(len(nodes) > 1 and not same)
        if len(nodes) > 1 and not same:
            self.mixed.show_nodes(nodes, self._graph)

    def _problems(self) -> list[Any]:
        if len(self._nodes) != 1:
            return []
        found = self._session.analysis.problems
        return [each for each in found if (each.graph, each.node) == (self._graph, self._nodes[0])]

    def _show_header(self, kinds: set[str]) -> None:
        nodes = self._nodes
        if not nodes:
            self.header.show_text(self.tr("Model"), "")
            self.header.show_name(None)
            return
        if len(nodes) > 1:
            title = next(iter(kinds)) if len(kinds) == 1 else self.tr("Selection")
            self.header.show_text(title, self.tr("{n} nodes are selected").format(n=len(nodes)))
            self.header.show_name(None)
            return
        kind = next(iter(kinds))
        row = self._session.document.node(nodes[0], self._graph)
        spec = self._session.catalog.get(kind) if self._session.catalog is not None else None
        summary = QCoreApplication.translate("Catalog", spec.summary) if spec is not None else ""
        if row.kind == "block":
            summary = self.tr("Several layers that stand as one. Enter opens it.")
        elif self._graph != MAIN and row.kind in ("input", "output"):
            summary = self.tr("A way into the block, or out of it: a socket of the block, under this name.")
        elif row.kind == "input":
            summary = self.tr("Where data enters the model.")
        elif row.kind == "output":
            summary = self.tr("What the model is to predict, and how its mistakes are measured.")
        self.header.show_text(kind, summary)
        if not (self.header.name.isModified() and self.header.reason.isVisible()):
            self.header.show_name(row.name)

    def _show_form(self, kind: str, nodes: list[str]) -> None:
        catalog = self._session.catalog
        spec = catalog.get(kind) if kind and catalog is not None else None
        key = (kind, tuple(nodes), self._graph) if spec is not None else None
        if key != self._made_for:
            self._made_for = key
            if self.form is not None:
                self.form.hide()
                self._form_column.removeWidget(self.form)
                self.form.deleteLater()
                self.form = None
            if spec is not None and spec.params:
                offer = self._offer if self._graph != MAIN and len(nodes) == 1 else None
                self.form = ParamForm(spec, catalog, self._apply, offer)
        self._form_place.setVisible(self.form is not None)
        document = self._session.document
        if self.form is not None:
            layers = [document.layer_of(node, self._graph) for node in nodes]
            self.form.show_params([layer.params for layer in layers if layer is not None])
            self.form.show_open(self._exposed())
            if self.form.parentWidget() is None:  # filled first, so that no switch is seen to slide
                self._form_column.addWidget(self.form)
                self.form.show()
        notice = ""
        if self.form is not None and self._graph != MAIN and len(nodes) == 1:
            notice = self.tr("Right-click a parameter to let every use of this block choose it.")
        if kind and catalog is None:
            notice = self.tr("Loading layers… The settings come in a moment.")
        elif spec is not None and not spec.params:
            notice = self.tr("This layer has nothing to set.")
        self.notice.setText(notice)
        self.notice.setVisible(bool(notice))

    def _exposed(self) -> dict[str, str]:
        """Return the parameters of the shown layer that the uses of its block choose, and their names."""
        row = self._session.document.row("graphs", self._graph)
        if not isinstance(row, Graph) or not self._nodes:
            return {}
        ref = self._session.document.node(self._nodes[0], self._graph).ref
        return {param: key for key, pairs in row.params.items() for entry, param in pairs if entry == ref}

    def _offer(self, param: str) -> None:
        """Let the uses of the block choose a parameter, or no longer."""
        node, session = self._nodes[0], self._session
        if param in self._exposed():
            commands.conceal(session, node, param, graph=self._graph)
        else:
            commands.expose(session, node, param, graph=self._graph)

    def _apply(self, name: str, value: Any, to_default: bool) -> None:
        """Change one parameter of all layers that are shown, in one step."""
        document = self._session.document
        new = {}
        for node in self._nodes:
            layer = document.layer_of(node, self._graph)
            if layer is not None:
                new[node] = layer.params.without(name) if to_default else layer.params.with_({name: value})
        commands.replace_params(self._session, new, graph=self._graph, changed=(name,))
        if (
            self.form is not None
        ):  # an edit that changes nothing tells nobody, yet the field shows what was typed
            self.refresh()

    def _rename(self, name: str) -> None:
        if len(self._nodes) != 1:
            return  # what was shown is gone, and its field loses the focus
        try:
            commands.rename(self._session, self._nodes[0], name, graph=self._graph)
        except Refusal as refusal:
            self.header.reproach(words.text(refusal))
        else:
            self.header.name.setModified(False)
            self.header.show_name(name)


def _indented(widget: QWidget) -> QWidget:
    """Leave the gutter free in which the form has its dots."""
    layout = widget.layout()
    if layout is not None:
        layout.setContentsMargins(10, 0, 0, 0)
        return widget
    widget.setContentsMargins(10, 0, 0, 0)
    return widget
