"""Losses of classes as functions: crossentropies and what grew out of them, one number for each sample.

Probabilities are kept ``epsilon`` away from 0 and 1.  Keras: https://keras.io/api/losses/probabilistic_losses/.
"""

from __future__ import annotations

import warnings
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.config import epsilon
from engine.errors import ParamError, ShapeError
from engine.losses.arguments import floating, pair, tensor

MANY_CLASSES = 512
"""From here on only the true class is normalised and taken the logarithm of: the same number, less memory."""


def shares(pred: Tensor, axis: int) -> Tensor:
    """Return scores divided by their sum; what comes straight from a softmax over ``axis`` has the sum 1."""
    made_by = pred.grad_fn
    if type(made_by).__name__ == "SoftmaxBackward0":
        dim: int = made_by._saved_dim  # type: ignore[union-attr]  # what the node of a softmax keeps
        if (dim - (1 << 64) if dim >= 1 << 63 else dim) % pred.dim() == axis % pred.dim():
            return pred
    return pred / pred.sum(axis, keepdim=True)


def _smooth_binary(true: Tensor, label_smoothing: float) -> Tensor:
    return true * (1.0 - label_smoothing) + 0.5 * label_smoothing if label_smoothing else true


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Tensor:
    """Return the mean of ``-(t log p + (1 - t) log(1 - p))`` over ``axis``."""
    true, pred = pair(y_true, y_pred, same=True)
    true = _smooth_binary(true, label_smoothing)
    if from_logits:
        each = F.binary_cross_entropy_with_logits(pred, true, reduction="none")
    else:
        each = F.binary_cross_entropy(pred.clamp(epsilon(), 1.0 - epsilon()), true, reduction="none")
    return each.mean(axis) if each.dim() else each


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """Return the binary crossentropy times ``(1 - p_t)**gamma``: easy samples count less (Lin et al. 2018).

    ``p_t`` is the probability of the true answer.  With ``apply_class_balancing`` class 1 weighs ``alpha``
    and class 0 ``1 - alpha``.
    """
    true, pred = pair(y_true, y_pred, same=True)
    true = _smooth_binary(true, label_smoothing)
    if from_logits:
        pred = torch.sigmoid(pred)
    each = F.binary_cross_entropy(pred.clamp(epsilon(), 1.0 - epsilon()), true, reduction="none")
    right = true * pred + (1.0 - true) * (1.0 - pred)
    each = (1.0 - right) ** gamma * each
    if apply_class_balancing:
        each = (true * alpha + (1.0 - true) * (1.0 - alpha)) * each
    return each.mean(axis)


def _one_hot_pair(
    what: str, y_true: Any, y_pred: Any, label_smoothing: float, axis: Any
) -> tuple[Tensor, Tensor]:
    if isinstance(axis, bool):
        raise ParamError(
            f"`axis` must be of type `int`. Received: axis={axis!r} of type {type(axis)}",
            code="param",
            param="axis",
        )
    pred = floating(y_pred)
    true = tensor(y_true, pred, pred.dtype)
    if pred.dim() and pred.shape[-1] == 1:
        warnings.warn(
            f"In loss {what}, expected y_pred.shape to be (batch_size, num_classes) with num_classes > 1. "
            f"Received: y_pred.shape={tuple(pred.shape)}. For two classes use 'binary_crossentropy'.",
            SyntaxWarning,
            stacklevel=3,
        )
    if true.shape != pred.shape or not pred.dim():
        raise ShapeError(
            f"{what} wants one-hot targets of shape {tuple(pred.shape)}: both must have the same shape "
            f"and at least rank 1. Received: targets of shape {tuple(true.shape)}. For whole-number "
            "labels use sparse_categorical_crossentropy.",
            code="target_shape",
            expected=tuple(pred.shape),
            got=tuple(true.shape),
        )
    if label_smoothing:
        true = true * (1.0 - label_smoothing) + label_smoothing / true.shape[-1]
    return true, pred


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Tensor:
    """Return ``-sum(t log p)`` over ``axis``; targets are one-hot rows or probabilities."""
    true, pred = _one_hot_pair("categorical_crossentropy", y_true, y_pred, label_smoothing, axis)
    if from_logits:
        return -(true * F.log_softmax(pred, dim=axis)).sum(axis)
    return -(true * torch.log(shares(pred, axis).clamp(epsilon(), 1.0 - epsilon()))).sum(axis)


