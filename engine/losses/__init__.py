"""Losses: what training makes small.  Keras: https://keras.io/api/losses/."""

from __future__ import annotations

from typing import Any

from engine.losses.classes import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    CategoricalHinge,
    CosineSimilarity,
    Hinge,
    Huber,
    KLDivergence,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
    Poisson,
    SparseCategoricalCrossentropy,
    SquaredHinge,
)
from engine.losses.functions import (
    binary_crossentropy,
    categorical_crossentropy,
    categorical_hinge,
    cosine_similarity,
    hinge,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
from engine.losses.loss import Loss, LossFunctionWrapper
from engine.registry import Family

mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error

FAMILY = Family("loss", "losses")
FAMILY.add(
    BinaryCrossentropy, CategoricalCrossentropy, CategoricalHinge, CosineSimilarity, Hinge, Huber,
    KLDivergence,
    LogCosh, MeanAbsoluteError, MeanAbsolutePercentageError, MeanSquaredError, MeanSquaredLogarithmicError,
    Poisson, SparseCategoricalCrossentropy, SquaredHinge, binary_crossentropy, categorical_crossentropy,
    categorical_hinge, cosine_similarity, hinge, huber, kl_divergence, log_cosh, mean_absolute_error,
    mean_absolute_percentage_error, mean_squared_error, mean_squared_logarithmic_error, poisson,
    sparse_categorical_crossentropy, squared_hinge, mse=mse, mae=mae, mape=mape, msle=msle, MSE=mse, MAE=mae,
    MAPE=mape, MSLE=msle, bce=binary_crossentropy, logcosh=log_cosh, kld=kl_divergence,
)  # fmt: skip
deserialize = FAMILY.deserialize
serialize = FAMILY.serialize


def get(identifier: Any) -> Any:
    """Return a loss from its name, config, class, function or itself; ``None`` stays ``None``."""
    return FAMILY.get(identifier)


__all__ = [
    *(name for name in FAMILY.names()),
    "Loss",
    "LossFunctionWrapper",
    "deserialize",
    "get",
    "serialize",
]
