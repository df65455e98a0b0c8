"""Several random changes in one layer: RandAugment and AugMix."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from engine.layers.image_affine import RandomRotation, RandomShear
from engine.layers.image_arguments import Interpolation
from engine.layers.image_base import BaseImagePreprocessingLayer, Transformation, _PixelLayer
from engine.layers.image_colours import RandomColorDegeneration
from engine.layers.image_details import RandomSharpness
from engine.layers.image_light import RandomBrightness, RandomContrast
from engine.layers.image_moving import RandomTranslation
from engine.layers.image_tones import AutoContrast, Equalization, RandomPosterization, Solarization
from engine.params import Array, DataFormat, Flag, Integer, NonNegativeInt, PositiveInt, PositiveReal
from engine.pictures.boxes import BoundingBoxes
from engine.random import Seed, torch_generator

_GEOMETRY = ("random_shear", "random_translation", "random_rotation")
_TONES = ("random_posterization", "solarization", "auto_contrast", "equalization")


class _CombiningLayer(_PixelLayer):
    """Base of layers that hold one layer for each change and choose among them."""

    _USE_BASE_FACTOR = False
    _FACTOR_BOUNDS = (0, 1)
    needs_channels = (3,)
    value_range: Any

    def _make_layers(self, names: tuple[str, ...]) -> None:
        factor = self.factor
        shared: dict[str, Any] = {"data_format": self.data_format, "dtype": self.compute_dtype}
        drawn = {**shared, "seed": self.seed}
        valued = {**drawn, "value_range": self.value_range}
        reading = {**drawn, "interpolation": self.interpolation}
        bits = max(1, int(8 * factor[1]))
        makers: dict[str, Any] = {
            "random_shear": lambda: RandomShear(factor, factor, **reading),
            "random_translation": lambda: RandomTranslation(factor, factor, **reading),
            "random_rotation": lambda: RandomRotation(factor, **reading),
            "random_brightness": lambda: RandomBrightness(factor, **valued),
            "random_color_degeneration": lambda: RandomColorDegeneration(factor, **valued),
            "random_contrast": lambda: RandomContrast(factor, **valued),
            "random_sharpness": lambda: RandomSharpness(factor, **valued),
            "random_posterization": lambda: RandomPosterization(bits, **valued),
            "solarization": lambda: Solarization(factor, factor, **valued),
            "auto_contrast": lambda: AutoContrast(self.value_range, **shared),
            "equalization": lambda: Equalization(self.value_range, **shared),
        }
        for name in names:
            layer = makers[name]()
            layer.bounding_box_format = self.bounding_box_format
            layer.built = True
            setattr(self, name, layer)

    def _step(self, name: str) -> BaseImagePreprocessingLayer:
        layer: BaseImagePreprocessingLayer = getattr(self, name)
        return layer


class RandAugment(_CombiningLayer):
    """Applies a few changes chosen at random from eleven, the same ones to the whole batch, while training.

    Shear, translation, rotation, brightness, grey, contrast, sharpness, posterization, solarization, auto
    contrast and equalization.  Pictures have three channels.  Cubuk and others, RandAugment (2019).
    Keras: ``keras.layers.RandAugment``.

    Args:
        value_range: Least and greatest value of a pixel.
        num_ops: How many changes are applied, one after the other.
        factor: How strong they are, 0 to 1; or least and greatest.
        interpolation: Whether to mix neighbouring pixels or to take the nearest.
        seed: Start of the random numbers, for runs that can be repeated.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    rare: ClassVar[bool] = True
    in_palette = True
    _AUGMENT_LAYERS: ClassVar[tuple[str, ...]] = (
        *_GEOMETRY, "random_brightness", "random_color_degeneration", "random_contrast", "random_sharpness",
        *_TONES,
    )  # fmt: skip

    def __init__(
        self,
        value_range: Array = (0, 255),
        num_ops: NonNegativeInt = 2,
        factor: Array = 0.5,
        interpolation: Interpolation = "bilinear",
        seed: Integer | None = None,
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = value_range
        self.num_ops = num_ops
        self._set_factor(factor)
        self.interpolation = interpolation
        self._set_seed(seed)
        self._make_layers(self._AUGMENT_LAYERS)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Seed = None) -> Any:
        """Return which changes are applied, and what each of them drew."""
        if not training:
            return None
        seed = self.generator if seed is None else seed
        count = len(self._AUGMENT_LAYERS)
        chosen = torch.randint(0, count, (self.num_ops,), generator=torch_generator(seed), dtype=torch.int32)
        transforms = {
            name: self._step(name).get_random_transformation(data, training=training, seed=seed)
            for name in self._AUGMENT_LAYERS
        }
        return {"transforms": transforms, "layer_idxes": chosen}

    def _chosen(self, transformation: Transformation) -> list[tuple[BaseImagePreprocessingLayer, Any]]:
        names = list(transformation["transforms"])
        picked = [names[index] for index in torch.as_tensor(transformation["layer_idxes"]).tolist()]
        return [(self._step(name), transformation["transforms"][name]) for name in picked]

    def transform_images(self, images: Any, transformation: Transformation, training: bool = True) -> Tensor:
        """Return the pictures after the chosen changes."""
        tensor = self._cast(images)
        if training:
            for layer, drawn in self._chosen(transformation):
                tensor = layer.transform_images(tensor, drawn)
        return tensor

    def transform_bounding_boxes(
        self, bounding_boxes: BoundingBoxes, transformation: Transformation, training: bool = True
    ) -> BoundingBoxes:
        """Return the boxes after the chosen changes."""
        if training:
            for layer, drawn in self._chosen(transformation):
                bounding_boxes = layer.transform_bounding_boxes(bounding_boxes, drawn)
        return bounding_boxes

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Transformation, training: bool = True
    ) -> Any:
        """Return the masks after the chosen changes."""
        if training:
            for layer, drawn in self._chosen(transformation):
                segmentation_masks = layer.transform_segmentation_masks(segmentation_masks, drawn)
        return segmentation_masks


