"""Pictures seen from another side, or pulled about as if on rubber, at random."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from engine.errors import ShapeError
from engine.layers.image_arguments import AnyFillMode, Interpolation, amount
from engine.layers.image_base import BaseImagePreprocessingLayer, Transformation, batch_of, images_of
from engine.params import Array, DataFormat, Integer, Rate, Real
from engine.pictures.boxes import BoundingBoxes, clip_to_image_size, convert_format
from engine.pictures.sampling import (
    compute_homography_matrix,
    elastic_transform,
    perspective_transform,
)
from engine.random import Seed, draw_pair
from engine.spec import Shape


class RandomPerspective(BaseImagePreprocessingLayer):
    """Shows some pictures from a random side while training, as a photograph taken at a slant.

    Pictures keep their shape.  Keras: ``keras.layers.RandomPerspective``.

    Args:
        factor: Chance of each picture to be changed; or least and greatest chance.
        scale: How far the corners move, 0 to 1.
        interpolation: Whether to mix neighbouring pixels or to take the nearest.
        fill_value: What is beyond the edge of a picture.
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
        scale: Rate = 1.0,
        interpolation: Interpolation = "bilinear",
        fill_value: Real = 0.0,
        seed: Integer | None = None,
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self._set_factor(factor)
        self.scale = scale
        self.interpolation = interpolation
        self.fill_value = fill_value
        self._set_seed(seed)

    def _check_rank(self, shape: Shape) -> None:
        super()._check_rank(shape)
        if 1 in self._sides(shape):
            raise ShapeError(
                f"Layer '{self.name}' needs pictures of at least 2 x 2 pixels: a line has no other side. "
                f"Received: shape {shape}.",
                code="flat_picture",
                layer=self.name,
                shape=shape,
            )

    def get_random_transformation(self, data: Any, training: bool = True, seed: Seed = None) -> Any:
        """Return which pictures are changed, and where their corners come to lie."""
        if not training:
            return None
        shape = tuple(images_of(data).shape)
        (height, width), batch = self._sides(shape), batch_of(data)
        chance = self._uniform(data, (batch,), self.factor, seed)
        chosen = self._uniform(data, (batch,), (0.0, 1.0), seed) < chance
        half = 0.5 * self.scale
        moves = self._uniform(data, (batch, 4, 2), (-half, half), seed, self.compute_dtype)
        right, bottom = width - 1.0, height - 1.0
        corners = moves.new_tensor([[0.0, 0.0], [right, 0.0], [0.0, bottom], [right, bottom]])
        start = corners.repeat(batch, 1, 1)
        return {
            "apply_perspective": chosen,
            "start_points": start,
            "end_points": start + start * moves,
            "input_shape": shape,
        }

    def _transform_images(self, images: Tensor, transformation: Transformation, interpolation: str) -> Tensor:
        if transformation is None:
            return images
        seen = perspective_transform(
            images,
            transformation["start_points"],
            transformation["end_points"],
            interpolation,
            self.fill_value,
            self.data_format,
        )
        chosen = torch.as_tensor(transformation["apply_perspective"]).to(images.device)
        return torch.where(chosen.reshape(-1, *[1] * (images.ndim - 1)), seen, images)

    def transform_labels(self, labels: Any, transformation: Transformation, training: bool = True) -> Any:
        """Return the labels: they stay."""
        return labels

    def transform_bounding_boxes(
        self, bounding_boxes: BoundingBoxes, transformation: Transformation, training: bool = True
    ) -> BoundingBoxes:
        """Return the upright boxes around the changed ones."""
        if not training or transformation is None:
            return bounding_boxes
        height, width = self._sides(transformation["input_shape"])
        boxes = convert_format(bounding_boxes, self.bounding_box_format, "xyxy", height, width)
        corners = boxes["boxes"]
        matrix = compute_homography_matrix(transformation["start_points"], transformation["end_points"])
        matrix = torch.cat([matrix, torch.ones_like(matrix[:, :1])], 1).reshape(-1, 3, 3)
        inverse = torch.linalg.inv(matrix).to(corners)[:, None]
        x, y = corners[..., [0, 2, 0, 2]], corners[..., [1, 3, 3, 1]]
        places = torch.stack([x, y, torch.ones_like(x)], -2)  # (batch, boxes, 3, 4 corners)
        moved = inverse @ places
        x, y = moved[..., 0, :] / moved[..., 2, :], moved[..., 1, :] / moved[..., 2, :]
        around = torch.stack([x.amin(-1), y.amin(-1), x.amax(-1), y.amax(-1)], -1)
        chosen = torch.as_tensor(transformation["apply_perspective"]).to(corners.device).reshape(-1, 1, 1)
        boxes = clip_to_image_size({**boxes, "boxes": torch.where(chosen, around, corners)}, height, width)
        converted: BoundingBoxes = convert_format(boxes, "xyxy", self.bounding_box_format, height, width)
        return converted


