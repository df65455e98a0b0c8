"""The scale of tones of pictures bent: fewer tones, tones turned over, tones spread to the full range."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from engine.layers.image_arguments import strict_amount, value_range
from engine.layers.image_base import Transformation, _PixelLayer, batch_of, for_each
from engine.params import Array, DataFormat, Integer, PositiveInt
from engine.random import Seed, torch_generator


class RandomPosterization(_PixelLayer):
    """Leaves pictures fewer tones at random while training, as on a poster: only some bits of each pixel.

    Keras: ``keras.layers.RandomPosterization``.

    Args:
        factor: How many bits of the eight stay, 1 to 8; or least and greatest.
        value_range: Least and greatest value of a pixel.
        data_format: Whether the channels are the last axis or the first after the batch.
        seed: Start of the random numbers, for runs that can be repeated.
    """

    rare: ClassVar[bool] = True
    in_palette = True
    _USE_BASE_FACTOR = False
    _FACTOR_BOUNDS = (1, 8)

    def __init__(
        self,
        factor: Array,
        value_range: Array = (0, 255),
        data_format: DataFormat | None = None,
        seed: Integer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self._set_factor(factor)
        self._set_value_range(value_range)
        self._set_seed(seed)

    def _set_value_range(self, given: Any) -> None:
        self.value_range = value_range(type(self).__name__, given)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Seed = None) -> Any:
        """Return how many bits of each picture go."""
        low, high = (int(part) for part in self.factor)
        shape = (batch_of(data),)
        if low == high:
            return {"shift_factor": torch.full(shape, 8 - low, dtype=torch.uint8)}
        generator = torch_generator(self.generator if seed is None else seed)
        return {"shift_factor": 8 - torch.randint(low, high, shape, generator=generator, dtype=torch.uint8)}

    def transform_images(
        self, images: Any, transformation: Transformation = None, training: bool = True
    ) -> Tensor:
        """Return the pictures with fewer tones."""
        if not training:
            return torch.as_tensor(images)
        full = self._transform_value_range(images, self.value_range, (0, 255), self.compute_dtype)
        shift = torch.as_tensor(transformation["shift_factor"]).to(full.device).reshape(-1, 1, 1, 1)
        fewer = self._cast((full.to(torch.uint8) >> shift) << shift)
        return self._transform_value_range(fewer, (0, 255), self.value_range, self.compute_dtype)


class Solarization(_PixelLayer):
    """Adds to pixels at random and turns the bright ones over while training, as film does in too much light.

    Keras: ``keras.layers.Solarization``.

    Args:
        addition_factor: Greatest addition as a part of the range of values, 0 to 1; or least and greatest.
        threshold_factor: Brightness from which pixels are turned over, 0 to 1 at most; or least and greatest.
        value_range: Least and greatest value of a pixel.
        seed: Start of the random numbers, for runs that can be repeated.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    rare: ClassVar[bool] = True
    in_palette = True
    _USE_BASE_FACTOR = False

    def __init__(
        self,
        addition_factor: Array = 0.0,
        threshold_factor: Array = 0.0,
        value_range: Array = (0, 255),
        seed: Integer | None = None,
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self._set_seed(seed)
        self.addition_factor = self._part("addition_factor", addition_factor)
        self.threshold_factor = self._part("threshold_factor", threshold_factor)
        self._set_value_range(value_range)

    def _set_value_range(self, given: Any) -> None:
        self.value_range = value_range(type(self).__name__, given)

    @staticmethod
    def _part(name: str, value: Any) -> tuple[float, float]:
        return strict_amount("Solarization", name, value, (0, 1.0), lone="above")

    def get_random_transformation(self, data: Any, training: bool = True, seed: Seed = None) -> Any:
        """Return what is added and where pixels turn over, for each picture, in values up to 255."""
        if not training:
            return None
        drawn = {}
        for name, (low, high) in (("additions", self.addition_factor), ("thresholds", self.threshold_factor)):
            drawn[name] = self._uniform(data, for_each(data), (low, high * 255), seed, self.compute_dtype)
        return drawn

    def transform_images(self, images: Any, transformation: Transformation, training: bool = True) -> Tensor:
        """Return the pictures with the bright pixels turned over."""
        tensor = self._cast(images)
        if not training or transformation is None:
            return tensor
        full = self._transform_value_range(tensor, self.value_range, (0, 255), self.compute_dtype)
        full = (full + torch.as_tensor(transformation["additions"]).to(full)).clamp(0, 255)
        full = torch.where(full < torch.as_tensor(transformation["thresholds"]).to(full), full, 255 - full)
        return self._transform_value_range(full, (0, 255), self.value_range, self.compute_dtype)


class AutoContrast(_PixelLayer):
    """Spreads each channel of a picture over the full range: its darkest value becomes 0, its brightest full.

    A channel of one tone stays.  Works while training and afterwards alike.
    Keras: ``keras.layers.AutoContrast``.

    Args:
        value_range: Least and greatest value of a pixel.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    rare: ClassVar[bool] = True
    in_palette = True
    _USE_BASE_FACTOR = False

    def __init__(
        self, value_range: Array = (0, 255), data_format: DataFormat | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self._set_value_range(value_range)

    def _set_value_range(self, given: Any) -> None:
        self.value_range = value_range(type(self).__name__, given)

    def transform_images(
        self, images: Any, transformation: Transformation = None, training: bool = True
    ) -> Tensor:
        """Return the pictures with every channel spread."""
        original = self._cast(images)
        full = self._transform_value_range(original, self.value_range, (0, 255), self.compute_dtype)
        low, high = full.amin(self._axes, keepdim=True), full.amax(self._axes, keepdim=True)
        scale = 255.0 / (high - low)
        spread = (full * scale - low * scale).clamp(0.0, 255.0)
        spread = self._transform_value_range(spread, (0, 255), self.value_range, self.compute_dtype)
        return torch.where(spread.isnan(), original, spread)


class Equalization(_PixelLayer):
    """Gives each channel about as many dark pixels as bright ones, which brings out hidden details.

    The tones of all pictures of a batch are counted together, while training only.
    Keras: ``keras.layers.Equalization``.

    Args:
        value_range: Least and greatest value of a pixel.
        bins: How many steps of tones are told apart.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    rare: ClassVar[bool] = True
    in_palette = True
    _USE_BASE_FACTOR = False

    def __init__(
        self,
        value_range: Array = (0, 255),
        bins: PositiveInt = 256,
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.bins = bins
        self._set_value_range(value_range)

    def _set_value_range(self, given: Any) -> None:
        self.value_range = value_range(type(self).__name__, given)

    def transform_images(self, images: Any, transformation: Transformation, training: bool = True) -> Tensor:
        """Return the pictures with their tones evened out."""
        if not training:
            return torch.as_tensor(images)
        axis = -1 if self.data_format == "channels_last" else -3
        tensor = self._cast(images)
        low, high = self.value_range
        full = (tensor - low) * (255.0 / (high - low)) if (low, high) != (0, 255) else tensor
        channels = full.movedim(axis, 0)
        flat = channels.reshape(channels.shape[0], -1)
        steps = (flat * (self.bins - 1) / 255.0).to(torch.int64).clamp(0, self.bins - 1)
        counts = torch.zeros(len(flat), self.bins, dtype=torch.int64, device=flat.device)
        counts.scatter_add_(1, steps, torch.ones_like(steps))
        below = counts.cumsum(1)
        least = below.gather(1, (below > 0).int().argmax(1, keepdim=True))
        rest = below[:, -1:] - least
        tones = ((below - least) * 255 / torch.where(rest == 0, 1, rest)).round().clamp(0, 255)
        places = (flat / 255.0 * (self.bins - 1)).clamp(0, self.bins - 1).to(torch.int64)
        even = torch.where(
            (counts > 0).sum(1, keepdim=True) <= 1, flat, tones.gather(1, places).to(flat.dtype)
        )
        found = even.view(channels.shape).movedim(0, axis)
        return self._cast(found if (low, high) == (0, 255) else found * ((high - low) / 255.0) + low)
