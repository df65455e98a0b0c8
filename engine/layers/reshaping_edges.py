"""Layers that cut edges off, or put zeros around."""

from __future__ import annotations

from typing import Any, ClassVar

import torch.nn.functional as F
from torch import Tensor

from engine.errors import ParamError, ShapeError
from engine.layers.convolution_shapes import checked_shape, resolved_format
from engine.layers.reshaping import _Rearranging
from engine.params import Anything, DataFormat, Pair
from engine.spec import InputSpec, Shape, shape_text

Edges = tuple[tuple[int, int], ...]


def edges_of(value: Any, rank: int, name: str, owner: str) -> Edges:
    """Return (before, after) for each axis from one number, one for each axis, or pairs of them.

    Raises ``ParamError`` for anything else.
    """
    sides = [value] * rank if _is_size(value) else value
    if isinstance(sides, (list, tuple)) and len(sides) == rank:
        pairs = [(side, side) if _is_size(side) else side for side in sides]
        if all(_is_pair(pair) for pair in pairs):
            return tuple((int(before), int(after)) for before, after in pairs)
    raise ParamError(
        f"{owner}: {name} is a whole number of at least 0, or one for each of the {rank} axes, or a pair "
        f"(before, after) for each. Received: {name}={value!r}",
        code="param",
        owner=owner,
        param=name,
        expected=f"whole numbers of at least 0 for {rank} axes",
        got=value,
    )


