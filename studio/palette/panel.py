"""The palette: every kind of layer by category; drag one onto the canvas, or double-click to append it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QMimeData, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QDrag, QKeyEvent
from PySide6.QtWidgets import QMenu, QStackedWidget, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from engine.errors import did_you_mean
from studio.document.library import BlockLibrary
from studio.document.suiting import at_hand, suits
from studio.kit import EmptyState, SearchField
from studio.palette.own_blocks import OwnBlocks, OwnRow
from studio.palette.rows import (
    CATEGORY_ROLE,
    MORE_ROLE,
    OPEN_ROLE,
    RARE_ROLE,
    TYPE_ROLE,
    RowDelegate,
    drag_picture,
)
from studio.theme import icon

if TYPE_CHECKING:
    from studio.session import Session

MIME = "application/x-bunon-layer"
"""What a dragged layer carries: the name of its class, or ``Input`` or ``Output``, in UTF-8."""
INPUT, OUTPUT = "Input", "Output"


class PalettePanel(QWidget):
    """A search field and the layers below it.

    ``add_requested`` carries the name of a class (or ``Input``, ``Output``, or a block) when the user
    double-clicks a layer or presses Enter on it.
    """

    add_requested = Signal(str)
    block_wanted = Signal(str, str)
    """What to do with a block (keep, rename, delete, export, import), and its key."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._filled: object = None
        self._shown_own: list[OwnRow] = []
        self._search = SearchField(self.tr("Search layers"))
        self._search.textChanged.connect(self._filter)
        self._search.returnPressed.connect(self._add_first)
        self._rows = _Rows()
        self._rows.setAccessibleName(self.tr("Layers"))
        self._rows.chosen.connect(self.add_requested)
        self._rows.menu_wanted.connect(self._show_menu)
        self.own = OwnBlocks(session)
        self.menu: QMenu | None = None
        self._empty = EmptyState("search", "", "")
        self._empty.button().clicked.connect(self._take_near)
        self._waiting = EmptyState(
            "layers", self.tr("Loading layers…"), self.tr("You can open and look at a drawing meanwhile.")
        )
        self._near = ""
        self._stack = QStackedWidget()
        for page in (self._waiting, self._rows, self._empty):
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 6)
        column.setSpacing(8)
        column.addWidget(self._search)
        column.addWidget(self._stack, 1)
        column.addWidget(self.own.told)
        session.analysed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Fill the palette if the catalog has come, or is another one."""
        catalog = self._session.catalog
        if catalog is None:
            self._stack.setCurrentWidget(self._waiting)
            self._search.setEnabled(False)
            return
        own = self.own.rows()
        if catalog is self._filled and own == self._shown_own:
            return
        self._filled, self._shown_own = catalog, own
        self._rows.clear()
        ends = ((INPUT, self.tr("Where data enters the model")), (OUTPUT, self.tr("What it should predict")))
        self._rows.add_category(self.tr("Data"), [(name, name.lower(), tip) for name, tip in ends])
        if own:
            rows = [(row.name, "block", row.tip) for row in own]
            self._rows.add_category(self.tr("My blocks"), rows, [row.key for row in own])
        groups: dict[str, list[tuple[str, str, str]]] = {}
        for spec in catalog:
            found = (spec.name, spec.category, _said(spec.summary))
            groups.setdefault(spec.category, []).append(found)
        rare = {spec.name for spec in catalog if spec.rare}
        for category, listed in groups.items():
            behind = [name for name, _, _ in listed if name in rare]
            # A lone row behind "more" would save no room.
            self._rows.add_category(
                _said(category.capitalize()), listed, rare=behind if len(behind) > 1 else ()
            )
        count = sum(len(listed) for listed in groups.values())
        words = self.tr("Search {n} layers").format(n=count)
        self._search.setPlaceholderText(words)
        self._search.setAccessibleName(words)
        self._search.setEnabled(True)
        self._filter(self._search.text())

    def current_type(self) -> str:
        """Return the layer whose row has the focus, or nothing."""
        item = self._rows.currentItem() if self._rows.hasFocus() else None
        return str(item.data(0, TYPE_ROLE) or "") if item is not None else ""

    def set_library(self, library: BlockLibrary) -> None:
        """Show the user's own blocks too, from now on and as they change."""
        self.own.set_library(library)
        library.changed.connect(self.refresh)
        self.destroyed.connect(lambda: library.changed.disconnect(self.refresh, missing_ok=True))
        self.refresh()

    def _show_menu(self, key: str, at: QPoint) -> None:
        """Offer what can be done with a block, or with any layer."""
        if self.menu is not None:
            self.menu.deleteLater()
        self.menu = menu = QMenu(self)
        if key:
            menu.addAction(icon("plus"), self.tr("Add to the drawing"), lambda: self.add_requested.emit(key))
        if self.own.has_library():
            for what, picture, words in self.own.offers(key):
                menu.addAction(icon(picture), words, partial(self.block_wanted.emit, what, key))
        menu.popup(at)

    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def _filter(self, text: str) -> None:
        if self._filled is None:
            return
        wanted = text.strip().casefold()
        if self._rows.show_matching(wanted):
            self._stack.setCurrentWidget(self._rows)
            return
        names = self._rows.names()
        near = did_you_mean(wanted, names)
        self._near = next((name for name in names if f"'{name}'" in near), "")
        hint = self.tr("Check the spelling, or search for a word of its description.")
        if self._near:
            hint = self.tr("Did you mean {name}?").format(name=self._near)
            self._empty.button().setText(self.tr("Show {name}").format(name=self._near))
        self._empty.button().setVisible(bool(self._near))
        self._empty.set_message(self.tr("No layer matches “{text}”").format(text=text.strip()), hint)
        self._stack.setCurrentWidget(self._empty)

    def _take_near(self) -> None:
        self._search.setText(self._near)

    def _add_first(self) -> None:
        name = self._rows.first_match(self._search.text().strip().casefold(), self._misfits())
        if name and self._search.text().strip():
            self.add_requested.emit(name)

    def _misfits(self) -> set[str]:
        """Return the layers that refuse the data at hand."""
        session = self._session
        given = at_hand(session.document, session.here, session.graph)
        catalog = session.catalog or ()
        return {spec.name for spec in catalog if suits(spec, given)[0] == 2}

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go on from the search field into the list with the down key."""
        if event.key() == Qt.Key.Key_Down and self._search.hasFocus():
            self._rows.focus_first()
            return
        super().keyPressEvent(event)


class _Rows(QTreeWidget):
    """The list itself: headings that fold, and layers that can be dragged out."""

    chosen = Signal(str)
    menu_wanted = Signal(str, QPoint)

    def __init__(self) -> None:
        super().__init__()
        self._unfolded: set[str] = set()  # categories that show their rare layers too
        self._wanted = ""
        self.setObjectName("paletteRows")
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setItemDelegate(RowDelegate(self))
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QTreeWidget.DragDropMode.DragOnly)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QTreeWidget.ScrollMode.ScrollPerPixel)
        self.setExpandsOnDoubleClick(False)
        self.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.setStyleSheet("QTreeWidget { background: transparent; border: none; padding: 0; }")
        self.itemClicked.connect(self._fold)
        self.itemDoubleClicked.connect(self._choose)
        self.itemExpanded.connect(lambda item: item.setData(0, OPEN_ROLE, True))
        self.itemCollapsed.connect(lambda item: item.setData(0, OPEN_ROLE, False))

    def add_category(
        self,
        title: str,
        rows: list[tuple[str, str, str]],
        keys: Sequence[str] = (),
        rare: Collection[str] = (),
    ) -> None:
        """Add a heading with its layers: name, category, what it does; ``keys`` where they are no names.

        Those that are ``rare`` wait behind a row that says how many more there are.
        """
        heading = QTreeWidgetItem([title])
        heading.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
        for at, (name, category, tip) in enumerate(rows):
            item = QTreeWidgetItem([name])
            item.setData(0, TYPE_ROLE, keys[at] if keys else name)
            item.setData(0, CATEGORY_ROLE, category)
            item.setToolTip(0, tip)
            item.setData(0, Qt.ItemDataRole.AccessibleDescriptionRole, tip)
            item.setData(0, RARE_ROLE, name in rare)
            heading.addChild(item)
        if rare:
            more = QTreeWidgetItem([""])
            more.setData(0, MORE_ROLE, True)
            heading.addChild(more)
        self.addTopLevelItem(heading)
        self.ensurePolished()
        heading.setExpanded(True)

    def _layers(self) -> list[QTreeWidgetItem]:
        headings = [self.topLevelItem(row) for row in range(self.topLevelItemCount())]
        found = [heading.child(row) for heading in headings if heading for row in range(heading.childCount())]
        return [item for item in found if item is not None and not item.data(0, MORE_ROLE)]

    def names(self) -> list[str]:
        """Return the names of all layers."""
        return [item.text(0) for item in self._layers()]

    def show_matching(self, wanted: str) -> bool:
        """Show the layers whose name or description has ``wanted`` in it; return whether there are any."""
        found = False
        self._wanted = wanted
        for row in range(self.topLevelItemCount()):
            heading = self.topLevelItem(row)
            if heading is None:
                continue
            any_here, kept, unfolded = False, 0, heading.text(0) in self._unfolded
            for number in range(heading.childCount()):
                item = heading.child(number)
                if item is None:
                    continue
                if item.data(0, MORE_ROLE):  # the last of its category
                    less, more = self.tr("Fewer"), self.tr("{n} more").format(n=kept)
                    item.setText(0, less if unfolded else more)
                    item.setHidden(bool(wanted))
                    continue
                fits = _rank(item, wanted) is not None
                waits = bool(item.data(0, RARE_ROLE)) and not wanted and not unfolded
                kept += waits
                item.setHidden(not fits or waits)
                any_here = any_here or fits
            heading.setHidden(not any_here)
            if wanted:
                heading.setExpanded(True)
            found = found or any_here
        return found

    def first_match(self, wanted: str, misfits: Collection[str] = ()) -> str:
        """Return the layer that answers ``wanted`` best, or an empty text; ``misfits`` come after equals."""
        ranked = [
            ((rank, item.text(0) in misfits), str(item.data(0, TYPE_ROLE)))
            for item in self._layers()
            if (rank := _rank(item, wanted)) is not None
        ]
        return min(ranked, key=lambda pair: pair[0])[1] if ranked else ""

    def focus_first(self) -> None:
        """Move the focus to the first layer that is shown."""
        item = next((item for item in self._layers() if not item.isHidden()), None)
        if item is not None:
            self.setCurrentItem(item)
        self.setFocus(Qt.FocusReason.TabFocusReason)

    def _fold(self, item: QTreeWidgetItem) -> None:
        heading = item.parent()
        if item.data(0, MORE_ROLE) and heading is not None:
            self._unfolded ^= {heading.text(0)}
            self.show_matching(self._wanted)
        elif not item.data(0, TYPE_ROLE):
            item.setExpanded(not item.isExpanded())

    def _choose(self, item: QTreeWidgetItem) -> None:
        if name := item.data(0, TYPE_ROLE):
            self.chosen.emit(name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Add the layer, or fold the heading, that has the focus on Enter."""
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self._choose(item)
            self._fold(item)
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the row under the pointer, or of the one that has the focus."""
        item = self.itemAt(event.pos())
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            item = self.currentItem()
        at = self.visualItemRect(item).center() if item is not None else event.pos()
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        key = str(item.data(0, TYPE_ROLE) or "") if item is not None else ""
        self.menu_wanted.emit(key, event.globalPos() if by_mouse else self.viewport().mapToGlobal(at))
        event.accept()

    def mimeTypes(self) -> list[str]:
        """Return what a dragged layer is."""
        return [MIME]

    def mimeData(self, items: list[QTreeWidgetItem]) -> QMimeData:  # type: ignore[override]  # PySide's stub says Sequence
        """Return the dragged layer's name."""
        data = QMimeData()
        names = [item.data(0, TYPE_ROLE) for item in items if item.data(0, TYPE_ROLE)]
        if names:
            data.setData(MIME, names[0].encode())
        return data

    def startDrag(self, supportedActions: Qt.DropAction) -> None:
        """Begin to drag the current layer, with a small picture of it at the pointer."""
        item = self.currentItem()
        if item is None or not item.data(0, TYPE_ROLE):
            return
        drag = QDrag(self)
        drag.setMimeData(self.mimeData([item]))
        drag.setPixmap(drag_picture(self, item.text(0), item.data(0, CATEGORY_ROLE)))
        drag.setHotSpot(QPoint(12, 14))
        drag.exec(Qt.DropAction.CopyAction)

    def drawBranches(self, painter: object, rect: object, index: QModelIndex) -> None:  # type: ignore[override]  # nothing is painted, so the types do not matter
        """Paint no tree lines: the headings have their own chevrons."""


def _rank(item: QTreeWidgetItem, wanted: str) -> int | None:
    """Return how well a layer fits, 0 best, or ``None``."""
    name = item.text(0).casefold()
    if name == wanted:
        return 0
    if name.startswith(wanted):
        return 1
    if wanted.replace(" ", "") in name:
        return 2
    return 3 if wanted in item.toolTip(0).casefold() else None


def _said(text: str) -> str:
    """Return a text of the catalog in the user's language."""
    return QCoreApplication.translate("Catalog", text)
