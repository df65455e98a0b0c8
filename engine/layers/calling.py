"""What happens between ``layer(x)`` and ``layer.call(x)``: conversion, checks, training, masks, losses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from inspect import Parameter
from typing import Any

import numpy as np
import torch

from engine import config as settings
from engine.errors import ParamError
from engine.layers.arguments import (
    CallPort,
    call_ports,
    call_with_shapes,
    given_ports,
    shapes_of,
    tensor_arguments,
)
from engine.layers.borrowed import in_half
from engine.layers.layer import Layer, _holding_losses, call_parameters
from engine.layers.masks import finish, makes_masks, with_masks
from engine.layers.scope import running_layers
from engine.layers.symbolic import KerasTensor
from engine.layers.tracing import call_symbolic, ensure_built, infer_outputs, output_spec
from engine.spec import TensorSpec
from engine.structure import flatten, map_structure

__all__ = [
    "CallPort", "call_layer", "call_ports", "call_with_shapes", "ensure_built", "finish", "given_ports",
    "infer_outputs", "makes_masks", "output_spec", "run_layer", "training_as", "training_now",
]  # fmt: skip

_local = threading.local()


def training_now() -> bool:
    """Return whether the outermost call that is running in this thread is a training one."""
    return bool(getattr(_local, "training", False))


@contextmanager
def training_as(value: bool) -> Iterator[None]:
    """Let calls inside the ``with`` block take ``training`` from ``value`` where they are not told."""
    outer = getattr(_local, "training", None)
    _local.training = value
    try:
        yield
    finally:
        _local.training = outer


def call_layer(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Extend the graph where symbolic tensors come; else convert arrays and run as a torch module."""
    layer._check_super_called()
    if any(isinstance(leaf, KerasTensor) for leaf in flatten((args, kwargs))):
        _only_tensors(layer, args)
        return call_symbolic(layer, args, kwargs)
    if layer._convert_input_args:
        if args and isinstance(args[0], (list, tuple)) and _numbers(args[0]):
            args = (np.asarray(args[0]), *args[1:])
        args, kwargs = _converted(layer, args, kwargs)
    _only_tensors(layer, args)
    return torch.nn.Module.__call__(layer, *args, **kwargs)


def _only_tensors(layer: Layer, args: tuple[Any, ...]) -> None:
    """Raise ``ParamError`` for arguments by position that are no tensors: switches go by name."""
    if layer._allow_non_tensor_positional_args:
        return
    for leaf in args if len(args) == 1 and isinstance(args[0], torch.Tensor) else flatten(args):
        if leaf is not None and not isinstance(leaf, (torch.Tensor, KerasTensor, np.ndarray)):
            raise ParamError(
                "Only input tensors may be passed as positional arguments. Pass this one by its name: "
                f"{leaf!r} (of type {type(leaf).__name__})",
                code="not_a_tensor",
            )


def _converted(
    layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments with arrays as tensors, on the layer's device and floats in its type."""
    weight = next(layer.parameters(), None)
    device = None if weight is None else weight.device
    kind = getattr(torch, layer.compute_dtype) if layer.autocast and layer._casts_inputs else None

    def convert(leaf: Any) -> Any:
        if isinstance(leaf, torch.Tensor):
            home = leaf.device if device is None else device
        elif hasattr(leaf, "__array__"):
            if np.asarray(leaf).dtype.kind in "OUS":
                return leaf  # texts, for a layer inside that reads them
            leaf = torch.as_tensor(leaf)
            home = _default_device() if device is None else device
        else:
            return leaf
        wanted = kind if kind is not None and leaf.is_floating_point() else leaf.dtype
        if wanted is leaf.dtype and home == leaf.device:
            return leaf
        mask = getattr(leaf, "_keras_mask", None)
        leaf = leaf.to(device=home, dtype=wanted)
        if mask is not None:
            leaf._keras_mask = mask.to(home)
        return leaf

    if len(args) == 1 and isinstance(args[0], torch.Tensor) and not kwargs:
        return (convert(args[0]),), kwargs
    return map_structure(convert, args), {name: map_structure(convert, kwargs[name]) for name in kwargs}


def _numbers(value: Any) -> bool:
    leaves = flatten(value)
    return bool(leaves) and all(isinstance(leaf, (int, float)) for leaf in leaves)


def _default_device() -> torch.device:
    from engine.training.device import resolve

    return resolve(settings.device())


def _spec_of(tensor: torch.Tensor) -> TensorSpec:
    return TensorSpec(tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))


