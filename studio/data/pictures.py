"""What the data looks like: pictures, a line for a series, and a bar for each class."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.kit.pixels import image_of
from studio.theme import current, mono_font, ui_font

COLUMNS = 6
SHOWN = 12


class ImageGrid(QWidget):
    """The first pictures of a field, every pixel a square, with their class below."""

    def __init__(self) -> None:
        super().__init__()
        self._images: list[np.ndarray] = []
        self._captions: list[str] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_images(self, arrays: list[np.ndarray], captions: list[str], low: float, high: float) -> None:
        """Show pictures (height, width, channels) whose values run from ``low`` to ``high``."""
        self._images = [(array - low) / max(high - low, 1e-9) for array in arrays[:SHOWN]]
        self._captions = captions[:SHOWN]
        self.setAccessibleName(self.tr("{n} pictures of the data").format(n=len(self._images)))
        self.setFixedHeight(self._cell_height() * -(-len(self._images) // COLUMNS))
        self.update()

    def _side(self) -> int:
        return max(20, (max(self.width(), 180) - (COLUMNS - 1) * 4) // COLUMNS)

    def _cell_height(self) -> int:
        return self._side() + (18 if self._captions else 4)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the cells square."""
        if self._images:
            self.setFixedHeight(self._cell_height() * -(-len(self._images) // COLUMNS))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = current(), QPainter(self)
        painter.setFont(ui_font(10))
        side = self._side()
        for number, values in enumerate(self._images):
            x = (number % COLUMNS) * (side + 4)
            y = (number // COLUMNS) * self._cell_height()
            painter.drawImage(QRectF(x, y, side, side), image_of(values, theme.is_dark))
            painter.setPen(QColor(theme.border))
            painter.drawRect(QRectF(x + 0.5, y + 0.5, side - 1, side - 1))
            if self._captions:
                painter.setPen(QColor(theme.muted))
                words = painter.fontMetrics().elidedText(
                    self._captions[number], Qt.TextElideMode.ElideRight, side + 2
                )
                painter.drawText(QRectF(x, y + side, side, 16), Qt.AlignmentFlag.AlignCenter, words)


class SeriesLine(QWidget):
    """A line through the steps of a series, its lowest and highest value at the side."""

    def __init__(self) -> None:
        super().__init__()
        self._values = np.zeros(0)
        self.setFixedHeight(90)

    def show_values(self, values: np.ndarray, name: str) -> None:
        """Show a series of numbers."""
        self._values = np.asarray(values, dtype="float64").ravel()
        words = self.tr("{name}: {n} steps from {low} to {high}")
        low, high = (f"{value:g}" for value in (self._values.min(), self._values.max()))
        self.setAccessibleName(words.format(name=name, n=len(self._values), low=low, high=high))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter, values = current(), QPainter(self), self._values
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.border))
        painter.setBrush(QColor(theme.plot))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        if len(values) < 2:
            return
        low, high = float(values.min()), float(values.max())
        box = QRectF(self.rect()).adjusted(8, 16, -8, -16)
        span = (high - low) or 1.0
        step = box.width() / (len(values) - 1)
        points = [
            QPointF(box.left() + n * step, box.bottom() - (value - low) / span * box.height())
            for n, value in enumerate(values)
        ]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.training), 1.6))
        painter.drawPolyline(QPolygonF(points))
        painter.setPen(QColor(theme.plot_text))
        painter.setFont(mono_font(10))
        inside = self.rect().adjusted(8, 2, -8, -2)
        painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, f"{high:g}")
        painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, f"{low:g}")


class ClassBars(QWidget):
    """How many rows each class has: a bar each, so that a class that is rare is seen."""

    ROW = 20

    def __init__(self) -> None:
        super().__init__()
        self._counts: list[tuple[str, int]] = []

    def show_counts(self, names: tuple[str, ...], counts: tuple[int, ...]) -> None:
        """Show these classes."""
        self._counts = list(zip(names, counts, strict=False))
        self.setFixedHeight(self.ROW * len(self._counts))
        self.setAccessibleName(", ".join(f"{name}: {count:,}" for name, count in self._counts))
        self.setToolTip("\n".join(f"{name}: {count:,}" for name, count in self._counts[:40]))
        self.update()

    def sizeHint(self) -> QSize:
        """Return a row for each class."""
        return QSize(160, self.ROW * len(self._counts))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = current(), QPainter(self)
        painter.setFont(ui_font(11))
        most = max((count for _, count in self._counts), default=1) or 1
        metrics = painter.fontMetrics()
        longest = max((metrics.horizontalAdvance(name) for name, _ in self._counts), default=0)
        left = min(longest, self.width() // 3) + 8
        right = metrics.horizontalAdvance(f"{most:,}") + 8
        for number, (name, count) in enumerate(self._counts):
            y = number * self.ROW
            painter.setPen(QColor(theme.text))
            words = metrics.elidedText(name, Qt.TextElideMode.ElideRight, left - 4)
            flags = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(0, y, left, self.ROW), flags, words)
            width = (self.width() - left - right) * count / most
            painter.fillRect(QRectF(left, y + 5, max(1.0, width), self.ROW - 10), QColor(theme.training))
            painter.setPen(QColor(theme.muted))
            box = QRectF(self.width() - right, y, right, self.ROW)
            painter.drawText(box, flags | Qt.AlignmentFlag.AlignRight, f"{count:,}")