class RandomElasticTransform(BaseImagePreprocessingLayer):
    """Pulls some pictures about at random while training, as if they were printed on rubber.

    Pictures keep their shape.  Keras: ``keras.layers.RandomElasticTransform``.

    Args:
        factor: Chance of each picture to be changed; or least and greatest chance.
        scale: Greatest strength, 0 to 1; or least and greatest.
        interpolation: Whether to mix neighbouring pixels or to take the nearest.
        fill_mode: How a picture goes on beyond its edge.
        fill_value: What is beyond the edge where fill_mode is constant.
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
        scale: Array = 1.0,
        interpolation: Interpolation = "bilinear",
        fill_mode: AnyFillMode = "reflect",
        fill_value: Real = 0.0,
        value_range: Array = (0, 255),
        seed: Integer | None = None,
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self._set_factor(factor)
        self.scale = amount("RandomElasticTransform", "scale", scale, (0, 1))
        self.interpolation = interpolation
        self.fill_mode = fill_mode
        self.fill_value = fill_value
        self.value_range = value_range
        self._set_seed(seed)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Seed = None) -> Any:
        """Return which pictures are changed, how strongly, and the seed of the pull."""
        if not training or self.scale[1] == 0 or self.factor[1] == 0:
            return None
        seed = self.generator if seed is None else seed
        batch = (batch_of(data),)
        chance = self._uniform(data, batch, self.factor, seed)
        chosen = self._uniform(data, batch, (0.0, 1.0), seed) < chance
        strength = self._uniform(data, (1,), self.scale, seed, self.compute_dtype)[0]
        # one number: pictures and masks must be pulled alike
        pull = sum(draw_pair(seed)) & 0x7FFFFFFF
        return {"apply_transform": chosen, "distortion_factor": strength, "seed": pull}

    def get_elastic_transform_params(self, height: int, width: int, factor: Any) -> tuple[Any, Any]:
        """Return strength and smoothness of the pull for pictures of a size."""
        return max(height, width) * 0.1 * factor, min(height, width) * 0.05 * factor

    def _transform_images(self, images: Tensor, transformation: Transformation, interpolation: str) -> Tensor:
        if transformation is None:
            return images
        strength = float(transformation["distortion_factor"])
        alpha, sigma = self.get_elastic_transform_params(*self._sides(images.shape), strength)
        if sigma <= 0:
            return images
        seed = transformation["seed"]
        pulled = elastic_transform(
            images, alpha, sigma, interpolation, self.fill_mode, self.fill_value, seed, self.data_format
        )
        chosen = torch.as_tensor(transformation["apply_transform"]).to(images.device)
        chosen = chosen.reshape(-1, *[1] * (images.ndim - 1))
        return self._cast(torch.where(chosen, pulled, images).clamp(*self.value_range))

    def transform_labels(self, labels: Any, transformation: Transformation, training: bool = True) -> Any:
        """Return the labels: they stay."""
        return labels
