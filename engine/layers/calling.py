"""What happens between ``layer(x)`` and ``layer.call(x)``: graphs, conversion, checks, training, masks."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import torch

from engine import config as settings
from engine.errors import ParamError
from engine.layers.layer import Layer, call_parameters
from engine.layers.symbolic import KerasTensor, Node
from engine.spec import TensorSpec
from engine.structure import flatten, map_shapes, map_structure, per_class

_local = threading.local()
_NO_PORTS = frozenset({"training", "mask", "initial_state"})


class CallPort(NamedTuple):
    """A tensor argument of ``call``: its name, and whether it may be left out."""

    name: str
    optional: bool


@per_class
def call_ports(cls: type[Layer]) -> tuple[CallPort, ...]:
    """Return the arguments of ``call`` that take tensors; masks, ``training`` and switches are none."""
    ports: list[CallPort] = []
    for name, parameter in call_parameters(cls).items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD) or name in _NO_PORTS:
            continue
        optional = parameter.default is not inspect.Parameter.empty
        if name.endswith("_mask") or (ports and optional and parameter.default is not None):
            continue
        if ports and str(parameter.annotation).strip("'\"").split(" ")[0] in ("bool", "int", "float", "Flag"):
            continue
        ports.append(CallPort(name, optional))
    return tuple(ports) or (CallPort("inputs", False),)


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


def call_with_shapes(method: Any, shapes: Mapping[str, Any]) -> Any:
    """Call ``build`` or ``compute_output_shape`` with one shape, or with ``NAME_shape`` for each port."""
    if len(shapes) == 1:
        return method(next(iter(shapes.values())))
    takes = inspect.signature(method).parameters
    named = {f"{name}_shape": shape for name, shape in shapes.items()}
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in takes.values()):
        return method(**named)
    chosen = {name: shape for name, shape in named.items() if name in takes}
    return method(**chosen) if chosen else method(next(iter(shapes.values())))


def ensure_built(layer: Layer, shapes: Mapping[str, Any]) -> None:
    """Build ``layer`` once for the shapes of its ports."""
    if not layer.built:
        with torch.no_grad():
            call_with_shapes(layer.build, shapes)
        layer.built = True


def infer_outputs(layer: Layer, ports: Mapping[str, Any]) -> Any:
    """Return the structure of ``TensorSpec`` that comes out for ports given as structures of them.

    Nothing is built or run.  Raises ``ShapeError`` where a real call would fail.
    """
    layer.check_input(*flatten(dict(ports)))
    shapes = {name: map_structure(lambda spec: spec.shape, value) for name, value in ports.items()}
    dtype = layer.compute_output_dtype(*(spec.dtype for spec in flatten(dict(ports))))
    return map_shapes(
        lambda shape: TensorSpec(shape, dtype), call_with_shapes(layer.compute_output_shape, shapes)
    )


def call_layer(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Extend the graph where symbolic tensors come; else convert arrays and run as a torch module."""
    if any(isinstance(leaf, KerasTensor) for leaf in flatten((args, kwargs))):
        return _call_symbolic(layer, args, kwargs)
    if args and isinstance(args[0], (list, tuple)) and _numbers(args[0]):
        args = (np.asarray(args[0]), *args[1:])
    device = next((weight.device for weight in layer.variables), None)
    float_type = getattr(torch, layer.dtype)

    def convert(leaf: Any) -> Any:
        if isinstance(leaf, np.ndarray):
            leaf = torch.as_tensor(leaf)
        elif not isinstance(leaf, torch.Tensor):
            return leaf
        elif device is None or device == leaf.device:
            return leaf.to(float_type) if leaf.is_floating_point() and leaf.dtype != float_type else leaf
        mask = getattr(leaf, "_keras_mask", None)
        home = device if device is not None else _default_device()
        leaf = leaf.to(device=home, dtype=float_type if leaf.is_floating_point() else leaf.dtype)
        if mask is not None:
            leaf._keras_mask = mask.to(home)
        return leaf

    return torch.nn.Module.__call__(
        layer, *map_structure(convert, args), **{key: map_structure(convert, kwargs[key]) for key in kwargs}
    )


def _numbers(value: Any) -> bool:
    leaves = flatten(value)
    return bool(leaves) and all(isinstance(leaf, (int, float)) for leaf in leaves)


def _default_device() -> torch.device:
    from engine.training.device import resolve

    return resolve(settings.device())


