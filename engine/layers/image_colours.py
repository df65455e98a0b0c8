"""Colours of pictures changed at random: hue, saturation, grey."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from engine import config
from engine.layers.image_arguments import refused, value_range
from engine.layers.image_base import Transformation, _PixelLayer, batch_of, for_each
from engine.params import Array, DataFormat, Integer, Rate
from engine.pictures.filters import hsv_to_rgb, rgb_to_grayscale, rgb_to_hsv
from engine.random import Seed


class RandomHue(_PixelLayer):
    """Shifts the colours of pictures at random along the rainbow while training.

    Pictures have three channels: red, green, blue.  Keras: ``keras.layers.RandomHue``.

    Args:
        factor: Greatest shift, 0 to 1, where 1 is half the way round; or least and greatest.
        value_range: Least and greatest value of a pixel.
        data_format: Whether the channels are the last axis or the first after the batch.
        seed: Start of the random numbers, for runs that can be repeated.
    """

    rare: ClassVar[bool] = True
    in_palette = True
    _FACTOR_BOUNDS = (0, 1)
    needs_channels = (3,)

    def __init__(
        self,
        factor: Array,
        value_range: Array = (0, 255),
        data_format: DataFormat | None = None,
        seed: Integer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self.value_range = value_range
        self._set_seed(seed)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Seed = None) -> Any:
        """Return the shift of each picture, half a turn being 0.5."""
        batch = (batch_of(data),)
        invert = torch.where(self._uniform(data, batch, (0.0, 1.0), seed) > 0.5, -1.0, 1.0)
        return {"factor": invert * self._uniform(data, batch, self.factor, seed) * 0.5}

    def transform_images(
        self, images: Any, transformation: Transformation = None, training: bool = True
    ) -> Tensor:
        """Return the pictures with their hues turned."""
        if not training:
            return torch.as_tensor(images)
        axis = -1 if self.data_format == "channels_last" else -3
        unit = self._transform_value_range(self._cast(images), self.value_range, (0, 1))
        hue, saturation, value = rgb_to_hsv(unit, self.data_format).unbind(axis)
        hue = hue + torch.as_tensor(transformation["factor"]).to(unit).reshape(-1, 1, 1)
        hue = torch.where(hue > 1.0, hue - 1.0, hue)
        hue = torch.where(hue < 0.0, hue + 1.0, hue)
        turned = hsv_to_rgb(torch.stack([hue, saturation, value], axis), self.data_format).clamp(0, 1)
        return self._cast(self._transform_value_range(turned, (0, 1), self.value_range))


class RandomSaturation(_PixelLayer):
    """Makes the colours of pictures paler or stronger at random while training.

    A factor of 0 gives grey, 0.5 leaves the picture, 1 gives full colours.  Pictures have three channels.
    Keras: ``keras.layers.RandomSaturation``.

    Args:
        factor: Greatest strength, 0 to 1; or least and greatest.
        value_range: Least and greatest value of a pixel.
        data_format: Whether the channels are the last axis or the first after the batch.
        seed: Start of the random numbers, for runs that can be repeated.
    """

    rare: ClassVar[bool] = True
    in_palette = True
    needs_channels = (3,)

    def __init__(
        self,
        factor: Array,
        value_range: Array = (0, 255),
        data_format: DataFormat | None = None,
        seed: Integer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self._set_value_range(value_range)
        self._set_seed(seed)

    def _set_value_range(self, given: Any) -> None:
        self.value_range = value_range(type(self).__name__, given)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Seed = None) -> Any:
        """Return what the saturation of each picture is multiplied by."""
        factor = self._uniform(data, (batch_of(data),), self.factor, seed)
        return {"factor": factor / (1 - factor + config.epsilon())}

    def transform_images(
        self, images: Any, transformation: Transformation = None, training: bool = True
    ) -> Tensor:
        """Return the pictures with other saturations."""
        if not training:
            return torch.as_tensor(images)
        axis = -1 if self.data_format == "channels_last" else -3
        hue, saturation, value = rgb_to_hsv(self._cast(images), self.data_format).unbind(axis)
        factor = torch.as_tensor(transformation["factor"]).to(saturation).reshape(-1, 1, 1)
        saturation = (saturation * factor).clamp(*self.value_range)
        return hsv_to_rgb(torch.stack([hue, saturation, value], axis), self.data_format)


class RandomGrayscale(_PixelLayer):
    """Turns some pictures grey while training, each with the same chance; they keep their three channels.

    Keras: ``keras.layers.RandomGrayscale``.

    Args:
        factor: Chance of each picture to become grey.
        data_format: Whether the channels are the last axis or the first after the batch.
        seed: Start of the random numbers, for runs that can be repeated.
    """

    rare: ClassVar[bool] = True
    in_palette = True
    _USE_BASE_FACTOR = False
    needs_channels = (1, 3)

    def __init__(
        self,
        factor: Rate = 0.5,
        data_format: DataFormat | None = None,
        seed: Integer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        if not 0 <= factor <= 1:
            raise refused("RandomGrayscale", "factor", "between 0 and 1", factor)
        self.factor = factor
        self._set_seed(seed)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Seed = None) -> Any:
        """Return which pictures become grey."""
        return self._uniform(data, (batch_of(data),), (0, 1), seed).reshape(for_each(data)) < self.factor

    def transform_images(self, images: Any, transformation: Transformation, training: bool = True) -> Tensor:
        """Return the pictures, some of them grey."""
        tensor = torch.as_tensor(images)
        if not training:
            return tensor
        chosen = self.get_random_transformation(tensor) if transformation is None else transformation
        return torch.where(chosen.to(tensor.device), rgb_to_grayscale(tensor, self.data_format), tensor)


class RandomColorDegeneration(_PixelLayer):
    """Mixes pictures with their own grey at random while training.

    A factor of 0 leaves the picture, 1 makes it grey.  Pictures have three channels.
    Keras: ``keras.layers.RandomColorDegeneration``.

    Args:
        factor: Greatest part of grey, 0 to 1; or least and greatest.
        value_range: Least and greatest value of a pixel.
        data_format: Whether the channels are the last axis or the first after the batch.
        seed: Start of the random numbers, for runs that can be repeated.
    """

    rare: ClassVar[bool] = True
    in_palette = True
    needs_channels = (3,)

    def __init__(
        self,
        factor: Array,
        value_range: Array = (0, 255),
        data_format: DataFormat | None = None,
        seed: Integer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self._set_value_range(value_range)
        self._set_seed(seed)

    def _set_value_range(self, given: Any) -> None:
        self.value_range = value_range(type(self).__name__, given)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Seed = None) -> Any:
        """Return the part of grey of each picture."""
        return {"factor": self._uniform(data, for_each(data), self.factor, seed)}

    def transform_images(
        self, images: Any, transformation: Transformation = None, training: bool = True
    ) -> Tensor:
        """Return the pictures, mixed with grey."""
        if not training:
            return torch.as_tensor(images)
        tensor = self._cast(images)
        grey = rgb_to_grayscale(tensor, self.data_format)
        factor = torch.as_tensor(transformation["factor"]).to(tensor)
        return (tensor + factor * (grey - tensor)).clamp(*self.value_range)