def run_layer(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run ``layer.call`` on tensors: checked, built, told about training and masks."""
    names = call_parameters(type(layer))
    layer.__dict__["_called"] = True
    if layer._context_args or getattr(_local, "context", None):
        with _context(layer, names, kwargs) as kwargs:
            return _run(layer, names, args, kwargs)
    return _run(layer, names, args, kwargs)


@contextmanager
def _context(layer: Layer, names: Any, kwargs: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Let layers inside know of the arguments that this one passes on, and take them from those outside."""
    outer: dict[str, Any] = getattr(_local, "context", None) or {}
    mine = {name: kwargs[name] for name in layer._context_args if kwargs.get(name) is not None}
    known = outer | mine
    told = {name: value for name, value in kwargs.items() if name in names or name not in layer._context_args}
    told |= {name: known[name] for name in layer._context_args if name in known and name in names}
    _local.context = known
    try:
        yield told
    finally:
        _local.context = outer


def _run(layer: Layer, names: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    tensors = tensor_arguments(layer, args, kwargs)
    if not tensors and names and not layer._allow_non_tensor_positional_args:
        raise ParamError(
            f"Layer '{layer.name}' is called on arrays or tensors. Received: {args!r}", code="not_a_tensor"
        )
    first = next(iter(tensors.values()), None)
    stack, outer = running_layers(), getattr(_local, "training", None)
    nested = getattr(_local, "running", False)
    stack.append(layer)
    try:
        if not nested:
            _local.running = True
            if _holding_losses:
                layer._clear_losses()
        _check(layer, first)
        if not layer.built:
            ensure_built(layer, shapes_of(tensors))
            _check(layer, first)
        kwargs = _with_training(names, args, kwargs, outer)
        mask = with_masks(names, args, kwargs, tensors)
        if layer._mixed:
            with in_half(layer):
                outputs = layer.call(*args, **kwargs)
        else:
            outputs = layer.call(*args, **kwargs)
        finish(layer, first, mask, outputs)
    finally:
        stack.pop()
        _local.training, _local.running = outer, nested
    return outputs


def _check(layer: Layer, first: Any) -> None:
    leaves = (first,) if isinstance(first, torch.Tensor) else flatten(first)
    layer.check_input(*(_spec_of(leaf) for leaf in leaves if leaf is not None))


def _with_training(names: Any, args: tuple[Any, ...], kwargs: dict[str, Any], outer: Any) -> dict[str, Any]:
    """Return ``kwargs`` with ``training`` where the layer takes it, and let layers inside know of it.

    It is what the caller says, else what holds in the outer call, else the default of ``call``: where that is
    ``None``, nothing is said, and layers inside go by their own defaults.
    """
    parameter = names.get("training")
    explicit = kwargs.get("training")
    by_position = parameter is not None and list(names).index("training") < len(args)
    if by_position:
        explicit = args[list(names).index("training")]
    if explicit is None:
        default = parameter.default if parameter is not None else None
        if default is Parameter.empty:
            default = False
        explicit = outer if outer is not None else default
    _local.training = training = None if explicit is None else bool(explicit)
    if parameter is not None and training is not None:
        return kwargs if by_position else {**kwargs, "training": training}
    return {name: value for name, value in kwargs.items() if name != "training"} if kwargs else kwargs
