"""A weight: a torch Parameter with Keras' few extra words."""

from __future__ import annotations

import builtins
import operator
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from engine.backend import autocast_dtype, convert_to_tensor
from engine.errors import ParamError, ShapeError
from engine.structure import map_structure


class _Watched(threading.local):
    """What wants to know of assignments in this thread before they happen, and of loss terms."""

    note: Callable[[Any], None] | None = None
    losses: Callable[[Any], None] | None = None


_watched = _Watched()


def watch(
    note: Callable[[Any], None] | None, losses: Callable[[Any], None] | None
) -> tuple[Callable[[Any], None] | None, Callable[[Any], None] | None]:
    """Let ``note`` be told of each weight before something is assigned to it and ``losses`` of loss terms;
    return who was told before.
    """
    before = (_watched.note, _watched.losses)
    _watched.note, _watched.losses = note, losses
    return before


def note_losses(loss: Any) -> None:
    """Tell of what ``add_loss`` was given."""
    if _watched.losses is not None:
        _watched.losses(loss)


class Variable(torch.nn.Parameter):
    """A torch ``Parameter`` that knows its name and path, and can be assigned.

    ``initializer`` is an array, a tensor (not copied), a number, or what makes one: the name of an
    initializer, an ``Initializer`` or a function of ``(shape, dtype)``, which need ``shape``.  ``path`` is
    where the weight lies in its model (``"layer/weight"``); ``trainable`` is torch's ``requires_grad``.
    ``autocast`` says whether a layer of mixed precision computes with it in its half type.  ``aggregation``
    and ``synchronization`` are kept for scripts written for Keras.  Raises ``ParamError`` and ``ShapeError``.
    ``dtype`` is torch's (``torch.float32``), for torch reads it in its own code and lets no text stand in its
    place: ``v.dtype == "float32"`` of scripts written for Keras is False here.  Write
    ``backend.standardize_dtype(v.dtype) == "float32"``, which holds in both.  Keras: ``keras.Variable``.
    """

    name: str = "variable"  # a class attribute, for torch has a read-only one of this name
    path: str
    autocast: bool
    aggregation: str
    synchronization: str
    wants_gradient: bool
    """Whether it was made to be trained: what unfreezing its layer restores."""

    def __new__(
        cls,
        initializer: Any,
        shape: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str = "none",
        synchronization: str = "auto",
        name: str | None = None,
    ) -> Variable:
        """Make the weight."""
        if name is not None and (not isinstance(name, str) or "/" in name):
            raise ParamError(
                f"Argument `name` must be a string and cannot contain character `/`. Received: name={name!r}",
                code="name",
            )
        value = _first(initializer, shape, dtype)
        floating = value.is_floating_point()
        made: Variable = super().__new__(cls, value, bool(trainable) and floating)
        made.name = name or "variable"
        made.path = _scoped(made.name)
        made.autocast = autocast
        made.aggregation = aggregation or "none"
        made.synchronization = synchronization
        made.wants_gradient = bool(trainable) and floating
        made._regularizer = made._constraint = None
        made._overwrite = False
        return made

    @property
    def trainable(self) -> bool:
        """Whether gradients are taken for this weight."""
        return self.requires_grad

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self.requires_grad_(bool(value) and self.is_floating_point())

    @property
    def regularizer(self) -> Any:
        """The penalty on this weight, a function of it, or ``None``."""
        return self._regularizer

    @regularizer.setter
    def regularizer(self, value: Any) -> None:
        self._regularizer = _function("regularizer", value)

    @property
    def constraint(self) -> Any:
        """The rule that holds the weight after each step, a function of it, or ``None``."""
        return self._constraint

    @constraint.setter
    def constraint(self, value: Any) -> None:
        self._constraint = _function("constraint", value)

    @property
    def overwrite_with_gradient(self) -> bool:
        """Whether an optimizer puts the gradient in place of the weight, for float8 scales of one's own."""
        return self._overwrite

    @overwrite_with_gradient.setter
    def overwrite_with_gradient(self, value: bool) -> None:
        if not isinstance(value, bool):
            raise TypeError(f"`overwrite_with_gradient` must be a boolean. Received: {value!r}")
        self._overwrite = value

    def assign(self, value: Any) -> Variable:
        """Copy ``value`` (array, tensor or number of the same shape) into this weight, in place."""
        new = value if isinstance(value, torch.Tensor) else _numbers(value)
        if new.shape != self.shape:
            raise ShapeError(
                f"The shape of what assign() puts into a weight must match it. Expected for "
                f"'{self.path}': {tuple(self.shape)}. Received: a value of shape {tuple(new.shape)}.",
                code="weight_shape",
                weight=self.path,
                expected=tuple(self.shape),
                got=tuple(new.shape),
            )
        if _watched.note is not None:
            _watched.note(self)
        with torch.no_grad():
            self.copy_(new)
        return self

    def assign_add(self, value: Any) -> Variable:
        """Add ``value`` in place."""
        return self.assign(self.detach() + torch.as_tensor(value, device=self.device))

    def assign_sub(self, value: Any) -> Variable:
        """Subtract ``value`` in place."""
        return self.assign(self.detach() - torch.as_tensor(value, device=self.device))

    def numpy(self, *, force: bool = True) -> Any:  # a weight is always wanted as plain numbers
        """Return a copy of the numbers as a numpy array, detached and on the CPU."""
        plain = self.detach().cpu()
        if plain.dtype is torch.bfloat16:  # a type that numpy has not
            plain = plain.float()
        return np.array(plain.numpy(force=force))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return self.numpy() if dtype is None else self.numpy().astype(dtype, copy=False)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        """Let numpy's functions (``np.min``, ``np.concatenate``) take the numbers; torch's own methods, which
        numpy would call, have other arguments.
        """
        plain = map_structure(_array, (tuple(args), dict(kwargs)))
        return function(*plain[0], **plain[1])

    def __array_ufunc__(self, function: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Do what numpy does with the numbers; an array and a weight at an operator make a tensor, with
        gradients.
        """
        act = _OPERATORS.get(function)
        if act is not None and method == "__call__" and not kwargs:
            return act(*(torch.as_tensor(item, device=self.device) for item in inputs))
        return getattr(function, method)(*map_structure(_array, inputs), **map_structure(_array, kwargs))

    @property
    def value(self) -> torch.Tensor:
        """The tensor itself, whose ``grad`` a training step of one's own reads; in an ``AutocastScope`` its
        numbers in another type.
        """
        kind = autocast_dtype()
        return self if kind is None or not (self.autocast and self.is_floating_point()) else self.to(kind)

    def __repr__(self, *, tensor_contents: Any = None) -> str:  # type: ignore[override]  # torch leaves it untyped
        name = str(self.dtype).removeprefix("torch.")
        return f"<Variable path={self.path}, shape={tuple(self.shape)}, dtype={name}, value={self.numpy()}>"

    def __round__(self, ndigits: int = 0) -> torch.Tensor:
        return torch.round(self, decimals=ndigits)

    def __int__(self) -> int:
        return int(self._lone().item())

    def __float__(self) -> float:
        return float(self._lone().item())

    def __bool__(self) -> bool:
        if self.numel() != 1:
            raise TypeError(
                "A Keras Variable cannot be used as a boolean. "
                f"Received: weight '{self.path}' of shape {tuple(self.shape)}"
            )
        return bool(self.item())

    def _lone(self) -> torch.Tensor:
        if self.numel() != 1:
            raise TypeError(
                "Only scalar arrays can be converted to Python scalars. "
                f"Received: weight '{self.path}' of shape {tuple(self.shape)}"
            )
        return self

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Say how to make it again: torch's own way knows of neither name nor path."""
        words = {name: value for name, value in self.__dict__.items() if not name.startswith("_")}
        return _again, (self.detach().data, self.requires_grad, words, self._regularizer, self._constraint)

    def __deepcopy__(self, memo: dict[int, Any]) -> Variable:
        """Copy the numbers and the words; torch's own copy knows of neither name nor path."""
        twin = type(self)(self.detach().clone(), trainable=self.wants_gradient, autocast=self.autocast)
        twin.__dict__.update(self.__dict__)
        twin.requires_grad_(self.requires_grad)
        memo[id(self)] = twin
        return twin


def _array(value: Any) -> Any:
    return value.numpy() if isinstance(value, Variable) else value


def _with_arrays(name: str) -> Callable[[Any, Any], Any]:
    """Return torch's comparison ``name`` that takes arrays too, which torch leaves to numpy."""
    plain = getattr(torch.Tensor, name)

    def operates(self: Any, other: Any) -> Any:
        if isinstance(other, np.ndarray):
            other = torch.as_tensor(other, device=self.device)
        return plain(self, other)

    return operates


for _name in ("eq", "ne", "lt", "le", "gt", "ge"):
    setattr(Variable, f"__{_name}__", _with_arrays(f"__{_name}__"))


_OPERATORS = {
    getattr(np, name): getattr(operator, word)
    for name, word in {
        "add": "add", "subtract": "sub", "multiply": "mul", "divide": "truediv", "floor_divide": "floordiv",
        "remainder": "mod", "power": "pow", "matmul": "matmul", "less": "lt", "less_equal": "le",
        "greater": "gt", "greater_equal": "ge", "equal": "eq", "not_equal": "ne",
    }.items()
}  # fmt: skip
"""What numpy calls operators, and Python does."""


def _scoped(name: str) -> str:
    """Return the path of a weight made inside ``backend.name_scope`` blocks."""
    from engine.backend import scopes

    return "/".join((*scopes(), name))


def _first(initializer: Any, shape: Any, dtype: Any) -> torch.Tensor:
    """Return the numbers that a weight starts from."""
    if isinstance(initializer, torch.Tensor) and dtype is None:
        return initializer
    from engine import initializers
    from engine.dtypes import standardize_dtype

    if isinstance(initializer, str):
        initializer = initializers.get(initializer)
    if callable(initializer) and not isinstance(initializer, torch.Tensor):
        if shape is None:
            raise ParamError(
                "When creating a Variable from an initializer, the `shape` argument is needed. Received: "
                f"initializer={initializer!r} and shape=None",
                code="param",
                param="shape",
            )
        name = standardize_dtype(dtype)
        return torch.as_tensor(initializer(tuple(shape), dtype=name), dtype=getattr(torch, name))
    if dtype is None and isinstance(initializer, (builtins.float, int, list, tuple)):
        return convert_to_tensor(initializer).detach().clone()
    wanted = None if dtype is None else getattr(torch, standardize_dtype(dtype))
    plain = initializer if isinstance(initializer, torch.Tensor) else np.asarray(initializer)
    return torch.as_tensor(plain, dtype=wanted).detach().clone()


def _numbers(value: Any) -> torch.Tensor:
    """Return an array or a number as a tensor; half precision as other libraries give it to numpy, too."""
    array = np.asarray(value)
    if array.dtype.name in ("bfloat16", "float8_e4m3fn", "float8_e5m2"):
        array = array.astype("float32")
    return torch.as_tensor(array)


def _again(
    value: torch.Tensor, requires_grad: bool, words: dict[str, Any], regularizer: Any, constraint: Any
) -> Variable:
    made = Variable(value.as_subclass(torch.Tensor))
    made.__dict__.update(words)
    made.regularizer, made.constraint = regularizer, constraint
    made.requires_grad_(requires_grad)
    return made


def _function(word: str, value: Any) -> Any:
    if value is not None and not callable(value):
        raise ParamError(
            f"Invalid value for attribute `{word}`: it is a function of the weight, or None. "
            f"Received: {value!r}",
            code="param",
            param=word,
            got=value,
        )
    return value
