"""What all convolutions share: a window with weights that slides over the places of its input."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch.nn.functional as F
from torch import Tensor

from engine.errors import ParamError, ShapeError
from engine.layers.convolution_shapes import (
    Pads,
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
from engine.layers.low_rank import _LowRank
from engine.layers.variable import Variable
from engine.params import PositiveInt, Real
from engine.spec import InputSpec, Shape


class _Sliding(Layer):
    """What all convolutions share: sizes of the window, padding, bias and activation.

    Args:
        data_format: Whether the channels are the last axis or the first after the batch.
        activation: The function applied to what comes out.
        use_bias: Whether a learned number is added for each channel that comes out.
        bias_initializer: How the bias starts.
        bias_regularizer: A penalty on a large bias.
        activity_regularizer: A penalty on large outputs.
        bias_constraint: A rule that the bias is made to obey after each step.
    """

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

    def _take(self, given: dict[str, Any]) -> None:
        super()._take(given)
        self.data_format = resolved_format(self.data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        lead = (1,) * (2 - self.rank)  # a sequence is a picture of height 1
        self._steps = (*lead, *self.strides)
        self._gaps = (*lead, *self.dilation_rate)
        # Slicing gives the same numbers, and oneDNN's weight gradient of a strided 1 x 1 window writes out of
        # bounds for some unequal strides: torch 2.13 dies of it.
        self._skips = max(self.strides) > 1 and max(self.kernel_size) == 1

    def _refuse_steps_with_gaps(self) -> None:
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ParamError(
                f"{type(self).__name__}: `strides > 1` not supported in conjunction with "
                f"`dilation_rate > 1`. Received: strides={self.strides} and "
                f"dilation_rate={self.dilation_rate}",
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

    def _slid(self, shape: Shape, filters: int) -> Shape:
        """Return what comes of ``shape``; raises ``ShapeError`` where the window has no room."""
        gaps, order = self.dilation_rate, self.data_format
        return window_shape(self, shape, self.kernel_size, self.strides, self.padding, gaps, order, filters)

    def _pads(self, sizes: tuple[int, ...]) -> Pads:
        """Return the padding before and after the axes of a plane; a sequence has height 1."""
        if self.padding == "causal":
            return (0, 0), (self.dilation_rate[0] * (self.kernel_size[0] - 1), 0)
        pads = tuple(
            same_padding(*numbers)
            for numbers in zip(
                sizes[-self.rank :], self.kernel_size, self.strides, self.dilation_rate, strict=True
            )
        )
        return pads if self.rank > 1 else ((0, 0), *pads)

    def _slide(self, x: Tensor, planes_kernel: Tensor, bias: Tensor | None, groups: int) -> Tensor:
        """Return torch's convolution of ``x`` with a kernel of shape (out, in, ...window)."""
        if x.dtype is not planes_kernel.dtype:
            x = x.to(planes_kernel.dtype)
        planes = to_planes(x, self.data_format)
        pads: Any = 0
        if self.padding != "valid":
            planes, pads = pad_planes(planes, self._pads(tuple(planes.shape[2:])))
        steps: tuple[int, ...] | int = self._steps
        if self._skips:
            every: tuple[slice, ...] = tuple(slice(None, None, step) for step in self._steps)
            planes, steps = planes[:, :, *every], 1
        slide = F.conv3d if self.rank == 3 else F.conv2d
        try:
            y = slide(planes, planes_kernel, bias, steps, pads, self._gaps, groups)
        except RuntimeError:
            self.compute_output_shape(tuple(x.shape))  # says it plainly, where the shape is at fault
            raise
        return from_planes(y, self.data_format, self.rank)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; Keras writes a penalty on outputs even if it is none."""
        return {"activity_regularizer": None, **super().get_config()}

    def _activated(self, y: Tensor) -> Tensor:
        return y if self.activation is None else self.activation(y)


def torch_kernel(kernel: Tensor) -> Tensor:
    """Return a kernel of shape (...window, in, out) as torch reads it: (out, in, ...window), a view."""
    if kernel.dim() == 4:
        return kernel.permute(3, 2, 0, 1)
    if kernel.dim() == 3:
        return kernel.permute(2, 1, 0).unsqueeze(2)
    return kernel.permute(4, 3, 0, 1, 2)


def filters_first(rank: int) -> tuple[int, ...]:
    """Return the order of a kernel's axes in memory: (last, ...window, last but one).

    Torch's channels-last kernels read it as it lies, and the gradient comes back laid out alike.
    """
    return (rank + 1, *range(rank + 1))


class _Conv(_LowRank, _Sliding):
    """A convolution whose kernel joins every channel of its group.

    ``lora_rank`` and ``lora_alpha`` are understood beside the arguments of each class: see ``_LowRank``.

    Args:
        filters: How many patterns the layer looks for, which is the number of channels that come out.
        groups: Into how many groups the channels are split, each with its own filters.
        kernel_initializer: How the kernel starts.
        kernel_regularizer: A penalty on large kernel weights.
        kernel_constraint: A rule that the kernel is made to obey after each step.
    """

    filters: int
    groups: int
    kernel: Variable
    kernel_initializer: Any
    kernel_regularizer: Any
    kernel_constraint: Any

    def __init__(
        self, lora_rank: PositiveInt | None = None, lora_alpha: Real | None = None, **kwargs: Any
    ) -> None:
        super().__init__(lora_rank, lora_alpha, **kwargs)

    def _take(self, given: dict[str, Any]) -> None:
        super()._take(given)
        self._refuse_steps_with_gaps()
        if self.filters % self.groups:
            raise ParamError(
                f"{type(self).__name__}: The number of filters must be evenly divisible by the number of "
                f"groups. Received: groups={self.groups}, filters={self.filters}.",
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
        """Make kernel (window, channels of a group, filters) and bias; raises ``ShapeError``."""
        self.compute_output_shape(input_shape)
        channels = self._channels(tuple(input_shape))
        self.kernel = self.add_weight(
            (*self.kernel_size, self._grouped(channels), self.filters),
            self.kernel_initializer,
            name="kernel",
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            torch_axes=filters_first(self.rank),
        )
        self._add_bias(self.filters)
        self._adapt_if_asked()

    def call(self, inputs: Tensor) -> Tensor:
        """Return the activation of the convolution of ``inputs``."""
        weights = self._parameters  # a plain dict: torch's attribute lookup is slow
        kernel = weights.get("kernel")
        if kernel is None:
            kernel = self.kernel  # frozen, with a correction
        return self._activated(self._slide(inputs, torch_kernel(kernel), weights.get("bias"), self.groups))

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape that comes out; raises ``ShapeError`` where the window has no room."""
        shape = checked_shape(self, input_shape)
        self._grouped(channels_of(self, shape, channel_axis(self.data_format)))
        return self._slid(shape, self.filters)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; those of a correction of low rank only where there is one."""
        config = super().get_config()
        del config["quantization_config"]  # Keras writes it for dense layers alone
        if self.lora_rank:
            config |= {"lora_rank": self.lora_rank, "lora_alpha": self.lora_alpha}
        return config

    def compute_macs(self, input_shape: Any, output_shape: Any) -> int:
        """Return window x channels of a group, for every place and filter; 0 where sizes are unknown."""
        sizes = [size or 0 for size in tuple(output_shape)[1:]]
        channels = tuple(input_shape)[channel_axis(self.data_format)] or 0
        return math.prod(sizes) * math.prod(self.kernel_size) * (channels // self.groups)
