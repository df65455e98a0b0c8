"""The base of metrics: sums that stay on the device until somebody asks for the number."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch

from engine import config as settings
from engine.losses.arguments import tensor

if TYPE_CHECKING:
    from engine.layers.variable import Variable


class Metric:
    """A number that gathers over batches: ``update_state`` adds, ``result`` tells, ``reset_state`` forgets.

    States are tensors; an update never waits for the device.  Keras: https://keras.io/api/metrics/.
    """

    def __init__(self, dtype: str | None = None, name: str | None = None) -> None:
        self.name = name or type(self).__name__.lower()
        self.dtype = dtype or "float32"

    @property
    def variables(self) -> list[torch.Tensor]:
        """The states that ``add_weight`` made, in order."""
        return list(self.__dict__.get("_states", {}))

    def add_weight(
        self, shape: Any = (), initializer: Any = None, dtype: str | None = None, name: str | None = None
    ) -> Variable:
        """Make a state for a metric of one's own: a variable with ``assign`` and ``assign_add``.

        ``reset_state`` puts it back to what ``initializer`` (zeros, if not given) says.
        """
        from engine.initializers import get
        from engine.layers.variable import Variable
        from engine.training.device import resolve

        start = get("zeros" if initializer is None else initializer)
        kind = dtype or self.dtype
        first = torch.as_tensor(start(tuple(shape), dtype=kind)).to(resolve(settings.device()))
        made = Variable(first.to(getattr(torch, kind)), trainable=False, name=name or "variable")
        made.path = f"{self.name}/{made.name}"
        self.__dict__.setdefault("_states", {})[made] = start
        return made

    add_variable = add_weight

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Add a batch."""
        raise NotImplementedError(f"{type(self).__name__} has no update_state().")

    def result(self) -> torch.Tensor:
        """Return the number over all batches since the last reset."""
        raise NotImplementedError(f"{type(self).__name__} has no result().")

    def reset_state(self) -> None:
        """Forget every batch: put each state of ``add_weight`` back to its start."""
        for state, start in self.__dict__.get("_states", {}).items():
            state.assign(start(tuple(state.shape), dtype=str(state.dtype).removeprefix("torch.")))

    def __call__(self, *args: Any, **kwargs: Any) -> torch.Tensor:
        """Add a batch and return the number so far."""
        self.update_state(*args, **kwargs)
        return self.result()

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return a metric from what ``get_config`` returned."""
        return cls(**config)


class _Sums(Metric):
    """Holds a total and a count, both ``None`` until the first batch tells the device."""

    def __init__(self, name: str | None = None, dtype: str | None = None) -> None:
        super().__init__(dtype, name)
        self.total: torch.Tensor | float = 0.0
        self.count: torch.Tensor | float = 0.0

    @property
    def variables(self) -> list[torch.Tensor]:
        """The total and the count as tensors."""
        return [torch.as_tensor(self.total), torch.as_tensor(self.count)]

    def reset_state(self) -> None:
        """Forget every batch."""
        self.total = 0.0
        self.count = 0.0

    @torch.no_grad()
    def _add(self, values: torch.Tensor, sample_weight: Any) -> None:
        values = values.float()
        if sample_weight is None:
            self.total = self.total + values.sum()
            self.count = self.count + float(values.numel())
            return
        weight = tensor(sample_weight, values).to(values.dtype)
        if weight.dim() == values.dim() + 1 and weight.shape[-1] == 1:
            weight = weight.squeeze(-1)
        if weight.dim() > values.dim():  # a weight finer than the value: its mean stands for it
            weight = weight.reshape(*values.shape, -1).mean(-1)
        while weight.dim() < values.dim():
            weight = weight.unsqueeze(-1)
        weight = weight.expand_as(values)
        self.total = self.total + (values * weight).sum()
        self.count = self.count + weight.sum()


class Mean(_Sums):
    """The (weighted) mean of the values given."""

    def __init__(self, name: str | None = "mean", dtype: str | None = None) -> None:
        super().__init__(name, dtype)

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add ``values``, one or many."""
        self._add(tensor(values), sample_weight)

    @torch.no_grad()
    def result(self) -> torch.Tensor:
        """Return the mean so far; 0 before the first value."""
        total, count = torch.as_tensor(self.total), torch.as_tensor(self.count)
        return torch.where(count == 0, torch.zeros_like(total), total / count)


class Sum(_Sums):
    """The (weighted) sum of the values given."""

    def __init__(self, name: str | None = "sum", dtype: str | None = None) -> None:
        super().__init__(name, dtype)

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add ``values``, one or many."""
        self._add(tensor(values), sample_weight)

    def result(self) -> torch.Tensor:
        """Return the sum so far."""
        return torch.as_tensor(self.total)


class MeanMetricWrapper(Mean):
    """The mean over samples of a function ``fn(y_true, y_pred, **kwargs)``."""

    def __init__(
        self, fn: Callable[..., Any], name: str | None = None, dtype: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(name or getattr(fn, "__name__", "metric"), dtype)
        self._fn = fn
        self._fn_kwargs = kwargs

    @torch.no_grad()
    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Add the function's value on each sample.  (Other arguments than ``Mean``'s, as in Keras.)"""
        values = self._fn(y_true, y_pred, **self._fn_kwargs)
        mask = getattr(y_pred, "_keras_mask", None)
        if mask is not None:
            kept = mask.to(values.dtype)
            sample_weight = kept if sample_weight is None else kept * tensor(sample_weight, kept)
        self._add(values, sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; the function itself is known by the class."""
        return {**super().get_config(), **self._fn_kwargs}
