"""Blocks: a graph that stands as one node in another.  Everything here plans on a draft or only reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.document import names
from studio.document.document import Draft
from studio.document.errors import Refusal
from studio.document.rows import MAIN, Graph, LayerEntry, Node, Wire
from studio.document.state import State
from studio.document.values import EMPTY, Frozen, thaw

MOST_REPEATS = 64
"""How often a block may stand in a row; more is a slip of the finger."""


ADAPTED = frozenset({"Normalization"})
"""Layers that learn from the training data before training, unless their statistics are given."""


def adapts(entry: LayerEntry | None) -> bool:
    """Return whether a layer must see the training data before training."""
    return entry is not None and entry.type in ADAPTED and entry.params.get("mean") is None


def uses_of(state: State, graph: str) -> list[tuple[str, str]]:
    """Return (graph, node) of every block node that stands for ``graph``."""
    found = []
    for where in state.graph_names():
        for node in state.node_ids(where):
            row = state.node(node, where)
            if row.kind == "block" and row.ref == graph:
                found.append((where, node))
    return found


def graphs_inside(state: State, graph: str) -> set[str]:
    """Return the graphs that ``graph`` contains, at any depth."""
    seen: set[str] = set()
    todo = [graph]
    while todo:
        where = todo.pop()
        for node in state.node_ids(where):
            row = state.node(node, where)
            if row.kind == "block" and row.ref not in seen:
                seen.add(row.ref)
                todo.append(row.ref)
    return seen


def ends_of(state: State, graph: str) -> tuple[list[str], list[str]]:
    """Return the ids of a block's Inputs and of its Outputs: its ports, in order."""
    ids = state.node_ids(graph)
    return (
        [node for node in ids if state.node(node, graph).kind == "input"],
        [node for node in ids if state.node(node, graph).kind == "output"],
    )


def repeats_of(row: Node) -> int:
    """Return how often a block runs in a row: 1 where nothing, or nothing that can be, is said."""
    count = row.options.get("repeat", 1)
    good = isinstance(count, int) and not isinstance(count, bool) and 1 <= count <= MOST_REPEATS
    return int(count) if good else 1


def chosen(state: State, row: Node) -> dict[str, dict[str, Any]]:
    """Return what one use of a block sets: by layer entry, the parameters that it chooses."""
    graph = state.row("graphs", row.ref)
    given = row.options.get("params")
    found: dict[str, dict[str, Any]] = {}
    if not isinstance(graph, Graph) or not isinstance(given, Mapping):
        return found
    for name, value in given.items():
        for entry, param in graph.params.get(name, ()):
            found.setdefault(entry, {})[param] = value
    return found


def check_inside(state: State, graph: str, inner: str) -> None:
    """Raise ``Refusal`` (``"block_itself"``) where ``inner`` may not stand inside ``graph``."""
    if inner == graph or graph in graphs_inside(state, inner):
        raise Refusal(f"The block {inner} cannot contain itself.", code="block_itself", name=inner)


def drop(draft: Draft, graph: str) -> None:
    """Remove a graph with its nodes, layers and wires, and the blocks that only it used."""
    inner = [draft.node(n, graph).ref for n in draft.node_ids(graph) if draft.node(n, graph).kind == "block"]
    for wire in draft.wires(graph):
        draft.put("wires", (graph, wire), None)
    for node in draft.node_ids(graph):
        row = draft.node(node, graph)
        draft.put("places", (graph, node), None)
        draft.put("nodes", (graph, node), None)
        if row.kind == "layer" and not draft.users(row.ref):
            draft.put("layers", row.ref, None)
    for mark in draft.mark_ids(graph):
        draft.put("marks", (graph, mark), None)
    draft.put("graphs", graph, None)
    for each in dict.fromkeys(inner):
        if each in draft.graph_names() and not uses_of(draft, each):
            drop(draft, each)


