"""What an optimizer remembers: the step count, the learning rate, and tensors beside the weights.

Count and rate are plain Python numbers while training runs, for no step may wait for a device; as variables
they show when somebody asks.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.config import floatx
from engine.errors import EngineError, NotBuiltError
from engine.layers.variable import Variable


class LearningRate(float):
    """A learning rate: a float that answers ``numpy`` and ``assign`` as Keras' variable does."""

    _owner: Any = None

    @property
    def value(self) -> LearningRate:
        """The rate itself."""
        return self

    def numpy(self) -> Any:
        """Return the rate as numpy's float32."""
        return np.float32(self)

    def assign(self, value: Any) -> None:
        """Set the optimizer's learning rate."""
        self._owner.learning_rate = float(value)


class Iterations(int):
    """The number of steps done: an int that answers ``numpy`` and ``assign`` as Keras' variable does."""

    _owner: Any = None

    @property
    def value(self) -> Iterations:
        """The count itself."""
        return self

    def numpy(self) -> Any:
        """Return the count as numpy's int64."""
        return np.int64(self)

    def assign(self, value: Any) -> None:
        """Set the optimizer's count."""
        self._owner._count = int(value)


class Live(Variable):
    """A variable that stands for a Python number: it shows the number, and assigning sets it."""

    _read: Callable[[], float]
    _write: Callable[[float], None]

    @classmethod
    def of(
        cls, name: str, dtype: str, read: Callable[[], float], write: Callable[[float], None], path: str
    ) -> Live:
        """Make the variable called ``name`` for what ``read`` and ``write`` reach."""
        made = cls(torch.zeros((), dtype=getattr(torch, dtype)), trainable=False, name=name)
        assert isinstance(made, Live)
        made._read, made._write, made.path = read, write, path
        return made

    def shown(self) -> Live:
        """Return itself with the present number."""
        self.data.fill_(self._read())
        return self

    def assign(self, value: Any) -> Variable:
        """Set the number."""
        self._write(float(value))
        return self.shown()


