"""Conversion, scatter and slices.  Keras: ``keras.ops`` (its module ``core``)."""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from engine.backend import (
    convert_to_numpy as _convert_to_numpy,
)
from engine.backend import (
    convert_to_tensor as _convert,
)
from engine.backend import (
    device_scope,
    is_tensor,
    name_scope,
    standardize_dtype,
    to_torch_dtype,
)
from engine.errors import ParamError, ShapeError
from engine.ops.functions import op as _op
from engine.spec import Shape
from engine.symbolic import KerasTensor

__all__ = [
    "cast", "convert_to_numpy", "convert_to_tensor", "custom_gradient", "device_scope", "dtype", "is_tensor",
    "name_scope", "saturate_cast", "scatter", "scatter_update", "shape", "slice", "slice_update",
    "stop_gradient", "unstack",
]  # fmt: skip

op = functools.partial(_op, module="core")


def _cast_rule(x: KerasTensor, dtype: Any) -> KerasTensor:
    return KerasTensor(x.shape, dtype)


@op(rule=_cast_rule)
def cast(x: Any, dtype: Any) -> Tensor:
    """Return ``x`` as a tensor of type ``dtype``."""
    return _convert(x, dtype)


@op(rule=_cast_rule)
def saturate_cast(x: Any, dtype: Any) -> Tensor:
    """Return ``x`` in another type, numbers beyond its range cut to the ends of it."""
    source = _convert(x)
    kind = to_torch_dtype(dtype)
    name = standardize_dtype(dtype)
    if kind is torch.bool:
        return source.to(kind)
    from_whole, to_whole = not source.is_floating_point(), not kind.is_floating_point
    if to_whole:
        ends = {"uint16": (0, 2**16 - 1), "uint32": (0, 2**32 - 1)}.get(name)
        low, high = ends or (torch.iinfo(kind).min, torch.iinfo(kind).max)
        if from_whole and source.dtype is not torch.bool:
            own = torch.iinfo(source.dtype)
            low, high = max(low, own.min), min(high, own.max)
        if source.dtype is torch.bool:
            return source.to(kind)
        if not from_whole:  # the largest whole number need not be a float: the nearest below it is
            wide = source.to(torch.float64).clamp(low, high)
            return torch.where(wide.isnan(), torch.zeros_like(wide), wide).to(kind)
        return source.clamp(low, high).to(kind)
    if from_whole:
        return source.to(kind)
    limit = torch.finfo(kind)
    own_limit = torch.finfo(source.dtype)
    if own_limit.max <= limit.max:
        return source.to(kind)
    return source.clamp(limit.min, limit.max).to(kind)


def _convert_rule(x: Any, dtype: Any = None, **_: Any) -> Any:
    return KerasTensor(x.shape, dtype or x.dtype) if isinstance(x, KerasTensor) else None


@op(rule=_convert_rule)
def convert_to_tensor(
    x: Any, dtype: Any = None, sparse: bool | None = None, ragged: bool | None = None
) -> Tensor:
    """Return ``x`` (tensor, array, number, nested list) as a tensor; see
    ``engine.backend.convert_to_tensor``.
    """
    return _convert(x, dtype, sparse, ragged)


def convert_to_numpy(x: Any) -> Any:
    """Return ``x`` as a numpy array; raises ``TypeError`` for symbolic tensors."""
    return x.__array__() if isinstance(x, KerasTensor) else _convert_to_numpy(x)


def shape(x: Any) -> Shape:
    """Return the shape as a tuple; sizes that a symbolic tensor does not know are ``None``."""
    found = getattr(x, "shape", None)
    return tuple(_convert(x).shape if found is None else found)


def dtype(x: Any) -> str:
    """Return the name of the type of the numbers in ``x``."""
    return standardize_dtype(x.dtype if hasattr(x, "dtype") else _convert(x).dtype)


def _scattered(inputs: Tensor, indices: Any, updates: Any, reduction: str) -> Tensor:
    places = _convert(indices).long()
    values = _convert(updates, inputs.dtype)
    depth = places.shape[-1]
    if depth == 0 or inputs.dim() == 0:
        return inputs + values if reduction == "add" else values.expand_as(inputs).clone()
    rows = places.reshape(-1, depth)
    rest = inputs.shape[depth:]
    parts = values.expand((*places.shape[:-1], *rest)).reshape(rows.shape[0], *rest)
    strides = [1] * depth
    for axis in range(depth - 2, -1, -1):
        strides[axis] = strides[axis + 1] * inputs.shape[axis + 1]
    sizes = torch.tensor(inputs.shape[:depth], device=rows.device)
    flat_index = (torch.where(rows < 0, rows + sizes, rows) * torch.tensor(strides, device=rows.device)).sum(
        -1
    )
    flat = inputs.reshape(-1, *rest)
    if reduction == "set":
        made = flat.index_put((flat_index,), parts)
    elif reduction == "add":
        made = flat.index_add(0, flat_index, parts)
    else:
        made = flat.index_reduce(
            0, flat_index, parts, {"max": "amax", "min": "amin", "mul": "prod"}[reduction]
        )
    return made.reshape(inputs.shape)


def _scatter_rule(indices: Any, values: Any, shape: Any) -> Any:
    return KerasTensor(shape, values.dtype) if hasattr(values, "dtype") else None


