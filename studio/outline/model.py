"""The outline as Qt's tree: rows that fold, sort, and stay where they are while only their numbers change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from studio.outline.rows import NAME, PARAMETERS, SHAPE, SOURCES, TYPE, Row, mark_rows, rows_of, walk
from studio.theme import current, mono_font

if TYPE_CHECKING:
    from studio.session import Session

_Index = QModelIndex | QPersistentModelIndex


class OutlineModel(QAbstractItemModel):
    """The nodes as rows: name, type, output shape, number of parameters, and what they are connected to."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._rows: list[Row] = []
        self._all: list[Row] = []  # keeps every row alive: an index holds but its place in this list
        self._numbers: dict[int, int] = {}
        self._sort: tuple[int, Qt.SortOrder] = (-1, Qt.SortOrder.AscendingOrder)

    def fill(self) -> bool:
        """Take the nodes as they stand; returns whether rows came, went or changed their order."""
        rows = rows_of(self._session)
        rows += mark_rows(self._session, (self.tr("Frame"), self.tr("Note")))
        for at, row in enumerate(rows):
            row.at = at
        self._order(rows)
        same = [row.shape_of_tree() for row in rows] == [row.shape_of_tree() for row in self._rows]
        if not same:
            self.beginResetModel()
        self._take(rows)
        if not same:
            self.endResetModel()
            return True
        self._tell(QModelIndex())
        return False

    def rows(self) -> list[Row]:
        """Return the rows of the model itself, in the order that is shown."""
        return self._rows

    def all_rows(self) -> list[Row]:
        """Return every row, those inside of blocks too."""
        return self._all

    def find(self, place: str) -> QModelIndex:
        """Return the first row of a node by its address."""
        for row in self._all:
            if row.place == place:
                return self.index_of(row)
        return QModelIndex()

    def index_of(self, row: Row) -> QModelIndex:
        """Return the index of a row's name."""
        siblings = row.above.inside if row.above is not None else self._rows
        return self.createIndex(siblings.index(row), NAME, self._numbers[id(row)])

    def row_at(self, index: _Index) -> Row:
        """Return the row of an index."""
        return self._all[int(index.internalId())]

    def _take(self, rows: list[Row]) -> None:
        self._rows = rows
        self._all = [row for _, row in walk(rows)]
        self._numbers = {id(row): at for at, row in enumerate(self._all)}

    def _order(self, rows: list[Row]) -> None:
        column, order = self._sort
        if column < 0:
            rows.sort(key=lambda row: row.at)
        else:
            rows.sort(key=lambda row: row.key(column), reverse=order == Qt.SortOrder.DescendingOrder)
        for row in rows:
            self._order(row.inside)

    def _tell(self, parent: QModelIndex) -> None:
        count = self.rowCount(parent)
        if count:
            self.dataChanged.emit(self.index(0, 0, parent), self.index(count - 1, SOURCES, parent))
        for at in range(count):
            child = self.index(at, 0, parent)
            if self.row_at(child).inside:
                self._tell(child)

    # -- what Qt asks -------------------------------------------------------------------------------------

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, every block's inside by itself; -1 is the order of the data."""
        self._sort = (column, order)
        self.layoutAboutToBeChanged.emit()
        kept = [(index, self.row_at(index)) for index in self.persistentIndexList()]
        self._order(self._rows)
        self._take(self._rows)
        for index, row in kept:
            new = self.index_of(row)
            self.changePersistentIndex(index, new.siblingAtColumn(index.column()))
        self.layoutChanged.emit()

    def index(self, row: int, column: int, parent: _Index = QModelIndex()) -> QModelIndex:  # noqa: B008  # the signature of Qt
        rows = self.row_at(parent).inside if parent.isValid() else self._rows
        if not (0 <= row < len(rows) and 0 <= column < self.columnCount()):
            return QModelIndex()
        return self.createIndex(row, column, self._numbers[id(rows[row])])

    def parent(self, child: _Index) -> QModelIndex:  # type: ignore[override]  # Qt overloads it with QObject.parent
        above = self.row_at(child).above if child.isValid() else None
        return self.index_of(above) if above is not None else QModelIndex()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # the signature of Qt
        if parent.column() > 0:
            return 0
        return len(self.row_at(parent).inside if parent.isValid() else self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # the signature of Qt
        return 5

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a cell says, and how."""
        row, column = self.row_at(index), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return row.cells[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            if column == PARAMETERS and row.shared:
                return self.tr("Shares the weights of a node above")
            return f"{row.cells[NAME]}: {row.cells[TYPE]}" if column == NAME else row.cells[column]
        if role == Qt.ItemDataRole.TextAlignmentRole and column == PARAMETERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.FontRole and column in (SHAPE, PARAMETERS):
            return mono_font(11)
        if role == Qt.ItemDataRole.ForegroundRole and column == TYPE:
            theme = current()
            return QColor(theme.readable(theme.category(row.category)))
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Return the name of a column."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.titles()[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section == PARAMETERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return self.tr("Click to sort; a third click brings back the order of the data")
        return None

    def titles(self) -> tuple[str, str, str, str, str]:
        """Return the names of the columns."""
        return (
            self.tr("Name"),
            self.tr("Type"),
            self.tr("Shape"),
            self.tr("Params"),
            self.tr("Connected to"),
        )