class State:
    """The part of ``Optimizer`` that keeps its variables, in Keras' order, and saves them."""

    name: str
    built: bool
    _count: int
    _rate: Any
    _trainable_variables: list[Any]
    _head: list[Live]
    _own: list[Variable]

    def _begin_state(self) -> None:
        self.built = False
        self._count = 0
        self._trainable_variables = []
        self._trainable_variables_indices: dict[int, int] = {}
        self._own = []
        self._head = [
            self._live("iteration", "int32", "_count", int),
            self._live("learning_rate", floatx(), "_rate", float),
        ]

    def _live(self, name: str, dtype: str, attribute: str, kind: Callable[[float], Any]) -> Live:
        return Live.of(
            name,
            dtype,
            lambda: float(getattr(self, attribute)),
            lambda value: setattr(self, attribute, kind(value)),
            f"{self.name}/{name}",
        )

    # -- making variables ------------------------------------------------------------------------------

    def add_variable(
        self,
        shape: Sequence[int],
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str = "none",
        layout: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Make a tensor that is kept and saved with the optimizer.

        ``aggregation`` and ``layout`` are understood for the sake of Keras: there is one copy of it.
        """
        self._check_initialized()
        from engine.initializers import get

        made = Variable(get(initializer), shape=tuple(shape), dtype=dtype, trainable=False, name=name)
        made.path = f"{self.name}/{made.name}"
        self._own.append(made)
        return made

    def add_variable_from_reference(
        self, reference_variable: Any, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """Make a variable of the shape, dtype, device and memory order of a weight, called after it."""
        self._check_initialized()
        from engine.initializers import get

        first = torch.zeros_like(reference_variable, requires_grad=False)
        if initializer != "zeros":
            start = get(initializer)
            with torch.no_grad():
                first.copy_(torch.as_tensor(start(tuple(first.shape), dtype=str(first.dtype).split(".")[-1])))
        base = getattr(reference_variable, "path", None) or getattr(reference_variable, "name", None)
        word = f"{str(base or 'variable').replace('/', '_').replace(':', '_')}_{name or 'var'}"
        made = Variable(first, trainable=False, name=word)
        made.path = f"{self.name}/{word}"
        self._own.append(made)
        return made

    def add_optimizer_variables(
        self, trainable_variables: Iterable[Any], name: Any, initializer: Any = "zeros"
    ) -> Any:
        """Make a variable for every weight: a list, or, of several names, as many lists.

        Weights that take their gradient as their value need none and get ``None``.
        """
        names = [name] if isinstance(name, str) else list(name)
        starts = list(initializer) if isinstance(initializer, (list, tuple)) else [initializer] * len(names)
        if len(names) != len(starts):
            raise EngineError(
                "Each of several variables has a name and an initializer of its own. "
                f"Received: name={name!r}, initializer={initializer!r}",
                code="param",
            )
        lists: tuple[list[Any], ...] = tuple([] for _ in names)
        for weight in trainable_variables:
            for made, one, start in zip(lists, names, starts, strict=True):
                overwritten = getattr(weight, "overwrite_with_gradient", False)
                made.append(None if overwritten else self.add_variable_from_reference(weight, one, start))
        return lists[0] if isinstance(name, str) else lists

    def _check_initialized(self) -> None:
        if "_own" not in self.__dict__:
            raise RuntimeError(
                f"In optimizer '{type(self).__name__}', you forgot to call `super().__init__()` as the first "
                "statement in the `__init__()` method. Add it."
            )

    # -- reading and writing ---------------------------------------------------------------------------

    @property
    def variables(self) -> list[Any]:
        """Step count, learning rate (where it is a number), then the tensors beside the weights."""
        head = self._head[:1] if callable(self._rate) else self._head
        own = [item.shown() if isinstance(item, Live) else item for item in self._own]
        return [*(item.shown() for item in head), *own]

    def get_weights(self) -> list[Any]:
        """Return ``variables`` as numpy arrays."""
        return [item.numpy() for item in self.variables]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Put back what ``get_weights`` returned."""
        if not self.built:
            raise NotBuiltError(
                "You are calling `set_weights()` on an optimizer that has not yet been built: call "
                "`build(trainable_variables)` first.",
                code="not_built",
            )
        self._assign(self.variables, weights)

    def _assign(self, own: list[Any], weights: Sequence[Any]) -> None:
        if len(weights) != len(own):
            raise EngineError(
                f"Expected {len(own)} arrays of optimizer state. Received: {len(weights)}", code="state"
            )
        for item, value in zip(own, weights, strict=True):
            if tuple(item.shape) != tuple(np.shape(value)):
                raise EngineError(
                    f"Optimizer variable {item.path} has shape {tuple(item.shape)} not compatible with "
                    f"provided weight shape {tuple(np.shape(value))}.",
                    code="state",
                )
        for item, value in zip(own, weights, strict=True):
            item.assign(value)

    def save_own_variables(self, store: Any) -> None:
        """Put the state into ``store``, a dict that a file keeps."""
        for index, item in enumerate(self.variables):
            store[str(index)] = item.detach()

    def load_own_variables(self, store: Any) -> None:
        """Take the state from ``store``; warns and keeps the present one where it has other parts."""
        own = self.variables
        if len(store.keys()) != len(own):
            hint = "" if self.built else " The optimizer is not built yet."
            warnings.warn(
                f"Skipping variable loading for optimizer '{self.name}', because it has {len(own)} variables "
                f"whereas the saved optimizer has {len(store.keys())} variables.{hint}",
                stacklevel=2,
            )
            return
        rate = self._rate
        self._assign(own, [store[str(index)] for index in range(len(own))])
        if type(rate) is float and type(self._rate) is float and np.float32(rate) == np.float32(self._rate):
            self._rate = rate  # a file holds it in float32

    # -- without side effects --------------------------------------------------------------------------

    def stateless_apply(
        self, optimizer_variables: Sequence[Any], grads: Sequence[Any], trainable_variables: Sequence[Any]
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Return weights and ``variables`` after a step from the values given; nothing here changes."""
        self._check_initialized()
        if not self.built:
            raise NotBuiltError(
                f"To call `stateless_apply`, {type(self).__name__} must be built, which makes its own "
                "variables: call its build(trainable_variables).",
                code="not_built",
            )
        own, weights = self.variables, self._trainable_variables
        for what, given, wanted in (
            ("optimizer_variables", optimizer_variables, own),
            ("trainable_variables", trainable_variables, weights),
        ):
            if len(given) != len(wanted):
                raise EngineError(
                    f"Argument `{what}` must be a list of tensors corresponding 1:1 to those that "
                    f"{type(self).__name__} has. Received list with length {len(given)}, but expected "
                    f"{len(wanted)} variables.",
                    code="state",
                )
        with torch.no_grad(), _holding([*weights, *own], [*trainable_variables, *optimizer_variables]):
            self.apply(grads)  # type: ignore[attr-defined]  # an Optimizer's
            return [item.detach().clone() for item in weights], [
                item.detach().clone() for item in self.variables
            ]

    def __reduce__(self) -> Any:
        """Copies and pickles are made anew from the config: the state belongs to weights elsewhere."""
        return _again, (type(self), self.get_config())  # type: ignore[attr-defined]  # an Optimizer's

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
        """Return the optimizer that ``get_config`` described, without its state."""
        config = dict(config)
        if isinstance(config.get("learning_rate"), Mapping):
            from engine.optimizers import schedules

            config["learning_rate"] = schedules.deserialize(config["learning_rate"], custom_objects)
        return cls(**config)


@contextmanager
def _holding(items: Sequence[Any], values: Sequence[Any]) -> Iterator[None]:
    """Give variables other values for a while."""
    kept = [item.detach().clone() for item in items]
    given = [torch.as_tensor(value).detach().clone() for value in values]
    try:
        for item, value in zip(items, given, strict=True):
            _put(item, value)
        yield
    finally:
        for item, value in zip(items, kept, strict=True):
            _put(item, value)


def _put(item: Any, value: Tensor) -> None:
    if isinstance(item, Live):
        item.assign(value)
    else:
        item.copy_(value)


def _again(cls: Any, config: dict[str, Any]) -> Any:
    return cls.from_config(config)
