"""The verbs.  Each plans on a draft (a ``Refusal`` there changed nothing) and pushes one edit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from studio.commands.command import Editing, push
from studio.document import blocks, names
from studio.document.catalog import Catalog
from studio.document.data import fields_of, unread_field, untold_target
from studio.document.document import Draft
from studio.document.errors import Refusal
from studio.document.layout import is_downward
from studio.document.losses import default_loss
from studio.document.ports import inputs_of, outputs_of
from studio.document.room import make_room
from studio.document.rows import MAIN, LayerEntry, Node, NodeKind, Place, Wire
from studio.document.rules import close_gaps, put_wire
from studio.document.state import State
from studio.document.values import Frozen

GAP, DOWN = 240.0, 150.0
"""From one node's left edge to the next one's, and from top to top, where a verb chooses the place."""


def _put_node(
    draft: Draft, kind: NodeKind, base: str, at: Place, graph: str, options: Mapping[str, Any]
) -> str:
    node = draft.new_node_id(graph)
    name = names.unique(base, names.in_use(draft, graph))
    draft.put("nodes", (graph, node), Node(kind, name, "", Frozen(options)))
    draft.put("places", (graph, node), (float(at[0]), float(at[1])))
    return node


def _put_layer(
    draft: Draft,
    type_name: str,
    at: Place,
    graph: str,
    params: Mapping[str, Any] | None,
    name: str | None = None,
) -> str:
    node, entry = draft.new_node_id(graph), draft.new_layer_id()
    taken = names.in_use(draft, graph)
    if name is not None:
        names.check(name, taken)
    chosen = name or names.unique(names.snake_case(type_name), taken)
    draft.put("layers", entry, LayerEntry(type_name, chosen, Frozen(params)))
    draft.put("nodes", (graph, node), Node("layer", chosen, entry))
    draft.put("places", (graph, node), (float(at[0]), float(at[1])))
    return node


def _first_input(draft: State, catalog: Catalog | None, node: str, graph: str) -> str:
    ports = inputs_of(draft, catalog, node, graph)
    free = [p.name for p in ports if p.variadic or not draft.incoming(node, p.name, graph)]
    if not free and not ports:
        name = draft.node(node, graph).name
        raise Refusal(f"{name} has no input.", code="no_input_port", name=name)
    return free[0] if free else ports[0].name


def _first_output(draft: State, catalog: Catalog | None, node: str, graph: str) -> str:
    ports = outputs_of(draft, catalog, node, graph)
    if not ports:
        name = draft.node(node, graph).name
        raise Refusal(f"{name} has no output.", code="no_output_port", name=name)
    return ports[0].name


def _join(draft: Draft, catalog: Catalog | None, source: str, target: str, graph: str) -> None:
    out, into = _first_output(draft, catalog, source, graph), _first_input(draft, catalog, target, graph)
    put_wire(draft, catalog, Wire(source, out, target, into, -1), graph)


def add_layer(
    session: Editing,
    type_name: str,
    at: Place,
    params: Mapping[str, Any] | None = None,
    *,
    name: str | None = None,
    connect_from: tuple[str, str] | None = None,
    connect_to: tuple[str, str] | None = None,
    graph: str = MAIN,
) -> str:
    """Add a layer, return its node id; ``connect_from`` and ``connect_to`` (node, port) wire it at once."""
    draft = session.document.draft()
    node = _put_layer(draft, type_name, at, graph, params, name)
    _wire_up(draft, session.catalog, node, connect_from, connect_to, graph)
    push(session, draft.edit("add_layer", {"name": draft.node(node, graph).name, "type": type_name}))
    return node


def _wire_up(
    draft: Draft, catalog: Catalog | None, node: str, before: tuple[str, str] | None,
    after: tuple[str, str] | None, graph: str,
) -> None:  # fmt: skip
    if before is not None:
        into = _first_input(draft, catalog, node, graph)
        put_wire(draft, catalog, Wire(*before, node, into, -1), graph)
    if after is not None:
        out = _first_output(draft, catalog, node, graph)
        put_wire(draft, catalog, Wire(node, out, *after, -1), graph)


def attach(
    draft: Draft, catalog: Catalog | None, node: str, *, into: Wire | None = None, end: bool = False,
    before: tuple[str, str] | None = None, after: tuple[str, str] | None = None, graph: str = MAIN,
) -> None:  # fmt: skip
    """Wire a node that is there: ``into`` a wire, to the ``end`` of the chain, or from and to ports."""
    if into is not None:
        first, out = _first_input(draft, catalog, node, graph), _first_output(draft, catalog, node, graph)
        draft.put("wires", (graph, into), None)
        put_wire(draft, catalog, Wire(into.source, into.source_port, node, first, -1), graph)
        put_wire(draft, catalog, Wire(node, out, into.target, into.target_port, into.position), graph)
    elif end and (last := chain_end(draft, graph, node)):
        onward = draft.outgoing(last, graph=graph)
        for wire in onward:
            draft.put("wires", (graph, wire), None)
        _join(draft, catalog, last, node, graph)
        out = _first_output(draft, catalog, node, graph)
        for wire in onward:
            put_wire(draft, catalog, Wire(node, out, wire.target, wire.target_port, wire.position), graph)
    else:
        _wire_up(draft, catalog, node, before, after, graph)


def chain_end(draft: State, graph: str, besides: str = "") -> str:
    """Return the node after which the end of the chain is: the last that feeds nothing but Outputs."""
    ids = [n for n in draft.node_ids(graph) if draft.node(n, graph).kind != "output" and n != besides]
    ends = [
        n
        for n in ids
        if all(draft.node(w.target, graph).kind == "output" for w in draft.outgoing(n, graph=graph))
    ]
    return (ends or ids or [""])[-1]


def add_input(
    session: Editing, at: Place, options: Mapping[str, Any] | None = None, *, name: str | None = None,
    connect_to: tuple[str, str] | None = None, graph: str = MAIN,
) -> str:  # fmt: skip
    """Add an Input; ``options``: ``field``, or ``shape`` and ``dtype``.

    Without options it reads the field that is left, where just one is.
    """
    draft = session.document.draft()
    if options is None and (field := unread_field(draft, graph)):
        options = {"field": field}
    node = _put_node(
        draft, "input", name or str((options or {}).get("field", "input")), at, graph, options or {}
    )
    _wire_up(draft, session.catalog, node, None, connect_to, graph)
    push(session, draft.edit("add_input", {"name": draft.node(node, graph).name}))
    return node


def add_output(
    session: Editing, at: Place, options: Mapping[str, Any] | None = None, *, name: str | None = None,
    connect_from: tuple[str, str] | None = None, graph: str = MAIN,
) -> str:  # fmt: skip
    """Add an Output and return its id; ``options``: ``target``, ``loss``, ``weight``, ``metrics``.

    Without options it predicts the target that is left, where just one is, by the loss that suits it.
    """
    draft = session.document.draft()
    if options is None and (target := untold_target(draft, graph)):
        options = {"target": target, "loss": default_loss(fields_of(draft)[target])}
    node = _put_node(draft, "output", name or "output", at, graph, options or {})
    _wire_up(draft, session.catalog, node, connect_from, None, graph)
    push(session, draft.edit("add_output", {"name": draft.node(node, graph).name}))
    return node


def connect(session: Editing, wire: Wire, *, graph: str = MAIN, instead_of: Wire | None = None) -> Wire:
    """Wire two ports and return the wire as it stands; ``position`` below 0 means the end of a variadic port.

    The old wire of a port that takes one is replaced; ``instead_of`` is a wire whose end was dragged away.
    """
    draft = session.document.draft()
    if instead_of is not None:
        draft.put("wires", (graph, instead_of), None)
        close_gaps(draft, [instead_of.target], graph)
    placed = put_wire(draft, session.catalog, wire, graph)
    named = {"source": draft.node(wire.source, graph).name, "target": draft.node(wire.target, graph).name}
    push(session, draft.edit("connect", named))
    return placed


def move(
    session: Editing, places: Mapping[str, Place], *, marks: Mapping[str, Place] | None = None,
    graph: str = MAIN, code: str = "move", burst: bool = False,
) -> None:  # fmt: skip
    """Put nodes, and frames and notes, elsewhere: one whole drag, or a ``burst`` of presses of a key."""
    draft = session.document.draft()
    for node, (x, y) in places.items():
        draft.put("places", (graph, node), (float(x), float(y)))
    for mark, (x, y) in (marks or {}).items():
        draft.put("marks", (graph, mark), draft.mark(mark, graph).with_(place=(float(x), float(y))))
    name = draft.node(next(iter(places)), graph).name if places else ""
    if not places and code == "move":
        code, places = "move_mark", marks or {}
    moved = (code, graph, *places, *(marks or {})) if burst else None
    push(session, draft.edit(code, {"count": len(places), "name": name}), moved)


def rename(session: Editing, node: str, name: str, *, graph: str = MAIN) -> None:
    """Rename a node, and its layer where no other node shares it; raises ``Refusal``."""
    draft = session.document.draft()
    row, layer = draft.node(node, graph), draft.layer_of(node, graph)
    names.check(name, names.in_use(draft, graph, besides=[node]))
    draft.put("nodes", (graph, node), Node(row.kind, name, row.ref, row.options, row.extra))
    if layer is not None and not draft.is_shared(node, graph):
        entry = LayerEntry(layer.type, name, layer.params, layer.comment, layer.extra)
        draft.put("layers", row.ref, entry)
    if graph != MAIN and row.kind in ("input", "output"):
        blocks.rename_port(draft, graph, row.name, name)
    push(session, draft.edit("rename", {"old": row.name, "name": name}))


def insert_on_wire(
    session: Editing,
    wire: Wire,
    what: str,
    at: Place,
    params: Mapping[str, Any] | None = None,
    *,
    existing: bool = False,
    size: Callable[[str], Place] | None = None,
    graph: str = MAIN,
) -> str:
    """Put a new layer of type ``what`` (``existing``: the node ``what``) into a wire; returns its node id.

    With ``size``, which gives a node's width and height, its neighbours make room.
    """
    draft, catalog = session.document.draft(), session.catalog
    node = what if existing else _put_layer(draft, what, at, graph, params)
    if existing:
        draft.put("places", (graph, node), (float(at[0]), float(at[1])))
    into, out = _first_input(draft, catalog, node, graph), _first_output(draft, catalog, node, graph)
    draft.put("wires", (graph, wire), None)
    put_wire(draft, catalog, Wire(wire.source, wire.source_port, node, into, -1), graph)
    put_wire(draft, catalog, Wire(node, out, wire.target, wire.target_port, wire.position), graph)
    if size is not None:
        make_room(draft, node, wire.source, size, graph)
    push(session, draft.edit("insert", {"name": draft.node(node, graph).name}))
    return node


def append(
    session: Editing,
    type_name: str,
    params: Mapping[str, Any] | None = None,
    *,
    after: str | None = None,
    graph: str = MAIN,
) -> str:
    """Add a layer that wires itself: after the node ``after``, or at the end of the chain before its Output.

    What ``after`` fed is fed by the new layer instead, and makes room.  Returns the new node's id.
    """
    draft, catalog = session.document.draft(), session.catalog
    after = after or chain_end(draft, graph) or None
    down = is_downward(draft)
    step = (0.0, DOWN) if down else (GAP, 0.0)
    x, y = draft.place(after, graph) if after else (-step[0], -step[1])
    node = _put_layer(draft, type_name, (x + step[0], y + step[1]), graph, params)
    if after is not None:
        onward = draft.outgoing(after, graph=graph)
        for wire in onward:
            draft.put("wires", (graph, wire), None)
        _join(draft, catalog, after, node, graph)
        out = _first_output(draft, catalog, node, graph)
        for wire in onward:
            put_wire(draft, catalog, Wire(node, out, wire.target, wire.target_port, wire.position), graph)
        if onward:
            for each in draft.node_ids(graph):
                where = draft.place(each, graph)
                behind = where[1] > y if down else where[0] > x
                beside = abs(where[0] - x) if down else abs(where[1] - y)
                if each != node and behind and beside < GAP:
                    draft.put("places", (graph, each), (where[0] + step[0], where[1] + step[1]))
    push(session, draft.edit("add_layer", {"name": draft.node(node, graph).name, "type": type_name}))
    return node
