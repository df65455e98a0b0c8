"""What layers for pictures promise beyond Keras' numbers: when they act, what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from engine import Input, Model, Sequential, layers
from engine.errors import ParamError, ShapeError

X = (np.random.default_rng(1).random((4, 9, 8, 3)) * 255).astype("float32")
RANDOM: dict[str, dict[str, Any]] = {
    "AugMix": {}, "CutMix": {}, "MixUp": {}, "RandAugment": {}, "RandomBrightness": {"factor": 0.5},
    "RandomColorDegeneration": {"factor": (0.2, 1.0)}, "RandomColorJitter": {"brightness_factor": 0.5},
    "RandomContrast": {"factor": 0.5}, "RandomCrop": {"height": 4, "width": 3}, "RandomElasticTransform": {},
    "RandomErasing": {}, "RandomFlip": {}, "RandomGaussianBlur": {}, "RandomGrayscale": {"factor": 0.6},
    "RandomHue": {"factor": (0.3, 1.0)}, "RandomInvert": {"factor": 0.9}, "RandomPerspective": {},
    "RandomPosterization": {"factor": (1, 7)}, "RandomRotation": {"factor": 0.4},
    "RandomSaturation": {"factor": (0.1, 0.3), "value_range": (0, 1)}, "RandomSharpness": {"factor": 0.9},
    "RandomShear": {"x_factor": 0.6}, "RandomTranslation": {"height_factor": 0.4, "width_factor": 0.4},
    "RandomZoom": {"height_factor": 0.5}, "Solarization": {"addition_factor": 0.4, "threshold_factor": 0.7},
}  # fmt: skip
each_random = pytest.mark.parametrize("name", RANDOM)


def make(name: str, **more: Any) -> Any:
    return getattr(layers, name)(**RANDOM[name], **more)


@each_random
def test_a_seed_tells_the_numbers(name: str) -> None:
    x = X / 255 if name == "RandomSaturation" else X
    one, two, other = make(name, seed=5), make(name, seed=5), make(name, seed=6)
    first = one(x)
    assert torch.equal(first, two(x))
    second, different = one(x), other(x)
    assert not torch.equal(first, second) or not torch.equal(first, different)
    assert first.dtype == torch.float32
    assert bool(torch.isfinite(first).all())


@each_random
def test_models_change_pictures_in_training_only(name: str) -> None:
    model = Sequential([Input((9, 8, 3)), make(name, seed=5)])
    still = model.predict(X, verbose=0)
    if name == "RandomCrop":
        assert still.shape == (4, 4, 3, 3)
    else:
        np.testing.assert_array_equal(still, X)
    moved = model(torch.as_tensor(X), training=True)
    assert not torch.equal(moved, torch.as_tensor(X))


@each_random
def test_labels_go_along(name: str) -> None:
    data = {"images": X.copy(), "labels": np.eye(4, dtype="float32")}
    made = make(name, seed=5)(data, training=True)
    assert made["images"].shape[0] == 4
    assert made["labels"].shape == (4, 4)
    torch.testing.assert_close(made["labels"].sum(1), torch.ones(4))
    assert torch.equal(made["labels"], torch.eye(4)) == (name not in ("CutMix", "MixUp"))


@each_random
def test_whole_numbers_do(name: str) -> None:
    if name == "RandomSaturation":
        return
    made = make(name, seed=5)(X.astype("uint8"), training=True)
    assert made.shape[0] == 4
    assert bool(torch.isfinite(made.float()).all())


def test_one_change_for_one_picture() -> None:
    for name in RANDOM:
        if name in ("CutMix", "MixUp", "RandomErasing"):
            continue
        batch, lone = make(name, seed=5)(X[:1], training=True), make(name, seed=5)(X[0], training=True)
        torch.testing.assert_close(batch[0], lone, msg=name)


def test_masks_are_pulled_as_pictures_are() -> None:
    layer = layers.RandomElasticTransform(seed=3, interpolation="nearest")
    made = layer({"images": X.copy(), "segmentation_masks": X.copy()}, training=True)
    assert torch.equal(made["images"], made["segmentation_masks"])
    assert not torch.equal(made["images"], torch.as_tensor(X))


def test_random_crop_takes_the_middle_outside_training() -> None:
    layer = layers.RandomCrop(6, 8)
    ramp = np.arange(9, dtype="float32")[:, None, None] * np.ones((9, 8, 3), "float32")
    made = layer(ramp, training=False)
    assert tuple(made.shape) == (6, 8, 3)
    torch.testing.assert_close(made[:, 0, 0], torch.tensor([1.0, 2, 3, 4, 5, 6]))


def test_boxes_are_brought_to_one_count() -> None:
    boxes = {"boxes": np.ones((2, 3, 4), "float32"), "labels": np.ones((2, 3), "int64")}
    for count in (2, 5):
        layer = layers.MaxNumBoundingBoxes(count, bounding_box_format="xyxy")
        made = layer({"images": X[:2], "bounding_boxes": boxes})["bounding_boxes"]
        assert made["boxes"].shape == (2, count, 4)
        assert made["labels"][:, :3].tolist() == [[1] * min(count, 3)] * 2
        assert bool((made["labels"][:, 3:] == -1).all())
        shapes = {"images": (2, 9, 8, 3), "bounding_boxes": {"boxes": (2, 3, 4), "labels": (2, 3)}}
        found = layer.compute_output_shape(shapes)["bounding_boxes"]
        assert found == {"boxes": [2, count, 4], "labels": [2, count]}


def test_boxes_of_one_picture() -> None:
    data = {"images": X[0], "bounding_boxes": {"boxes": np.array([[1, 2, 3, 4]]), "labels": np.array([7])}}
    made = layers.CenterCrop(5, 4, bounding_box_format="xyxy")(data)["bounding_boxes"]
    assert made["boxes"].tolist() == [[0, 0, 1, 2]]
    assert made["labels"].tolist() == [7]


def test_graphs_of_pictures() -> None:
    inputs = Input((None, None, 3))
    outputs = layers.CenterCrop(4, 4)(layers.Resizing(6, 7)(layers.RandomFlip(seed=1)(inputs)))
    assert outputs.shape == (None, 4, 4, 3)
    assert Model(inputs, outputs).predict(X, verbose=0).shape == (4, 4, 4, 3)
    assert layers.Resizing(6, 7).compute_output_shape({"images": (2, 9, 8, 3), "labels": (2,)}) == {
        "images": (2, 6, 7, 3),
        "labels": (2,),
    }


def test_half_precision() -> None:
    for name in ("RandomRotation", "RandomHue", "RandomGaussianBlur", "AugMix", "RandomErasing"):
        made = make(name, seed=5, dtype="bfloat16")(X / 255, training=True)
        assert made.dtype == torch.bfloat16


def test_errors() -> None:
    with pytest.raises(ShapeError, match="rank 3 or 4"):
        layers.RandomFlip()(X[..., None])
    with pytest.raises(ShapeError, match="Reshape"):
        layers.RandomFlip()(Input((28, 28)))
    with pytest.raises(ShapeError, match="3 channels"):
        layers.RandomHue(0.5)(X[..., :2])
    with pytest.raises(ShapeError, match="2 x 2"):
        layers.RandomPerspective()(X[:, :1])
    boxes = {"boxes": X[0, :, :4, 0], "labels": X[0, :, 0, 0]}
    with pytest.raises(ParamError, match="bounding_box_format='xyxy'"):
        layers.RandomFlip()({"images": X, "bounding_boxes": boxes})
    wrong: tuple[Callable[[], Any], ...] = (
        lambda: layers.RandomRotation([0.1, 0.2, 0.3]),
        lambda: layers.RandomZoom(-1.0),
        lambda: layers.RandomShear(x_factor=1.5),
        lambda: layers.RandomPosterization(9),
        lambda: layers.RandomGaussianBlur(kernel_size=4),
        lambda: layers.RandomErasing(fill_value=[1, 2]),
        lambda: layers.RandomBrightness(0.1, value_range=[1]),
        lambda: layers.Solarization(threshold_factor=-0.1),
        lambda: layers.Resizing(2, 2, interpolation="linear"),
        lambda: layers.AutoContrast(factor=0.2),
    )
    for make_wrong in wrong:
        with pytest.raises(ParamError, match=r"Received|takes no|does not take"):
            make_wrong()
