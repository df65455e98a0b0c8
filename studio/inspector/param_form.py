"""The form of a layer's parameters, made from the layer's own signature."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.document.catalog import Catalog, LayerSpec
from studio.inspector.param_row import ParamRow
from studio.inspector.seldom import is_seldom
from studio.inspector.values import same
from studio.theme import set_role

_FEW = 7
"""A layer with no more parameters than this shows all of them."""


class ParamForm(QWidget):
    """Rows for all parameters of a layer; rare ones wait behind "More parameters" until they are changed.

    ``apply`` is called with one parameter and its new value, or with ``None`` as the second and ``True`` as
    the third argument where it goes back to its default.  ``offer`` lets the uses of a block choose a
    parameter, or no longer; inside blocks alone.
    """

    def __init__(
        self,
        spec: LayerSpec,
        catalog: Catalog | None,
        apply: Callable[[str, Any, bool], None],
        offer: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self._apply = apply
        self._open = False
        self.rows: dict[str, ParamRow] = {}
        self._rare: list[ParamRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        few = len(spec.params) <= _FEW
        ordered = sorted(spec.params, key=lambda each: not few and is_seldom(each))
        for param in ordered:
            doc = QCoreApplication.translate("Catalog", param.doc) if param.doc else ""
            row = ParamRow(param, spec.name, catalog, doc)
            row.edited.connect(self._edit)
            row.reset.connect(self._reset)
            if offer is not None:
                row.offer_to_block(partial(offer, param.name))
            self._column.addWidget(row)
            self.rows[param.name] = row
            if not few and is_seldom(param):
                self._rare.append(row)
        self.more = QPushButton(self.tr("More parameters"))
        self.more.setAutoDefault(False)
        set_role(self.more, "link")
        self.more.clicked.connect(self._unfold)
        line = QHBoxLayout()
        line.setContentsMargins(12, 0, 0, 0)
        line.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addLayout(line)
        self._fold()

    def show_params(self, given: Sequence[Mapping[str, Any]]) -> None:
        """Show the parameters of one layer, or of several of the same kind."""
        for name, row in self.rows.items():
            default = None if row.param.required else row.param.default
            row.show_values([params.get(name, default) for params in given])
        self._fold()

    def show_open(self, chosen: Mapping[str, str]) -> None:
        """Mark the parameters that the uses of the block choose, each with the name that it has there."""
        for name, row in self.rows.items():
            row.show_open(chosen.get(name, ""))

    def _fold(self) -> None:
        hidden = False
        for row in self._rare:
            shown = self._open or row.is_changed()
            row.setVisible(shown)
            hidden = hidden or not shown
        self.more.setText(self.tr("Fewer parameters") if self._open else self.tr("More parameters"))
        self.more.setVisible(bool(self._rare) and (hidden or self._open))

    def _unfold(self) -> None:
        self._open = not self._open
        self._fold()

    def _edit(self, name: str, value: object) -> None:
        param = self.rows[name].param
        default = not param.required and same(param, value, param.default)
        self._apply(name, value, default)

    def _reset(self, name: str) -> None:
        self._apply(name, None, True)
