"""Which ports a node has: from the catalog, and for layers that it does not know, from the wires."""

from __future__ import annotations

from dataclasses import dataclass
from operator import is_
from typing import TypeAlias

from studio.document.call_outputs import more_outputs
from studio.document.catalog import Catalog
from studio.document.rows import INPUT_PORT, MAIN, OUTPUT_PORT, LayerEntry, Node, Wire
from studio.document.state import State, wire_order
from studio.document.values import thaw


@dataclass(frozen=True, slots=True)
class InputPort:
    """An input of a node; ``known`` is False where only a wire says that it is there."""

    name: str
    variadic: bool = False
    optional: bool = False
    known: bool = True


@dataclass(frozen=True, slots=True)
class OutputPort:
    """An output of a node; ``known`` is False where only a wire says that it is there."""

    name: str
    known: bool = True


def inputs_of(state: State, catalog: Catalog | None, node: str, graph: str = MAIN) -> tuple[InputPort, ...]:
    """Return a node's inputs in order; ports that only a wire names come last."""
    return _ports(state, catalog, node, graph)[0]


def outputs_of(state: State, catalog: Catalog | None, node: str, graph: str = MAIN) -> tuple[OutputPort, ...]:
    """Return a node's outputs in order; ports that only a wire names come last."""
    return _ports(state, catalog, node, graph)[1]


Ports: TypeAlias = tuple[tuple[InputPort, ...], tuple[OutputPort, ...]]
MOST_KEPT = 20_000
_KEPT: dict[tuple[str, str], tuple[tuple[object, ...], Ports]] = {}
"""The ports of nodes, with all that they follow from: rows are never changed, only exchanged for others."""


def _ports(state: State, catalog: Catalog | None, node: str, graph: str) -> Ports:
    row, layer = state.node(node, graph), state.layer_of(node, graph)
    into, out = state.wires_at(node, graph)
    if row.kind == "block":  # its ports are in another graph
        return _find_ports(state, catalog, row, layer, into, out)
    key, now = (graph, node), (row, layer, catalog, into, out)
    kept = _KEPT.get(key)
    if kept is not None and all(map(is_, kept[0], now)):
        return kept[1]
    if len(_KEPT) >= MOST_KEPT:
        _KEPT.clear()
    found = _find_ports(state, catalog, row, layer, into, out)
    _KEPT[key] = now, found
    return found


def _find_ports(
    state: State,
    catalog: Catalog | None,
    row: Node,
    layer: LayerEntry | None,
    into: frozenset[Wire],
    out: frozenset[Wire],
) -> Ports:
    inputs: list[InputPort] = []
    outputs: tuple[str, ...] = ()
    if row.kind == "input":
        outputs = (OUTPUT_PORT,)
    elif row.kind == "output":
        inputs = [InputPort(INPUT_PORT)]
    elif row.kind == "block":
        inner = [state.node(each, row.ref) for each in state.node_ids(row.ref)]
        inputs = [InputPort(each.name) for each in inner if each.kind == "input"]
        outputs = tuple(each.name for each in inner if each.kind == "output")
    spec = catalog.get(layer.type) if catalog is not None and layer is not None else None
    if spec is not None and layer is not None:
        inputs = [InputPort(port.name, port.variadic, port.optional) for port in spec.inputs]
        try:
            outputs = (*spec.outputs(thaw(layer.params)), *more_outputs(spec, row.options))
        except ValueError:  # wrong parameters, which the analysis names; the wires stay
            outputs = (OUTPUT_PORT,)
    known = {port.name for port in inputs}
    wired_in = dict.fromkeys(wire.target_port for wire in sorted(into, key=wire_order))
    wired_out = dict.fromkeys(wire.source_port for wire in sorted(out, key=wire_order))
    return (
        (*inputs, *(InputPort(name, known=False) for name in wired_in if name not in known)),
        (
            *(OutputPort(name) for name in outputs),
            *(OutputPort(name, known=False) for name in wired_out if name not in outputs),
        ),
    )
