"""From symbolic inputs and outputs to the calls between them, in the order in which they run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from engine.errors import EngineError
from engine.layers.input_layer import InputLayer
from engine.layers.symbolic import KerasTensor, Node


class Graph(NamedTuple):
    """The calls in the order in which they run, and the layers in Keras' order (of weights and configs)."""

    nodes: list[Node]
    layers: list[Any]


def trace(inputs: Sequence[KerasTensor], outputs: Sequence[KerasTensor]) -> Graph:
    """Return what lies between ``inputs`` and ``outputs``.

    Layers are ordered by their distance from the outputs, the farthest first, and then by when a walk from
    the outputs meets them: the order in which Keras lists layers and weights.  Raises ``EngineError`` (code
    ``"disconnected"``) where an output depends on an Input that is not among ``inputs``.
    """
    given = {id(tensor) for tensor in inputs}
    finished, met = _walk(outputs, given)
    depth: dict[int, int] = {}
    layer_depth: dict[int, int] = {}
    for node in reversed(finished):
        own = max(depth.get(id(node), 0), layer_depth.get(id(node.layer), 0))
        depth[id(node)] = layer_depth[id(node.layer)] = own
        for tensor in node.inputs_flat:
            if id(tensor) not in given or isinstance(tensor.node.layer, InputLayer):
                depth[id(tensor.node)] = max(own + 1, depth.get(id(tensor.node), 0))
    layers = {id(node.layer): node.layer for node in finished}
    for tensor in inputs:
        if isinstance(tensor.node.layer, InputLayer):
            layers.setdefault(id(tensor.node.layer), tensor.node.layer)
    ordered = sorted(
        layers.values(), key=lambda layer: (-layer_depth.get(id(layer), 0), met.get(id(layer), len(met)))
    )
    running = [node for node in finished if not isinstance(node.layer, InputLayer)]
    return Graph(running, ordered)


def _walk(outputs: Sequence[KerasTensor], given: set[int]) -> tuple[list[Node], dict[int, int]]:
    """Return the calls, each after those it depends on, and when each layer was first met."""
    finished: list[Node] = []
    done: set[int] = set()
    met: dict[int, int] = {}
    for output in outputs:
        stack: list[tuple[Node, bool]] = [(output.node, False)]
        while stack:
            node, parents_done = stack.pop()
            if id(node) in done:
                continue
            if parents_done:
                done.add(id(node))
                finished.append(node)
                continue
            met.setdefault(id(node.layer), len(met))
            if not node.inputs_flat and any(id(tensor) not in given for tensor in node.outputs_flat):
                raise EngineError(
                    f"The output depends on Input '{node.layer.name}', which is not among the "
                    "model's inputs.",
                    code="disconnected",
                    input=node.layer.name,
                )
            stack.append((node, True))
            for tensor in reversed(node.inputs_flat):
                inner = id(tensor) in given and not isinstance(tensor.node.layer, InputLayer)
                if id(tensor.node) not in done and not inner:
                    stack.append((tensor.node, False))
    return finished, met
