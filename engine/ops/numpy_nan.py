"""Reductions that leave out what is no number (NaN).  Keras: ``keras.ops.numpy``."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from engine.ops import numpy_reduce as plain
from engine.ops.convert import floating, numpy_op, tensor


def _filled(x: Any, value: float) -> Tensor:
    x = tensor(x)
    return torch.where(torch.isnan(x), value, x) if x.is_floating_point() else x


def _void(x: Tensor, axis: Any, keepdims: bool) -> Tensor:
    """Return where all along ``axis`` are NaN."""
    return plain.all(torch.isnan(x), axis, keepdims)


@numpy_op()
def nanmax(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the greatest along ``axis``, NaN left out; NaN where there is nothing else."""
    found = plain.amax(_filled(x, -torch.inf), axis, keepdims)
    x = tensor(x)
    return torch.where(_void(x, axis, keepdims), torch.nan, found) if x.is_floating_point() else found


@numpy_op()
def nanmin(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the least along ``axis``, NaN left out; NaN where there is nothing else."""
    found = plain.amin(_filled(x, torch.inf), axis, keepdims)
    x = tensor(x)
    return torch.where(_void(x, axis, keepdims), torch.nan, found) if x.is_floating_point() else found


@numpy_op()
def nanargmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Return the place of the greatest along ``axis``, NaN left out; -1 where there is nothing else."""
    found = plain.argmax(_filled(x, -torch.inf), axis, keepdims)
    x = tensor(x)
    return torch.where(_void(x, axis, keepdims), -1, found) if x.is_floating_point() else found


@numpy_op()
def nanargmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Return the place of the least along ``axis``, NaN left out; -1 where there is nothing else."""
    found = plain.argmin(_filled(x, torch.inf), axis, keepdims)
    x = tensor(x)
    return torch.where(_void(x, axis, keepdims), -1, found) if x.is_floating_point() else found


@numpy_op()
def nansum(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the sum along ``axis``, NaN counting 0."""
    x = _filled(x, 0.0)
    return x if x.is_floating_point() and plain.no_axes(axis) else plain.sum(x, axis, keepdims)


@numpy_op()
def nanprod(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the product along ``axis``, NaN counting 1."""
    return plain.prod(_filled(x, 1.0), axis, keepdims)


@numpy_op()
def nancumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Tensor:
    """Return running sums along ``axis``, NaN counting 0."""
    return plain.cumsum(_filled(x, 0.0), axis, dtype)


@numpy_op()
def nancumprod(x: Any, axis: int | None = None, dtype: Any = None) -> Tensor:
    """Return running products along ``axis``, NaN counting 1."""
    return plain.cumprod(_filled(x, 1.0), axis, dtype)


@numpy_op()
def nanmean(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the mean along ``axis``, NaN left out."""
    x = floating(x)
    return x if plain.no_axes(axis) else torch.nanmean(x, dim=axis, keepdim=keepdims)


@numpy_op()
def nanvar(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the variance along ``axis``, NaN left out."""
    x = floating(x)
    if plain.no_axes(axis):
        return torch.where(torch.isnan(x), x, torch.zeros_like(x))
    valid = ~torch.isnan(x)
    away = torch.where(valid, x - torch.nanmean(x, dim=axis, keepdim=True), torch.zeros_like(x))
    return away.square().sum(dim=axis, keepdim=keepdims) / valid.sum(dim=axis, keepdim=keepdims)


@numpy_op()
def nanstd(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the standard deviation along ``axis``, NaN left out."""
    return torch.sqrt(nanvar(x, axis, keepdims))


@numpy_op("x", "q")
def nanquantile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Tensor:
    """Return the number below which the share ``q`` (0 to 1) along ``axis`` lies, NaN left out."""
    return plain.quantiles(x, q, axis, method, keepdims, torch.nanquantile)


@numpy_op("x", "q")
def nanpercentile(x: Any, q: Any, axis: Any = None, method: str = "linear", keepdims: bool = False) -> Tensor:
    """Return the number below which ``q`` percent along ``axis`` lie, NaN left out."""
    return plain.quantiles(x, floating(q) / 100.0, axis, method, keepdims, torch.nanquantile)


@numpy_op()
def nanmedian(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the middle number along ``axis``, NaN left out."""
    if plain.no_axes(axis):
        return tensor(x)
    return plain.quantiles(x, 0.5, axis, "linear", keepdims, torch.nanquantile)
