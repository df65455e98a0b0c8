"""Tensors joined, cut, and given borders.  Keras: ``keras.ops.numpy``."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.errors import ParamError, ShapeError
from engine.ops.convert import axes_of, is_whole, mixed_dtype, numpy_op, tensor
from engine.symbolic import KerasTensor


def _tensors(xs: Any) -> list[Tensor]:
    if isinstance(xs, Tensor):
        return list(xs)
    found = [tensor(x) for x in xs]
    if len({x.dtype for x in found}) > 1:
        kind = mixed_dtype(*found)
        return [x.to(kind) for x in found]
    return found


def _joined_rule(xs: Any, axis: int = 0) -> KerasTensor | None:
    if not isinstance(xs, (list, tuple)):
        return None
    shapes = [tuple(x.shape) if hasattr(x, "shape") else tuple(tensor(x).shape) for x in xs]
    rank = len(shapes[0])
    if any(len(shape) != rank for shape in shapes):
        raise ShapeError(f"Every value has the same number of axes. Received: shapes {shapes}", code="rank")
    (at,) = axes_of(axis, rank)
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
    (axis,) = axes_of(axis, x.ndim)
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
    (axis,) = axes_of(axis, x.dim())
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
