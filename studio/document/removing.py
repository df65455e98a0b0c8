"""Taking a node out of a drawing, with all that hangs on it."""

from __future__ import annotations

from studio.document import blocks
from studio.document.document import Draft
from studio.document.rows import MAIN, Wire
from studio.document.values import EMPTY


def take_out(draft: Draft, node: str, graph: str = MAIN, *, heal: bool = True) -> set[str]:
    """Remove a node, its wires, and the layer or block that nothing uses now; return the nodes it fed.

    ``heal`` joins what it had between, where one wire led into it.
    """
    row = draft.node(node, graph)
    before, after = draft.incoming(node, graph=graph), draft.outgoing(node, graph=graph)
    for wire in (*before, *after):
        draft.put("wires", (graph, wire), None)
    for old in after if heal and len(before) == 1 else ():
        healed = Wire(before[0].source, before[0].source_port, old.target, old.target_port, old.position)
        draft.put("wires", (graph, healed), EMPTY)
    draft.put("places", (graph, node), None)
    draft.put("nodes", (graph, node), None)
    if row.kind == "layer":
        blocks.release_layer(draft, graph, row.ref)
    if row.kind == "block" and row.ref in draft.graph_names() and not blocks.uses_of(draft, row.ref):
        blocks.drop(draft, row.ref)
    return {wire.target for wire in after}
