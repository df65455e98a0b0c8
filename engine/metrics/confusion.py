"""Counting right and wrong yes-or-no answers at one or many thresholds, for metrics made of such counts."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine import config
from engine.errors import ParamError, ShapeError
from engine.losses.arguments import squeeze_or_expand_to_same_rank, tensor

NEG_INF = -1e10
"""Below every score: what is not among the k best gets it, and with ``top_k`` it is the threshold."""


class _Named(Enum):
    @classmethod
    def word(cls) -> str:
        """Return what the members are, for error messages."""
        return "AUC curve" if cls is AUCCurve else "AUC summation method"

    @classmethod
    def from_str(cls, key: Any) -> Any:
        """Return the member called ``key``, in small or large letters; raises ``ParamError``."""
        if isinstance(key, cls):
            return key
        for member in cls:
            if isinstance(key, str) and key.lower() == member.value.lower():
                return member
        raise ParamError(
            f'Invalid {cls.word()} value: "{key}". Expected values are {[member.value for member in cls]}',
            code="param",
            got=key,
        )


class AUCCurve(_Named):
    """Which curve has the area: hits over false alarms, precision over recall, or their gains."""

    ROC = "ROC"
    PR = "PR"
    PRGAIN = "PRGAIN"


class AUCSummationMethod(_Named):
    """How the area between two points is taken: by interpolation, from above or from below."""

    INTERPOLATION = "interpolation"
    MAJORING = "majoring"
    MINORING = "minoring"


def given_thresholds(thresholds: Any, default: float) -> list[float]:
    """Return thresholds as a list; raises ``ParamError`` for those outside 0 to 1."""
    if thresholds is None:
        return [default]
    levels = list(thresholds) if isinstance(thresholds, (list, tuple, np.ndarray)) else [thresholds]
    wrong = [level for level in levels if level is None or level < 0 or level > 1]
    if wrong:
        raise ParamError(
            f"Threshold values must be in [0, 1]. Received: {wrong}",
            code="param",
            param="thresholds",
            got=wrong,
        )
    return levels


def evenly(thresholds: Sequence[float]) -> bool:
    """Return whether thresholds run from 0 to 1 in equal steps, where counting needs no comparisons."""
    if len(thresholds) < 3:
        return False
    steps = np.arange(len(thresholds), dtype=np.float32) / (len(thresholds) - 1)
    return bool(np.allclose(thresholds, steps, atol=config.epsilon()))


class Counter:
    """Counts, for batch after batch, the positives at each threshold among true and false samples."""

    def __init__(
        self,
        thresholds: Sequence[float],
        even: bool,
        top_k: int | None = None,
        class_id: int | None = None,
        multi_label: bool = False,
    ) -> None:
        self.size = len(thresholds)
        self.even = even
        self.below_zero = thresholds[0] < 0.0 or thresholds[-1] > 1.0
        self.top_k = top_k
        self.class_id = class_id
        self.multi_label = multi_label
        self._levels = torch.tensor([float(level) for level in thresholds])

    def __call__(
        self, y_true: Any, y_pred: Any, sample_weight: Any, label_weights: Tensor | None, kind: torch.dtype
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return (weighted) numbers: true and false positives at each threshold, all true, all false.

        With several labels the first two have an axis for them behind the thresholds'.
        """
        pred = tensor(y_pred, dtype=kind)
        true = tensor(y_true, pred).to(kind)
        pred, true = squeeze_or_expand_to_same_rank(pred, true)
        weight: Tensor | None = None
        if sample_weight is not None:
            weight = tensor(sample_weight, pred, kind).unsqueeze(-1)
            weight = squeeze_or_expand_to_same_rank(true, weight, expand_rank_1=False)[1]
        if self.top_k is not None:
            best = pred.topk(self.top_k).indices
            pred = torch.full_like(pred, NEG_INF).scatter(-1, best, pred.gather(-1, best))
        if self.class_id is not None:
            if pred.dim() == 1:
                raise ShapeError(
                    "When class_id is provided, y_pred must be a 2D array with shape (num_samples, "
                    f"num_classes), found shape: {tuple(pred.shape)}",
                    code="rank",
                )
            chosen = slice(self.class_id, self.class_id + 1 or None)
            pred, true = pred[..., chosen], true[..., chosen]
        if pred.shape != true.shape:
            raise ShapeError(
                "Targets and predictions of yes or no have the same shape. "
                f"Received: y_true.shape={tuple(true.shape)}, y_pred.shape={tuple(pred.shape)}",
                code="shape",
            )
        if label_weights is not None:
            label_weights = label_weights.to(pred.device, kind).unsqueeze(0)
            weight = label_weights if weight is None else weight * label_weights
        yes = true.bool().to(kind)
        no = 1.0 - yes
        if weight is not None:
            weight = weight.expand(pred.shape)
            yes, no = yes * weight, no * weight
        if not self.multi_label:
            pred, yes, no = pred.reshape(-1), yes.reshape(-1), no.reshape(-1)
        # Two columns side by side, or two for each label: what is true, then what is false.
        both = torch.stack((yes, no), -1)
        found = self._by_place(pred, both) if self.even else self._by_level(pred, both)
        totals = both.sum(0)
        return found[..., 0], found[..., 1], totals[..., 0], totals[..., 1]

    def _by_level(self, pred: Tensor, both: Tensor) -> Tensor:
        levels = self._levels.to(pred.device, pred.dtype)
        if pred.dim() == 1:
            return (pred > levels.unsqueeze(-1)).to(pred.dtype) @ both
        above = (pred > levels[:, None, None]).to(pred.dtype)
        return torch.einsum("tnl,nlc->tlc", above, both)

    def _by_place(self, pred: Tensor, both: Tensor) -> Tensor:
        """Put each sample below the threshold it just exceeds and add up from the top."""
        place = torch.ceil(pred.clamp(0.0, 1.0) * (self.size - 1))
        if self.below_zero:  # the first threshold lies below 0: everything exceeds it
            place = place.clamp_min(1.0)
        place = place.long()
        if pred.dim() == 1:
            held = both.new_zeros(self.size + 1, 2).index_add_(0, place, both)
        else:
            rows = place.unsqueeze(-1).expand_as(both)
            held = both.new_zeros(self.size + 1, *both.shape[1:]).scatter_add_(0, rows, both)
        return held[1:].flip(0).cumsum(0).flip(0)  # place 0 exceeds no threshold
