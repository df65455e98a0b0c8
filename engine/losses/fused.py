"""Means of losses over a whole batch in one kernel each, where no weight or mask comes between.

The kernels are called below ``torch.nn.functional``, whose checks and broadcasting cost more than the
arithmetic of a small batch.  Each function takes tensors and returns ``None`` for what it leaves to the
general way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from engine.config import epsilon
from engine.losses import crossentropy, functions
from engine.losses.arguments import squeeze_or_expand_to_same_rank, tensor

_kernels: Any = torch._C._nn  # its stubs take the reduction for a string
_MEAN = 1


def _alike(kernel: Callable[..., Any]) -> Callable[..., Tensor | None]:
    def mean(true: Tensor, pred: Tensor) -> Tensor | None:
        if true.shape != pred.shape:
            true, pred = squeeze_or_expand_to_same_rank(true, pred)
        if true.shape != pred.shape or not true.numel():
            return None
        return _tensor(kernel(pred, tensor(true, dtype=pred.dtype), _MEAN))

    return mean


def _huber(true: Tensor, pred: Tensor, delta: float = 1.0) -> Tensor | None:
    true, pred = squeeze_or_expand_to_same_rank(true, pred)
    if true.shape != pred.shape or not true.numel() or delta <= 0:
        return None
    return _tensor(_kernels.huber_loss(pred, tensor(true, dtype=pred.dtype), _MEAN, delta))


def _binary(
    true: Tensor, pred: Tensor, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Tensor | None:
    if label_smoothing or axis not in (-1, pred.dim() - 1):
        return None
    true, pred = squeeze_or_expand_to_same_rank(true, pred)
    if true.shape != pred.shape or not true.numel():
        return None
    true = tensor(true, dtype=pred.dtype)
    if from_logits:
        return torch.binary_cross_entropy_with_logits(pred, true, None, None, _MEAN)
    least = epsilon()
    return _tensor(_kernels.binary_cross_entropy(pred.clamp(least, 1.0 - least), true, None, _MEAN))


def _sparse(
    true: Tensor, pred: Tensor, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Tensor | None:
    if pred.dim() != 2 or axis not in (-1, 1) or ignore_class is not None or not true.numel():
        return None
    if true.dim() == 2 and true.shape[1] == 1:
        true = true.squeeze(1)
    if true.shape != pred.shape[:1]:
        return None
    if true.dtype is not torch.int64:
        true = true.long()
    if from_logits:
        return _tensor(_kernels.cross_entropy_loss(pred, true, None, _MEAN, -100, 0.0))
    if pred.shape[1] > crossentropy.MANY_CLASSES:
        return None
    least = epsilon()
    share = crossentropy.shares(pred, 1)
    return _tensor(_kernels.nll_loss(torch.log(share.clamp(least, 1.0 - least)), true, None, _MEAN, -100))


def _categorical(
    true: Tensor, pred: Tensor, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Tensor | None:
    if pred.dim() != 2 or axis not in (-1, 1) or true.shape != pred.shape or not true.numel():
        return None
    if pred.shape[1] == 1:
        return None
    true = tensor(true, dtype=pred.dtype)
    if from_logits:
        return _tensor(_kernels.cross_entropy_loss(pred, true, None, _MEAN, -100, float(label_smoothing)))
    if label_smoothing:
        return None
    least = epsilon()
    share = crossentropy.shares(pred, 1)
    return (torch.log(share.clamp(least, 1.0 - least)) * true).sum() * (-1.0 / pred.shape[0])


def _tensor(value: Any) -> Tensor:
    """Return what an untyped kernel gave, as what it is."""
    assert isinstance(value, Tensor)
    return value


MEANS: Mapping[Callable[..., Any], Callable[..., Tensor | None]] = {
    functions.mean_squared_error: _alike(_kernels.mse_loss),
    functions.mean_absolute_error: _alike(_kernels.l1_loss),
    functions.huber: _huber,
    crossentropy.binary_crossentropy: _binary,
    crossentropy.sparse_categorical_crossentropy: _sparse,
    crossentropy.categorical_crossentropy: _categorical,
}
