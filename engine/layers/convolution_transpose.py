"""Transposed convolution: the way back from small pictures to larger ones."""

from __future__ import annotations

import math
from typing import Any

import torch.nn.functional as F
from torch import Tensor

from engine.layers.convolution import _Sliding
from engine.layers.convolution_shapes import (
    channel_axis,
    channels_of,
    checked_shape,
    from_planes,
    resolved_format,
    to_planes,
)
from engine.layers.variable import Variable
from engine.params import (
    Activation,
    Constraint,
    DataFormat,
    Flag,
    Initializer,
    Padding,
    Regularizer,
    Size2,
    Units,
)
from engine.spec import Shape


class Conv2DTranspose(_Sliding):
    """Paints a larger picture from a smaller one: each pixel stamps a learned pattern into the output.

    Input (batch, height, width, channels), output (batch, height * stride, width * stride, filters) with
    ``padding="same"``, a little more with "valid"; with ``data_format="channels_first"`` the channels come
    second.  Keras: ``keras.layers.Conv2DTranspose``.

    Args:
        filters: The number of channels that come out.
        kernel_size: Height and width of a pattern, in pixels.
        strides: How many pixels of the output one pixel of the input moves on, down and across.
        padding: "valid" keeps all that is stamped, "same" cuts the edges to a multiple of the input.
        data_format: Whether the channels are the last axis or the first after the batch.
        dilation_rate: The distance between the pixels that a pattern stamps.
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

    filters: int
    kernel: Variable

    def __init__(
        self,
        filters: Units,
        kernel_size: Size2,
        strides: Size2 = (1, 1),
        padding: Padding = "valid",
        data_format: DataFormat | None = None,
        dilation_rate: Size2 = (1, 1),
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

    def build(self, input_shape: Any) -> None:
        """Make kernel (window, filters, channels) and bias; raises ``ShapeError``."""
        self.compute_output_shape(input_shape)
        channels = self._channels(tuple(input_shape))
        self.kernel = self.add_weight(
            (*self.kernel_size, self.filters, channels),
            self.kernel_initializer,
            name="kernel",
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            torch_axes=(3, 0, 1, 2),
        )
        self._add_bias(self.filters)

    def call(self, x: Tensor) -> Tensor:
        """Return the activation of what the pixels of ``x`` stamp."""
        planes = to_planes(x, self.data_format)
        kernel = self.kernel.permute(3, 2, 0, 1)
        whole = F.conv_transpose2d(planes, kernel, self.bias, self.strides, dilation=self.dilation_rate)
        for axis in (2, 3):
            window, stride = self._reach()[axis - 2], self.strides[axis - 2]
            wanted = self._grown(planes.shape[axis], window, stride)
            start = max(window - stride, 0) // 2 if self.padding == "same" else 0
            missing = wanted + start - whole.shape[axis]
            if missing > 0:  # strides wider than the window leave a gap after the last stamp
                gap = (0, 0, 0, missing) if axis == 2 else (0, missing)
                bias = 0.0 if self.bias is None else self.bias.reshape(1, -1, 1, 1)
                whole = F.pad(whole - bias, gap) + bias
            whole = whole.narrow(axis, start, wanted)
        return self._activated(from_planes(whole, self.data_format, 2))

    def _reach(self) -> list[int]:
        return [(k - 1) * d + 1 for k, d in zip(self.kernel_size, self.dilation_rate, strict=True)]

    def _grown(self, size: int, window: int, stride: int) -> int:
        return size * stride + (max(window - stride, 0) if self.padding == "valid" else 0)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape that comes out; raises ``ShapeError`` where the input does not fit."""
        shape = checked_shape(self, input_shape)
        first = 1 if self.data_format == "channels_last" else 2
        for axis in (first, first + 1):
            if shape[axis] is not None:
                channels_of(self, shape, axis)
        channels_of(self, shape, channel_axis(self.data_format))
        sizes = [shape[first], shape[first + 1]]
        grown = [
            None if size is None else self._grown(size, window, stride)
            for size, window, stride in zip(sizes, self._reach(), self.strides, strict=True)
        ]
        if self.data_format == "channels_last":
            return (shape[0], *grown, self.filters)
        return (shape[0], self.filters, *grown)

    def compute_macs(self, input_shape: Any, output_shape: Any) -> int:
        """Return one pattern for every number of the input and filter; 0 where sizes are unknown."""
        numbers = math.prod(size or 0 for size in tuple(input_shape)[1:])
        return int(numbers * math.prod(self.kernel_size) * self.filters)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return a new layer; of Keras' ``output_padding``, ``None`` is taken: sizes follow from strides."""
        return super().from_config(
            {name: value for name, value in config.items() if name != "output_padding" or value is not None}
        )
