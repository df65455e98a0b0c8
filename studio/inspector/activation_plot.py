"""A small picture of an activation: its curve, or for softmax and its kin what becomes of a few scores."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.inspector.families import family
from studio.theme import current

REACH = 4.0
_POINTS = 121
SCORES = (1.0, 2.5, 0.2, 1.7, -0.8)
_TOGETHER = frozenset(("softmax", "log_softmax", "sparsemax", "glu"))


@cache
def curve(name: str) -> tuple[tuple[float, float], ...]:
    """Return points of an activation from -4 to 4; none where nothing is called so, or it is no curve."""
    import torch

    if name in _TOGETHER:
        return ()
    try:
        function = family("activations").find(name)
        x = torch.linspace(-REACH, REACH, _POINTS)
        with torch.no_grad():
            y = function(x)
        if y.shape != x.shape:
            return ()
        return tuple(zip(x.tolist(), y.tolist(), strict=True))
    except (ValueError, TypeError, RuntimeError):  # a function of the user's own may want anything
        return ()


@cache
def shares(name: str) -> tuple[float, ...]:
    """Return what softmax or sparsemax makes of some scores; nothing for other names."""
    import torch

    if name not in ("softmax", "sparsemax"):
        return ()
    made = family("activations").find(name)(torch.tensor([SCORES]))
    return tuple(made[0].tolist())


class ActivationPlot(QWidget):
    """Draws one activation; hidden where there is nothing to draw."""

    def __init__(self) -> None:
        super().__init__()
        self._name = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(66)
        self.hide()

    def show_function(self, name: str | None) -> None:
        """Draw the activation of a name, or nothing for ``None``."""
        self._name = name or ""
        self.setVisible(bool(self._name) and bool(curve(self._name) or shares(self._name)))
        words = self.tr("{name}, drawn for inputs from −4 to 4").format(name=self._name)
        if shares(self._name):
            words = self.tr("Some scores, and what {name} makes of them: shares of 1").format(name=self._name)
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, 66)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw(painter, QRectF(self.rect()).adjusted(0.5, 2.5, -0.5, -2.5), self._name)


def draw(painter: QPainter, area: QRectF, name: str) -> None:
    """Draw an activation on a ground of its own."""
    theme = current()
    painter.setPen(QPen(QColor(theme.border), 1))
    painter.setBrush(QColor(theme.field))
    painter.drawRoundedRect(area, 6, 6)
    inner = area.adjusted(8, 6, -8, -6)
    if shares(name):
        _bars(painter, inner, name)
        return
    points = curve(name)
    if not points:
        return
    low, high = min(y for _, y in points), max(y for _, y in points)
    low, high = max(min(low, -0.25), -REACH), min(max(high, 1.05), REACH)
    across, up = inner.width() / (2 * REACH), inner.height() / (high - low)
    zero = QPointF(inner.left() + REACH * across, inner.bottom() + low * up)
    painter.setPen(QPen(QColor(theme.border), 1))
    painter.drawLine(QPointF(inner.left(), zero.y()), QPointF(inner.right(), zero.y()))
    painter.drawLine(QPointF(zero.x(), inner.top()), QPointF(zero.x(), inner.bottom()))
    if high >= 1:
        painter.setPen(QPen(QColor(theme.border), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(inner.left(), zero.y() - up), QPointF(inner.right(), zero.y() - up))
    painter.setPen(QPen(QColor(theme.accent), 2))
    painter.setClipRect(area.adjusted(1, 1, -1, -1))
    line = QPolygonF([QPointF(zero.x() + x * across, zero.y() - y * up) for x, y in points])
    painter.drawPolyline(line)
    painter.setClipping(False)


def _bars(painter: QPainter, inner: QRectF, name: str) -> None:
    """Draw scores at the left, an arrow, and the shares at the right."""
    theme = current()
    half = inner.width() * 0.44
    painter.setPen(Qt.PenStyle.NoPen)
    parts = ((inner.left(), SCORES, theme.faint), (inner.right() - half, shares(name), theme.accent))
    for left, values, colour in parts:
        low, high = min(0.0, *values), max(values)
        up = inner.height() / (high - low)
        zero, wide = inner.bottom() + low * up, half / len(values)
        painter.setBrush(QColor(colour))
        for at, value in enumerate(values):
            top = min(zero, zero - value * up)
            painter.drawRect(QRectF(left + at * wide + 1, top, wide - 3, max(1.0, abs(value) * up)))
    middle = inner.center()
    painter.setPen(QPen(QColor(theme.muted), 1.5))
    tip = QPointF(middle.x() + 5, middle.y())
    painter.drawLine(QPointF(middle.x() - 6, middle.y()), tip)
    painter.drawLine(tip, tip + QPointF(-4, -4))
    painter.drawLine(tip, tip + QPointF(-4, 4))
