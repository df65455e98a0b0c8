"""Transposed convolution: the way back from a short or small input to a longer or larger one."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch.nn.functional as F
from torch import Tensor

from engine.errors import ParamError, ShapeError
from engine.layers.convolution_base import _Sliding, filters_first, torch_kernel
from engine.layers.convolution_shapes import (
    channel_axis,
    channels_of,
    checked_shape,
    from_planes,
    to_planes,
)
from engine.layers.variable import Variable
from engine.params import (
    Activation,
    Constraint,
    DataFormat,
    Extra1,
    Extra2,
    Extra3,
    Filters,
    Flag,
    Initializer,
    Padding,
    Regularizer,
    Size1,
    Size2,
    Size3,
)
from engine.spec import Shape, shape_text


class _Transposed(_Sliding):
    """Every place of the input stamps its pattern into a larger output; where stamps overlap, they add up.

    Args:
        filters: The number of channels that come out.
        padding: "valid" keeps all that is stamped, "same" cuts the edges to a multiple of the input.
        kernel_initializer: How the kernel starts.
        kernel_regularizer: A penalty on large kernel weights.
        kernel_constraint: A rule that the kernel is made to obey after each step.
    """

    filters: int
    output_padding: tuple[int, ...] | None
    kernel: Variable
    kernel_initializer: Any
    kernel_regularizer: Any
    kernel_constraint: Any

    def _take(self, given: dict[str, Any]) -> None:
        super()._take(given)
        self._refuse_steps_with_gaps()
        extra = self.output_padding
        if extra is not None and any(size >= step for size, step in zip(extra, self.strides, strict=True)):
            raise ParamError(
                f"{type(self).__name__}: `output_padding` must be strictly less than `strides` along "
                f"every axis. Received: output_padding={extra}, strides={self.strides}",
                code="param",
                owner=type(self).__name__,
                param="output_padding",
                got=extra,
            )
        cuts = [self._cut(axis) for axis in range(self.rank)]
        lead = (0,) * (2 - self.rank)
        self._before = (*lead, *(before for before, _ in cuts))
        self._longer = (*lead, *(max(before - after, 0) for before, after in cuts))
        self._shorter = (*lead, *(max(after - before, 0) for before, after in cuts))

    def _reach(self, axis: int) -> int:
        return (self.kernel_size[axis] - 1) * self.dilation_rate[axis] + 1

    def _cut(self, axis: int) -> tuple[int, int]:
        """Return how much of all that is stamped is cut off before and after; below 0, zeros are added.

        The rule of Keras, whatever torch's own words for padding: the odd place is cut after.
        """
        reach, step = self._reach(axis), self.strides[axis]
        extra = None if self.output_padding is None else self.output_padding[axis]
        if self.padding == "valid":
            return 0, -(max(step - reach, 0) if extra is None else extra)
        room = step + reach - 2 if extra is None else reach + reach % 2 - 2 + extra
        before = min(-(-room // 2), reach - 1)
        return reach - 1 - before, reach - 1 - (room - before)

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
            torch_axes=filters_first(self.rank),
        )
        self._add_bias(self.filters)

    def call(self, inputs: Tensor) -> Tensor:
        """Return the activation of what the places of ``inputs`` stamp."""
        planes = to_planes(inputs, self.data_format)
        stamp = F.conv_transpose3d if self.rank == 3 else F.conv_transpose2d
        try:
            y = stamp(
                planes,
                torch_kernel(self.kernel),
                self.bias,
                self._steps,
                self._before,
                self._longer,
                1,
                self._gaps,
            )
        except RuntimeError:
            self.compute_output_shape(tuple(inputs.shape))  # says it plainly, where the shape is at fault
            raise
        for axis, odd in enumerate(self._shorter, 2):
            if odd:
                y = y.narrow(axis, 0, y.shape[axis] - odd)
        return self._activated(from_planes(y, self.data_format, self.rank))

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape that comes out; raises ``ShapeError`` where the input does not fit."""
        shape = checked_shape(self, input_shape)
        channels_of(self, shape, channel_axis(self.data_format))
        first = 1 if self.data_format == "channels_last" else 2
        grown = [self._grown(shape, axis, first + axis) for axis in range(self.rank)]
        if self.data_format == "channels_last":
            return (shape[0], *grown, self.filters)
        return (shape[0], self.filters, *grown)

    def _grown(self, shape: Shape, axis: int, where: int) -> int | None:
        size = shape[where]
        if size is None:
            return None
        grown = (size - 1) * self.strides[axis] + self._reach(axis) - sum(self._cut(axis))
        # Torch cuts the same on both sides before the odd place goes, and refuses to cut all of it.
        if size < 1 or grown < 1:
            raise ShapeError(
                f"Computed output size would be zero or negative. Layer '{self.name}' makes nothing of "
                f"{size} places on axis {where}. Received: shape {shape_text(shape)}.",
                code="too_small",
                layer=self.name,
                axis=where,
                expected=size + 1,
                got=size,
                shape=shape,
            )
        return grown

    def compute_macs(self, input_shape: Any, output_shape: Any) -> int:
        """Return one pattern for every number of the input and filter; 0 where sizes are unknown."""
        numbers = math.prod(size or 0 for size in tuple(input_shape)[1:])
        return int(numbers * math.prod(self.kernel_size) * self.filters)


