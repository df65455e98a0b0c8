"""Nodes become a block, and a block becomes nodes again; both plan on a draft."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from studio.document import names
from studio.document.blocks import chosen, drop, ends_of, repeats_of, uses_of
from studio.document.catalog import Catalog
from studio.document.document import Draft
from studio.document.errors import Refusal
from studio.document.marks import copy_marks, move_marks
from studio.document.ports import inputs_of, outputs_of
from studio.document.rows import INPUT_PORT, MAIN, OUTPUT_PORT, Graph, LayerEntry, Node, Wire
from studio.document.rules import close_gaps
from studio.document.state import State
from studio.document.values import EMPTY

MARGIN = 220.0
"""Distance of a block's Inputs and Outputs from what they are wired to, in scene units."""


def group(
    draft: Draft,
    catalog: Catalog | None,
    nodes: Iterable[str],
    graph: str = MAIN,
    marks: Iterable[str] = (),
) -> str:
    """Make a block of nodes and return the id of the node that stands for it.

    Wires that cross its border become its ports; ``marks`` are frames and notes that go inside with
    them.  Raises ``Refusal``: ``"block_empty"``, ``"block_ends"`` for an Input or Output, ``"block_loop"``
    where what leaves the selection comes back, ``"block_shared"`` where a layer is used outside as well,
    ``"block_exposed"`` where the uses of the block around choose a parameter of a layer.
    """
    picked = [node for node in draft.node_ids(graph) if node in set(nodes)]
    _check_group(draft, picked, graph)
    inner = names.unique("block", {*draft.graph_names(), *names.in_use(draft, graph)})
    draft.put("graphs", inner, Graph())
    name = names.unique(inner, names.in_use(draft, graph))
    left = min(draft.place(node, graph)[0] for node in picked)
    top = min(draft.place(node, graph)[1] for node in picked)
    right = max(draft.place(node, graph)[0] for node in picked)
    block = draft.new_node_id(graph)
    into = _by_source(draft, picked, graph)
    out = list(
        dict.fromkeys(
            (wire.source, wire.source_port)
            for node in picked
            for wire in draft.outgoing(node, graph=graph)
            if wire.target not in picked
        )
    )
    ports = {node: outputs_of(draft, catalog, node, graph) for node in picked}
    bare = [n for n in picked if not draft.outgoing(n, graph=graph) and ports[n]]
    out += [(node, ports[node][0].name) for node in bare]
    loose = _unwired(draft, catalog, picked, graph)
    rows = {node: draft.node(node, graph) for node in picked}
    wires = [wire for wire in draft.wires(graph) if wire.source in rows or wire.target in rows]
    places = {node: draft.place(node, graph) for node in picked}
    for wire in wires:
        draft.put("wires", (graph, wire), None)
    for node in picked:
        draft.put("places", (graph, node), None)
        draft.put("nodes", (graph, node), None)
    for node in picked:
        draft.put("nodes", (inner, node), rows[node])
        draft.put("places", (inner, node), (places[node][0] - left, places[node][1] - top))
    for wire in wires:
        if wire.source in rows and wire.target in rows:
            draft.put("wires", (inner, wire), EMPTY)
    move_marks(draft, marks, graph, inner, (-left, -top))
    draft.put("nodes", (graph, block), Node("block", name, inner))
    draft.put("places", (graph, block), (left, top))
    for (source, port), goals in into.items():
        made = _end(draft, "input", "x", (-MARGIN, places[goals[0].target][1] - top), inner)
        for wire in goals:
            row = Wire(made, OUTPUT_PORT, wire.target, wire.target_port, wire.position)
            draft.put("wires", (inner, row), EMPTY)
        draft.put("wires", (graph, Wire(source, port, block, draft.node(made, inner).name)), EMPTY)
    for target, port in loose:
        made = _end(draft, "input", "x", (-MARGIN, places[target][1] - top), inner)
        draft.put("wires", (inner, Wire(made, OUTPUT_PORT, target, port)), EMPTY)
    for source, port in out:
        made = _end(draft, "output", "y", (right - left + MARGIN, places[source][1] - top), inner)
        draft.put("wires", (inner, Wire(source, port, made, INPUT_PORT)), EMPTY)
        for wire in wires:
            if (wire.source, wire.source_port) == (source, port) and wire.target not in rows:
                row = Wire(block, draft.node(made, inner).name, wire.target, wire.target_port, wire.position)
                draft.put("wires", (graph, row), EMPTY)
    return block


def _check_group(draft: State, picked: list[str], graph: str) -> None:
    if not picked:
        raise Refusal("Select the layers that are to become a block.", code="block_empty")
    inside = set(picked)
    own = {(graph, node) for node in picked}
    around = draft.row("graphs", graph)
    pairs = around.params.items() if isinstance(around, Graph) else ()
    exposed = {entry: key for key, pairs in pairs for entry, _ in pairs}
    for node in picked:
        row = draft.node(node, graph)
        if row.kind in ("input", "output"):
            raise Refusal(
                f"{row.name} begins or ends the model and cannot be part of a block.",
                code="block_ends", name=row.name,
            )  # fmt: skip
        if row.kind == "layer" and not own.issuperset(draft.users(row.ref)):
            raise Refusal(
                f"The layer of {row.name} is used outside of the selection too: select all its uses.",
                code="block_shared", name=row.name,
            )  # fmt: skip
        if row.kind == "layer" and row.ref in exposed:
            raise Refusal(
                f"The uses of {graph} choose {exposed[row.ref]} of {row.name}: take that back first.",
                code="block_exposed", name=row.name, block=graph, params=exposed[row.ref],
            )  # fmt: skip
    seen: set[str] = set()
    todo = [w.target for n in picked for w in draft.outgoing(n, graph=graph) if w.target not in inside]
    while todo:
        node = todo.pop()
        if node in inside:
            raise Refusal(
                f"What leaves the selection comes back to {draft.node(node, graph).name}: select what lies "
                "between as well.",
                code="block_loop", name=draft.node(node, graph).name,
            )  # fmt: skip
        if node not in seen:
            seen.add(node)
            todo += [wire.target for wire in draft.outgoing(node, graph=graph)]


