"""The verbs of copying: paste, duplicate, cut."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from studio.commands.chain_verbs import splice
from studio.commands.command import Editing, push
from studio.commands.removal_verbs import remove
from studio.document import clipboard
from studio.document.document import Draft
from studio.document.errors import Refusal
from studio.document.rows import MAIN, Place, Wire
from studio.document.rules import put_wire


def _feed(session: Editing, draft: Draft, graph: str) -> clipboard.Feed:
    def feed(wire: Wire) -> None:
        with suppress(Refusal):  # the port is gone or the source is no longer what it was: it stays unwired
            put_wire(draft, session.catalog, wire, graph)

    return feed


def paste(
    session: Editing, text: str, at: Place | None = None, *, wired: bool = False, behind: str = "",
    graph: str = MAIN,
) -> list[str]:  # fmt: skip
    """Paste what was copied with its top left corner ``at``, and return the ids of its nodes.

    ``wired`` keeps the wires that led into the copied nodes, where what they came from is in this graph;
    ``behind`` a node of a chain they go into the chain.
    """
    draft = session.document.draft()
    feed = _feed(session, draft, graph) if wired else None
    new = clipboard.paste(draft, text, graph, at, feed=feed)
    if behind:
        splice(draft, session.catalog, new, behind, graph)
    push(session, draft.edit("paste", {"count": len(new)}))
    return new


def duplicate(
    session: Editing,
    nodes: Iterable[str],
    *,
    marks: Iterable[str] = (),
    offset: Place | None = None,
    behind: str = "",
    graph: str = MAIN,
) -> list[str]:
    """Copy and paste in one step, beside the originals; returns the new ids of the nodes.

    ``behind`` a node of a chain the copies go into the chain.
    """
    draft = session.document.draft()
    text = clipboard.copy_text(session.document, nodes, graph, marks)
    new = clipboard.paste(draft, text, graph, offset=offset)
    if behind:
        splice(draft, session.catalog, new, behind, graph)
    push(session, draft.edit("duplicate", {"count": len(new)}))
    return new


def cut(
    session: Editing,
    nodes: Iterable[str],
    *,
    marks: Iterable[str] = (),
    heal: bool = False,
    graph: str = MAIN,
) -> str:
    """Remove nodes, frames and notes, and return their text; ``heal`` joins what a node had between."""
    draft, gone, lone = session.document.draft(), list(nodes), list(marks)
    text = clipboard.copy_text(session.document, gone, graph, lone)
    remove(draft, gone, (), graph, heal=heal)
    for mark in lone:
        draft.put("marks", (graph, mark), None)
    push(session, draft.edit("cut", {"count": len(gone)}))
    return text
