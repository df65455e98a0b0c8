"""What a new layer begins with, and whether it goes with the data that it would be given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.errors import EngineError
from engine.spec import TensorSpec
from studio.document.catalog import LayerSpec
from studio.document.data import field_spec, fields_of
from studio.document.findings import Analysis
from studio.document.rows import MAIN
from studio.document.state import State

_STARTS: Mapping[str, Any] = {
    "units": 32, "filters": 32, "kernel_size": 3, "rate": 0.2, "input_dim": 1000, "output_dim": 32,
    "activation": "relu", "scale": 1.0, "n": 1, "axes": -1,
    "pool_size": 2, "dims": [2, 1],
}  # fmt: skip
_INNER = {"Bidirectional": "LSTM", "TimeDistributed": "Dense", "RNN": "LSTMCell"}
"""What a layer that wraps another begins with."""


def starting_params(spec: LayerSpec | None, inputs: Iterable[TensorSpec] = ()) -> dict[str, Any]:
    """Return values for the parameters without default, so that a new layer works at once where it can."""
    found: dict[str, Any] = {}
    for param in spec.params if spec is not None else ():
        if not param.required:
            continue
        if param.name in _STARTS:
            found[param.name] = _STARTS[param.name]
        elif param.name == "target_shape":
            first = next(iter(inputs), None)
            found[param.name] = [-1, first.shape[-1]] if first is not None and first.rank > 2 else [-1]
        elif param.name in ("layer", "cell") and spec is not None and spec.name in _INNER:
            found[param.name] = {"class_name": _INNER[spec.name], "config": {"units": 32}}
        elif param.kind.name == "int":
            found[param.name] = max(1, int(param.kind.minimum or 1))
        elif param.kind.name == "choice" and param.kind.choices:
            found[param.name] = param.kind.choices[0]
    return found


def suits(spec: LayerSpec, source: TensorSpec | None) -> tuple[int, TensorSpec | None]:
    """Return 0 for a layer that takes ``source``, 1 where that is not known, 2 for one that refuses it.

    The second value is what a layer that takes it would make of it.
    """
    needed = [port for port in spec.inputs if not port.optional]
    if source is None or len(needed) != 1:
        return 1, None
    port = needed[0]
    try:
        params = starting_params(spec, [source])
        spec.check(params)
        outputs = spec.infer(params, {port.name: (source,) if port.variadic else source}).outputs
    except EngineError as error:
        # A merge of one wire says that it wants two: it fits once the second is there.
        return (1 if error.code == "param" or port.variadic else 2), None
    return 0, outputs[0] if outputs else None


def at_hand(
    state: State, analysis: Analysis, graph: str = MAIN, after: Iterable[str] = ()
) -> TensorSpec | None:
    """Return what a new layer would be given: what leaves the node ``after``, or the data.

    Without a node that is the last one before an Output of a chain, then an Input, then the first field of
    the data; ``None`` where all that is unknown.
    """
    for node in (*after, *_ends(state, graph), *analysis.order):
        info = analysis.nodes.get(node)
        row = state.find_node(node, graph)
        if row is not None and row.kind == "output" and info is not None:
            given = next(iter(info.inputs.values()), ())
            if given:
                return given[0]
        if row is not None and info is not None and info.outputs:
            return info.outputs[0]
    targets = state.setting("data").get("targets", ())
    left = [
        f for name, f in fields_of(state).items() if not isinstance(targets, tuple) or name not in targets
    ]
    return field_spec(left[0]) if left else None


def _ends(state: State, graph: str) -> list[str]:
    """Return the node at which a lone Output of the graph is fed; empty where there are several."""
    outputs = [node for node in state.node_ids(graph) if state.node(node, graph).kind == "output"]
    wires = state.incoming(outputs[0], graph=graph) if len(outputs) == 1 else []
    return [wire.source for wire in wires]
