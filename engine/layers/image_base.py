"""The base of layers that change pictures, and with them labels, boxes and masks."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from engine import random
from engine.errors import ParamError, ShapeError
from engine.layers.image_arguments import amount
from engine.layers.layer import Layer
from engine.pictures.boxes import BoundingBoxes, densify_bounding_boxes
from engine.pictures.common import standard_format
from engine.random import Seed, SeedGenerator
from engine.spec import Shape, TensorSpec
from engine.structure import is_shape

Transformation = Any
"""What ``get_random_transformation`` drew: whatever the layer itself can read."""


class BaseImagePreprocessingLayer(Layer):
    """Changes pictures: one (height, width, channels) or a batch, with the channels first where told so.

    Also takes a dict with ``images`` and any of ``labels``, ``bounding_boxes`` (a dict of ``boxes`` and
    ``labels``) and ``segmentation_masks``, which are changed alike.  A layer of this kind says what it draws
    (``get_random_transformation``) and what that does to each of the four (``transform_images``, ...).
    Called by itself it augments; inside a model it does so while training.

    Args:
        factor: How much is changed at most: one number, or the least and the greatest.
        bounding_box_format: How boxes are written, such as ``"xyxy"`` or ``"rel_xywh"``.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    category = "augmentation"
    in_palette = False
    _USE_BASE_FACTOR: ClassVar[bool] = True
    _FACTOR_BOUNDS: ClassVar[tuple[float, float]] = (-1, 1)
    needs_channels: ClassVar[tuple[int, ...]] = ()
    """The numbers of channels that the layer can work with; none names all."""
    interpolation: str
    factor: Any

    def __init__(
        self, factor: Any = None, bounding_box_format: Any = None, data_format: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.bounding_box_format = bounding_box_format
        self.data_format = standard_format(data_format)
        self.built = True
        if self._USE_BASE_FACTOR:
            self._set_factor(factor or 0.0)
        elif factor is not None:
            raise ParamError(
                f"Layer {type(self).__name__} does not take a `factor` argument. Received: factor={factor!r}",
                code="unknown_param",
                owner=type(self).__name__,
                param="factor",
            )

    def _set_factor(self, factor: Any) -> None:
        self.factor = amount(type(self).__name__, "factor", factor, self._FACTOR_BOUNDS)

    def _set_seed(self, seed: int | None) -> None:
        self.seed = seed
        self.generator = SeedGenerator(seed)

    # -- what a layer says --------------------------------------------------------------------------

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Seed = None
    ) -> Transformation:
        """Return what is drawn for ``data``, for ``transform_images`` and the others to read."""
        return None

    def _transform_images(self, images: Tensor, transformation: Transformation, interpolation: str) -> Tensor:
        """Return a batch changed in shape; masks go the same way with the nearest pixel."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it changes pictures.")

    def transform_images(self, images: Any, transformation: Transformation, training: bool = True) -> Tensor:
        """Return the batch of pictures, changed."""
        tensor = self._cast(images)
        return self._transform_images(tensor, transformation, self.interpolation) if training else tensor

    def transform_labels(self, labels: Any, transformation: Transformation, training: bool = True) -> Any:
        """Return the labels that belong to the changed pictures."""
        raise NotImplementedError(f"{type(self).__name__} does not say what becomes of labels.")

    def transform_bounding_boxes(
        self, bounding_boxes: BoundingBoxes, transformation: Transformation, training: bool = True
    ) -> BoundingBoxes:
        """Return the boxes that belong to the changed pictures."""
        raise NotImplementedError(f"{type(self).__name__} does not say what becomes of bounding boxes.")

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Transformation, training: bool = True
    ) -> Any:
        """Return the masks (pictures of class numbers) that belong to the changed pictures."""
        if not training:
            return segmentation_masks
        return self._transform_images(torch.as_tensor(segmentation_masks), transformation, "nearest")

    # -- one picture --------------------------------------------------------------------------------

    def transform_single_image(
        self, image: Any, transformation: Transformation, training: bool = True
    ) -> Any:
        """Return one picture, changed."""
        return self.transform_images(torch.as_tensor(image)[None], transformation, training=training)[0]

    def transform_single_label(
        self, label: Any, transformation: Transformation, training: bool = True
    ) -> Any:
        """Return the label of one picture."""
        return self.transform_labels(torch.as_tensor(label)[None], transformation, training=training)[0]

    def transform_single_bounding_box(
        self, bounding_box: BoundingBoxes, transformation: Transformation, training: bool = True
    ) -> BoundingBoxes:
        """Return the boxes of one picture."""
        batch = {key: torch.as_tensor(value)[None] for key, value in bounding_box.items()}
        boxes = self.transform_bounding_boxes(batch, transformation, training=training)
        return {key: value[0] for key, value in boxes.items()}

    def transform_single_segmentation_mask(
        self, segmentation_mask: Any, transformation: Transformation, training: bool = True
    ) -> Any:
        """Return the mask of one picture."""
        batch = torch.as_tensor(segmentation_mask)[None]
        return self.transform_segmentation_masks(batch, transformation, training=training)[0]

    # -- calling ------------------------------------------------------------------------------------

    def build(self, input_shape: Any = None) -> None:
        """Make nothing: layers for pictures have no weights."""

    def check_input(self, *specs: TensorSpec) -> None:
        """Refuse a batch of pictures that has no axis of channels: it would pass for one picture."""
        super().check_input(*specs)
        if len(specs) == 1 and specs[0].rank == 3 and specs[0].shape[0] is None:
            raise ShapeError(
                f"Layer '{self.name}' expected pictures with channels: (batch, height, width, channels). "
                f"Received: shape {specs[0].shape}. A Reshape to (height, width, 1) adds the axis.",
                code="rank",
                layer=self.name,
                expected=4,
                got=3,
                shape=specs[0].shape,
            )

    def call(self, data: Any, training: bool = True) -> Any:
        """Return the pictures, or the dict of pictures and what belongs to them, changed in place."""
        images = images_of(data)
        self._check_rank(tuple(images.shape))
        transformation = self.get_random_transformation(data, training=training)
        batched = len(images.shape) == 4
        tell: dict[str, Any] = {"transformation": transformation, "training": training}
        if not isinstance(data, Mapping):
            return (self.transform_images if batched else self.transform_single_image)(
                torch.as_tensor(data), **tell
            )
        result: Any = data
        result["images"] = (self.transform_images if batched else self.transform_single_image)(
            torch.as_tensor(images), **tell
        )
        if "bounding_boxes" in data:
            if not self.bounding_box_format:
                raise ParamError(
                    f"Layer '{self.name}' gets bounding boxes and does not know how they are written. "
                    f"Give it a format: {type(self).__name__}(..., bounding_box_format='xyxy').",
                    code="missing_param",
                    owner=type(self).__name__,
                    param="bounding_box_format",
                )
            boxes = densify_bounding_boxes(data["bounding_boxes"], is_batched=batched)
            move = self.transform_bounding_boxes if batched else self.transform_single_bounding_box
            result["bounding_boxes"] = move(boxes, **tell)
        if "labels" in data:
            labels = torch.as_tensor(data["labels"])
            result["labels"] = (self.transform_labels if batched else self.transform_single_label)(
                labels, **tell
            )
        if "segmentation_masks" in data:
            masks = torch.as_tensor(data["segmentation_masks"])
            change = self.transform_segmentation_masks if batched else self.transform_single_segmentation_mask
            result["segmentation_masks"] = change(masks, **tell)
        return result

    def _check_rank(self, shape: Shape) -> None:
        if len(shape) not in (3, 4):
            raise ShapeError(
                f"Layer '{self.name}': Expected the input image to be rank 3 or 4 (height, width and "
                f"channels, with a batch axis or without). Received: shape {shape}.",
                code="rank",
                layer=self.name,
                expected=4,
                got=len(shape),
                shape=shape,
            )
        channels = shape[-1 if self.data_format == "channels_last" else -3]
        if self.needs_channels and channels is not None and channels not in self.needs_channels:
            wanted = " or ".join(map(str, self.needs_channels))
            raise ShapeError(
                f"Layer '{self.name}': Input images must have {wanted} channels, but received images with "
                f"{channels} channels. Received: shape {shape}.",
                code="channels",
                layer=self.name,
                expected=wanted,
                got=channels,
                shape=shape,
            )

    def picture_shape(self, shape: Shape) -> Shape:
        """Return the shape of the pictures that come out for pictures of ``shape``: the same, mostly."""
        return shape

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the pictures, or of the dict, that comes out."""
        if isinstance(input_shape, Mapping):
            pictures = ("images", "segmentation_masks")
            return {
                name: self._shape(tuple(shape)) if name in pictures else shape
                for name, shape in input_shape.items()
            }
        if not is_shape(input_shape):
            raise ShapeError(
                f"Layer '{self.name}' takes one shape of 3 (one picture) or 4 axes. "
                f"Received: {input_shape!r}",
                code="rank",
                layer=self.name,
                expected=4,
            )
        return self._shape(tuple(input_shape))

    def _shape(self, shape: Shape) -> Shape:
        self._check_rank(shape)
        return self.picture_shape(shape)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, and the format of boxes where there is one."""
        config = super().get_config()
        config["data_format"] = self.data_format
        config.pop("bounding_box_format", None)
        if self.bounding_box_format is not None:
            config["bounding_box_format"] = self.bounding_box_format
        return config

    @property
    def backend(self) -> SimpleNamespace:
        """Operations and random numbers by the names that Keras' own layers for pictures know."""
        from engine import backend, ops

        return SimpleNamespace(
            random=random, numpy=ops.numpy, nn=ops.nn, linalg=ops.linalg, core=ops.core, image=ops.image,
            shape=ops.shape, cast=backend.cast, convert_to_tensor=backend.convert_to_tensor,
            is_tensor=backend.is_tensor,
        )  # fmt: skip

    # -- for the layers -----------------------------------------------------------------------------

    @property
    def _axes(self) -> tuple[int, int]:
        """The axes of height and width, from the end."""
        return (-3, -2) if self.data_format == "channels_last" else (-2, -1)

    def _sides(self, shape: Any) -> tuple[int, int]:
        down, across = self._axes
        return shape[down], shape[across]

    def _cast(self, images: Any) -> Tensor:
        return torch.as_tensor(images).to(getattr(torch, self.compute_dtype))

    def _uniform(
        self, data: Any, shape: tuple[int, ...], bounds: tuple[float, float], seed: Seed, dtype: Any = None
    ) -> Tensor:
        """Return evenly spread numbers beside the pictures of ``data``."""
        found = random.uniform(shape, *bounds, dtype=dtype, seed=self.generator if seed is None else seed)
        images = images_of(data)
        return torch.as_tensor(found, device=images.device if isinstance(images, Tensor) else None)

    def _transform_value_range(
        self, images: Any, original_range: Any, target_range: Any, dtype: Any = "float32"
    ) -> Tensor:
        """Return pixels whose values ran over ``original_range``, spread over ``target_range``."""
        tensor = torch.as_tensor(images)
        if tuple(original_range) == tuple(target_range):
            return tensor
        low, high = original_range
        new_low, new_high = target_range
        unit = (tensor.to(getattr(torch, dtype)) - low) / (high - low)
        spread: Tensor = unit * (new_high - new_low) + new_low
        return spread


class _PixelLayer(BaseImagePreprocessingLayer):
    """Base of layers that change colours and leave every pixel where it is."""

    def transform_labels(self, labels: Any, transformation: Transformation, training: bool = True) -> Any:
        """Return the labels: they stay."""
        return labels

    def transform_bounding_boxes(
        self, bounding_boxes: BoundingBoxes, transformation: Transformation, training: bool = True
    ) -> BoundingBoxes:
        """Return the boxes: they stay."""
        return bounding_boxes

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Transformation, training: bool = True
    ) -> Any:
        """Return the masks: they stay."""
        return segmentation_masks


def images_of(data: Any) -> Any:
    """Return the pictures of ``data``: it, or its ``images`` where it is a dict."""
    found = data["images"] if isinstance(data, Mapping) else data
    return found if hasattr(found, "shape") else np.asarray(found)


def batch_of(data: Any) -> int:
    """Return how many pictures ``data`` holds."""
    shape = images_of(data).shape
    return int(shape[0]) if len(shape) == 4 else 1


def for_each(data: Any) -> tuple[int, ...]:
    """Return the shape of one number for each picture, to meet a batch of them."""
    return (batch_of(data), 1, 1, 1)
