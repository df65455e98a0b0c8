"""The verbs of taking away: nodes with all that hangs on them, wires, frames and notes."""

from __future__ import annotations

from collections.abc import Iterable

from studio.commands.command import Editing, push
from studio.document.document import Draft
from studio.document.removing import take_out
from studio.document.rows import MAIN, Wire
from studio.document.rules import close_gaps


def disconnect(session: Editing, wires: Iterable[Wire], *, graph: str = MAIN) -> None:
    """Remove wires."""
    draft, gone = session.document.draft(), list(wires)
    for wire in gone:
        draft.put("wires", (graph, wire), None)
    close_gaps(draft, {wire.target for wire in gone}, graph)
    push(session, draft.edit("disconnect", {"count": len(gone)}))


def remove(draft: Draft, nodes: Iterable[str], wires: Iterable[Wire], graph: str, heal: bool) -> None:
    """Take nodes with all that hangs on them, and wires, out of a draft."""
    touched: set[str] = set()
    for wire in wires:
        draft.put("wires", (graph, wire), None)
        touched.add(wire.target)
    for node in nodes:
        if draft.find_node(node, graph) is not None:
            touched |= take_out(draft, node, graph, heal=heal)
    close_gaps(draft, touched, graph)


def delete(
    session: Editing,
    nodes: Iterable[str],
    wires: Iterable[Wire] = (),
    *,
    marks: Iterable[str] = (),
    heal: bool = False,
    graph: str = MAIN,
) -> None:
    """Remove nodes with their wires, wires, and frames and notes (what a frame holds stays).

    ``heal`` joins what a removed node had between.
    """
    draft, gone, cut_wires = session.document.draft(), list(nodes), list(wires)
    name = draft.node(gone[0], graph).name if gone else ""
    remove(draft, gone, cut_wires, graph, heal)
    lone = list(marks)
    for mark in lone:
        draft.put("marks", (graph, mark), None)
    code = "delete" if gone else "delete_mark" if lone else "disconnect"
    push(session, draft.edit(code, {"count": len(gone) or len(lone) or len(cut_wires), "name": name}))
