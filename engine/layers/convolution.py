"""Convolution layers: the same small set of weights slides over a sequence or a picture."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch.nn.functional as F
from torch import Tensor

from engine.errors import ParamError, ShapeError
from engine.layers.convolution_shapes import (
    channel_axis,
    channels_of,
    checked_shape,
    from_planes,
    pad_planes,
    resolved_format,
    same_padding,
    to_planes,
    window_shape,
)
from engine.layers.layer import Layer
from engine.layers.variable import Variable
from engine.params import (
    Activation,
    CausalPadding,
    Constraint,
    DataFormat,
    Flag,
    Initializer,
    Padding,
    PositiveInt,
    Regularizer,
    Size1,
    Size2,
    Units,
)
from engine.spec import InputSpec, Shape


class _Sliding(Layer):
    """What all convolutions share: sizes of the window, padding, bias and activation."""

    category: ClassVar[str] = "convolution"
    rank: ClassVar[int] = 2
    kernel_size: tuple[int, ...]
    strides: tuple[int, ...]
    dilation_rate: tuple[int, ...]
    padding: str
    data_format: str
    activation: Any
    use_bias: bool
    bias_initializer: Any
    bias_regularizer: Any
    bias_constraint: Any
    bias: Variable | None

    def _settle(self) -> None:
        """Check what no single argument shows, once all are set."""
        self.input_spec = InputSpec(ndim=self.rank + 2)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ParamError(
                f"{type(self).__name__}: strides and dilation_rate cannot both be above 1. Received: "
                f"strides={self.strides}, dilation_rate={self.dilation_rate}",
                code="param",
                owner=type(self).__name__,
                param="dilation_rate",
                got=self.dilation_rate,
            )

    def _channels(self, input_shape: Shape) -> int:
        axis = channel_axis(self.data_format)
        channels = channels_of(self, input_shape, axis)
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={axis: channels})
        return channels

    def _add_bias(self, size: int) -> None:
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                (size,),
                self.bias_initializer,
                name="bias",
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def _pads(self, height: int, width: int) -> tuple[tuple[int, int], tuple[int, int]]:
        """Return the padding before and after the two axes of a plane; a sequence has height 1."""
        if self.padding == "valid":
            return (0, 0), (0, 0)
        if self.padding == "causal":
            return (0, 0), (self.dilation_rate[0] * (self.kernel_size[0] - 1), 0)
        sizes = (height, width)[-self.rank :]
        pads = [
            same_padding(*numbers)
            for numbers in zip(sizes, self.kernel_size, self.strides, self.dilation_rate, strict=True)
        ]
        return (pads[0], pads[1]) if self.rank == 2 else ((0, 0), pads[0])

    def _slide(self, x: Tensor, planes_kernel: Tensor, bias: Tensor | None, groups: int) -> Tensor:
        """Return torch's convolution of ``x`` with a kernel of shape (out, in, height, width)."""
        planes = to_planes(x, self.data_format)
        padded, pads = pad_planes(planes, self._pads(planes.shape[2], planes.shape[3]))
        lead = (1,) * (2 - self.rank)
        strides = (*lead, *self.strides)
        if max(strides) > 1 and max(self.kernel_size) == 1:
            # The same numbers, and oneDNN's weight gradient of a strided 1 x 1 window writes out of bounds
            # for some unequal strides: torch 2.13 dies of it.
            padded, strides = padded[:, :, :: strides[0], :: strides[1]], (1, 1)
        try:
            y = F.conv2d(
                padded,
                planes_kernel,
                bias,
                strides,
                pads,
                (*lead, *self.dilation_rate),
                groups,
            )
        except RuntimeError:
            self.compute_output_shape(tuple(x.shape))  # says it plainly, where the shape is at fault
            raise
        return from_planes(y, self.data_format, self.rank)

    def _activated(self, y: Tensor) -> Tensor:
        return y if self.activation is None else self.activation(y)


