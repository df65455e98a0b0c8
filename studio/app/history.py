"""The tab "History": all steps that can be undone, the present one marked, and the snapshots."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import (
    QCoreApplication,
    QDateTime,
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QUndoView,
    QVBoxLayout,
    QWidget,
)

from studio.document.snapshots import Snapshot, snapshots
from studio.kit import EmptyState, FlowLayout
from studio.session import Session
from studio.theme import icon, set_role

BUTTONS = ("go_back", "open_snapshot", "compare_snapshot", "rename_snapshot", "delete_snapshot")


class _Steps(QStyledItemDelegate):
    """Draws the present step bold with an arrow, and those that were undone in a fainter ink."""

    def __init__(self, view: QUndoView) -> None:
        super().__init__(view)
        self._view = view

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        stack = self._view.stack()
        present = stack.index() if stack is not None else 0
        option.features |= QStyleOptionViewItem.ViewItemFeature.HasDecoration
        if index.row() == present:
            option.font.setBold(True)
            option.icon = icon("chevron-right", "accent")
        elif index.row() > present:
            option.font.setItalic(True)
            faint = option.palette.color(QPalette.ColorRole.PlaceholderText)
            option.palette.setColor(QPalette.ColorRole.Text, faint)


class _Snapshots(QListWidget):
    """A list whose Del and F2 mean its rows, not what is selected in the drawing."""

    wanted = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = {Qt.Key.Key_Delete: "delete_snapshot", Qt.Key.Key_F2: "rename_snapshot"}
        wanted = keys.get(Qt.Key(event.key()))
        if wanted and self.currentItem() is not None:
            self.wanted.emit(wanted)
            return
        super().keyPressEvent(event)


class HistoryPanel(QWidget):
    """Steps at the left, snapshots at the right; ``wanted`` carries the id of an action."""

    wanted = Signal(str)
    selection_changed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.steps = QUndoView(session.stack)
        self.steps.setEmptyLabel(self.tr("As it was opened"))
        self.steps.setAccessibleName(self.tr("Steps that can be undone"))
        self.steps.setItemDelegate(_Steps(self.steps))
        self.steps.setUniformItemSizes(True)
        session.stack.indexChanged.connect(self._repaint)
        self.list = _Snapshots()
        self.list.setAccessibleName(self.tr("Snapshots"))
        self.list.ensurePolished()  # rows are as high as the style says only from now on
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # names are elided
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.currentRowChanged.connect(self._follow)
        self.list.itemActivated.connect(lambda _item: self.wanted.emit("open_snapshot"))
        self.list.wanted.connect(self.wanted)
        empty = EmptyState(
            "camera",
            self.tr("No snapshots"),
            self.tr("Keep the drawing as it is now under a name, to come back to it or to compare with it."),
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(self.list)
        self.keep = QPushButton(self.tr("Keep a snapshot…"))
        self.keep.clicked.connect(lambda: self.wanted.emit("keep_snapshot"))
        titles = (
            self.tr("Go back to it"), self.tr("Open"), self.tr("Compare"), self.tr("Rename…"),
            self.tr("Delete"),
        )  # fmt: skip
        self.buttons: dict[str, QPushButton] = {}
        self._foot = QWidget()
        row = FlowLayout(self._foot)
        for key, title in zip(BUTTONS, titles, strict=True):
            button = self.buttons[key] = QPushButton(title)
            set_role(button, "quiet")
            button.clicked.connect(lambda _on=False, one=key: self.wanted.emit(one))
            row.addWidget(button)
        left, right, head = QVBoxLayout(), QVBoxLayout(), QHBoxLayout()
        head.addWidget(_heading(self.tr("Snapshots")))
        head.addStretch(1)
        head.addWidget(self.keep)
        left.addSpacing(7)
        left.addWidget(_heading(self.tr("Steps")))
        left.addSpacing(7)
        left.addWidget(self.steps, 1)
        right.addLayout(head)
        right.addWidget(self._stack, 1)
        right.addWidget(self._foot)
        columns = QHBoxLayout(self)
        columns.setContentsMargins(14, 4, 14, 8)
        columns.setSpacing(24)
        columns.addLayout(left, 2)
        columns.addLayout(right, 3)
        self.refresh()

    def refresh(self) -> None:
        """List the snapshots as they are now; the chosen one stays chosen."""
        chosen = self.chosen()
        found = snapshots(self._session.document)
        self.list.clear()
        for one in reversed(found):  # the newest first
            item = QListWidgetItem(icon("camera"), _line(one))
            item.setData(Qt.ItemDataRole.UserRole, one.name)
            item.setToolTip(_line(one))
            self.list.addItem(item)
        self._stack.setCurrentIndex(1 if found else 0)
        self._foot.setVisible(bool(found))
        self.choose(chosen if any(one.name == chosen for one in found) else "")

    def chosen(self) -> str:
        """Return the name of the chosen snapshot, empty where none is."""
        item = self.list.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else ""

    def choose(self, name: str) -> None:
        """Choose a snapshot, or the first for an empty name."""
        names = [self.list.item(at).data(Qt.ItemDataRole.UserRole) for at in range(self.list.count())]
        if names:
            self.list.setCurrentRow(names.index(name) if name in names else 0)
        self._follow()

    def _follow(self, *_: object) -> None:
        there = bool(self.chosen())
        for button in self.buttons.values():
            button.setEnabled(there)
        self.selection_changed.emit()

    def _repaint(self, *_: object) -> None:
        self.steps.viewport().update()


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    set_role(label, "heading")
    return label


def _line(one: Snapshot) -> str:
    try:
        when = datetime.fromisoformat(one.time)
        moment = QDateTime.fromSecsSinceEpoch(round(when.timestamp()))
        stamp = QLocale().toString(moment, QLocale.FormatType.ShortFormat)
    except ValueError:
        stamp = ""
    tr = QCoreApplication.translate
    nodes = tr("HistoryPanel", "1 node") if one.nodes == 1 else tr("HistoryPanel", "{count} nodes")
    return "  ·  ".join(part for part in (one.name, stamp, nodes.format(count=one.nodes)) if part)
