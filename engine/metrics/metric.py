"""The base of metrics: states that stay on the device until somebody asks for the number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch import Tensor

from engine import config as settings
from engine.dtype_policies import standardize_dtype
from engine.errors import EngineError, ShapeError
from engine.losses.arguments import compute_dtype
from engine.naming import name_of

if TYPE_CHECKING:
    from engine.layers.variable import Variable


class Metric:
    """A number that gathers over batches: ``update_state`` adds, ``result`` tells, ``reset_state`` forgets.

    States are variables (``add_weight``); an update never waits for the device.
    Keras: https://keras.io/api/metrics/base_metric/.
    """

    _direction: ClassVar[str | None] = None
    """Whether training wants the number ``"up"`` or ``"down"``, where the class knows it."""

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self.name = name or name_of(self)
        self._dtype = compute_dtype(dtype)
        self._kind: torch.dtype = getattr(torch, self._dtype)
        self._variables: list[Variable] = []

    @property
    def dtype(self) -> str:
        """The name of the type in which the metric computes."""
        return self._dtype

    @property
    def variables(self) -> list[Variable]:
        """The states: those that ``add_weight`` made, those in attributes, and those of metrics inside."""
        from engine.layers.variable import Variable

        self._settle()
        found = {id(item): item for item in self._variables}
        inner: list[Metric] = []
        for value in vars(self).values():
            for item in _leaves(value):
                if isinstance(item, Variable):
                    found.setdefault(id(item), item)
                elif isinstance(item, Metric) and item not in inner:
                    inner.append(item)
        return [*found.values(), *(item for metric in inner for item in metric.variables)]

    def _settle(self) -> None:
        """Put into the variables what was held back from them for speed."""

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any,
        dtype: Any = None,
        aggregation: str = "sum",
        name: str | None = None,
    ) -> Variable:
        """Make a state: a variable with ``assign`` and ``assign_add``, of the default float type.

        ``aggregation`` is understood for the sake of Keras: there is one copy of a state.
        """
        self._check_initialized()
        from engine.initializers import get
        from engine.layers.variable import Variable
        from engine.training.device import resolve

        kind = standardize_dtype(dtype)
        start = initializer if isinstance(initializer, Tensor) else get(initializer)(tuple(shape), dtype=kind)
        first = torch.as_tensor(start, dtype=getattr(torch, kind)).to(resolve(settings.device()))
        made = Variable(first, trainable=False, name=name)
        made.path = f"{self.name}/{made.name}"
        self._variables.append(made)
        return made

    def add_weight(
        self, shape: Sequence[int] = (), initializer: Any = None, dtype: Any = None, name: str | None = None
    ) -> Variable:
        """Make a state as ``add_variable`` does; it begins with zeros where no initializer is given."""
        return self.add_variable(shape, "zeros" if initializer is None else initializer, dtype, name=name)

    def _zeros(self, name: str, shape: Sequence[int] = (), dtype: Any = None) -> Variable:
        return self.add_variable(shape, "zeros", dtype, name=name)

    def _add(self, state: Tensor, value: Tensor) -> None:
        """Add what a batch gave to a state; raises ``ShapeError`` where earlier batches had another width."""
        if state.shape != value.shape:
            raise ShapeError(
                f"{self.name}: all batches between two resets have the same number of outputs. Expected: "
                f"{tuple(state.shape)}, as the first batch had. Received: {tuple(value.shape)}.",
                code="shape",
            )
        state.add_(value)

    def _move(self, device: torch.device) -> None:
        """Bring the states to the device on which batches come."""
        for item in self._variables:
            item.data = item.data.to(device)

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Add a batch."""
        raise NotImplementedError(f"{type(self).__name__} has no update_state().")

    def result(self) -> Tensor:
        """Return the number over all batches since the last reset."""
        raise NotImplementedError(f"{type(self).__name__} has no result().")

    def reset_state(self) -> None:
        """Forget every batch: all states become zeros."""
        for item in self.variables:
            item.data.zero_()

    # -- without side effects --------------------------------------------------------------------------

    def stateless_update_state(
        self, metric_variables: Sequence[Any], *args: Any, **kwargs: Any
    ) -> list[Tensor]:
        """Return the states after a batch, begun from those given; the metric's own stay as they are."""
        with self._holding(metric_variables):
            self.update_state(*args, **kwargs)
            return [item.data.clone() for item in self.variables]

    def stateless_result(self, metric_variables: Sequence[Any]) -> Tensor:
        """Return the number that the states given mean."""
        with self._holding(metric_variables):
            return self.result()

    def stateless_reset_state(self) -> list[Tensor]:
        """Return the states as they are after a reset, without resetting."""
        with self._holding(self.variables):
            self.reset_state()
            return [item.data.clone() for item in self.variables]

    @contextmanager
    def _holding(self, values: Sequence[Any]) -> Iterator[None]:
        """Give the states other values for a while."""
        own = self.variables
        if len(values) != len(own):
            raise EngineError(
                f"Argument `metric_variables` must be a list of tensors corresponding 1:1 to "
                f"{type(self).__name__}().variables. Received list with length {len(values)}, but expected "
                f"{len(own)} variables.",
                code="state",
            )
        kept = [item.data for item in own]
        for item, value in zip(own, values, strict=True):
            item.data = torch.as_tensor(value, dtype=item.dtype, device=item.device).detach().clone()
        try:
            yield
        finally:
            self._settle()
            for item, value in zip(own, kept, strict=True):
                item.data = value

    # -- the rest --------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **kwargs: Any) -> Tensor:
        """Add a batch and return the number so far."""
        self._check_initialized()
        self.update_state(*args, **kwargs)
        return self.result()

    def _check_initialized(self) -> None:
        if "_variables" not in self.__dict__:
            raise RuntimeError(
                f"{type(self).__name__}: You forgot to call `super().__init__()` as the first line of "
                "`__init__()`. Add it."
            )

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return a metric from what ``get_config`` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"

    def __reduce__(self) -> Any:
        """Copies and pickles are made anew from the config and take the states that are there by then."""
        return _again, (type(self), self.get_config(), [item.data for item in self.variables])


def _again(cls: type[Metric], config: dict[str, Any], states: list[Tensor]) -> Metric:
    made: Metric = cls.from_config(config)
    if len(made.variables) == len(states):
        for item, value in zip(made.variables, states, strict=True):
            item.data = value
    return made


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def ratio(above: Tensor, below: Tensor) -> Tensor:
    """Return the quotient, 0 where the divisor is 0."""
    nothing = below == 0
    return torch.where(nothing, 0.0, above / torch.where(nothing, 1.0, below))
