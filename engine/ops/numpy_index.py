"""Parts of tensors, places in them, and their order.  Keras: ``keras.ops.numpy``."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.backend import convert_to_tensor, result_type, to_torch_dtype
from engine.errors import EngineError, ShapeError
from engine.ops.convert import countable, floating, mixed_dtype, numpy_op, tensor
from engine.symbolic import KerasTensor


def _plain_key(key: Any) -> Any:
    """Return an index as torch takes it: arrays and lists as tensors of int64."""
    if isinstance(key, (np.ndarray, list)):
        key = torch.as_tensor(np.asarray(key))
    if isinstance(key, Tensor) and key.dtype is torch.int32:
        return key.long()
    return key


def _item_rule(x: Any, key: Any) -> Any:
    if not isinstance(x, KerasTensor):
        return None
    key = tuple(key) if isinstance(key, list) else key
    keys = list(key) if isinstance(key, tuple) else [key]
    if any(
        not isinstance(one, (int, slice, type(None), type(Ellipsis))) or isinstance(one, bool) for one in keys
    ):
        return None
    taken = sum(one is not None and one is not Ellipsis for one in keys)
    if taken > x.ndim:
        raise ShapeError(
            f"Too many indices: {taken} for a tensor with {x.ndim} axes. Received: key={key}", code="rank"
        )
    if Ellipsis not in keys:
        keys.append(Ellipsis)
    rest = list(x.shape)
    sizes: list[int | None] = []
    for place, one in enumerate(keys):
        if one is None:
            sizes.append(1)
        elif one is Ellipsis:
            after = sum(other is not None for other in keys[place + 1 :])
            count = len(rest) - after
            sizes += rest[:count]
            rest = rest[count:]
        elif isinstance(one, int):
            size = rest.pop(0)
            if size is not None and not -size <= one < size:
                raise ShapeError(
                    f"Array out of bounds: index {one} of an axis of size {size}. Received: key={key}",
                    code="axis",
                )
        else:
            size = rest.pop(0)
            if size is not None:
                sizes.append(len(range(*one.indices(size))))
            else:
                sizes.append(None)
    return KerasTensor(sizes, x.dtype)


@numpy_op("x", "key", rule=_item_rule)
def get_item(x: Any, key: Any) -> Tensor:
    """Return ``x[key]``; a list stands for a tuple, as it comes out of a file."""
    x = tensor(x)
    if isinstance(key, list):
        key = tuple(key)
    if isinstance(key, tuple):
        if any(isinstance(one, slice) and (one.step or 1) < 0 for one in key):
            return _with_backward_slices(x, key)
        return x[tuple(_plain_key(one) for one in key)]
    if isinstance(key, slice) and (key.step or 1) < 0:
        return _with_backward_slices(x, (key,))
    return x[_plain_key(key)]


def _with_backward_slices(x: Tensor, key: tuple[Any, ...]) -> Tensor:
    """Return ``x[key]`` where slices run backwards, which torch does not do itself."""
    before = key[: key.index(Ellipsis)] if Ellipsis in key else key
    axis, taken = 0, list(key)
    for place, one in enumerate(key):
        if one is Ellipsis:
            axis = x.dim() - sum(item is not None for item in key[len(before) + 1 :])
            continue
        if one is None:
            continue
        if isinstance(one, slice) and (one.step or 1) < 0:
            places = torch.arange(*one.indices(x.shape[axis]), device=x.device)
            x = x.index_select(axis, places)
            taken[place] = slice(None)
        axis += 1
    return x[tuple(_plain_key(one) for one in taken)]


@numpy_op("x", "indices")
def take(x: Any, indices: Any, axis: int | None = None) -> Tensor:
    """Return the slices of x along ``axis`` at ``indices`` (from the end where negative)."""
    x, places = tensor(x), tensor(indices).long()
    if axis is None:
        x, axis = x.flatten(), 0
    axis = axis % max(x.dim(), 1)
    places = torch.where(places < 0, places + x.shape[axis], places).to(x.device)
    if axis == 0 and x.dim() == 2:
        return F.embedding(places, x)
    shape = (*x.shape[:axis], *places.shape, *x.shape[axis + 1 :])
    return x.index_select(axis, places.reshape(-1)).reshape(shape)


@numpy_op("x", "indices")
def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> Tensor:
    """Return the numbers of x at ``indices`` along ``axis``, each row by its own."""
    x, places = tensor(x), tensor(indices).long()
    size = x.numel() if axis is None else x.shape[axis]
    return torch.take_along_dim(x, torch.where(places < 0, places + size, places), dim=axis)


def _diagonal_rule(x: KerasTensor, offset: int = 0, axis1: int = 0, axis2: int = 1) -> KerasTensor | None:
    """Where a size is unknown, so is the length of the diagonal."""
    if x.ndim < 2:
        raise ShapeError(
            f"`diagonal` requires a tensor of at least two dimensions. Received: shape {x.shape}", code="rank"
        )
    first, second = axis1 % x.ndim, axis2 % x.ndim
    if x.shape[first] is not None and x.shape[second] is not None:
        return None
    rest = [size for axis, size in enumerate(x.shape) if axis not in (first, second)]
    return KerasTensor((*rest, None), x.dtype)


@numpy_op()
def diag(x: Any, k: int = 0) -> Tensor:
    """Return the diagonal of a matrix, or the matrix with x on its diagonal."""
    return torch.diag(tensor(x), diagonal=k)


@numpy_op()
def diagflat(x: Any, k: int = 0) -> Tensor:
    """Return a matrix with all numbers of x on its diagonal."""
    return torch.diagflat(tensor(x), offset=k)


@numpy_op(rule=_diagonal_rule)
def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """Return the diagonals in the plane of two axes."""
    x = tensor(x)
    if x.dim() and axis1 % x.dim() == axis2 % x.dim():
        raise ShapeError(f"The axes of a plane differ. Received: axis1={axis1}, axis2={axis2}", code="axis")
    return torch.diagonal(tensor(x), offset=offset, dim1=axis1, dim2=axis2)


@numpy_op(rule=lambda x, k=0: KerasTensor(x.shape, x.dtype))
def tril(x: Any, k: int = 0) -> Tensor:
    """Return x with zeros above the diagonal."""
    return torch.tril(tensor(x), diagonal=k)


@numpy_op(rule=lambda x, k=0: KerasTensor(x.shape, x.dtype))
def triu(x: Any, k: int = 0) -> Tensor:
    """Return x with zeros below the diagonal."""
    return torch.triu(tensor(x), diagonal=k)


@numpy_op(rule=lambda x: tuple(KerasTensor((None,), "int32") for _ in x.shape))
def nonzero(x: Any) -> tuple[Tensor, ...]:
    """Return the places of what is not 0, one row of indices for each axis."""
    return tuple(row.int() for row in torch.nonzero(tensor(x), as_tuple=True))


@numpy_op()
def unravel_index(indices: Any, shape: Any) -> tuple[Tensor, ...]:
    """Return places in a row of numbers as places in ``shape``, one tensor for each axis."""
    indices = tensor(indices)
    kind = to_torch_dtype(result_type(indices.dtype))
    return tuple(index.to(kind) for index in torch.unravel_index(indices.long(), tuple(shape)))


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


@numpy_op()
def argpartition(x: Any, kth: int, axis: int | None = -1) -> Tensor:
    """Return places such that the ``kth`` number stands where it would in order, no greater one before it."""
    size = tensor(x).numel() if axis is None else tensor(x).shape[axis]
    if not -size <= kth < size:
        raise ShapeError(f"kth={kth} is out of bounds for an axis of size {size}.", code="axis", got=kth)
    return argsort(x, axis)  # a full order is a partition too


@numpy_op("sorted_sequence", "values", cls="SearchSorted")
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


@numpy_op()
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
    if range is not None and (not isinstance(range, (tuple, list)) or len(range) != 2 or range[1] < range[0]):
        raise EngineError(
            f"Argument `range` must be a tuple of two elements, rising. Received: range={range}",
            code="param",
            param="range",
        )
    x = floating(x)
    if x.dim() != 1:
        raise ShapeError(f"Input tensor must be 1-dimensional. Received: shape {tuple(x.shape)}", code="rank")
    found = torch.histogram(
        x.flatten().cpu(), bins=bins, range=None if range is None else tuple(map(float, range))
    )
    return found.hist.to(x.device), found.bin_edges.to(x.device)


@numpy_op("condlist", "choicelist", "default")
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Tensor:
    """Return the choice of the first condition that holds, ``default`` where none does."""
    found = tensor(default)
    for condition, choice in reversed(list(zip(condlist, choicelist, strict=True))):
        found = torch.where(convert_to_tensor(condition, "bool"), tensor(choice), found)
    return found


@numpy_op()
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


@numpy_op(rule=lambda x: KerasTensor((x.ndim,), "int32"))
def ndim(x: Any) -> Any:
    """Return the number of axes."""
    return tensor(x).dim()


@numpy_op(rule=lambda x: KerasTensor((), "int32"))
def size(x: Any) -> Any:
    """Return how many numbers there are."""
    return tensor(x).numel()


def vectorize(
    pyfunc: Callable[..., Any], *, excluded: Any = None, signature: str | None = None
) -> Callable[..., Any]:
    """Return ``pyfunc``, a function of single numbers (or, by ``signature``, small tensors), for whole
    tensors.

    ``signature`` is written as numpy's: ``"(n),(n)->()"``.  ``excluded`` are arguments, by place or name,
    that
    are passed on as they are.
    """
    if not callable(pyfunc):
        raise EngineError(
            f"Expected argument `pyfunc` to be a callable. Received: pyfunc={pyfunc}", code="param"
        )
    from engine.ops.vectorizing import vectorized

    return vectorized(pyfunc, frozenset(excluded or ()), signature)
