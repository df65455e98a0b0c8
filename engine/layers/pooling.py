"""Pooling layers: keep the largest or the mean of each small region."""

from __future__ import annotations

from typing import Any, ClassVar

import torch.nn.functional as F
from torch import Tensor

from engine.layers.convolution_shapes import (
    Pads,
    checked_shape,
    from_planes,
    pad_planes,
    resolved_format,
    same_padding,
    to_planes,
    window_shape,
)
from engine.layers.layer import Layer
from engine.params import DataFormat, Padding, Size1, Size2, Size3
from engine.spec import InputSpec, Shape


class _Pooling(Layer):
    """A window that slides over one, two or three axes, each channel on its own.

    Args:
        padding: "valid" leaves out edges that fill no whole window, "same" keeps them.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    category: ClassVar[str] = "pooling"
    rank: ClassVar[int] = 2
    pool_size: tuple[int, ...]
    strides: Any
    padding: str
    data_format: Any

    def _take(self, given: dict[str, Any]) -> None:
        super()._take(given)
        if self.strides is None:
            self.strides = self.pool_size
        self.data_format = resolved_format(self.data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        lead = (1,) * (2 - self.rank)  # a sequence is a picture of height 1
        self._build_at_init()
        self._window, self._steps = (*lead, *self.pool_size), (*lead, *self.strides)

    def call(self, inputs: Tensor) -> Tensor:
        """Return the largest or the mean of each window of ``inputs``."""
        planes = to_planes(inputs, self.data_format)
        both: Any = 0
        try:
            if self.padding == "same":
                # Padding that is even on both sides counts for nothing; where it is odd, Keras on torch
                # repeats the edge, and so do we: the largest is the same, the means are Keras'.
                sizes = zip(planes.shape[2:], self._window, self._steps, strict=True)
                pads: Pads = tuple(same_padding(*numbers) for numbers in sizes)
                planes, both = pad_planes(planes, pads, "replicate")
            y = self.pool(planes, both)
        except RuntimeError:
            self.compute_output_shape(tuple(inputs.shape))  # says it plainly, where the shape is at fault
            raise
        return from_planes(y, self.data_format, self.rank)

    def pool(self, planes: Tensor, pads: Any) -> Tensor:
        """Return the answers for (batch, channels, ...places)."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape that comes out; raises ``ShapeError`` where the window has no room."""
        shape = checked_shape(self, input_shape)
        return window_shape(
            self,
            shape,
            self.pool_size,
            self.strides,
            self.padding,
            (1,) * self.rank,
            self.data_format,
            shape[-1 if self.data_format == "channels_last" else 1],
        )


class _Max(_Pooling):
    """The largest number of each window."""

    def pool(self, planes: Tensor, pads: Any) -> Tensor:
        """Return the largest number of each window."""
        largest = F.max_pool3d if self.rank == 3 else F.max_pool2d
        return largest(planes, self._window, self._steps, pads)


class _Average(_Pooling):
    """The mean of each window."""

    def pool(self, planes: Tensor, pads: Any) -> Tensor:
        """Return the mean of each window, padding left out."""
        mean = F.avg_pool3d if self.rank == 3 else F.avg_pool2d
        return mean(planes, self._window, self._steps, pads, count_include_pad=False)


class MaxPooling1D(_Max):
    """Shortens a sequence by keeping only the largest number of every few steps.

    Input (batch, steps, channels), output (batch, fewer steps, channels); with
    ``data_format="channels_first"`` the channels come second.
    Keras: ``keras.layers.MaxPooling1D``.

    Args:
        pool_size: How many steps are looked at together.
        strides: How many steps the window moves on each time; as many as pool_size, if not given.
    """

    rank: ClassVar[int] = 1

    def __init__(
        self,
        pool_size: Size1 = 2,
        strides: Size1 | None = None,
        padding: Padding = "valid",
        data_format: DataFormat | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self._take(locals())


class MaxPooling2D(_Max):
    """Shrinks a picture by keeping only the largest number of every small window.

    Input (batch, height, width, channels), output (batch, less height, less width, channels); with
    ``data_format="channels_first"`` the channels come second.
    Keras: ``keras.layers.MaxPooling2D``.

    Args:
        pool_size: Height and width of the window, in pixels.
        strides: How far the window moves each time, down and across; its own size, if not given.
    """

    rank: ClassVar[int] = 2

    def __init__(
        self,
        pool_size: Size2 = (2, 2),
        strides: Size2 | None = None,
        padding: Padding = "valid",
        data_format: DataFormat | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self._take(locals())


class MaxPooling3D(_Max):
    """Shrinks a volume by keeping only the largest number of every small window.

    Input (batch, depth, height, width, channels), output with fewer places along the three axes between; with
    ``data_format="channels_first"`` the channels come second.
    Keras: ``keras.layers.MaxPooling3D``.

    Args:
        pool_size: Depth, height and width of the window.
        strides: How far the window moves each time along the three axes; its own size, if not given.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 3

    def __init__(
        self,
        pool_size: Size3 = (2, 2, 2),
        strides: Size3 | None = None,
        padding: Padding = "valid",
        data_format: DataFormat | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self._take(locals())


class AveragePooling1D(_Average):
    """Shortens a sequence by putting the mean of every few steps in their place.

    Input (batch, steps, channels), output (batch, fewer steps, channels); with
    ``data_format="channels_first"`` the channels come second.  What padding adds does not count in the mean;
    where it is odd, the edge counts again.
    Keras: ``keras.layers.AveragePooling1D``.

    Args:
        pool_size: How many steps are looked at together.
        strides: How many steps the window moves on each time; as many as pool_size, if not given.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 1

    def __init__(
        self,
        pool_size: Size1,
        strides: Size1 | None = None,
        padding: Padding = "valid",
        data_format: DataFormat | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self._take(locals())


class AveragePooling2D(_Average):
    """Shrinks a picture by putting the mean of every small window in its place.

    Input (batch, height, width, channels), output (batch, less height, less width, channels); with
    ``data_format="channels_first"`` the channels come second.  What padding adds does not count in the mean;
    where it is odd, the edge counts again.
    Keras: ``keras.layers.AveragePooling2D``.

    Args:
        pool_size: Height and width of the window, in pixels.
        strides: How far the window moves each time, down and across; its own size, if not given.
    """

    rank: ClassVar[int] = 2

    def __init__(
        self,
        pool_size: Size2,
        strides: Size2 | None = None,
        padding: Padding = "valid",
        data_format: DataFormat | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self._take(locals())


class AveragePooling3D(_Average):
    """Shrinks a volume by putting the mean of every small window in its place.

    Input (batch, depth, height, width, channels), output with fewer places along the three axes between; with
    ``data_format="channels_first"`` the channels come second.  What padding adds does not count in the mean;
    where it is odd, the edge counts again.
    Keras: ``keras.layers.AveragePooling3D``.

    Args:
        pool_size: Depth, height and width of the window.
        strides: How far the window moves each time along the three axes; its own size, if not given.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 3

    def __init__(
        self,
        pool_size: Size3,
        strides: Size3 | None = None,
        padding: Padding = "valid",
        data_format: DataFormat | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        self._take(locals())


MaxPool1D, MaxPool2D, MaxPool3D = MaxPooling1D, MaxPooling2D, MaxPooling3D
AvgPool1D, AvgPool2D, AvgPool3D = AveragePooling1D, AveragePooling2D, AveragePooling3D
