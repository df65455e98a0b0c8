"""The base of losses: numbers of samples become one number, weighted where weights are given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from engine.errors import ParamError
from engine.losses.functions import tensor

_REDUCTIONS = ("sum_over_batch_size", "mean", "sum", "none", "mean_with_sample_weight", None)


class Loss:
    """A loss: ``call`` gives a number for each sample, calling the object reduces them to one.

    ``reduction`` is ``"sum_over_batch_size"`` (mean), ``"sum"``, ``"mean_with_sample_weight"`` or ``"none"``.
    Keras: https://keras.io/api/losses/.
    """

    def __init__(
        self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: str | None = None
    ) -> None:
        if reduction not in _REDUCTIONS:
            raise ParamError(
                f"reduction is one of {', '.join(map(repr, _REDUCTIONS))}. Received: {reduction!r}",
                code="param",
            )
        self.name = name or type(self).__name__.lower()
        self.reduction = reduction
        self.dtype = dtype or "float32"

    def call(self, y_true: Any, y_pred: Any) -> torch.Tensor:
        """Return one number for each sample."""
        raise NotImplementedError(f"{type(self).__name__} has no call(y_true, y_pred).")

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> torch.Tensor:
        """Return the reduced loss."""
        losses = self.call(y_true, y_pred)
        mask = self.mask(y_true, y_pred)
        if sample_weight is None and mask is None:
            if self.reduction in ("sum_over_batch_size", "mean", "mean_with_sample_weight"):
                return losses.mean()
            return losses.sum() if self.reduction == "sum" else losses
        return self._weighted(losses, sample_weight, mask)

    def mask(self, y_true: Any, y_pred: Any) -> torch.Tensor | None:
        """Return which samples count, or ``None`` where all do: the mask that travelled with ``y_pred``."""
        mask: torch.Tensor | None = getattr(y_pred, "_keras_mask", None)
        return mask

    def _weighted(self, losses: torch.Tensor, sample_weight: Any, mask: Any) -> torch.Tensor:
        weight = torch.ones_like(losses)
        if sample_weight is not None:
            given = tensor(sample_weight, losses).to(losses.dtype)
            if given.dim() == losses.dim() + 1 and given.shape[-1] == 1:
                given = given.squeeze(-1)
            while given.dim() < losses.dim():
                given = given.unsqueeze(-1)
            weight = weight * given
        if mask is not None:
            kept = mask.to(losses.dtype)
            if self.reduction in ("mean", "sum_over_batch_size"):  # masked steps do not count as samples
                kept = kept * (kept.numel() / kept.sum().clamp_min(1e-7))
            weight = weight * kept.reshape(kept.shape + (1,) * (losses.dim() - kept.dim()))
        losses = losses * weight
        if self.reduction == "mean_with_sample_weight":
            return losses.sum() / weight.sum().clamp_min(1e-7)
        if self.reduction in ("sum_over_batch_size", "mean"):
            return losses.mean()
        return losses.sum() if self.reduction == "sum" else losses

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return a loss from what ``get_config`` returned."""
        return cls(**config)


class LossFunctionWrapper(Loss):
    """A loss from a function ``fn(y_true, y_pred, **kwargs)``."""

    def __init__(
        self,
        fn: Callable[..., torch.Tensor],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name or getattr(fn, "__name__", "loss"), reduction, dtype)
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true: Any, y_pred: Any) -> torch.Tensor:
        """Return what the function says."""
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; the function itself is known by the class."""
        return {**super().get_config(), **self._fn_kwargs}
