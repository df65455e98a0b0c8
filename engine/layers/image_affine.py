"""Pictures turned and sheared at random: every pixel is read at another place, along straight lines."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch
from torch import Tensor

from engine.layers.image_arguments import FillMode, Interpolation, strict_amount
from engine.layers.image_base import BaseImagePreprocessingLayer, Transformation, batch_of, images_of
from engine.params import Array, DataFormat, Integer, Real
from engine.pictures import boxes as image_boxes
from engine.pictures.boxes import BoundingBoxes, clip_to_image_size, convert_format
from engine.pictures.sampling import affine_transform
from engine.random import Seed


class _AffineLayer(BaseImagePreprocessingLayer):
    """Base of layers that read pictures along straight lines; labels stay, masks take the nearest pixel."""

    _USE_BASE_FACTOR = False
    fill_mode: str
    fill_value: float

    def _set_reading(self, fill_mode: str, interpolation: str, fill_value: float, seed: int | None) -> None:
        self.fill_mode = fill_mode
        self.interpolation = interpolation
        self.fill_value = fill_value
        self._set_seed(seed)

    def _matrix(self, transformation: Transformation, height: int, width: int) -> Tensor:
        """Return eight numbers for each picture, as ``affine_transform`` reads them."""
        raise NotImplementedError

    def _transform_images(self, images: Tensor, transformation: Transformation, interpolation: str) -> Tensor:
        if transformation is None:
            return images
        matrix = self._matrix(transformation, *self._sides(images.shape))
        return affine_transform(
            images, matrix.to(images.device), interpolation, self.fill_mode, self.fill_value, self.data_format
        )

    def transform_labels(self, labels: Any, transformation: Transformation, training: bool = True) -> Any:
        """Return the labels: they stay."""
        return labels


def matrix_of(*columns: Any) -> Tensor:
    """Return (batch, 8) from the first six numbers of each picture's matrix; plain numbers hold for all."""
    like = next(column for column in columns if isinstance(column, Tensor))
    full = [
        column.reshape(-1).to(like.dtype)
        if isinstance(column, Tensor)
        else torch.full_like(like.reshape(-1), column)
        for column in (*columns, 0.0, 0.0)
    ]
    return torch.stack(full, 1)


