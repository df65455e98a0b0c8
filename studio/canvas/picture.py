"""A small picture of a sample on a card: pixels, channels side by side, bars or a line."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

CHANNELS = 5
MOST_BARS = 32
POINTS = 120

Array = np.ndarray[Any, Any]


class Picture:
    """A sample (no batch axis) ready to be painted; ``kind`` is image, colour, channels, bars or line."""

    def __init__(self, sample: Array) -> None:
        values = np.nan_to_num(np.asarray(sample, dtype=np.float64))
        if values.ndim == 3 and values.shape[-1] == 1:
            values = values[..., 0]
        if values.ndim == 2 and 1 in values.shape:
            values = values.reshape(-1)
        self.values = values
        if values.ndim == 3 and values.shape[-1] == 3:
            self.kind = "colour"
        elif values.ndim == 3:
            self.kind = "channels"
        elif values.ndim == 2:
            self.kind = "image"
        else:
            self.values = values.reshape(-1)
            self.kind = "bars" if self.values.size <= MOST_BARS else "line"

    def paint(self, painter: QPainter, area: QRectF, ink: QColor) -> None:
        """Paint into ``area`` with ``ink`` for what is large."""
        if not self.values.size:
            return
        if self.kind in ("bars", "line"):
            (self._bars if self.kind == "bars" else self._line)(painter, area, ink)
            return
        if self.kind == "channels":
            count = min(CHANNELS, self.values.shape[-1])
            images = [_tinted(self.values[..., channel], ink) for channel in range(count)]
        else:
            images = [_rgb(self.values) if self.kind == "colour" else _tinted(self.values, ink)]
        gap = 4.0
        room = (area.width() - gap * (len(images) - 1)) / len(images)
        scale = min(room / images[0].width(), area.height() / images[0].height())
        width, height = images[0].width() * scale, images[0].height() * scale
        left = area.left()
        if len(images) == 1:
            left += (area.width() - width) / 2
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1.0)
        for number, image in enumerate(images):
            top = area.top() + (area.height() - height) / 2
            painter.drawImage(QRectF(left + number * (width + gap), top, width, height), image)

    def _bars(self, painter: QPainter, area: QRectF, ink: QColor) -> None:
        values = self.values
        high, low = max(0.0, float(values.max())), min(0.0, float(values.min()))
        span = (high - low) or 1.0
        step = min(area.width() / values.size, 22.0)
        area = area.adjusted(0, 5, 0, -5)
        zero = area.bottom() - area.height() * -low / span
        largest = int(np.abs(values).argmax())
        for at, value in enumerate(values):
            colour = QColor(ink)
            colour.setAlphaF(1.0 if at == largest else 0.6)
            height = area.height() * float(value) / span
            bar = QRectF(area.left() + at * step, zero - height, max(1.0, step - 2), height)
            if abs(height) < 1:
                bar = QRectF(bar.left(), zero - 1, bar.width(), 1)
            painter.fillRect(bar.normalized(), colour)

    def _line(self, painter: QPainter, area: QRectF, ink: QColor) -> None:
        values = self.values[:: max(1, self.values.size // POINTS)]
        low, span = float(values.min()), float(np.ptp(values)) or 1.0
        area = area.adjusted(0, 5, 0, -5)
        step = area.width() / max(1, values.size - 1)
        points = [
            QPointF(area.left() + at * step, area.bottom() - area.height() * (float(value) - low) / span)
            for at, value in enumerate(values)
        ]
        painter.setPen(QPen(ink, 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))


def _unit(values: Array) -> Array:
    span = float(np.ptp(values))
    scaled: Array = (values - values.min()) / span if span else np.zeros_like(values)
    return scaled


def _tinted(values: Array, ink: QColor) -> QImage:
    height, width = values.shape
    pixels = np.empty((height, width, 4), dtype=np.uint8)
    pixels[..., 0], pixels[..., 1], pixels[..., 2] = ink.red(), ink.green(), ink.blue()
    pixels[..., 3] = np.round(255 * _unit(values)).astype(np.uint8)
    return QImage(pixels.tobytes(), width, height, width * 4, QImage.Format.Format_RGBA8888).copy()


def _rgb(values: Array) -> QImage:
    height, width, _ = values.shape
    pixels = np.ascontiguousarray(np.round(255 * _unit(values)).astype(np.uint8))
    return QImage(pixels.tobytes(), width, height, width * 3, QImage.Format.Format_RGB888).copy()
