"""Ctrl+Shift+P: any action by name, from the keyboard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFontMetrics, QKeyEvent, QKeySequence, QPainter, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from studio.app.actions import ACTIONS, MENUS
from studio.app.menus import plain
from studio.kit import SearchField
from studio.theme import current, set_role, ui_font
from studio.theme.fonts import SIZES

ID = Qt.ItemDataRole.UserRole
KEYS, ASIDE = ID + 1, ID + 2
"""Roles of a row: its keys, and what stands beside its name: its menu, or why it cannot be used."""
MOST_RECENT = 6


def rank(query: str, text: str) -> int | None:
    """Return how well ``text`` answers ``query`` (smaller is better), or ``None`` where it does not.

    Whole words and beginnings win, then words in any order; at least all letters must come in order.
    """
    query, text = query.casefold().strip(), text.casefold()
    if not query:
        return 0
    at = text.find(query)
    if at >= 0:
        return 0 if at == 0 else 1 if not text[at - 1].isalnum() else 2
    if all(word in text for word in query.split()):
        return 2
    place = -1
    for letter in query.replace(" ", ""):
        place = text.find(letter, place + 1)
        if place < 0:
            return None
    return 3


class _Rows(QStyledItemDelegate):
    """Draws picture and name at the left, keys at the right, and the menu or a reason between them."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme = current()
        can = bool(index.flags() & Qt.ItemFlag.ItemIsEnabled)
        name = index.data(Qt.ItemDataRole.DisplayRole)
        ground = QStyleOptionViewItem(option)
        self.initStyleOption(ground, index)
        ground.text = ""
        ink = QColor(theme.text if can else theme.muted)
        ground.palette.setColor(QPalette.ColorRole.Text, ink)
        view: QWidget = option.widget
        view.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, ground, painter, view)
        row = option.rect.adjusted(44, 0, -12, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.save()
        keys = index.data(KEYS)
        if keys:
            painter.setFont(ui_font(SIZES["small"]))
            painter.setPen(QColor(theme.muted))
            painter.drawText(row, middle | Qt.AlignmentFlag.AlignRight, keys)
            row.setRight(row.right() - painter.fontMetrics().horizontalAdvance(keys) - 14)
        painter.setFont(option.font)
        painter.setPen(ink)
        shown = QFontMetrics(option.font).elidedText(name, Qt.TextElideMode.ElideRight, row.width())
        painter.drawText(row, middle | Qt.AlignmentFlag.AlignLeft, shown)
        left = QFontMetrics(option.font).horizontalAdvance(shown) + 12
        rest = QRect(row.left() + left, row.top(), row.width() - left, row.height())
        painter.setFont(ui_font(SIZES["small"]))
        painter.setPen(QColor(theme.faint if can else theme.muted))
        said = painter.fontMetrics().elidedText(index.data(ASIDE), Qt.TextElideMode.ElideRight, rest.width())
        painter.drawText(rest, middle | Qt.AlignmentFlag.AlignLeft, said)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(super().sizeHint(option, index).width(), 34)


class CommandPalette(QDialog):
    """Lists the actions that answer what is typed; Return does the chosen one; a disabled one says why.

    ``recent`` are the ids of actions that come first among equals; ``taken`` tells which one was taken.
    """

    taken = Signal(str)

    def __init__(
        self, actions: Iterable[QAction], parent: QWidget | None = None, recent: Sequence[str] = ()
    ) -> None:
        super().__init__(parent)
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Find an action"))
        self.setFixedSize(640, 420)
        set_role(self, "popup")
        self._menus = {act.id: plain(MENUS[act.menu]) for act in ACTIONS}
        self._submenus = {act.id: plain(act.submenu) for act in ACTIONS if act.submenu}
        self._actions = [action for action in actions if action.text()]
        self._recent = {name: at for at, name in enumerate(recent)}
        self.field = SearchField(self.tr("What do you want to do?"))
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName(self.tr("Actions"))
        self.list.setItemDelegate(_Rows(self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.none = QLabel(self.tr("No action is called that."))
        self.none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self.none, "muted")
        self.none.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.addWidget(self.field)
        column.addWidget(self.none, 1)
        column.addWidget(self.list, 1)
        self.field.textChanged.connect(self._fill)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(self._do)
        self.list.ensurePolished()
        self._fill("")
        self.field.setFocus()

    def _fill(self, query: str) -> None:
        self.list.clear()
        far = len(self._recent)
        found = []
        for action in self._actions:
            score = rank(query, self._name(action))
            if score is None and query and rank(query, self._menus.get(action.objectName(), "")) == 0:
                score = 4  # all actions of a menu, by its name
            if score is not None:
                lately = self._recent.get(action.objectName(), far)
                order = (score, not action.isEnabled(), lately) if query else (0, False, lately)
                found.append((order, action))
        for _, action in sorted(found, key=lambda pair: pair[0]):
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            name, why = self._name(action), action.statusTip()
            item = QListWidgetItem(action.icon(), name)
            item.setData(ID, action.objectName())
            item.setData(KEYS, keys)
            aside = self._menus.get(action.objectName(), "")
            if not query and action.objectName() in self._recent:
                aside = self.tr("{menu} · used lately").format(menu=aside)
            if not action.isEnabled():
                item.setFlags(Qt.ItemFlag.ItemIsSelectable)
                item.setToolTip(why)
                aside = why
            item.setData(ASIDE, aside)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(filter(None, (name, keys, aside))))
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.setVisible(self.list.count() > 0)
        self.none.setVisible(not self.list.count())

    def _name(self, action: QAction) -> str:
        name = action.text().replace("&", "").rstrip("…")
        submenu = self._submenus.get(action.objectName())
        return f"{submenu}: {name}" if submenu else name

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {
                Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10
            }.get(Qt.Key(event.key()))  # fmt: skip
            if step is not None and self.list.count():
                last, to = self.list.count() - 1, self.list.currentRow() + step
                if abs(step) == 1:  # after the last comes the first
                    to %= last + 1
                self.list.setCurrentRow(min(last, max(0, to)))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._do(self.list.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _do(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return
        wanted = item.data(ID)
        action = next(one for one in self._actions if one.objectName() == wanted)
        if action.isEnabled():
            self.taken.emit(wanted)
            self.close()
            action.trigger()


def with_recent(recent: Sequence[str], name: str) -> list[str]:
    """Return the ids of the actions taken last with one more at their head."""
    return [name, *(each for each in recent if each != name)][:MOST_RECENT]
