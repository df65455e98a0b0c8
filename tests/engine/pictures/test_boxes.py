"""Boxes in pictures against Keras."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import ParamError, ShapeError
from engine.pictures.boxes import FORMATS, densify_bounding_boxes
from engine.utils import bounding_boxes as ours

BOXES = np.array([[[1, 2, 6, 7], [0, 3, 9, 5]], [[2, 2, 4, 9], [5, 0, 8, 3]]], "float32")


@pytest.fixture
def theirs(keras: Any) -> Any:
    return keras.utils.bounding_boxes


def same(one: Any, two: Any) -> None:
    torch.testing.assert_close(torch.as_tensor(one), torch.as_tensor(two), rtol=1e-5, atol=1e-5)


def test_every_format_into_every_other(theirs: Any) -> None:
    for source, target in product(FORMATS, FORMATS):
        boxes = ours.convert_format(BOXES, "xyxy", source, 10, 20)
        same(boxes, theirs.convert_format(BOXES.copy(), "xyxy", source, 10, 20))
        same(
            ours.convert_format(boxes, source, target, 10, 20),
            theirs.convert_format(boxes, source, target, 10, 20),
        )


def test_affine_crop_pad_and_clip(theirs: Any) -> None:
    rows = [[20.0, -50.0], [0.1, 0.0], [0.0, 0.2], [1.2, 0.8], [5.0, 0.0], [0.0, 9.0]]
    names = ("angle", "translate_x", "translate_y", "scale", "shear_x", "shear_y")
    settings: dict[str, Any] = {name: torch.tensor(row) for name, row in zip(names, rows, strict=True)}
    settings |= {"height": 10, "width": 20}
    same(ours.affine_transform(BOXES, **settings), theirs.affine_transform(BOXES, **settings))
    same(ours.crop(BOXES, 1, 2, 5, 4), theirs.crop(torch.as_tensor(BOXES), 1, 2, 5, 4))
    same(ours.pad(BOXES, 1, 2), theirs.pad(torch.as_tensor(BOXES), 1, 2))
    given = {"boxes": torch.as_tensor(BOXES), "labels": torch.tensor([[1, 2], [3, 4]])}
    made, expected = ours.clip_to_image_size(dict(given), 3, 4), theirs.clip_to_image_size(dict(given), 3, 4)
    same(made["boxes"], expected["boxes"])
    same(made["labels"], expected["labels"])


def test_pairs(theirs: Any) -> None:
    other = BOXES[::-1].copy() + 0.5
    other[0, 1] = -1
    for one, two in ((BOXES, other), (BOXES[0], other[0]), (BOXES, other[0])):
        same(ours.compute_iou(one, two, "xyxy"), theirs.compute_iou(one, two, "xyxy"))
    masked = ours.compute_iou(BOXES[0], other[0], "yxyx", use_masking=True, mask_val=-7)
    assert masked[:, 1].tolist() == [-7, -7]
    same(ours.compute_ciou(BOXES, BOXES + 1, "xywh"), theirs.compute_ciou(BOXES, BOXES + 1, "xywh"))
    for encoding, variance in (("center_yxhw", None), ("center_xywh", [0.1, 0.1, 0.2, 0.2])):
        settings = ("xyxy", "xyxy", encoding, variance)
        delta = ours.encode_box_to_deltas(BOXES, BOXES + 1, *settings)
        same(delta, theirs.encode_box_to_deltas(BOXES, BOXES + 1, *settings))
        same(ours.decode_deltas_to_boxes(BOXES, delta, *settings), BOXES + 1)


def test_lists_of_different_lengths_are_filled_up() -> None:
    made = densify_bounding_boxes({"boxes": [[[1, 2, 3, 4]], []], "labels": [[5], []]}, is_batched=True)
    assert made["boxes"].tolist() == [[[1, 2, 3, 4]], [[0, 0, 0, 0]]]
    assert made["labels"].tolist() == [[5], [-1]]


def test_errors() -> None:
    with pytest.raises(ParamError, match="Invalid source or target"):
        ours.convert_format(BOXES, "xyxy", "corners")
    with pytest.raises(ParamError, match="must receive `height` and `width`"):
        ours.convert_format(BOXES, "xyxy", "rel_xyxy")
    with pytest.raises(ShapeError, match="four numbers"):
        ours.convert_format(BOXES[..., :3], "xyxy", "xywh")
    with pytest.raises(ParamError, match="image_shape"):
        ours.compute_iou(BOXES, BOXES, "rel_xyxy")
    with pytest.raises(ShapeError, match="keys 'boxes' and 'labels'"):
        densify_bounding_boxes({"boxes": BOXES})
