"""Metrics as functions: one number for each sample.  Keras: https://keras.io/api/metrics/."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from engine import config
from engine.losses import functions as losses
from engine.losses.arguments import pair, place_of_largest, squeeze_or_expand_to_same_rank, tensor


def _floats(hits: Tensor) -> Tensor:
    return hits.to(getattr(torch, config.floatx()))


def _equal(y_true: Any, y_pred: Any) -> Tensor:
    pred = tensor(y_pred)
    true, pred = squeeze_or_expand_to_same_rank(tensor(y_true, pred, pred.dtype), pred)
    return true == pred


def accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """Return 1 where target and prediction are equal."""
    return _floats(_equal(y_true, y_pred))


def _binary(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Tensor:
    pred = tensor(y_pred)
    true, pred = squeeze_or_expand_to_same_rank(tensor(y_true, pred), pred)
    return true == (pred > threshold)


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Tensor:
    """Return 1 where a yes-or-no answer, cut at ``threshold``, is right."""
    return _floats(_binary(y_true, y_pred, threshold))


def _categorical(y_true: Any, y_pred: Any) -> Tensor:
    pred = tensor(y_pred)
    return place_of_largest(tensor(y_true, pred)) == pred.argmax(-1)


def categorical_accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """Return 1 where the largest score is at the place of the one-hot target."""
    return _floats(_categorical(y_true, y_pred))


def _sparse(y_true: Any, y_pred: Any) -> Tensor:
    pred = tensor(y_pred)
    true = tensor(y_true, pred)
    if true.dim() == 1 and pred.dim() == 2:
        return true == pred.argmax(-1)
    if true.dim() == pred.dim() and true.shape[-1] == 1:
        true = true.squeeze(-1)
    hits = true == pred.argmax(-1)
    return hits.squeeze(-1) if hits.dim() > 1 and hits.shape[-1] == 1 else hits


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """Return 1 where the largest score is at the label."""
    return _floats(_sparse(y_true, y_pred))


def _among_best(label: Tensor, pred: Tensor, k: int) -> Tensor:
    score = pred.gather(-1, label.unsqueeze(-1))
    return (pred > score).sum(-1) < k


def _top_k(y_true: Any, y_pred: Any, k: int = 5) -> Tensor:
    pred = tensor(y_pred)
    return _among_best(place_of_largest(tensor(y_true, pred)), pred, k)


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Tensor:
    """Return 1 where the one-hot target is among the ``k`` largest scores."""
    return _floats(_top_k(y_true, y_pred, k))


def _sparse_top_k(y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False) -> Tensor:
    pred = tensor(y_pred)
    true = tensor(y_true, pred, pred.dtype if from_sorted_ids else torch.int64)
    if true.dim() == pred.dim() and true.shape[-1] == 1:
        true = true.squeeze(-1)
    if from_sorted_ids:
        return (pred[..., :k] == true.unsqueeze(-1)).any(-1)
    return _among_best(true, pred, k)


def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> Tensor:
    """Return 1 where the label is among the ``k`` largest scores.

    With ``from_sorted_ids`` the predictions are labels themselves, the likeliest first.
    """
    return _floats(_sparse_top_k(y_true, y_pred, k, from_sorted_ids))


HITS: Mapping[Callable[..., Any], Callable[..., Tensor]] = {
    accuracy: _equal,
    binary_accuracy: _binary,
    categorical_accuracy: _categorical,
    sparse_categorical_accuracy: _sparse,
    top_k_categorical_accuracy: _top_k,
    sparse_top_k_categorical_accuracy: _sparse_top_k,
}
"""The functions whose values are yes or no, as truth values."""


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    """Return the cosine of the angle between target and prediction: 1 is best."""
    return -losses.cosine_similarity(y_true, y_pred, axis)


def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    """Return Pearson's correlation of target and prediction along ``axis``, from -1 to 1."""
    true, pred = pair(y_true, y_pred)

    def standard(value: Tensor) -> Tensor:
        value = value - value.mean(axis, keepdim=True)
        return value / value.std(axis, correction=0, keepdim=True)

    return (standard(true) * standard(pred)).mean(axis)


def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    """Return Lin's concordance correlation (1989): Pearson's, less where means or spreads differ."""
    true, pred = pair(y_true, y_pred)
    true_mean, pred_mean = true.mean(axis, keepdim=True), pred.mean(axis, keepdim=True)
    spread = true.var(axis, correction=0, keepdim=True) + pred.var(axis, correction=0, keepdim=True)
    covariance = (true - pred_mean) * (pred - pred_mean)
    below = spread + (true_mean - pred_mean).square() + config.epsilon()
    return (2.0 * covariance / below).mean(axis)
