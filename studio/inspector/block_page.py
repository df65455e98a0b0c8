"""The page of a block: how often it repeats, what this use of it chooses, and the way inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from engine.params import Param
from studio import commands, words
from studio.document import Frozen
from studio.document.blocks import MOST_REPEATS, repeats_of, uses_of
from studio.document.errors import Refusal
from studio.document.rows import Graph
from studio.inspector.ends import EndPage
from studio.inspector.param_row import ParamRow
from studio.inspector.parts import clear, column, field, label
from studio.kit import IntegerField
from studio.theme import set_role

if TYPE_CHECKING:
    from studio.session import Session


class BlockPage(EndPage):
    """One use of a block."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.title = QLineEdit()
        self.title.editingFinished.connect(self._rename)
        self.reproach = label("", "danger")
        self.times = IntegerField(1, MOST_REPEATS)
        self.times.setSuffix(" ×")
        self.times.setKeyboardTracking(False)
        self.times.valueChanged.connect(self._repeat)
        self.uses = label("", "muted")
        self._column.addWidget(field(self.tr("Block"), self.title))
        self._column.addWidget(self.reproach)
        self._column.addWidget(field(self.tr("Repeat"), self.times))
        self._chosen = QWidget()
        self._chosen_column = column(self._chosen, 4)
        self._column.addWidget(self._chosen)
        self.rows: dict[str, ParamRow] = {}
        buttons = QHBoxLayout()
        self.open = QPushButton(self.tr("Enter the block"))
        set_role(self.open, "primary")
        self.open.clicked.connect(lambda: session.enter(self._ref()))
        self.dissolve = QPushButton(self.tr("Dissolve"))
        self.dissolve.clicked.connect(lambda: commands.dissolve(self._session, self._node, graph=self._graph))
        buttons.addWidget(self.open)
        buttons.addWidget(self.dissolve)
        buttons.addStretch(1)
        self._column.addLayout(buttons)
        self._column.addWidget(self.uses)
        self._made_for: object = None

    def _ref(self) -> str:
        return self._session.document.node(self._node, self._graph).ref

    def refresh(self, options: Frozen) -> None:
        document, ref = self._session.document, self._ref()
        row = document.node(self._node, self._graph)
        if not self.title.isModified():
            self.title.setText(ref)
            self.reproach.hide()
        self.times.blockSignals(True)
        self.times.setValue(repeats_of(row))
        self.times.blockSignals(False)
        count = len(uses_of(document, ref))
        one, many = (
            self.tr("It is used here alone."),
            self.tr("It is used {count} times: all follow its edits."),
        )
        self.uses.setText(one if count == 1 else many.format(count=count))
        self._show_chosen(options)

    def _show_chosen(self, options: Frozen) -> None:
        document, ref = self._session.document, self._ref()
        graph = document.row("graphs", ref)
        exposed = graph.params if isinstance(graph, Graph) else Frozen()
        key = (ref, self._node, exposed)
        if key != self._made_for:
            self._made_for = key
            clear(self._chosen_column)
            self.rows = {}
            if exposed:
                self._chosen_column.addWidget(label(self.tr("This use of it"), "heading"))
            for name, pairs in exposed.items():
                param = self._param(name, pairs[0])
                if param is not None:
                    made = ParamRow(param, document.layer(pairs[0][0]).type, self._session.catalog)
                    made.edited.connect(self._choose)
                    made.reset.connect(lambda each: self._choose(each, None))
                    self._chosen_column.addWidget(made)
                    self.rows[name] = made
        given = options.get("params")
        for name, shown in self.rows.items():
            value = given.get(name) if isinstance(given, Mapping) else None
            shown.show_values([shown.param.default if value is None else value])
        self._chosen.setVisible(bool(self.rows))

    def _param(self, name: str, pair: tuple[str, str]) -> Param | None:
        """Return a parameter under the block's name for it, with what stands inside as its default."""
        layer, catalog = self._session.document.layer(pair[0]), self._session.catalog
        spec = catalog.get(layer.type) if catalog is not None else None
        known = next((each for each in (spec.params if spec else ()) if each.name == pair[1]), None)
        if known is None:
            return None
        return Param(name, known.kind, layer.params.get(pair[1], known.default), known.optional, known.doc)

    def _choose(self, name: str, value: Any) -> None:
        if self._is_there():
            commands.set_block_param(self._session, self._node, name, value, graph=self._graph)

    def _repeat(self, times: int) -> None:
        if self._is_there():
            commands.set_repeat(self._session, self._node, times, graph=self._graph)

    def _rename(self) -> None:
        name = self.title.text().strip()
        self.title.setModified(False)
        row = self._session.document.find_node(self._node, self._graph)
        if row is None or row.kind != "block" or name == row.ref:  # it may be gone while its name is typed
            return
        try:
            commands.rename_block(self._session, row.ref, name)
        except Refusal as refusal:
            self.title.setModified(True)
            self.reproach.setText(words.text(refusal))
            self.reproach.show()
