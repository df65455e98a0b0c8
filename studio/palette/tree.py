"""The list of the palette: headings that fold, and layers that can be found and dragged out."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QMimeData, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QDrag, QKeyEvent
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem

from studio.palette.rows import (
    CATEGORY_ROLE,
    MORE_ROLE,
    OPEN_ROLE,
    RARE_ROLE,
    TYPE_ROLE,
    RowDelegate,
    drag_picture,
)

MIME = "application/x-bunon-layer"
"""What a dragged layer carries: the name of its class, or ``Input`` or ``Output``, in UTF-8."""


class PaletteTree(QTreeWidget):
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
