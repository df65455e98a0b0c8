"""How the Sequential view breaks a long chain into rows."""

from __future__ import annotations

from PySide6.QtCore import QSizeF

ONE_ROW = 0.8
"""A chain that a view shows whole at this zoom or more stays in one row."""


def columns_of(count: int, step: float, row: float, room: QSizeF) -> int:
    """Return how many cards of a chain stand in one row, to be seen whole and as large as may be."""
    if not count or room.isEmpty():
        return max(1, count)

    def zoom(columns: int) -> float:
        return min(1.0, room.width() / (columns * step), room.height() / (-(-count // columns) * row))

    if zoom(count) >= ONE_ROW:
        return count
    return max(range(1, count + 1), key=lambda columns: (round(zoom(columns), 3), columns))
