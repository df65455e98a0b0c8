"""From symbolic inputs and outputs to the calls between them, in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from engine.errors import EngineError
from engine.layers.input_layer import InputLayer
from engine.layers.layer import Layer
from engine.layers.symbolic import KerasTensor, Node
from engine.structure import flatten, map_structure, paths

T = TypeVar("T")


class Graph(NamedTuple):
    """The calls in the order in which they run, and what is called in Keras' order."""

    nodes: list[Node]
    operations: list[Any]
    depths: dict[int, int]
    """How far each call (by ``id``) is from the outputs, in the order in which a walk back met them."""

    @property
    def by_depth(self) -> list[Node]:
        """The calls in the order in which Keras runs them: that of the initial weights of a copy."""
        places = {key: (-depth, place) for place, (key, depth) in enumerate(self.depths.items())}
        return sorted(self.nodes, key=lambda node: places[id(node)])

    @property
    def layers(self) -> list[Any]:
        """The layers among what is called; operations such as a sum keep no weights."""
        return [one for one in self.operations if isinstance(one, Layer)]


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
            if id(tensor) not in given or _enters(tensor):
                depth[id(tensor.node)] = max(own + 1, depth.get(id(tensor.node), 0))
    layers = {id(node.layer): node.layer for node in finished}
    for tensor in inputs:
        if _enters(tensor):
            layers.setdefault(id(tensor.node.layer), tensor.node.layer)
    ordered = sorted(
        layers.values(), key=lambda layer: (-layer_depth.get(id(layer), 0), met.get(id(layer), -1))
    )
    running = [node for node in finished if not isinstance(node.layer, InputLayer)]
    return Graph(running, ordered, depth)


def _walk(outputs: Sequence[KerasTensor], given: set[int]) -> tuple[list[Node], dict[int, int]]:
    """Return the calls, each after those it depends on, and when each layer was first met."""
    finished: list[Node] = []
    done: set[int] = set()
    met: dict[int, int] = {}
    for place, output in enumerate(outputs):
        if id(output) in given and not _enters(output):
            continue
        if not hasattr(output, "node"):
            raise _disconnected(place, output.name)
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
                raise _disconnected(place, node.layer.name)
            stack.append((node, True))
            for tensor in reversed(node.inputs_flat):
                if id(tensor) in given and not _enters(tensor):
                    continue
                if not hasattr(tensor, "node"):
                    raise _disconnected(place, tensor.name)
                if id(tensor.node) not in done:
                    stack.append((tensor.node, False))
    return finished, met


def _enters(tensor: KerasTensor) -> bool:
    """Return whether a tensor is what an ``Input`` returned."""
    return hasattr(tensor, "node") and isinstance(tensor.node.layer, InputLayer)


def _disconnected(place: int, name: str) -> EngineError:
    return EngineError(
        f"The output depends on Input '{name}', which is not among the model's inputs.",
        code="disconnected",
        input=name,
        output=place,
    )


def beginning(outputs: Any, find: Callable[[], T]) -> T:
    """Return what ``find`` traces; an output that is not connected is told by its path in ``outputs``."""
    try:
        return find()
    except EngineError as error:
        if error.code != "disconnected":
            raise
        fields = dict(error.fields)
        path = paths(outputs)[int(str(fields["output"]))]
        message = f"Output with path `{path}` is not connected to `inputs`. {error}"
        raise EngineError(message, code="disconnected", **fields) from None


def beginning_at_inputs(inputs: Any, outputs: Any) -> tuple[Any, Any]:
    """Return ``inputs`` and ``outputs`` of a graph that begins at Inputs.

    Tensors from the middle of another graph get an Input of their own, and the calls after them are written
    down once more on what it returns; where all of ``inputs`` are Inputs, nothing is new.
    """
    flat = flatten(inputs)
    if all(_enters(tensor) for tensor in flat):
        return inputs, outputs
    nodes = trace(flat, flatten(outputs)).nodes
    known: dict[int, KerasTensor] = {}
    for tensor in flat:
        if _enters(tensor):
            known[id(tensor)] = tensor
        else:
            entry = InputLayer(batch_shape=tensor.shape, dtype=tensor.dtype, name=f"{tensor.name}CLONE")
            known[id(tensor)] = entry.output

    def swapped(leaf: Any) -> Any:
        return known.get(id(leaf), leaf)

    for node in nodes:
        again = Node(node.layer, map_structure(swapped, node.args), map_structure(swapped, node.kwargs))

        def copy(tensor: KerasTensor, again: Node = again) -> KerasTensor:
            if id(tensor) not in known:
                made = KerasTensor(tensor.shape, tensor.dtype, name=f"{tensor.name}_clone")
                made.node, made.index = again, tensor.index
                known[id(tensor)] = made
            return known[id(tensor)]

        again.output_struct = map_structure(copy, node.output_struct)
    return map_structure(swapped, inputs), map_structure(swapped, outputs)
