"""Global pooling: one number per channel for a whole sequence or picture."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import torch
from torch import Tensor

from engine import config as settings
from engine.errors import ShapeError
from engine.layers.convolution_shapes import checked_shape, resolved_format
from engine.layers.layer import Layer
from engine.params import DataFormat, Flag
from engine.spec import InputSpec, Shape, shape_text


def refuse_empty(layer: Layer, shape: Shape, axes: Iterable[int]) -> None:
    """Raise ``ShapeError`` where one of ``axes`` has no places at all."""
    for axis in axes:
        if shape[axis] == 0:
            raise ShapeError(
                f"Layer '{layer.name}' expected at least one place on axis {axis}. Received: shape "
                f"{shape_text(shape)}.",
                code="too_small",
                layer=layer.name,
                axis=axis,
                expected=1,
                got=0,
                shape=shape,
            )


class _GlobalPooling(Layer):
    """One answer for all places, each channel on its own.

    Args:
        data_format: Whether the channels are the last axis or the first after the batch.
        keepdims: Whether the axes that were boiled down stay, with size 1.
    """

    category: ClassVar[str] = "pooling"
    rank: ClassVar[int] = 2

    def __init__(self, data_format: DataFormat | None = None, keepdims: Flag = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = resolved_format(data_format)
        self.keepdims = keepdims
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self._build_at_init()

    def _axes(self) -> tuple[int, ...]:
        first = 1 if self.data_format == "channels_last" else 2
        return tuple(range(first, first + self.rank))

    def _floating(self, inputs: Tensor) -> Tensor:
        """Return inputs of whole numbers as floats: a mean is none."""
        return inputs if inputs.is_floating_point() else inputs.to(getattr(torch, settings.floatx()))

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return (batch, channels), or with ``keepdims`` ones in place of the axes that are gone."""
        shape = checked_shape(self, input_shape)
        refuse_empty(self, shape, self._axes())
        if self.keepdims:
            return tuple(1 if axis in self._axes() else size for axis, size in enumerate(shape))
        return tuple(size for axis, size in enumerate(shape) if axis not in self._axes())


class _GlobalMax(_GlobalPooling):
    """The largest number of each channel."""

    def call(self, inputs: Tensor) -> Tensor:
        """Return the largest number of each channel."""
        return inputs.amax(self._axes(), keepdim=self.keepdims)


class _GlobalAverage(_GlobalPooling):
    """The mean of each channel."""

    def call(self, inputs: Tensor) -> Tensor:
        """Return the mean of each channel."""
        return self._floating(inputs).mean(self._axes(), keepdim=self.keepdims)


class GlobalMaxPooling1D(_GlobalMax):
    """Boils a whole sequence down to the largest number of each channel.

    Input (batch, steps, channels), output (batch, channels); with
    ``data_format="channels_first"`` the channels come second.
    Keras: ``keras.layers.GlobalMaxPooling1D``.
    """

    rank: ClassVar[int] = 1


class GlobalMaxPooling2D(_GlobalMax):
    """Boils a whole picture down to the largest number of each channel.

    Input (batch, height, width, channels), output (batch, channels); with
    ``data_format="channels_first"`` the channels come second.
    Keras: ``keras.layers.GlobalMaxPooling2D``.
    """

    rank: ClassVar[int] = 2


class GlobalMaxPooling3D(_GlobalMax):
    """Boils a whole volume down to the largest number of each channel.

    Input (batch, depth, height, width, channels), output (batch, channels); with
    ``data_format="channels_first"`` the channels come second.
    Keras: ``keras.layers.GlobalMaxPooling3D``.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 3


class GlobalAveragePooling1D(_GlobalPooling):
    """Boils a whole sequence down to the mean of each channel; steps that a mask leaves out do not count.

    Input (batch, steps, channels), output (batch, channels).
    Keras: ``keras.layers.GlobalAveragePooling1D``.
    """

    rank: ClassVar[int] = 1
    supports_masking = True

    def call(self, inputs: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the mean of each channel, over the steps that ``mask`` (batch, steps) lets count."""
        axis = self._axes()[0]
        if mask is None:
            return self._floating(inputs).mean(axis, keepdim=self.keepdims)
        counted = mask.to(torch.bool).unsqueeze(2 if axis == 1 else 1)
        total = torch.where(counted, inputs, 0).sum(axis, keepdim=self.keepdims)
        return total / counted.sum(axis, keepdim=self.keepdims).to(inputs.dtype)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Return ``None``: no steps are left that could be masked."""
        return None


class GlobalAveragePooling2D(_GlobalAverage):
    """Boils a whole picture down to the mean of each channel.

    Input (batch, height, width, channels), output (batch, channels); with
    ``data_format="channels_first"`` the channels come second.
    Keras: ``keras.layers.GlobalAveragePooling2D``.
    """

    rank: ClassVar[int] = 2


class GlobalAveragePooling3D(_GlobalAverage):
    """Boils a whole volume down to the mean of each channel.

    Input (batch, depth, height, width, channels), output (batch, channels); with
    ``data_format="channels_first"`` the channels come second.
    Keras: ``keras.layers.GlobalAveragePooling3D``.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 3


GlobalMaxPool1D, GlobalMaxPool2D, GlobalMaxPool3D = GlobalMaxPooling1D, GlobalMaxPooling2D, GlobalMaxPooling3D
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
