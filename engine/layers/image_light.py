"""Light and contrast of pictures changed at random, alone and together with their colours."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from engine.layers.image_arguments import value_range
from engine.layers.image_base import Transformation, _PixelLayer, batch_of, for_each
from engine.layers.image_colours import RandomHue, RandomSaturation
from engine.params import Array, DataFormat, Integer
from engine.random import Seed


class RandomBrightness(_PixelLayer):
    """Makes pictures darker or brighter at random while training, by the same for every pixel of a picture.

    Keras: ``keras.layers.RandomBrightness``.

    Args:
        factor: Greatest change as a part of the range of values, -1 to 1; or least and greatest.
        value_range: Least and greatest value of a pixel.
        seed: Start of the random numbers, for runs that can be repeated.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    in_palette = True

    def __init__(
        self,
        factor: Array,
        value_range: Array = (0, 255),
        seed: Integer | None = None,
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self._set_seed(seed)
        self._set_value_range(value_range)

    def _set_value_range(self, given: Any) -> None:
        self.value_range = value_range(type(self).__name__, given)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Seed = None) -> Any:
        """Return what is added to the pixels of each picture."""
        if not training:
            return {"rgb_delta": torch.zeros(for_each(data))}
        low, high = self.value_range
        return {"rgb_delta": self._uniform(data, for_each(data), self.factor, seed) * (high - low)}

    def transform_images(self, images: Any, transformation: Transformation, training: bool = True) -> Tensor:
        """Return the pictures, darker or brighter, inside the range of values."""
        if not training:
            return torch.as_tensor(images)
        tensor = self._cast(images)
        return (tensor + torch.as_tensor(transformation["rgb_delta"]).to(tensor)).clamp(*self.value_range)


class RandomContrast(_PixelLayer):
    """Strengthens or weakens the contrast of pictures at random while training.

    Each channel of a picture moves away from its mean or towards it: (x - mean) * factor + mean.
    Keras: ``keras.layers.RandomContrast``.

    Args:
        factor: Greatest change, 0 to 1; or how far below and how far above 1.
        value_range: Least and greatest value of a pixel.
        seed: Start of the random numbers, for runs that can be repeated.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    in_palette = True
    _FACTOR_BOUNDS = (0, 1)

    def __init__(
        self,
        factor: Array,
        value_range: Array = (0, 255),
        seed: Integer | None = None,
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self.value_range = value_range
        self._set_seed(seed)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Seed = None) -> Any:
        """Return what the distance from the mean is multiplied by, for each picture."""
        if not training:
            return {"contrast_factor": torch.zeros(for_each(data))}
        low, high = 1.0 - self.factor[0], 1.0 + self.factor[1]
        return {"contrast_factor": self._uniform(data, for_each(data), (low, high), seed, self.compute_dtype)}

    def transform_images(self, images: Any, transformation: Transformation, training: bool = True) -> Tensor:
        """Return the pictures with another contrast, inside the range of values."""
        if not training:
            return torch.as_tensor(images)
        tensor = self._cast(images)
        mean = tensor.mean(self._axes, keepdim=True)
        factor = torch.as_tensor(transformation["contrast_factor"]).to(tensor)
        return ((tensor - mean) * factor + mean).clamp(*self.value_range)


class RandomInvert(_PixelLayer):
    """Turns some pictures into their negative while training: each pixel becomes greatest value - pixel.

    Keras: ``keras.layers.RandomInvert``.

    Args:
        factor: Chance of each picture to be inverted; or least and greatest chance.
        value_range: Least and greatest value of a pixel.
        seed: Start of the random numbers, for runs that can be repeated.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    rare: ClassVar[bool] = True
    in_palette = True
    _USE_BASE_FACTOR = False
    _FACTOR_BOUNDS = (0, 1)

    def __init__(
        self,
        factor: Array = 1.0,
        value_range: Array = (0, 255),
        seed: Integer | None = None,
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self._set_factor(factor)
        self.value_range = value_range
        self._set_seed(seed)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Seed = None) -> Any:
        """Return which pictures are inverted."""
        if not training:
            return None
        chance = self._uniform(data, (batch_of(data),), self.factor, seed)
        return {"apply_inversion": self._uniform(data, (batch_of(data),), (0, 1), seed) < chance}

    def transform_images(self, images: Any, transformation: Transformation, training: bool = True) -> Tensor:
        """Return the pictures, some of them inverted."""
        if not training:
            return torch.as_tensor(images)
        tensor = self._cast(images)
        chosen = torch.as_tensor(transformation["apply_inversion"]).to(tensor.device).reshape(-1, 1, 1, 1)
        return torch.where(chosen, self.value_range[1] - tensor, tensor)


class RandomColorJitter(_PixelLayer):
    """Changes brightness, contrast, saturation and hue of pictures at random while training, in this order.

    What has no factor stays as it is.  Keras: ``keras.layers.RandomColorJitter``.

    Args:
        value_range: Least and greatest value of a pixel.
        brightness_factor: As in RandomBrightness; none leaves the brightness.
        contrast_factor: As in RandomContrast; none leaves the contrast.
        saturation_factor: As in RandomSaturation; none leaves the saturation.
        hue_factor: As in RandomHue; none leaves the hue.
        seed: Start of the random numbers, for runs that can be repeated.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    rare: ClassVar[bool] = True
    in_palette = True

    def __init__(
        self,
        value_range: Array = (0, 255),
        brightness_factor: Array | None = None,
        contrast_factor: Array | None = None,
        saturation_factor: Array | None = None,
        hue_factor: Array | None = None,
        seed: Integer | None = None,
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = value_range
        self.brightness_factor = brightness_factor
        self.contrast_factor = contrast_factor
        self.saturation_factor = saturation_factor
        self.hue_factor = hue_factor
        self._set_seed(seed)
        kinds: tuple[tuple[str, Any, Any], ...] = (
            ("random_brightness", RandomBrightness, brightness_factor),
            ("random_contrast", RandomContrast, contrast_factor),
            ("random_saturation", RandomSaturation, saturation_factor),
            ("random_hue", RandomHue, hue_factor),
        )
        self._steps: list[str] = []
        for name, kind, factor in kinds:
            layer = None
            if factor is not None:
                layer = kind(
                    factor, value_range=value_range, seed=seed, data_format=self.data_format,
                    dtype=self.compute_dtype,
                )  # fmt: skip
                self._steps.append(name)
            setattr(self, name, layer)
        if saturation_factor is not None or hue_factor is not None:
            self.needs_channels = (3,)  # type: ignore[misc]  # this one alone, of a layer that takes others too

    def transform_images(self, images: Any, transformation: Transformation, training: bool = True) -> Tensor:
        """Return the pictures, changed by each step in turn."""
        if not training:
            return torch.as_tensor(images)
        tensor = self._cast(images)
        for name in self._steps:
            layer = getattr(self, name)
            drawn = layer.get_random_transformation(tensor, seed=self.generator)
            tensor = layer.transform_images(tensor, drawn)
        return tensor
