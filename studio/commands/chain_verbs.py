"""Moving a layer along a chain: it is taken out where it stands and put in between two others."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from studio.commands.command import Editing, push
from studio.commands.verbs import attach
from studio.document.catalog import Catalog
from studio.document.document import Draft
from studio.document.errors import Refusal
from studio.document.linear import chain
from studio.document.ports import inputs_of, outputs_of
from studio.document.rows import MAIN, Wire
from studio.document.rules import put_wire
from studio.document.state import State


def move_in_chain(session: Editing, node: str, place: int, *, graph: str = MAIN) -> bool:
    """Let a node of a chain stand at ``place`` (0 is the first); return whether anything changed.

    Raises ``Refusal``: ``"not_chain"`` where the graph is not one chain, ``"chain_ends"`` for its Input and
    its Output, which stay first and last.
    """
    draft = session.document.draft()
    row = draft.node(node, graph)
    order = chain(draft, graph)
    if node not in order:
        raise Refusal(f"{row.name} is not part of a chain.", code="not_chain", name=row.name)
    if row.kind in ("input", "output"):
        raise Refusal(f"{row.name} stays where it is.", code="chain_ends", name=row.name)
    first = 1 if draft.node(order[0], graph).kind == "input" else 0
    last = len(order) - (2 if draft.node(order[-1], graph).kind == "output" else 1)
    place = min(max(first, place), last)
    old = order.index(node)
    if place == old:
        return False
    spots = [draft.place(each, graph) for each in order]
    joints = {each: _ports(draft, session.catalog, each, graph) for each in order}
    old_wires = [wire for each in order for wire in draft.outgoing(each, graph=graph)]
    moved = [each for each in order if each != node]
    moved.insert(place, node)
    wires = [Wire(source, joints[source][1], target, joints[target][0]) for source, target in pairwise(moved)]
    for wire in old_wires:
        if wire not in wires:
            draft.put("wires", (graph, wire), None)
    for wire in wires:
        if wire not in old_wires:
            put_wire(draft, session.catalog, wire, graph)
    for each, spot in zip(moved, spots, strict=True):  # each takes the place of its rank
        if draft.place(each, graph) != spot:
            draft.put("places", (graph, each), spot)
    push(session, draft.edit("move_in_chain", {"name": row.name}))
    return True


def splice(draft: Draft, catalog: Catalog | None, nodes: Sequence[str], behind: str, graph: str) -> None:
    """Put new nodes into a chain, one after the other, behind one of its nodes.

    They stay as they are where they are no chain themselves: an Input or Output, or what lacks a port.
    """
    new = set(nodes)
    inner = [wire for node in nodes for wire in draft.outgoing(node, graph=graph) if wire.target in new]
    onward = {wire.source: wire.target for wire in inner}
    joints = [_ports(draft, catalog, node, graph) for node in nodes]
    kinds = {draft.node(node, graph).kind for node in nodes}
    if not behind or kinds & {"input", "output"} or not all(into and out for into, out in joints):
        return
    if len(onward) < len(inner) or len(set(onward.values())) < len(inner):
        return
    for wire in inner:
        draft.put("wires", (graph, wire), None)
    order: list[str] = []
    for start in (node for node in nodes if node not in onward.values()):
        at: str | None = start
        while at is not None:
            order.append(at)
            at = onward.get(at)
    for node in order:
        wires = draft.outgoing(behind, graph=graph)
        if wires:
            attach(draft, catalog, node, into=wires[0], graph=graph)
        else:
            out = _ports(draft, catalog, behind, graph)[1]
            attach(draft, catalog, node, before=(behind, out), graph=graph)
        behind = node


def _ports(state: State, catalog: Catalog | None, node: str, graph: str) -> tuple[str, str]:
    """Return the ports by which a node of a chain is joined to its neighbours, or would be."""
    before, after = state.incoming(node, graph=graph), state.outgoing(node, graph=graph)
    ins, outs = inputs_of(state, catalog, node, graph), outputs_of(state, catalog, node, graph)
    into = before[0].target_port if before else ins[0].name if ins else ""
    out = after[0].source_port if after else outs[0].name if outs else ""
    return into, out
