"""Tidying the drawing as a whole, and which way its data flow."""

from __future__ import annotations

from collections.abc import Callable

from studio.commands.command import Editing, push
from studio.document import layout
from studio.document import marks as marking
from studio.document.document import Draft
from studio.document.rows import MAIN, Place
from studio.document.values import Frozen

Size = Callable[[str], Place]
"""A node's width and height."""


def _tidy(draft: Draft, graph: str, size: Size) -> int:
    places, frames = layout.lay_out_all(draft, graph, size)
    before = {node: (*draft.place(node, graph), *size(node)) for node in places}
    for node, (x, y) in places.items():
        draft.put("places", (graph, node), (float(x), float(y)))
    after = {node: (*place, *size(node)) for node, place in places.items()}
    marking.follow(draft, before, after, graph, frames)
    return len(places)


def lay_out(session: Editing, size: Size | None = None, *, graph: str = MAIN) -> None:
    """Lay the whole graph out along the flow of its data; ``size`` gives a node's width and height.

    Frames stand around the same nodes again, and notes stay near theirs.
    """
    draft = session.document.draft()
    count = _tidy(draft, graph, size or (lambda _: marking.USUAL))
    push(session, draft.edit("lay_out", {"count": count}))


def set_direction(session: Editing, down: bool, size: Size | None = None, *, graph: str = MAIN) -> None:
    """Let the data flow from top to bottom, or from left to right, in the drawing and in all its blocks.

    ``size`` is that of the nodes of ``graph``; those of the other graphs are taken to be of the usual size.
    """
    draft = session.document.draft()
    draft.put("settings", "view", Frozen(direction="down") if down else None)
    for each in draft.graph_names():
        _tidy(draft, each, size if size is not None and each == graph else lambda _: marking.USUAL)
    push(session, draft.edit("flow_down" if down else "flow_right"))
