"""Pictures mirrored at random."""

from __future__ import annotations

from typing import Annotated, Any

import torch
from torch import Tensor

from engine.layers.image_base import BaseImagePreprocessingLayer, Transformation, for_each, images_of
from engine.params import DataFormat, Integer, Kind
from engine.pictures.boxes import BoundingBoxes, clip_to_image_size, convert_format
from engine.random import Seed

Mode = Annotated[str, Kind("choice", choices=("horizontal", "vertical", "horizontal_and_vertical"))]


class RandomFlip(BaseImagePreprocessingLayer):
    """Mirrors pictures at random while training: left and right, or top and bottom, change places.

    Each picture is mirrored with a chance of one half.  Pictures keep their shape.
    Keras: ``keras.layers.RandomFlip``.

    Args:
        mode: Which way to mirror: left and right, top and bottom, or both.
        seed: Start of the random numbers, for runs that can be repeated.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    in_palette = True
    _USE_BASE_FACTOR = False

    def __init__(
        self,
        mode: Mode = "horizontal_and_vertical",
        seed: Integer | None = None,
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.mode = mode
        self._set_seed(seed)
        self._convert_input_args = False  # as in Keras: a dict comes in as it is, and is changed
        self._allow_non_tensor_positional_args = True

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation:
        """Return which pictures are mirrored."""
        if not training:
            return None
        flips = self._uniform(data, for_each(data), (0.0, 1.0), seed) <= 0.5
        return {"flips": flips, "input_shape": tuple(images_of(data).shape)}

    def transform_images(self, images: Any, transformation: Transformation, training: bool = True) -> Tensor:
        """Return the pictures, some of them mirrored."""
        tensor = self._cast(images)
        if not training or transformation is None:
            return tensor
        down, across = self._axes
        axes = [axis for axis, word in ((across, "horizontal"), (down, "vertical")) if word in self.mode]
        flips = torch.as_tensor(transformation["flips"]).to(tensor.device)
        flips = flips.reshape(-1, 1, 1, 1) if tensor.ndim == 4 else flips.reshape(1, 1, 1)
        return torch.where(flips, tensor.flip(axes), tensor)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Transformation, training: bool = True
    ) -> Any:
        """Return the masks, mirrored as the pictures are."""
        return self.transform_images(segmentation_masks, transformation, training)

    def transform_labels(self, labels: Any, transformation: Transformation, training: bool = True) -> Any:
        """Return the labels: they stay."""
        return labels

    def transform_bounding_boxes(
        self, bounding_boxes: BoundingBoxes, transformation: Transformation, training: bool = True
    ) -> BoundingBoxes:
        """Return the boxes, mirrored as their pictures are."""
        if not training:
            return bounding_boxes
        height, width = self._sides(transformation["input_shape"])
        boxes = convert_format(bounding_boxes, self.bounding_box_format, "rel_xyxy", height, width)
        x1, y1, x2, y2 = boxes["boxes"].unbind(-1)
        if "horizontal" in self.mode:
            x1, x2 = 1 - x2, 1 - x1
        if "vertical" in self.mode:
            y1, y2 = 1 - y2, 1 - y1
        mirrored = torch.stack([x1, y1, x2, y2], -1)
        flips = torch.as_tensor(transformation["flips"]).reshape(-1, *[1] * (mirrored.ndim - 1))
        boxes["boxes"] = torch.where(flips, mirrored, boxes["boxes"])
        boxes = clip_to_image_size(boxes, bounding_box_format="rel_xyxy")
        converted: BoundingBoxes = convert_format(boxes, "rel_xyxy", self.bounding_box_format, height, width)
        return converted
