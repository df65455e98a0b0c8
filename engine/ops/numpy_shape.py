"""Tensors in other shapes: joined, cut, turned, repeated, padded.  Keras: ``keras.ops.numpy``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.errors import ParamError, ShapeError
from engine.ops.convert import axes_of, is_whole, mixed_dtype, numpy_op, tensor
from engine.ops.inference import broadcast
from engine.symbolic import KerasTensor


def _tensors(xs: Any) -> list[Tensor]:
    if isinstance(xs, Tensor):
        return list(xs)
    found = [tensor(x) for x in xs]
    if len({x.dtype for x in found}) > 1:
        kind = mixed_dtype(*found)
        return [x.to(kind) for x in found]
    return found


def _reshape_rule(x: Any, newshape: Any) -> Any:
    sizes = [newshape] if is_whole(newshape) else list(newshape)
    if not isinstance(x, KerasTensor):
        return None
    _check_sizes([size for size in sizes if size is not None], newshape)
    known = math.prod(size for size in x.shape if size is not None)
    if -1 in sizes:
        rest = math.prod(size for size in sizes if size not in (None, -1))
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
    elif None not in x.shape and None not in sizes and math.prod(sizes) != known:
        raise ShapeError(
            f"The total size of the tensor must be unchanged: {x.shape} has {known} numbers, {tuple(sizes)} "
            f"has {math.prod(sizes)}. Received: newshape={newshape}",
            code="reshape",
        )
    return KerasTensor(sizes, x.dtype)


def _check_sizes(sizes: Any, newshape: Any) -> None:
    whole = [size for size in sizes if not isinstance(size, Tensor)]
    if whole.count(-1) > 1 or any(size < -1 for size in whole):
        raise ShapeError(
            f"Each size is a non-negative integer, and one of them may be -1. Received: newshape={newshape}",
            code="reshape",
        )


@numpy_op(rule=_reshape_rule)
def reshape(x: Any, newshape: Any) -> Tensor:
    """Return the same numbers in another shape; one size may be -1: what is left."""
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


@numpy_op()
def transpose(x: Any, axes: Any = None) -> Tensor:
    """Return x with its axes in the order ``axes``, by default from the last to the first."""
    x = tensor(x)
    if axes is None:
        return torch.permute(x, tuple(reversed(range(x.dim()))))
    if sorted(axis % max(x.dim(), 1) for axis in axes) != list(range(x.dim())):
        raise ShapeError(
            f"axes is a valid permutation of the {x.dim()} axes. Received: axes={list(axes)}", code="axis"
        )
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


@numpy_op()
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


def _joined_rule(xs: Any, axis: int = 0) -> KerasTensor | None:
    if not isinstance(xs, (list, tuple)):
        return None
    shapes = [tuple(x.shape) if hasattr(x, "shape") else tuple(tensor(x).shape) for x in xs]
    rank = len(shapes[0])
    if axis is None or not -rank <= axis < rank or any(len(shape) != rank for shape in shapes):
        raise ShapeError(
            f"Every value has the same number of axes, and axis={axis} is one of them. Received: "
            f"shapes {shapes}",
            code="rank",
        )
    at = axis % rank
    sizes: list[int | None] = []
    for one in range(rank):
        column = [shape[one] for shape in shapes]
        if one == at:
            sizes.append(None if None in column else sum(size for size in column if size is not None))
            continue
        known = {size for size in column if size is not None}
        if len(known) > 1:
            raise ShapeError(
                f"Every value has the same shape but for the axis of concatenation, {axis}. "
                f"Received: shapes {shapes}",
                code="axis",
                axis=one,
            )
        sizes.append(None if None in column else known.pop())
    names = [x.dtype if isinstance(x, KerasTensor) else tensor(x).dtype for x in xs]
    kind = torch.zeros(0, dtype=mixed_dtype(*map(_Typed, names))).dtype if len(set(names)) > 1 else names[0]
    return KerasTensor(sizes, kind)


class _Typed:
    """Something of a type, for ``mixed_dtype``."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype


@numpy_op(rule=_joined_rule)
def concatenate(xs: Any, axis: int = 0) -> Tensor:
    """Return tensors one behind the other along ``axis``."""
    return torch.cat(_tensors(xs), dim=axis)


@numpy_op("x1", "x2")
def append(x1: Any, x2: Any, axis: int | None = None) -> Tensor:
    """Return x2 behind x1 along ``axis``; without one, all numbers of both in a row."""
    pair = _tensors((x1, x2))
    return torch.cat([one.flatten() for one in pair]) if axis is None else torch.cat(pair, dim=axis)


@numpy_op()
def stack(x: Any, axis: int = 0) -> Tensor:
    """Return tensors of one shape along a new ``axis``."""
    return torch.stack(_tensors(x), dim=axis)


@numpy_op()
def hstack(xs: Any) -> Tensor:
    """Return tensors side by side: along the second axis, or the only one."""
    return torch.hstack(_tensors(xs))


@numpy_op()
def vstack(xs: Any) -> Tensor:
    """Return tensors one below the other: along the first axis; rows of one axis become matrices."""
    return torch.vstack(_tensors(xs))


