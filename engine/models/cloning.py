"""Models like other models, with new weights, other layers or other calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.errors import EngineError, ParamError
from engine.layers.input_layer import Input, InputLayer
from engine.layers.layer import Layer
from engine.layers.symbolic import KerasTensor
from engine.models.functional import Functional
from engine.models.sequential import Sequential
from engine.structure import flatten, map_structure, same_nesting


def clone_model(
    model: Any,
    input_tensors: Any = None,
    clone_function: Callable[[Any], Any] | None = None,
    call_function: Callable[..., Any] | None = None,
    recursive: bool = False,
    **kwargs: Any,
) -> Any:
    """Return a model of the same structure with new initial weights.

    ``input_tensors`` are symbolic tensors to begin at, nested as ``model.input``.  ``clone_function`` makes
    the layer that stands for a layer (it may return the same one), ``call_function(layer, *args, **kwargs)``
    calls it; ``recursive`` goes into models inside models too.  A compiled model is compiled again.  Models
    that are code are made again from their config and take none of these.  Raises ``ParamError`` and
    ``EngineError``.  Keras: ``keras.models.clone_model``.
    """
    _check(model, clone_function, call_function, kwargs)

    def clone(layer: Any) -> Any:
        if recursive and isinstance(layer, (Functional, Sequential)):
            inner = call_function if isinstance(layer, Functional) else None
            return clone_model(layer, None, clone_function, inner, recursive=True)
        if clone_function is not None and isinstance(layer, Layer):
            return clone_function(layer)
        return type(layer).from_config(layer.get_config())

    made: Any
    if isinstance(model, Sequential):
        made = _chain(model, input_tensors, clone)
    elif isinstance(model, Functional):
        made = _graph(model, input_tensors, clone, call_function)
    elif input_tensors is not None or clone_function is not None:
        raise ParamError(
            "Expected `model` argument to be a Functional or Sequential model: one that is code takes no "
            f"input_tensors and no clone_function. Received: model={model!r}",
            code="param",
        )
    else:
        made = type(model).from_config(model.get_config())
    if model.compiled:
        made.compile_from_config(model.get_compile_config())
    return made


def _check(model: Any, clone_function: Any, call_function: Any, kwargs: dict[str, Any]) -> None:
    if kwargs:
        raise ParamError(f"Unexpected keyword argument(s): {tuple(kwargs)}", code="unknown_param")
    for word, function in (("clone_function", clone_function), ("call_function", call_function)):
        if function is not None and not callable(function):
            raise ParamError(
                f"Expected `{word}` argument to be a callable. Received: {word}={function!r}", code="param"
            )
    if call_function is not None and not isinstance(model, Functional):
        raise ParamError(
            f"`call_function` argument is only for Functional models. Received: model={model!r}", code="param"
        )


def _chain(model: Sequential, input_tensors: Any, clone: Callable[[Any], Any]) -> Sequential:
    tensors = flatten(input_tensors) if input_tensors is not None else []
    if len(tensors) > 1:
        raise ParamError(
            "Argument `input_tensors` must contain a single tensor for a Sequential. Received: "
            f"{len(tensors)}",
            code="param",
        )
    entry: Any = None
    if tensors:
        tensor = tensors[0]
        lone = hasattr(tensor, "node") and isinstance(tensor.node.layer, InputLayer)
        entry = tensor.node.layer if lone else InputLayer(input_tensor=tensor, name=f"input_{tensor.name}")
    elif model._entry is not None:
        entry = type(model._entry).from_config(model._entry.get_config())
    layers = [clone(layer) for layer in model.layers]
    return Sequential([entry, *layers] if entry is not None else layers, model.trainable, model.name)


def _graph(
    model: Functional, input_tensors: Any, clone: Callable[[Any], Any], call_function: Any
) -> Functional:
    own = model._inputs_struct
    if input_tensors is None:
        inputs = map_structure(_twin_input, own)
    else:
        if isinstance(own, (list, tuple)) and len(own) == 1 and isinstance(input_tensors, KerasTensor):
            input_tensors = [input_tensors]
        if not all(isinstance(tensor, KerasTensor) for tensor in flatten(input_tensors)):
            raise ParamError(
                f"All entries in `input_tensors` must be KerasTensors. Received: {input_tensors!r}",
                code="param",
            )
        if isinstance(own, KerasTensor):
            (input_tensors,) = flatten(input_tensors)
        if not same_nesting(own, input_tensors):
            raise EngineError(
                "`input_tensors` must have the same structure as model.input. Expected: "
                f"{map_structure(lambda tensor: tensor.name, own)}. Received: {input_tensors!r}",
                code="structure",
            )
        inputs = input_tensors
    known = {id(old): new for old, new in zip(flatten(own), flatten(inputs), strict=True)}
    twins: dict[int, Any] = {}

    def swapped(leaf: Any) -> Any:
        return known.get(id(leaf), leaf)

    for node in model._graph.by_depth:
        if id(node.layer) not in twins:
            twins[id(node.layer)] = clone(node.layer)
        layer = twins[id(node.layer)]
        args, kwargs = map_structure(swapped, node.args), map_structure(swapped, node.kwargs)
        made = call_function(layer, *args, **kwargs) if call_function else layer(*args, **kwargs)
        for old, new in zip(node.outputs_flat, flatten(made), strict=True):
            known[id(old)] = new
    outputs = map_structure(swapped, model._outputs_struct)
    made_model = Functional(inputs, outputs, name=model.name)
    if not model.trainable:
        made_model.trainable = False
    return made_model


def _twin_input(tensor: KerasTensor) -> Any:
    layer = tensor.node.layer
    return Input(batch_shape=layer.batch_shape, dtype=layer.dtype, name=layer.name, optional=layer.optional)
