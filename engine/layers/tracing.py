"""Calls on symbolic tensors: what comes out is inferred, and the call is written into the graph."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch

from engine.layers.arguments import call_with_shapes, shapes_of, tensor_arguments
from engine.layers.borrowed import in_half
from engine.layers.layer import Layer, call_parameters
from engine.layers.masks import with_masks
from engine.layers.scope import inside, path_in_scope
from engine.layers.symbolic import KerasTensor, Node
from engine.layers.symbolic_masks import hang_masks, zeros_with_mask
from engine.spec import TensorSpec
from engine.structure import flatten, map_shapes, map_structure


def ensure_built(layer: Layer, shapes: Mapping[str, Any]) -> None:
    """Build ``layer`` once for the shapes of its tensors.

    A layer without a ``build`` of its own is only marked: what lies inside builds itself when it is run.
    """
    if layer.built:
        return
    if type(layer).build is Layer.build:
        layer._path = path_in_scope(layer)
        layer._build_shapes = {"input_shape": next(iter(shapes.values()), None)}
    else:
        call_with_shapes(layer.build, shapes)
    layer.built = True


def infer_outputs(layer: Layer, ports: Mapping[str, Any]) -> Any:
    """Return the structure of ``TensorSpec`` that comes out for tensors given as structures of them.

    Nothing is built or run.  Raises ``ShapeError`` where a real call would fail.
    """
    first = next(iter(ports.values()), ())
    layer.check_input(*(spec for spec in flatten(first) if spec is not None))
    shapes = shapes_of(ports)
    dtype = layer.compute_output_dtype(
        *(_brought_to(layer, spec.dtype) for spec in flatten(dict(ports)) if spec is not None)
    )
    return map_shapes(
        lambda shape: TensorSpec(shape, dtype), call_with_shapes(layer.compute_output_shape, shapes)
    )


def _brought_to(layer: Layer, dtype: str) -> str:
    """Return the type in which an input of ``dtype`` reaches ``call``: floats in that of the arithmetic."""
    casts = layer.autocast and layer._casts_inputs and "float" in dtype
    return layer.compute_dtype if casts else dtype


def output_spec(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return fresh symbolic tensors for what a call on these arguments would give."""
    return map_structure(lambda spec: KerasTensor(spec.shape, spec.dtype), _inferred(layer, args, kwargs))


def call_symbolic(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Build the layer, write the call into the graph and return its symbolic outputs."""
    args = map_structure(_as_constant, args)
    kwargs = {name: map_structure(_as_constant, value) for name, value in kwargs.items()}
    with inside(layer):
        if type(layer).compute_output_spec is not Layer.compute_output_spec:
            _build_for(layer, args, kwargs)
            specs = map_structure(_spec_of, layer.compute_output_spec(*args, **kwargs))
        else:
            specs = _inferred(layer, args, kwargs, build=True)
    node = Node(layer, args, kwargs)
    count = 0

    def tensor(spec: TensorSpec) -> KerasTensor:
        nonlocal count
        made = KerasTensor(spec.shape, spec.dtype, name=f"{layer.name}_output" if not count else None)
        made.node, made.index = node, count
        count += 1
        return made

    node.output_struct = map_structure(tensor, specs)
    hang_masks(layer, args, kwargs, node.output_struct)
    return node.output_struct


def _inferred(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any], build: bool = False) -> Any:
    """Return what comes out, from the layer's formula or by a run on zeros."""
    tensors = tensor_arguments(layer, args, kwargs)
    specs = {name: map_structure(_spec_of, value) for name, value in tensors.items()}
    if type(layer).compute_output_shape is not Layer.compute_output_shape:
        outputs = infer_outputs(layer, specs)
        if build:
            _build_for(layer, args, kwargs)
        return outputs
    first = next(iter(specs.values()), ())
    layer.check_input(*(spec for spec in flatten(first) if spec is not None))
    ensure_built(layer, shapes_of(specs))
    return _outputs_by_running(layer, args, kwargs)


def _build_for(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    if layer.built:
        return
    ensure_built(layer, shapes_of(tensor_arguments(layer, args, kwargs)))
    if type(layer).build is Layer.build and any(not inner.built for inner in layer._sublayers()):
        try:
            _outputs_by_running(layer, args, kwargs)
        except Exception as error:
            warnings.warn(
                f"Layer '{layer.name}' looks like it has unbuilt state, but a trial run of its call() "
                f"failed: {error}. Give it a build() that builds the layers inside.",
                stacklevel=2,
            )


def _as_constant(leaf: Any) -> Any:
    return torch.as_tensor(leaf) if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "biufc" else leaf


def _spec_of(leaf: Any) -> Any:
    if leaf is None or isinstance(leaf, TensorSpec):
        return leaf
    if isinstance(leaf, KerasTensor):
        return leaf.spec
    array = leaf if isinstance(leaf, torch.Tensor) else torch.as_tensor(leaf)
    return TensorSpec(tuple(array.shape), str(array.dtype).removeprefix("torch."))


def _taken(layer: Layer, name: str) -> bool:
    return name != "training" or name in call_parameters(type(layer))


def run_on_zeros(layer: Layer, args: Any, kwargs: dict[str, Any], size: int) -> Any:
    """Run ``layer.call`` with zeros for symbolic tensors, ``size`` for unknown axes; nothing stays of it."""
    from engine.layers.calling import training_as

    weight = next(layer.parameters(), None)
    device = torch.device("cpu") if weight is None else weight.device

    def zeros(leaf: Any) -> Any:
        if not isinstance(leaf, KerasTensor):
            return leaf
        kind = getattr(torch, leaf.dtype)
        if kind.is_floating_point and layer.autocast and layer._casts_inputs:
            kind = getattr(torch, layer.compute_dtype)
        return zeros_with_mask(leaf, size, kind, device)

    with ExitStack() as stack:
        stack.enter_context(torch.no_grad())
        stack.enter_context(training_as(False))
        stack.enter_context(_unchanged(layer))
        if layer._mixed:
            stack.enter_context(in_half(layer))
        # What a layer does not take is for the layers inside, which the real call tells.
        told = {name: map_structure(zeros, kwargs[name]) for name in kwargs if _taken(layer, name)}
        given = map_structure(zeros, args)
        names = call_parameters(type(layer))
        with_masks(names, given, told, tensor_arguments(layer, given, told))
        return layer.call(*given, **told)


@contextmanager
def _unchanged(layer: Layer) -> Iterator[None]:
    """Put back what a trial run changes: states, the places of random generators, loss terms."""
    layers = layer._flatten_layers()
    states = [(state, state.detach().clone()) for state in layer.non_trainable_variables]
    # The states of random generators are among them: layers hold them as weights.
    losses = [(one, list(one._losses)) for one in layers]
    try:
        yield
    finally:
        for state, before in states:
            state.copy_(before)
        for one, terms in losses:
            one._losses[:] = terms


def _outputs_by_running(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run a layer without a shape formula on small zeros, twice, to see what depends on unknown sizes."""
    one, others = run_on_zeros(layer, args, kwargs, 2), iter(flatten(run_on_zeros(layer, args, kwargs, 3)))

    def merge(left: torch.Tensor) -> TensorSpec:
        right = next(others)
        shape = tuple(a if a == b else None for a, b in zip(left.shape, right.shape, strict=True))
        return TensorSpec(shape, str(left.dtype).removeprefix("torch."))

    return map_structure(merge, one)
