"""A graph as a config in Keras' format, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import EngineError
from engine.layers.families import LAYERS
from engine.layers.input_layer import InputLayer
from engine.layers.symbolic import KerasTensor, Node
from engine.structure import map_structure


def describe(model: Any) -> dict[str, Any]:
    """Return the config of a ``Functional``: layers with their calls, and what goes in and out."""
    inside = {id(node) for node in model._graph.nodes}
    places: dict[int, int] = {}
    layers = []
    for layer in model._graph.layers:
        nodes = [node for node in layer._inbound if id(node) in inside]
        if isinstance(layer, InputLayer):
            places[id(layer._inbound[0])] = 0
        places |= {id(node): place for place, node in enumerate(nodes)}
    for layer in model._graph.layers:
        nodes = [node for node in layer._inbound if id(node) in inside]
        entry = dict(LAYERS.serialize(layer))
        entry["name"] = layer.name
        entry["inbound_nodes"] = [_call(node, places) for node in nodes]
        layers.append(entry)

    def place(tensor: KerasTensor) -> list[Any]:
        return [tensor.node.layer.name, places[id(tensor.node)], tensor.index]

    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": layers,
        "input_layers": map_structure(place, model._inputs_struct),
        "output_layers": map_structure(place, model._outputs_struct),
    }


def _call(node: Node, places: Mapping[int, int]) -> dict[str, Any]:
    def leaf(value: Any) -> Any:
        if not isinstance(value, KerasTensor):
            return value
        history = [value.node.layer.name, places[id(value.node)], value.index]
        config = {"shape": list(value.shape), "dtype": value.dtype, "keras_history": history}
        return {"class_name": "__keras_tensor__", "config": config}

    return {"args": list(map_structure(leaf, node.args)), "kwargs": map_structure(leaf, node.kwargs)}


def restore(config: Mapping[str, Any], custom_objects: Any = None) -> tuple[Any, Any]:
    """Return the structures of inputs and outputs of the graph that ``config`` describes.

    Raises ``EngineError`` (code ``"config"``) for calls on tensors that no layer makes.
    """
    layers: dict[str, Any] = {}
    waiting: list[tuple[Any, Mapping[str, Any]]] = []
    for entry in config["layers"]:
        layer = LAYERS.deserialize(entry, custom_objects)
        layers[entry.get("name") or layer.name] = layer
        waiting += [(layer, call) for call in entry.get("inbound_nodes", [])]
    made: dict[tuple[str, int, int], KerasTensor] = {}
    for name, layer in layers.items():
        if isinstance(layer, InputLayer):
            made[name, 0, 0] = layer.output
    counts = dict.fromkeys(layers, 0)
    names = {id(layer): name for name, layer in layers.items()}
    while waiting:
        later, stuck = [], set()
        for layer, call in waiting:
            name = names[id(layer)]
            wanted = _histories(call)
            if name in stuck or any(key not in made for key in wanted):
                stuck.add(name)
                later.append((layer, call))
                continue
            args = tuple(_replace(list(call["args"]), made))
            layer(*args, **_replace(dict(call["kwargs"]), made))
            for tensor in layer._inbound[-1].outputs_flat:
                made[name, counts[name], tensor.index] = tensor
            counts[name] += 1
        if len(later) == len(waiting):
            missing = ", ".join(sorted({names[id(layer)] for layer, _ in later}))
            raise EngineError(
                f"The config calls layers on tensors that no layer makes: {missing}.", code="config"
            )
        waiting = later

    def find(structure: Any) -> Any:
        if isinstance(structure, Mapping):
            return {key: find(value) for key, value in structure.items()}
        if len(structure) == 3 and isinstance(structure[0], str):
            return made[str(structure[0]), int(structure[1]), int(structure[2])]
        return [find(value) for value in structure]

    return find(config["input_layers"]), find(config["output_layers"])


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get("class_name") == "__keras_tensor__"


def _key(value: Any) -> tuple[str, int, int]:
    name, call, index = value["config"]["keras_history"]
    return str(name), int(call), int(index)


def _histories(value: Any) -> list[tuple[str, int, int]]:
    if _is_tensor(value):
        return [_key(value)]
    items = (
        value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    )
    return [key for item in items for key in _histories(item)]


def _replace(value: Any, made: Mapping[tuple[str, int, int], KerasTensor]) -> Any:
    if _is_tensor(value):
        return made[_key(value)]
    if isinstance(value, Mapping):
        return {key: _replace(item, made) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_replace(item, made) for item in value]
    return value