class RandomRotation(_AffineLayer):
    """Turns pictures by a random angle while training.

    Pictures keep their shape; what is read from beyond the edge is filled as ``fill_mode`` says.
    Keras: ``keras.layers.RandomRotation``.

    Args:
        factor: Greatest angle as a part of a full turn, 0.1 for 36 degrees either way; or least and greatest.
        fill_mode: How a picture goes on beyond its edge.
        interpolation: Whether to mix neighbouring pixels or to take the nearest.
        seed: Start of the random numbers, for runs that can be repeated.
        fill_value: What is beyond the edge where fill_mode is constant.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    in_palette = True
    _USE_BASE_FACTOR = True

    def __init__(
        self,
        factor: Array,
        fill_mode: FillMode = "reflect",
        interpolation: Interpolation = "bilinear",
        seed: Integer | None = None,
        fill_value: Real = 0.0,
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(factor=factor, data_format=data_format, **kwargs)
        self._set_reading(fill_mode, interpolation, fill_value, seed)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation:
        """Return an angle in degrees for each picture."""
        if not training:
            return None
        batch = batch_of(data)
        low, high = (part * 360.0 for part in self.factor)
        angle = self._uniform(data, (batch,), (low, high), seed)
        height, width = self._sides(images_of(data).shape)
        return {
            "angle": angle,
            "rotation_matrix": self._rotation(angle, height, width),
            "image_height": height,
            "image_width": width,
            "batch_size": batch,
        }

    @staticmethod
    def _rotation(angle: Tensor, height: int, width: int) -> Tensor:
        """Return the matrix that turns about the middle of the picture."""
        radians = angle * (math.pi / 180.0)
        cosine, sine = torch.cos(radians), torch.sin(radians)
        x, y = 0.5 * (width - 1), 0.5 * (height - 1)
        return matrix_of(cosine, -sine, x - x * cosine + y * sine, sine, cosine, y - x * sine - y * cosine)

    def _matrix(self, transformation: Transformation, height: int, width: int) -> Tensor:
        matrix: Tensor = torch.as_tensor(transformation["rotation_matrix"])
        return matrix

    def transform_bounding_boxes(
        self, bounding_boxes: BoundingBoxes, transformation: Transformation, training: bool = True
    ) -> BoundingBoxes:
        """Return the upright boxes around the turned ones."""
        if not training:
            return bounding_boxes
        height, width = transformation["image_height"], transformation["image_width"]
        boxes = convert_format(bounding_boxes, self.bounding_box_format, "xyxy", height, width)
        angle = torch.as_tensor(transformation["angle"])
        still, one = torch.zeros_like(angle), torch.ones_like(angle)
        boxes["boxes"] = image_boxes.affine_transform(
            boxes["boxes"], angle, still, still, one, still, still, height, width
        )
        boxes = clip_to_image_size(boxes, height, width)
        converted: BoundingBoxes = convert_format(boxes, "xyxy", self.bounding_box_format, height, width)
        return converted


class RandomShear(_AffineLayer):
    """Slants pictures at random while training, as if the top were pushed aside while the bottom stays.

    Pictures keep their shape; what is read from beyond the edge is filled as ``fill_mode`` says.
    Keras: ``keras.layers.RandomShear``.

    Args:
        x_factor: Greatest slant sideways, 0 to 1, as a part of the height; or least and greatest.
        y_factor: Greatest slant up or down, 0 to 1, as a part of the width; or least and greatest.
        interpolation: Whether to mix neighbouring pixels or to take the nearest.
        fill_mode: How a picture goes on beyond its edge.
        fill_value: What is beyond the edge where fill_mode is constant.
        data_format: Whether the channels are the last axis or the first after the batch.
        seed: Start of the random numbers, for runs that can be repeated.
    """

    rare: ClassVar[bool] = True
    in_palette = True

    def __init__(
        self,
        x_factor: Array = 0.0,
        y_factor: Array = 0.0,
        interpolation: Interpolation = "bilinear",
        fill_mode: FillMode = "reflect",
        fill_value: Real = 0.0,
        data_format: DataFormat | None = None,
        seed: Integer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.x_factor = strict_amount("RandomShear", "x_factor", x_factor, (0.0, 1.0))
        self.y_factor = strict_amount("RandomShear", "y_factor", y_factor, (0.0, 1.0))
        self._set_reading(fill_mode, interpolation, fill_value, seed)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; a slant either way as the one number Keras can read."""
        config = super().get_config()
        for name in ("x_factor", "y_factor"):
            low, high = getattr(self, name)
            config[name] = high if low == -high else (low, high)
        return config

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation:
        """Return the slant of each picture, sideways and down."""
        if not training:
            return None
        shape = (batch_of(data), 1)
        invert = self._uniform(data, shape, (0, 1), seed, self.compute_dtype)
        invert = torch.where(invert > 0.5, -1.0, 1.0).to(invert.dtype)
        down = self._uniform(data, shape, self.y_factor, seed, self.compute_dtype)
        across = self._uniform(data, shape, self.x_factor, seed, self.compute_dtype)
        return {
            "shear_factor": torch.cat([across, down], 1) * invert,
            "input_shape": tuple(images_of(data).shape),
        }

    def _matrix(self, transformation: Transformation, height: int, width: int) -> Tensor:
        across, down = torch.as_tensor(transformation["shear_factor"]).unbind(1)
        return matrix_of(1.0, across, 0.0, down, 1.0, 0.0)

    def transform_bounding_boxes(
        self, bounding_boxes: BoundingBoxes, transformation: Transformation, training: bool = True
    ) -> BoundingBoxes:
        """Return the upright boxes around the slanted ones."""
        if not training:
            return bounding_boxes
        height, width = self._sides(transformation["input_shape"])
        kind = self.compute_dtype
        boxes = convert_format(bounding_boxes, self.bounding_box_format, "rel_xyxy", height, width, kind)
        across, down = torch.as_tensor(transformation["shear_factor"]).to(boxes["boxes"]).chunk(2, 1)
        x1, y1, x2, y2 = boxes["boxes"].unbind(-1)
        x1 = x1 - across * torch.where(across < 0, y1, y2)
        x2 = x2 - across * torch.where(across < 0, y2, y1)
        y1 = y1 - down * torch.where(down > 0, x2, x1)
        y2 = y2 - down * torch.where(down > 0, x1, x2)
        boxes["boxes"] = torch.stack([x1, y1, x2, y2], -1)
        boxes = clip_to_image_size(boxes, bounding_box_format="rel_xyxy")
        target = self.bounding_box_format
        converted: BoundingBoxes = convert_format(boxes, "rel_xyxy", target, height, width, kind)
        return converted
