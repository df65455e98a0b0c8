"""Pictures of a batch mixed with each other, and boxes brought to one count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.errors import ShapeError
from engine.layers.image_base import (
    BaseImagePreprocessingLayer,
    Transformation,
    _PixelLayer,
    batch_of,
    images_of,
)
from engine.layers.image_details import box_mask
from engine.params import Array, DataFormat, Integer, PositiveInt, PositiveReal
from engine.pictures.boxes import BoundingBoxes
from engine.random import Seed, torch_generator


def draw_beta(shape: tuple[int, ...], alpha: float, seed: Seed) -> Tensor:
    """Return numbers from 0 to 1 of the beta distribution with both parameters ``alpha``."""
    pair = torch.full((*shape, 2), alpha)
    return torch._sample_dirichlet(pair, generator=torch_generator(seed))[..., 0]


def draw_order(count: int, seed: Seed) -> Tensor:
    """Return the numbers 0 to ``count - 1`` in a random order."""
    return torch.rand(count, generator=torch_generator(seed)).argsort()


class MixUp(BaseImagePreprocessingLayer):
    """Mixes each picture of a batch with another one, and their labels alike, while training.

    Labels are numbers such as one-hot vectors.  Zhang and others, mixup: Beyond Empirical Risk Minimization
    (2017).  Keras: ``keras.layers.MixUp``.

    Args:
        alpha: How evenly two pictures are mixed; small numbers leave most of one.
        data_format: Whether the channels are the last axis or the first after the batch.
        seed: Start of the random numbers, for runs that can be repeated.
    """

    _USE_BASE_FACTOR = False

    def __init__(
        self,
        alpha: PositiveReal = 0.2,
        data_format: DataFormat | None = None,
        seed: Integer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.alpha = alpha
        self._set_seed(seed)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Seed = None) -> Any:
        """Return which picture is mixed into each, and how much of the first stays."""
        seed = self.generator if seed is None else seed
        order = draw_order(batch_of(data), seed)
        return {"mix_weight": draw_beta((batch_of(data),), self.alpha, seed), "permutation_order": order}

    @staticmethod
    def _mix(values: Tensor, transformation: Transformation, rank: int) -> Tensor:
        order = torch.as_tensor(transformation["permutation_order"]).to(values.device)
        weight = torch.as_tensor(transformation["mix_weight"]).to(values.device)
        weight = weight.to(values.dtype if values.is_floating_point() else torch.float32)
        weight = weight.reshape(-1, *[1] * (rank - 1))
        return weight * values + (1.0 - weight) * values[order]

    def transform_images(
        self, images: Any, transformation: Transformation = None, training: bool = True
    ) -> Tensor:
        """Return the pictures, mixed."""
        return self._mix(self._cast(images), transformation, 4) if training else torch.as_tensor(images)

    def transform_labels(self, labels: Any, transformation: Transformation, training: bool = True) -> Any:
        """Return the labels, mixed as the pictures are."""
        values = torch.as_tensor(labels)
        return self._mix(values, transformation, values.ndim) if training else labels

    def transform_bounding_boxes(
        self, bounding_boxes: BoundingBoxes, transformation: Transformation, training: bool = True
    ) -> BoundingBoxes:
        """Return the boxes of both pictures that are in each."""
        if not training:
            return bounding_boxes
        order = torch.as_tensor(transformation["permutation_order"])
        joined = {}
        for name in ("boxes", "labels"):
            values = torch.as_tensor(bounding_boxes[name])
            joined[name] = torch.cat([values, values[order.to(values.device)]], min(1, values.ndim - 1))
        return joined

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Transformation, training: bool = True
    ) -> Any:
        """Return the masks, mixed as the pictures are."""
        masks = torch.as_tensor(segmentation_masks)
        return self._mix(masks, transformation, 4) if training else masks


class CutMix(BaseImagePreprocessingLayer):
    """Pastes a rectangle of another picture of the batch into each, and mixes their labels by area.

    Labels are numbers such as one-hot vectors.  Yun and others, CutMix (2019).
    Keras: ``keras.layers.CutMix``.

    Args:
        factor: How evenly the sizes of the rectangles are spread, 0 to 1; or least and greatest.
        seed: Start of the random numbers, for runs that can be repeated.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    _USE_BASE_FACTOR = False
    _FACTOR_BOUNDS = (0, 1)

    def __init__(
        self,
        factor: Array = 1.0,
        seed: Integer | None = None,
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self._set_factor(factor)
        self._set_seed(seed)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Seed = None) -> Any:
        """Return which picture is pasted into each, where, and how much of the first stays."""
        shape = tuple(images_of(data).shape)
        if not training or len(shape) == 3:
            return None
        seed = self.generator if seed is None else seed
        (height, width), batch = self._sides(shape), (shape[0],)
        kind = self.compute_dtype
        alpha = float(self._uniform(data, (1,), self.factor, seed, kind)) + 1e-6
        part = (1.0 - draw_beta(batch, alpha, seed)).sqrt().to(getattr(torch, kind))
        box: list[Tensor] = []
        for length in (width, height):
            start = self._uniform(data, batch, (0, 1), seed, kind)
            size = part.to(start) * length
            start = start * (length - size)
            box += [start, start + size]
        left, right, top, bottom = box
        stays = 1.0 - (right - left) * (bottom - top) / (width * height)
        return {
            "batch_masks": box_mask((height, width), tuple(box), self.data_format),
            "mix_weight": stays.reshape(-1, 1, 1, 1),
            "permutation_order": draw_order(shape[0], seed),
        }

    def transform_images(
        self, images: Any, transformation: Transformation = None, training: bool = True
    ) -> Tensor:
        """Return the pictures, each with a rectangle of another."""
        tensor = self._cast(images)
        if not training or transformation is None:
            return tensor
        others = tensor[torch.as_tensor(transformation["permutation_order"]).to(tensor.device)]
        return torch.where(torch.as_tensor(transformation["batch_masks"]).to(tensor.device), others, tensor)

    def transform_labels(self, labels: Any, transformation: Transformation, training: bool = True) -> Any:
        """Return the labels, mixed by the areas that show of each picture."""
        if not training or transformation is None:
            return labels
        values = torch.as_tensor(labels)
        others = values[torch.as_tensor(transformation["permutation_order"]).to(values.device)]
        weight = (
            torch.as_tensor(transformation["mix_weight"])
            .to(values.device)
            .reshape(-1, *[1] * (values.ndim - 1))
        )
        return weight * values + (1.0 - weight) * others

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Transformation, training: bool = True
    ) -> Any:
        """Return the masks, each with the same rectangle of another."""
        return self.transform_images(segmentation_masks, transformation, training)


