"""A table of a user's own, in a CSV file."""

from __future__ import annotations

import csv as reading
from typing import Any

import numpy as np

from engine.datasets._files import Array, Part, divide
from engine.datasets._local import existing
from engine.errors import EngineError, did_you_mean


def load_data(
    path: Any, target: str | int = -1, delimiter: str = ",", test_split: float = 0.2, seed: int | None = 113
) -> tuple[Part, Part]:
    """Return ``(x_train, y_train), (x_test, y_test)`` of a CSV file whose first line names its columns.

    ``target`` is the name or number of the column to predict.  x is float32 of shape (rows, columns); y is
    float32 of shape (rows, 1), or where the column holds words int64 of shape (rows,), numbered in the
    order of the alphabet.  Rows are shuffled by ``seed`` and ``test_split`` of them held back.  Raises
    ``EngineError`` for cells that are no numbers.
    """
    with existing(path, "your table").open(newline="", encoding="utf-8-sig") as file:
        lines = [line for line in reading.reader(file, delimiter=delimiter) if line]
    if len(lines) < 2:
        raise EngineError(f"{path} has no rows below the names of its columns.", code="bad_file")
    names, rows = lines[0], lines[1:]
    if isinstance(target, str) and target not in names:
        raise EngineError(
            f"{path} has no column {target!r}.{did_you_mean(target, names)} It has {', '.join(names)}.",
            code="param",
        )
    place = names.index(target) if isinstance(target, str) else range(len(names))[target]
    for number, row in enumerate(rows, 2):
        if len(row) != len(names):
            raise EngineError(
                f"Line {number} of {path} has {len(row)} cells instead of {len(names)}.", code="bad_file"
            )
    columns = [column for column in range(len(names)) if column != place]
    x = np.stack([_numbers(rows, column, names, path) for column in columns], axis=1)
    words = [row[place].strip() for row in rows]
    try:
        y: Array = np.asarray([float(word) for word in words], "float32")[:, None]
    except ValueError:
        y = np.unique(words, return_inverse=True)[1].astype("int64")
    return divide(x.astype("float32"), y, test_split, seed)


def _numbers(rows: list[list[str]], column: int, names: list[str], path: Any) -> Array:
    values = np.empty(len(rows), "float64")
    for number, row in enumerate(rows):
        try:
            values[number] = float(row[column])
        except ValueError:
            raise EngineError(
                f"Line {number + 2} of {path} has {row[column]!r} in column {names[column]!r}: a number is "
                "wanted.",
                code="bad_file",
            ) from None
    return values
