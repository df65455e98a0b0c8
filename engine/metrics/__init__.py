"""Metrics: what a person reads while training makes the loss small.  Keras: https://keras.io/api/metrics/."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.losses import functions as losses
from engine.metrics.classes import (
    Accuracy,
    BinaryAccuracy,
    BinaryCrossentropy,
    CategoricalAccuracy,
    CategoricalCrossentropy,
    CategoricalHinge,
    Hinge,
    KLDivergence,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    RootMeanSquaredError,
    SparseCategoricalAccuracy,
    SparseCategoricalCrossentropy,
    SparseTopKCategoricalAccuracy,
    SquaredHinge,
    TopKCategoricalAccuracy,
)
from engine.metrics.functions import (
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from engine.metrics.metric import Mean, MeanMetricWrapper, Metric, Sum
from engine.registry import Family, get_registered_object

FAMILY = Family("metric", "metrics")
FAMILY.add(
    Accuracy,
    BinaryAccuracy,
    BinaryCrossentropy,
    CategoricalAccuracy,
    CategoricalCrossentropy,
    CategoricalHinge,
    Hinge,
    KLDivergence,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    RootMeanSquaredError,
    SparseCategoricalAccuracy,
    SparseCategoricalCrossentropy,
    SparseTopKCategoricalAccuracy,
    SquaredHinge,
    TopKCategoricalAccuracy,
    Mean,
    Sum,
    binary_accuracy,
    categorical_accuracy,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
    mse=MeanSquaredError,
    MSE=MeanSquaredError,
    mean_squared_error=MeanSquaredError,
    mae=MeanAbsoluteError,
    MAE=MeanAbsoluteError,
    mean_absolute_error=MeanAbsoluteError,
    mape=MeanAbsolutePercentageError,
    mean_absolute_percentage_error=MeanAbsolutePercentageError,
    msle=MeanSquaredLogarithmicError,
    mean_squared_logarithmic_error=MeanSquaredLogarithmicError,
    rmse=RootMeanSquaredError,
    root_mean_squared_error=RootMeanSquaredError,
    bce=BinaryCrossentropy,
    binary_crossentropy=BinaryCrossentropy,
    categorical_crossentropy=CategoricalCrossentropy,
    sparse_categorical_crossentropy=SparseCategoricalCrossentropy,
    kl_divergence=KLDivergence,
    poisson=Poisson,
    hinge=Hinge,
    squared_hinge=SquaredHinge,
    categorical_hinge=CategoricalHinge,
    logcosh=LogCoshError,
)
deserialize = FAMILY.deserialize
serialize = FAMILY.serialize


def get(identifier: Any) -> Any:
    """Return a metric from its name, config, class or itself; ``None`` stays ``None``."""
    return FAMILY.get(identifier)


def resolve(
    identifier: Any,
    y_true_shape: Sequence[int | None],
    y_pred_shape: Sequence[int | None],
    loss: Any = None,
    name: str | None = None,
) -> Metric:
    """Return the metric that ``compile(metrics=[identifier])`` means for tensors of these shapes.

    ``"accuracy"`` (``"acc"``) is the binary, categorical or sparse form, ``"crossentropy"`` (``"ce"``)
    likewise: one score makes it binary; targets of the scores' own shape are one-hot; other targets are
    labels.  The metric is called as it was asked for, as in Keras.
    """
    if isinstance(identifier, Metric):
        return identifier
    asked = str(identifier).lower() if isinstance(identifier, str) else ""
    if asked in ("accuracy", "acc", "crossentropy", "ce"):
        forms = _ACCURACIES if asked in ("accuracy", "acc") else _CROSSENTROPIES
        binary, one_hot, sparse = forms
        made: type[Metric] = binary if y_pred_shape[-1] == 1 else sparse
        same_rank = len(y_true_shape) == len(y_pred_shape)
        if y_pred_shape[-1] != 1 and same_rank and y_true_shape[-1] == y_pred_shape[-1]:
            made = one_hot
        if binary is BinaryAccuracy and _binary_loss(loss):
            made = binary
        return made(name=name or str(identifier))
    if isinstance(identifier, str) and get_registered_object(identifier) is None:
        found = FAMILY.find(identifier)
    else:
        found = FAMILY.get(identifier)
    if isinstance(found, type):
        made_metric: Metric = found()
        made_metric.name = name or (identifier if isinstance(identifier, str) else made_metric.name)
        return made_metric
    if isinstance(found, Metric):
        return found
    return MeanMetricWrapper(found, name=name or getattr(found, "__name__", str(identifier)))


def _binary_loss(loss: Any) -> bool:
    word = loss if isinstance(loss, str) else getattr(loss, "name", getattr(loss, "__name__", ""))
    return word == "binary_crossentropy"


_ACCURACIES = (BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy)
_CROSSENTROPIES = (BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy)

mse = MSE = losses.mean_squared_error
mae = MAE = losses.mean_absolute_error
mape = MAPE = losses.mean_absolute_percentage_error
msle = MSLE = losses.mean_squared_logarithmic_error
__all__ = [
    *(thing for thing in FAMILY.names()),
    "Metric",
    "MeanMetricWrapper",
    "deserialize",
    "get",
    "resolve",
    "serialize",
]
