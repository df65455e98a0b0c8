"""Large drawings from afar: all cards and wires painted at one go, because each by itself takes too long."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLineF, QRectF, Qt
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


class FarView:
    """Paints in place of all items while ``on``; they stay where they are, to be found and taken."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self.on = False
        self._drawn = ""  # the theme for which the lists are made; empty: they are out of date
        self._stale: dict[NodeItem | WireItem, None] = {}  # what has to be listed anew, and no more than that
        self._selected: set[NodeItem | WireItem] = set()
        self._lines: dict[str, dict[WireItem, list[QLineF]]] = {}
        self._cards: dict[tuple[str, str], dict[NodeItem, QRectF]] = {}
        self._bars: dict[str, dict[NodeItem, QRectF]] = {}
        self._titles: dict[NodeItem, tuple[QRectF, str]] = {}
        self._listed: dict[NodeItem | WireItem, list[dict[Any, Any]]] = {}  # where an item stands

    def set_on(self, on: bool) -> None:
        """Paint all at one go (True), or let every item paint itself."""
        if on == self.on:
            return
        self.on = on
        self._drawn = ""
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

    def _unlist(self, item: NodeItem | WireItem) -> None:
        for place in self._listed.pop(item, ()):
            place.pop(item, None)

    def _bring_up_to_date(self, theme: Theme) -> None:
        items: Iterable[NodeItem | WireItem] = self._stale
        if self._drawn != theme.name:
            self._lines, self._cards, self._bars = {}, {}, {}
            self._titles, self._listed = {}, {}
            items = (*self._scene.wires.values(), *self._scene.nodes.values())
        for item in items:
            self._unlist(item)
            if isinstance(item, WireItem):
                self._list_wire(item, theme)
            else:
                self._list_card(item, theme)
        self._stale, self._drawn = {}, theme.name

    def _list_wire(self, wire: WireItem, theme: Theme) -> None:
        if not wire.isVisible():
            return
        selected = wire.isSelected() and theme.selection
        ink = theme.danger if wire.broken else selected or theme.category(wire.category)
        lines = self._lines.setdefault(ink, {})
        lines[wire] = wire.strokes()
        self._listed[wire] = [lines]

    def _list_card(self, item: NodeItem, theme: Theme) -> None:
        look, flags, area = item.look, item.flags_, item.card()
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
        cards = self._cards.setdefault((theme.canvas if dim else ground, edge), {})
        cards[item] = area
        places: list[dict[Any, Any]] = [cards]
        if not dim:
            bars = self._bars.setdefault(theme.category(look.category), {})
            bars[item] = QRectF(area.left(), area.top(), 3 * BAR, area.height())
            self._titles[item] = (area.adjusted(20, 0, -6, 0), words)
            places += [bars, self._titles]
        self._listed[item] = places

    def paint(self, painter: QPainter, exposed: QRectF, zoom: float) -> None:
        """Paint the whole drawing; the painter has the scene's coordinates."""
        theme = current()
        if self._drawn != theme.name or self._stale:
            self._bring_up_to_date(theme)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for ink, lines in self._lines.items():
            pen = QPen(QColor(ink), max(1.0, 2 * zoom))
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawLines(list(chain.from_iterable(lines.values())))
        for (ground, edge), areas in self._cards.items():
            pen = QPen(QColor(edge), 1.0 if edge == theme.node_border else 2.0)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.setBrush(QColor(ground))
            painter.drawRects(list(areas.values()))
        painter.setPen(Qt.PenStyle.NoPen)
        for ink, areas in self._bars.items():
            painter.setBrush(QColor(ink))
            painter.drawRects(list(areas.values()))
        if zoom >= FULL / 2:
            self._write(painter, exposed, theme, zoom)
        painter.restore()

    def _write(self, painter: QPainter, exposed: QRectF, theme: Theme, zoom: float) -> None:
        """Write the titles of the cards in sight."""
        font = ui_font(20 if zoom < FULL else 15, bold=True)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        for area, words in self._titles.values():
            if exposed.intersects(area):
                painter.drawText(area, flags, words)
