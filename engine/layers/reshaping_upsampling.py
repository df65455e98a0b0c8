"""Layers that make an input larger by repeating what is there, or by a smooth way between."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import torch.nn.functional as F
from torch import Tensor

from engine.layers.convolution_shapes import checked_shape, from_planes, resolved_format, to_planes
from engine.layers.reshaping import _Rearranging
from engine.params import DataFormat, Kind, Size2, Size3, Times
from engine.spec import InputSpec, Shape

Interpolation = Annotated[
    str, Kind("choice", choices=("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"))
]


class _UpSampling(_Rearranging):
    """Every place becomes several.

    Args:
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    rank: ClassVar[int] = 2

    def _settle(self, times: tuple[int, ...], data_format: str) -> None:
        self._times = times
        self._blocks = (*(1,) * (2 - self.rank), *times)
        self._format = data_format
        self._first = 1 if data_format == "channels_last" else 2
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: Tensor) -> Tensor:
        """Return ``inputs`` with every place repeated."""
        if inputs.is_floating_point():
            planes = to_planes(inputs, self._format)
            sizes = [size * times for size, times in zip(planes.shape[2:], self._blocks, strict=True)]
            return from_planes(F.interpolate(planes, sizes, mode="nearest-exact"), self._format, self.rank)
        for axis, times in enumerate(self._times, self._first):  # torch's kernel is for fractions alone
            inputs = inputs.repeat_interleave(times, axis)
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape with its places multiplied."""
        shape = list(checked_shape(self, input_shape))
        for axis, times in enumerate(self._times, self._first):
            size = shape[axis]
            shape[axis] = None if size is None else size * times
        return tuple(shape)


class UpSampling1D(_UpSampling):
    """Makes a sequence longer by repeating each step.

    Input (batch, steps, channels), output (batch, steps * size, channels).
    Keras: ``keras.layers.UpSampling1D``.

    Args:
        size: How many times each step comes.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 1

    def __init__(self, size: Times = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size = size
        self._settle((size,), "channels_last")


class UpSampling2D(_UpSampling):
    """Makes a picture larger: each pixel becomes a block, or the colours between pixels are worked out.

    Input (batch, height, width, channels), output (batch, height * size, width * size, channels); with
    ``data_format="channels_first"`` the channels come second.  Keras: ``keras.layers.UpSampling2D``.

    Args:
        size: How many rows and columns each pixel becomes.
        interpolation: "nearest" repeats pixels, "bilinear" goes straight from one to the next, "bicubic" in a
            smooth curve, "lanczos3" and "lanczos5" keep edges sharpest.
    """

    def __init__(
        self,
        size: Size2 = (2, 2),
        data_format: DataFormat | None = None,
        interpolation: Interpolation = "nearest",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.data_format = resolved_format(data_format)
        self.size = size
        self.interpolation = interpolation
        self._settle(size, self.data_format)

    def call(self, inputs: Tensor) -> Tensor:
        """Return the larger picture."""
        if self.interpolation == "nearest":
            return super().call(inputs)
        from engine.pictures.resizing import resize  # when it is first used: the import of layers is quick

        first = self._first
        size = [inputs.shape[first + axis] * self.size[axis] for axis in (0, 1)]
        return resize(inputs, size, interpolation=self.interpolation, data_format=self.data_format)


class UpSampling3D(_UpSampling):
    """Makes a volume larger by repeating each place.

    Input (batch, depth, height, width, channels), output with the three sizes multiplied; with
    ``data_format="channels_first"`` the channels come second.  Keras: ``keras.layers.UpSampling3D``.

    Args:
        size: How many times each place comes along depth, height and width.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 3

    def __init__(self, size: Size3 = (2, 2, 2), data_format: DataFormat | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = resolved_format(data_format)
        self.size = size
        self._settle(size, self.data_format)
