"""Order: sorting, searching, counting, what is different.  Keras: ``keras.ops.numpy``."""

from __future__ import annotations

import builtins
import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.backend import convert_to_tensor, result_type
from engine.errors import EngineError, ParamError, ShapeError
from engine.ops.convert import axes_of, countable, floating, is_whole, mixed_dtype, numpy_op, tensor
from engine.ops.inference import shape_of
from engine.symbolic import KerasTensor


@numpy_op()
def sort(x: Any, axis: int | None = -1) -> Tensor:
    """Return x in rising order along ``axis``; without one, all its numbers in a row."""
    x = tensor(x)
    if axis is None:
        x, axis = x.flatten(), -1
    return torch.sort(countable(x), dim=axis, stable=True).values.to(x.dtype)


@numpy_op()
def argsort(x: Any, axis: int | None = -1) -> Tensor:
    """Return the places of the numbers in rising order along ``axis``; equal ones keep their order."""
    x = countable(x)
    if axis is None:
        x, axis = x.flatten(), -1
    return torch.argsort(x, dim=axis, stable=True).int()


def _partition_rule(x: KerasTensor, kth: int, axis: int | None = -1) -> KerasTensor:
    if not is_whole(kth):
        raise ParamError(f"kth must be an integer. Received: kth={kth}", code="param", param="kth", got=kth)
    known = [size for size in x.shape if size is not None]
    row = math.prod(known) if len(known) == x.ndim else None
    return KerasTensor((row,) if axis is None else x.shape, "int32")


@numpy_op(rule=_partition_rule)
def argpartition(x: Any, kth: int, axis: int | None = -1) -> Tensor:
    """Return places such that the ``kth`` number stands where it would in order, no greater one before it."""
    size = tensor(x).numel() if axis is None else tensor(x).shape[axis]
    if not -size <= kth < size:
        raise ShapeError(f"kth={kth} is out of bounds for an axis of size {size}.", code="axis", got=kth)
    return argsort(x, axis)  # a full order is a partition too


def _search_rule(sorted_sequence: Any, values: Any, side: str = "left") -> KerasTensor | None:
    shape = shape_of(sorted_sequence)
    if len(shape) != 1:
        return None  # the run says what is wrong
    small = shape[0] is not None and shape[0] <= torch.iinfo(torch.int32).max
    return KerasTensor(shape_of(values), "int32" if small else "int64")


@numpy_op("sorted_sequence", "values", cls="SearchSorted", rule=_search_rule)
def searchsorted(sorted_sequence: Any, values: Any, side: str = "left") -> Tensor:
    """Return where ``values`` are to be put into a row in rising order to keep it so."""
    row = tensor(sorted_sequence)
    if row.dim() != 1:
        raise ShapeError(
            "searchsorted takes a row (1 axis) of sorted numbers; vectorized_map does several. "
            f"Received: sorted_sequence.shape={tuple(row.shape)}",
            code="rank",
            expected=1,
            got=row.dim(),
        )
    return torch.searchsorted(row, convert_to_tensor(values, row.dtype), side=side, out_int32=True)


@numpy_op("x", "bins")
def digitize(x: Any, bins: Any) -> Tensor:
    """Return the number of the bin in which each number lies; ``bins`` are the rising edges."""
    return torch.bucketize(countable(x), tensor(bins), right=True).int()


