"""Following wires back: which layer really made a tensor, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from studio.document.rows import BYPASS, MAIN, LayerEntry, Wire, id_order
from studio.document.state import State

CONVOLUTIONS = frozenset({"Conv1D", "Conv2D", "Conv3D"})
WEIGHTED = frozenset({"Dense"}) | CONVOLUTIONS
"""Layers that are one weighted sum and an activation."""
SHAPING = frozenset({"Flatten", "Reshape", "Permute", "Identity", "RepeatVector"})
"""Layers that move values and change none."""
SILENCING = frozenset(
    {"Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout",
     "GaussianDropout", "GaussianNoise"}
)  # fmt: skip
"""Layers that do something in training alone."""
AVERAGING = frozenset(
    {"AveragePooling1D", "AveragePooling2D", "AveragePooling3D", "GlobalAveragePooling1D",
     "GlobalAveragePooling2D", "GlobalAveragePooling3D"}
)  # fmt: skip
POOLING = AVERAGING | {
    "MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "GlobalMaxPooling1D", "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
}  # fmt: skip
_LAYERS = {"ReLU": "relu", "Softmax": "softmax", "LeakyReLU": "leaky_relu", "ELU": "elu"}


def layer_at(state: State, graph: str, node: str) -> LayerEntry | None:
    """Return the layer that a node calls; ``None`` for none, and for one that is passed over."""
    row = state.find_node(node, graph)
    return None if row is None or row.options.get(BYPASS) else state.layer_of(node, graph)


def activation_of(layer: LayerEntry) -> str | None:
    """Return the activation that a layer ends in, "" for none; ``None`` where it cannot be told."""
    if layer.type in _LAYERS:
        return _LAYERS[layer.type]
    if layer.type not in WEIGHTED and layer.type != "Activation":
        return None
    value = layer.params.get("activation")
    if value is None or value == "linear":
        return ""
    return value if isinstance(value, str) else None


def set_by_name(layer: LayerEntry) -> bool:
    """Return whether the activation is a parameter of the layer, which can be set to another."""
    return layer.type in WEIGHTED or layer.type == "Activation"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a tensor was made: by the layer of ``node``, in ``activation`` ("": in none, ``None``: unknown).

    ``through`` are the nodes between, which changed no value that the model gives, nearest first.
    """

    node: str
    layer: LayerEntry | None
    activation: str | None
    through: tuple[str, ...] = ()
    shaped: bool = False
    """Whether the values were put in another order or shape on the way."""


def ending(state: State, graph: str, wire: Wire) -> Ending:
    """Follow a wire back to the layer that made its values."""
    through: list[str] = []
    node, shaped = wire.source, False
    while node not in through:
        row, layer = state.find_node(node, graph), layer_at(state, graph, node)
        passed = row is not None and row.options.get(BYPASS)
        wires = state.incoming(node, graph=graph)
        if len(wires) == 1 and (passed or (layer is not None and layer.type in SHAPING | SILENCING)):
            through.append(node)
            shaped = shaped or (layer is not None and layer.type in SHAPING - {"Identity"})
            node = wires[0].source
            continue
        return Ending(
            node, layer, activation_of(layer) if layer is not None else None, tuple(through), shaped
        )
    return Ending(node, None, None, tuple(through))  # a loop, of which others tell


def depth_of(state: State, graph: str, node: str) -> int:
    """Return how many nodes lie before a node, itself counted."""
    seen, todo = {node}, [node]
    while todo:
        new = {wire.source for wire in state.incoming(todo.pop(), graph=graph)} - seen
        seen |= new
        todo += new
    return len(seen)


def branches_of(state: State, graph: str, nodes: set[str]) -> dict[str, tuple[str, ...]]:
    """Return for each of some nodes all of them that hang together with it."""
    found: dict[str, tuple[str, ...]] = {}
    for start in nodes:
        if start in found:
            continue
        seen, todo = {start}, [start]
        while todo:
            node = todo.pop()
            near = {wire.source for wire in state.incoming(node, graph=graph)}
            near |= {wire.target for wire in state.outgoing(node, graph=graph)}
            new = (near & nodes) - seen
            seen |= new
            todo += new
        whole = tuple(sorted(seen, key=id_order))
        found |= dict.fromkeys(seen, whole)
    return found


def as_numbers(value: object) -> Mapping[str, object]:
    """Return a setting's config as a mapping, whatever a file holds there."""
    return value if isinstance(value, Mapping) else {}


def order_of(state: State, graph: str = MAIN) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the nodes in topological order, smaller ids first, and those that lie on or after a cycle."""
    ids = state.node_ids(graph)
    waiting = {node: len(state.sources(node, graph)) for node in ids}
    ready = [id_order(node) for node, count in waiting.items() if not count]
    heapify(ready)
    order = []
    while ready:
        node = heappop(ready)[1]
        order.append(node)
        for target in state.targets(node, graph):
            waiting[target] -= 1
            if not waiting[target]:
                heappush(ready, id_order(target))
    done = set(order)
    return tuple(order), tuple(node for node in ids if node not in done)
