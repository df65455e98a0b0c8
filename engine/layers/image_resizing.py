"""Pictures brought to one size: resized, or cut."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import torch
from torch import Tensor

from engine.layers.image_base import BaseImagePreprocessingLayer, Transformation, images_of
from engine.params import DataFormat, Flag, Integer, Kind, PositiveInt, Real
from engine.pictures.boxes import BoundingBoxes, clip_corners, clip_to_image_size, convert_format, crop
from engine.pictures.resizing import INTERPOLATIONS, centre_crop_box, resize
from engine.random import Seed, SeedGenerator, make_default_seed
from engine.spec import Shape

ResizeMethod = Annotated[str, Kind("choice", choices=INTERPOLATIONS)]
ConstantFill = Annotated[str, Kind("choice", choices=("constant",))]


class _SizedLayer(BaseImagePreprocessingLayer):
    """Base of layers whose pictures all come out in one size; labels stay."""

    _USE_BASE_FACTOR = False
    height: int
    width: int

    def picture_shape(self, shape: Shape) -> Shape:
        """Return the shape with the layer's height and width."""
        sizes = list(shape)
        for axis, size in zip(self._axes, (self.height, self.width), strict=True):
            sizes[axis] = size
        return tuple(sizes)

    def _part(self, images: Tensor, top: int, left: int, height: int, width: int) -> Tensor:
        if self.data_format == "channels_last":
            return images[..., top : top + height, left : left + width, :]
        return images[..., top : top + height, left : left + width]

    def _middle(self, images: Tensor) -> Tensor:
        """Return the largest middle part that has the layer's proportions, resized."""
        box = centre_crop_box(*self._sides(images.shape), (self.height, self.width))
        part = self._part(images, *box)
        if self._sides(part.shape) == (self.height, self.width):
            return part
        return resize(part, (self.height, self.width), data_format=self.data_format)

    def transform_labels(
        self, labels: Any, transformation: Transformation = None, training: bool = True
    ) -> Any:
        """Return the labels: they stay."""
        return labels


class Resizing(_SizedLayer):
    """Resizes pictures to one height and width, in the type that comes.

    Networks need pictures of one size; this makes it, while training and afterwards alike.
    Keras: ``keras.layers.Resizing``.

    Args:
        height: Height of the pictures that come out.
        width: Width of the pictures that come out.
        interpolation: How new pixels are made of old ones; nearest keeps the values.
        crop_to_aspect_ratio: Whether to keep proportions by cutting off what is too much.
        pad_to_aspect_ratio: Whether to keep proportions by adding borders.
        fill_mode: How borders are filled; there is one way.
        fill_value: Value of the borders.
        antialias: Whether to smooth pictures that shrink.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    category = "preprocessing"
    in_palette = True

    def __init__(
        self,
        height: PositiveInt,
        width: PositiveInt,
        interpolation: ResizeMethod = "bilinear",
        crop_to_aspect_ratio: Flag = False,
        pad_to_aspect_ratio: Flag = False,
        fill_mode: ConstantFill = "constant",
        fill_value: Real = 0.0,
        antialias: Flag = False,
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.height = height
        self.width = width
        self.interpolation = interpolation
        self.crop_to_aspect_ratio = crop_to_aspect_ratio
        self.pad_to_aspect_ratio = pad_to_aspect_ratio
        self.fill_mode = fill_mode
        self.fill_value = fill_value
        self.antialias = antialias

    def _transform_images(self, images: Tensor, transformation: Transformation, interpolation: str) -> Tensor:
        return resize(
            images,
            (self.height, self.width),
            interpolation,
            self.antialias,
            self.crop_to_aspect_ratio,
            self.pad_to_aspect_ratio,
            self.fill_mode,
            self.fill_value,
            self.data_format,
        )

    def transform_images(
        self, images: Any, transformation: Transformation = None, training: bool = True
    ) -> Tensor:
        """Return the pictures, resized."""
        return self._transform_images(torch.as_tensor(images), transformation, self.interpolation)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Transformation = None, training: bool = True
    ) -> Any:
        """Return the masks, resized by the nearest pixel."""
        return self._transform_images(torch.as_tensor(segmentation_masks), transformation, "nearest")

    def get_random_transformation(self, data: Any, training: bool = True, seed: Seed = None) -> Any:
        """Return height and width of what comes: nothing is random here."""
        return self._sides(tuple(images_of(data).shape))

    def transform_bounding_boxes(
        self, bounding_boxes: BoundingBoxes, transformation: Transformation, training: bool = True
    ) -> BoundingBoxes:
        """Return the boxes, stretched with their pictures; empty boxes stay empty."""
        height, width = transformation
        given = torch.as_tensor(bounding_boxes["boxes"])
        empty = ((given == -1).all(-1) | (given == 0).all(-1)).unsqueeze(-1)
        boxes = convert_format(bounding_boxes, self.bounding_box_format, "xyxy", height, width)
        scale_x, scale_y, left, top = self._stretch(height, width)
        scale = boxes["boxes"].new_tensor([scale_x, scale_y, scale_x, scale_y])
        shift = boxes["boxes"].new_tensor([left, top, left, top])
        boxes["boxes"] = boxes["boxes"] * scale + shift
        boxes = clip_to_image_size(boxes, self.height, self.width)
        boxes["boxes"] = boxes["boxes"].masked_fill(empty, 0.0)
        target = self.bounding_box_format
        converted: BoundingBoxes = convert_format(boxes, "xyxy", target, self.height, self.width)
        return converted

    def _stretch(self, height: int, width: int) -> tuple[float, float, float, float]:
        """Return what places are multiplied by, across and down, and what is added to them."""
        across, down = self.width / width, self.height / height
        if self.pad_to_aspect_ratio:
            scale = min(across, down)
            return scale, scale, (self.width - width * scale) // 2, (self.height - height * scale) // 2
        if self.crop_to_aspect_ratio:
            scale = max(across, down)
            return scale, scale, -((width * scale - self.width) // 2), -((height * scale - self.height) // 2)
        return across, down, 0.0, 0.0

    def compute_output_dtype(self, *dtypes: str) -> str:
        """Return the input's dtype: whole numbers stay whole."""
        return self.compute_dtype if dtypes[0].startswith(("float", "bfloat")) else dtypes[0]


