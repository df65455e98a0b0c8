"""The verbs of using something again: a layer at another place with the same weights, or a block."""

from __future__ import annotations

from studio.commands.chain_verbs import splice
from studio.commands.command import Editing, push
from studio.document import blocks, names
from studio.document.document import Draft
from studio.document.errors import Refusal
from studio.document.graph_copies import copy_graph
from studio.document.rows import MAIN, LayerEntry, Node, Place
from studio.document.state import State

BELOW = 150.0
"""How far below what it repeats another use comes to stand."""
ROOM = (170.0, 110.0)
"""A place counts as taken where a node's corner is nearer than this, across and down."""


def use_again(session: Editing, node: str, *, behind: str = "", graph: str = MAIN) -> str:
    """Call the layer of a node once more, or use its block once more; return the id of the new node.

    It stands below, unwired, or goes into the chain ``behind`` one of its nodes.  A layer keeps its one set
    of weights; every use of a block has its own.  Raises ``Refusal``: ``"again_kind"`` for an Input or an
    Output.
    """
    draft = session.document.draft()
    row = draft.node(node, graph)
    if row.kind not in ("layer", "block"):
        raise Refusal(f"{row.name} cannot be used again.", code="again_kind", name=row.name)
    new = draft.new_node_id(graph)
    base = draft.layer(row.ref).name if row.kind == "layer" else row.ref
    name = names.unique(base, names.in_use(draft, graph))
    draft.put("nodes", (graph, new), Node(row.kind, name, row.ref, row.options))
    draft.put("places", (graph, new), _free_place(draft, node, graph))
    if behind:
        splice(draft, session.catalog, [new], behind, graph)
    push(session, draft.edit("use_again", {"name": row.name}))
    return new


def make_own(session: Editing, node: str, *, graph: str = MAIN) -> None:
    """Give a node a layer, or a block, of its own: a copy of what it shared with others until now.

    Raises ``Refusal``: ``"not_shared"`` where nothing else uses it.
    """
    draft = session.document.draft()
    row = draft.node(node, graph)
    if not has_fellows(draft, node, graph):
        raise Refusal(f"{row.name} shares nothing.", code="not_shared", name=row.name)
    if row.kind == "layer":
        ref = draft.new_layer_id()
        layer = draft.layer(row.ref)
        draft.put("layers", ref, LayerEntry(layer.type, row.name, layer.params, layer.comment, layer.extra))
    else:
        ref = names.unique(row.ref, draft.graph_names())
        copy_graph(session.document, row.ref, draft, ref, fresh=True)
    draft.put("nodes", (graph, node), Node(row.kind, row.name, ref, row.options, row.extra))
    push(session, draft.edit("make_own", {"name": row.name}))


def has_fellows(state: State, node: str, graph: str = MAIN) -> bool:
    """Return whether another node calls the same layer, or uses the same block."""
    row = state.find_node(node, graph)
    if row is not None and row.kind == "block":
        return len(blocks.uses_of(state, row.ref)) > 1
    return state.is_shared(node, graph)


def _free_place(draft: Draft, node: str, graph: str) -> Place:
    x, y = draft.place(node, graph)
    others = [draft.place(each, graph) for each in draft.node_ids(graph)]
    y += BELOW
    while any(abs(x - left) < ROOM[0] and abs(y - top) < ROOM[1] for left, top in others):
        y += BELOW / 3
    return x, y
