"""Layers that keep the numbers and change their arrangement."""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor

from engine import config as settings
from engine.errors import ParamError, ShapeError
from engine.layers.layer import Layer
from engine.params import AxisOrder, DataFormat, TargetShape, Times
from engine.spec import InputSpec, Shape, TensorSpec


class _Rearranging(Layer):
    """Base of layers that keep every number as it is."""

    category = "reshaping"

    def compute_output_dtype(self, *dtypes: str) -> str:
        """Return the input's dtype."""
        return dtypes[0]


class Flatten(_Rearranging):
    """Lays out all numbers of a sample in one row.

    Input (batch, ...), output (batch, all the sizes multiplied).  Keras: ``keras.layers.Flatten``.

    Args:
        data_format: Whether channels come last or first; none takes the setting of the engine.
    """

    input_spec = InputSpec(min_ndim=1)

    def __init__(self, data_format: DataFormat | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = data_format or settings.image_data_format()

    def call(self, inputs: Tensor) -> Tensor:
        """Return the input with one axis behind the batch axis."""
        if self.data_format == "channels_first" and inputs.dim() > 2:
            inputs = inputs.movedim(1, -1)
        return inputs.flatten(1) if inputs.dim() > 1 else inputs.unsqueeze(1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (batch, product of the other sizes)."""
        self.check_input(TensorSpec(tuple(input_shape)))
        sizes = input_shape[1:]
        known = [size for size in sizes if size is not None]
        return (input_shape[0], math.prod(known) if len(known) == len(sizes) else None)


class Reshape(_Rearranging):
    """Arranges the numbers of a sample in another shape.

    Keras: ``keras.layers.Reshape``.

    Args:
        target_shape: Sizes of the new axes, the batch axis left out; one of them may be -1, for what is left.
    """

    input_spec = InputSpec(min_ndim=1)

    def __init__(self, target_shape: TargetShape, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if sum(size in (-1, None) for size in target_shape) > 1:
            raise ParamError(
                "Reshape: There must be at most one unknown dimension (-1) in `target_shape`. Received: "
                f"target_shape={target_shape!r}",
                code="param",
                owner="Reshape",
                param="target_shape",
                got=target_shape,
            )
        self.target_shape = tuple(target_shape)
        self._build_at_init()
        self._sizes = tuple(-1 if size is None else size for size in target_shape)

    def call(self, inputs: Tensor) -> Tensor:
        """Return the input in its new shape."""
        if not inputs.numel() and -1 in self._sizes:  # torch cannot tell what is left of nothing
            return inputs.reshape([size or 0 for size in self.compute_output_shape(tuple(inputs.shape))])
        try:
            return inputs.reshape(inputs.shape[0], *self._sizes)
        except RuntimeError:
            self.compute_output_shape(tuple(inputs.shape))  # says it plainly, where the shape is at fault
            raise

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return batch size and target; raises ``ShapeError`` (``"reshape"``) where it does not fit."""
        self.check_input(TensorSpec(tuple(input_shape)))
        sizes = input_shape[1:]
        whole = [size for size in sizes if size is not None]
        if len(whole) < len(sizes):
            return (input_shape[0], *(None if size == -1 else size for size in self._sizes))
        fixed = math.prod(size for size in self._sizes if size != -1)
        total = math.prod(whole)
        if (not fixed or total % fixed) if -1 in self._sizes else total != fixed:
            raise ShapeError(
                f"Layer '{self.name}' cannot arrange {total} numbers as {self.target_shape}: the total size "
                f"must be unchanged. Received: shape {tuple(input_shape)}.",
                code="reshape",
                layer=self.name,
                got=total,
                expected=self.target_shape,
                shape=tuple(input_shape),
            )
        return (input_shape[0], *(total // fixed if size == -1 else size for size in self._sizes))


class Permute(_Rearranging):
    """Puts the axes of a sample in another order.

    Input (batch, ...), output with the same sizes in the order of ``dims``.
    Keras: ``keras.layers.Permute``.

    Args:
        dims: The new order of the axes, counted from 1; the batch axis stays in front.
    """

    def __init__(self, dims: AxisOrder, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ParamError(
                f"Permute: Invalid permutation of axes: dims holds each of the numbers from 1 to "
                f"{len(self.dims)} once. Received: dims={dims!r}",
                code="param",
                owner="Permute",
                param="dims",
                got=dims,
            )
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: Tensor) -> Tensor:
        """Return the input with its axes in the new order."""
        return inputs.permute(0, *self.dims)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the sizes in the new order."""
        self.check_input(TensorSpec(tuple(input_shape)))
        return (input_shape[0], *(input_shape[axis] for axis in self.dims))


class RepeatVector(_Rearranging):
    """Makes a sequence of a vector by repeating it.

    Input (batch, features), output (batch, n, features).  Keras: ``keras.layers.RepeatVector``.

    Args:
        n: How many times the vector is repeated.
    """

    input_spec = InputSpec(ndim=2)

    def __init__(self, n: Times, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n = n

    def call(self, inputs: Tensor) -> Tensor:
        """Return (batch, n, features)."""
        return inputs.unsqueeze(1).expand(-1, self.n, -1)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (batch, n, features)."""
        self.check_input(TensorSpec(tuple(input_shape)))
        return (input_shape[0], self.n, input_shape[1])