class MaxNumBoundingBoxes(_PixelLayer):
    """Brings the boxes of every picture to one count: further ones go, missing ones are filled up.

    Keras: ``keras.layers.MaxNumBoundingBoxes``.

    Args:
        max_number: How many boxes each picture has afterwards.
        fill_value: The numbers and the label of boxes that are filled up.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    _USE_BASE_FACTOR = False

    def __init__(
        self,
        max_number: PositiveInt,
        fill_value: Integer = -1,
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.max_number = max_number
        self.fill_value = fill_value

    def transform_images(
        self, images: Any, transformation: Transformation = None, training: bool = True
    ) -> Tensor:
        """Return the pictures: they stay."""
        return torch.as_tensor(images)

    def transform_bounding_boxes(
        self, bounding_boxes: BoundingBoxes, transformation: Transformation, training: bool = True
    ) -> BoundingBoxes:
        """Return ``max_number`` boxes for each picture."""
        boxes = torch.as_tensor(bounding_boxes["boxes"])[:, : self.max_number]
        labels = torch.as_tensor(bounding_boxes["labels"])[:, : self.max_number]
        missing = self.max_number - boxes.shape[1]
        return {
            **bounding_boxes,
            "boxes": F.pad(boxes, [0, 0, 0, missing], value=self.fill_value),
            "labels": F.pad(labels, [0, missing], value=self.fill_value),
        }

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shapes with ``max_number`` boxes for each picture."""
        if not isinstance(input_shape, Mapping):
            return super().compute_output_shape(input_shape)
        shapes = dict(input_shape)
        if "bounding_boxes" in shapes:
            boxes = dict(shapes["bounding_boxes"])
            if extra := sorted(set(boxes) - {"boxes", "labels"}):
                raise KeyError(f"bounding_boxes has the keys boxes and labels. Received: {extra} too")
            if "boxes" not in boxes or len(boxes["boxes"]) != 3:
                raise ShapeError(
                    f"Layer '{self.name}' expected boxes of shape (batch, count, 4). Received: {boxes}",
                    code="rank",
                    layer=self.name,
                    expected=3,
                )
            shapes["bounding_boxes"] = {
                name: [shape[0], self.max_number, *shape[2:]] for name, shape in boxes.items()
            }
        return shapes