@op("indices", "values", rule=_scatter_rule)
def scatter(indices: Any, values: Any, shape: Any) -> Tensor:
    """Return zeros of ``shape`` with ``values`` added at ``indices`` (their last axis is a place)."""
    parts = _convert(values)
    return _scattered(parts.new_zeros(tuple(shape)), indices, parts, "add")


def _like_first(inputs: Any, *_: Any, **__: Any) -> Any:
    return KerasTensor(inputs.shape, inputs.dtype) if isinstance(inputs, KerasTensor) else None


@op("inputs", "indices", "updates", rule=_like_first)
def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: str | None = None) -> Tensor:
    """Return ``inputs`` with ``updates`` at ``indices``: put there, or joined by ``reduction``.

    ``reduction`` is ``None``, ``"add"``, ``"max"``, ``"min"`` or ``"mul"``; others raise ``ParamError``.
    """
    if reduction not in (None, "add", "max", "min", "mul"):
        raise ParamError(
            f"reduction is None, 'add', 'max', 'min' or 'mul'. Received: reduction={reduction!r}",
            code="param",
            param="reduction",
            got=reduction,
        )
    return _scattered(_convert(inputs), indices, updates, reduction or "set")


def _slice_rule(inputs: Any, start_indices: Any, shape: Any) -> Any:
    if not isinstance(inputs, KerasTensor):
        return None
    places = len(start_indices) if isinstance(start_indices, (list, tuple)) else inputs.ndim
    for name, size in (("shape", len(shape)), ("start_indices", places)):
        if size != inputs.ndim:
            pair = ("inputs", "shape") if name == "shape" else ("start_indices", "inputs")
            raise ShapeError(
                f"The number of dimensions in `{pair[0]}` must match the number of dimensions in "
                f"`{pair[1]}`. "
                f"Received: inputs.shape={inputs.shape}, {name} of length {size}",
                code="rank",
            )
    if isinstance(start_indices, (list, tuple)):
        sizes = [
            (None if whole is None else whole - int(start)) if size == -1 else size
            for size, whole, start in zip(shape, inputs.shape, start_indices, strict=True)
        ]
        return KerasTensor(sizes, inputs.dtype)
    return KerasTensor([None if size == -1 else size for size in shape], inputs.dtype)


def _starts(start_indices: Any) -> list[int]:
    return [int(start) for start in start_indices]


@op("inputs", "start_indices", rule=_slice_rule)
def slice(inputs: Any, start_indices: Any, shape: Sequence[int]) -> Tensor:
    """Return the part of ``inputs`` that begins at ``start_indices`` and has ``shape`` (-1: to the end)."""
    source = _convert(inputs)
    key = tuple(
        _range(min(start, whole - size) if size != -1 else start, whole if size == -1 else size, size == -1)
        for start, size, whole in zip(_starts(start_indices), shape, source.shape, strict=True)
    )
    return source[key]


def _range(start: int, size: int, to_end: bool) -> Any:
    start = max(start, 0)
    return builtins.slice(start, None if to_end else start + size)


@op("inputs", "start_indices", "updates", rule=_like_first)
def slice_update(inputs: Any, start_indices: Any, updates: Any) -> Tensor:
    """Return ``inputs`` with ``updates`` in place of the part that begins at ``start_indices``."""
    source = _convert(inputs)
    parts = _convert(updates, source.dtype)
    key = tuple(
        builtins.slice(start, start + size)
        for start, size in zip(_starts(start_indices), parts.shape, strict=True)
    )
    made = source.clone()
    made[key] = parts
    return made


@op(rule=_like_first)
def stop_gradient(variable: Any) -> Tensor:
    """Return the same numbers as constants: no gradient flows through."""
    return _convert(variable).detach()


def _unstack_rule(x: KerasTensor, num: int | None = None, axis: int = 0) -> Any:
    sizes = list(x.shape)
    if not -len(sizes) <= axis < len(sizes):
        raise ShapeError(
            f"axis {axis} is out of bounds for a tensor with {len(sizes)} axes.", code="axis", axis=axis
        )
    size = sizes.pop(axis)
    count = num if num is not None else size
    if count is None:
        raise ParamError(
            f"Cannot infer argument `num` from shape {x.shape}: tell how many there are along axis {axis}.",
            code="unknown_size",
        )
    return [KerasTensor(sizes, x.dtype) for _ in range(count)]


@op(rule=_unstack_rule)
def unstack(x: Any, num: int | None = None, axis: int = 0) -> list[Tensor]:
    """Return the tensors that lie one behind the other along ``axis``; ``num`` is their number."""
    return list(_convert(x).unbind(axis))


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``f`` with a gradient of its own.

    ``f`` returns its result and a function from the gradient of the result (``upstream``) to those of its
    arguments.
    """

    @functools.wraps(f)
    def with_gradient(*args: Any) -> Any:
        class Own(torch.autograd.Function):
            @staticmethod
            def forward(ctx: Any, *inputs: Any) -> Any:
                outputs, ctx.gradient = f(*inputs)
                return outputs

            @staticmethod
            def backward(ctx: Any, *upstream: Any) -> Any:
                return ctx.gradient(*upstream)

        return Own.apply(*args)  # type: ignore[no-untyped-call]  # torch states no types here

    return with_gradient
