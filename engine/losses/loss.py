"""The base of losses: numbers of samples become one number, weighted where weights are given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from engine.errors import ParamError
from engine.losses.arguments import (
    compute_dtype,
    map_leaves,
    squeeze_or_expand_to_same_rank,
    tensor,
)
from engine.losses.fused import MEANS
from engine.naming import name_of

_REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)
_MEANS = frozenset({"sum_over_batch_size", "mean", "mean_with_sample_weight"})


class Loss:
    """A loss: ``call`` gives a number for each sample, calling the object reduces them to one.

    ``reduction`` is ``"sum_over_batch_size"`` or ``"mean"`` (the mean of all), ``"sum"``,
    ``"mean_with_sample_weight"`` (divided by the sum of the weights) or ``"none"``; ``dtype`` is the type of
    the arithmetic.  A mask that travelled with the prediction leaves samples out.
    Keras: https://keras.io/api/losses/.
    """

    def __init__(
        self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: Any = None
    ) -> None:
        self.name = name or name_of(self)
        self.reduction = _checked(reduction)
        self._dtype = compute_dtype(dtype)
        self._kind: torch.dtype = getattr(torch, self._dtype)

    @property
    def dtype(self) -> str:
        """The name of the float type in which the loss is computed."""
        return self._dtype

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return one number for each sample."""
        raise NotImplementedError(f"{type(self).__name__} has no call(y_true, y_pred).")

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tensor:
        """Return the reduced loss."""
        mask = getattr(y_pred, "_keras_mask", None)
        kind = self._kind
        true = map_leaves(lambda value: tensor(value, dtype=kind), y_true)
        pred = map_leaves(lambda value: tensor(value, dtype=kind), y_pred)
        return self._reduced(self.call(true, pred), sample_weight, mask)

    def _reduced(self, losses: Tensor, sample_weight: Any, mask: Any) -> Tensor:
        own = getattr(losses, "_keras_mask", None)
        if own is not None:
            mask = own if mask is None else mask & own
        return reduce_weighted_values(losses, sample_weight, mask, self.reduction, self._kind)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return a loss from what ``get_config`` returned."""
        return cls(**config)


class LossFunctionWrapper(Loss):
    """A loss from a function ``fn(y_true, y_pred, **kwargs)`` that returns one number for each sample."""

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.fn = fn
        self._fn_kwargs = kwargs
        # The engine's own functions find the right dtype and rank themselves: labels stay whole numbers.
        self._own = getattr(fn, "__module__", "").startswith("engine.losses.")
        self._mean = MEANS.get(fn) if reduction in _MEANS else None

    def call(self, y_true: Any, y_pred: Any) -> Tensor:
        """Return what the function says."""
        if not self._own:
            y_true, y_pred = (
                map_leaves(lambda true, pred: squeeze_or_expand_to_same_rank(true, pred)[0], y_true, y_pred),
                map_leaves(lambda pred, true: squeeze_or_expand_to_same_rank(true, pred)[1], y_pred, y_true),
            )
        found: Tensor = self.fn(y_true, y_pred, **self._fn_kwargs)
        return found

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tensor:
        """Return the reduced loss."""
        if not self._own:
            return super().__call__(y_true, y_pred, sample_weight)
        mask = getattr(y_pred, "_keras_mask", None)
        pred = tensor(y_pred, dtype=self._kind)
        true = y_true if isinstance(y_true, Tensor) else tensor(y_true, pred)
        if self._mean is not None and sample_weight is None and mask is None:
            fused = self._mean(true, pred, **self._fn_kwargs)
            if fused is not None:
                return fused
        return self._reduced(self.fn(true, pred, **self._fn_kwargs), sample_weight, mask)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, the function by its name."""
        from engine.losses import FAMILY

        own = {} if self._own and type(self) is not LossFunctionWrapper else {"fn": FAMILY.serialize(self.fn)}
        return {**super().get_config(), **own, **self._fn_kwargs}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return a loss from what ``get_config`` returned."""
        if "fn" in config and not callable(config["fn"]):
            from engine.losses import FAMILY

            config = {**config, "fn": FAMILY.deserialize(config["fn"])}
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}({self.fn}, kwargs={self._fn_kwargs})>"


def _checked(reduction: Any) -> Any:
    if reduction not in _REDUCTIONS:
        raise ParamError(
            f"Invalid value for argument `reduction`: expected one of {', '.join(map(repr, _REDUCTIONS))}. "
            f"Received: reduction={reduction!r}",
            code="param",
            param="reduction",
            got=reduction,
        )
    return reduction


def apply_mask(sample_weight: Any, mask: Any, dtype: torch.dtype, reduction: str | None) -> Any:
    """Return weights in which what ``mask`` leaves out weighs nothing; ``None`` where there is neither.

    For means, masked samples do not count as samples: the others weigh so much more.
    """
    if mask is None:
        return sample_weight
    kept = tensor(mask).to(dtype)
    if reduction in ("mean", "sum_over_batch_size"):
        kept = kept * (kept.numel() / kept.sum().clamp_min(1.0))  # all masked: nothing is kept
    if sample_weight is None:
        return kept
    weight = tensor(sample_weight, kept, dtype)
    kept, weight = squeeze_or_expand_to_same_rank(kept, weight)
    return weight * kept


def reduce_weighted_values(
    values: Any,
    sample_weight: Any = None,
    mask: Any = None,
    reduction: str | None = "sum_over_batch_size",
    dtype: Any = None,
) -> Tensor:
    """Return the losses of samples, weighted and masked, as one number (or as they are, for "none")."""
    kind = dtype if isinstance(dtype, torch.dtype) else getattr(torch, compute_dtype(dtype))
    losses = tensor(values, dtype=kind)
    weight = apply_mask(sample_weight, mask, kind, _checked(reduction))
    if weight is not None:
        weight = tensor(weight, losses, kind)
        losses, weight = squeeze_or_expand_to_same_rank(losses, weight)
        losses = losses * weight
    if reduction in ("none", None) or losses.dim() == 0 or losses.shape == (0,):
        return losses
    if reduction == "sum":
        return losses.sum()
    if reduction == "mean_with_sample_weight" and weight is not None:
        total = weight.sum()
        return torch.where(total == 0, 0.0, losses.sum() / torch.where(total == 0, 1.0, total))
    return losses.mean() if losses.numel() else losses.sum()
