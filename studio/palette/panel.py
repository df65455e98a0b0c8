"""The palette: every kind of layer by category; drag one onto the canvas, or double-click to append it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QMenu, QStackedWidget, QVBoxLayout, QWidget

from engine.errors import did_you_mean
from studio.document.library import BlockLibrary
from studio.document.suiting import at_hand, suits
from studio.kit import EmptyState, SearchField
from studio.palette.own_blocks import OwnBlocks, OwnRow
from studio.palette.rows import TYPE_ROLE
from studio.palette.tree import PaletteTree
from studio.theme import icon

if TYPE_CHECKING:
    from studio.session import Session

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
        self._rows = PaletteTree()
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


def _said(text: str) -> str:
    """Return a text of the catalog in the user's language."""
    return QCoreApplication.translate("Catalog", text)
