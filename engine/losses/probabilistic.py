"""Losses of classes as classes: crossentropies and what grew out of them."""

from __future__ import annotations

from typing import Any

from engine.errors import ParamError
from engine.losses import crossentropy
from engine.losses.loss import LossFunctionWrapper


class KLDivergence(LossFunctionWrapper):
    """The Kullback-Leibler divergence of two distributions.

    Function form: ``kl_divergence``.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "kl_divergence",
        dtype: Any = None,
    ) -> None:
        super().__init__(crossentropy.kl_divergence, reduction, name, dtype)


class Poisson(LossFunctionWrapper):
    """The Poisson loss, for counts.

    Function form: ``poisson``.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "poisson",
        dtype: Any = None,
    ) -> None:
        super().__init__(crossentropy.poisson, reduction, name, dtype)


class BinaryCrossentropy(LossFunctionWrapper):
    """The crossentropy of yes-or-no answers.

    Function form: ``binary_crossentropy``.
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            crossentropy.binary_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis


class CategoricalCrossentropy(LossFunctionWrapper):
    """The crossentropy of exclusive classes, targets one-hot.

    Function form: ``categorical_crossentropy``.
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            crossentropy.categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis


class SparseCategoricalCrossentropy(LossFunctionWrapper):
    """The crossentropy of exclusive classes, targets whole-number labels.

    Function form: ``sparse_categorical_crossentropy``.
    """

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            crossentropy.sparse_categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )
        self.from_logits = from_logits
        self.ignore_class = ignore_class


class BinaryFocalCrossentropy(LossFunctionWrapper):
    """The crossentropy of yes-or-no answers in which easy samples count less, the more so with ``gamma``.

    For data with few of one class; ``apply_class_balancing`` weighs class 1 by ``alpha``.
    Function form: ``binary_focal_crossentropy``.
    """

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            crossentropy.binary_focal_crossentropy,
            reduction,
            name,
            dtype,
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis
        self.apply_class_balancing = apply_class_balancing
        self.alpha = alpha
        self.gamma = gamma


class CategoricalFocalCrossentropy(LossFunctionWrapper):
    """The crossentropy of exclusive classes in which easy samples count less; targets one-hot.

    Function form: ``categorical_focal_crossentropy``.
    """

    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            crossentropy.categorical_focal_crossentropy,
            reduction,
            name,
            dtype,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis
        self.alpha = alpha
        self.gamma = gamma


class CategoricalGeneralizedCrossEntropy(LossFunctionWrapper):
    """A crossentropy that wrong labels harm less; ``q`` near 0 is crossentropy, near 1 the absolute error.

    Targets are whole-number labels.  Function form: ``categorical_generalized_cross_entropy``.
    """

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ) -> None:
        if not 0 < q < 1:
            raise ParamError(
                f"q must be in the interval (0, 1). Received: q={q!r}", code="param", param="q", got=q
            )
        super().__init__(crossentropy.categorical_generalized_cross_entropy, reduction, name, dtype, q=q)
        self.q = q


class CTC(LossFunctionWrapper):
    """The loss of sequences without alignment: text from sound or handwriting.

    Targets are labels from 1, filled up with zeros; predictions are scores (logits), class 0 the blank.
    Function form: ``ctc``.
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "ctc",
        dtype: Any = None,
    ) -> None:
        super().__init__(crossentropy.ctc, reduction, name, dtype)
