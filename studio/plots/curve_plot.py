"""One plot: a heading with the newest values, and the lines of one quantity over the epochs."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from studio.plots.series import Curve, Series
from studio.theme import current, mono_font, set_role, switch
from studio.theme.fonts import SIZES


def number(value: float) -> str:
    """Return a loss or a score in few digits, which stay as many while it changes."""
    if math.isnan(value):
        return "NaN"
    if value != 0 and not 0.0005 <= abs(value) < 10000:
        return f"{value:.1e}"
    return f"{value:.3f}" if abs(value) < 100 else f"{value:.1f}"


def spoken(name: str) -> str:
    """Return the name of a metric as people read it: ``mpg_mean_absolute_error`` is "mpg MAE"."""
    for long, short in (("mean_absolute_error", "MAE"), ("mean_squared_error", "MSE")):
        name = name.replace(long, short)
    return name.replace("_", " ")


class _Axis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph ships no types
    """Ticks in few digits; the axis of epochs shows whole ones only."""

    def __init__(self, side: str, whole: bool = False) -> None:
        super().__init__(side)
        self._whole = whole
        self.enableAutoSIPrefix(False)

    def tickSpacing(self, low: float, high: float, size: float) -> Any:
        spacing = super().tickSpacing(low, high, size)
        return [(max(1.0, round(step)), 0) for step, _ in spacing[:1]] if self._whole else spacing[:1]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        if self._whole:
            return [f"{value:.0f}" for value in values]
        return [f"{value:.4g}" for value in values]


class CurvePlot(QWidget):
    """Draws one quantity live: append to ``curve``, then call ``refresh`` once for all that came.

    ``x`` is counted in epochs: the third of ten batches of the first epoch stands at 0.3.  Thin lines are
    batches, thick ones with points whole epochs.  Pointing at the plot reads the epochs' values.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.curve = Curve()
        self._title = QLabel(title)
        self._values = QLabel()
        set_role(self._title, "heading")
        set_role(self._values, "mono")
        self._values.setFont(mono_font(SIZES["label"]))
        for label in (self._title, self._values):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._values.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._plot = pg.PlotWidget(axisItems={"bottom": _Axis("bottom", True), "left": _Axis("left")})
        self._plot.setMinimumSize(120, 80)
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(False, False)
        self._plot.setAccessibleName(title)
        item = self._plot.getPlotItem()
        item.setClipToView(True)
        item.setDownsampling(auto=True, mode="peak")
        item.showGrid(x=False, y=True, alpha=0.9)
        item.getViewBox().setDefaultPadding(0.04)
        self._lines = [item.plot() for _ in range(3)]
        self._hover = pg.InfiniteLine(angle=90, movable=False)
        self._hover.hide()
        item.addItem(self._hover, ignoreBounds=True)
        self._plot.scene().sigMouseMoved.connect(self._read)
        self._hint = QLabel()
        self._hint.setTextFormat(Qt.TextFormat.PlainText)
        self._hint.setWordWrap(True)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        set_role(self._hint, "muted")
        over = QVBoxLayout(self._plot)
        over.setContentsMargins(52, 4, 8, 26)
        over.addWidget(self._hint)
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._values)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._plot, 1)
        self._epochs = 1
        self.set_epochs(1)
        self._paint()
        switch().changed.connect(self._paint)

    def set_title(self, title: str) -> None:
        """Name another quantity."""
        self._title.setText(title)
        self._plot.setAccessibleName(title)

    def set_hint(self, words: str) -> None:
        """Say what will be drawn here, as long as there is nothing yet."""
        self._hint.setText(words)
        self._plot.setAccessibleDescription(words)
        self.refresh()

    def hint(self) -> str:
        """Return what the empty plot says, or an empty text where it shows lines."""
        return "" if self._hint.isHidden() else self._hint.text()

    def title(self) -> str:
        """Return the name of the quantity."""
        return self._title.text()

    def values(self) -> str:
        """Return the newest values as the heading says them."""
        return self._values.text()

    def set_epochs(self, epochs: int) -> None:
        """Make room for so many epochs."""
        self._epochs = max(1, epochs)
        self._plot.setXRange(0, self._epochs, padding=0.02)

    def show_curve(self, curve: Curve) -> None:
        """Draw another curve, which may grow afterwards; ``refresh`` shows what has come."""
        self.curve = curve
        self.refresh()

    def refresh(self) -> None:
        """Draw what has come since the last call."""
        for line, series in zip(self._lines, self.curve.parts(), strict=True):
            line.setData(series.x, series.y, connect="finite")
        self._hint.setVisible(bool(self._hint.text()) and not any(len(one) for one in self.curve.parts()))
        self._say(self.curve.training.last(), self.curve.validation.last())
        if self.curve.training.last() is None and self.curve.batches.last() is not None:
            self._say(self.curve.batches.last(), None)

    def save_picture(self, path: Path) -> bool:
        """Write heading and plot as a picture, by the ending of ``path``; says whether it worked."""
        return self.grab().save(str(path))

    def _say(self, training: float | None, validation: float | None) -> None:
        if training is None:
            self._values.setText("")
        elif validation is None:
            self._values.setText(number(training))
        else:
            text = self.tr("{training} val {validation}")
            self._values.setText(text.format(training=number(training), validation=number(validation)))

    def _read(self, place: QPointF) -> None:
        box = self._plot.getPlotItem().getViewBox()
        x = float(box.mapSceneToView(place).x())
        here = box.sceneBoundingRect().contains(place)
        point = self.curve.training.nearest(x) if here else None
        if point is None:
            self._hover.hide()
            self._plot.setToolTip("")
            return
        self._hover.setPos(point[0])
        self._hover.show()
        other: Series = self.curve.validation
        beside = other.nearest(point[0])
        text = self.tr("epoch {epoch}: {value}").format(epoch=round(point[0]), value=number(point[1]))
        if beside is not None:
            text += self.tr(", validation {value}").format(value=number(beside[1]))
        self._plot.setToolTip(text)

    def leaveEvent(self, event: Any) -> None:
        self._hover.hide()
        super().leaveEvent(event)

    def _paint(self) -> None:
        theme = current()
        self._plot.setBackground(theme.plot)
        item = self._plot.getPlotItem()
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setPen(QPen(QColor(theme.plot_grid)))
            axis.setTextPen(QColor(theme.plot_text))
            axis.setTickFont(mono_font(10))
            axis.setStyle(tickLength=0)
            axis.setZValue(-1000)  # the grid belongs to the axis, and lies below the lines
        item.getAxis("left").setWidth(44)
        item.getAxis("bottom").setHeight(22)
        thin = QColor(theme.training)
        thin.setAlphaF(0.35)
        batches, training, validation = self._lines
        batches.setPen(pg.mkPen(thin, width=1))
        marks = ((training, theme.training, "o", 5), (validation, theme.validation, "d", 8))
        for line, colour, symbol, size in marks:  # their colours alone do not tell them apart for everyone
            line.setPen(pg.mkPen(colour, width=2))
            line.setSymbol(symbol)
            line.setSymbolSize(size)
            line.setSymbolBrush(QColor(colour))
            line.setSymbolPen(QPen(Qt.PenStyle.NoPen))
            line.opts["antialias"] = True
        self._hover.setPen(pg.mkPen(theme.border_strong, width=1))
        self.refresh()
