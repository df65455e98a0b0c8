"""Blocks on their way from one document into another, or into a library."""

from __future__ import annotations

import re
from typing import Any

from studio.document import names
from studio.document.blocks import graphs_inside
from studio.document.document import Draft
from studio.document.errors import Refusal
from studio.document.rows import MAIN, Graph, LayerEntry, Node
from studio.document.state import State
from studio.document.values import Frozen, thaw


def copy_graph(
    state: State,
    graph: str,
    draft: Draft,
    name: str,
    called: dict[str, str] | None = None,
    fresh: bool = False,
) -> None:
    """Put a copy of a graph into a draft as ``name``; ``called`` has new names for the blocks inside it.

    Layers get new ids where ``fresh`` says so, else they keep theirs.
    """
    entries: dict[str, str] = {}
    row = state.row("graphs", graph)
    extra = row.extra if isinstance(row, Graph) else Frozen()
    draft.put("graphs", name, Graph(extra=extra))
    for node in state.node_ids(graph):
        old = state.node(node, graph)
        ref = old.ref
        if old.kind == "layer":
            if old.ref not in entries:
                entries[old.ref] = draft.new_layer_id() if fresh else old.ref
                draft.put("layers", entries[old.ref], state.layer(old.ref))
            ref = entries[old.ref]
        elif old.kind == "block":
            ref = (called or {}).get(old.ref, old.ref)
        draft.put("nodes", (name, node), Node(old.kind, old.name, ref, old.options, old.extra))
        draft.put("places", (name, node), state.place(node, graph))
    for mark in state.mark_ids(graph):
        draft.put("marks", (name, mark), state.mark(mark, graph))
    for wire in state.wires(graph):
        draft.put("wires", (name, wire), state.row("wires", (graph, wire)))
    if isinstance(row, Graph) and row.params:
        params = {
            key: [[entries[entry], param] for entry, param in pairs if entry in entries]
            for key, pairs in row.params.items()
        }
        draft.put("graphs", name, Graph(Frozen(params), extra))


def bring_graphs(part: State, draft: Draft, into: str) -> dict[str, str]:
    """Put the blocks of ``part`` into a draft; return what each is called there.

    A block that is there already, just the same, is used as it is: edit one, and all its uses follow.  Raises
    ``Refusal`` (``"block_itself"``) where one would come to lie inside itself.
    """
    called: dict[str, str] = {}
    todo = [graph for graph in part.graph_names() if graph != MAIN]
    for graph in sorted(todo, key=lambda each: (len(graphs_inside(part, each)), each)):  # inner ones first
        if graph in graphs_inside(part, graph):
            raise Refusal(f"The block {graph} contains itself.", code="block_itself", name=graph)
        there = same_block(part, graph, draft)
        if there:
            called[graph] = there
        else:
            called[graph] = names.unique(graph, draft.graph_names())
            copy_graph(part, graph, draft, called[graph], called, fresh=True)
        if called[graph] == into or into in graphs_inside(draft, called[graph]):
            raise Refusal(f"The block {graph} cannot contain itself.", code="block_itself", name=graph)
    return called


def same_block(part: State, graph: str, state: State) -> str:
    """Return what a block is called where another drawing has it just the same, else an empty text.

    It may have a number there, because another block had its name when it came.
    """
    found = called_like(graph, state)
    wanted = content(part, graph) if found else None
    return next((name for name in found if content(state, name) == wanted), "")


def called_like(graph: str, state: State) -> list[str]:
    """Return the blocks that have a name, or this name with a number; the name itself comes first."""
    numbered = re.compile(re.escape(graph) + r"(_\d+)?")
    found = [name for name in state.graph_names() if name != MAIN and numbered.fullmatch(name)]
    return sorted(found, key=lambda name: (name != graph, name))


def content(state: State, graph: str, within: tuple[str, ...] = ()) -> Any:
    """Return what a block is, by names and values alone: equal for equal blocks, whatever their ids."""

    def entry(layer: LayerEntry) -> tuple[Any, ...]:
        return layer.type, layer.name, layer.params

    row = state.row("graphs", graph)
    ids = state.node_ids(graph)
    nodes = {}
    for node in ids:
        found = state.node(node, graph)
        layer = state.layer_of(node, graph)
        deeper = found.kind == "block" and found.ref not in (*within, graph)
        inner = content(state, found.ref, (*within, graph)) if deeper else None
        nodes[found.name] = (found.kind, found.options, entry(layer) if layer else None, inner)

    def name(node: str) -> str:
        return state.node(node, graph).name

    wires = sorted(
        (name(wire.source), wire.source_port, name(wire.target), wire.target_port, wire.position)
        for wire in state.wires(graph)
    )
    shared = sorted(
        sorted(name(node) for _, node in state.users(ref) if node in ids)
        for ref in {state.node(node, graph).ref for node in ids if state.node(node, graph).kind == "layer"}
    )
    params = {
        key: sorted([state.layer(ref).name, param] for ref, param in pairs)
        for key, pairs in (thaw(row.params) if isinstance(row, Graph) else {}).items()
    }
    return nodes, wires, shared, params