@numpy_op("x1", "x2", cls="IsIn")
def isin(x1: Any, x2: Any, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Return where the numbers of x1 are among those of x2."""
    x1, x2 = countable(x1), countable(x2)
    return torch.isin(x1, x2, assume_unique=assume_unique, invert=invert)


def _bincount_rule(
    x: Any, weights: Any = None, minlength: int = 0, sparse: bool = False
) -> KerasTensor | None:
    """The number of bins depends on the numbers."""
    if not isinstance(x, KerasTensor):
        return None
    dtype = "int32" if weights is None else result_type(x.dtype, getattr(weights, "dtype", "int32"))
    return KerasTensor((*x.shape[:-1], None), dtype)


@numpy_op(rule=_bincount_rule)
def bincount(x: Any, weights: Any = None, minlength: int = 0, sparse: bool = False) -> Tensor:
    """Return how often each whole number stands in x (in each row of it), or the sum of its weights."""
    if sparse:
        raise EngineError("There are no sparse tensors here. Received: sparse=True", code="param")
    x = tensor(x)
    kind = torch.int32 if weights is None else mixed_dtype(x, tensor(weights))
    if x.dim() == 1:
        return torch.bincount(x, None if weights is None else tensor(weights), minlength).to(kind)
    size = builtins.max(minlength, int(x.max()) + 1 if x.numel() else 0)
    parts = torch.ones_like(x, dtype=torch.int32) if weights is None else tensor(weights).to(kind)
    return torch.zeros((*x.shape[:-1], size), dtype=kind, device=x.device).scatter_add_(
        -1, x.long(), parts.to(kind)
    )


@numpy_op()
def histogram(x: Any, bins: int = 10, range: Any = None) -> tuple[Tensor, Tensor]:
    """Return how many numbers lie in each of ``bins`` equal parts of ``range``, and their edges."""
    if not isinstance(bins, int) or isinstance(bins, bool) or bins <= 0:
        raise EngineError(
            f"Argument `bins` should be a non-negative integer. Received: bins={bins}", code="param"
        )
    if range is not None and (not isinstance(range, (tuple, list)) or len(range) != 2):
        raise ParamError(
            f"Argument `range` must be a tuple of two elements. Received: range={range}",
            code="param",
            param="range",
        )
    if range is not None and range[1] < range[0]:
        raise ParamError(
            f"The second element of `range` must be greater than the first. Received: range={range}",
            code="param",
            param="range",
        )
    x = floating(x)
    if x.dim() > 1:
        raise ShapeError(f"Input tensor must be 1-dimensional. Received: shape {tuple(x.shape)}", code="rank")
    found = torch.histogram(
        x.flatten().cpu(), bins=bins, range=None if range is None else tuple(map(float, range))
    )
    return found.hist.to(x.device), found.bin_edges.to(x.device)


def _unique_rule(
    x: KerasTensor,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    if axis is None:
        values, inverse = KerasTensor((size,), x.dtype), KerasTensor(x.shape, "int64")
    else:
        (along,) = axes_of(axis, x.ndim)
        sizes = [size if place == along else length for place, length in enumerate(x.shape)]
        values, inverse = KerasTensor(sizes, x.dtype), KerasTensor((x.shape[along],), "int64")
    found = [values]
    found += [KerasTensor((size,), "int64")] if return_index else []
    found += [inverse] if return_inverse else []
    found += [KerasTensor((size,), "int64")] if return_counts else []
    return found[0] if len(found) == 1 else tuple(found)


@numpy_op(rule=_unique_rule)
def unique(
    x: Any,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """Return the different numbers (or slices along ``axis``) of x.

    Told to, also the first place of each, the place of each number of x among them, and how often each stands
    in x.  ``size`` cuts or fills the answer to a length, with ``fill_value`` (0).
    """
    x = tensor(x)
    values, inverse, counts = torch.unique(
        x, sorted=sorted, return_inverse=True, return_counts=True, dim=axis
    )
    along = 0 if axis is None else axis % x.dim()
    flat = inverse.reshape(-1)
    places = torch.arange(flat.numel(), device=x.device)
    first = places.new_empty(values.shape[along]).scatter_reduce_(0, flat, places, "amin", include_self=False)
    if size is not None:
        missing = builtins.max(size - values.shape[along], 0)

        def fitted(one: Tensor, dim: int, fill: Any) -> Tensor:
            cut = one.narrow(dim, 0, builtins.min(size, one.shape[dim]))
            widths = [0, 0] * (one.dim() - 1 - dim) + [0, missing]
            return F.pad(cut, widths, value=fill) if missing else cut

        values = fitted(values, along, 0 if fill_value is None else fill_value)
        first, counts = fitted(first, 0, 1), fitted(counts, 0, 0)
    found = [values]
    found += [first] if return_index else []
    found += [inverse] if return_inverse else []
    found += [counts] if return_counts else []
    return found[0] if len(found) == 1 else tuple(found)
