"""Large drawings from afar: all cards and wires painted at one go, because each by itself takes too long."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem

from studio.canvas.geometry import BAR
from studio.canvas.heat import heated
from studio.canvas.painter import FULL
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
        self._lines: dict[str, list[QLineF]] = {}
        self._cards: dict[tuple[str, str], list[QRectF]] = {}
        self._bars: dict[str, list[QRectF]] = {}
        self._titles: list[tuple[QRectF, str]] = []

    def set_on(self, on: bool) -> None:
        """Paint all at one go (True), or let every item paint itself."""
        if on == self.on:
            return
        self.on = on
        self._drawn = ""
        for item in (*self._scene.nodes.values(), *self._scene.wires.values()):
            item.setFlag(_EMPTY, on)
        self._scene.update()

    def take(self, item: QGraphicsItem) -> None:
        """An item came."""
        if self.on:
            item.setFlag(_EMPTY)
        self.touch()

    def touch(self) -> None:
        """Something is other than it was."""
        if self.on and self._drawn:
            self._drawn = ""
            self._scene.update()

    def _collect(self, theme: Theme) -> None:
        lines: dict[str, list[QLineF]] = defaultdict(list)
        cards: dict[tuple[str, str], list[QRectF]] = defaultdict(list)
        bars: dict[str, list[QRectF]] = defaultdict(list)
        self._titles = []
        for wire in self._scene.wires.values():
            if wire.isVisible():
                selected = wire.isSelected() and theme.selection
                ink = theme.danger if wire.broken else selected or theme.category(wire.category)
                lines[ink] += wire.strokes()
        for item in self._scene.nodes.values():
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
            cards[theme.canvas if dim else ground, edge].append(area)
            if not dim:
                bar = QRectF(area.left(), area.top(), 3 * BAR, area.height())
                bars[theme.category(look.category)].append(bar)
                self._titles.append((area.adjusted(20, 0, -6, 0), words))
        self._lines, self._cards, self._bars, self._drawn = lines, cards, bars, theme.name

    def paint(self, painter: QPainter, exposed: QRectF, zoom: float) -> None:
        """Paint the whole drawing; the painter has the scene's coordinates."""
        theme = current()
        if self._drawn != theme.name:
            self._collect(theme)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for ink, lines in self._lines.items():
            pen = QPen(QColor(ink), max(1.0, 2 * zoom))
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawLines(lines)
        for (ground, edge), areas in self._cards.items():
            pen = QPen(QColor(edge), 1.0 if edge == theme.node_border else 2.0)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.setBrush(QColor(ground))
            painter.drawRects(areas)
        painter.setPen(Qt.PenStyle.NoPen)
        for ink, areas in self._bars.items():
            painter.setBrush(QColor(ink))
            painter.drawRects(areas)
        if zoom >= FULL / 2:
            self._write(painter, exposed, theme, zoom)
        painter.restore()

    def _write(self, painter: QPainter, exposed: QRectF, theme: Theme, zoom: float) -> None:
        """Write the titles of the cards in sight."""
        font = ui_font(20 if zoom < FULL else 15, bold=True)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        for area, words in self._titles:
            if exposed.intersects(area):
                painter.drawText(area, flags, words)
