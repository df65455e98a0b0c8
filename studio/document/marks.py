"""What frames and notes hold, and how they follow what they stand around; all of it plans on a draft."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from studio.document.clusters import SEEN
from studio.document.document import Draft
from studio.document.layout import is_downward
from studio.document.rows import MAIN, Mark, Place
from studio.document.state import State

ROOM = 16.0
"""Between a frame and what it frames."""
HEAD = 30.0
"""Height of a frame's title."""
LEAST = (60.0, 40.0)
"""Nothing is smaller."""
USUAL = (152.0, 112.0)
"""The size of a node where nothing better is known."""

Rect = tuple[float, float, float, float]
"""Left, top, width and height."""


def around(rects: Iterable[Rect]) -> Rect:
    """Return the rectangle of a frame around others; there must be one."""
    each = list(rects)
    left, top = min(r[0] for r in each), min(r[1] for r in each)
    right, bottom = max(r[0] + r[2] for r in each), max(r[1] + r[3] for r in each)
    return left - ROOM, top - ROOM - HEAD, right - left + 2 * ROOM, bottom - top + 2 * ROOM + HEAD


def held_by(
    state: State, mark: str, rects: Mapping[str, Rect], graph: str = MAIN
) -> tuple[list[str], list[str]]:
    """Return the nodes (of ``rects``) and the frames and notes that lie wholly within a frame."""
    frame = state.mark(mark, graph)
    nodes = [node for node, (x, y, wide, high) in rects.items() if frame.holds((x, y), (wide, high))]
    others = {other: state.mark(other, graph) for other in state.mark_ids(graph) if other != mark}
    marks = [
        other
        for other, row in others.items()
        if frame.holds(row.place, row.size) and (row.place, row.size) != (frame.place, frame.size)
    ]
    return nodes, marks


def shift(draft: Draft, mark: str, way: Place, graph: str = MAIN) -> None:
    """Move a frame or note."""
    row = draft.mark(mark, graph)
    draft.put("marks", (graph, mark), row.with_(place=(row.place[0] + way[0], row.place[1] + way[1])))


def copy_marks(state: State, draft: Draft, graph: str, into: str, way: Place) -> list[str]:
    """Copy all frames and notes of one graph into another, moved by ``way``; return their new ids."""
    made = []
    for mark in state.mark_ids(graph):
        made.append(draft.new_mark_id(into))
        draft.put("marks", (into, made[-1]), state.mark(mark, graph))
        shift(draft, made[-1], way, into)
    return made


def move_marks(draft: Draft, marks: Iterable[str], graph: str, into: str, way: Place) -> None:
    """Take frames and notes from one graph into another, under the same ids."""
    for mark in marks:
        draft.put("marks", (into, mark), draft.mark(mark, graph))
        draft.put("marks", (graph, mark), None)
        shift(draft, mark, way, into)


def follow(
    draft: Draft,
    before: Mapping[str, Rect],
    after: Mapping[str, Rect],
    graph: str = MAIN,
    placed: Mapping[str, Rect] | None = None,
) -> None:
    """Let frames and notes follow nodes that were put elsewhere.

    A frame stands around the same nodes again, with the same room; a note keeps its way to the node that was
    nearest, unless cards would hide it.  ``before`` and ``after`` have all nodes of the graph.  ``placed``
    says where frames go; then those that it does not name stand around nothing, and follow as notes do.
    """
    if placed is not None:
        for mark, (x, y, wide, high) in placed.items():
            draft.put("marks", (graph, mark), draft.mark(mark, graph).with_(place=(x, y), size=(wide, high)))
    frames = [mark for mark in draft.mark_ids(graph) if draft.mark(mark, graph).kind == "frame"]
    # A layout may take cards to be higher than they are: what is to be seen of them decides.
    seen = {node: (x, y, wide, min(high, SEEN)) for node, (x, y, wide, high) in before.items()}
    if placed is not None:
        frames = []
    held = {mark: [n for n in held_by(draft, mark, seen, graph)[0] if n in after] for mark in frames}
    for mark in draft.mark_ids(graph):
        row = draft.mark(mark, graph)
        if placed is not None and mark in placed:
            continue
        if held.get(mark):
            old = around(before[node] for node in held[mark])
            new = around(after[node] for node in held[mark])
            (x, y), (wide, high) = row.place, row.size
            place = (new[0] + x - old[0], new[1] + y - old[1])
            size = (wide + new[2] - old[2], high + new[3] - old[3])
            draft.put("marks", (graph, mark), row.with_(place=place, size=size))
        elif nearest := _nearest(row, before):
            way = (after[nearest][0] - before[nearest][0], after[nearest][1] - before[nearest][1])
            shift(draft, mark, way, graph)
            if placed is not None or row.kind == "note":
                _clear(draft, mark, after, graph)


def _clear(draft: Draft, mark: str, rects: Mapping[str, Rect], graph: str) -> None:
    """Move a note, or a frame around nothing, beside the flow, where it came to lie behind cards."""
    row = draft.mark(mark, graph)
    rect: Rect = (*row.place, *row.size)
    if not any(_meet(rect, other, 0) and _meet(rect, other, 1) for other in rects.values()):
        return
    down = is_downward(draft)
    along, across = (1, 0) if down else (0, 1)
    beside = [other for other in rects.values() if _meet(rect, other, along)]
    edge = max(other[across] + other[across + 2] for other in beside) + 2 * ROOM
    place = (edge, row.place[1]) if down else (row.place[0], edge)
    draft.put("marks", (graph, mark), row.with_(place=place))


def _meet(one: Rect, other: Rect, at: int) -> bool:
    return one[at] < other[at] + other[at + 2] and other[at] < one[at] + one[at + 2]


def _nearest(mark: Mark, rects: Mapping[str, Rect]) -> str:
    x, y = mark.place[0] + mark.size[0] / 2, mark.place[1] + mark.size[1] / 2

    def far(node: str) -> float:
        left, top, wide, high = rects[node]
        across, down = left + wide / 2 - x, top + high / 2 - y
        return across * across + down * down

    return min(rects, key=far, default="")
