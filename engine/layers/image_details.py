"""Sharpness of pictures changed at random, and parts of them wiped out."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.layers.image_arguments import amount, refused, value_range
from engine.layers.image_base import Transformation, _PixelLayer, batch_of, images_of
from engine.params import Array, DataFormat, Integer
from engine.pictures.common import from_planes, to_planes
from engine.pictures.filters import gaussian_blur
from engine.random import Seed, normal


class RandomSharpness(_PixelLayer):
    """Sharpens or softens pictures at random while training.

    A factor of 0 gives the mean over each pixel's neighbourhood, 0.5 leaves the picture, 1 sharpens it.
    Keras: ``keras.layers.RandomSharpness``.

    Args:
        factor: Greatest sharpness, 0 to 1; or least and greatest.
        value_range: Least and greatest value of a pixel.
        data_format: Whether the channels are the last axis or the first after the batch.
        seed: Start of the random numbers, for runs that can be repeated.
    """

    rare: ClassVar[bool] = True
    in_palette = True
    _USE_BASE_FACTOR = False
    _FACTOR_BOUNDS = (0, 1)

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
        """Return the sharpness of each picture."""
        return {"factor": self._uniform(data, (batch_of(data),), self.factor, seed)}

    def transform_images(
        self, images: Any, transformation: Transformation = None, training: bool = True
    ) -> Tensor:
        """Return the pictures, sharper or softer."""
        tensor = self._cast(images)
        if not training:
            return tensor
        planes = to_planes(tensor, self.data_format)
        batch, channels, height, width = planes.shape
        kernel = torch.full((1, 1, 3, 3), 1.0 / 13.0, dtype=planes.dtype, device=planes.device)
        kernel[0, 0, 1, 1] = 5.0 / 13.0
        soft = F.conv2d(planes.reshape(batch * channels, 1, height, width), kernel, padding=1)
        factor = torch.as_tensor(transformation["factor"]).to(planes).reshape(-1, 1, 1, 1) * 2
        sharp = planes + (1.0 - factor) * (soft.view(planes.shape) - planes)
        return from_planes(sharp.clamp(*self.value_range), self.data_format, tensor.ndim == 4)


class RandomGaussianBlur(_PixelLayer):
    """Blurs some pictures while training, each with the same chance.

    Keras: ``keras.layers.RandomGaussianBlur``.

    Args:
        factor: Chance of each picture to be blurred; or least and greatest chance.
        kernel_size: Height and width in pixels over which is blurred, odd.
        sigma: Greatest strength of the blur, 0 to 1; or least and greatest.
        value_range: Least and greatest value of a pixel.
        data_format: Whether the channels are the last axis or the first after the batch.
        seed: Start of the random numbers, for runs that can be repeated.
    """

    rare: ClassVar[bool] = True
    in_palette = True
    _USE_BASE_FACTOR = False
    _FACTOR_BOUNDS = (0, 1)

    def __init__(
        self,
        factor: Array = 1.0,
        kernel_size: Array = 3,
        sigma: Array = 1.0,
        value_range: Array = (0, 255),
        data_format: DataFormat | None = None,
        seed: Integer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self._set_factor(factor)
        sizes = tuple(kernel_size) if isinstance(kernel_size, (tuple, list)) else (kernel_size, kernel_size)
        if len(sizes) != 2 or not all(isinstance(size, int) and size % 2 for size in sizes):
            raise refused(
                "RandomGaussianBlur", "kernel_size", "an odd number (or a list of two)", kernel_size
            )
        self.kernel_size = sizes
        self.sigma = amount("RandomGaussianBlur", "sigma", sigma, (0, 1))
        self.value_range = value_range
        self._set_seed(seed)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Seed = None) -> Any:
        """Return which pictures are blurred, and how strongly."""
        if not training:
            return None
        batch = (batch_of(data),)
        chance = self._uniform(data, batch, self.factor, seed)
        chosen = self._uniform(data, batch, (0.0, 1.0), seed) < chance
        strength = self._uniform(data, (2,), self.sigma, seed, self.compute_dtype) + 1e-6
        return {"should_apply_blur": chosen, "blur_factor": strength}

    def transform_images(
        self, images: Any, transformation: Transformation = None, training: bool = True
    ) -> Tensor:
        """Return the pictures, some of them blurred."""
        tensor = self._cast(images)
        if not training or transformation is None:
            return tensor
        blurred = gaussian_blur(tensor, self.kernel_size, transformation["blur_factor"], self.data_format)
        chosen = torch.as_tensor(transformation["should_apply_blur"]).to(tensor.device).reshape(-1, 1, 1, 1)
        return torch.where(chosen, blurred, tensor).clamp(*self.value_range)


def box_mask(sides: tuple[int, int], box: tuple[Tensor, ...], data_format: str) -> Tensor:
    """Return which pixels lie in each picture's box (left, right, top, bottom), to meet a batch of them."""
    left, right, top, bottom = (side.reshape(-1, 1, 1) for side in box)
    y = torch.arange(sides[0], dtype=left.dtype, device=left.device).view(1, -1, 1)
    x = torch.arange(sides[1], dtype=left.dtype, device=left.device).view(1, 1, -1)
    mask = (x >= left) & (x < right) & (y >= top) & (y < bottom)
    return mask.unsqueeze(-1 if data_format == "channels_last" else 1)


