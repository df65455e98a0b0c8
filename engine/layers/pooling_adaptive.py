"""Adaptive pooling: as many regions as are asked for, whatever the size of the input."""

from __future__ import annotations

from typing import Any, ClassVar

import torch.nn.functional as F
from torch import Tensor

from engine.layers.convolution_shapes import checked_shape, from_planes, resolved_format, to_planes
from engine.layers.layer import Layer
from engine.layers.pooling_global import refuse_empty
from engine.params import DataFormat, Size1, Size2, Size3
from engine.spec import InputSpec, Shape


class _Adaptive(Layer):
    """Regions of nearly equal size that cover the input; those of uneven division overlap by one place.

    Args:
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    category: ClassVar[str] = "pooling"
    rank: ClassVar[int] = 2
    output_size: Any
    data_format: Any

    def _take(self, given: dict[str, Any]) -> None:
        super()._take(given)
        self.data_format = resolved_format(self.data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self._build_at_init()
        self._places = (*(1,) * (2 - self.rank), *self.output_size)

    def call(self, inputs: Tensor) -> Tensor:
        """Return the largest or the mean of each region of ``inputs``."""
        y = self.pool(to_planes(inputs, self.data_format))
        return from_planes(y, self.data_format, self.rank)

    def pool(self, planes: Tensor) -> Tensor:
        """Return the answers for (batch, channels, ...places)."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape that comes out; raises ``ShapeError`` where there is nothing to look at."""
        shape = checked_shape(self, input_shape)
        first = 1 if self.data_format == "channels_last" else 2
        refuse_empty(self, shape, range(first, first + self.rank))
        return (*shape[:first], *self.output_size, *shape[first + self.rank :])


class _AdaptiveMax(_Adaptive):
    """The largest number of each region."""

    def pool(self, planes: Tensor) -> Tensor:
        """Return the largest number of each region."""
        largest = F.adaptive_max_pool3d if self.rank == 3 else F.adaptive_max_pool2d
        y: Tensor = largest(planes, self._places)
        return y


class _AdaptiveAverage(_Adaptive):
    """The mean of each region."""

    def pool(self, planes: Tensor) -> Tensor:
        """Return the mean of each region."""
        mean = F.adaptive_avg_pool3d if self.rank == 3 else F.adaptive_avg_pool2d
        return mean(planes, self._places)


class AdaptiveMaxPooling1D(_AdaptiveMax):
    """Divides a sequence of any size into as many regions as you ask for; keeps the largest number of each.

    Input (batch, steps, channels), output (batch, new steps, channels); with
    ``data_format="channels_first"`` the channels come second.
    Keras: ``keras.layers.AdaptiveMaxPooling1D``.

    Args:
        output_size: How many regions the steps are divided into.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 1

    def __init__(self, output_size: Size1, data_format: DataFormat | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._take(locals())


class AdaptiveMaxPooling2D(_AdaptiveMax):
    """Divides a picture of any size into as many regions as you ask for; keeps the largest number of each.

    Input (batch, height, width, channels), output (batch, new height, new width, channels); with
    ``data_format="channels_first"`` the channels come second.
    Keras: ``keras.layers.AdaptiveMaxPooling2D``.

    Args:
        output_size: How many regions height and width are divided into.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 2

    def __init__(self, output_size: Size2, data_format: DataFormat | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._take(locals())


class AdaptiveMaxPooling3D(_AdaptiveMax):
    """Divides a volume of any size into as many regions as you ask for; keeps the largest number of each.

    Input (batch, depth, height, width, channels), output (batch, new depth, new height, new width,
    channels); with ``data_format="channels_first"`` the channels come second.
    Keras: ``keras.layers.AdaptiveMaxPooling3D``.

    Args:
        output_size: How many regions depth, height and width are divided into.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 3

    def __init__(self, output_size: Size3, data_format: DataFormat | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._take(locals())


class AdaptiveAveragePooling1D(_AdaptiveAverage):
    """Divides a sequence of any size into as many regions as you ask for; keeps the mean of each.

    Input (batch, steps, channels), output (batch, new steps, channels); with
    ``data_format="channels_first"`` the channels come second.
    Keras: ``keras.layers.AdaptiveAveragePooling1D``.

    Args:
        output_size: How many regions the steps are divided into.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 1

    def __init__(self, output_size: Size1, data_format: DataFormat | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._take(locals())


class AdaptiveAveragePooling2D(_AdaptiveAverage):
    """Divides a picture of any size into as many regions as you ask for; keeps the mean of each.

    Input (batch, height, width, channels), output (batch, new height, new width, channels); with
    ``data_format="channels_first"`` the channels come second.
    Keras: ``keras.layers.AdaptiveAveragePooling2D``.

    Args:
        output_size: How many regions height and width are divided into.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 2

    def __init__(self, output_size: Size2, data_format: DataFormat | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._take(locals())


class AdaptiveAveragePooling3D(_AdaptiveAverage):
    """Divides a volume of any size into as many regions as you ask for; keeps the mean of each.

    Input (batch, depth, height, width, channels), output (batch, new depth, new height, new width,
    channels); with ``data_format="channels_first"`` the channels come second.
    Keras: ``keras.layers.AdaptiveAveragePooling3D``.

    Args:
        output_size: How many regions depth, height and width are divided into.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 3

    def __init__(self, output_size: Size3, data_format: DataFormat | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._take(locals())
