"""Sums, means, extremes and orders along axes.  Keras: ``keras.ops.numpy``."""

from __future__ import annotations

import builtins
from typing import Any

import torch
from torch import Tensor

from engine.backend import convert_to_tensor, result_type, to_torch_dtype
from engine.errors import ParamError, ShapeError
from engine.ops.convert import SMALL, axes_of, countable, floating, fold_last, mixed_dtype, numpy_op, tensor
from engine.symbolic import KerasTensor


def _stacked(x: Any) -> Tensor:
    if isinstance(x, (list, tuple)) and any_tensor(x):
        return torch.stack([tensor(item) for item in x])
    return tensor(x)


def any_tensor(x: Any) -> bool:
    """Return whether a list holds tensors."""
    return builtins.any(isinstance(item, Tensor) for item in x)


def _gathered(x: Tensor) -> Tensor:
    return x.int() if x.dtype in SMALL else x


def reduced_shape(x: KerasTensor, axis: Any, keepdims: bool) -> list[int | None]:
    """Return the shape of ``x`` after a reduction along ``axis``."""
    axes = axes_of(axis, x.ndim)
    if keepdims:
        return [1 if number in axes else size for number, size in enumerate(x.shape)]
    return [size for number, size in enumerate(x.shape) if number not in axes]


def _rule(function: Any) -> Any:
    """Return the shape rule of a reduction: the type is tried on one number."""

    def rule(x: Any, axis: Any = None, keepdims: bool = False, **others: Any) -> Any:
        if not isinstance(x, KerasTensor):
            return None
        shape = reduced_shape(x, axis, keepdims)
        dtype = function(torch.zeros([1] * x.ndim, dtype=to_torch_dtype(x.dtype)), axis=axis, **others).dtype
        return KerasTensor(shape, str(dtype).removeprefix("torch."))

    return rule


