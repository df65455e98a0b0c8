"""What one call of a layer can be told: switches of the node, below the parameters of its layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from engine.params import Param
from studio import commands
from studio.document import MAIN
from studio.inspector.param_row import ParamRow
from studio.inspector.parts import clear, column, label

if TYPE_CHECKING:
    from studio.session import Session


class CallForm(QWidget):
    """A row for each option of the call; hidden for layers that have none."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._nodes: list[str] = []
        self._graph = MAIN
        self._made_for: object = None
        self._column = column(self, 4)
        self.rows: dict[str, ParamRow] = {}
        self.hide()

    def show_nodes(self, nodes: Sequence[str], graph: str, kind: str) -> None:
        """Show the options of some calls of layers of one kind; an empty kind shows nothing."""
        self._nodes, self._graph = list(nodes), graph
        catalog = self._session.catalog
        spec: Any = catalog.get(kind) if catalog is not None and kind else None
        options: tuple[Param, ...] = getattr(spec, "call_options", ())
        if options != self._made_for:
            self._made_for = options
            self._make(options, kind)
        self.setVisible(bool(options))
        rows = [self._session.document.node(node, graph) for node in self._nodes]
        for name, row in self.rows.items():
            row.show_values([each.options.get(name, row.param.default) for each in rows])

    def _make(self, options: tuple[Param, ...], kind: str) -> None:
        clear(self._column)
        self.rows = {}
        if options:
            head = label(self.tr("This call"), "heading")
            head.setToolTip(self.tr("Settings of this node alone, also where its layer is shared"))
            head.setContentsMargins(16, 6, 0, 0)
            self._column.addWidget(head)
        for param in options:
            doc = QCoreApplication.translate("Catalog", param.doc) if param.doc else ""
            row = ParamRow(param, kind, self._session.catalog, doc)
            row.edited.connect(self._set)
            row.reset.connect(lambda name: self._set(name, None))
            self._column.addWidget(row)
            self.rows[param.name] = row

    def _set(self, name: str, value: Any) -> None:
        plain = None if value == self.rows[name].param.default else value
        commands.set_call_option(self._session, self._nodes, name, plain, graph=self._graph)