def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """Return ``-sum(alpha (1 - p)**gamma t log p)`` over ``axis`` (Lin et al. 2018); targets are one-hot."""
    true, pred = _one_hot_pair("categorical_focal_crossentropy", y_true, y_pred, label_smoothing, axis)
    if from_logits:
        pred = torch.softmax(pred, dim=axis)
    share = shares(pred, axis).clamp(epsilon(), 1.0 - epsilon())
    return -(alpha * (1.0 - share) ** gamma * true * torch.log(share)).sum(axis)


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Tensor:
    """Return ``-log p[label]``; targets are whole-number labels.

    Samples labelled ``ignore_class`` have the loss 0, and a mask on the answer says so: means leave them out.
    ``y_pred`` is (..., classes) and ``y_true`` the same without that axis, or with 1 there; raises
    ``ShapeError`` where they are not.
    """
    pred = floating(y_pred)
    true = tensor(y_true, pred, torch.int64)
    if not pred.dim():
        raise ShapeError("Argument `output` must be at least rank 1. Received: a single number.", code="rank")
    if true.dim() == pred.dim() and true.shape[axis] == 1:
        true = true.squeeze(axis)
    axis %= pred.dim()
    shape = (*pred.shape[:axis], *pred.shape[axis + 1 :])
    if tuple(true.shape) != shape:
        raise ShapeError(
            f"sparse_categorical_crossentropy wants one label for each row of scores: target and output must "
            f"have the same shape up until the last dimension, {shape}. Received: labels of shape "
            f"{tuple(true.shape)}.",
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
    if counted is not None:
        loss = torch.where(counted, loss, 0.0)
        loss._keras_mask = counted  # type: ignore[attr-defined]  # a mask travels on its tensor
    return loss


def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> Tensor:
    """Return ``(1 - p[label]**q) / q``: between crossentropy (q near 0) and absolute error (q near 1).

    Wrong labels harm it less than crossentropy (Zhang & Sabuncu 2018).  Targets are whole-number labels.
    """
    pred = floating(y_pred)
    true = tensor(y_true, pred, torch.int64)
    if true.dim() == pred.dim() and true.shape[-1] == 1:
        true = true.squeeze(-1)
    right = pred.gather(-1, true.unsqueeze(-1)).squeeze(-1)
    return (1.0 - right**q) / q


def kl_divergence(y_true: Any, y_pred: Any) -> Tensor:
    """Return ``sum(y_true * log(y_true / y_pred))`` over the last axis."""
    true, pred = pair(y_true, y_pred)
    true, pred = true.clamp(epsilon(), 1.0), pred.clamp(epsilon(), 1.0)
    return (true * torch.log(true / pred)).sum(-1)


def poisson(y_true: Any, y_pred: Any) -> Tensor:
    """Return the mean of ``y_pred - y_true * log(y_pred)`` over the last axis."""
    true, pred = pair(y_true, y_pred)
    each = pred - true * torch.log(pred + epsilon())
    return each.mean(-1) if each.dim() else each


def ctc(y_true: Any, y_pred: Any) -> Tensor:
    """Return the loss of connectionist temporal classification (Graves et al. 2006), one for each sequence.

    ``y_true`` holds labels from 1, (batch, length), filled up with zeros; ``y_pred`` scores (logits),
    (batch, steps, classes), class 0 being the blank.  Raises ``ShapeError`` for other ranks.
    """
    pred = floating(y_pred)
    true = tensor(y_true, pred, torch.int64)
    if true.dim() != 2:
        raise ShapeError(
            "CTC: `y_true` holds the labels of each sequence, (batch, most labels). "
            f"Received: y_true.shape={tuple(true.shape)}",
            code="rank",
        )
    if pred.dim() != 3:
        raise ShapeError(
            "CTC: `y_pred` holds a score for each class at each step, (batch, steps, classes). "
            f"Received: y_pred.shape={tuple(pred.shape)}",
            code="rank",
        )
    rows, steps = pred.shape[:2]
    if pred.dtype in (torch.float16, torch.bfloat16):
        pred = pred.float()
    scores = F.log_softmax(pred.transpose(0, 1), dim=-1)
    inputs = torch.full((rows,), steps, dtype=torch.int64, device=pred.device)
    return F.ctc_loss(scores, true, inputs, (true != 0).sum(-1), blank=0, reduction="none")
