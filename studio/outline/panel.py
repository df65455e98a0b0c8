"""The outline: every node in the order in which data passes, with shapes and parameters, and their sum."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt
from PySide6.QtCore import Signal as QtSignal
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QStackedWidget,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from studio.document.rows import Edit, address
from studio.kit import EmptyState, StatRow
from studio.outline.model import OutlineModel
from studio.outline.rows import NAME, PARAMETERS, SHAPE, SOURCES, TYPE
from studio.outline.text import table_text
from studio.theme import mono_font, set_role, switch

if TYPE_CHECKING:
    from studio.session import Session

NARROW, WIDE = 300, 460
"""Widths in pixels from which the types, and what a node is connected to, have a column of their own."""


class _Tree(QTreeView):
    """A tree whose Ctrl+C copies the whole table."""

    copy_wanted = QtSignal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit()
            return
        super().keyPressEvent(event)


class OutlinePanel(QWidget):
    """A table of all nodes and a total below it; ``node_selected`` carries the address of a row.

    ``mark_selected`` carries the id of a frame or note.
    """

    node_selected = QtSignal(object)
    mark_selected = QtSignal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._stale = True
        self._marked: list[str] = []
        self.rows = OutlineModel(session)
        self.table = _Tree()
        self.table.setModel(self.rows)
        self.table.setAccessibleName(self.tr("Outline of the model"))
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setAllColumnsShowFocus(True)
        self.table.setUniformRowHeights(True)
        self.table.setIndentation(12)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # names differ at their ends
        self.table.setExpandsOnDoubleClick(False)  # a double click would fold what was just chosen
        head = self.table.header()
        head.setMinimumSectionSize(40)
        head.setStretchLastSection(False)
        head.setSectionsMovable(False)
        head.setSortIndicatorClearable(True)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        for column in (NAME, TYPE, SOURCES):
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.table.setSortingEnabled(True)
        self.table.setStyleSheet(
            "QTreeView { border: none; } QTreeView::item { padding: 4px 3px; border-radius: 0; }"
            " QHeaderView::section { padding: 4px 3px; }"
        )
        self.table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.table.clicked.connect(self._choose)
        self.table.activated.connect(self._choose)
        self.table.copy_wanted.connect(self.copy)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._open_menu)
        self.menu: QMenu | None = None
        self.total = StatRow(self.tr("Total parameters"))
        self.trainable = StatRow(self.tr("Trainable"))
        self.fixed = StatRow(self.tr("Not trainable"))
        self.copy_button = QPushButton(self.tr("Copy as text"))
        set_role(self.copy_button, "link")
        self.copy_button.setToolTip(self.tr("Copy the table as text, for a paper or a note"))
        self.copy_button.clicked.connect(self.copy)
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
        sums.setContentsMargins(4, 8, 4, 4)
        sums.setSpacing(4)
        for row in (self.total, self.trainable, self.fixed):
            sums.addWidget(row)
        button = QHBoxLayout()
        button.addWidget(self.copy_button)
        button.addStretch(1)
        sums.addLayout(button)
        column_ = QVBoxLayout(self)
        column_.setContentsMargins(10, 10, 10, 4)
        column_.setSpacing(6)
        column_.addWidget(self._stack, 1)
        column_.addWidget(foot)
        session.analysed.connect(self.refresh)
        session.document.edited.connect(self._on_edit)
        switch().changed.connect(self._repaint)
        self._fit_columns()
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the names room: a narrow outline does without some columns."""
        self._fit_columns()
        super().resizeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Take in what happened while nobody looked."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def _fit_columns(self) -> None:
        self.table.setColumnHidden(TYPE, self.width() < NARROW)
        self.table.setColumnHidden(SOURCES, self.width() < WIDE)
        numbers, titles = QFontMetrics(mono_font(11)), QFontMetrics(self.font())
        for column in (SHAPE, PARAMETERS):  # no wider than what they say: the rest is for the names
            widest = max(
                (numbers.horizontalAdvance(row.cells[column]) for row in self.rows.all_rows()), default=0
            )
            title = titles.horizontalAdvance(self.rows.titles()[column]) + 8
            self.table.setColumnWidth(column, max(title, min(widest, self.width() // 3)) + 8)

    def refresh(self) -> None:
        """Show the model as it stands; while it is hidden, only remember to."""
        self._stale = not self.isVisible()
        if self._stale:
            return
        folded = {
            row.place
            for row in self.rows.all_rows()
            if row.inside and not self.table.isExpanded(self.rows.index_of(row))
        }
        known = {row.place for row in self.rows.all_rows()}
        if self.rows.fill():
            for row in self.rows.all_rows():  # blocks are folded until somebody unfolds them
                if row.inside and row.place in known and row.place not in folded:
                    self.table.setExpanded(self.rows.index_of(row), True)
            self._show_mark()
        self.table.setRootIsDecorated(any(row.inside for row in self.rows.all_rows()))
        self._fit_columns()
        analysis = self._session.analysis
        self.total.set_value(f"{analysis.params:,}")
        self.trainable.set_value(f"{analysis.trainable:,}")
        self.fixed.set_value(f"{analysis.params - analysis.trainable:,}")
        self._stack.setCurrentWidget(self.table if self.rows.rows() else self._empty)
        self.copy_button.setEnabled(bool(self.rows.rows()))

    def _on_edit(self, edit: Edit) -> None:
        """Say anew what frames stand around; all other edits are told once they have been analysed."""
        tables = {put.table for put in edit.puts}
        if tables <= {"places", "marks"} and ("marks" in tables or self._session.document.mark_ids()):
            self.refresh()

    def mark(self, nodes: list[str]) -> None:
        """Show which nodes of the shown graph are selected on the canvas."""
        self._marked = [address(node, self._session.graph) for node in nodes]
        if not self._stale:
            self._show_mark()

    def _show_mark(self) -> None:
        model = self.table.selectionModel()
        chosen = QItemSelection()
        found = [index for place in self._marked if (index := self.rows.find(place)).isValid()]
        for index in found:
            chosen.select(index, index.siblingAtColumn(SOURCES))
        flags = QItemSelectionModel.SelectionFlag
        model.select(chosen, flags.ClearAndSelect | flags.Rows)
        if found:
            for index in found[:1]:
                above = index.parent()
                while above.isValid():
                    self.table.setExpanded(above, True)
                    above = above.parent()
            model.setCurrentIndex(found[0], flags.NoUpdate)
            self.table.scrollTo(found[0])

    def text(self) -> str:
        """Return the table with its sums as text."""
        if self._stale:
            self.rows.fill()
        analysis = self._session.analysis
        sums = [
            (self.tr("Total parameters"), f"{analysis.params:,}"),
            (self.tr("Trainable"), f"{analysis.trainable:,}"),
            (self.tr("Not trainable"), f"{analysis.params - analysis.trainable:,}"),
        ]
        return table_text(self.rows.titles(), [row for row in self.rows.rows() if not row.mark], sums)

    def copy(self) -> None:
        """Put the table on the clipboard, as text."""
        QGuiApplication.clipboard().setText(self.text())

    def _choose(self, index: QModelIndex) -> None:
        row = self.rows.row_at(index)
        (self.mark_selected if row.mark else self.node_selected).emit(row.place)

    def _open_menu(self, place: QPoint) -> None:
        """Offer what a click on a title does, for those who came by the menu key."""
        if self.menu is not None:
            self.menu.deleteLater()
        self.menu = QMenu(self)
        head = self.table.header()
        sorted_by, order = head.sortIndicatorSection(), head.sortIndicatorOrder()
        sorting = self.menu.addMenu(self.tr("Sort by"))
        rows = [(-1, self.tr("Order of the data")), *enumerate(self.rows.titles())]
        for column, title in rows:
            action = sorting.addAction(title, partial(self._sort, column))
            action.setCheckable(True)
            action.setChecked(column == sorted_by)
        down, up = Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder
        turn = self.menu.addAction(self.tr("Turn the order round"))
        turn.triggered.connect(partial(self._turn, sorted_by, up if order == down else down))
        turn.setEnabled(sorted_by >= 0)
        self.menu.addSeparator()
        self.menu.addAction(self.tr("Unfold all blocks"), self.table.expandAll)
        self.menu.addAction(self.tr("Fold all blocks"), self.table.collapseAll)
        self.menu.addSeparator()
        self.menu.addAction(self.tr("Copy as text"), self.copy)
        self.menu.popup(self.table.viewport().mapToGlobal(place))

    def _sort(self, column: int) -> None:
        largest_first = column in (SHAPE, PARAMETERS)
        order = Qt.SortOrder.DescendingOrder if largest_first else Qt.SortOrder.AscendingOrder
        self.table.header().setSortIndicator(column, order)

    def _turn(self, column: int, order: Qt.SortOrder) -> None:
        self.table.header().setSortIndicator(column, order)

    def _repaint(self, *_: object) -> None:
        self.table.viewport().update()
