"""F-scores: precision and recall in one number."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from engine import config
from engine.errors import ParamError, ShapeError
from engine.losses.arguments import tensor
from engine.metrics.metric import Metric

_AVERAGES = (None, "micro", "macro", "weighted")
_STATES = ("true_positives", "false_positives", "false_negatives", "intermediate_weights")


def _wrong(expected: str, param: str, got: Any, kind: bool = False) -> ParamError:
    of = f" of type '{type(got)}'" if kind else ""
    return ParamError(
        f"Invalid `{param}` argument value. {expected}. Received: {param}={got}{of}",
        code="param",
        param=param,
        got=got,
    )


class FBetaScore(Metric):
    """The harmonic mean of precision and recall in which recall counts ``beta`` times as much.

    Targets and predictions have shape (batch, classes).  A yes is the largest score of its row, or with
    ``threshold`` each above it.  ``average`` is ``None`` (one number for each class), ``"micro"`` (all
    answers together), ``"macro"`` (the mean over classes) or ``"weighted"`` (by how often a class is true).
    """

    _direction = "up"
    true_positives: Any
    false_positives: Any
    false_negatives: Any
    intermediate_weights: Any

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(dtype, name)
        if average not in _AVERAGES:
            raise _wrong(f"Expected one of: {{{', '.join(map(repr, _AVERAGES))}}}", "average", average)
        if not isinstance(beta, float):
            raise _wrong("It should be a Python float", "beta", beta, True)
        if beta <= 0.0:
            raise _wrong("It should be > 0", "beta", beta)
        if threshold is not None and not isinstance(threshold, float):
            raise _wrong("It should be a Python float", "threshold", threshold, True)
        if threshold is not None and not 0.0 < threshold <= 1.0:
            raise _wrong("It should verify 0 < threshold <= 1", "threshold", threshold)
        self.average = average
        self.beta = beta
        self.threshold = threshold
        self._built = False

    def _build(self, y_true_shape: Any, y_pred_shape: Any) -> None:
        if len(y_pred_shape) != 2 or len(y_true_shape) != 2:
            raise ShapeError(
                "FBetaScore expects 2D inputs with shape (batch_size, output_dim). Received input shapes: "
                f"y_pred.shape={tuple(y_pred_shape)} and y_true.shape={tuple(y_true_shape)}.",
                code="rank",
            )
        if y_pred_shape[-1] is None or y_true_shape[-1] is None:
            raise ShapeError(
                "FBetaScore expects 2D inputs with shape (batch_size, output_dim), with output_dim fully "
                f"defined (not None). Received input shapes: y_pred.shape={y_pred_shape} and "
                f"y_true.shape={y_true_shape}.",
                code="rank",
            )
        shape = () if self.average == "micro" else (y_pred_shape[-1],)
        for name in _STATES:
            setattr(self, name, self._zeros(name, shape, self.dtype))
        self._built = True

    @torch.no_grad()
    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch of targets and predictions, (batch, classes) both."""
        pred = tensor(y_pred, dtype=self._kind)
        true = tensor(y_true, pred, self._kind)
        if not self._built:
            self._build(true.shape, pred.shape)
        if self.threshold is None:
            yes = (pred >= pred.amax(-1, keepdim=True)) & (pred.abs() > 1e-9)
        else:
            yes = pred > self.threshold
        said = yes.to(self._kind)
        weighted = true
        if sample_weight is not None:
            weight = tensor(sample_weight, pred, self._kind).unsqueeze(1)
            said, weighted = said * weight, true * weight
        axes = (0, 1) if self.average == "micro" else (0,)
        hits, found, wanted = (said * true).sum(axes), said.sum(axes), weighted.sum(axes)
        if hits.device != self.true_positives.device:
            self._move(hits.device)
        self._add(self.true_positives, hits)
        self._add(self.false_positives, found - hits)
        self._add(self.false_negatives, wanted - hits)
        self._add(self.intermediate_weights, wanted)

    def result(self) -> Tensor:
        """Return the score, one for each class where ``average`` is ``None``."""
        if not self._built:
            raise ShapeError(f"{self.name} has seen no batch yet: call update_state first.", code="not_built")
        least = config.epsilon()
        hits: Tensor = self.true_positives.data
        precision = hits / (hits + self.false_positives.data + least)
        recall = hits / (hits + self.false_negatives.data + least)
        below = self.beta**2 * precision + recall + least
        score: Tensor = precision * recall / below * (1.0 + self.beta**2)
        if self.average == "weighted":
            weights: Tensor = self.intermediate_weights.data
            score = (score * (weights / (weights.sum() + least))).sum()
        return score.mean() if self.average is not None else score

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        own = {"average": self.average, "beta": self.beta, "threshold": self.threshold}
        return {**super().get_config(), **own}


class F1Score(FBetaScore):
    """The harmonic mean of precision and recall.

    Targets and predictions have shape (batch, classes); see ``FBetaScore`` for ``average`` and ``threshold``.
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        config = super().get_config()
        del config["beta"]
        return config
