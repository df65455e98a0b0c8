"""Reads the bundled files and divides rows; shared by the datasets."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from engine.config import resources_path
from engine.errors import EngineError

Array: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"
Part: TypeAlias = tuple[Array, Array]


def dataset_path(name: str) -> Path:
    """Return where a bundled file lies; raises ``EngineError`` where the installation lacks it."""
    path = resources_path() / "datasets" / name
    if not path.is_file():
        raise EngineError(
            f"The dataset {name} was expected in {path.parent} and is not there. Install Bunon again.",
            code="missing_file",
            path=str(path),
        )
    return path


def read_numbers(
    name: str, skip: int = 0, delimiter: str = ",", columns: tuple[int, ...] | None = None
) -> Array:
    """Return the numbers of a table, gzipped or not, as float64 of shape (rows, columns)."""
    table: Array = np.loadtxt(
        dataset_path(name),
        delimiter=delimiter,
        skiprows=skip,
        usecols=columns,
        ndmin=2,
        encoding="utf-8",
    )
    return table


def divide(x: Array, y: Array, test_split: float, seed: int | None) -> tuple[Part, Part]:
    """Hold back a share of the rows, after one shuffle; with ``seed=None`` the last rows, in order.

    Raises ``EngineError`` unless ``test_split`` is from 0 to 1.
    """
    if not 0 <= test_split <= 1:
        raise EngineError(
            f"test_split is the share of rows for the test, from 0 to 1. Received: {test_split!r}",
            code="param",
        )
    rows = np.arange(len(x)) if seed is None else np.random.default_rng(seed).permutation(len(x))
    train = len(x) - round(len(x) * test_split)
    first, last = rows[:train], rows[train:]
    return (x[first], y[first]), (x[last], y[last])
