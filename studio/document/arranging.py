"""Lining nodes up and spacing them out."""

from __future__ import annotations

from collections.abc import Mapping

from studio.document.marks import Rect
from studio.document.rows import Place, id_order

EDGES = ("left", "centre", "right", "top", "middle", "bottom")


def align(rects: Mapping[str, Rect], edge: str) -> dict[str, Place]:
    """Return places at which the rectangles share an edge, or a middle, of what is around them all."""
    left, top = min(r[0] for r in rects.values()), min(r[1] for r in rects.values())
    right, bottom = max(r[0] + r[2] for r in rects.values()), max(r[1] + r[3] for r in rects.values())

    def place(rect: Rect) -> Place:
        x, y, wide, high = rect
        return {
            "left": (left, y),
            "centre": ((left + right - wide) / 2, y),
            "right": (right - wide, y),
            "top": (x, top),
            "middle": (x, (top + bottom - high) / 2),
            "bottom": (x, bottom - high),
        }[edge]

    return {node: place(rect) for node, rect in rects.items()}


def distribute(rects: Mapping[str, Rect], across: bool) -> dict[str, Place]:
    """Return places at which the gaps are equal; the first and the last stay, unless they overlap too much.

    Where there is no room between them, the rectangles stand side by side from the first one on.
    """
    at = 0 if across else 1

    def order(node: str) -> tuple[float, tuple[int, str]]:
        return rects[node][at] + rects[node][at + 2] / 2, id_order(node)

    row = sorted(rects, key=order)
    first, last = rects[row[0]], rects[row[-1]]
    room = last[at] + last[at + 2] - first[at] - sum(rects[node][at + 2] for node in row)
    gap = max(0.0, room / (len(row) - 1))
    places: dict[str, Place] = {}
    place = first[at]
    for node in row:
        x, y, *size = rects[node]
        places[node] = (place, y) if across else (x, place)
        place += size[at] + gap
    return places
