"""Pictures moved and zoomed at random."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from engine.layers.image_affine import _AffineLayer, matrix_of
from engine.layers.image_arguments import FillMode, Interpolation, strict_amount
from engine.layers.image_base import Transformation, batch_of, images_of
from engine.params import Array, DataFormat, Integer, Real
from engine.pictures.boxes import BoundingBoxes, clip_to_image_size, convert_format
from engine.random import Seed


class RandomTranslation(_AffineLayer):
    """Moves pictures by a random part of their height and width while training.

    Pictures keep their shape; what comes in from beyond the edge is filled as ``fill_mode`` says.
    Keras: ``keras.layers.RandomTranslation``.

    Args:
        height_factor: Greatest way down or up as a part of the height, -1 to 1; or least and greatest.
        width_factor: Greatest way sideways as a part of the width, -1 to 1; or least and greatest.
        fill_mode: How a picture goes on beyond its edge.
        interpolation: Whether to mix neighbouring pixels or to take the nearest.
        seed: Start of the random numbers, for runs that can be repeated.
        fill_value: What is beyond the edge where fill_mode is constant.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    in_palette = True

    def __init__(
        self,
        height_factor: Array,
        width_factor: Array,
        fill_mode: FillMode = "reflect",
        interpolation: Interpolation = "bilinear",
        seed: Integer | None = None,
        fill_value: Real = 0.0,
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.height_factor = height_factor
        self.width_factor = width_factor
        self._set_reading(fill_mode, interpolation, fill_value, seed)
        self.height_lower, self.height_upper = strict_amount(
            "RandomTranslation", "height_factor", height_factor, (-1.0, 1.0)
        )
        self.width_lower, self.width_upper = strict_amount(
            "RandomTranslation", "width_factor", width_factor, (-1.0, 1.0)
        )

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation:
        """Return how many pixels each picture moves, sideways and down."""
        if not training:
            return None
        shape = tuple(images_of(data).shape)
        height, width = self._sides(shape)
        count = (batch_of(data), 1)
        down = self._uniform(data, count, (self.height_lower, self.height_upper), seed) * height
        across = self._uniform(data, count, (self.width_lower, self.width_upper), seed) * width
        return {"translations": torch.cat([across, down], 1).float(), "input_shape": shape}

    def _matrix(self, transformation: Transformation, height: int, width: int) -> Tensor:
        across, down = torch.as_tensor(transformation["translations"]).unbind(1)
        return matrix_of(1.0, 0.0, -across, 0.0, 1.0, -down)

    def transform_bounding_boxes(
        self, bounding_boxes: BoundingBoxes, transformation: Transformation, training: bool = True
    ) -> BoundingBoxes:
        """Return the boxes, moved with their pictures."""
        if not training:
            return bounding_boxes
        height, width = self._sides(transformation["input_shape"])
        boxes = convert_format(bounding_boxes, self.bounding_box_format, "xyxy", height, width)
        shift = torch.as_tensor(transformation["translations"]).repeat(1, 2)
        corners = boxes["boxes"]
        boxes["boxes"] = corners + (shift[:, None] if corners.ndim == 3 else shift).to(corners)
        boxes = clip_to_image_size(boxes, height, width)
        converted: BoundingBoxes = convert_format(boxes, "xyxy", self.bounding_box_format, height, width)
        return converted


class RandomZoom(_AffineLayer):
    """Zooms pictures in or out at random while training.

    Pictures keep their shape; what is read from beyond the edge is filled as ``fill_mode`` says.
    Keras: ``keras.layers.RandomZoom``.

    Args:
        height_factor: Greatest change of height, 0.2 for a fifth (below 0 zooms in, above 0 out); or two.
        width_factor: Greatest change of width; as the height's where left out, so that proportions stay.
        fill_mode: How a picture goes on beyond its edge.
        interpolation: Whether to mix neighbouring pixels or to take the nearest.
        seed: Start of the random numbers, for runs that can be repeated.
        fill_value: What is beyond the edge where fill_mode is constant.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    in_palette = True

    def __init__(
        self,
        height_factor: Array,
        width_factor: Array | None = None,
        fill_mode: FillMode = "reflect",
        interpolation: Interpolation = "bilinear",
        seed: Integer | None = None,
        fill_value: Real = 0.0,
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.height_factor = height_factor
        self.width_factor = width_factor
        self._set_reading(fill_mode, interpolation, fill_value, seed)
        self.height_lower, self.height_upper = self._ends("height_factor", height_factor)
        if width_factor is not None:
            self.width_lower, self.width_upper = self._ends("width_factor", width_factor)

    @staticmethod
    def _ends(name: str, value: Any) -> tuple[float, float]:
        return strict_amount("RandomZoom", name, value, (-1.0, 1.0), open_low=True)

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation:
        """Return how far apart the pixels of each picture are read, down and across."""
        if not training:
            return None
        count = (batch_of(data), 1)
        down = self._uniform(data, count, (1.0 + self.height_lower, 1.0 + self.height_upper), seed)
        across = down
        if self.width_factor is not None:
            across = self._uniform(data, count, (1.0 + self.width_lower, 1.0 + self.width_upper), seed)
        return {"height_zoom": down, "width_zoom": across, "input_shape": tuple(images_of(data).shape)}

    def _matrix(self, transformation: Transformation, height: int, width: int) -> Tensor:
        across, down = (
            torch.as_tensor(transformation[name]).float().reshape(-1)
            for name in ("width_zoom", "height_zoom")
        )
        left, top = (width - 1.0) / 2.0 * (1.0 - across), (height - 1.0) / 2.0 * (1.0 - down)
        return matrix_of(across, 0.0, left, 0.0, down, top)

    def transform_bounding_boxes(
        self, bounding_boxes: BoundingBoxes, transformation: Transformation, training: bool = True
    ) -> BoundingBoxes:
        """Return the boxes in the part of the picture that is seen, stretched with it."""
        if not training:
            return bounding_boxes
        height, width = self._sides(transformation["input_shape"])
        boxes = convert_format(bounding_boxes, self.bounding_box_format, "xyxy", height, width)
        a0, _, a2, _, b1, b2, _, _ = self._matrix(transformation, height, width).unbind(1)
        corners = boxes["boxes"]
        left, top, wide, high = (part.reshape(-1, 1, 1) for part in (a2, b2, a0 * width, b1 * height))
        x1, y1, x2, y2 = corners.chunk(4, -1)
        parts = (x1, left, wide), (y1, top, high), (x2, left, wide), (y2, top, high)
        seen = [(torch.clamp(part, start, start + size) - start) / size for part, start, size in parts]
        boxes = clip_to_image_size({**boxes, "boxes": torch.cat(seen, -1)}, bounding_box_format="rel_xyxy")
        target = self.bounding_box_format
        converted: BoundingBoxes = convert_format(boxes, "rel_xyxy", target, height, width)
        return converted