def _call_symbolic(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    ports = given_ports(layer, args, kwargs)
    specs = {name: map_structure(_spec_of, value) for name, value in ports.items()}
    shapes = {name: map_structure(lambda spec: spec.shape, value) for name, value in specs.items()}
    if type(layer).compute_output_shape is Layer.compute_output_shape:
        layer.check_input(*flatten(specs))
        ensure_built(layer, shapes)
        outputs = _outputs_by_running(layer, args, kwargs)
    else:
        outputs = infer_outputs(layer, specs)
        ensure_built(layer, shapes)
    node = Node(layer, args, kwargs)
    count = 0

    def tensor(spec: TensorSpec) -> KerasTensor:
        nonlocal count
        made = KerasTensor(spec.shape, spec.dtype, name=f"{layer.name}_output" if not count else None)
        made.node, made.index = node, count
        count += 1
        return made

    node.output_struct = map_structure(tensor, outputs)
    return node.output_struct


def _spec_of(leaf: Any) -> TensorSpec:
    if isinstance(leaf, KerasTensor):
        return leaf.spec
    array = leaf if isinstance(leaf, torch.Tensor) else torch.as_tensor(leaf)
    return TensorSpec(tuple(array.shape), str(array.dtype).removeprefix("torch."))


def _outputs_by_running(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run a layer without a shape formula on small zeros, twice, to see what depends on unknown sizes."""
    device = next((weight.device for weight in layer.variables), torch.device("cpu"))

    def run(size: int) -> Any:
        def zeros(leaf: Any) -> Any:
            if not isinstance(leaf, KerasTensor):
                return leaf
            sizes = [size if axis is None else axis for axis in leaf.shape]
            return torch.zeros(sizes, dtype=getattr(torch, leaf.dtype), device=device)

        with torch.no_grad(), training_as(False):
            return layer.call(
                *map_structure(zeros, args), **{k: map_structure(zeros, kwargs[k]) for k in kwargs}
            )

    others = iter(flatten(run(3)))

    def merge(one: torch.Tensor) -> TensorSpec:
        two = next(others)
        shape = tuple(a if a == b else None for a, b in zip(one.shape, two.shape, strict=True))
        return TensorSpec(shape, str(one.dtype).removeprefix("torch."))

    return map_structure(merge, run(2))


def run_layer(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run ``layer.call`` on tensors: checked, built, told about training and masks."""
    names = call_parameters(type(layer))
    ports = given_ports(layer, args, kwargs)
    tensors = [leaf for leaf in flatten(ports) if isinstance(leaf, torch.Tensor)]
    if not tensors:
        raise ParamError(
            f"Layer '{layer.name}' is called on arrays or tensors. Received: {args!r}", code="not_a_tensor"
        )
    layer.check_input(*(_spec_of(tensor) for tensor in tensors))
    if not layer.built:
        ensure_built(layer, {n: map_structure(lambda leaf: tuple(leaf.shape), v) for n, v in ports.items()})
    explicit = kwargs.get("training")
    training = training_now() if explicit is None else bool(explicit)
    if "training" in names:
        if "training" not in list(names)[: len(args)]:
            kwargs = {**kwargs, "training": training}
    else:
        kwargs = {key: value for key, value in kwargs.items() if key != "training"}
    masks = {name: _mask_of(value) for name, value in ports.items()}
    first = next(iter(masks.values()), None)
    for name, mask in masks.items():
        argument = "mask" if name == next(iter(masks)) and "mask" in names else f"{name}_mask"
        if mask is not None and argument in names and kwargs.get(argument) is None:
            kwargs = {**kwargs, argument: mask}
    with training_as(training):
        outputs = layer.call(*args, **kwargs)
    finish(layer, next(iter(ports.values())), first if first is not None else kwargs.get("mask"), outputs)
    return outputs


def finish(layer: Layer, inputs: Any, mask: Any, outputs: Any) -> None:
    """Gather the activity penalty and hang the mask on the output, after a call."""
    if layer.activity_regularizer is not None:
        for output in flatten(outputs):
            penalty = layer.activity_regularizer(output)
            layer.add_loss(penalty / max(output.shape[0], 1) if output.dim() else penalty)  # for each sample
    if mask is None and not makes_masks(layer):
        return
    made = layer.compute_mask(inputs, mask)
    if made is not None:
        given = made if isinstance(made, (list, tuple)) else [made]
        for output, one in zip(flatten(outputs), given, strict=False):
            if one is not None:
                output._keras_mask = one


def makes_masks(layer: Layer) -> bool:
    """Return whether a layer may make a mask where none came."""
    own = type(layer).compute_mask is not Layer.compute_mask
    return own and layer.supports_masking and not layer.variadic


def _mask_of(value: Any) -> Any:
    masks = [getattr(leaf, "_keras_mask", None) for leaf in flatten(value)]
    if all(mask is None for mask in masks):
        return None
    return masks if isinstance(value, (list, tuple)) else masks[0]
