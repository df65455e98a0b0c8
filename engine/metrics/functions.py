"""Metrics as functions: one number for each sample.  Keras: https://keras.io/api/metrics/."""

from __future__ import annotations

from typing import Any

import torch

from engine.losses.arguments import pair, tensor


def accuracy(y_true: Any, y_pred: Any) -> torch.Tensor:
    """Return 1 where target and prediction are equal."""
    true, pred = pair(y_true, y_pred)
    return (true == pred).float()


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> torch.Tensor:
    """Return the share of yes-or-no answers, cut at ``threshold``, that are right, over the last axis."""
    true, pred = pair(y_true, y_pred)
    right = (true == (pred > threshold).to(true.dtype)).float()
    return right.mean(-1) if right.dim() else right


def categorical_accuracy(y_true: Any, y_pred: Any) -> torch.Tensor:
    """Return 1 where the largest score is at the place of the one-hot target."""
    pred = tensor(y_pred)
    return (tensor(y_true, pred).argmax(-1) == pred.argmax(-1)).float()


def labels_of(y_true: Any, pred: torch.Tensor) -> torch.Tensor:
    """Return whole-number labels, a lone last axis dropped."""
    true = tensor(y_true, pred)
    if true.dim() == pred.dim() and true.shape[-1] == 1:
        true = true.squeeze(-1)
    return true.long()


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> torch.Tensor:
    """Return 1 where the largest score is at the label."""
    pred = tensor(y_pred)
    return (labels_of(y_true, pred) == pred.argmax(-1)).float()


def _among_best(label: torch.Tensor, pred: torch.Tensor, k: int) -> torch.Tensor:
    score = pred.gather(-1, label.unsqueeze(-1))
    return ((pred > score).sum(-1) < k).float()


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> torch.Tensor:
    """Return 1 where the one-hot target is among the ``k`` largest scores."""
    pred = tensor(y_pred)
    return _among_best(tensor(y_true, pred).argmax(-1), pred, k)


def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> torch.Tensor:
    """Return 1 where the label is among the ``k`` largest scores."""
    pred = tensor(y_pred)
    return _among_best(labels_of(y_true, pred), pred, k)
