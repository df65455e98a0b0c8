"""Tensors in other shapes: turned, spread, repeated.  Keras: ``keras.ops.numpy``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from engine.errors import ParamError, ShapeError
from engine.ops.convert import axes_of, is_whole, numpy_op, tensor
from engine.ops.inference import broadcast
from engine.symbolic import KerasTensor


def _reshape_rule(x: Any, newshape: Any) -> Any:
    if isinstance(newshape, KerasTensor):
        rank = newshape.shape[0] if newshape.ndim == 1 else None
        if rank is None:
            raise ShapeError(
                f"A shape that is computed is a row of known length. Received: newshape={newshape}",
                code="reshape",
            )
        newshape = (None,) * rank
    sizes: list[int | None] = [newshape] if is_whole(newshape) else list(newshape)
    if any(isinstance(size, KerasTensor) for size in sizes):
        sizes = [None if isinstance(size, KerasTensor) else size for size in sizes]
    elif not isinstance(x, KerasTensor) and None not in sizes:
        return None
    if not isinstance(x, KerasTensor):
        x = KerasTensor(tensor(x).shape, tensor(x).dtype)
    _check_sizes([size for size in sizes if size is not None], newshape)
    known = math.prod(size for size in x.shape if size is not None)
    if -1 in sizes:
        rest = math.prod(size for size in sizes if size is not None and size != -1)
        if None in x.shape:
            inferred = None
        else:
            if rest == 0 or known % rest:
                raise ShapeError(
                    f"The total size of the tensor must be unchanged: {x.shape} has {known} "
                    "numbers, which do "
                    f"not make up {tuple(sizes)}. Received: newshape={newshape}",
                    code="reshape",
                )
            inferred = known // rest
        sizes = [inferred if size == -1 else size for size in sizes]
    elif None not in x.shape and None not in sizes:
        wanted = math.prod(size for size in sizes if size is not None)
        if wanted != known:
            raise ShapeError(
                f"The total size of the tensor must be unchanged: {x.shape} has {known} numbers, "
                f"{tuple(sizes)} has {wanted}. Received: newshape={newshape}",
                code="reshape",
            )
    return KerasTensor(sizes, x.dtype)


def _check_sizes(sizes: Any, newshape: Any) -> None:
    whole = [size for size in sizes if not isinstance(size, Tensor)]
    if whole.count(-1) > 1:
        raise ShapeError(
            f"A shape has at most one unknown dimension, -1. Received: newshape={newshape}", code="reshape"
        )
    if any(size < -1 for size in whole):
        raise ShapeError(
            f"Each size is a non-negative integer, and one of them may be -1. Received: newshape={newshape}",
            code="reshape",
        )


@numpy_op(rule=_reshape_rule)
def reshape(x: Any, newshape: Any) -> Tensor:
    """Return the same numbers in another shape; one size may be -1: what is left."""
    if isinstance(newshape, Tensor):
        newshape = newshape.tolist()
    sizes = [newshape] if is_whole(newshape) else [-1 if size is None else size for size in newshape]
    _check_sizes(sizes, newshape)
    return torch.reshape(tensor(x), [int(size) for size in sizes])


@numpy_op()
def ravel(x: Any) -> Tensor:
    """Return all numbers in one row."""
    return torch.ravel(tensor(x))


@numpy_op()
def expand_dims(x: Any, axis: Any) -> Tensor:
    """Return x with an axis of size 1 at ``axis`` (one or several)."""
    x = tensor(x)
    count = len(axis) if isinstance(axis, (tuple, list)) else 1
    for one in axes_of(axis, x.dim() + count):
        x = torch.unsqueeze(x, one)
    return x


def _squeeze_rule(x: KerasTensor, axis: Any = None) -> KerasTensor:
    axes = axes_of(axis, x.ndim)
    if axis is not None:
        for one in axes:
            if x.shape[one] != 1:
                raise ShapeError(
                    f"Cannot squeeze axis={axis}: its size is not 1. Received: shape {x.shape}", code="axis"
                )
        return KerasTensor([size for one, size in enumerate(x.shape) if one not in axes], x.dtype)
    return KerasTensor([size for size in x.shape if size != 1], x.dtype)


@numpy_op(rule=_squeeze_rule)
def squeeze(x: Any, axis: Any = None) -> Tensor:
    """Return x without axes of size 1: those named, or all of them."""
    x = tensor(x)
    return torch.squeeze(x) if axis is None else torch.squeeze(x, tuple(axes_of(axis, x.dim())))


def _transpose_rule(x: KerasTensor, axes: Any = None) -> KerasTensor:
    if axes is None:
        return KerasTensor(x.shape[::-1], x.dtype)
    _check_axes(axes, x.ndim)
    return KerasTensor([x.shape[axis] for axis in axes], x.dtype)


def _check_axes(axes: Any, rank: int) -> None:
    """Raise ``ShapeError`` where ``axes`` are not each of so many axes once."""
    wanted = f"axes is a valid permutation of the {rank} axes"
    if len(axes) != rank:
        wanted = f"axes must be a list of the same length as the input shape: {rank}"
    elif any(not is_whole(axis) or not -rank <= axis < rank for axis in axes):
        wanted = f"Each axis in `axes` must be an integer in [{-rank}, {rank})"
    elif len({axis % rank for axis in axes}) == rank:
        return
    raise ShapeError(f"{wanted}. Received: axes={list(axes)}", code="axis")


@numpy_op(rule=_transpose_rule)
def transpose(x: Any, axes: Any = None) -> Tensor:
    """Return x with its axes in the order ``axes``, by default from the last to the first."""
    x = tensor(x)
    if axes is None:
        return torch.permute(x, tuple(reversed(range(x.dim()))))
    _check_axes(axes, x.dim())
    return torch.permute(x, tuple(axes))


@numpy_op()
def swapaxes(x: Any, axis1: int, axis2: int) -> Tensor:
    """Return x with two of its axes exchanged."""
    return torch.swapaxes(tensor(x), axis1, axis2)


@numpy_op()
def moveaxis(x: Any, source: Any, destination: Any) -> Tensor:
    """Return x with the axes ``source`` at the places ``destination``."""
    listed = [tuple(one) if isinstance(one, list) else one for one in (source, destination)]
    return torch.moveaxis(tensor(x), *listed)


def _flip_rule(x: KerasTensor, axis: Any = None) -> KerasTensor:
    axes_of(axis, x.ndim)
    return KerasTensor(x.shape, x.dtype)


@numpy_op(rule=_flip_rule)
def flip(x: Any, axis: Any = None) -> Tensor:
    """Return x in the reverse order along ``axis``, by default along all."""
    x = tensor(x)
    return torch.flip(x, axes_of(axis, x.dim()))


@numpy_op()
def fliplr(x: Any) -> Tensor:
    """Return x with left and right (the second axis) exchanged."""
    return torch.fliplr(tensor(x))


@numpy_op()
def flipud(x: Any) -> Tensor:
    """Return x with up and down (the first axis) exchanged."""
    return torch.flipud(tensor(x))


@numpy_op()
def rot90(array: Any, k: int = 1, axes: Sequence[int] = (0, 1)) -> Tensor:
    """Return ``array`` turned by ``k`` right angles in the plane of two axes, from the first to the
    second.
    """
    x = tensor(array)
    if x.dim() < 2:
        raise ShapeError(
            f"rot90: the input has at least 2 axes. Received: shape {tuple(x.shape)}",
            code="min_rank",
            got=x.dim(),
        )
    if len(axes) != 2 or axes[0] % x.dim() == axes[1] % x.dim():
        raise ParamError(f"axes are two different axes. Received: axes={axes}", code="param", param="axes")
    return torch.rot90(x, k, tuple(axes))


@numpy_op()
def roll(x: Any, shift: Any, axis: Any = None) -> Tensor:
    """Return x moved on by ``shift`` places along ``axis``; what falls out comes in at the other end."""
    axes = tuple(axis) if isinstance(axis, (tuple, list)) else axis
    if isinstance(axes, tuple) and isinstance(shift, int):
        shift = (shift,) * len(axes)
    return torch.roll(tensor(x), shift, axes)


def _repeat_rule(x: Any, repeats: Any, axis: int | None = None) -> KerasTensor | None:
    """Counts for each slice need not wait for the number of slices, which stays unknown as in Keras."""
    if not isinstance(x, KerasTensor) or isinstance(repeats, KerasTensor) or axis is None:
        return None
    counts = [int(repeats)] if is_whole(repeats) else [int(count) for count in tensor(repeats).reshape(-1)]
    (at,) = axes_of(axis, x.ndim)
    if x.shape[at] is not None or len(counts) == 1:
        return None
    return KerasTensor((*x.shape[:at], None, *x.shape[at + 1 :]), x.dtype)


@numpy_op(rule=_repeat_rule)
def repeat(x: Any, repeats: Any, axis: int | None = None) -> Tensor:
    """Return x with each number (slice along ``axis``) standing ``repeats`` times in a row."""
    x = tensor(x)
    if not is_whole(repeats):
        repeats = tensor(repeats).long().reshape(-1)
        repeats = int(repeats) if repeats.numel() == 1 else repeats.to(x.device)
    return torch.repeat_interleave(x, repeats, dim=axis)


@numpy_op()
def tile(x: Any, repeats: Any) -> Tensor:
    """Return x laid side by side ``repeats`` times, a number for each axis."""
    counts = [repeats] if is_whole(repeats) and not isinstance(repeats, Tensor) else repeats
    return torch.tile(tensor(x), [int(count) for count in counts])


def _spread_rule(x: KerasTensor, shape: Any) -> KerasTensor:
    if broadcast(x.shape, tuple(shape)) != tuple(shape):
        raise ShapeError(f"A tensor of shape {x.shape} is not spread to {tuple(shape)}.", code="broadcast")
    return KerasTensor(shape, x.dtype)


@numpy_op(rule=_spread_rule)
def broadcast_to(x: Any, shape: Any) -> Tensor:
    """Return x repeated along axes of size 1 until it has ``shape``."""
    return torch.broadcast_to(tensor(x), tuple(shape))
