"""Large drawings from afar: all cards and wires painted at one go, because each by itself takes too long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem

from studio.canvas.geometry import BAR
from studio.canvas.heat import heated
from studio.canvas.node_item import NodeItem
from studio.canvas.painter import FULL
from studio.canvas.wire_item import WireItem
from studio.theme import Theme, current, ui_font

if TYPE_CHECKING:
    from studio.canvas.scene import CanvasScene

MANY = 400
"""A drawing with fewer cards is always painted card by card."""
LEVELS = 8
"""Shades of the heat map."""
_EMPTY = QGraphicsItem.GraphicsItemFlag.ItemHasNoContents


MOST_SHEETS = 6
"""How many groups may stand elsewhere than where they were listed before everything is listed anew."""


class Sheet:
    """What is painted at one go, told from where the sheet lies: to move all of it is to move the sheet."""

    def __init__(self, way: QPointF) -> None:
        self.way = QPointF(way)
        self.lines: dict[str, dict[WireItem, list[QLineF]]] = {}
        self.cards: dict[tuple[str, str], dict[NodeItem, QRectF]] = {}
        self.bars: dict[str, dict[NodeItem, QRectF]] = {}
        self.titles: dict[NodeItem, tuple[QRectF, str]] = {}

    def holders(self) -> Iterator[dict[Any, Any]]:
        """Yield all that may hold an item."""
        yield from self.lines.values()
        yield from self.cards.values()
        yield from self.bars.values()
        yield self.titles


class FarView:
    """Paints in place of all items while ``on``; they stay where they are, to be found and taken."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self.on = False
        self._drawn = ""  # the theme for which the lists are made; empty: they are out of date
        self._stale: dict[NodeItem | WireItem, None] = {}  # what has to be listed anew, and no more than that
        self._selected: set[NodeItem | WireItem] = set()
        self._sheets = [Sheet(QPointF())]
        self._listed: dict[NodeItem | WireItem, Sheet] = {}  # on which an item stands

    def set_on(self, on: bool) -> None:
        """Paint all at one go (True), or let every item paint itself."""
        if on == self.on:
            return
        self.on = on
        self._drawn = ""
        self._scene.carrier.catch_up()
        for item in (*self._scene.nodes.values(), *self._scene.wires.values()):
            item.setFlag(_EMPTY, on)
        self._scene.update()

    def take(self, item: NodeItem | WireItem) -> None:
        """An item came."""
        if self.on:
            item.setFlag(_EMPTY)
        self.touch([item])

    def drop(self, item: NodeItem | WireItem) -> None:
        """An item went."""
        self._stale.pop(item, None)
        self._selected.discard(item)
        self._unlist(item)
        if self.on:
            self._scene.update()

    def touch(self, items: Iterable[NodeItem | WireItem] | None = None) -> None:
        """Some items are other than they were, or any might be."""
        if self.on and self._drawn:
            if items is None:
                self._drawn = ""
            else:
                self._stale.update(dict.fromkeys(items))
            self._scene.update()

    def select(self, items: Iterable[QGraphicsItem]) -> None:
        """These are selected now, and no others."""
        now = {item for item in items if isinstance(item, (NodeItem, WireItem))}
        self.touch(now ^ self._selected)
        self._selected = now

    def shift(
        self, items: Callable[[], Iterable[NodeItem | WireItem]], way: QPointF, sheet: Sheet | None = None
    ) -> Sheet | None:
        """Items went all the same way; return the sheet on which they lie, for their next step."""
        if not (self.on and self._drawn):
            return None
        self._scene.update()
        if sheet is None or sheet not in self._sheets:
            sheet = self._sheet_of(list(items()))
        if sheet is not None:
            sheet.way += way
        return sheet

    def _sheet_of(self, items: list[NodeItem | WireItem]) -> Sheet | None:
        """Return a sheet with these items and no others; ``None`` where all have to be listed anew."""
        on = {self._listed.get(item, self._sheets[0]) for item in items}
        old = next(iter(on), None)
        alone = len(on) == 1 and old is not self._sheets[0]
        if alone and sum(sheet is old for sheet in self._listed.values()) == len(items):
            return old
        if old is None or len(self._sheets) >= MOST_SHEETS:
            self._drawn = ""
            return None
        new = Sheet(old.way)
        self._sheets.append(new)
        if len(on) > 1:
            self._stale.update(dict.fromkeys(items))
            for item in items:
                self._unlist(item)
                self._listed[item] = new
            return new
        ours = dict.fromkeys(items)
        for kind in ("lines", "cards", "bars"):
            for ink, holder in getattr(old, kind).items():
                taken = {item: holder.pop(item) for item in [each for each in holder if each in ours]}
                if taken:
                    getattr(new, kind)[ink] = taken
        new.titles = {item: old.titles.pop(item) for item in [each for each in old.titles if each in ours]}
        self._listed.update(dict.fromkeys(items, new))
        return new

    def _unlist(self, item: NodeItem | WireItem) -> Sheet:
        """Take an item away from where it is painted, and return the sheet on which that was."""
        sheet = self._listed.pop(item, self._sheets[0])
        for holder in sheet.holders():
            holder.pop(item, None)
        return sheet

    def _bring_up_to_date(self, theme: Theme) -> None:
        items: Iterable[NodeItem | WireItem] = self._stale
        self._scene.carrier.catch_up(self._stale if self._drawn == theme.name else None)
        if self._drawn != theme.name:
            self._sheets, self._listed = [Sheet(QPointF())], {}
            items = (*self._scene.wires.values(), *self._scene.nodes.values())
        for item in items:
            sheet = self._listed[item] = self._unlist(item)
            if isinstance(item, WireItem):
                self._list_wire(item, theme, sheet)
            else:
                self._list_card(item, theme, sheet)
        self._stale, self._drawn = {}, theme.name

    def _list_wire(self, wire: WireItem, theme: Theme, sheet: Sheet) -> None:
        if not wire.isVisible():
            return
        selected = wire.isSelected() and theme.selection
        ink = theme.danger if wire.broken else selected or theme.category(wire.category)
        strokes = wire.strokes()
        if not sheet.way.isNull():
            strokes = [line.translated(-sheet.way) for line in strokes]
        sheet.lines.setdefault(ink, {})[wire] = strokes

    def _list_card(self, item: NodeItem, theme: Theme, sheet: Sheet) -> None:
        look, flags, area = item.look, item.flags_, item.card().translated(-sheet.way)
        ground = theme.field if look.unknown else theme.node
        words = look.title
        if flags.heat is not None:
            ground, words = heated(theme, round(flags.heat.level * LEVELS) / LEVELS), flags.heat.part
        edge = theme.node_border
        if item.isSelected():
            edge = theme.selection
        elif look.severity == "error":
            edge = theme.danger
        elif flags.found:
            edge = theme.accent
        dim = item.opacity() < 1.0
        sheet.cards.setdefault((theme.canvas if dim else ground, edge), {})[item] = area
        if not dim:
            bars = sheet.bars.setdefault(theme.category(look.category), {})
            bars[item] = QRectF(area.left(), area.top(), 3 * BAR, area.height())
            sheet.titles[item] = (area.adjusted(20, 0, -6, 0), words)

    def paint(self, painter: QPainter, exposed: QRectF, zoom: float) -> None:
        """Paint the whole drawing; the painter has the scene's coordinates."""
        theme = current()
        if self._drawn != theme.name or self._stale:
            self._bring_up_to_date(theme)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for sheet in self._each(painter):
            for ink, lines in sheet.lines.items():
                pen = QPen(QColor(ink), max(1.0, 2 * zoom))
                pen.setCosmetic(True)
                painter.setPen(pen)
                painter.drawLines(list(chain.from_iterable(lines.values())))
        for sheet in self._each(painter):
            for (ground, edge), areas in sheet.cards.items():
                pen = QPen(QColor(edge), 1.0 if edge == theme.node_border else 2.0)
                pen.setCosmetic(True)
                painter.setPen(pen)
                painter.setBrush(QColor(ground))
                painter.drawRects(list(areas.values()))
            painter.setPen(Qt.PenStyle.NoPen)
            for ink, areas in sheet.bars.items():
                painter.setBrush(QColor(ink))
                painter.drawRects(list(areas.values()))
            if zoom >= FULL / 2:
                self._write(painter, exposed.translated(-sheet.way), sheet, theme, zoom)
        painter.restore()

    def _each(self, painter: QPainter) -> Iterator[Sheet]:
        """Yield the sheets, each while the painter stands where it lies."""
        for sheet in self._sheets:
            painter.translate(sheet.way)
            yield sheet
            painter.translate(-sheet.way)

    def _write(self, painter: QPainter, exposed: QRectF, sheet: Sheet, theme: Theme, zoom: float) -> None:
        """Write the titles of the cards in sight."""
        font = ui_font(20 if zoom < FULL else 15, bold=True)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        for area, words in sheet.titles.values():
            if exposed.intersects(area):
                painter.drawText(area, flags, words)
