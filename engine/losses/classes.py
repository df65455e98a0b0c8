"""Losses of numbers and margins as classes: the functions with their arguments, a name and a reduction."""

from __future__ import annotations

from typing import Any

from engine.losses import functions
from engine.losses.loss import Loss, LossFunctionWrapper


class MeanSquaredError(LossFunctionWrapper):
    """The mean of squared errors.

    Function form: ``mean_squared_error``.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.mean_squared_error, reduction, name, dtype)


class MeanAbsoluteError(LossFunctionWrapper):
    """The mean of absolute errors.

    Function form: ``mean_absolute_error``.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.mean_absolute_error, reduction, name, dtype)


class MeanAbsolutePercentageError(LossFunctionWrapper):
    """The mean error in percent of the target.

    Function form: ``mean_absolute_percentage_error``.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.mean_absolute_percentage_error, reduction, name, dtype)


class MeanSquaredLogarithmicError(LossFunctionWrapper):
    """The mean of squared differences of logarithms.

    Function form: ``mean_squared_logarithmic_error``.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.mean_squared_logarithmic_error, reduction, name, dtype)


class CosineSimilarity(LossFunctionWrapper):
    """Minus the cosine between target and prediction.

    Function form: ``cosine_similarity``.
    """

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "cosine_similarity",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.cosine_similarity, reduction, name, dtype, axis=axis)

    def get_config(self) -> dict[str, Any]:
        """Return name and reduction; Keras' config of this loss has no axis."""
        return Loss.get_config(self)


class Huber(LossFunctionWrapper):
    """Squares of small errors and a line for large ones; outliers pull less.

    Function form: ``huber``.
    """

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "huber_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.huber, reduction, name, dtype, delta=delta)
        self.delta = delta

    def get_config(self) -> dict[str, Any]:
        """Return name and reduction as Keras does, and ``delta`` where it is not 1."""
        return {**Loss.get_config(self), **({} if self.delta == 1.0 else {"delta": self.delta})}


class LogCosh(LossFunctionWrapper):
    """The logarithm of the hyperbolic cosine of the error.

    Function form: ``log_cosh``.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "log_cosh",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.log_cosh, reduction, name, dtype)


class Hinge(LossFunctionWrapper):
    """How far the margin of 1 is missed.

    Function form: ``hinge``.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.hinge, reduction, name, dtype)


class SquaredHinge(LossFunctionWrapper):
    """The square of how far the margin is missed.

    Function form: ``squared_hinge``.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "squared_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.squared_hinge, reduction, name, dtype)


class CategoricalHinge(LossFunctionWrapper):
    """How far the right score is from beating the best wrong one by 1.

    Function form: ``categorical_hinge``.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.categorical_hinge, reduction, name, dtype)


class Dice(LossFunctionWrapper):
    """How little two pictures overlap: 1 minus twice the overlap over the sum of both.

    For segmentation; the sums run over ``axis``.  Function form: ``dice``.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "dice",
        axis: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.dice, reduction, name, dtype, axis=axis)
        self.axis = axis


class Tversky(LossFunctionWrapper):
    """The Dice loss with weights: ``alpha`` for what was missed, ``beta`` for what was wrongly found.

    Function form: ``tversky``.
    """

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "tversky",
        axis: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.tversky, reduction, name, dtype, alpha=alpha, beta=beta, axis=axis)
        self.alpha = alpha
        self.beta = beta
        self.axis = axis


class Circle(LossFunctionWrapper):
    """Pulls embeddings of one label together and pushes others apart, each the harder the worse it lies.

    Targets are whole-number labels, predictions rows of length 1.  Function form: ``circle``.
    """

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "circle",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            functions.circle,
            reduction,
            name,
            dtype,
            gamma=gamma,
            margin=margin,
            remove_diagonal=remove_diagonal,
        )
        self.gamma = gamma
        self.margin = margin
        self.remove_diagonal = remove_diagonal
