"""Metrics of numbers and margins: errors, correlations and the share of the spread that is explained."""

from __future__ import annotations

import warnings
from typing import Any

import torch
from torch import Tensor

from engine.errors import ParamError, ShapeError
from engine.losses import functions as losses
from engine.losses.arguments import pair, tensor
from engine.metrics import functions
from engine.metrics.metric import Metric
from engine.metrics.reduction import Mean, MeanMetricWrapper


class MeanSquaredError(MeanMetricWrapper):
    """The mean of squared errors."""

    _direction = "down"

    def __init__(self, name: str | None = "mean_squared_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_squared_error, name, dtype)


class RootMeanSquaredError(Mean):
    """The square root of the mean squared error, in the target's own unit."""

    _direction = "down"

    def __init__(self, name: str | None = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Add the squared errors of a batch.  (Other arguments than ``Mean``'s, as in Keras.)"""
        with torch.no_grad():
            true, pred = pair(y_true, tensor(y_pred, dtype=self._kind))
            self._add((pred - true).square(), sample_weight)

    def result(self) -> Tensor:
        """Return the root of the mean so far."""
        return super().result().sqrt()


class MeanAbsoluteError(MeanMetricWrapper):
    """The mean of absolute errors."""

    _direction = "down"

    def __init__(self, name: str | None = "mean_absolute_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_absolute_error, name, dtype)


class MeanAbsolutePercentageError(MeanMetricWrapper):
    """The mean error in percent of the target."""

    _direction = "down"

    def __init__(self, name: str | None = "mean_absolute_percentage_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_absolute_percentage_error, name, dtype)


class MeanSquaredLogarithmicError(MeanMetricWrapper):
    """The mean of squared differences of logarithms."""

    _direction = "down"

    def __init__(self, name: str | None = "mean_squared_logarithmic_error", dtype: Any = None) -> None:
        super().__init__(losses.mean_squared_logarithmic_error, name, dtype)


class LogCoshError(MeanMetricWrapper):
    """The logarithm of the hyperbolic cosine of the error."""

    _direction = "down"

    def __init__(self, name: str | None = "logcosh", dtype: Any = None) -> None:
        super().__init__(losses.log_cosh, name, dtype)


class CosineSimilarity(MeanMetricWrapper):
    """The cosine between target and prediction along ``axis``: 1 is best."""

    _direction = "up"

    def __init__(self, name: str | None = "cosine_similarity", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(functions.cosine_similarity, name, dtype, axis=axis)


class PearsonCorrelation(MeanMetricWrapper):
    """Pearson's correlation of target and prediction along ``axis``, its mean over samples."""

    _direction = "up"

    def __init__(self, name: str | None = "pearson_correlation", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(functions.pearson_correlation, name, dtype, axis=axis)
        self.axis = axis


class ConcordanceCorrelation(MeanMetricWrapper):
    """Lin's concordance correlation along ``axis``: less than Pearson's where means or spreads differ."""

    _direction = "up"

    def __init__(
        self, name: str | None = "concordance_correlation", dtype: Any = None, axis: int = -1
    ) -> None:
        super().__init__(functions.concordance_correlation, name, dtype, axis=axis)
        self.axis = axis


class Hinge(MeanMetricWrapper):
    """How far the margin of 1 is missed."""

    _direction = "down"

    def __init__(self, name: str | None = "hinge", dtype: Any = None) -> None:
        super().__init__(losses.hinge, name, dtype)


class SquaredHinge(MeanMetricWrapper):
    """The square of how far the margin is missed."""

    _direction = "down"

    def __init__(self, name: str | None = "squared_hinge", dtype: Any = None) -> None:
        super().__init__(losses.squared_hinge, name, dtype)


class CategoricalHinge(MeanMetricWrapper):
    """How far the right score is from beating the best wrong one by 1."""

    _direction = "down"

    def __init__(self, name: str | None = "categorical_hinge", dtype: Any = None) -> None:
        super().__init__(losses.categorical_hinge, name, dtype)


class R2Score(Metric):
    """The share of the targets' spread that the predictions explain: 1 is perfect, 0 no better than the mean.

    Targets and predictions have shape (batch, outputs).  ``class_aggregation`` is ``None`` (one number for
    each output), ``"uniform_average"`` or ``"variance_weighted_average"``.  With ``num_regressors`` the score
    is adjusted for so many inputs.
    """

    _direction = "up"
    squared_sum: Any
    sum: Any
    total_mse: Any
    count: Any

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = "r2_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(dtype, name)
        known = (None, "uniform_average", "variance_weighted_average")
        if class_aggregation not in known:
            raise ParamError(
                f"Invalid value for argument `class_aggregation`. Expected one of {known}. "
                f"Received: class_aggregation={class_aggregation!r}",
                code="param",
                param="class_aggregation",
                got=class_aggregation,
            )
        if num_regressors < 0:
            raise ParamError(
                "Invalid value for argument `num_regressors`. Expected a value >= 0. "
                f"Received: num_regressors={num_regressors}",
                code="param",
                param="num_regressors",
                got=num_regressors,
            )
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self._zeros("num_samples")
        self._built = False

    def _build(self, y_true_shape: Any, y_pred_shape: Any) -> None:
        if len(y_pred_shape) != 2 or len(y_true_shape) != 2:
            raise ShapeError(
                "R2Score expects 2D inputs with shape (batch_size, output_dim). Received input shapes: "
                f"y_pred.shape={tuple(y_pred_shape)} and y_true.shape={tuple(y_true_shape)}.",
                code="rank",
            )
        shape = (y_pred_shape[-1],)
        self.squared_sum = self._zeros("squared_sum", shape)
        self.sum = self._zeros("sum", shape)
        self.total_mse = self._zeros("residual", shape)
        self.count = self._zeros("count", shape)
        self._built = True

    @torch.no_grad()
    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch of targets and predictions, (batch, outputs) both."""
        true, pred = pair(y_true, tensor(y_pred, dtype=self._kind))
        if not self._built:
            self._build(true.shape, pred.shape)
        weight = tensor(1.0 if sample_weight is None else sample_weight, true, self._kind)
        if weight.dim() == 1:
            weight = weight.unsqueeze(1)
        weight = weight.expand(true.shape)
        if true.device != self.sum.device:
            self._move(true.device)
        self._add(self.sum, (true * weight).sum(0))
        self.squared_sum.add_((true * true * weight).sum(0))
        self.total_mse.add_(((true - pred).square() * weight).sum(0))
        self.count.add_(weight.sum(0))
        self.num_samples.add_(true.numel())

    def result(self) -> Tensor:
        """Return the score."""
        sums: Tensor = self.sum.data
        total = self.squared_sum.data - sums * (sums / self.count.data)
        scores: Tensor = 1.0 - self.total_mse.data / total
        scores = torch.where(scores.isinf(), 0.0, scores)
        if self.class_aggregation == "uniform_average":
            scores = scores.mean()
        elif self.class_aggregation == "variance_weighted_average":
            scores = (total * scores).sum() / total.sum()
        if not self.num_regressors:
            return scores
        left = float(self.num_samples) - self.num_regressors - 1.0
        if left <= 0:
            why = "More independent predictors than datapoints" if left < 0 else "Division by zero"
            warnings.warn(f"{why} in adjusted R2 score. Falling back to the standard R2 score.", stacklevel=2)
            return scores
        return 1.0 - (1.0 - scores) * (float(self.num_samples) - 1.0) / left

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        own = {"class_aggregation": self.class_aggregation, "num_regressors": self.num_regressors}
        return {**super().get_config(), **own}