class _Conv(_Sliding):
    """A convolution whose kernel joins every channel of its group."""

    filters: int
    groups: int
    kernel: Variable
    kernel_initializer: Any
    kernel_regularizer: Any
    kernel_constraint: Any

    def _settle(self) -> None:
        super()._settle()
        if self.filters % self.groups:
            raise ParamError(
                f"{type(self).__name__}: filters is a multiple of groups. Received: filters={self.filters}, "
                f"groups={self.groups}",
                code="param",
                owner=type(self).__name__,
                param="groups",
                got=self.groups,
            )

    def _grouped(self, channels: int) -> int:
        if channels % self.groups:
            raise ShapeError(
                f"Layer '{self.name}' splits the channels of its input into {self.groups} equal groups. "
                f"Expected: a multiple of {self.groups}. Received: {channels} channels.",
                code="groups",
                layer=self.name,
                expected=self.groups,
                got=channels,
            )
        return channels // self.groups

    def build(self, input_shape: Any) -> None:
        """Make kernel (window, channels, filters) and bias; raises ``ShapeError``."""
        self.compute_output_shape(input_shape)
        channels = self._channels(tuple(input_shape))
        # Memory order (filters, window, channels): torch's channels-last kernels read it as it lies, and
        # the gradient comes back laid out alike.
        self.kernel = self.add_weight(
            (*self.kernel_size, self._grouped(channels), self.filters),
            self.kernel_initializer,
            name="kernel",
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            torch_axes=(2, 0, 1) if self.rank == 1 else (3, 0, 1, 2),
        )
        self._add_bias(self.filters)

    def call(self, x: Tensor) -> Tensor:
        """Return the activation of the convolution of ``x``."""
        kernel: Tensor = self.kernel
        kernel = kernel.permute(3, 2, 0, 1) if self.rank == 2 else kernel.permute(2, 1, 0).unsqueeze(2)
        return self._activated(self._slide(x, kernel, self.bias, self.groups))

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape that comes out; raises ``ShapeError`` where the window has no room."""
        shape = checked_shape(self, input_shape)
        self._grouped(channels_of(self, shape, channel_axis(self.data_format)))
        return window_shape(
            self,
            shape,
            self.kernel_size,
            self.strides,
            self.padding,
            self.dilation_rate,
            self.data_format,
            self.filters,
        )

    def compute_macs(self, input_shape: Any, output_shape: Any) -> int:
        """Return window x channels of a group, for every place and filter; 0 where sizes are unknown."""
        sizes = [size or 0 for size in tuple(output_shape)[1:]]
        channels = tuple(input_shape)[channel_axis(self.data_format)] or 0
        return math.prod(sizes) * math.prod(self.kernel_size) * (channels // self.groups)


class Conv1D(_Conv):
    """Slides small weight windows along a sequence, so that each filter learns to spot one short pattern.

    Input (batch, steps, channels), output (batch, new steps, filters); with
    ``data_format="channels_first"`` the channels come second.  Every place of the output is
    activation(sum of window * kernel + bias).  Keras: ``keras.layers.Conv1D``.

    Args:
        filters: How many patterns the layer looks for, which is the number of channels that come out.
        kernel_size: How many steps a pattern spans.
        strides: How many steps the window moves on each time.
        padding: "valid" keeps the window inside, "same" fills up with zeros on both sides, "causal"
            with zeros before the start, so that no place sees what comes later.
        data_format: Whether the channels are the last axis or the first after the batch.
        dilation_rate: The distance between the steps that a window looks at.
        groups: Into how many groups the channels are split, each with its own filters.
        activation: The function applied to what comes out.
        use_bias: Whether a learned number is added for each filter.
        kernel_initializer: How the kernel starts.
        bias_initializer: How the bias starts.
        kernel_regularizer: A penalty on large kernel weights.
        bias_regularizer: A penalty on a large bias.
        activity_regularizer: A penalty on large outputs.
        kernel_constraint: A rule that the kernel is made to obey after each step.
        bias_constraint: A rule that the bias is made to obey after each step.
    """

    rank: ClassVar[int] = 1

    def __init__(
        self,
        filters: Units,
        kernel_size: Size1,
        strides: Size1 = 1,
        padding: CausalPadding = "valid",
        data_format: DataFormat | None = None,
        dilation_rate: Size1 = 1,
        groups: PositiveInt = 1,
        activation: Activation = None,
        use_bias: Flag = True,
        kernel_initializer: Initializer = "glorot_uniform",
        bias_initializer: Initializer = "zeros",
        kernel_regularizer: Regularizer = None,
        bias_regularizer: Regularizer = None,
        activity_regularizer: Regularizer = None,
        kernel_constraint: Constraint = None,
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
        self.groups = groups
        self.activation = activation
        self.use_bias = use_bias
        self.kernel_initializer = kernel_initializer
        self.bias_initializer = bias_initializer
        self.kernel_regularizer = kernel_regularizer
        self.bias_regularizer = bias_regularizer
        self.activity_regularizer = activity_regularizer
        self.kernel_constraint = kernel_constraint
        self.bias_constraint = bias_constraint
        self._settle()


class Conv2D(_Conv):
    """Slides small weight windows over a picture, so that each filter learns to spot one local pattern.

    Input (batch, height, width, channels), output (batch, new height, new width, filters); with
    ``data_format="channels_first"`` the channels come second.  Every place of the output is
    activation(sum of window * kernel + bias).  Keras: ``keras.layers.Conv2D``.

    Args:
        filters: How many patterns the layer looks for, which is the number of channels that come out.
        kernel_size: Height and width of a pattern, in pixels.
        strides: How far the window moves each time, down and across.
        padding: "valid" keeps the window inside the picture, "same" adds zeros around it.
        data_format: Whether the channels are the last axis or the first after the batch.
        dilation_rate: The distance between the pixels that a window looks at.
        groups: Into how many groups the channels are split, each with its own filters.
        activation: The function applied to what comes out.
        use_bias: Whether a learned number is added for each filter.
        kernel_initializer: How the kernel starts.
        bias_initializer: How the bias starts.
        kernel_regularizer: A penalty on large kernel weights.
        bias_regularizer: A penalty on a large bias.
        activity_regularizer: A penalty on large outputs.
        kernel_constraint: A rule that the kernel is made to obey after each step.
        bias_constraint: A rule that the bias is made to obey after each step.
    """

    def __init__(
        self,
        filters: Units,
        kernel_size: Size2,
        strides: Size2 = (1, 1),
        padding: Padding = "valid",
        data_format: DataFormat | None = None,
        dilation_rate: Size2 = (1, 1),
        groups: PositiveInt = 1,
        activation: Activation = None,
        use_bias: Flag = True,
        kernel_initializer: Initializer = "glorot_uniform",
        bias_initializer: Initializer = "zeros",
        kernel_regularizer: Regularizer = None,
        bias_regularizer: Regularizer = None,
        activity_regularizer: Regularizer = None,
        kernel_constraint: Constraint = None,
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
        self.groups = groups
        self.activation = activation
        self.use_bias = use_bias
        self.kernel_initializer = kernel_initializer
        self.bias_initializer = bias_initializer
        self.kernel_regularizer = kernel_regularizer
        self.bias_regularizer = bias_regularizer
        self.activity_regularizer = activity_regularizer
        self.kernel_constraint = kernel_constraint
        self.bias_constraint = bias_constraint
        self._settle()
