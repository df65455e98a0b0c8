"""A graph as a config in Keras' format, and back."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from engine.errors import EngineError
from engine.layers.families import LAYERS
from engine.layers.input_layer import InputLayer
from engine.layers.symbolic import KerasTensor, Node
from engine.serialization import deserialize_keras_object, serialize_keras_object
from engine.structure import map_structure


def is_graph(config: Mapping[str, Any]) -> bool:
    """Return whether a config describes a graph."""
    return all(key in config for key in ("name", "layers", "input_layers", "output_layers"))


def takes_graph(cls: type) -> bool:
    """Return whether a class is made from inputs and outputs, as ``Functional`` is, or passes all on."""
    from engine.models.functional import Functional
    from engine.models.model import Model

    if cls in (Functional, Model):
        return True
    spec = inspect.getfullargspec(inspect.unwrap(cls.__init__))  # type: ignore[misc]  # the class's own is read
    if spec.varargs is not None and spec.varkw is not None:
        return True
    return spec.args[1:] == inspect.getfullargspec(inspect.unwrap(Functional.__init__)).args[1:]


def revive(cls: type, config: Mapping[str, Any], custom_objects: Any = None) -> Any:
    """Return a model of ``cls`` with the graph that ``config`` describes and the other arguments in it."""
    inputs, outputs = restore(config, custom_objects)
    own = ("layers", "input_layers", "output_layers", "name", "trainable", "dtype")
    rest = {key: value for key, value in config.items() if key not in own}
    made = cls(inputs=inputs, outputs=outputs, name=config.get("name"), **rest)
    if not config.get("trainable", True):
        made.trainable = False
    return made


def describe(model: Any) -> dict[str, Any]:
    """Return the config of a ``Functional``: layers with their calls, and what goes in and out."""
    inside = {id(node) for node in model._graph.nodes}
    places: dict[int, int] = {}
    for layer in model._graph.operations:
        if isinstance(layer, InputLayer):
            places[id(layer._inbound[0])] = 0
        nodes = [node for node in layer._inbound if id(node) in inside]
        places |= {id(node): place for place, node in enumerate(nodes)}
    layers = []
    for layer in model._graph.operations:
        nodes = [node for node in layer._inbound if id(node) in inside]
        entry = _serialized(layer)  # not a copy: it is marked when the layer is met again inside another
        entry["name"] = layer.name
        entry["inbound_nodes"] = [_call(node, places) for node in nodes]
        layers.append(entry)

    def place(tensor: KerasTensor) -> list[Any]:
        layer = tensor.node.layer
        return [layer.name, places[id(tensor.node)] + _first(layer), tensor.index]

    return {
        "name": model.name,
        "trainable": model.trainable,
        "layers": layers,
        "input_layers": map_structure(place, model._inputs_struct),
        "output_layers": map_structure(place, model._outputs_struct),
    }


def _first(layer: Any) -> int:
    """Return the number of the first call: among inputs and outputs Keras counts those of a model from 1."""
    return int(hasattr(layer, "_inputs_struct"))


def _serialized(layer: Any) -> Any:
    from engine.ops.operation import Operation
    from engine.ops.written import serialize

    return serialize(layer) if isinstance(layer, Operation) else LAYERS.serialize(layer)


def _deserialized(entry: Mapping[str, Any], custom_objects: Any) -> Any:
    from engine.ops.written import deserialize, is_operation_config

    return deserialize(entry) if is_operation_config(entry) else LAYERS.deserialize(entry, custom_objects)


def _call(node: Node, places: Mapping[int, int]) -> dict[str, Any]:
    def leaf(value: Any) -> Any:
        if not isinstance(value, KerasTensor):
            return serialize_keras_object(value)
        history = [value.node.layer.name, places[id(value.node)], value.index]
        config = {"shape": list(value.shape), "dtype": value.dtype, "keras_history": history}
        return {"class_name": "__keras_tensor__", "config": config}

    return {"args": list(map_structure(leaf, node.args)), "kwargs": map_structure(leaf, node.kwargs)}


def restore(config: Mapping[str, Any], custom_objects: Any = None) -> tuple[Any, Any]:
    """Return the structures of inputs and outputs of the graph that ``config`` describes.

    Raises ``EngineError`` (code ``"config"``) for calls on tensors that no layer makes.
    """
    layers: dict[str, Any] = {}
    waiting: list[tuple[Any, Any]] = []
    for entry in config["layers"]:
        layer = _deserialized(entry, custom_objects)
        layers[entry.get("name") or layer.name] = layer
        waiting += [(layer, call) for call in entry.get("inbound_nodes") or ()]
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
            for source, _, _ in wanted:
                if source not in layers:
                    raise EngineError(f"The config has a call on a Missing node: {source}", code="config")
            if name in stuck or any(key not in made for key in wanted):
                stuck.add(name)
                later.append((layer, call))
                continue
            _repeat(layer, call, made)
            for tensor in layer._inbound[-1].outputs_flat:
                made[name, counts[name], tensor.index] = tensor
            counts[name] += 1
        if len(later) == len(waiting):
            missing = ", ".join(sorted({names[id(layer)] for layer, _ in later}))
            raise EngineError(
                "Invalid config of a graph: its calls either go in a loop or stand on tensors that no layer "
                f"makes. Not resolved: {missing}.",
                code="config",
            )
        waiting = later

    def find(structure: Any) -> Any:
        if isinstance(structure, Mapping):
            return {key: find(value) for key, value in structure.items()}
        if len(structure) == 3 and isinstance(structure[0], str):
            name, call, index = str(structure[0]), int(structure[1]), int(structure[2])
            earlier = (name, call - _first(layers[name]), index)
            return made[earlier if earlier in made else (name, call, index)]
        found = [find(value) for value in structure]
        return tuple(found) if isinstance(structure, tuple) else found

    return find(config["input_layers"]), find(config["output_layers"])


def _repeat(layer: Any, call: Any, made: Mapping[tuple[str, int, int], KerasTensor]) -> None:
    """Call ``layer`` again as a config says; Keras 2 wrote rows of [name, call, tensor, kwargs]."""
    if isinstance(call, Mapping):
        args = tuple(_replace(list(call["args"]), made))
        layer(*args, **_replace(dict(call["kwargs"]), made))
        return
    tensors = [made[key] for key in _histories(call)]
    kwargs = dict(call[0][3]) if len(call[0]) > 3 else {}
    layer(tensors[0] if len(tensors) == 1 else tensors, **kwargs)


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get("class_name") == "__keras_tensor__"


def _key(value: Any) -> tuple[str, int, int]:
    name, call, index = value["config"]["keras_history"]
    return str(name), int(call), int(index)


def _is_row(value: Any) -> bool:
    """Return whether this is [name, call, tensor, ...], as Keras 2 wrote what a layer is called on."""
    return (
        isinstance(value, list) and len(value) > 2 and isinstance(value[0], str) and isinstance(value[1], int)
    )


def _histories(value: Any) -> list[tuple[str, int, int]]:
    if _is_tensor(value):
        return [_key(value)]
    if isinstance(value, list) and value and all(_is_row(row) for row in value):
        return [(row[0], row[1], int(row[2])) for row in value]
    items = (
        value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    )
    return [key for item in items for key in _histories(item)]


def _replace(value: Any, made: Mapping[tuple[str, int, int], KerasTensor]) -> Any:
    if _is_tensor(value):
        return made[_key(value)]
    if isinstance(value, Mapping) and "class_name" in value and "config" in value:
        return deserialize_keras_object(value)
    if isinstance(value, Mapping):
        return {key: _replace(item, made) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_replace(item, made) for item in value]
    return value
