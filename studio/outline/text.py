"""The outline as text, as ``model.summary()`` prints it, for a paper, a chat or a note."""

from __future__ import annotations

from collections.abc import Sequence

from studio.outline.rows import PARAMETERS, Row, walk


def table_text(titles: Sequence[str], rows: list[Row], sums: Sequence[tuple[str, str]]) -> str:
    """Return titles, rows (the inside of blocks moved in) and sums as aligned columns."""
    lines = [list(titles)]
    for depth, row in walk(rows):
        lines.append(["  " * depth + row.cells[0], *row.cells[1:]])
    widths = [max(len(line[column]) for line in lines) for column in range(len(titles))]
    rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
    shown = []
    for line in lines:
        cells = [
            text.rjust(width) if column == PARAMETERS else text.ljust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        ]
        shown.append("  ".join(cells).rstrip())
    totals = [f"{name}: {value}" for name, value in sums]
    return "\n".join([shown[0], rule, *shown[1:], rule, *totals]) + "\n"
