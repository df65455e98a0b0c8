"""Layers for pictures against Keras: from the same seed the same draws, and the same numbers from them."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest
import torch

from engine import layers

CLAHE = "ContrastLimitedAdaptiveHistogramEqualization"
SEEDLESS = {"AutoContrast", "CenterCrop", CLAHE, "Equalization", "Resizing"}
CASES: list[tuple[str, dict[str, Any]]] = [
    ("AutoContrast", {}),
    ("AutoContrast", {"value_range": (-300, 900)}),
    ("CenterCrop", {"height": 5, "width": 4}),
    ("CenterCrop", {"height": 12, "width": 5}),
    (CLAHE, {"tile_grid_size": (2, 3)}),
    (CLAHE, {"clip_limit": 0.0, "tile_grid_size": (3, 3)}),
    ("CutMix", {}),
    ("CutMix", {"factor": (0.2, 0.6)}),
    ("Equalization", {}),
    ("Equalization", {"bins": 16, "value_range": (0, 300)}),
    ("MixUp", {"alpha": 0.7}),
    ("RandomBrightness", {"factor": 0.4}),
    ("RandomBrightness", {"factor": (-0.9, -0.2), "value_range": (20, 200)}),
    ("RandomColorDegeneration", {"factor": 0.8}),
    ("RandomColorJitter", {"brightness_factor": 0.3, "contrast_factor": 0.5, "hue_factor": 0.2}),
    ("RandomContrast", {"factor": 0.7}),
    ("RandomContrast", {"factor": (0.1, 0.5), "value_range": (30, 220)}),
    ("RandomCrop", {"height": 5, "width": 4}),
    ("RandomCrop", {"height": 12, "width": 4}),
    ("RandomErasing", {}),
    ("RandomErasing", {"factor": 0.6, "scale": 0.5, "fill_value": 9.0}),
    ("RandomFlip", {}),
    ("RandomFlip", {"mode": "horizontal"}),
    ("RandomFlip", {"mode": "vertical"}),
    ("RandomGaussianBlur", {"factor": 0.7}),
    ("RandomGaussianBlur", {"kernel_size": 5, "sigma": (0.3, 0.9)}),
    ("RandomGrayscale", {"factor": 0.5}),
    ("RandomHue", {"factor": 0.6}),
    ("RandomInvert", {"factor": 0.5}),
    ("RandomPerspective", {"factor": 0.7}),
    ("RandomPerspective", {"scale": 0.3, "interpolation": "nearest", "fill_value": 3.0}),
    ("RandomPosterization", {"factor": 3}),
    ("RandomPosterization", {"factor": (2, 7), "value_range": (0, 300)}),
    ("RandomRotation", {"factor": 0.2}),
    ("RandomRotation", {"factor": (0.1, 0.3), "fill_mode": "constant", "fill_value": 5.0}),
    ("RandomRotation", {"factor": 0.5, "fill_mode": "wrap", "interpolation": "nearest"}),
    ("RandomSharpness", {"factor": 0.9}),
    ("RandomShear", {"x_factor": 0.3, "y_factor": (0.1, 0.4)}),
    ("RandomShear", {"x_factor": 0.9, "fill_mode": "nearest"}),
    ("RandomTranslation", {"height_factor": 0.3, "width_factor": (-0.2, 0.5)}),
    ("RandomTranslation", {"height_factor": 0.3, "width_factor": 0.9, "fill_mode": "wrap"}),
    ("RandomZoom", {"height_factor": 0.4}),
    ("RandomZoom", {"height_factor": (-0.4, 0.1), "width_factor": 0.6, "fill_mode": "constant"}),
    ("Resizing", {"height": 5, "width": 11}),
    ("Resizing", {"height": 5, "width": 11, "interpolation": "nearest"}),
    ("Resizing", {"height": 5, "width": 11, "interpolation": "bicubic", "antialias": True}),
    ("Resizing", {"height": 5, "width": 11, "crop_to_aspect_ratio": True}),
    ("Resizing", {"height": 5, "width": 11, "pad_to_aspect_ratio": True, "fill_value": 8.0}),
    ("Solarization", {"addition_factor": 0.3, "threshold_factor": 0.6}),
    ("Solarization", {"addition_factor": (0.1, 0.2), "threshold_factor": 1.0, "value_range": (0, 300)}),
]  # fmt: skip
UNIT: list[tuple[str, dict[str, Any]]] = [
    ("RandomSaturation", {"factor": 0.9}),
    ("RandomHue", {"factor": 0.6, "value_range": (0, 1)}),
]
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # Keras' own, on arrays of no axis
MOVING = ("Flip", "Rotation", "Shear", "Translation", "Zoom", "Perspective")


def pictures(top: float = 255.0, batch: int = 3) -> np.ndarray[Any, Any]:
    return (np.random.default_rng(5).random((batch, 9, 8, 3)) * top).astype("float32")


def both(keras: Any, name: str, arguments: dict[str, Any]) -> tuple[Any, Any]:
    seed = {} if name in SEEDLESS else {"seed": 11}
    ours = getattr(layers, name)(**arguments, **seed)
    return ours, getattr(keras.layers, name)(**arguments, **seed)


def same(one: Any, two: Any, tolerance: float = 1e-5) -> None:
    left, right = (torch.as_tensor(value).detach().numpy() for value in (one, two))
    assert left.shape == right.shape
    allowed = tolerance * max(1.0, float(np.abs(right).max()))
    np.testing.assert_allclose(left, right, rtol=tolerance, atol=allowed)


def each(cases: list[tuple[str, dict[str, Any]]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("name", "arguments"), cases, ids=[name for name, _ in cases])


@each(CASES)
def test_pictures(keras: Any, name: str, arguments: dict[str, Any]) -> None:
    ours, theirs = both(keras, name, arguments)
    x = pictures()
    for _ in range(2):
        same(ours(x, training=True), theirs(x.copy(), training=True))
    shape = tuple(theirs.compute_output_shape(x.shape))
    assert tuple(ours(x).shape) == ours.compute_output_shape(x.shape) == shape
    if name != "CutMix":
        ours, theirs = both(keras, name, arguments)
        same(ours(x[0], training=True), theirs(x[0].copy(), training=True))
    if name != "RandomCrop":  # Keras leaves pictures uncropped there, against its own documents
        same(ours(x, training=False), theirs(x, training=False))


@each(UNIT)
def test_pictures_of_values_up_to_one(keras: Any, name: str, arguments: dict[str, Any]) -> None:
    ours, theirs = both(keras, name, arguments)
    same(ours(pictures(1.0), training=True), theirs(pictures(1.0), training=True))


@pytest.mark.parametrize("arguments", [{"num_ops": 3}, {"num_ops": 5, "factor": 0.2}])
def test_rand_augment(keras: Any, arguments: dict[str, Any]) -> None:
    """Keras' layer changes its input as it goes; its parts, asked one by one, give the numbers."""
    ours, theirs = both(keras, "RandAugment", arguments)
    for _ in range(4):
        x = torch.as_tensor(pictures())
        made = ours(x, training=True)
        drawn = theirs.get_random_transformation(x)
        for index in drawn["layer_idxes"].tolist():
            name = theirs._AUGMENT_LAYERS[index]
            x = getattr(theirs, name).transform_images(x.clone(), drawn["transforms"][name])
        same(made, x)


