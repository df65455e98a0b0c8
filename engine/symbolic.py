"""Tensors that do not exist yet, and the record of which layer or operation was called on which of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NoReturn

from engine.dtypes import standardize_dtype
from engine.errors import EngineError
from engine.spec import Shape, TensorSpec
from engine.structure import flatten


@dataclass(eq=False)
class Node:
    """One call of a layer or operation in a graph: its arguments as given, and the symbolic tensors
    in and out.
    """

    layer: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    output_struct: Any = None
    inputs_flat: list[KerasTensor] = field(default_factory=list)

    def __post_init__(self) -> None:
        leaves = [*flatten(self.args), *flatten(self.kwargs)]
        self.inputs_flat = [leaf for leaf in leaves if isinstance(leaf, KerasTensor)]
        self.layer._inbound.append(self)

    @property
    def inputs(self) -> Any:
        """What the layer was called on: one symbolic tensor, or its list."""
        return self.inputs_flat[0] if len(self.inputs_flat) == 1 else self.inputs_flat

    @property
    def outputs(self) -> Any:
        """What came out, in the structure in which the layer returns it."""
        return self.output_struct

    @property
    def outputs_flat(self) -> list[KerasTensor]:
        """What came out, in order."""
        return flatten(self.output_struct)

    @property
    def parents(self) -> list[Node]:
        """The calls that made the inputs, in order."""
        return [tensor.node for tensor in self.inputs_flat]


class SymbolicError(EngineError, TypeError):
    """A symbolic tensor was asked for numbers, which it does not have."""


def _binary(name: str, swapped: bool = False) -> Callable[[Any, Any], Any]:
    """Return the method for an operator: the operation ``name`` on the tensor and what stands beside it."""

    def method(self: KerasTensor, other: Any) -> Any:
        from engine import ops

        operation = getattr(ops, name)
        return operation(other, self) if swapped else operation(self, other)

    return method


def _unary(name: str) -> Callable[[Any], Any]:
    """Return the method for an operator on the tensor alone."""

    def method(self: KerasTensor) -> Any:
        from engine import ops

        return getattr(ops, name)(self)

    return method


def _fixed(name: str, doc: str) -> Any:
    """Return the property ``name``, which is set once and for all."""

    def get(self: KerasTensor) -> Any:
        return self.__dict__[f"_{name}"]

    def refuse(self: KerasTensor, value: Any) -> NoReturn:
        raise AttributeError(f"The `{name}` attribute of KerasTensor is immutable. Received: {value!r}")

    return property(get, refuse, doc=doc)


class KerasTensor:
    """A promise of a tensor: shape (batch axis first, ``None`` where unknown), dtype, name, and whence.

    Operators and slices extend the graph with the operation of ``engine.ops`` that they stand for.  ``node``
    is the call that makes the tensor (none where it was made by hand) and ``index`` its place among that
    call's outputs.  Raises ``ShapeError`` and ``ParamError`` for what is no shape or type.
    """

    node: Node
    index: int
    __hash__ = object.__hash__  # `==` stays that of objects: tensors are keys and members of lists

    def __init__(
        self,
        shape: Any,
        dtype: Any = "float32",
        sparse: bool | str = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
    ) -> None:
        from engine.backend import standardize_shape

        if sparse and ragged:
            raise SymbolicError("KerasTensor cannot have `sparse=True` and `ragged=True`.", code="param")
        self._sparse, self._ragged = bool(sparse), bool(ragged)
        self._shape: Shape = standardize_shape(shape)
        self._dtype = standardize_dtype(dtype)
        self.record_history = record_history
        self.name = name or "keras_tensor"

    shape: Shape = _fixed("shape", "Sizes of the axes, ``None`` where unknown.")
    dtype: str = _fixed("dtype", "Name of the type of its numbers.")
    sparse: bool = _fixed("sparse", "Whether it was declared to be sparse, which no operation here makes.")
    ragged: bool = _fixed("ragged", "Whether it was declared to be ragged, which no operation here makes.")

    @property
    def ndim(self) -> int:
        """Number of axes, the batch axis among them."""
        return len(self._shape)

    @property
    def spec(self) -> TensorSpec:
        """Shape and dtype."""
        return TensorSpec(self._shape, self._dtype)

    @property
    def _keras_history(self) -> tuple[Any, int, int]:
        """Whence the tensor comes, as Keras says it: the layer, which of its calls, and which output."""
        layer = self.node.layer
        return (
            layer,
            next(place for place, node in enumerate(layer._inbound) if node is self.node),
            self.index,
        )

    def reshape(self, newshape: Any) -> Any:
        """Return the tensor with its numbers in another shape; see ``ops.reshape``."""
        return _binary("reshape")(self, newshape)

    def squeeze(self, axis: Any = None) -> Any:
        """Return the tensor without axes of size 1; see ``ops.squeeze``."""
        return _binary("squeeze")(self, axis)

    def __getitem__(self, key: Any) -> Any:
        return _binary("get_item")(self, key)

    def __round__(self, ndigits: int | None = None) -> Any:
        return _binary("round")(self, ndigits or 0)

    __neg__, __abs__, __invert__ = _unary("negative"), _unary("absolute"), _unary("logical_not")
    __add__, __radd__ = _binary("add"), _binary("add", True)
    __sub__, __rsub__ = _binary("subtract"), _binary("subtract", True)
    __mul__, __rmul__ = _binary("multiply"), _binary("multiply", True)
    __matmul__, __rmatmul__ = _binary("matmul"), _binary("matmul", True)
    __truediv__, __rtruediv__ = _binary("true_divide"), _binary("true_divide", True)
    __div__, __rdiv__ = _binary("divide"), _binary("divide", True)
    __floordiv__, __rfloordiv__ = _binary("floor_divide"), _binary("floor_divide", True)
    __mod__, __rmod__ = _binary("mod"), _binary("mod", True)
    __pow__, __rpow__ = _binary("power"), _binary("power", True)
    __and__, __rand__ = _binary("logical_and"), _binary("logical_and", True)
    __or__, __ror__ = _binary("logical_or"), _binary("logical_or", True)
    __xor__, __rxor__ = _binary("logical_xor"), _binary("logical_xor", True)
    __lt__, __le__ = _binary("less"), _binary("less_equal")
    __gt__, __ge__ = _binary("greater"), _binary("greater_equal")
    __ne__ = _binary("not_equal")  # as Keras has it: a tensor, not a bool

    def __eq__(self, other: object) -> bool:
        return self is other

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"

    def _refuse(self, wanted: str) -> NoReturn:
        raise SymbolicError(
            f"A KerasTensor is symbolic: it doesn't have any actual numerical value, so {wanted}. "
            "Make a Model of it and call "
            f"that on data, or use engine.ops. Received: {self!r}",
            code="symbolic",
        )

    def __bool__(self) -> bool:
        self._refuse("it cannot be used as a boolean")

    def __int__(self) -> int:
        self._refuse("it is no whole number")

    def __float__(self) -> float:
        self._refuse("it is no number")

    def __len__(self) -> int:
        self._refuse("len() is not known; read .shape")

    def __array__(self, *_: Any, **__: Any) -> Any:
        self._refuse("it has no numbers for numpy")

    def __iter__(self) -> Any:
        raise NotImplementedError(
            "A symbolic tensor cannot be iterated over: the data is not there yet. Take parts with "
            f"x[:, 0], or use ops.unstack. Received: {self!r}"
        )


def is_keras_tensor(x: Any) -> bool:
    """Return whether ``x`` is a symbolic tensor.  Keras: ``keras.utils.is_keras_tensor``."""
    return isinstance(x, KerasTensor)


def any_symbolic_tensors(args: Any = None, kwargs: Any = None) -> bool:
    """Return whether a symbolic tensor is among these arguments, however nested."""
    leaves = [*flatten(args or ()), *flatten(kwargs or {})]
    return any(isinstance(leaf, KerasTensor) for leaf in leaves)