class Conv1DTranspose(_Transposed):
    """Paints a longer sequence from a shorter one: each step stamps a learned pattern into the output.

    Input (batch, steps, channels), output (batch, steps * stride, filters) with ``padding="same"``, a little
    more with "valid"; with ``data_format="channels_first"`` the channels come second.
    Keras: ``keras.layers.Conv1DTranspose``.

    Args:
        kernel_size: How many steps a pattern spans.
        strides: How many steps of the output one step of the input moves on.
        output_padding: Steps added at the end, fewer than strides; if not given, as many as are needed.
        dilation_rate: The distance between the steps that a pattern stamps.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 1

    def __init__(
        self,
        filters: Filters,
        kernel_size: Size1,
        strides: Size1 = 1,
        padding: Padding = "valid",
        output_padding: Extra1 | None = None,
        data_format: DataFormat | None = None,
        dilation_rate: Size1 = 1,
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
        self._take(locals())


class Conv2DTranspose(_Transposed):
    """Paints a larger picture from a smaller one: each pixel stamps a learned pattern into the output.

    Input (batch, height, width, channels), output (batch, height * stride, width * stride, filters) with
    ``padding="same"``, a little more with "valid"; with ``data_format="channels_first"`` the channels come
    second.  Keras: ``keras.layers.Conv2DTranspose``.

    Args:
        kernel_size: Height and width of a pattern, in pixels.
        strides: How many pixels of the output one pixel of the input moves on, down and across.
        output_padding: Pixels added below and to the right, fewer than strides; if not given, as many as are
            needed.
        dilation_rate: The distance between the pixels that a pattern stamps.
    """

    rank: ClassVar[int] = 2

    def __init__(
        self,
        filters: Filters,
        kernel_size: Size2,
        strides: Size2 = (1, 1),
        padding: Padding = "valid",
        output_padding: Extra2 | None = None,
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
        self._take(locals())


class Conv3DTranspose(_Transposed):
    """Paints a larger volume from a smaller one: each place stamps a learned pattern into the output.

    Input (batch, depth, height, width, channels), output with the three sizes times the strides and
    ``filters`` channels with ``padding="same"``, a little more with "valid"; with
    ``data_format="channels_first"`` the channels come second.  Keras: ``keras.layers.Conv3DTranspose``.

    Args:
        kernel_size: Depth, height and width of a pattern.
        strides: How many places of the output one place of the input moves on, along each of the three axes.
        output_padding: Places added at the end of each axis, fewer than strides; if not given, as many as are
            needed.
        dilation_rate: The distance between the places that a pattern stamps.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 3

    def __init__(
        self,
        filters: Filters,
        kernel_size: Size3,
        strides: Size3 = (1, 1, 1),
        padding: Padding = "valid",
        data_format: DataFormat | None = None,
        output_padding: Extra3 | None = None,
        dilation_rate: Size3 = (1, 1, 1),
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
        self._take(locals())


Convolution1DTranspose = Conv1DTranspose
Convolution2DTranspose = Conv2DTranspose
Convolution3DTranspose = Conv3DTranspose
