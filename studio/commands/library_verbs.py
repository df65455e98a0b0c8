"""The verb that puts a block of this drawing, or one of the user's library, to use."""

from __future__ import annotations

from studio.commands.command import Editing, push
from studio.commands.verbs import attach
from studio.document import blocks, clipboard, names
from studio.document.document import Draft
from studio.document.errors import Refusal
from studio.document.rows import MAIN, Node, Place, Wire


def place_block(
    session: Editing,
    at: Place,
    *,
    of: str = "",
    text: str = "",
    into: Wire | None = None,
    end: bool = False,
    connect_from: tuple[str, str] | None = None,
    connect_to: tuple[str, str] | None = None,
    graph: str = MAIN,
) -> str:
    """Put a use of a block in and return the id of its node: the block ``of`` the drawing, or a text's.

    It is wired at once: ``into`` a wire, at the ``end`` of the chain, or from or to a port.  Raises
    ``Refusal``.
    """
    draft = session.document.draft()
    node = _bring(draft, text, at, graph) if text else _use(draft, of, at, graph)
    attach(
        draft, session.catalog, node, into=into, end=end, before=connect_from, after=connect_to, graph=graph
    )
    push(session, draft.edit("add_block", {"name": draft.node(node, graph).name}))
    return node


def _bring(draft: Draft, text: str, at: Place, graph: str) -> str:
    made = clipboard.paste(draft, text, graph, at)
    if len(made) != 1:
        raise Refusal("The file holds no block.", code="no_block_file")
    return made[0]


def _use(draft: Draft, inner: str, at: Place, graph: str) -> str:
    if inner == MAIN or inner not in draft.graph_names():
        raise Refusal(f"There is no block {inner}.", code="no_block")
    blocks.check_inside(draft, graph, inner)
    node = draft.new_node_id(graph)
    name = names.unique(inner, names.in_use(draft, graph))
    draft.put("nodes", (graph, node), Node("block", name, inner))
    draft.put("places", (graph, node), (float(at[0]), float(at[1])))
    return node
