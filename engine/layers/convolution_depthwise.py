"""Convolutions that look at each channel on its own."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from engine.layers.convolution import _Sliding
from engine.layers.convolution_shapes import (
    channel_axis,
    channels_of,
    checked_shape,
    resolved_format,
    window_shape,
)
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
    Size2,
    Units,
)
from engine.spec import Shape


class _Depthwise(_Sliding):
    """A window of its own for each channel, ``depth_multiplier`` times."""

    depth_multiplier: int
    depthwise_initializer: Any
    depthwise_regularizer: Any
    depthwise_constraint: Any
    kernel: Variable
    depthwise_kernel: Variable

    def _add_depthwise(self, channels: int, name: str) -> Variable:
        # Memory order (channels, multiplier, window): torch reads it as one filter for each output channel.
        return self.add_weight(
            (*self.kernel_size, channels, self.depth_multiplier),
            self.depthwise_initializer,
            name=name,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
            torch_axes=(2, 3, 0, 1),
        )

    def _spread(self, x: Tensor, kernel: Tensor, bias: Tensor | None) -> Tensor:
        filters = kernel.permute(2, 3, 0, 1).flatten(0, 1).unsqueeze(1)
        return self._slide(x, filters, bias, kernel.shape[2])

    def _out_shape(self, input_shape: Any, filters: int | None) -> Shape:
        shape = checked_shape(self, input_shape)
        channels = channels_of(self, shape, channel_axis(self.data_format))
        return window_shape(
            self,
            shape,
            self.kernel_size,
            self.strides,
            self.padding,
            self.dilation_rate,
            self.data_format,
            filters or channels * self.depth_multiplier,
        )


class DepthwiseConv2D(_Depthwise):
    """Slides a small weight window over each channel of a picture on its own, without mixing channels.

    Input (batch, height, width, channels), output (batch, new height, new width, channels *
    depth_multiplier); with ``data_format="channels_first"`` the channels come second.
    Keras: ``keras.layers.DepthwiseConv2D``.

    Args:
        kernel_size: Height and width of the window, in pixels.
        strides: How far the window moves each time, down and across.
        padding: "valid" keeps the window inside the picture, "same" adds zeros around it.
        depth_multiplier: How many windows each channel has.
        data_format: Whether the channels are the last axis or the first after the batch.
        dilation_rate: The distance between the pixels that a window looks at.
        activation: The function applied to what comes out.
        use_bias: Whether a learned number is added for each channel that comes out.
        depthwise_initializer: How the windows start.
        bias_initializer: How the bias starts.
        depthwise_regularizer: A penalty on large weights of the windows.
        bias_regularizer: A penalty on a large bias.
        activity_regularizer: A penalty on large outputs.
        depthwise_constraint: A rule that the windows are made to obey after each step.
        bias_constraint: A rule that the bias is made to obey after each step.
    """

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
        self.kernel_size = kernel_size
        self.strides = strides
        self.padding = padding
        self.depth_multiplier = depth_multiplier
        self.data_format = resolved_format(data_format)
        self.dilation_rate = dilation_rate
        self.activation = activation
        self.use_bias = use_bias
        self.depthwise_initializer = depthwise_initializer
        self.bias_initializer = bias_initializer
        self.depthwise_regularizer = depthwise_regularizer
        self.bias_regularizer = bias_regularizer
        self.activity_regularizer = activity_regularizer
        self.depthwise_constraint = depthwise_constraint
        self.bias_constraint = bias_constraint
        self._settle()

    def build(self, input_shape: Any) -> None:
        """Make kernel (window, channels, depth_multiplier) and bias; raises ``ShapeError``."""
        self.compute_output_shape(input_shape)
        channels = self._channels(tuple(input_shape))
        self.kernel = self._add_depthwise(channels, "kernel")
        self._add_bias(channels * self.depth_multiplier)

    def call(self, x: Tensor) -> Tensor:
        """Return the activation of the windows over ``x``."""
        return self._activated(self._spread(x, self.kernel, self.bias))

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape that comes out; raises ``ShapeError`` where the window has no room."""
        return self._out_shape(input_shape, None)

    def compute_macs(self, input_shape: Any, output_shape: Any) -> int:
        """Return the window's size for every number that comes out; 0 where sizes are unknown."""
        return int(math.prod(size or 0 for size in tuple(output_shape)[1:]) * math.prod(self.kernel_size))


