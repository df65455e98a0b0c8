"""Segments and special functions; ``math_fourier`` has the rest of Keras' module ``math``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from engine.errors import ShapeError
from engine.ops import math_fourier
from engine.ops.convert import axes_of, countable, floating, tensor, unary
from engine.ops.functions import class_or_error, public
from engine.ops.functions import op as _op
from engine.symbolic import KerasTensor

op = partial(_op, module="math")

rsqrt = unary("rsqrt", torch.rsqrt, "1 / sqrt(x).", module="math")
erf = unary("erf", torch.erf, "the error function of Gauss.", module="math")
erfc = unary("erfc", torch.erfc, "1 - erf(x), exact for large x.", module="math")
erfinv = unary("erfinv", torch.erfinv, "the numbers whose error function is x.", module="math")


def _segment_rule(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Any:
    if not isinstance(data, KerasTensor):
        return None
    return KerasTensor((num_segments, *data.shape[1:]), data.dtype)


def _segments(
    data: Any, segment_ids: Any, num_segments: int | None, how: str, empty: Callable[[Tensor], Any]
) -> Tensor:
    data, ids = tensor(data), tensor(segment_ids).long()
    if ids.dim() != 1:
        raise ShapeError(
            f"Argument `segment_ids` should be an 1-D vector, got shape: {tuple(ids.shape)}.",
            code="rank",
            expected=1,
        )
    if data.dim() == 0 or data.shape[0] != ids.shape[0]:
        raise ShapeError(
            "Argument `segment_ids` and `data` should have same leading dimension. "
            f"Received: data of shape {tuple(data.shape)}, segment_ids of shape {tuple(ids.shape)}",
            code="axis",
        )
    count = num_segments if num_segments is not None else int(ids.max()) + 1 if ids.numel() else 0
    valid = ids >= 0
    if num_segments is not None:
        valid &= ids < count
    made = torch.full((count, *data.shape[1:]), empty(data), dtype=data.dtype, device=data.device)
    places = ids[valid].reshape(-1, *[1] * (data.dim() - 1)).expand(-1, *data.shape[1:])
    return made.scatter_reduce(0, places, data[valid], how, include_self=True)


def _lowest(x: Tensor) -> Any:
    return -torch.inf if x.is_floating_point() else torch.iinfo(x.dtype).min


def _highest(x: Tensor) -> Any:
    return torch.inf if x.is_floating_point() else torch.iinfo(x.dtype).max


@op("data", "segment_ids", rule=_segment_rule)
def segment_sum(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Tensor:
    """Return the sums of the slices of ``data`` that have the same number in ``segment_ids``."""
    return _segments(data, segment_ids, num_segments, "sum", lambda _: 0)


@op("data", "segment_ids", rule=_segment_rule)
def segment_max(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Tensor:
    """Return the greatest of the slices of ``data`` that have the same number in ``segment_ids``."""
    return _segments(data, segment_ids, num_segments, "amax", _lowest)


@op("data", "segment_ids", rule=_segment_rule)
def segment_min(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Tensor:
    """Return the least of the slices of ``data`` that have the same number in ``segment_ids``."""
    return _segments(data, segment_ids, num_segments, "amin", _highest)


@op("data", "segment_ids", rule=_segment_rule)
def segment_prod(
    data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
) -> Tensor:
    """Return the products of the slices of ``data`` that have the same number in ``segment_ids``."""
    return _segments(data, segment_ids, num_segments, "prod", lambda _: 1)


def _top_rule(x: KerasTensor, k: int, sorted: bool = True) -> Any:
    shape = (*x.shape[:-1], k)
    return KerasTensor(shape, x.dtype), KerasTensor(shape, "int32")


@op(rule=_top_rule)
def top_k(x: Any, k: int, sorted: bool = True) -> tuple[Tensor, Tensor]:
    """Return the ``k`` greatest along the last axis, and their places."""
    x = tensor(x)
    values, places = torch.topk(countable(x), k, sorted=sorted)
    return values.to(x.dtype), places.int()


@op("targets", "predictions", rule=lambda targets, predictions, k: KerasTensor(targets.shape, "bool"))
def in_top_k(targets: Any, predictions: Any, k: int) -> Tensor:
    """Return whether each target class is among the ``k`` greatest predictions; equal ones count."""
    targets, scores = tensor(targets).long(), tensor(predictions)
    size = scores.shape[-1]
    valid = (targets >= 0) & (targets < size)
    own = scores.gather(-1, targets.clamp(0, size - 1).unsqueeze(-1))
    return ((scores > own).sum(-1) < k) & valid & torch.isfinite(own.squeeze(-1))


@op()
def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return log(sum(exp(x))) along ``axis``, without overflow."""
    x = floating(x)
    return torch.logsumexp(x, axes_of(axis, x.dim()), keepdim=keepdims) if x.dim() else x


@op("x", "y", cls="CDist")
def cdist(x: Any, y: Any) -> Tensor:
    """Return the distances (of Euclid) between each row of x and each of y."""
    x, y = floating(x), floating(y)
    if x.shape[-1] != y.shape[-1]:
        raise ShapeError(
            f"The rows of x and y have the same size. Received: {tuple(x.shape)} and {tuple(y.shape)}",
            code="axis",
        )
    return torch.cdist(x, y)


@op(rule=lambda x: KerasTensor(x.shape[:-2], x.dtype))
def logdet(x: Any) -> Tensor:
    """Return the logarithm of the determinant of positive definite matrices."""
    return torch.logdet(floating(x))


@op()
def view_as_complex(x: Any) -> Tensor:
    """Return pairs along the last axis as complex numbers (complex64, as in Keras)."""
    x = tensor(x)
    if x.dim() < 1 or x.shape[-1] != 2:
        raise ShapeError(
            f"Last dimension of input must be size 2 (real and imaginary). Received shape: {tuple(x.shape)}",
            code="axis",
        )
    return torch.view_as_complex(x.to(torch.float32).contiguous())


@op()
def view_as_real(x: Any) -> Tensor:
    """Return complex numbers as pairs along a new last axis."""
    return torch.view_as_real(tensor(x).resolve_conj())


def __getattr__(name: str) -> Any:
    """Return the class of an operation (``Erf``) when it is asked for."""
    return class_or_error("math", name)


assert math_fourier  # adds its own to the table
globals().update(public("math"))
__all__ = [*public("math")]  # names of the table
