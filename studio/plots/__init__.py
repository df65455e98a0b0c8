"""Curves of a training run, drawn live with pyqtgraph in the colours of the theme."""

from studio.plots.curve_plot import CurvePlot
from studio.plots.series import Curve, Series

__all__ = ["Curve", "CurvePlot", "Series"]
