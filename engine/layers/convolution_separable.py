"""Convolutions in two cheap steps: a window over each channel, then a mix of the channels."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch.nn.functional as F
from torch import Tensor

from engine.layers.convolution_base import filters_first
from engine.layers.convolution_depthwise import _EachChannel
from engine.layers.convolution_shapes import channel_axis
from engine.layers.variable import Variable
from engine.params import (
    Activation,
    Constraint,
    DataFormat,
    Filters,
    Flag,
    Initializer,
    Padding,
    PositiveInt,
    Regularizer,
    Size1,
    Size2,
)
from engine.spec import Shape


class _Separable(_EachChannel):
    """Windows over each channel, then a mix of the channels at every place.

    Args:
        filters: How many mixes there are, which is the number of channels that come out.
        pointwise_initializer: How the mixes start.
        pointwise_regularizer: A penalty on large weights of the mixes.
        pointwise_constraint: A rule that the mixes are made to obey after each step.
    """

    filters: int
    pointwise_initializer: Any
    pointwise_regularizer: Any
    pointwise_constraint: Any
    depthwise_kernel: Variable
    pointwise_kernel: Variable

    def build(self, input_shape: Any) -> None:
        """Make the kernels of both steps and the bias; raises ``ShapeError``."""
        self.compute_output_shape(input_shape)
        channels = self._channels(tuple(input_shape))
        self.depthwise_kernel = self._add_depthwise(channels, "depthwise_kernel")
        self.pointwise_kernel = self.add_weight(
            (*(1,) * self.rank, channels * self.depth_multiplier, self.filters),
            self.pointwise_initializer,
            name="pointwise_kernel",
            regularizer=self.pointwise_regularizer,
            constraint=self.pointwise_constraint,
            torch_axes=filters_first(self.rank),
        )
        self._add_bias(self.filters)

    def call(self, inputs: Tensor) -> Tensor:
        """Return the activation of both steps."""
        spread = self._spread(inputs, self.depthwise_kernel, None)
        kernel = self.pointwise_kernel
        if self.data_format == "channels_last":
            mix = kernel.permute(3, 2, 0, 1) if self.rank == 2 else kernel.permute(2, 1, 0)
            y = F.linear(spread, mix.flatten(1), self.bias)
        elif self.rank == 2:
            y = F.conv2d(spread, kernel.permute(3, 2, 0, 1), self.bias)
        else:
            y = F.conv1d(spread, kernel.permute(2, 1, 0), self.bias)
        return self._activated(y)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape that comes out; raises ``ShapeError`` where the window has no room."""
        return self._out_shape(input_shape, self.filters)

    def compute_macs(self, input_shape: Any, output_shape: Any) -> int:
        """Return the multiply-adds of both steps; 0 where sizes are unknown."""
        channels = (tuple(input_shape)[channel_axis(self.data_format)] or 0) * self.depth_multiplier
        numbers = math.prod(size or 0 for size in tuple(output_shape)[1:])
        return int(numbers // self.filters * channels * (math.prod(self.kernel_size) + self.filters))


class SeparableConv1D(_Separable):
    """Does a convolution in two cheap steps: a window along each channel, then a mix of channels per step.

    Input (batch, steps, channels), output (batch, new steps, filters); with
    ``data_format="channels_first"`` the channels come second (Chollet 2017).
    Keras: ``keras.layers.SeparableConv1D``.

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
        filters: Filters,
        kernel_size: Size1,
        strides: Size1 = 1,
        padding: Padding = "valid",
        data_format: DataFormat | None = None,
        dilation_rate: Size1 = 1,
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
        self._take(locals())


class SeparableConv2D(_Separable):
    """Does a convolution in two cheap steps: a window over each channel, then a mix of channels per pixel.

    Input (batch, height, width, channels), output (batch, new height, new width, filters); with
    ``data_format="channels_first"`` the channels come second (Chollet 2017).
    Keras: ``keras.layers.SeparableConv2D``.

    Args:
        kernel_size: Height and width of the window, in pixels.
        strides: How far the window moves each time, down and across.
        padding: "valid" keeps the window inside the picture, "same" adds zeros around it.
        dilation_rate: The distance between the pixels that a window looks at.
    """

    rank: ClassVar[int] = 2

    def __init__(
        self,
        filters: Filters,
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
        self._take(locals())


SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D