class AugMix(_CombiningLayer):
    """Mixes each picture with a few random variants of itself while training, for sturdier networks.

    Each variant is a chain of random changes; they are mixed with each other and then with the picture.
    Pictures have three channels.  Hendrycks and others, AugMix (2019).  Keras: ``keras.layers.AugMix``.

    Args:
        value_range: Least and greatest value of a pixel.
        num_chains: How many variants are mixed.
        chain_depth: How many changes make a variant, at most.
        factor: How strong the changes are, 0 to 1; or least and greatest.
        alpha: How evenly the variants are mixed; large numbers mix evenly.
        all_ops: Whether brightness, grey, contrast and sharpness are among the changes.
        interpolation: Whether to mix neighbouring pixels or to take the nearest.
        seed: Start of the random numbers, for runs that can be repeated.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    rare: ClassVar[bool] = True
    in_palette = True

    def __init__(
        self,
        value_range: Array = (0, 255),
        num_chains: PositiveInt = 3,
        chain_depth: PositiveInt = 3,
        factor: Array = 0.3,
        alpha: PositiveReal = 1.0,
        all_ops: Flag = True,
        interpolation: Interpolation = "bilinear",
        seed: Integer | None = None,
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.value_range = value_range
        self.num_chains = num_chains
        self.chain_depth = chain_depth
        self._set_factor(factor)
        self.alpha = alpha
        self.all_ops = all_ops
        self.interpolation = interpolation
        self._set_seed(seed)
        colours = ("random_brightness", "random_color_degeneration", "random_contrast", "random_sharpness")
        self._augment_layers = (*_GEOMETRY, *_TONES, *(colours if all_ops else ()))
        self._make_layers(self._augment_layers)

    def get_random_transformation(self, data: Any, training: bool = True, seed: Seed = None) -> Any:
        """Return the changes of each chain, and how much of each chain and of the picture is mixed."""
        if not training:
            return None
        seed = self.generator if seed is None else seed
        alpha = torch.full((self.num_chains,), float(self.alpha))
        parts = torch._standard_gamma(alpha, generator=torch_generator(seed))
        pair = torch.full((2,), float(self.alpha))
        original = torch._sample_dirichlet(pair, generator=torch_generator(seed))[0]
        chains = []
        for _ in range(self.num_chains):
            count = len(self._augment_layers) + 1  # one more: no change
            picks = torch.randint(0, count, (self.chain_depth,), generator=torch_generator(seed)).tolist()
            names = [self._augment_layers[pick] for pick in picks if pick < count - 1]
            chains.append(
                [
                    {
                        "layer_name": name,
                        "transformation": self._step(name).get_random_transformation(data, seed=seed),
                    }
                    for name in names
                ]
            )
        return {
            "chain_mixing_weights": parts / parts.sum(),
            "weight_sample": original,
            "chain_transforms": chains,
        }

    def _mix(self, given: Tensor, transformation: Transformation, method: str) -> Tensor:
        weights = torch.as_tensor(transformation["chain_mixing_weights"]).tolist()
        mixed = torch.zeros_like(given, dtype=torch.promote_types(given.dtype, torch.float32))
        for weight, chain in zip(weights, transformation["chain_transforms"], strict=True):
            variant = given
            for step in chain:
                change = getattr(self._step(step["layer_name"]), method)
                variant = change(variant, step["transformation"])
            mixed = mixed + variant * weight
        original = float(transformation["weight_sample"])
        return original * given + (1 - original) * mixed

    def transform_images(self, images: Any, transformation: Transformation, training: bool = True) -> Tensor:
        """Return the pictures, mixed with their variants."""
        tensor = self._cast(images)
        if not training:
            return tensor
        mixed = self._mix(tensor, transformation, "transform_images")
        return self._cast(mixed.clamp(self.value_range[0], self.value_range[1]))

    def transform_segmentation_masks(
        self, segmentation_masks: Any, transformation: Transformation, training: bool = True
    ) -> Any:
        """Return the masks, mixed with their variants."""
        if not training:
            return segmentation_masks
        masks = torch.as_tensor(segmentation_masks)
        return self._mix(masks, transformation, "transform_segmentation_masks")
