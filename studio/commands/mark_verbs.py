"""The verbs of frames and notes, and of lining nodes up."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

from studio.commands.command import Editing, push
from studio.document import arranging
from studio.document.errors import Refusal
from studio.document.marks import LEAST, Rect
from studio.document.rows import MAIN, Mark, MarkKind


def add_mark(
    session: Editing, kind: MarkKind, rect: Rect, text: str = "", colour: str = "", *, graph: str = MAIN
) -> str:
    """Add a frame with a title, or a note, and return its id."""
    draft = session.document.draft()
    mark = draft.new_mark_id(graph)
    x, y, wide, high = (float(each) for each in rect)
    draft.put("marks", (graph, mark), Mark(kind, text, (x, y), (wide, high), colour))
    push(session, draft.edit(f"add_{kind}", {"name": text}))
    return mark


def write_mark(session: Editing, mark: str, text: str, *, graph: str = MAIN) -> None:
    """Change a frame's title or what a note says; raises ``Refusal``."""
    _change(session, [mark], graph, "write_mark", text=text)


def paint_marks(session: Editing, marks: Iterable[str], colour: str, *, graph: str = MAIN) -> None:
    """Give frames and notes another colour; raises ``Refusal``."""
    _change(session, marks, graph, "paint_mark", colour=colour)


def shape_mark(session: Editing, mark: str, rect: Rect, *, graph: str = MAIN, burst: bool = False) -> None:
    """Give a frame or note another place and size; raises ``Refusal``.

    In a ``burst`` of presses of a key all of them are one step.
    """
    x, y, wide, high = rect
    size = (max(float(wide), LEAST[0]), max(float(high), LEAST[1]))
    sized = ("shape_mark", graph, mark) if burst else None
    _change(session, [mark], graph, "shape_mark", sized, place=(float(x), float(y)), size=size)


def _change(
    session: Editing, marks: Iterable[str], graph: str, code: str, burst: Hashable = None, **changes: object
) -> None:
    draft = session.document.draft()
    for mark in marks:
        row = draft.find_mark(mark, graph)
        if row is None:
            raise Refusal("The frame or note is not there any more.", code="no_mark")
        draft.put("marks", (graph, mark), row.with_(**changes))
    push(session, draft.edit(code), burst)


def align(session: Editing, rects: Mapping[str, Rect], edge: str, *, graph: str = MAIN) -> None:
    """Line nodes up; ``edge`` is left, centre, right, top, middle or bottom.  Raises ``Refusal``."""
    if len(rects) < 2:
        raise Refusal("Select two layers or more to line them up.", code="too_few", least=2)
    _place(session, arranging.align(rects, edge), graph, "align")


def distribute(session: Editing, rects: Mapping[str, Rect], across: bool, *, graph: str = MAIN) -> None:
    """Make the gaps between nodes equal, from left to right or downwards.  Raises ``Refusal``."""
    if len(rects) < 3:
        raise Refusal("Select three layers or more to space them out.", code="too_few", least=3)
    _place(session, arranging.distribute(rects, across), graph, "distribute")


def _place(session: Editing, places: Mapping[str, tuple[float, float]], graph: str, code: str) -> None:
    draft = session.document.draft()
    for node, place in places.items():
        draft.put("places", (graph, node), place)
    push(session, draft.edit(code, {"count": len(places)}))
