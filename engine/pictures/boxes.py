"""Boxes around things in pictures: how they are written, clipped, moved and compared.

A box is four numbers.  ``xyxy`` is left, top, right, bottom; ``xywh`` left, top, width, height;
``center_xywh`` begins with the middle; names with ``y`` first swap the axes; ``rel_`` counts in widths and
heights of the picture instead of pixels.  Keras: ``keras.utils.bounding_boxes``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import torch
from torch import Tensor

from engine.errors import ParamError, ShapeError

BoundingBoxes: TypeAlias = dict[str, Any]
FORMATS = (
    "xyxy", "yxyx", "xywh", "center_xywh", "center_yxhw", "rel_xyxy", "rel_yxyx", "rel_xywh",
    "rel_center_xywh",
)  # fmt: skip


def _swapped(boxes: Tensor) -> Tensor:
    return boxes[..., [1, 0, 3, 2]]


def _from_sizes(boxes: Tensor) -> Tensor:
    return torch.cat([boxes[..., :2], boxes[..., :2] + boxes[..., 2:]], -1)


def _to_sizes(boxes: Tensor) -> Tensor:
    return torch.cat([boxes[..., :2], boxes[..., 2:] - boxes[..., :2]], -1)


def _from_middle(boxes: Tensor) -> Tensor:
    half = boxes[..., 2:] / 2.0
    return torch.cat([boxes[..., :2] - half, boxes[..., :2] + half], -1)


def _to_middle(boxes: Tensor) -> Tensor:
    sizes = boxes[..., 2:] - boxes[..., :2]
    return torch.cat([boxes[..., :2] + sizes / 2.0, sizes], -1)


_Step = Callable[[Tensor], Tensor]
_WAYS: dict[str, tuple[_Step, _Step]] = {  # to left, top, right, bottom and back
    "xyxy": (lambda boxes: boxes, lambda boxes: boxes),
    "yxyx": (_swapped, _swapped),
    "xywh": (_from_sizes, _to_sizes),
    "center_xywh": (_from_middle, _to_middle),
    "center_yxhw": (lambda boxes: _from_middle(_swapped(boxes)), lambda boxes: _swapped(_to_middle(boxes))),
}


def _tensor(value: Any, dtype: Any = None) -> Tensor:
    kind = dtype if dtype is None or isinstance(dtype, torch.dtype) else getattr(torch, dtype)
    return torch.as_tensor(value, dtype=kind)


def convert_format(
    boxes: Any, source: str, target: str, height: Any = None, width: Any = None, dtype: Any = "float32"
) -> Any:
    """Return ``boxes`` (..., 4), or a dict with ``boxes``, written as ``target`` instead of ``source``.

    ``height`` and ``width`` of the picture are needed between relative and absolute formats.  Raises
    ``ParamError`` for formats that there are not and ``ShapeError`` for boxes without four numbers.
    Keras: ``keras.utils.bounding_boxes.convert_format``.
    """
    if isinstance(boxes, dict):
        return {**boxes, "boxes": convert_format(boxes["boxes"], source, target, height, width, dtype)}
    tensor = _tensor(boxes)
    if tensor.shape[-1] != 4:
        raise ShapeError(
            f"boxes hold four numbers on the last axis. Received: boxes.shape={tuple(tensor.shape)}",
            code="axis",
            axis=-1,
            expected=4,
            got=tensor.shape[-1],
            shape=tuple(tensor.shape),
        )
    source, target = str(source).lower(), str(target).lower()
    if source not in FORMATS or target not in FORMATS:
        raise ParamError(
            f"Invalid source or target format: they are among {', '.join(FORMATS)}. "
            f"Received: source={source!r}, target={target!r}",
            code="param",
            param="bounding_box_format",
            got=(source, target),
        )
    tensor = _tensor(tensor, dtype)
    relative = source.startswith("rel_"), target.startswith("rel_")
    if any(relative) and (height is None or width is None):
        raise ParamError(
            "convert_format() must receive `height` and `width` of the picture to convert between relative "
            f"and absolute formats. Received: source={source!r}, target={target!r}, height={height}, "
            f"width={width}",
            code="missing_param",
            param="height",
        )
    if source == target:
        return tensor
    corners = _WAYS[source.removeprefix("rel_")][0](tensor)
    if relative[0] != relative[1]:
        across, down = (_tensor(side, tensor.dtype).to(tensor.device) for side in (width, height))
        x1, y1, x2, y2 = corners.chunk(4, -1)
        parts = (x1, across), (y1, down), (x2, across), (y2, down)
        scaled = [part * side if relative[0] else part / side for part, side in parts]
        corners = torch.cat(torch.broadcast_tensors(*scaled), -1)  # type: ignore[no-untyped-call]  # torch has no types
    return _WAYS[target.removeprefix("rel_")][1](corners)


def clip_to_image_size(
    bounding_boxes: BoundingBoxes, height: Any = None, width: Any = None, bounding_box_format: str = "xyxy"
) -> BoundingBoxes:
    """Return the boxes cut at the edges of the picture; what has no area left gets the label -1.

    Keras: ``keras.utils.bounding_boxes.clip_to_image_size``.
    """
    if bounding_box_format not in ("xyxy", "rel_xyxy"):
        raise NotImplementedError(f"Only xyxy and rel_xyxy can be clipped, not {bounding_box_format}.")
    if bounding_box_format == "rel_xyxy":
        height = width = 1.0
    elif height is None or width is None:
        raise ParamError(
            "`height` and `width` must be set to clip boxes in pixels.", code="missing_param", param="height"
        )
    boxes = _tensor(bounding_boxes["boxes"])
    boxes = clip_corners(boxes, height, width)
    result = {**bounding_boxes, "boxes": boxes}
    if (labels := bounding_boxes.get("labels")) is not None:
        area = (boxes[..., 2] - boxes[..., 0]) * (boxes[..., 3] - boxes[..., 1])
        result["labels"] = torch.where(area > 0, _tensor(labels), -1)
    return result


def clip_corners(boxes: Tensor, height: Any, width: Any) -> Tensor:
    """Return boxes (left, top, right, bottom) with every corner inside the picture."""
    zero = torch.zeros((), dtype=boxes.dtype, device=boxes.device)
    across, down = (_tensor(side, boxes.dtype).to(boxes.device) for side in (width, height))
    x1, y1, x2, y2 = boxes.chunk(4, -1)
    pairs = (x1, across), (y1, down), (x2, across), (y2, down)
    return torch.cat([torch.minimum(torch.maximum(part, zero), side) for part, side in pairs], -1)


def crop(
    boxes: Any, top: Any, left: Any, height: Any, width: Any, bounding_box_format: str = "xyxy"
) -> Tensor:
    """Return boxes seen from a part of the picture that begins at ``top`` and ``left``, cut at its edges."""
    _only_corners(bounding_box_format)
    return clip_corners(pad(boxes, -top, -left), height, width)


def pad(
    boxes: Any,
    top: Any,
    left: Any,
    height: Any = None,
    width: Any = None,
    bounding_box_format: str = "xyxy",
) -> Tensor:
    """Return boxes seen from a larger picture, in which the old one begins at ``top`` and ``left``."""
    _only_corners(bounding_box_format)
    tensor = _tensor(boxes)
    return tensor + _tensor([left, top, left, top]).to(tensor)


def _only_corners(bounding_box_format: str) -> None:
    if bounding_box_format != "xyxy":
        raise NotImplementedError(f"Boxes are given as xyxy here, not as {bounding_box_format}.")


def affine_transform(
    boxes: Any,
    angle: Any,
    translate_x: Any,
    translate_y: Any,
    scale: Any,
    shear_x: Any,
    shear_y: Any,
    height: Any,
    width: Any,
    center_x: Any = None,
    center_y: Any = None,
    bounding_box_format: str = "xyxy",
) -> Tensor:
    """Return the upright boxes around ``boxes`` (batch, count, 4) turned, scaled, sheared and moved.

    Angles are in degrees, one number for each picture; the middle and the shifts are in parts of the picture.
    Keras: ``keras.utils.bounding_boxes.affine_transform``.
    """
    _only_corners(bounding_box_format)
    angle = _tensor(angle)
    tensor = _tensor(boxes, angle.dtype)
    middle_x = (0.5 if center_x is None else center_x) * (width - 1)
    middle_y = (0.5 if center_y is None else center_y) * (height - 1)
    shift_x, shift_y = -translate_x * (width - 1), -translate_y * (height - 1)
    turn = -angle * (math.pi / 180.0)
    lean_x, lean_y = (-_tensor(part, angle.dtype) * (math.pi / 180.0) for part in (shear_x, shear_y))
    cosine, sine = (torch.cos(turn - lean_y), torch.sin(turn - lean_y))
    a = cosine / torch.cos(lean_y)
    b = a * torch.tan(lean_x) + torch.sin(turn)
    c = -sine / torch.cos(lean_y)
    d = torch.cos(turn) - c * torch.tan(lean_x)
    a0, a1, b0, b1 = d * scale, -b * scale, -c * scale, a * scale
    a2 = middle_x - a0 * (middle_x + shift_x) - a1 * (middle_y + shift_y)
    b2 = middle_y - b0 * (middle_x + shift_x) - b1 * (middle_y + shift_y)
    x, y = tensor[..., [0, 2, 2, 0]], tensor[..., [1, 1, 3, 3]]
    a0, a1, a2, b0, b1, b2 = (part[:, None, None] for part in (a0, a1, a2, b0, b1, b2))
    new_x, new_y = a0 * x + a1 * y + a2, b0 * x + b1 * y + b2
    corners = [new_x.amin(-1), new_y.amin(-1), new_x.amax(-1), new_y.amax(-1)]
    return torch.stack(corners, -1)


def validate_bounding_boxes(bounding_boxes: Any) -> None:
    """Raise ``ShapeError`` for anything but a dict of ``boxes`` and ``labels`` that fit each other."""

    def refuse(message: str) -> ShapeError:
        return ShapeError(message, code="bounding_boxes")

    if not isinstance(bounding_boxes, dict) or not {"boxes", "labels"} <= set(bounding_boxes):
        raise refuse(
            "Expected `bounding_boxes` to be a dict with keys 'boxes' and 'labels'. "
            f"Received: bounding_boxes={bounding_boxes!r}"
        )
    boxes, labels = bounding_boxes["boxes"], bounding_boxes["labels"]
    if isinstance(boxes, list):
        if not isinstance(labels, list):
            raise refuse(
                "If bounding_boxes['boxes'] is a list, then bounding_boxes['labels'] must also be a list. "
                f"Received: bounding_boxes['labels']={labels!r}"
            )
        if len(boxes) != len(labels):
            raise refuse(
                "If bounding_boxes['boxes'] and ['labels'] are both lists, they must have the same length. "
                f"Received: {len(boxes)} and {len(labels)}"
            )
        return
    rank, label_rank = len(boxes.shape), len(labels.shape)
    if rank not in (2, 3):
        raise refuse(
            "Expected bounding_boxes['boxes'] to have rank 2 or 3: (boxes, 4), or a batch of that. "
            f"Received: shape {tuple(boxes.shape)}"
        )
    if label_rank not in (rank - 1, rank):
        raise refuse(
            f"Found bounding_boxes['boxes'].shape={tuple(boxes.shape)} and expected bounding_boxes['labels'] "
            f"to have rank {rank - 1} or {rank}. Received: shape {tuple(labels.shape)}"
        )


def densify_bounding_boxes(
    bounding_boxes: Any,
    is_batched: bool = False,
    max_boxes: int | None = None,
    boxes_default_value: float = 0,
    labels_default_value: int = -1,
) -> BoundingBoxes:
    """Return boxes and labels as tensors; lists of different lengths are filled up with empty boxes."""
    validate_bounding_boxes(bounding_boxes)
    boxes, labels = bounding_boxes["boxes"], bounding_boxes["labels"]
    if isinstance(boxes, list) and is_batched:
        longest = max((len(row) for row in boxes), default=0) if max_boxes is None else max_boxes
        empty = [boxes_default_value] * 4
        boxes = [[list(box) for box in row[:longest]] + [empty] * (longest - len(row)) for row in boxes]
        labels = [list(row[:longest]) + [labels_default_value] * (longest - len(row)) for row in labels]
    return {**bounding_boxes, "boxes": _tensor(boxes, "float32"), "labels": _tensor(labels)}


__all__ = [
    "FORMATS", "BoundingBoxes", "affine_transform", "clip_corners", "clip_to_image_size",
    "convert_format", "crop", "densify_bounding_boxes", "pad", "validate_bounding_boxes",
]  # fmt: skip
