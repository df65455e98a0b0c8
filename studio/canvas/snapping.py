"""Lining up with the neighbours while something is dragged: edges and middles that meet, with lines."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from studio.theme import current, mono_font

REACH = 6.0
"""Pixels at which an edge jumps to a neighbour's."""
SAME = 0.5
OVER = 10.0
"""How far a line sticks out beyond the two that it lines up."""


@dataclass(frozen=True, slots=True)
class Guide:
    """A line through two edges that meet, and how far apart the two are."""

    line: QLineF
    gap: QLineF
    distance: float


def _kinds(rect: QRectF, across: bool) -> tuple[float, float, float]:
    left, top, wide, high = cast("tuple[float, float, float, float]", rect.getRect())
    return (left, left + wide / 2, left + wide) if across else (top, top + high / 2, top + high)


class Snapper:
    """The edges and middles of what stays, sorted once for a whole drag."""

    def __init__(self, still: Iterable[QRectF]) -> None:
        self._at: dict[bool, tuple[dict[float, list[QRectF]], ...]] = {
            across: ({}, {}, {}) for across in (True, False)
        }
        for rect in still:
            for across, found in self._at.items():
                for value, rects in zip(_kinds(rect, across), found, strict=True):
                    rects.setdefault(value, []).append(rect)
        self._lines = {across: [sorted(rects) for rects in found] for across, found in self._at.items()}

    def shift(self, moving: QRectF, across: bool, reach: float) -> float | None:
        """Return how far to the nearest edge or middle of the same kind; ``None`` beyond ``reach``."""
        best: float | None = None
        for kind, value in enumerate(_kinds(moving, across)):
            line = self._lines[across][kind]
            at = bisect_left(line, value)
            for other in line[max(0, at - 1) : at + 1]:
                way = other - value
                if abs(way) <= reach and (best is None or abs(way) < abs(best) - 1e-9):
                    best = way
        return best

    def guides(self, moving: QRectF) -> list[Guide]:
        """Return a line for each direction in which something lines up with ``moving``."""
        return [guide for across in (True, False) if (guide := self._guide(moving, across)) is not None]

    def _guide(self, moving: QRectF, across: bool) -> Guide | None:
        for kind, value in enumerate(_kinds(moving, across)):
            line, rects = self._lines[across][kind], self._at[across][kind]
            at = bisect_left(line, value - SAME)
            met: list[QRectF] = []
            while at < len(line) and line[at] <= value + SAME:
                met += rects[line[at]]
                at += 1
            if met:
                near = min(met, key=lambda rect: abs(_apart(moving, rect, not across)))
                return _guide(moving, near, value, across)
        return None


def _apart(one: QRectF, other: QRectF, across: bool) -> float:
    a, b = _kinds(one, across), _kinds(other, across)
    return max(a[0] - b[2], b[0] - a[2])


def _guide(moving: QRectF, near: QRectF, value: float, across: bool) -> Guide:
    both = moving.united(near)
    gap = _apart(moving, near, not across)
    first, second = sorted((moving, near), key=lambda rect: _kinds(rect, not across)[0])
    start, end = _kinds(first, not across)[2], _kinds(second, not across)[0]
    if across:
        line = QLineF(value, both.top() - OVER, value, both.bottom() + OVER)
        return Guide(line, QLineF(value, start, value, end), gap)
    line = QLineF(both.left() - OVER, value, both.right() + OVER, value)
    return Guide(line, QLineF(start, value, end, value), gap)


class GuideItem(QGraphicsItem):
    """Thin lines over the drawing, each with the distance between what it lines up."""

    def __init__(self) -> None:
        super().__init__()
        self.guides: Sequence[Guide] = ()
        self._area = QRectF()
        self.setZValue(7)

    def show_guides(self, guides: Sequence[Guide]) -> None:
        """Show other lines."""
        self.prepareGeometryChange()
        self.guides = guides
        self._area = QRectF()
        for guide in guides:
            ends = QRectF(guide.line.p1(), guide.line.p2()).normalized()
            # Words keep their size on the screen: seen from afar they take more room here.
            self._area = self._area.united(ends.adjusted(-300, -120, 300, 120))
        self.update()

    def boundingRect(self) -> QRectF:
        return self._area

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme = current()
        detail = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(theme.accent), 1.0)
        pen.setCosmetic(True)
        font = mono_font(10)
        metrics = QFontMetricsF(font)
        for guide in self.guides:
            painter.setPen(pen)
            painter.drawLine(guide.line)
            words = str(round(guide.distance))
            area = QRectF(0, 0, metrics.horizontalAdvance(words) + 10, metrics.height() + 2)
            if guide.distance * detail < (area.width() if guide.gap.dy() == 0 else area.height()):
                continue
            painter.save()
            painter.translate(guide.gap.center())
            painter.scale(1 / detail, 1 / detail)
            area.moveCenter(QPointF(0, 0))
            painter.setBrush(QColor(theme.raised))
            painter.drawRoundedRect(area, 5, 5)
            painter.setFont(font)
            painter.setPen(QColor(theme.text))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)
            painter.restore()
