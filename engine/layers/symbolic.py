"""Tensors that do not exist yet, and the record of which layer was called on which of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.spec import Shape, TensorSpec
from engine.structure import flatten


@dataclass(eq=False)
class Node:
    """One call of a layer in a graph: its arguments as given, and the symbolic tensors in and out."""

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


class KerasTensor:
    """A promise of a tensor: shape (batch axis first, ``None`` where unknown), dtype, name, and whence.

    ``node`` is the call that makes it and ``index`` its place among that call's outputs.
    """

    node: Node
    index: int

    def __init__(self, shape: Shape, dtype: str = "float32", name: str | None = None) -> None:
        self.shape: Shape = tuple(shape)
        self.dtype = dtype
        self.name = name or "keras_tensor"

    @property
    def ndim(self) -> int:
        """Number of axes, the batch axis among them."""
        return len(self.shape)

    @property
    def spec(self) -> TensorSpec:
        """Shape and dtype."""
        return TensorSpec(self.shape, self.dtype)

    def __add__(self, other: Any) -> Any:
        return _combined("Add", self, other) if _symbolic(other) else _rescaled(self, 1.0, other)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return _combined("Subtract", self, other) if _symbolic(other) else _rescaled(self, 1.0, -other)

    def __rsub__(self, other: Any) -> Any:
        return _rescaled(self, -1.0, other)

    def __mul__(self, other: Any) -> Any:
        return _combined("Multiply", self, other) if _symbolic(other) else _rescaled(self, other, 0.0)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        if _symbolic(other):
            raise TypeError("Symbolic tensors are not divided by each other: write a Layer that does it.")
        return _rescaled(self, 1.0 / other, 0.0)

    def __neg__(self) -> Any:
        return _rescaled(self, -1.0, 0.0)

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"

    def __bool__(self) -> bool:
        raise TypeError("A symbolic tensor has no numbers yet: it is neither true nor false.")

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("A symbolic tensor has no numbers yet: make a Model of it and call that on data.")


def _symbolic(value: Any) -> bool:
    return isinstance(value, KerasTensor)


def _combined(kind: str, one: KerasTensor, two: KerasTensor) -> Any:
    """Return what the merging layer ``kind`` makes of two tensors: operators are layers like any other."""
    from engine.layers.families import LAYERS

    return LAYERS.find(kind)()([one, two])


def _rescaled(tensor: KerasTensor, scale: Any, offset: Any) -> Any:
    from engine.layers.families import LAYERS

    return LAYERS.find("Rescaling")(scale, offset)(tensor)