def test_aug_mix(keras: Any) -> None:
    ours, theirs = both(keras, "AugMix", {})
    x = torch.as_tensor(pictures())
    for _ in range(4):
        drawn = ours.get_random_transformation(x)
        mixed = torch.zeros_like(x)
        for weight, chain in zip(drawn["chain_mixing_weights"], drawn["chain_transforms"], strict=True):
            variant = x
            for step in chain:
                there = getattr(theirs, step["layer_name"])
                variant = there.transform_images(variant.clone(), copy.deepcopy(step["transformation"]))
            mixed = mixed + variant * weight
        expected = drawn["weight_sample"] * x + (1 - drawn["weight_sample"]) * mixed
        same(ours.transform_images(x, drawn), expected.clamp(0, 255))
    assert torch.equal(layers.AugMix(seed=2)(x), layers.AugMix(seed=2)(x))
    assert not torch.equal(layers.AugMix(seed=2)(x), layers.AugMix(seed=3)(x))


@each([*CASES, *UNIT])
def test_channels_first_is_the_same_picture(keras: Any, name: str, arguments: dict[str, Any]) -> None:
    x = pictures(1.0 if (name, arguments) in UNIT else 255.0)
    last, _ = both(keras, name, arguments)
    first, _ = both(keras, name, {**arguments, "data_format": "channels_first"})
    if name == "RandomErasing" and "fill_value" not in arguments:
        last.value_range = first.value_range = (0, 0)  # noise is drawn in the order of the axes
    made = first(x.transpose(0, 3, 1, 2), training=True)
    assert tuple(made.shape) == first.compute_output_shape((3, 3, 9, 8))
    same(made.permute(0, 2, 3, 1), last(x, training=True))


