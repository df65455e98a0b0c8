"""Pictures of the example projects, drawn from their own data."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from studio.data_source.bundled import bundled
from studio.data_source.reading import Dataset, load
from studio.theme import Theme


def dataset(key: str) -> Dataset:
    """Return a bundled dataset in memory; raises ``StopIteration`` for a name that does not exist."""
    return load(next(one for one in bundled() if one.key == key).settings)


def _digits(painter: QPainter, size: QSize, theme: Theme, data: Dataset) -> None:
    images, labels = data.arrays["image"][..., 0] / 16.0, data.arrays["label"]
    side, gap = 5.0, 12.0
    tile = 8 * side
    across = int((size.width() - gap) // (tile + gap))
    down = int((size.height() - gap) // (tile + gap))
    left = (size.width() - across * (tile + gap) + gap) / 2
    top = (size.height() - down * (tile + gap) + gap) / 2
    ink = QColor(theme.text)
    painter.setPen(Qt.PenStyle.NoPen)
    for index in range(across * down):
        picture = images[np.flatnonzero(labels == index % 10)[index // 10]]
        x, y = left + index % across * (tile + gap), top + index // across * (tile + gap)
        for row, column in zip(*np.nonzero(picture > 0.05), strict=True):
            ink.setAlphaF(float(picture[row, column]))
            painter.fillRect(QRectF(x + column * side, y + row * side, side, side), ink)


def _dots(
    painter: QPainter, size: QSize, theme: Theme, x: np.ndarray, y: np.ndarray, group: np.ndarray
) -> None:
    def scale(values: np.ndarray, space: float) -> np.ndarray:
        low, high = np.percentile(values, [1, 99])
        return np.asarray(14 + np.clip((values - low) / (high - low), 0, 1) * (space - 28))

    painter.setPen(Qt.PenStyle.NoPen)
    for at, (left, down) in enumerate(zip(scale(x, size.width()), scale(y, size.height()), strict=True)):
        colour = QColor(theme.series[int(group[at]) % len(theme.series)])
        colour.setAlphaF(0.75)
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(float(left), size.height() - float(down)), 3.2, 3.2)


def _wine(painter: QPainter, size: QSize, theme: Theme, data: Dataset) -> None:
    measures = data.arrays["measures"]
    _dots(painter, size, theme, measures[:, 6], measures[:, 12], data.arrays["cultivar"])


def _auto_mpg(painter: QPainter, size: QSize, theme: Theme, data: Dataset) -> None:
    _dots(painter, size, theme, data.arrays["numbers"][:, 2], data.arrays["mpg"][:, 0], data.arrays["origin"])


def _sunspots(painter: QPainter, size: QSize, theme: Theme, data: Dataset) -> None:
    values = data.arrays["next"][-140:, 0]
    path = QPainterPath()
    for at, value in enumerate(values / values.max()):
        x = 10 + at / (len(values) - 1) * (size.width() - 20)
        y = size.height() - 14 - float(value) * (size.height() - 30)
        path.moveTo(x, y) if at == 0 else path.lineTo(x, y)
    painter.setPen(QPen(QColor(theme.training), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(path)


PICTURES: dict[str, Callable[[QPainter, QSize, Theme, Dataset], None]] = {
    "digits": _digits,
    "wine": _wine,
    "sunspots": _sunspots,
    "auto_mpg": _auto_mpg,
}