class SeparableConv2D(_Depthwise):
    """Does a convolution in two cheap steps: a window over each channel, then a mix of channels per pixel.

    Input (batch, height, width, channels), output (batch, new height, new width, filters); with
    ``data_format="channels_first"`` the channels come second (Chollet 2017).
    Keras: ``keras.layers.SeparableConv2D``.

    Args:
        filters: How many mixes there are, which is the number of channels that come out.
        kernel_size: Height and width of the window, in pixels.
        strides: How far the window moves each time, down and across.
        padding: "valid" keeps the window inside the picture, "same" adds zeros around it.
        data_format: Whether the channels are the last axis or the first after the batch.
        dilation_rate: The distance between the pixels that a window looks at.
        depth_multiplier: How many windows each channel has.
        activation: The function applied to what comes out.
        use_bias: Whether a learned number is added for each filter.
        depthwise_initializer: How the windows start.
        pointwise_initializer: How the mixes start.
        bias_initializer: How the bias starts.
        depthwise_regularizer: A penalty on large weights of the windows.
        pointwise_regularizer: A penalty on large weights of the mixes.
        bias_regularizer: A penalty on a large bias.
        activity_regularizer: A penalty on large outputs.
        depthwise_constraint: A rule that the windows are made to obey after each step.
        pointwise_constraint: A rule that the mixes are made to obey after each step.
        bias_constraint: A rule that the bias is made to obey after each step.
    """

    filters: int
    pointwise_kernel: Variable

    def __init__(
        self,
        filters: Units,
        kernel_size: Size2,
        strides: Size2 = (1, 1),
        padding: Padding = "valid",
        data_format: DataFormat | None = None,
        dilation_rate: Size2 = (1, 1),
        depth_multiplier: PositiveInt = 1,
        activation: Activation = None,
        use_bias: Flag = True,
        depthwise_initializer: Initializer = "glorot_uniform",
        pointwise_initializer: Initializer = "glorot_uniform",
        bias_initializer: Initializer = "zeros",
        depthwise_regularizer: Regularizer = None,
        pointwise_regularizer: Regularizer = None,
        bias_regularizer: Regularizer = None,
        activity_regularizer: Regularizer = None,
        depthwise_constraint: Constraint = None,
        pointwise_constraint: Constraint = None,
        bias_constraint: Constraint = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides
        self.padding = padding
        self.data_format = resolved_format(data_format)
        self.dilation_rate = dilation_rate
        self.depth_multiplier = depth_multiplier
        self.activation = activation
        self.use_bias = use_bias
        self.depthwise_initializer = depthwise_initializer
        self.pointwise_initializer = pointwise_initializer
        self.bias_initializer = bias_initializer
        self.depthwise_regularizer = depthwise_regularizer
        self.pointwise_regularizer = pointwise_regularizer
        self.bias_regularizer = bias_regularizer
        self.activity_regularizer = activity_regularizer
        self.depthwise_constraint = depthwise_constraint
        self.pointwise_constraint = pointwise_constraint
        self.bias_constraint = bias_constraint
        self._settle()

    def build(self, input_shape: Any) -> None:
        """Make the kernels of both steps and the bias; raises ``ShapeError``."""
        self.compute_output_shape(input_shape)
        channels = self._channels(tuple(input_shape))
        self.depthwise_kernel = self._add_depthwise(channels, "depthwise_kernel")
        self.pointwise_kernel = self.add_weight(
            (1, 1, channels * self.depth_multiplier, self.filters),
            self.pointwise_initializer,
            name="pointwise_kernel",
            regularizer=self.pointwise_regularizer,
            constraint=self.pointwise_constraint,
            torch_axes=(3, 0, 1, 2),
        )
        self._add_bias(self.filters)

    def call(self, x: Tensor) -> Tensor:
        """Return the activation of both steps."""
        spread = self._spread(x, self.depthwise_kernel, None)
        mix = self.pointwise_kernel.permute(3, 2, 0, 1)
        if self.data_format == "channels_last":
            y = torch.nn.functional.linear(spread, mix.flatten(1), self.bias)
        else:
            y = torch.nn.functional.conv2d(spread, mix, self.bias)
        return self._activated(y)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape that comes out; raises ``ShapeError`` where the window has no room."""
        return self._out_shape(input_shape, self.filters)

    def compute_macs(self, input_shape: Any, output_shape: Any) -> int:
        """Return the multiply-adds of both steps; 0 where sizes are unknown."""
        channels = (tuple(input_shape)[channel_axis(self.data_format)] or 0) * self.depth_multiplier
        numbers = math.prod(size or 0 for size in tuple(output_shape)[1:])
        return int(numbers // self.filters * channels * (math.prod(self.kernel_size) + self.filters))
