"""Room for what is put between two nodes: the neighbours move along."""

from __future__ import annotations

from collections.abc import Callable

from studio.document.document import Draft
from studio.document.layout import is_downward
from studio.document.marks import Rect
from studio.document.rows import MAIN, Mark, Place

GAP = 36.0
"""Between the cards of a row."""


def make_room(
    draft: Draft, node: str, source: str, size: Callable[[str], Place], graph: str = MAIN, gap: float = GAP
) -> None:
    """Move a node that was put into a wire clear of ``source``, and all that comes after it clear of it.

    Nodes that the data reach later move on along the flow together, as far as the nearest needs it; frames
    around all of them move along, frames around some of them grow.
    """
    down = is_downward(draft)

    def turned(pair: Place) -> Place:
        """Return (along the flow, across it) for (x, y), and back."""
        return (pair[1], pair[0]) if down else pair

    def rect(each: str) -> Rect:
        return *turned(draft.place(each, graph)), *turned(size(each))

    rects = {each: rect(each) for each in draft.node_ids(graph)}
    x, y, wide, high = rects[node]
    before = rects[source]
    if _near((x, y, wide, high), before, gap) and before[0] <= x:
        x = before[0] + before[2] + gap
        draft.put("places", (graph, node), turned((x, y)))
    after = _after(draft, node, graph)
    near = [rects[each] for each in after if _near((x, y, wide, high), rects[each], gap)]
    step = max((x + wide + gap - left for left, *_ in near), default=0.0)
    if step <= 0:
        return
    moving = {each for each in after if rects[each][0] >= min(left for left, *_ in near)}
    for mark in draft.mark_ids(graph):
        row, way = draft.mark(mark, graph), turned((step, 0.0))
        inside = {each for each in rects if each != node and _holds(row, rects[each], turned)}
        if inside and inside <= moving:
            draft.put("marks", (graph, mark), row.with_(place=(row.place[0] + way[0], row.place[1] + way[1])))
        elif inside & moving:
            draft.put("marks", (graph, mark), row.with_(size=(row.size[0] + way[0], row.size[1] + way[1])))
    for each in moving:
        draft.put("places", (graph, each), turned((rects[each][0] + step, rects[each][1])))


def _holds(mark: Mark, rect: Rect, turned: Callable[[Place], Place]) -> bool:
    return mark.holds(turned((rect[0], rect[1])), turned((rect[2], rect[3])))


def _near(one: Rect, other: Rect, gap: float) -> bool:
    """Return whether two cards stand less than ``gap`` apart along the flow, beside one another."""
    return (
        one[0] < other[0] + other[2] + gap
        and other[0] < one[0] + one[2] + gap
        and one[1] < other[1] + other[3]
        and other[1] < one[1] + one[3]
    )


def _after(draft: Draft, node: str, graph: str) -> set[str]:
    seen, todo = set[str](), [node]
    while todo:
        new = {wire.target for wire in draft.outgoing(todo.pop(), graph=graph)} - seen
        seen |= new
        todo += new
    return seen - {node}
