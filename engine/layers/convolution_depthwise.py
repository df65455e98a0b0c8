"""Convolutions that look at each channel on its own."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from torch import Tensor

from engine.layers.convolution_base import _Sliding
from engine.layers.convolution_shapes import channel_axis, channels_of, checked_shape
from engine.layers.variable import Variable
from engine.params import (
    Activation,
    Constraint,
    DataFormat,
    Flag,
    Initializer,
    Padding,
    PositiveInt,
    Regularizer,
    Size1,
    Size2,
)
from engine.spec import Shape


class _EachChannel(_Sliding):
    """A window of its own for each channel, ``depth_multiplier`` times.

    Args:
        depth_multiplier: How many windows each channel has.
        depthwise_initializer: How the windows start.
        depthwise_regularizer: A penalty on large weights of the windows.
        depthwise_constraint: A rule that the windows are made to obey after each step.
    """

    depth_multiplier: int
    depthwise_initializer: Any
    depthwise_regularizer: Any
    depthwise_constraint: Any

    def _add_depthwise(self, channels: int, name: str) -> Variable:
        # Memory order (channels, multiplier, window): torch reads it as one filter for each output channel.
        return self.add_weight(
            (*self.kernel_size, channels, self.depth_multiplier),
            self.depthwise_initializer,
            name=name,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
            torch_axes=(self.rank, self.rank + 1, *range(self.rank)),
        )

    def _spread(self, x: Tensor, kernel: Tensor, bias: Tensor | None) -> Tensor:
        if self.rank == 1:
            filters = kernel.permute(1, 2, 0).flatten(0, 1)[:, None, None]
        else:
            filters = kernel.permute(2, 3, 0, 1).flatten(0, 1).unsqueeze(1)
        return self._slide(x, filters, bias, kernel.shape[-2])

    def _out_shape(self, input_shape: Any, filters: int | None) -> Shape:
        shape = checked_shape(self, input_shape)
        channels = channels_of(self, shape, channel_axis(self.data_format))
        return self._slid(shape, filters or channels * self.depth_multiplier)


class _Depthwise(_EachChannel):
    """The windows alone: channels are not mixed."""

    kernel: Variable

    def build(self, input_shape: Any) -> None:
        """Make kernel (window, channels, depth_multiplier) and bias; raises ``ShapeError``."""
        self.compute_output_shape(input_shape)
        channels = self._channels(tuple(input_shape))
        self.kernel = self._add_depthwise(channels, "kernel")
        self._add_bias(channels * self.depth_multiplier)

    def call(self, inputs: Tensor) -> Tensor:
        """Return the activation of the windows over ``inputs``."""
        return self._activated(self._spread(inputs, self.kernel, self.bias))

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape that comes out; raises ``ShapeError`` where the window has no room."""
        return self._out_shape(input_shape, None)

    def compute_macs(self, input_shape: Any, output_shape: Any) -> int:
        """Return the window's size for every number that comes out; 0 where sizes are unknown."""
        return int(math.prod(size or 0 for size in tuple(output_shape)[1:]) * math.prod(self.kernel_size))


class DepthwiseConv1D(_Depthwise):
    """Slides a small weight window along each channel of a sequence on its own, without mixing channels.

    Input (batch, steps, channels), output (batch, new steps, channels * depth_multiplier); with
    ``data_format="channels_first"`` the channels come second.  Keras: ``keras.layers.DepthwiseConv1D``.

    Args:
        kernel_size: How many steps the window spans.
        strides: How many steps the window moves on each time.
        padding: "valid" keeps the window inside the sequence, "same" adds zeros on both sides.
        dilation_rate: The distance between the steps that a window looks at.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 1

    def __init__(
        self,
        kernel_size: Size1,
        strides: Size1 = 1,
        padding: Padding = "valid",
        depth_multiplier: PositiveInt = 1,
        data_format: DataFormat | None = None,
        dilation_rate: Size1 = 1,
        activation: Activation = None,
        use_bias: Flag = True,
        depthwise_initializer: Initializer = "glorot_uniform",
        bias_initializer: Initializer = "zeros",
        depthwise_regularizer: Regularizer = None,
        bias_regularizer: Regularizer = None,
        activity_regularizer: Regularizer = None,
        depthwise_constraint: Constraint = None,
        bias_constraint: Constraint = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._take(locals())


class DepthwiseConv2D(_Depthwise):
    """Slides a small weight window over each channel of a picture on its own, without mixing channels.

    Input (batch, height, width, channels), output (batch, new height, new width, channels *
    depth_multiplier); with ``data_format="channels_first"`` the channels come second.
    Keras: ``keras.layers.DepthwiseConv2D``.

    Args:
        kernel_size: Height and width of the window, in pixels.
        strides: How far the window moves each time, down and across.
        padding: "valid" keeps the window inside the picture, "same" adds zeros around it.
        dilation_rate: The distance between the pixels that a window looks at.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 2

    def __init__(
        self,
        kernel_size: Size2,
        strides: Size2 = (1, 1),
        padding: Padding = "valid",
        depth_multiplier: PositiveInt = 1,
        data_format: DataFormat | None = None,
        dilation_rate: Size2 = (1, 1),
        activation: Activation = None,
        use_bias: Flag = True,
        depthwise_initializer: Initializer = "glorot_uniform",
        bias_initializer: Initializer = "zeros",
        depthwise_regularizer: Regularizer = None,
        bias_regularizer: Regularizer = None,
        activity_regularizer: Regularizer = None,
        depthwise_constraint: Constraint = None,
        bias_constraint: Constraint = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._take(locals())