def expose(draft: Draft, graph: str, entry: str, param: str, name: str) -> None:
    """Let every use of a block choose a parameter of a layer inside; one ``name`` may set several.

    Raises ``Refusal``: ``"no_block"`` in the main drawing, ``"bad_name"``, and ``"name_taken"`` where it is
    that of an Input, which becomes an argument as well.
    """
    row = draft.row("graphs", graph)
    if graph == MAIN or not isinstance(row, Graph):
        raise Refusal("Only the layers of a block have parameters to let choose.", code="no_block")
    inputs, _ = ends_of(draft, graph)
    names.check(name, {"name", *(draft.node(node, graph).name for node in inputs)})
    pairs = [pair for pair in thaw(row.params.get(name, ())) if pair != [entry, param]]
    cleaned = thaw(_without_pair(row.params, entry, param))
    draft.put("graphs", graph, Graph(Frozen({**cleaned, name: [*pairs, [entry, param]]}), row.extra))


def conceal(draft: Draft, graph: str, entry: str, param: str) -> None:
    """Take back what ``expose`` gave; the uses of the block forget their values for it."""
    row = draft.row("graphs", graph)
    if not isinstance(row, Graph):
        return
    left = _without_pair(row.params, entry, param)
    draft.put("graphs", graph, Graph(left, row.extra))
    for where, node in uses_of(draft, graph):
        use = draft.node(node, where)
        given = use.options.get("params")
        if isinstance(given, Mapping) and any(name not in left for name in given):
            kept = Frozen({name: value for name, value in given.items() if name in left})
            options = use.options.with_({"params": kept}) if kept else use.options.without("params")
            draft.put("nodes", (where, node), Node(use.kind, use.name, use.ref, options, use.extra))


def release_layer(draft: Draft, graph: str, entry: str) -> None:
    """A node of ``graph`` that called a layer is gone: forget the layer where nothing calls it now.

    What the uses of the block chose of it is forgotten with its last node there.
    """
    users = draft.users(entry)
    row = draft.row("graphs", graph)
    if isinstance(row, Graph) and not any(where == graph for where, _ in users):
        for param in [param for pairs in row.params.values() for each, param in pairs if each == entry]:
            conceal(draft, graph, entry, param)
    if not users:
        draft.put("layers", entry, None)


def _without_pair(params: Frozen, entry: str, param: str) -> Frozen:
    left = {name: [p for p in thaw(pairs) if p != [entry, param]] for name, pairs in params.items()}
    return Frozen({name: pairs for name, pairs in left.items() if pairs})


def rename_port(draft: Draft, graph: str, old: str, new: str) -> None:
    """Let the wires at every use of a block follow the new name of one of its Inputs or Outputs."""
    for where, node in uses_of(draft, graph):
        for wire in draft.incoming(node, old, where):
            draft.put("wires", (where, wire), None)
            moved = Wire(wire.source, wire.source_port, node, new, wire.position)
            draft.put("wires", (where, moved), EMPTY)
        for wire in draft.outgoing(node, old, where):
            draft.put("wires", (where, wire), None)
            moved = Wire(node, new, wire.target, wire.target_port, wire.position)
            draft.put("wires", (where, moved), EMPTY)


def rename(draft: Draft, graph: str, name: str) -> None:
    """Call a graph ``name``, with all that lies in it and at every use."""
    draft.put("graphs", name, draft.row("graphs", graph))
    wires = draft.wires(graph)
    for wire in wires:
        draft.put("wires", (name, wire), draft.row("wires", (graph, wire)))
        draft.put("wires", (graph, wire), None)
    for node in draft.node_ids(graph):
        row, place = draft.node(node, graph), draft.place(node, graph)
        draft.put("places", (graph, node), None)
        draft.put("nodes", (graph, node), None)
        draft.put("nodes", (name, node), row)
        draft.put("places", (name, node), place)
    for mark in draft.mark_ids(graph):
        draft.put("marks", (name, mark), draft.mark(mark, graph))
        draft.put("marks", (graph, mark), None)
    for where, node in uses_of(draft, graph):
        use = draft.node(node, where)
        draft.put("nodes", (where, node), Node("block", use.name, name, use.options, use.extra))
    draft.put("graphs", graph, None)
