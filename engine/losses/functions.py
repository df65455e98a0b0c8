"""Losses as functions: one number for each sample (the last axis is averaged or summed away).

Each takes ``(y_true, y_pred)`` as tensors or arrays of like shape and follows the formula on
https://keras.io/api/losses/.  Probabilities are kept ``epsilon`` away from 0 and 1.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from engine.config import epsilon
from engine.errors import ShapeError


def tensor(value: Any, like: torch.Tensor | None = None) -> torch.Tensor:
    """Return ``value`` as a tensor, on the device of ``like``; Python numbers and lists become floats."""
    if isinstance(value, torch.Tensor):
        return value
    array = np.asarray(value)
    made = torch.as_tensor(array.astype(np.float32) if array.dtype == np.float64 else array)
    return made if like is None else made.to(like.device)


def pair(y_true: Any, y_pred: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Return both as tensors of one dtype, a lone last axis added or dropped where need be."""
    pred = tensor(y_pred)
    if not pred.is_floating_point():
        pred = pred.float()
    true = tensor(y_true, pred).to(pred.dtype)
    if true.shape == pred.shape:
        return true, pred
    if pred.dim() == true.dim() + 1 and pred.shape[-1] == 1:
        true = true.unsqueeze(-1) if true.dim() and true.shape[-1] != 1 else true
        pred = pred if true.dim() == pred.dim() else pred.squeeze(-1)
    elif true.dim() == pred.dim() + 1 and true.shape[-1] == 1:
        true = true.squeeze(-1)
    try:
        np.broadcast_shapes(true.shape, pred.shape)
    except ValueError:
        raise ShapeError(
            f"Targets of shape {tuple(true.shape)} and predictions of shape {tuple(pred.shape)} do not go "
            "together: give the last layer as many units as a target has numbers.",
            code="target_shape",
            expected=tuple(true.shape),
            got=tuple(pred.shape),
        ) from None
    return true, pred


def mean_squared_error(y_true: Any, y_pred: Any) -> torch.Tensor:
    """Return the mean of ``(y_true - y_pred)**2`` over the last axis."""
    true, pred = pair(y_true, y_pred)
    return _mean_last((true - pred).square())


def mean_absolute_error(y_true: Any, y_pred: Any) -> torch.Tensor:
    """Return the mean of ``|y_true - y_pred|`` over the last axis."""
    true, pred = pair(y_true, y_pred)
    return _mean_last((true - pred).abs())


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> torch.Tensor:
    """Return 100 times the mean of ``|y_true - y_pred| / |y_true|``."""
    true, pred = pair(y_true, y_pred)
    return 100.0 * _mean_last(((true - pred) / true.abs().clamp_min(epsilon())).abs())


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> torch.Tensor:
    """Return the mean of ``(log(y_true + 1) - log(y_pred + 1))**2``."""
    true, pred = pair(y_true, y_pred)
    least = epsilon()
    return _mean_last((torch.log1p(pred.clamp_min(least)) - torch.log1p(true.clamp_min(least))).square())


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> torch.Tensor:
    """Return half the square of small errors and ``delta * (|error| - delta / 2)`` of large ones."""
    true, pred = pair(y_true, y_pred)
    error = (pred - true).abs()
    return _mean_last(torch.where(error <= delta, 0.5 * error.square(), delta * error - 0.5 * delta**2))


def log_cosh(y_true: Any, y_pred: Any) -> torch.Tensor:
    """Return the mean of ``log(cosh(y_pred - y_true))``, without overflow."""
    true, pred = pair(y_true, y_pred)
    error = pred - true
    return _mean_last(error + F.softplus(-2.0 * error) - math.log(2.0))


def _signed(true: torch.Tensor) -> torch.Tensor:
    """Return labels 0 and 1 as -1 and 1; labels that are -1 and 1 already stay."""
    binary = ((true == 0) | (true == 1)).all()
    return torch.where(binary, 2.0 * true - 1.0, true)


def hinge(y_true: Any, y_pred: Any) -> torch.Tensor:
    """Return the mean of ``max(1 - y_true * y_pred, 0)``; labels are -1 and 1 (or 0 and 1)."""
    true, pred = pair(y_true, y_pred)
    return _mean_last((1.0 - _signed(true) * pred).clamp_min(0.0))


def squared_hinge(y_true: Any, y_pred: Any) -> torch.Tensor:
    """Return the mean of ``max(1 - y_true * y_pred, 0)**2``."""
    true, pred = pair(y_true, y_pred)
    return _mean_last((1.0 - _signed(true) * pred).clamp_min(0.0).square())


