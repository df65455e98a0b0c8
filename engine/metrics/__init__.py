"""Metrics: what a person reads while training makes the loss small.  Keras: https://keras.io/api/metrics/."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.errors import EngineError
from engine.losses import FAMILY as LOSSES
from engine.losses.crossentropy import (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    kl_divergence,
    poisson,
    sparse_categorical_crossentropy,
)
from engine.losses.functions import (
    categorical_hinge,
    hinge,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    squared_hinge,
)
from engine.metrics.accuracy import (
    Accuracy,
    BinaryAccuracy,
    CategoricalAccuracy,
    SparseCategoricalAccuracy,
    SparseTopKCategoricalAccuracy,
    TopKCategoricalAccuracy,
)
from engine.metrics.confusion import AUCCurve, AUCSummationMethod
from engine.metrics.counts import (
    FalseNegatives,
    FalsePositives,
    Precision,
    Recall,
    TrueNegatives,
    TruePositives,
)
from engine.metrics.curves import (
    AUC,
    PrecisionAtRecall,
    RecallAtPrecision,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from engine.metrics.f_score import F1Score, FBetaScore
from engine.metrics.functions import (
    accuracy,
    binary_accuracy,
    categorical_accuracy,
    concordance_correlation,
    cosine_similarity,
    pearson_correlation,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from engine.metrics.iou import BinaryIoU, IoU, MeanIoU, OneHotIoU, OneHotMeanIoU
from engine.metrics.metric import Metric
from engine.metrics.probabilistic import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
)
from engine.metrics.reduction import Mean, MeanMetricWrapper, Sum
from engine.metrics.regression import (
    CategoricalHinge,
    ConcordanceCorrelation,
    CosineSimilarity,
    Hinge,
    LogCoshError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    PearsonCorrelation,
    R2Score,
    RootMeanSquaredError,
    SquaredHinge,
)
from engine.naming import snake_case
from engine.registry import Family, get_registered_object

CLASSES: tuple[type[Metric], ...] = (
    AUC, Accuracy, BinaryAccuracy, BinaryCrossentropy, BinaryIoU, CategoricalAccuracy,
    CategoricalCrossentropy, CategoricalHinge, ConcordanceCorrelation, CosineSimilarity, F1Score, FBetaScore,
    FalseNegatives, FalsePositives, Hinge, IoU, KLDivergence, LogCoshError, Mean, MeanAbsoluteError,
    MeanAbsolutePercentageError, MeanIoU, MeanMetricWrapper, MeanSquaredError, MeanSquaredLogarithmicError,
    Metric, OneHotIoU, OneHotMeanIoU, PearsonCorrelation, Poisson, Precision, PrecisionAtRecall, R2Score,
    Recall, RecallAtPrecision, RootMeanSquaredError, SensitivityAtSpecificity, SparseCategoricalAccuracy,
    SparseCategoricalCrossentropy, SparseTopKCategoricalAccuracy, SpecificityAtSensitivity, SquaredHinge, Sum,
    TopKCategoricalAccuracy, TrueNegatives, TruePositives,
)  # fmt: skip
FUNCTIONS = (
    accuracy, binary_accuracy, binary_crossentropy, binary_focal_crossentropy, categorical_accuracy,
    categorical_crossentropy, categorical_focal_crossentropy, categorical_hinge, concordance_correlation,
    cosine_similarity, hinge, huber, kl_divergence, log_cosh, mean_absolute_error,
    mean_absolute_percentage_error, mean_squared_error, mean_squared_logarithmic_error, pearson_correlation,
    poisson, sparse_categorical_accuracy, sparse_categorical_crossentropy, sparse_top_k_categorical_accuracy,
    squared_hinge, top_k_categorical_accuracy,
)  # fmt: skip

FAMILY = Family("metric", "metrics", takes=("y_true", "y_pred"))
FAMILY.base = Metric
FAMILY.add(
    *CLASSES,
    # A name in small letters means the class too: its object gathers over batches.
    **{snake_case(cls.__name__): cls for cls in CLASSES},
    logcosh=LogCoshError,
    mse=MeanSquaredError, MSE=MeanSquaredError, mae=MeanAbsoluteError, MAE=MeanAbsoluteError,
    mape=MeanAbsolutePercentageError, MAPE=MeanAbsolutePercentageError, msle=MeanSquaredLogarithmicError,
    MSLE=MeanSquaredLogarithmicError, rmse=RootMeanSquaredError, bce=BinaryCrossentropy,
    BCE=BinaryCrossentropy,
)  # fmt: skip


def function_of(identifier: Any) -> Any:
    """Return the function that a config names, a metric's or a loss's; raises for unknown names."""
    if isinstance(identifier, Mapping):
        if identifier.get("class_name") != "function":
            return LOSSES.deserialize(identifier)
        identifier = identifier["config"]
    if not isinstance(identifier, str):
        raise EngineError(f"A function is given by its name. Received: {identifier!r}", code="config")
    own = {function.__name__: function for function in FUNCTIONS}
    return get_registered_object(identifier) or own.get(identifier) or LOSSES.find(identifier)


deserialize = FAMILY.deserialize


def serialize(metric: Any) -> Any:
    """Return the config of a metric, with its class name; of a function its name."""
    return FAMILY.serialize(metric)


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

mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
__all__ = [
    "AUC", "AUCCurve", "AUCSummationMethod", "Accuracy", "BinaryAccuracy", "BinaryCrossentropy",
    "BinaryIoU", "CategoricalAccuracy", "CategoricalCrossentropy", "CategoricalHinge",
    "ConcordanceCorrelation", "CosineSimilarity", "F1Score", "FBetaScore", "FalseNegatives",
    "FalsePositives", "Hinge", "IoU", "KLDivergence", "LogCoshError", "Mean", "MeanAbsoluteError",
    "MeanAbsolutePercentageError", "MeanIoU", "MeanMetricWrapper", "MeanSquaredError",
    "MeanSquaredLogarithmicError", "Metric", "OneHotIoU", "OneHotMeanIoU", "PearsonCorrelation",
    "Poisson", "Precision", "PrecisionAtRecall", "R2Score", "Recall", "RecallAtPrecision",
    "RootMeanSquaredError", "SensitivityAtSpecificity", "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy", "SparseTopKCategoricalAccuracy", "SpecificityAtSensitivity",
    "SquaredHinge", "Sum", "TopKCategoricalAccuracy", "TrueNegatives", "TruePositives", "accuracy",
    "binary_accuracy", "binary_crossentropy", "binary_focal_crossentropy", "categorical_accuracy",
    "categorical_crossentropy", "categorical_focal_crossentropy", "categorical_hinge",
    "concordance_correlation", "cosine_similarity", "deserialize", "get", "hinge", "huber",
    "kl_divergence", "log_cosh", "mean_absolute_error", "mean_absolute_percentage_error",
    "mean_squared_error", "mean_squared_logarithmic_error", "pearson_correlation", "poisson",
    "resolve", "serialize", "sparse_categorical_accuracy", "sparse_categorical_crossentropy",
    "sparse_top_k_categorical_accuracy", "squared_hinge", "top_k_categorical_accuracy",
]  # fmt: skip
