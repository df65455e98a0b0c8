"""Pooling layers: keep the largest or the mean of each small region."""

from __future__ import annotations

from typing import Any, ClassVar

import torch.nn.functional as F
from torch import Tensor

from engine.layers.convolution_shapes import (
    checked_shape,
    from_planes,
    pad_planes,
    resolved_format,
    same_padding,
    to_planes,
    window_shape,
)
from engine.layers.layer import Layer
from engine.params import DataFormat, Padding, Size1, Size2
from engine.spec import InputSpec, Shape


class _Pooling(Layer):
    """A window that slides over one or two axes, each channel on its own."""

    category: ClassVar[str] = "pooling"
    rank: ClassVar[int] = 2
    takes_largest: ClassVar[bool] = True

    def _settle(self, pool_size: Any, strides: Any, padding: str, data_format: str | None) -> None:
        self.pool_size: tuple[int, ...] = pool_size
        self.strides: tuple[int, ...] = pool_size if strides is None else strides
        self.padding = padding
        self.data_format = resolved_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, x: Tensor) -> Tensor:
        """Return the largest or the mean of each window of ``x``."""
        planes = to_planes(x, self.data_format)
        lead = (1,) * (2 - self.rank)
        window, strides = (*lead, *self.pool_size), (*lead, *self.strides)
        pads = ((0, 0), (0, 0))
        if self.padding == "same":
            down = same_padding(planes.shape[2], window[0], strides[0])
            pads = (down, same_padding(planes.shape[3], window[1], strides[1]))
        try:
            # Padding that is even on both sides counts for nothing; where it is odd, Keras on torch repeats
            # the edge, and so do we: the largest is the same, the means are Keras'.
            padded, both = pad_planes(planes, pads, "replicate")
            if self.takes_largest:
                y = F.max_pool2d(padded, window, strides, both)
            else:
                y = F.avg_pool2d(padded, window, strides, both, count_include_pad=False)
        except RuntimeError:
            self.compute_output_shape(tuple(x.shape))  # says it plainly, where the shape is at fault
            raise
        return from_planes(y, self.data_format, self.rank)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape that comes out; raises ``ShapeError`` where the window has no room."""
        shape = checked_shape(self, input_shape)
        channels = shape[-1 if self.data_format == "channels_last" else 1]
        return window_shape(
            self, shape, self.pool_size, self.strides, self.padding, (1, 1), self.data_format, channels
        )


class MaxPooling1D(_Pooling):
    """Shortens a sequence by keeping only the largest number of every few steps.

    Input (batch, steps, channels), output (batch, fewer steps, channels); with
    ``data_format="channels_first"`` the channels come second.  Keras: ``keras.layers.MaxPooling1D``.

    Args:
        pool_size: How many steps are looked at together.
        strides: How many steps the window moves on each time; as many as pool_size, if not given.
        padding: "valid" leaves out steps that fill no whole window, "same" keeps them.
        data_format: Whether the channels are the last axis or the first after the batch.
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
        self._settle(pool_size, strides, padding, data_format)


class MaxPooling2D(_Pooling):
    """Shrinks a picture by keeping only the largest number of every small window.

    Input (batch, height, width, channels), output (batch, less height, less width, channels); with
    ``data_format="channels_first"`` the channels come second.  Keras: ``keras.layers.MaxPooling2D``.

    Args:
        pool_size: Height and width of the window, in pixels.
        strides: How far the window moves each time, down and across; its own size, if not given.
        padding: "valid" leaves out edges that fill no whole window, "same" keeps them.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

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
        self._settle(pool_size, strides, padding, data_format)


class AveragePooling1D(_Pooling):
    """Shortens a sequence by putting the mean of every few steps in their place.

    Input (batch, steps, channels), output (batch, fewer steps, channels); with
    ``data_format="channels_first"`` the channels come second.  What padding adds does not count in the mean;
    where it is odd, the edge counts again.
    Keras: ``keras.layers.AveragePooling1D``.

    Args:
        pool_size: How many steps are looked at together.
        strides: How many steps the window moves on each time; as many as pool_size, if not given.
        padding: "valid" leaves out steps that fill no whole window, "same" keeps them.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    rank: ClassVar[int] = 1
    takes_largest: ClassVar[bool] = False

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
        self._settle(pool_size, strides, padding, data_format)


class AveragePooling2D(_Pooling):
    """Shrinks a picture by putting the mean of every small window in its place.

    Input (batch, height, width, channels), output (batch, less height, less width, channels); with
    ``data_format="channels_first"`` the channels come second.  What padding adds does not count in the mean;
    where it is odd, the edge counts again.
    Keras: ``keras.layers.AveragePooling2D``.

    Args:
        pool_size: Height and width of the window, in pixels.
        strides: How far the window moves each time, down and across; its own size, if not given.
        padding: "valid" leaves out edges that fill no whole window, "same" keeps them.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    takes_largest: ClassVar[bool] = False

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
        self._settle(pool_size, strides, padding, data_format)