def categorical_hinge(y_true: Any, y_pred: Any) -> torch.Tensor:
    """Return ``max(best wrong score - right score + 1, 0)``."""
    true, pred = pair(y_true, y_pred)
    right = (true * pred).sum(-1)
    wrong = ((1.0 - true) * pred).max(-1).values
    return (wrong - right + 1.0).clamp_min(0.0)


def kl_divergence(y_true: Any, y_pred: Any) -> torch.Tensor:
    """Return ``sum(y_true * log(y_true / y_pred))``."""
    true, pred = pair(y_true, y_pred)
    true, pred = true.clamp(epsilon(), 1.0), pred.clamp(epsilon(), 1.0)
    return (true * torch.log(true / pred)).sum(-1)


def poisson(y_true: Any, y_pred: Any) -> torch.Tensor:
    """Return the mean of ``y_pred - y_true * log(y_pred)``."""
    true, pred = pair(y_true, y_pred)
    return _mean_last(pred - true * torch.log(pred + epsilon()))


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> torch.Tensor:
    """Return minus the cosine of the angle between target and prediction: -1 is best."""
    true, pred = pair(y_true, y_pred)

    def unit(value: torch.Tensor) -> torch.Tensor:
        return value * torch.rsqrt(value.square().sum(axis, keepdim=True).clamp_min(1e-12))

    return -(unit(true) * unit(pred)).sum(axis)


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> torch.Tensor:
    """Return the mean of ``-(t log p + (1 - t) log(1 - p))`` over ``axis``."""
    true, pred = pair(y_true, y_pred)
    if label_smoothing:
        true = true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    true = true.expand_as(pred)
    if from_logits:
        each = F.binary_cross_entropy_with_logits(pred, true, reduction="none")
    else:
        each = F.binary_cross_entropy(pred.clamp(epsilon(), 1.0 - epsilon()), true, reduction="none")
    return each.mean(axis) if each.dim() else each


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> torch.Tensor:
    """Return ``-sum(t log p)`` over ``axis``; targets are one-hot rows or probabilities."""
    pred = tensor(y_pred)
    true = tensor(y_true, pred).to(pred.dtype)
    if true.shape != pred.shape:
        raise ShapeError(
            f"categorical_crossentropy wants one-hot targets of shape {tuple(pred.shape)}. Received: targets "
            f"of shape {tuple(true.shape)}. For whole-number labels use sparse_categorical_crossentropy.",
            code="target_shape",
            expected=tuple(pred.shape),
            got=tuple(true.shape),
        )
    if label_smoothing:
        true = true * (1.0 - label_smoothing) + label_smoothing / pred.shape[axis]
    if from_logits:
        return -(true * F.log_softmax(pred, dim=axis)).sum(axis)
    share = pred / pred.sum(axis, keepdim=True)
    return -(true * torch.log(share.clamp(epsilon(), 1.0 - epsilon()))).sum(axis)


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> torch.Tensor:
    """Return ``-log p[label]``; targets are whole-number labels.

    Only the true class is normalised and taken the logarithm of, which gives the same number as all would.
    """
    pred = tensor(y_pred)
    true = tensor(y_true, pred).long()
    axis %= pred.dim()
    if true.dim() == pred.dim() and true.shape[-1] == 1:
        true = true.squeeze(-1)
    shape = (*pred.shape[:axis], *pred.shape[axis + 1 :])
    if tuple(true.shape) != shape:
        raise ShapeError(
            f"sparse_categorical_crossentropy wants one label for each row of scores, shape {shape}. "
            f"Received: labels of shape {tuple(true.shape)}.",
            code="target_shape",
            expected=shape,
            got=tuple(true.shape),
        )
    counted = None if ignore_class is None else true != ignore_class
    label = true if counted is None else true * counted
    if from_logits:
        scores = pred if axis == 1 or pred.dim() == 1 else pred.movedim(axis, 1)
        loss = F.cross_entropy(scores, label, reduction="none")
    else:
        right = pred.gather(axis, label.unsqueeze(axis)).squeeze(axis) / pred.sum(axis)
        loss = -torch.log(right.clamp(epsilon(), 1.0 - epsilon()))
    return loss if counted is None else loss * counted


def _mean_last(value: torch.Tensor) -> torch.Tensor:
    return value.mean(-1) if value.dim() else value
