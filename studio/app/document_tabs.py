"""The row of open drawings: a tab each, which names it and says whether it is saved and whether it trains."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QIcon, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QTabBar, QToolButton, QWidget

from studio.theme import icon, set_role

LONGEST = 40
"""Letters of a title that a tab shows; its tool tip has them all."""


class _Bar(QTabBar):
    """Tabs that the middle button closes, as in a browser."""

    middle_clicked = Signal(int)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = self.tabAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.MiddleButton and at >= 0:
            self.middle_clicked.emit(at)
            return
        super().mouseReleaseEvent(event)


class DocumentTabs(QFrame):
    """Tabs for pages, hidden while there are fewer than two; it moves no page and closes none by itself.

    ``chosen`` carries the page whose tab came to the front, ``close_wanted`` and ``others_wanted`` the one
    whose tab was asked to go, or to stay alone.
    """

    chosen = Signal(object)
    close_wanted = Signal(object)
    others_wanted = Signal(object)
    new_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "bar")
        self._pages: dict[int, QWidget] = {}
        self._last = 0
        self.menu: QMenu | None = None
        self.bar = _Bar()
        set_role(self.bar, "documents")
        self.bar.setAccessibleName(self.tr("Open drawings"))
        self.bar.setMovable(True)
        self.bar.setExpanding(False)
        self.bar.setDrawBase(False)
        self.bar.setElideMode(Qt.TextElideMode.ElideNone)  # many tabs are scrolled: names stay names
        self.bar.setSelectionBehaviorOnRemove(QTabBar.SelectionBehavior.SelectPreviousTab)
        self.bar.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.add_button = QToolButton()
        self.add_button.setIcon(icon("plus"))
        self.add_button.setToolTip(self.tr("New drawing"))
        self.add_button.setAccessibleName(self.tr("New drawing"))
        self.add_button.clicked.connect(lambda: self.new_wanted.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 14, 6)
        row.setSpacing(2)
        row.addWidget(self.bar)
        row.addWidget(self.add_button)
        row.addStretch(1)
        self.bar.currentChanged.connect(self._choose)
        self.bar.middle_clicked.connect(lambda at: self.close_wanted.emit(self.page_at(at)))
        self.bar.customContextMenuRequested.connect(self._open_menu)
        self._follow()

    def pages(self) -> list[QWidget]:
        """Return the pages in the order of their tabs."""
        return [self.page_at(at) for at in range(self.bar.count())]

    def page_at(self, at: int) -> QWidget:
        """Return the page of a tab."""
        return self._pages[self.bar.tabData(at)]

    def index_of(self, page: QWidget) -> int:
        """Return where a page's tab stands, -1 without one."""
        pages = self.pages()
        return pages.index(page) if page in pages else -1

    def current(self) -> QWidget | None:
        """Return the page of the tab in front."""
        at = self.bar.currentIndex()
        return self.page_at(at) if at >= 0 else None

    def add(self, page: QWidget, title: str) -> None:
        """Add a tab at the end and bring it to the front."""
        self._last += 1
        self._pages[self._last] = page
        blocked = self.bar.blockSignals(True)  # the first tab is chosen before it knows its page
        at = self.bar.addTab("")
        self.bar.setTabData(at, self._last)
        self.bar.setCurrentIndex(at)
        self.bar.blockSignals(blocked)
        button = QToolButton()
        button.setIcon(icon("x"))
        button.setFixedSize(30, 18)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Ctrl+W closes by keyboard
        button.setStyleSheet("QToolButton { margin-right: 12px; padding: 1px; }")
        button.clicked.connect(lambda: self.close_wanted.emit(page))
        self.bar.setTabButton(at, QTabBar.ButtonPosition.RightSide, button)
        self._name_button(at, title)
        self.say(page, title, saved=True)
        self._follow()
        self.chosen.emit(page)

    def remove(self, page: QWidget) -> None:
        """Take a tab away; the one that was in front before it comes back."""
        at = self.index_of(page)
        if at < 0:
            return
        front = self.current()
        key = self.bar.tabData(at)
        blocked = self.bar.blockSignals(True)
        self.bar.removeTab(at)
        self.bar.blockSignals(blocked)
        del self._pages[key]
        self._follow()
        now = self.current()
        if now is not None and now is not front:
            self.chosen.emit(now)

    def bring(self, page: QWidget) -> None:
        """Bring a page's tab to the front."""
        self.bar.setCurrentIndex(self.index_of(page))

    def turn(self, by: int) -> None:
        """Go to the next tab, or to the one before; after the last comes the first."""
        if self.bar.count():
            self.bar.setCurrentIndex((self.bar.currentIndex() + by) % self.bar.count())

    def shift(self, by: int) -> None:
        """Move the tab in front to the right or left."""
        at = self.bar.currentIndex()
        to = min(self.bar.count() - 1, max(0, at + by))
        if at >= 0 and to != at:
            self.bar.moveTab(at, to)

    def say(self, page: QWidget, title: str, *, saved: bool, running: bool = False, where: str = "") -> None:
        """Name a page and mark its state: a dot where it is not saved, a triangle where it trains."""
        at = self.index_of(page)
        if at < 0:
            return
        half = LONGEST // 2
        short = title if len(title) <= LONGEST else f"{title[:half]}…{title[-half:]}"
        shown = (short if saved else f"• {short}").replace("&", "&&")
        if self.bar.tabText(at) != shown:
            self.bar.setTabText(at, shown)
            self._name_button(at, title)
        states = [] if saved else [self.tr("not saved")]
        states += [self.tr("training")] if running else []
        tip = "\n".join(part for part in (where or title, ", ".join(states)) if part)
        if self.bar.tabToolTip(at) != tip:
            self.bar.setTabToolTip(at, tip)
            self.bar.setTabIcon(at, icon("play", "accent", filled=True) if running else QIcon())
            self.bar.setAccessibleTabName(at, ", ".join([title, *states]))

    def _name_button(self, at: int, title: str) -> None:
        button = self.bar.tabButton(at, QTabBar.ButtonPosition.RightSide)
        if button is not None:
            button.setToolTip(self.tr("Close {name} (Ctrl+W)").format(name=title))
            button.setAccessibleName(self.tr("Close {name}").format(name=title))

    def _choose(self, at: int) -> None:
        if at >= 0:
            self.chosen.emit(self.page_at(at))

    def _open_menu(self, place: QPoint) -> None:
        at = self.bar.tabAt(place)
        if at < 0:
            return
        page = self.page_at(at)
        if self.menu is not None:
            self.menu.deleteLater()
        self.menu = QMenu(self)
        self.menu.addAction(self.tr("Close"), lambda: self.close_wanted.emit(page))
        others = self.menu.addAction(self.tr("Close the others"), lambda: self.others_wanted.emit(page))
        others.setEnabled(self.bar.count() > 1)
        self.menu.popup(self.bar.mapToGlobal(place))

    def _follow(self) -> None:
        self.setVisible(self.bar.count() > 1)
