"""The search for a layer to add, all by keyboard."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio.canvas.search import Entry, ranked
from studio.kit import SearchField
from studio.theme import current, mono_font, set_role, switch, ui_font

ROW = 42
FRAME = 104
"""The field, what is said of the marked row, and the margins around the list."""
WIDTH, HEIGHT = 400, FRAME + 7 * ROW
_Index = QModelIndex | QPersistentModelIndex


class _Rows(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []

    def show(self, entries: Sequence[Entry]) -> None:
        self.beginResetModel()
        self.entries = list(entries)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  # Qt's own signature
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.type
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return entry.summary
        return entry if role == Qt.ItemDataRole.UserRole else None


class _Painter(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(100, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        entry: Entry = index.data(Qt.ItemDataRole.UserRole)
        theme = current()
        rect = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent_soft))
            painter.drawRoundedRect(rect.adjusted(4, 1, -4, -1), 6, 6)
        painter.fillRect(
            QRectF(rect.left() + 12, rect.top() + 8, 3, ROW - 16), QColor(theme.category(entry.category))
        )
        line = rect.adjusted(24, 4, -14, -4)
        painter.setFont(mono_font(11))
        painter.setPen(QColor(theme.faint))
        top = QRectF(line.left(), line.top(), line.width(), 18)
        painter.drawText(top, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, entry.note)
        beside = painter.fontMetrics().horizontalAdvance(entry.note) + 10 if entry.note else 0
        painter.setFont(ui_font(13, bold=True))
        painter.setPen(QColor(theme.text))
        name = painter.fontMetrics().elidedText(
            entry.type, Qt.TextElideMode.ElideMiddle, int(top.width()) - beside
        )
        painter.drawText(top, Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(ui_font(11))
        painter.setPen(QColor(theme.muted))
        words = painter.fontMetrics().elidedText(
            entry.summary.split("\n")[0], Qt.TextElideMode.ElideRight, int(line.width())
        )
        painter.drawText(
            QRectF(line.left(), line.top() + 18, line.width(), 16), Qt.AlignmentFlag.AlignVCenter, words
        )
        painter.restore()


class AddPopup(QFrame):
    """A field and a list over the canvas.  Enter or a click emits ``chosen`` with the type; Escape closes."""

    chosen = Signal(str)
    closed = Signal()

    def __init__(self, entries: Sequence[Entry], title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._room = parent
        self._all = list(entries)
        self.setObjectName("add-popup")
        self.setAutoFillBackground(True)
        self.field = SearchField(title)
        self.field.installEventFilter(self)
        self.list = QListView()
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName(self.tr("Layers found"))
        self._rows = _Rows(self)
        self.list.setModel(self._rows)
        self.list.setItemDelegate(_Painter(self.list))
        self._nothing = QLabel(self.tr("No layer is called that."))
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.about = QLabel()  # a row has room for the beginning alone
        self.about.setTextFormat(Qt.TextFormat.PlainText)
        self.about.setWordWrap(True)
        self.about.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.about.setFont(ui_font(11))
        self.about.setFixedHeight(36)
        self.about.setContentsMargins(6, 0, 6, 0)
        set_role(self.about, "small")
        self.list.selectionModel().currentChanged.connect(self._tell)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.field)
        column.addWidget(self.list, 1)
        column.addWidget(self._nothing, 1)
        column.addWidget(self.about)
        self._dress()
        switch().changed.connect(self._dress)
        self._tall = HEIGHT
        self.resize(WIDTH, HEIGHT)
        self.field.textChanged.connect(self._search)
        self.list.clicked.connect(self._choose)
        self._search("")

    def _dress(self, *_: object) -> None:
        theme = current()
        self.setStyleSheet(
            f"#add-popup {{ background: {theme.surface}; border: 1px solid {theme.border_strong};"
            " border-radius: 8px; }"
        )

    def open_at(self, at: QPoint) -> None:
        """Show beside a point of the parent, wholly inside it."""
        room = self._room.size()
        self._tall = min(HEIGHT, room.height() - 8)
        self.resize(min(WIDTH, room.width() - 8), self._tall)
        x = min(max(4, at.x()), room.width() - self.width() - 4)
        y = min(max(4, at.y()), room.height() - self.height() - 4)
        self.move(x, y)
        self.show()
        self.raise_()
        self.field.setFocus()

    def found(self) -> list[Entry]:
        """Return the rows that are shown."""
        return list(self._rows.entries)

    def close_popup(self) -> None:
        """Go away without a choice."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def _search(self, query: str) -> None:
        rows = ranked(self._all, query)
        self._rows.show(rows)
        self.list.setVisible(bool(rows))
        self._nothing.setVisible(not rows)
        self.about.setVisible(bool(rows))
        self.resize(self.width(), min(self._tall, FRAME + max(2, len(rows)) * ROW))
        if rows:
            self.list.setCurrentIndex(self._rows.index(0, 0))

    def _tell(self, index: QModelIndex, _before: QModelIndex | None = None) -> None:
        """Say all of the marked row, and where it does not go with the data."""
        if not index.isValid():
            return
        entry = self._rows.entries[index.row()]
        words = entry.summary.split("\n")[0]
        if entry.fit > 1:
            words = self.tr("Does not fit here as it is. {summary}").format(summary=words)
        self.about.setText(words)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.hide()
            entry = self._rows.entries[index.row()]
            self.chosen.emit(entry.key or entry.type)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and event.type() == QEvent.Type.FocusOut:
            if not self.isAncestorOf(self.window().focusWidget()):
                self.close_popup()
        elif watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 7, Qt.Key.Key_PageUp: -7}
            if event.key() in steps:
                row = self.list.currentIndex().row() + steps[Qt.Key(event.key())]
                row = min(max(0, row), self._rows.rowCount() - 1)
                self.list.setCurrentIndex(self._rows.index(row, 0))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose(self.list.currentIndex())
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close_popup()
                return True
        return super().eventFilter(watched, event)