@numpy_op()
def dstack(xs: Any) -> Tensor:
    """Return tensors one behind the other along the third axis."""
    return torch.dstack(_tensors(xs))


def _cuts(indices_or_sections: Any) -> Any:
    if is_whole(indices_or_sections):
        return int(indices_or_sections)
    return [int(index) for index in indices_or_sections]


def _split_rule(x: KerasTensor, indices_or_sections: Any, axis: int = 0) -> list[KerasTensor]:
    cuts, sizes = _cuts(indices_or_sections), list(x.shape)
    size = sizes[axis]
    if isinstance(cuts, int):
        if size is not None and size % cuts:
            raise ShapeError(
                f"`x` size on given `axis` must be divisible by `indices_or_sections` when it is an int. "
                f"Received: {size} and {cuts}",
                code="axis",
                axis=axis,
            )
        parts: list[int | None] = [None if size is None else size // cuts] * cuts
    else:
        ends = [0, *cuts, size]
        parts = [
            None if after is None else max(after - before, 0)
            for before, after in pairwise(ends)
            if before is not None
        ]
    made = []
    for part in parts:
        sizes[axis] = part
        made.append(KerasTensor(sizes, x.dtype))
    return made


@numpy_op(rule=_split_rule)
def split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """Return x cut along ``axis``: into so many equal parts, or before the given places."""
    x, cuts = tensor(x), _cuts(indices_or_sections)
    if isinstance(cuts, int) and x.shape[axis] % cuts:
        raise ShapeError(
            f"split: axis {axis} of size {x.shape[axis]} is not cut into {cuts} equal parts.",
            code="axis",
            axis=axis,
        )
    return list(torch.tensor_split(x, cuts, dim=axis))


@numpy_op()
def array_split(x: Any, indices_or_sections: Any, axis: int = 0) -> list[Tensor]:
    """Return x cut along ``axis`` into parts that need not be equal."""
    return list(torch.tensor_split(tensor(x), _cuts(indices_or_sections), dim=axis))


@numpy_op()
def hsplit(x: Any, indices_or_sections: Any) -> list[Tensor]:
    """Return x cut along the second axis, or the only one."""
    return list(torch.hsplit(tensor(x), _cuts(indices_or_sections)))


@numpy_op()
def vsplit(x: Any, indices_or_sections: Any) -> list[Tensor]:
    """Return x cut along the first axis."""
    return list(torch.vsplit(tensor(x), _cuts(indices_or_sections)))


@numpy_op()
def dsplit(x: Any, indices_or_sections: Any) -> list[Tensor]:
    """Return x cut along the third axis."""
    return list(torch.dsplit(tensor(x), _cuts(indices_or_sections)))


def _widths(pad_width: Any, rank: int) -> list[tuple[int, int]]:
    if is_whole(pad_width):
        return [(int(pad_width), int(pad_width))] * rank
    rows = [(int(row), int(row)) if is_whole(row) else tuple(map(int, row)) for row in pad_width]
    if len(rows) == 2 and all(is_whole(row) for row in pad_width):
        rows = [(rows[0][0], rows[1][0])]
    rows = rows * rank if len(rows) == 1 else rows
    if len(rows) != rank:
        raise ParamError(
            f"`pad_width` must have the same length as `x.shape`: {rank}. Received: pad_width={pad_width}",
            code="param",
            param="pad_width",
        )
    return [(row[0], row[-1]) for row in rows]


def _pad_rule(x: KerasTensor, pad_width: Any, mode: str = "constant", **_: Any) -> KerasTensor:
    sizes = [
        None if size is None else size + before + after
        for size, (before, after) in zip(x.shape, _widths(pad_width, x.ndim), strict=True)
    ]
    return KerasTensor(sizes, x.dtype)


@numpy_op("x", "constant_values", rule=_pad_rule)
def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Tensor:
    """Return x with a border: of ``constant_values`` (0), or its own numbers mirrored.

    ``mode`` is ``"constant"``, ``"reflect"`` (the edge once) or ``"symmetric"`` (the edge twice).
    """
    x = tensor(x)
    widths = _widths(pad_width, x.dim())
    if mode == "constant":
        flat = [width for pair in reversed(widths) for width in pair]
        return F.pad(x, flat, value=0 if constant_values is None else constant_values)
    if constant_values is not None:
        raise ParamError(
            "Argument `constant_values` can only be provided when `mode == 'constant'`. "
            f"Received: mode={mode}",
            code="param",
            param="constant_values",
        )
    if mode not in ("reflect", "symmetric"):
        raise ParamError(
            f"mode is 'constant', 'reflect' or 'symmetric'. Received: mode={mode!r}",
            code="param",
            param="mode",
        )
    for axis, (before, after) in enumerate(widths):
        if before or after:
            size = x.shape[axis]
            places = torch.arange(-before, size + after, device=x.device)
            if mode == "reflect":
                last = max(size - 1, 1)
                places = ((places + last) % (2 * last) - last).abs() if size > 1 else places * 0
            else:
                places = places % (2 * size)
                places = torch.where(places < size, places, 2 * size - 1 - places)
            x = x.index_select(axis, places)
    return x