def _by_source(draft: State, picked: list[str], graph: str) -> dict[tuple[str, str], list[Wire]]:
    """Return the wires that come from outside, by where they come from."""
    found: dict[tuple[str, str], list[Wire]] = {}
    for node in picked:
        for wire in draft.incoming(node, graph=graph):
            if wire.source not in picked:
                found.setdefault((wire.source, wire.source_port), []).append(wire)
    return found


def _unwired(draft: State, catalog: Catalog | None, picked: list[str], graph: str) -> list[tuple[str, str]]:
    """Return (node, port) of the inputs that wait for a wire."""
    return [
        (node, port.name)
        for node in picked
        for port in inputs_of(draft, catalog, node, graph)
        if not port.optional and port.known and not draft.incoming(node, port.name, graph)
    ]


def _end(draft: Draft, kind: Any, base: str, at: tuple[float, float], graph: str) -> str:
    node = draft.new_node_id(graph)
    name = names.unique(base, names.in_use(draft, graph))
    draft.put("nodes", (graph, node), Node(kind, name))
    draft.put("places", (graph, node), at)
    return node


def dissolve(draft: Draft, block: str, graph: str = MAIN) -> list[str]:
    """Put a block's nodes in its place and return their ids; a repeated block is written out.

    No wire is lost.  The graph itself goes where nothing else uses it.  Raises ``Refusal`` (``"no_block"``).
    """
    row = draft.find_node(block, graph)
    if row is None or row.kind != "block":
        raise Refusal("Select a block first.", code="no_block")
    before, after = draft.incoming(block, graph=graph), draft.outgoing(block, graph=graph)
    for wire in (*before, *after):
        draft.put("wires", (graph, wire), None)
    x, y = draft.place(block, graph)
    draft.put("nodes", (graph, block), None)
    draft.put("places", (graph, block), None)
    feeds: dict[str, tuple[str, str]] = {wire.target_port: (wire.source, wire.source_port) for wire in before}
    made: list[str] = []
    inputs, outputs = ends_of(draft, row.ref)
    width = max((draft.place(n, row.ref)[0] for n in draft.node_ids(row.ref)), default=0.0) + MARGIN
    for turn in range(repeats_of(row)):
        new, ends = _write_out(draft, row, graph, feeds, (x + turn * width, y))
        copy_marks(draft, draft, row.ref, graph, (x + turn * width, y))
        made += new
        named = [draft.node(node, row.ref).name for node in inputs]
        given = [ends.get(draft.node(node, row.ref).name) for node in outputs]
        if turn + 1 < repeats_of(row):
            feeds = {port: end for port, end in zip(named, given, strict=False) if end is not None}
    for wire in after:
        source = ends.get(wire.source_port)
        if source is not None:
            onward = Wire(*source, wire.target, wire.target_port, wire.position)
            draft.put("wires", (graph, onward), EMPTY)
    close_gaps(draft, [*made, *(wire.target for wire in after)], graph)  # an Input that nothing fed had wires
    if not uses_of(draft, row.ref):
        drop(draft, row.ref)
    return made


def _write_out(
    draft: Draft, row: Node, graph: str, feeds: Mapping[str, tuple[str, str]], at: tuple[float, float]
) -> tuple[list[str], dict[str, tuple[str, str]]]:
    """Copy a block's inside into ``graph``; return the new nodes and what arrives at each Output, by name."""
    inner, sets = row.ref, chosen(draft, row)
    taken = names.in_use(draft, graph)
    new: dict[str, str] = {}
    entries: dict[str, str] = {}
    for node in draft.node_ids(inner):
        old = draft.node(node, inner)
        if old.kind in ("input", "output"):
            continue
        name = names.unique(old.name, taken)
        taken.add(name)
        ref = old.ref
        if old.kind == "layer":
            layer = draft.layer(old.ref)
            if old.ref not in entries:
                entries[old.ref] = draft.new_layer_id()
                params = layer.params.with_(sets.get(old.ref, {}))
                made = LayerEntry(layer.type, name, params, layer.comment, layer.extra)
                draft.put("layers", entries[old.ref], made)
            ref = entries[old.ref]
        new[node] = draft.new_node_id(graph)
        draft.put("nodes", (graph, new[node]), Node(old.kind, name, ref, old.options, old.extra))
        place = draft.place(node, inner)
        draft.put("places", (graph, new[node]), (at[0] + place[0], at[1] + place[1]))

    def origin(wire: Wire) -> tuple[str, str] | None:
        if wire.source in new:
            return new[wire.source], wire.source_port
        return feeds.get(draft.node(wire.source, inner).name)

    ends: dict[str, tuple[str, str]] = {}
    for wire in draft.wires(inner):
        source = origin(wire)
        if source is None:
            continue
        if wire.target in new:
            onward = Wire(*source, new[wire.target], wire.target_port, wire.position)
            draft.put("wires", (graph, onward), EMPTY)
        else:
            ends[draft.node(wire.target, inner).name] = source
    return list(new.values()), ends
