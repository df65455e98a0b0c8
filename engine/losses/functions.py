"""Losses of numbers and margins as functions: one number for each sample.

Each takes ``(y_true, y_pred)`` as tensors or arrays of like shape and follows the formula on
https://keras.io/api/losses/.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.config import epsilon
from engine.losses.arguments import floating, pair, tensor


def mean_squared_error(y_true: Any, y_pred: Any) -> Tensor:
    """Return the mean of ``(y_true - y_pred)**2`` over the last axis."""
    true, pred = pair(y_true, y_pred)
    return _mean_last((true - pred).square())


def mean_absolute_error(y_true: Any, y_pred: Any) -> Tensor:
    """Return the mean of ``|y_true - y_pred|`` over the last axis."""
    true, pred = pair(y_true, y_pred)
    return _mean_last((true - pred).abs())


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Tensor:
    """Return 100 times the mean of ``|y_true - y_pred| / |y_true|``."""
    true, pred = pair(y_true, y_pred)
    return 100.0 * _mean_last(((true - pred) / true.abs().clamp_min(epsilon())).abs())


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Tensor:
    """Return the mean of ``(log(y_true + 1) - log(y_pred + 1))**2``."""
    true, pred = pair(y_true, y_pred)
    least = epsilon()
    return _mean_last((torch.log1p(pred.clamp_min(least)) - torch.log1p(true.clamp_min(least))).square())


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Tensor:
    """Return half the square of small errors and ``delta * (|error| - delta / 2)`` of large ones."""
    true, pred = pair(y_true, y_pred)
    error = (pred - true).abs()
    return _mean_last(torch.where(error <= delta, 0.5 * error.square(), delta * error - 0.5 * delta**2))


def log_cosh(y_true: Any, y_pred: Any) -> Tensor:
    """Return the mean of ``log(cosh(y_pred - y_true))``, without overflow."""
    true, pred = pair(y_true, y_pred)
    error = pred - true
    return _mean_last(error + F.softplus(-2.0 * error) - math.log(2.0))


def _signed(true: Tensor) -> Tensor:
    """Return labels 0 and 1 as -1 and 1; labels that are -1 and 1 already stay."""
    binary = ((true == 0) | (true == 1)).all()
    return torch.where(binary, 2.0 * true - 1.0, true)


def hinge(y_true: Any, y_pred: Any) -> Tensor:
    """Return the mean of ``max(1 - y_true * y_pred, 0)``; labels are -1 and 1 (or 0 and 1)."""
    true, pred = pair(y_true, y_pred)
    return _mean_last((1.0 - _signed(true) * pred).clamp_min(0.0))


def squared_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """Return the mean of ``max(1 - y_true * y_pred, 0)**2``."""
    true, pred = pair(y_true, y_pred)
    return _mean_last((1.0 - _signed(true) * pred).clamp_min(0.0).square())


def categorical_hinge(y_true: Any, y_pred: Any) -> Tensor:
    """Return ``max(best wrong score - right score + 1, 0)``."""
    true, pred = pair(y_true, y_pred)
    right = (true * pred).sum(-1)
    wrong = ((1.0 - true) * pred).max(-1).values
    return (wrong - right + 1.0).clamp_min(0.0)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    """Return minus the cosine of the angle between target and prediction: -1 is best."""
    true, pred = pair(y_true, y_pred)

    def unit(value: Tensor) -> Tensor:
        return value * torch.rsqrt(value.square().sum(axis, keepdim=True).clamp_min(epsilon() ** 2))

    return -(unit(true) * unit(pred)).sum(axis)


def dice(y_true: Any, y_pred: Any, axis: Any = None) -> Tensor:
    """Return 1 minus twice the overlap over the sum of both: 0 where prediction and target coincide.

    The sums run over ``axis``, one or several, all by default.  Source: Dice 1945.
    """
    true, pred = pair(y_true, y_pred)
    overlap = _sum(true * pred, axis)
    return 1.0 - 2.0 * overlap / (_sum(true, axis) + _sum(pred, axis) + epsilon())


def tversky(y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Any = None) -> Tensor:
    """Return 1 minus the Tversky index; ``alpha`` weighs what was missed, ``beta`` what was wrongly found.

    With one half each it is the Dice loss.  Source: Salehi et al. 2017.
    """
    true, pred = pair(y_true, y_pred)
    overlap = _sum(true * pred, axis)
    missed = _sum((1.0 - pred) * true, axis)
    wrong = _sum(pred * (1.0 - true), axis)
    return 1.0 - overlap / (overlap + missed * alpha + wrong * beta + epsilon())


def circle(
    y_true: Any,
    y_pred: Any,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> Tensor:
    """Return the circle loss of embeddings of length 1 (Sun et al. 2020), one number for each row.

    Rows of one label are pulled together and others pushed apart, each the harder the worse it lies.
    ``ref_labels`` and ``ref_embeddings`` are what the rows are compared with, themselves by default, where
    ``remove_diagonal`` leaves out each row's own.  A mask on the answer leaves out rows without a loss.
    """
    pred = floating(y_pred)
    labels = tensor(y_true, pred).reshape(-1, 1).to(torch.int32)
    others = pred if ref_embeddings is None else tensor(ref_embeddings, pred, pred.dtype)
    other_labels = labels if ref_labels is None else tensor(ref_labels, pred).reshape(-1, 1).to(torch.int32)
    distance = (1.0 - pred @ others.mT).clamp_min(0.0)
    alike = labels == other_labels.mT
    other = ~alike
    if remove_diagonal:
        alike = alike & ~torch.eye(*alike.shape, dtype=torch.bool, device=alike.device)
    near = -gamma * ((margin + distance) * alike).clamp_min(0.0) * (margin - distance)
    far = gamma * ((1.0 + margin - distance) * other).clamp_min(0.0) * (1.0 - margin - distance)
    least = float("-inf")
    loss = F.softplus(
        torch.where(alike, near, least).logsumexp(1) + torch.where(other, far, least).logsumexp(1)
    )
    loss._keras_mask = loss > 0  # type: ignore[attr-defined]  # a mask travels on its tensor
    return loss


def _sum(value: Tensor, axis: Any) -> Tensor:
    return value.sum() if axis is None else value.sum(axis if isinstance(axis, int) else tuple(axis))


def _mean_last(value: Tensor) -> Tensor:
    return value.mean(-1) if value.dim() else value