def _sum(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    x = _stacked(x)
    if no_axes(axis):
        return x
    x = _gathered(x)
    return torch.sum(x, dim=axis, keepdim=keepdims, dtype=x.dtype)


def _mean(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    x = _stacked(x)
    return x if no_axes(axis) else torch.mean(floating(x), dim=axis, keepdim=keepdims)


def _all(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    x = tensor(x).bool()
    return x if no_axes(axis) else torch.all(x, dim=_listed(axis), keepdim=keepdims)


def _any(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    x = tensor(x).bool()
    return x if no_axes(axis) else torch.any(x, dim=_listed(axis), keepdim=keepdims)


def no_axes(axis: Any) -> bool:
    """Return whether ``axis`` is an empty tuple or list: nothing is gathered then."""
    return isinstance(axis, (tuple, list)) and not axis


def _listed(axis: Any) -> Any:
    return tuple(axis) if isinstance(axis, list) else axis


def _every(axis: Any) -> Any:
    return () if axis is None else axis


def _amax(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    x = tensor(x)
    return x if no_axes(axis) else torch.amax(x, dim=_every(axis), keepdim=keepdims)


def _amin(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    x = tensor(x)
    return x if no_axes(axis) else torch.amin(x, dim=_every(axis), keepdim=keepdims)


def _extreme(name: str, x: Any, axis: Any, keepdims: bool, initial: Any) -> Tensor:
    x = tensor(x)
    if x.numel() == 0:
        if initial is None:
            raise ShapeError(f"Cannot compute the {name} of an empty tensor.", code="empty")
        return torch.full([1] * x.dim() if keepdims else [], initial)
    found = _amax(x, axis, keepdims) if name == "max" else _amin(x, axis, keepdims)
    if initial is None:
        return found
    first = torch.full((), initial, dtype=found.dtype, device=found.device)
    return torch.maximum(found, first) if name == "max" else torch.minimum(found, first)


def _max(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Tensor:
    return _extreme("max", x, axis, keepdims, initial)


def _min(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Tensor:
    return _extreme("min", x, axis, keepdims, initial)


def _var(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    x = floating(x)
    if no_axes(axis):
        return torch.zeros_like(x)
    return torch.var(x, dim=axis, keepdim=keepdims, correction=0)


def _prod(x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Tensor:
    x = _gathered(tensor(x))
    kind = x.dtype if dtype is None else to_torch_dtype(dtype)
    if axis is None and not keepdims:
        return torch.prod(x, dtype=kind)
    for one in reversed(axes_of(axis, x.dim())):  # torch multiplies along one axis at a time
        x = torch.prod(x, dim=one, keepdim=keepdims, dtype=kind)
    return x.to(kind)


@numpy_op(rule=_rule(_sum))
def sum(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the sum along ``axis`` (one, several, ``None``: all); small whole types are summed as int32."""
    return _sum(x, axis, keepdims)


@numpy_op(rule=_rule(_mean))
def mean(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the mean along ``axis``; whole numbers give floats."""
    return _mean(x, axis, keepdims)


@numpy_op(rule=_rule(_all))
def all(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return whether all along ``axis`` hold."""
    return _all(x, axis, keepdims)


@numpy_op(rule=_rule(_any))
def any(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return whether any along ``axis`` holds."""
    return _any(x, axis, keepdims)


@numpy_op(rule=_rule(_amax))
def amax(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the greatest along ``axis``."""
    return _amax(x, axis, keepdims)


@numpy_op(rule=_rule(_amin))
def amin(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the least along ``axis``."""
    return _amin(x, axis, keepdims)


@numpy_op(rule=_rule(_max))
def max(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Tensor:
    """Return the greatest along ``axis``, at least ``initial``, which an empty ``x`` needs."""
    return _max(x, axis, keepdims, initial)


@numpy_op(rule=_rule(_min))
def min(x: Any, axis: Any = None, keepdims: bool = False, initial: Any = None) -> Tensor:
    """Return the least along ``axis``, at most ``initial``, which an empty ``x`` needs."""
    return _min(x, axis, keepdims, initial)


@numpy_op(rule=_rule(_var))
def var(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the variance along ``axis``, the mean of squared distances from the mean."""
    return _var(x, axis, keepdims)


@numpy_op(rule=_rule(_var))
def std(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the standard deviation along ``axis``, the root of the variance."""
    return torch.sqrt(_var(x, axis, keepdims))


@numpy_op(rule=_rule(_prod))
def prod(x: Any, axis: Any = None, keepdims: bool = False, dtype: Any = None) -> Tensor:
    """Return the product along ``axis``; small whole types are multiplied as int32."""
    return _prod(x, axis, keepdims, dtype)


def _ptp(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    x = tensor(x)
    if no_axes(axis):
        return torch.zeros_like(x)
    return _amax(x, axis, keepdims) - _amin(x, axis, keepdims)


@numpy_op(rule=_rule(_ptp))
def ptp(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the distance from the least to the greatest along ``axis``."""
    return _ptp(x, axis, keepdims)


def _count(x: Any, axis: Any = None) -> Tensor:
    x = tensor(x) != 0
    return x.int() if no_axes(axis) else torch.sum(x, dim=axis, dtype=torch.int32)


@numpy_op(rule=_rule(_count))
def count_nonzero(x: Any, axis: Any = None) -> Tensor:
    """Return how many along ``axis`` are not 0."""
    return _count(x, axis)


@numpy_op("x", "weights")
def average(x: Any, axis: Any = None, weights: Any = None) -> Tensor:
    """Return the mean along ``axis``, where ``weights`` are given each number counting that much."""
    x = tensor(x)
    dtype = mixed_dtype(x, float, *([] if weights is None else [tensor(weights)]))
    x = x.to(dtype)
    if no_axes(axis):
        return x
    if weights is None:
        return torch.mean(x, dim=axis)
    weights = convert_to_tensor(weights, dtype)
    if weights.dim() == 1 and x.dim() > 1 and isinstance(axis, int):
        shape = [1] * x.dim()
        shape[axis] = -1
        weights = weights.reshape(shape).expand_as(x)
    return torch.sum(x * weights, dim=axis) / torch.sum(weights.expand_as(x), dim=axis)


def _arg(x: Any, axis: Any, keepdims: bool, function: Any) -> Tensor:
    found: Tensor = function(countable(x), dim=axis, keepdim=keepdims)
    return found.int()


@numpy_op(rule=_rule(lambda x, axis=None: _arg(x, axis, False, torch.argmax)))
def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Return the place of the greatest along ``axis``, the first of several."""
    return _arg(x, axis, keepdims, torch.argmax)


@numpy_op(rule=_rule(lambda x, axis=None: _arg(x, axis, False, torch.argmin)))
def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Return the place of the least along ``axis``, the first of several."""
    return _arg(x, axis, keepdims, torch.argmin)


def _running(x: Any, axis: Any, dtype: Any, function: Any) -> Tensor:
    x = tensor(x)
    if isinstance(axis, (tuple, list)):
        if len(axis) > 1:
            raise ParamError(
                f"Running sums go along one axis. Received: axis={axis}", code="param", param="axis"
            )
        if not axis:
            return x
        (axis,) = axis
    if axis is None:
        x, axis = x.flatten(), 0
    kind = to_torch_dtype(result_type(dtype or x.dtype))
    found: Tensor = function(x, dim=axis, dtype=torch.int32 if kind is torch.bool else kind)
    return found


@numpy_op()
def cumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Tensor:
    """Return running sums along ``axis``; without one, of all numbers in a row."""
    return _running(x, axis, dtype, torch.cumsum)


@numpy_op()
def cumprod(x: Any, axis: int | None = None, dtype: Any = None) -> Tensor:
    """Return running products along ``axis``; without one, of all numbers in a row."""
    return _running(x, axis, dtype, torch.cumprod)


def quantiles(x: Any, q: Any, axis: Any, method: str, keepdims: bool, function: Any) -> Tensor:
    """Return quantiles along axes as ``function`` (``torch.quantile`` or ``nanquantile``) finds them."""
    source = tensor(x)
    kind = to_torch_dtype(result_type(source.dtype, float))
    wide = source.to(to_torch_dtype(result_type(source.dtype, "float32")))
    share = convert_to_tensor(q, wide.dtype)
    axes = axes_of(axis, source.dim())
    found: Tensor = function(fold_last(wide, axes), share, dim=-1, interpolation=method)
    if keepdims:
        for one in axes:
            found = found.unsqueeze(one + share.dim())
    return found.to(kind)


@numpy_op("x", "q")
def quantile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Tensor:
    """Return the number below which the share ``q`` (0 to 1) along ``axis`` lies."""
    return quantiles(x, q, axis, method, keepdims, torch.quantile)


@numpy_op("x", "q")
def percentile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Tensor:
    """Return the number below which ``q`` percent along ``axis`` lie."""
    return quantiles(x, floating(q) / 100.0, axis, method, keepdims, torch.quantile)


def _median(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    if no_axes(axis):
        return floating(x)
    return quantiles(x, 0.5, axis, "linear", keepdims, torch.quantile)


@numpy_op(rule=_rule(_median))
def median(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the middle number along ``axis``, between the two middle ones where there are two."""
    return _median(x, axis, keepdims)
