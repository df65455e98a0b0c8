"""Which wires a drawing allows, and why not."""

from __future__ import annotations

from collections.abc import Iterable

from engine.spec import TensorSpec
from studio.document.blocks import uses_of
from studio.document.catalog import Catalog
from studio.document.document import Draft
from studio.document.errors import Refusal
from studio.document.findings import Analysis
from studio.document.ports import inputs_of, outputs_of
from studio.document.problems import Problem
from studio.document.rows import MAIN, Wire
from studio.document.shapes import Cache, analyse
from studio.document.state import State
from studio.document.values import EMPTY
from studio.document.visiting import look_at


def reaches(state: State, start: str, goal: str, graph: str = MAIN) -> bool:
    """Return whether wires lead from ``start`` to ``goal``; a node reaches itself."""
    seen, todo = {start}, [start]
    while todo:
        node = todo.pop()
        if node == goal:
            return True
        new = state.targets(node, graph) - seen
        seen |= new
        todo += new
    return False


def check_connect(
    state: State, catalog: Catalog | None, wire: Wire, graph: str = MAIN, *, replace: bool = False
) -> None:
    """Raise ``Refusal`` where a wire is impossible.

    Codes: ``no_node``, ``into_input``, ``out_of_output``, ``self_loop``, ``unknown_port``, ``port_taken``
    (unless ``replace``, which takes the old wire's place), ``already_wired``, ``cycle``.
    """
    source, target = state.find_node(wire.source, graph), state.find_node(wire.target, graph)
    if source is None or target is None:
        missing = wire.source if source is None else wire.target
        raise Refusal(f"There is no node {missing}.", code="no_node", node=missing)
    names = {"source": source.name, "target": target.name}
    if target.kind == "input":
        raise Refusal("An Input begins the model: no wire goes into it.", code="into_input", **names)
    if source.kind == "output":
        raise Refusal("An Output ends the model: no wire leaves it.", code="out_of_output", **names)
    if wire.source == wire.target:
        raise Refusal("A layer cannot feed itself.", code="self_loop", **names)
    if wire.source_port not in [port.name for port in outputs_of(state, catalog, wire.source, graph)]:
        raise Refusal(
            f"{source.name} has no output {wire.source_port}.",
            code="unknown_port", node=source.name, port=wire.source_port,
        )  # fmt: skip
    ports = {port.name: port for port in inputs_of(state, catalog, wire.target, graph)}
    port = ports.get(wire.target_port)
    if port is None:
        raise Refusal(
            f"{target.name} has no input {wire.target_port}.",
            code="unknown_port", node=target.name, port=wire.target_port,
        )  # fmt: skip
    if state.has_wire(wire, graph):
        raise Refusal("This wire is there already.", code="already_wired", **names)
    if not port.variadic and not replace and state.incoming(wire.target, wire.target_port, graph):
        raise Refusal(
            f"The input {port.name} of {target.name} has a wire already, and it takes one.",
            code="port_taken", port=port.name, **names,
        )  # fmt: skip
    if reaches(state, wire.target, wire.source, graph):
        raise Refusal(
            f"{target.name} leads to {source.name} already: the wire would close a loop.",
            code="cycle",
            **names,
        )


def put_wire(draft: Draft, catalog: Catalog | None, wire: Wire, graph: str = MAIN) -> Wire:
    """Put a wire in and return it as it stands.

    The old wire of a single port goes, those of a variadic port move up.
    A ``position`` below 0 means the end.  Raises ``Refusal``.
    """
    check_connect(draft, catalog, wire, graph, replace=True)
    ports = {port.name: port for port in inputs_of(draft, catalog, wire.target, graph)}
    there = draft.incoming(wire.target, wire.target_port, graph)
    for old in there:
        draft.put("wires", (graph, old), None)
    row = Wire(wire.source, wire.source_port, wire.target, wire.target_port)
    if not ports[wire.target_port].variadic:
        draft.put("wires", (graph, row), EMPTY)
        return row
    at = len(there) if wire.position < 0 else min(wire.position, len(there))
    for position, each in enumerate([*there[:at], row, *there[at:]]):
        placed = Wire(each.source, each.source_port, each.target, each.target_port, position)
        draft.put("wires", (graph, placed), EMPTY)
    return Wire(row.source, row.source_port, row.target, row.target_port, at)


def close_gaps(draft: Draft, nodes: Iterable[str], graph: str = MAIN) -> None:
    """Let the wires of variadic ports move up where one of them went, so that each has a socket."""
    for node in nodes:
        wires = draft.incoming(node, graph=graph)
        for port in {wire.target_port for wire in wires if wire.position}:
            for position, old in enumerate(w for w in wires if w.target_port == port):
                if old.position != position:
                    row = draft.row("wires", (graph, old))
                    draft.put("wires", (graph, old), None)
                    placed = Wire(old.source, old.source_port, node, port, position)
                    draft.put("wires", (graph, placed), row)


def fits(
    state: State,
    catalog: Catalog,
    wire: Wire,
    graph: str = MAIN,
    cache: Cache | None = None,
    known: Analysis | None = None,
    without: Wire | None = None,
) -> tuple[TensorSpec, ...] | Problem | None:
    """Return what the target would give with this wire, and no more with the wire ``without``.

    That is the specs of its outputs, the ``Problem`` that it would have, or ``None`` where too little is
    wired to know.  ``known`` is what was found in the graph as it is: where it tells what arrives, one layer
    alone is asked, however large the drawing.  Raises ``Refusal`` for an impossible wire.
    """
    draft = Draft(state)
    if without is not None:
        draft.put("wires", (graph, without), None)
    placed = put_wire(draft, catalog, wire, graph)
    target = placed.target
    upstream = (
        without is not None and without.target != target and reaches(draft, without.target, target, graph)
    )
    if known is not None and not upstream and _is_plain(draft, target, graph):
        made, problems = look_at(draft, catalog, target, graph, known, cache)
    else:
        result = analyse(draft, catalog, graph, cache)
        made, problems = result.nodes[target], result.problems_of(target)
    shape_problems = [problem for problem in problems if problem.code in ("shape", "param")]
    return shape_problems[0] if shape_problems else made.outputs or None


def _is_plain(state: State, node: str, graph: str) -> bool:
    """Return whether a node is a layer with the same parameters in all uses of the graph, or an Output."""
    kind = state.node(node, graph).kind
    return kind == "output" or (
        kind == "layer"
        and all(not state.node(use, where).options.get("params") for where, use in uses_of(state, graph))
    )