class RandomErasing(_PixelLayer):
    """Wipes a random rectangle out of some pictures while training, so that no single part matters too much.

    Zhong and others, Random Erasing Data Augmentation (2017).  Keras: ``keras.layers.RandomErasing``.

    Args:
        factor: Chance of each picture to lose a part; or least and greatest chance.
        scale: Least and greatest size of the rectangle as a part of the picture.
        fill_value: What the rectangle is filled with, one number or one for each channel; none is noise.
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
        scale: Array = (0.02, 0.33),
        fill_value: Array | None = None,
        value_range: Array = (0, 255),
        seed: Integer | None = None,
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self._set_factor(factor)
        self.scale = amount("RandomErasing", "scale", scale, (0, 1))
        lone = isinstance(fill_value, (int, float))
        if not (
            fill_value is None or lone or (isinstance(fill_value, (tuple, list)) and len(fill_value) == 3)
        ):
            raise refused("RandomErasing", "fill_value", "a number (or a list of three numbers)", fill_value)
        self.fill_value = fill_value
        self.value_range = value_range
        self._set_seed(seed)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Seed = None) -> Any:
        """Return which pictures lose a part, which pixels these are, and what takes their place."""
        if not training:
            return None
        seed = self.generator if seed is None else seed
        shape = tuple(images_of(data).shape)
        sides, batch = self._sides(shape), (batch_of(data),)
        part = self._uniform(data, (*batch, 2), self.scale, seed, self.compute_dtype).sqrt()
        box: list[Tensor] = []
        for length, size in ((sides[1], part[:, 0] * sides[1]), (sides[0], part[:, 1] * sides[0])):
            start = self._uniform(data, batch, (0, 1), seed, self.compute_dtype) * (length - size)
            box += [start, start + size]
        mask = box_mask(sides, tuple(box), self.data_format)
        chance = self._uniform(data, batch, self.factor, seed)
        chosen = self._uniform(data, batch, (0.0, 1.0), seed) < chance
        return {
            "apply_erasing": chosen,
            "batch_masks": mask,
            "fill_value": self._filling(shape, seed).clamp(*self.value_range).to(mask.device),
        }

    def _filling(self, shape: tuple[int, ...], seed: Seed) -> Tensor:
        if self.fill_value is None:
            greatest: float = self.value_range[1]
            return normal(shape, dtype=self.compute_dtype, seed=seed) * greatest
        filling = torch.as_tensor(self.fill_value, dtype=getattr(torch, self.compute_dtype))
        return filling.reshape(-1, 1, 1) if self.data_format == "channels_first" else filling

    def transform_images(
        self, images: Any, transformation: Transformation = None, training: bool = True
    ) -> Tensor:
        """Return the pictures, some of them with a rectangle wiped out."""
        tensor = self._cast(images)
        if not training or transformation is None:
            return tensor
        chosen = torch.as_tensor(transformation["apply_erasing"]).to(tensor.device).reshape(-1, 1, 1, 1)
        wiped = torch.as_tensor(transformation["batch_masks"]).to(tensor.device) & chosen
        return torch.where(wiped, torch.as_tensor(transformation["fill_value"]).to(tensor), tensor)
