"""What the inspector shows where not one node is selected: the whole model, or a mixed selection."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from studio.document import MAIN
from studio.inspector.facts import Problems
from studio.inspector.parts import clear, column, count, hairline, label
from studio.kit import StatRow
from studio.words import shape_words

if TYPE_CHECKING:
    from studio.session import Session


class ModelPage(QWidget):
    """The model as a whole: its size, what goes in and what comes out, and all that is wrong with it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        whole = column(self, 8)
        self.problems = Problems(session)
        self.layers = StatRow(self.tr("Layers"))
        self.parameters = StatRow(self.tr("Parameters"))
        self.trainable = StatRow(self.tr("Trainable"))
        self.macs = StatRow(self.tr("Multiply-adds for one example"))
        for row in (self.layers, self.parameters, self.trainable, self.macs):
            whole.addWidget(row)
        whole.addWidget(hairline())
        self._ends = QWidget()
        self._ends_column = column(self._ends, 6)
        whole.addWidget(self._ends)
        whole.addWidget(self.problems)
        whole.addWidget(label(self.tr("Select a node to see and change its settings."), "muted"))

    def refresh(self) -> None:
        """Show the model as it stands."""
        document, analysis = self._session.document, self._session.analysis
        ids = document.node_ids()
        self.layers.set_value(count(sum(document.node(node).kind == "layer" for node in ids)))
        for row, number in (
            (self.parameters, analysis.params if analysis else 0),
            (self.trainable, analysis.trainable if analysis else 0),
            (self.macs, analysis.macs if analysis else 0),
        ):
            row.set_value(count(number))
        clear(self._ends_column)
        for kind, title in (("input", self.tr("Inputs")), ("output", self.tr("Outputs"))):
            named = [node for node in ids if document.node(node).kind == kind]
            if not named:
                continue
            self._ends_column.addWidget(label(title, "heading"))
            for node in named:
                info = analysis.nodes.get(node) if analysis else None
                specs = info.outputs if info and kind == "input" else ()
                if info and kind == "output":
                    specs = tuple(spec for port in info.inputs.values() for spec in port)
                shape = shape_words(specs[0].shape) if specs else "?"
                self._ends_column.addWidget(StatRow(document.node(node).name, shape))
        self.problems.show_problems(list(analysis.problems) if analysis and ids else [])


class MixedPage(QWidget):
    """Several nodes of different kinds: how many of each, and their size together."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._column = column(self, 6)

    def show_nodes(self, nodes: list[str], graph: str = MAIN) -> None:
        """Show a summary of these nodes."""
        clear(self._column)
        kinds = Counter(kind_of(self._session, node, graph) for node in nodes)
        for kind, number in sorted(kinds.items()):
            self._column.addWidget(StatRow(kind, count(number)))
        self._column.addWidget(hairline())
        analysis = self._session.analysis_of(graph)
        infos = {self._session.document.node(node, graph).ref or node: node for node in nodes}
        found = [analysis.nodes[node] for node in infos.values() if node in analysis.nodes]
        total = StatRow(self.tr("Parameters together"), count(sum(info.params for info in found)))
        self._column.addWidget(total)
        hint = self.tr("Select nodes of one kind to change them together.")
        self._column.addWidget(label(hint, "muted"))


def kind_of(session: Session, node: str, graph: str = MAIN) -> str:
    """Return what kind of node it is, as its title says it: a layer's class, Input or Output."""
    layer = session.document.layer_of(node, graph)
    if layer is not None:
        return str(layer.type)
    row = session.document.node(node, graph)
    return str(row.ref if row.kind == "block" else row.kind.capitalize())