def _is_pair(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == 2 and all(_is_size(size) for size in value)


def _is_size(value: Any) -> bool:
    return hasattr(value, "__index__") and not isinstance(value, bool) and int(value) >= 0


class _Edges(_Rearranging):
    """Base of layers that change the length of axes at both ends.

    Args:
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    rank: ClassVar[int] = 2

    def _settle(self, edges: Edges, data_format: str) -> None:
        self._edges = edges
        self._first = 1 if data_format == "channels_last" else 2
        self.input_spec = InputSpec(ndim=self.rank + 2)


class _Cropping(_Edges):
    """Cuts numbers off both ends of axes."""

    def call(self, inputs: Tensor) -> Tensor:
        """Return the middle of ``inputs``, which is a view of it."""
        for axis, (before, after) in enumerate(self._edges, self._first):
            left = inputs.shape[axis] - before - after
            if left < 1:
                raise self._nothing_left(tuple(inputs.shape), axis)
            inputs = inputs.narrow(axis, before, left)
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape that is left; raises ``ShapeError`` where nothing is."""
        shape = list(checked_shape(self, input_shape))
        for axis, (before, after) in enumerate(self._edges, self._first):
            size = shape[axis]
            if size is None:
                continue
            shape[axis] = size - before - after
            if size <= before + after:
                raise self._nothing_left(tuple(input_shape), axis)
        return tuple(shape)

    def _nothing_left(self, shape: Shape, axis: int) -> ShapeError:
        before, after = self._edges[axis - self._first]
        kind = type(self).__name__
        rule = (
            f"`cropping` parameter of `{kind}` layer must be smaller than the input length."
            if self.rank == 1
            else "Values in `cropping` argument should be smaller than the corresponding spatial dimension "
            "of the input."
        )
        return ShapeError(
            f"{rule} Layer '{self.name}' cuts {before} and {after} off axis {axis}. Received: shape "
            f"{shape_text(shape)}.",
            code="too_small",
            layer=self.name,
            axis=axis,
            expected=before + after + 1,
            got=shape[axis],
            shape=shape,
        )


class Cropping1D(_Cropping):
    """Cuts steps off the start and the end of a sequence.

    Input (batch, steps, channels), output (batch, fewer steps, channels).
    Keras: ``keras.layers.Cropping1D``.

    Args:
        cropping: How many steps go at the start and at the end; one number for both.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 1

    def __init__(self, cropping: Pair = (1, 1), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cropping = cropping
        self._settle((cropping,), "channels_last")


class Cropping2D(_Cropping):
    """Cuts rows and columns off the edges of a picture.

    Input (batch, height, width, channels), output (batch, less height, less width, channels); with
    ``data_format="channels_first"`` the channels come second.  Keras: ``keras.layers.Cropping2D``.

    Args:
        cropping: How many pixels go: one number for all edges, one for height and one for width, or
            ((top, bottom), (left, right)).
    """

    rare: ClassVar[bool] = True

    def __init__(
        self,
        cropping: Anything = ((0, 0), (0, 0)),
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.data_format = resolved_format(data_format)
        self.cropping = edges_of(cropping, 2, "cropping", type(self).__name__)
        self._settle(self.cropping, self.data_format)


class Cropping3D(_Cropping):
    """Cuts the outer layers off a volume.

    Input (batch, depth, height, width, channels), output with fewer places along the three axes between; with
    ``data_format="channels_first"`` the channels come second.  Keras: ``keras.layers.Cropping3D``.

    Args:
        cropping: How many places go: one number for all sides, one for each axis, or a pair (before, after)
            for each axis.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 3

    def __init__(
        self,
        cropping: Anything = ((1, 1), (1, 1), (1, 1)),
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.data_format = resolved_format(data_format)
        self.cropping = edges_of(cropping, 3, "cropping", type(self).__name__)
        self._settle(self.cropping, self.data_format)


class _ZeroPadding(_Edges):
    """Puts zeros at both ends of axes."""

    def call(self, inputs: Tensor) -> Tensor:
        """Return ``inputs`` with zeros around."""
        behind = inputs.dim() - self._first - self.rank
        flat = [0] * (2 * behind) + [size for pair in reversed(self._edges) for size in pair]
        return F.pad(inputs, flat)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape with what is put on added to it."""
        shape = list(checked_shape(self, input_shape))
        for axis, pair in enumerate(self._edges, self._first):
            size = shape[axis]
            shape[axis] = None if size is None else size + sum(pair)
        return tuple(shape)


class ZeroPadding1D(_ZeroPadding):
    """Puts zeros before and after a sequence.

    Input (batch, steps, channels), output (batch, more steps, channels); with
    ``data_format="channels_first"`` the channels come second.  Keras: ``keras.layers.ZeroPadding1D``.

    Args:
        padding: How many zeros go before and after; one number for both.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 1

    def __init__(self, padding: Pair = 1, data_format: DataFormat | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = resolved_format(data_format)
        self.padding = padding
        self._settle((padding,), self.data_format)


class ZeroPadding2D(_ZeroPadding):
    """Puts a frame of zeros around a picture.

    Input (batch, height, width, channels), output (batch, more height, more width, channels); with
    ``data_format="channels_first"`` the channels come second.  Keras: ``keras.layers.ZeroPadding2D``.

    Args:
        padding: How wide the frame is: one number for all edges, one for height and one for width, or
            ((top, bottom), (left, right)).
    """

    def __init__(
        self,
        padding: Anything = (1, 1),
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.data_format = resolved_format(data_format)
        self.padding = edges_of(padding, 2, "padding", type(self).__name__)
        self._settle(self.padding, self.data_format)


class ZeroPadding3D(_ZeroPadding):
    """Puts zeros around a volume.

    Input (batch, depth, height, width, channels), output with more places along the three axes between; with
    ``data_format="channels_first"`` the channels come second.  Keras: ``keras.layers.ZeroPadding3D``.

    Args:
        padding: How many zeros are put on: one number for all sides, one for each axis, or a pair (before,
            after) for each axis.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 3

    def __init__(
        self,
        padding: Anything = ((1, 1), (1, 1), (1, 1)),
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.data_format = resolved_format(data_format)
        self.padding = edges_of(padding, 3, "padding", type(self).__name__)
        self._settle(self.padding, self.data_format)
