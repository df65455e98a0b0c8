"""Parts of tensors, places in them, and their order.  Keras: ``keras.ops.numpy``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.backend import convert_to_tensor, result_type, to_torch_dtype
from engine.errors import EngineError, ShapeError
from engine.ops.convert import axes_of, numpy_op, tensor
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
    (axis,) = axes_of(axis, x.dim())
    places = torch.where(places < 0, places + x.shape[axis], places).to(x.device)
    if axis == 0 and x.dim() == 2:
        return F.embedding(places, x)
    shape = (*x.shape[:axis], *places.shape, *x.shape[axis + 1 :])
    return x.index_select(axis, places.reshape(-1)).reshape(shape)


@numpy_op("x", "indices")
def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> Tensor:
    """Return the numbers of x at ``indices`` along ``axis``, each row by its own."""
    x, places = tensor(x), tensor(indices).long()
    if axis is not None:
        (axis,) = axes_of(axis, x.dim())
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


def _diag_rule(x: KerasTensor, k: int = 0) -> KerasTensor | None:
    if x.ndim not in (1, 2):
        raise ShapeError(f"`diag` requires a tensor of 1 or 2 axes. Received: shape {x.shape}", code="rank")
    if None not in x.shape:
        return None
    return KerasTensor((None,) if x.ndim == 2 else (None, None), x.dtype)


@numpy_op(rule=_diag_rule)
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
    if x.dim() < 2:
        raise ShapeError(
            f"`diagonal` requires a tensor of at least two dimensions. Received: shape {tuple(x.shape)}",
            code="rank",
        )
    if axis1 % x.dim() == axis2 % x.dim():
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


@numpy_op("condlist", "choicelist", "default")
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Tensor:
    """Return the choice of the first condition that holds, ``default`` where none does."""
    found = tensor(default)
    for condition, choice in reversed(list(zip(condlist, choicelist, strict=True))):
        found = torch.where(convert_to_tensor(condition, "bool"), tensor(choice), found)
    return found


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