class CenterCrop(_SizedLayer):
    """Cuts the middle out of pictures; where they are too small, the largest middle part is resized.

    Keras: ``keras.layers.CenterCrop``.

    Args:
        height: Height of the pictures that come out.
        width: Width of the pictures that come out.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    rare: ClassVar[bool] = True
    category = "preprocessing"
    in_palette = True

    def __init__(
        self, height: PositiveInt, width: PositiveInt, data_format: DataFormat | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.height = height
        self.width = width

    def get_random_transformation(self, data: Any, training: bool = True, seed: Seed = None) -> Any:
        """Return the shape of what comes: nothing is random here."""
        return {"input_shape": tuple(images_of(data).shape)}

    def transform_images(
        self, images: Any, transformation: Transformation = None, training: bool = True
    ) -> Tensor:
        """Return the middle of the pictures."""
        tensor = self._cast(images)
        height, width = self._sides(tensor.shape)
        if height < self.height or width < self.width:
            return self._middle(tensor)
        top, left = (height - self.height) // 2, (width - self.width) // 2
        return self._part(tensor, top, left, self.height, self.width)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Transformation = None, training: bool = True
    ) -> Any:
        """Return the middle of the masks."""
        return self.transform_images(segmentation_masks, transformation, training)

    def transform_bounding_boxes(
        self, bounding_boxes: BoundingBoxes, transformation: Transformation, training: bool = True
    ) -> BoundingBoxes:
        """Return the boxes as the middle of the picture shows them."""
        height, width = self._sides(transformation["input_shape"])
        boxes = convert_format(bounding_boxes, self.bounding_box_format, "xyxy", height, width)
        if height >= self.height and width >= self.width:
            top, left = (height - self.height) // 2, (width - self.width) // 2
            high, wide = self.height, self.width
        else:
            top, left, high, wide = centre_crop_box(height, width, (self.height, self.width))
        corners = crop(boxes["boxes"], top, left, high, wide)
        across, down = self.width / wide, self.height / high
        boxes["boxes"] = corners * corners.new_tensor([across, down, across, down])
        boxes = clip_to_image_size(boxes, self.height, self.width)
        target = self.bounding_box_format
        converted: BoundingBoxes = convert_format(boxes, "xyxy", target, self.height, self.width)
        return converted


class RandomCrop(_SizedLayer):
    """Cuts a random part out of pictures while training, the same place for the whole batch.

    Outside training, the largest middle part of the same proportions is resized.
    Keras: ``keras.layers.RandomCrop``.

    Args:
        height: Height of the pictures that come out.
        width: Width of the pictures that come out.
        seed: Start of the random numbers, for runs that can be repeated.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    rare: ClassVar[bool] = True
    in_palette = True

    def __init__(
        self,
        height: PositiveInt,
        width: PositiveInt,
        seed: Integer | None = None,
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.height = height
        self.width = width
        self.seed = make_default_seed() if seed is None else seed  # as Keras keeps it, though it draws from:
        self.generator = SeedGenerator(seed)
        self._convert_input_args = False  # as in Keras: a dict comes in as it is, and is changed
        self._allow_non_tensor_positional_args = True

    def get_random_transformation(self, data: Any, training: bool = True, seed: Seed = None) -> Any:
        """Return where the part begins, from the top and from the left."""
        height, width = self._sides(tuple(images_of(data).shape))
        if training and height > self.height and width > self.width:
            spare = height - self.height, width - self.width
            top, left = (int(self._uniform(data, (1,), (0.0, float(part + 1)), seed)) for part in spare)
            return min(top, spare[0]), min(left, spare[1])  # 32-bit rounding may reach the end itself
        return centre_crop_box(height, width, (self.height, self.width))[:2]

    def transform_images(self, images: Any, transformation: Transformation, training: bool = True) -> Tensor:
        """Return the part of the pictures."""
        tensor = self._cast(images)
        if not training:
            return self._middle(tensor)
        top, left = (int(start) for start in transformation)
        part = self._part(tensor, top, left, self.height, self.width)
        if self._sides(part.shape) == (self.height, self.width):
            return part
        return resize(part, (self.height, self.width), data_format=self.data_format)

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Transformation, training: bool = True
    ) -> Any:
        """Return the same part of the masks."""
        return self.transform_images(segmentation_masks, transformation, training)

    def transform_bounding_boxes(
        self, bounding_boxes: BoundingBoxes, transformation: Transformation, training: bool = True
    ) -> BoundingBoxes:
        """Return the boxes as the part of the picture shows them."""
        if not training:
            return bounding_boxes
        top, left = (int(start) for start in transformation)
        source = self.bounding_box_format
        boxes = convert_format(bounding_boxes, source, "xyxy", self.height, self.width)
        moved = boxes["boxes"] - boxes["boxes"].new_tensor([left, top, left, top])
        boxes["boxes"] = clip_corners(moved, self.height, self.width)
        converted: BoundingBoxes = convert_format(boxes, "xyxy", source, self.height, self.width)
        return converted
