"""The outline: every node in the order in which data passes, with shapes and parameters, and their sum."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStackedWidget, QTableView, QVBoxLayout, QWidget

from studio.kit import EmptyState, StatRow
from studio.theme import current, mono_font, set_role, switch
from studio.words import shape_words

if TYPE_CHECKING:
    from studio.session import Session

NAME, TYPE, SHAPE, PARAMETERS = range(4)
NARROW = 300
"""Width in pixels below which the type steps back behind the name, and is told by its tooltip."""
_Index = QModelIndex | QPersistentModelIndex


class _Rows(QAbstractTableModel):
    """The nodes as rows: name, type, output shape, number of parameters."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.ids: list[str] = []
        self._cells: list[tuple[str, str, str, str]] = []
        self._colours: list[str] = []

    def fill(self) -> None:
        """Take the nodes as they stand; the view keeps its place where their number is the same."""
        document, analysis, graph = self._session.document, self._session.here, self._session.graph
        ids, cells, colours, counted = [], [], [], set()
        for node in analysis.order:
            row = document.find_node(node, graph)
            if row is None:
                continue
            layer = document.layer_of(node, graph)
            info = analysis.nodes.get(node)
            specs = info.outputs if info else ()
            if info and row.kind == "output":
                specs = tuple(spec for port in info.inputs.values() for spec in port)
            shape = ", ".join(shape_words(spec.shape) for spec in specs).replace(" × ", "×") or "?"
            again = layer is not None and row.ref in counted  # shared weights count once
            sized = row.kind in ("layer", "block")
            number = "" if not sized else "=" if again else f"{info.params:,}" if info and specs else "?"
            if layer is not None:
                counted.add(row.ref)
            kind = layer.type if layer is not None else row.ref or row.kind.capitalize()
            spec = self._session.catalog.get(kind) if self._session.catalog and layer else None
            ids.append(node)
            cells.append((row.name, kind, shape, number))
            colours.append(spec.category if spec else row.kind)
        if ids == self.ids:
            self._cells, self._colours = cells, colours
            if ids:
                self.dataChanged.emit(self.index(0, 0), self.index(len(ids) - 1, PARAMETERS))
            return
        self.beginResetModel()
        self.ids, self._cells, self._colours = ids, cells, colours
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # the signature of Qt
        return 0 if parent.isValid() else len(self.ids)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # the signature of Qt
        return 0 if parent.isValid() else 4

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell says, and how."""
        text = self._cells[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if role == Qt.ItemDataRole.ToolTipRole:
            if index.column() == PARAMETERS and text == "=":
                return self.tr("Shares the weights of a node above")
            return f"{text}: {self._cells[index.row()][TYPE]}" if index.column() == NAME else text
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == PARAMETERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole and index.column() in (SHAPE, PARAMETERS):
            return mono_font(11)
        if role == Qt.ItemDataRole.ForegroundRole and index.column() == TYPE:
            theme = current()
            return QColor(theme.readable(theme.category(self._colours[index.row()])))
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the name of a column."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return (self.tr("Name"), self.tr("Type"), self.tr("Shape"), self.tr("Params"))[section]
        return None


class OutlinePanel(QWidget):
    """A table of all nodes and a total below it; ``node_selected`` carries the id of a row that is chosen."""

    node_selected = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._rows = _Rows(session)
        self.table = QTableView()
        self.table.setModel(self._rows)
        self.table.setAccessibleName(self.tr("Outline of the model"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setWordWrap(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(28)
        head = self.table.horizontalHeader()
        head.setMinimumSectionSize(40)
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        head.setSectionResizeMode(TYPE, QHeaderView.ResizeMode.Stretch)
        self.table.setStyleSheet(
            "QTableView { border: none; } QTableView::item { padding: 2px 3px; }"
            " QHeaderView::section { padding: 4px 3px; }"
        )
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.clicked.connect(self._choose)
        self.table.activated.connect(self._choose)
        self.total = StatRow(self.tr("Total parameters"))
        self.trainable = StatRow(self.tr("Trainable"))
        self._empty = EmptyState(
            "layers",
            self.tr("Nothing drawn yet"),
            self.tr("Drag a layer onto the canvas to begin."),
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty)
        foot = QWidget()
        set_role(foot, "foot")
        sums = QVBoxLayout(foot)
        sums.setContentsMargins(4, 8, 4, 8)
        sums.setSpacing(4)
        sums.addWidget(self.total)
        sums.addWidget(self.trainable)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 4)
        column.setSpacing(6)
        column.addWidget(self._stack, 1)
        column.addWidget(foot)
        session.analysed.connect(self.refresh)
        switch().changed.connect(self._repaint)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the names room: a narrow outline does without the column of types."""
        self.table.setColumnHidden(TYPE, self.width() < NARROW)
        super().resizeEvent(event)

    def refresh(self) -> None:
        """Show the model as it stands."""
        self._rows.fill()
        analysis = self._session.here
        self.total.set_value(f"{analysis.params:,}")
        self.trainable.set_value(f"{analysis.trainable:,}")
        self._stack.setCurrentWidget(self.table if self._rows.ids else self._empty)

    def mark(self, nodes: list[str]) -> None:
        """Show which node is selected elsewhere; several, or none, show no row."""
        if len(nodes) == 1 and nodes[0] in self._rows.ids:
            self.table.selectRow(self._rows.ids.index(nodes[0]))
        else:
            self.table.clearSelection()

    def _choose(self, index: QModelIndex) -> None:
        self.node_selected.emit(self._rows.ids[index.row()])

    def _repaint(self, *_: object) -> None:
        self.table.viewport().update()
