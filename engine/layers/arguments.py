"""The arguments of a call by name: which of them are tensors, and how their shapes reach ``build``."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import torch

from engine.errors import ParamError
from engine.layers.layer import Layer, call_parameters
from engine.layers.symbolic import KerasTensor
from engine.structure import flatten, map_structure, per_class

_NO_PORTS = frozenset({"training", "mask", "initial_state"})
_TENSORS = (torch.Tensor, KerasTensor)
_VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class CallPort(NamedTuple):
    """A tensor argument of ``call``: its name, and whether it may be left out."""

    name: str
    optional: bool


@per_class
def call_ports(cls: type[Layer]) -> tuple[CallPort, ...]:
    """Return the arguments of ``call`` that take tensors; masks, ``training`` and switches are none."""
    ports: list[CallPort] = []
    for name, parameter in call_parameters(cls).items():
        if parameter.kind in _VARIABLE or name in _NO_PORTS:
            continue
        optional = parameter.default is not inspect.Parameter.empty
        if name.endswith("_mask") or (ports and optional and parameter.default is not None):
            continue
        if ports and str(parameter.annotation).strip("'\"").split(" ")[0] in ("bool", "int", "float", "Flag"):
            continue
        ports.append(CallPort(name, optional))
    return tuple(ports) or (CallPort("inputs", False),)


def given_ports(layer: Layer, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tensor arguments of one call by port name, those left out left out."""
    names = call_parameters(type(layer))
    bound = dict(zip(names, args, strict=False)) | dict(kwargs)
    found = {
        port.name: bound[port.name] for port in call_ports(type(layer)) if bound.get(port.name) is not None
    }
    if not found and args:
        found = {"inputs": args[0]}
    return found


def tensor_arguments(layer: Layer, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of one call that are tensors or nestings of them, by name, the first one first.

    Raises ``ParamError`` for a nesting of tensors and other things.
    """
    names = call_parameters(type(layer))
    found: dict[str, Any] = {}
    for name, value in zip(names, args, strict=False):
        if names[name].kind is inspect.Parameter.VAR_POSITIONAL:
            name = "inputs"
        if _is_tensors(name, value):
            found[name] = value
    for name, value in kwargs.items():
        if _is_tensors(name, value):
            found[name] = value
    return found


def _is_tensors(name: str, value: Any) -> bool:
    if isinstance(value, _TENSORS):
        return True
    if isinstance(value, np.ndarray):  # what stayed an array is texts
        return value.dtype.kind in "OUS"
    if not isinstance(value, (list, tuple, dict)):
        return False
    kinds = [isinstance(leaf, _TENSORS) for leaf in flatten(value) if leaf is not None]
    if any(kinds) and not all(kinds):
        raise ParamError(
            f"Argument `{name}` of call() is nested and cannot mix tensors and other things: give tensors "
            f"alone, or none. Received: {name}={value!r}",
            code="not_a_tensor",
        )
    return any(kinds)


def shapes_of(tensors: Mapping[str, Any]) -> dict[str, Any]:
    """Return the shapes of the tensor arguments of a call; those of its ``mask`` are nobody's business."""

    def shape(leaf: Any) -> Any:
        return None if leaf is None else tuple(leaf.shape)

    return {name: map_structure(shape, value) for name, value in tensors.items() if name != "mask"}


class _Takes(NamedTuple):
    """The arguments of ``build`` or ``compute_output_shape``: all, those needed, whether any name goes."""

    names: tuple[str, ...]
    needed: tuple[str, ...]
    anything: bool


@cache
def _takes(function: Any) -> _Takes:
    parameters = list(inspect.signature(function).parameters.values())[1:]
    plain = [one for one in parameters if one.kind not in _VARIABLE]
    return _Takes(
        tuple(one.name for one in plain),
        tuple(one.name for one in plain if one.default is inspect.Parameter.empty),
        any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters),
    )


def call_with_shapes(method: Any, shapes: Mapping[str, Any]) -> Any:
    """Call ``build`` or ``compute_output_shape``: with the first shape, or one ``NAME_shape`` each.

    Raises ``ParamError`` where the method needs several shapes and its arguments are not called after those
    of ``call``.
    """
    takes = _takes(getattr(method, "__func__", method))
    first = next(iter(shapes.values()), None)
    named = {f"{name}_shape": shape for name, shape in shapes.items()}
    if takes.anything and len(shapes) > 1:
        return method(**named)
    if len(takes.names) <= 1:
        return method(first) if takes.names else method()
    if len(takes.needed) > 1:
        _check_names(method, takes, shapes)
    chosen = {name: shape for name, shape in named.items() if name in takes.names}
    if all(name in chosen for name in takes.needed) and chosen:
        return method(**chosen)
    chosen.pop(takes.names[0], None)
    return method(first, **chosen)


def _check_names(method: Any, takes: _Takes, shapes: Mapping[str, Any]) -> None:
    layer, what = method.__self__, method.__name__
    known = call_parameters(type(layer))
    for name in takes.needed:
        if name.endswith("_shape") and name.removesuffix("_shape") in known:
            continue
        problem = "which does not end in `_shape`"
        if name.endswith("_shape"):
            problem = f"but `call()` does not have argument `{name.removesuffix('_shape')}`"
        raise ParamError(
            f"A `{what}()` with several arguments takes one shape for each tensor of `call()`, named after "
            f"it: `{what}(self, foo_shape, bar_shape)`. For layer '{type(layer).__name__}', received "
            f"`{what}()` argument `{name}`, {problem}.",
            code="build_signature",
            layer=layer.name,
        )
