"""Sunspots: the number of sunspots in each year from 1700 to 2008 (NOAA)."""

from __future__ import annotations

import numpy as np

from engine.datasets._files import Part, divide, read_numbers
from engine.errors import EngineError


def load_data(steps: int = 24, test_split: float = 0.2) -> tuple[Part, Part]:
    """Return ``(x_train, y_train), (x_test, y_test)``: windows of the series, and the year after each.

    x is float32 of shape (rows, steps, 1), y of shape (rows, 1); there are 309 - ``steps`` rows, in order of
    time, and the test rows are the last ones.  Raises ``EngineError`` unless ``steps`` is from 1 to 308.
    """
    series = read_numbers("sunspots.csv", skip=1)[:, 1:].astype("float32")
    if not 1 <= steps < len(series):
        raise EngineError(
            f"steps is a whole number from 1 to {len(series) - 1}. Received: {steps!r}", code="param"
        )
    x = np.stack([series[start : start + steps] for start in range(len(series) - steps)])
    return divide(x, series[steps:], test_split, seed=None)
