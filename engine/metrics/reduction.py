"""Means and sums over all samples seen, and the mean of a function of target and prediction."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from engine.losses.arguments import squeeze_or_expand_to_same_rank, tensor
from engine.losses.fused import MEANS
from engine.losses.loss import apply_mask
from engine.metrics.functions import HITS
from engine.metrics.metric import Metric, ratio

if TYPE_CHECKING:
    from engine.layers.variable import Variable


def samplewise(
    values: Any, sample_weight: Any, reduce: Callable[..., Tensor], kind: torch.dtype
) -> tuple[Tensor, Tensor | None]:
    """Return one (weighted) number for each sample, and the samples' weights.

    Axes beyond those of the weights, then all but the first, are reduced by ``reduce``.
    """
    mask = getattr(values, "_keras_mask", None)
    values = tensor(values, dtype=kind)
    weight: Tensor | None = None
    if sample_weight is not None:
        given = tensor(sample_weight, values, kind)
        if mask is not None:
            given = apply_mask(given, mask, kind, "sum")
        values, given = squeeze_or_expand_to_same_rank(values, given)
        rank = given.dim()
        if values.dim() > rank:
            values = reduce(values, tuple(range(rank, values.dim())))
        weight = given.expand(values.shape)
        values = values * weight
        if rank > 1:
            weight = reduce(weight, tuple(range(1, rank)))
    if values.dim() > 1:
        values = reduce(values, tuple(range(1, values.dim())))
    return values, weight


class Sum(Metric):
    """The (weighted) sum of the values given."""

    def __init__(self, name: str | None = "sum", dtype: Any = None) -> None:
        super().__init__(dtype, name)
        self.total = self._zeros("total", dtype=self.dtype)

    @torch.no_grad()
    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add ``values``, one or many."""
        each, _ = samplewise(values, sample_weight, torch.sum, self._kind)
        if each.device != self.total.device:
            self._move(each.device)
        self.total.add_(each.sum())

    def result(self) -> Tensor:
        """Return the sum so far."""
        return self.total.data.clone()


class Mean(Metric):
    """The (weighted) mean of the values given; 0 before the first.

    The number of samples is counted in Python and goes into its variable when somebody looks.
    """

    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
        super().__init__(dtype, name)
        self.total = self._zeros("total", dtype=self.dtype)
        self._count = self._zeros("count", dtype=self.dtype)
        self._unseen = 0

    @property
    def count(self) -> Variable:
        """The variable that holds the number (with weights: their sum) of samples so far."""
        self._settle()
        return self._count

    def _settle(self) -> None:
        if self._unseen:
            self._count.data.add_(self._unseen)
            self._unseen = 0

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add ``values``, one or many; with ``sample_weight`` some count more than others."""
        with torch.no_grad():
            self._add(values, sample_weight)

    def _add(self, values: Any, sample_weight: Any) -> None:
        each, weight = samplewise(values, sample_weight, torch.mean, self._kind)
        if weight is None:
            self._add_sum(each.sum() if each.dim() else each, len(each) if each.dim() else 1)
            return
        if each.device != self.total.device:
            self._move(each.device)
        self.total.add_(each.sum())
        self._count.add_(weight.sum())

    def _add_sum(self, total: Tensor, samples: int) -> None:
        """Add the sum of ``samples`` values; ``total`` carries no gradient."""
        state = self.total
        if total.device != state.device:
            self._move(total.device)
        state.add_(total)
        self._unseen += samples

    def reset_state(self) -> None:
        """Forget every value."""
        self.total.data.zero_()
        self._count.data.zero_()
        self._unseen = 0

    def result(self) -> Tensor:
        """Return the mean so far."""
        return ratio(self.total.data, self.count.data)


class MeanMetricWrapper(Mean):
    """The mean over samples of a function ``fn(y_true, y_pred, **kwargs)``."""

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(name, dtype)
        self._fn = fn
        self._fn_kwargs = kwargs
        self._own = getattr(fn, "__module__", "").startswith(("engine.losses.", "engine.metrics."))
        self._hits = HITS.get(fn)
        self._mean = MEANS.get(fn)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Add the function's value on each sample.  (Other arguments than ``Mean``'s, as in Keras.)"""
        if torch.is_grad_enabled():
            with torch.no_grad():
                return self.update_state(y_true, y_pred, sample_weight)
        mask = getattr(y_pred, "_keras_mask", None)
        if mask is not None:
            sample_weight = apply_mask(sample_weight, mask, self._kind, "sum")
        elif sample_weight is None and (self._hits or self._mean) and isinstance(y_pred, Tensor):
            true = y_true if isinstance(y_true, Tensor) else tensor(y_true, y_pred)
            if self._hits is not None:
                hits = self._hits(true, y_pred, **self._fn_kwargs)
                if hits.dim() == 1 or (hits.dim() and hits.numel() == hits.shape[0]):
                    # Faster than sum() and len().
                    return self._add_sum(torch.count_nonzero(hits), hits.shape[0])
                return self._add(hits, None)
            if self._mean is not None and y_pred.dtype is self._kind:
                mean = self._mean(true, y_pred, **self._fn_kwargs)
                if mean is not None:
                    rows = y_pred.shape[0]
                    return self._add_sum(mean * rows, rows)
        return self._add(self._fn(y_true, y_pred, **self._fn_kwargs), sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; a class that has a function of its own needs no ``fn``."""
        from engine.losses import FAMILY

        named = self._own and type(self) is not MeanMetricWrapper
        return {
            **super().get_config(),
            **({} if named else {"fn": FAMILY.serialize(self._fn)}),
            **self._fn_kwargs,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return a metric from what ``get_config`` returned."""
        if "fn" in config and not callable(config["fn"]):
            from engine.metrics import function_of

            config = {**config, "fn": function_of(config["fn"])}
        return cls(**config)
