"""Which ports a node has: from the catalog, and for layers that it does not know, from the wires."""

from __future__ import annotations

from dataclasses import dataclass

from studio.document.call_outputs import more_outputs
from studio.document.catalog import Catalog
from studio.document.rows import INPUT_PORT, MAIN, OUTPUT_PORT
from studio.document.state import State
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
    row = state.node(node, graph)
    ports: list[InputPort] = []
    if row.kind == "output":
        ports = [InputPort(INPUT_PORT)]
    elif row.kind == "block":
        inner = [state.node(each, row.ref) for each in state.node_ids(row.ref)]
        ports = [InputPort(each.name) for each in inner if each.kind == "input"]
    elif row.kind == "layer":
        layer = state.layer_of(node, graph)
        spec = catalog.get(layer.type) if catalog is not None and layer is not None else None
        if spec is not None:
            ports = [InputPort(port.name, port.variadic, port.optional) for port in spec.inputs]
    names = {port.name for port in ports}
    wired = dict.fromkeys(wire.target_port for wire in state.incoming(node, graph=graph))
    return (*ports, *(InputPort(name, known=False) for name in wired if name not in names))


def outputs_of(state: State, catalog: Catalog | None, node: str, graph: str = MAIN) -> tuple[OutputPort, ...]:
    """Return a node's outputs in order; ports that only a wire names come last."""
    row = state.node(node, graph)
    names: tuple[str, ...] = ()
    if row.kind == "input":
        names = (OUTPUT_PORT,)
    elif row.kind == "block":
        inner = [state.node(each, row.ref) for each in state.node_ids(row.ref)]
        names = tuple(each.name for each in inner if each.kind == "output")
    elif row.kind == "layer":
        layer = state.layer_of(node, graph)
        spec = catalog.get(layer.type) if catalog is not None and layer is not None else None
        if spec is not None and layer is not None:
            try:
                names = (*spec.outputs(thaw(layer.params)), *more_outputs(spec, row.options))
            except ValueError:  # wrong parameters, which the analysis names; the wires stay
                names = (OUTPUT_PORT,)
    wired = dict.fromkeys(wire.source_port for wire in state.outgoing(node, graph=graph))
    return (
        *(OutputPort(name) for name in names),
        *(OutputPort(name, known=False) for name in wired if name not in names),
    )