@each([*CASES, *UNIT])
def test_config_is_keras(keras: Any, name: str, arguments: dict[str, Any]) -> None:
    ours, theirs = both(keras, name, arguments)
    mine, other = (json.loads(json.dumps(layer.get_config())) for layer in (ours, theirs))
    for key in set(other) - {"name", "dtype"}:
        lone = isinstance(other[key], list) and not isinstance(mine[key], list)  # Keras refuses its own pair
        assert ([-mine[key], mine[key]] if lone else mine[key]) == other[key], key
    revived = type(theirs).from_config({**mine, "dtype": "float32"})
    assert json.loads(json.dumps(revived.get_config())) == {**other, "name": mine["name"]}
    twin = type(ours).from_config(mine)
    assert json.loads(json.dumps(twin.get_config())) == mine
    same(twin(pictures(), training=True), ours(pictures(), training=True))


@each([case for case in CASES if any(word in case[0] for word in MOVING)])
def test_boxes_labels_and_masks_go_along(keras: Any, name: str, arguments: dict[str, Any]) -> None:
    boxes = np.array([[[1, 1, 5, 6], [2, 0, 8, 3]]] * 3, "float32")

    def data() -> dict[str, Any]:
        return {
            "images": pictures(),
            "labels": np.eye(3, dtype="float32"),
            "segmentation_masks": np.round(pictures()[..., :1]),
            "bounding_boxes": {"boxes": boxes.copy(), "labels": np.array([[0, 1]] * 3)},
        }

    ours, theirs = both(keras, name, {**arguments, "bounding_box_format": "xyxy"})
    mine, other = ours(data(), training=True), theirs(data(), training=True)
    same(mine["images"], other["images"])
    same(mine["labels"], other["labels"])
    if name != "RandomRotation":  # Keras' matrix is no longer the same after its first use
        same(mine["segmentation_masks"], other["segmentation_masks"])
    same(mine["bounding_boxes"]["boxes"], other["bounding_boxes"]["boxes"], 1e-4)
    same(mine["bounding_boxes"]["labels"], other["bounding_boxes"]["labels"])


@pytest.mark.parametrize("arguments", [{}, {"crop_to_aspect_ratio": True}, {"pad_to_aspect_ratio": True}])
@pytest.mark.parametrize("size", [(5, 11), (12, 6)])
@pytest.mark.parametrize("name", ["Resizing", "CenterCrop"])
def test_boxes_of_sized_pictures(
    keras: Any, name: str, size: tuple[int, int], arguments: dict[str, Any]
) -> None:
    if name == "CenterCrop":
        arguments = {}
    arguments = {"height": size[0], "width": size[1], "bounding_box_format": "rel_xywh", **arguments}
    ours, theirs = both(keras, name, arguments)
    found = []
    for layer in (ours, theirs):
        boxes = np.array([[[0.1, 0.2, 0.5, 0.6], [0, 0, 0, 0]]] * 3, "float32")
        labels = np.array([[0, 1]] * 3)
        data = {"images": pictures(), "bounding_boxes": {"boxes": boxes, "labels": labels}}
        found.append(layer(data)["bounding_boxes"])
    same(found[0]["boxes"], found[1]["boxes"], 1e-4)
    same(found[0]["labels"], found[1]["labels"])


def test_whole_numbers_stay_whole_in_resizing(keras: Any) -> None:
    x = pictures().astype("uint8")
    for interpolation in ("bilinear", "nearest", "bicubic"):
        ours, theirs = both(keras, "Resizing", {"height": 4, "width": 5, "interpolation": interpolation})
        made = ours(x)
        assert made.dtype == torch.uint8
        np.testing.assert_array_equal(made.numpy(), theirs(x).numpy())
