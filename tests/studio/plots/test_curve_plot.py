"""Curves: numbers, what the heading says, and the picture."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from studio.plots import Curve, CurvePlot, Series
from studio.plots.curve_plot import number
from studio.theme import DARK, LIGHT, switch


def test_a_series_grows_and_finds_the_nearest() -> None:
    series = Series()
    for at in range(1000):
        series.append(at, at * 2.0)
    assert len(series) == 1000
    assert series.last() == 1998.0
    assert series.nearest(41.4) == (41.0, 82.0)
    assert series.nearest(-5.0) == (0.0, 0.0)
    series.append(1000, math.inf)
    assert math.isnan(series.y[-1])
    series.clear()
    assert series.nearest(1.0) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0712, "0.071"), (123.45, "123.5"), (1e-7, "1.0e-07"), (0.0, "0.000"), (math.nan, "NaN")],
)
def test_numbers_stay_short(value: float, text: str) -> None:
    assert number(value) == text


def test_the_heading_says_both_values_and_the_lines_are_drawn(qtbot: QtBot, tmp_path: Path) -> None:
    switch().set_mode("light")
    plot = CurvePlot("Loss")
    qtbot.addWidget(plot)
    plot.resize(400, 240)
    plot.set_epochs(3)
    curve = Curve()
    plot.show_curve(curve)
    for epoch, (training, validation) in enumerate([(2.0, 2.2), (1.0, 1.3), (0.5, 0.9)], 1):
        curve.training.append(epoch, training)
        curve.validation.append(epoch, validation)
    plot.refresh()
    assert plot.values() == "0.500 val 0.900"
    path = tmp_path / "loss.png"
    assert plot.save_picture(path)
    assert _has(QImage(str(path)), LIGHT.training)
    switch().set_mode("dark")
    assert _has(plot.grab().toImage(), DARK.plot)
    switch().set_mode("light")


def test_an_empty_plot_says_what_will_be_drawn(qtbot: QtBot) -> None:
    plot = CurvePlot("Loss")
    qtbot.addWidget(plot)
    plot.set_hint("The loss is drawn here.")
    assert plot.hint() == "The loss is drawn here."
    curve = Curve()
    plot.show_curve(curve)
    assert plot.hint()
    curve.batches.append(0.5, 2.0)
    plot.refresh()
    assert not plot.hint()


def _has(image: QImage, colour: str) -> bool:
    wanted = QColor(colour)
    return any(image.pixelColor(x, y) == wanted for x in range(image.width()) for y in range(image.height()))
