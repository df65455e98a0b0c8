"""Boxes compared with boxes: how much they overlap, and how far one is from another."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from engine import config
from engine.errors import ParamError, ShapeError
from engine.pictures.boxes import convert_format

_ENCODINGS = ("center_xywh", "center_yxhw")


def _sides(image_shape: Any) -> tuple[Any, Any]:
    return (None, None) if image_shape is None else (image_shape[0], image_shape[1])


def _needs_shape(bounding_box_format: str) -> ParamError:
    return ParamError(
        f"Boxes written as {bounding_box_format} count in sizes of the picture: the `image_shape` argument "
        "must be provided. Received: image_shape=None",
        code="missing_param",
        param="image_shape",
    )


def compute_iou(
    boxes1: Any,
    boxes2: Any,
    bounding_box_format: str,
    use_masking: bool = False,
    mask_val: float = -1,
    image_shape: Any = None,
) -> Tensor:
    """Return how much every box of ``boxes1`` overlaps with every one of ``boxes2``.

    That is their common area as a part of both together.  Both are (boxes, 4) or in a batch; the answer
    is (boxes 1, boxes 2) or a batch of that.  With ``use_masking``, boxes of negative numbers only (fillers)
    give ``mask_val``.
    Keras: ``keras.utils.bounding_boxes.compute_iou``.
    """
    height, width = _sides(image_shape)
    if "rel" in bounding_box_format and image_shape is None:
        raise _needs_shape(bounding_box_format)
    one, two = (
        convert_format(boxes, bounding_box_format, "xyxy", height, width) for boxes in (boxes1, boxes2)
    )
    for name, boxes in (("boxes1", one), ("boxes2", two)):
        if boxes.ndim not in (2, 3):
            raise ShapeError(
                f"compute_iou() expects {name} to be batched (rank 3) or unbatched (rank 2). "
                f"Received: {name}.shape={tuple(boxes.shape)}",
                code="rank",
                expected=3,
                got=boxes.ndim,
            )
    first, second = one.unsqueeze(-2), two.unsqueeze(-3)
    low = torch.maximum(first[..., :2], second[..., :2])
    high = torch.minimum(first[..., 2:], second[..., 2:])
    common = (high - low).clamp(min=0).prod(-1)
    area1, area2 = ((boxes[..., 2:] - boxes[..., :2]).prod(-1) for boxes in (first, second))
    found: Tensor = common / (area1 + area2 - common + config.epsilon())
    if use_masking:
        filler = (one.amax(-1) < 0).unsqueeze(-1) | (two.amax(-1) < 0).unsqueeze(-2)
        found = found.masked_fill(filler, mask_val)
    return found


def compute_ciou(boxes1: Any, boxes2: Any, bounding_box_format: str, image_shape: Any = None) -> Tensor:
    """Return how much each box overlaps with the one at the same place; distance and proportions count too.

    Zheng and others, Distance-IoU Loss (2019).  Keras: ``keras.utils.bounding_boxes.compute_ciou``.
    """
    height, width = _sides(image_shape)
    if "rel" in bounding_box_format and image_shape is None:
        raise _needs_shape(bounding_box_format)
    one, two = (
        convert_format(boxes, bounding_box_format, "xyxy", height, width) for boxes in (boxes1, boxes2)
    )
    tiny = config.epsilon()
    size1, size2 = (boxes[..., 2:] - boxes[..., :2] for boxes in (one, two))
    wide1, high1 = size1[..., 0], size1[..., 1] + tiny
    wide2, high2 = size2[..., 0], size2[..., 1] + tiny
    inner = torch.minimum(one[..., 2:], two[..., 2:]) - torch.maximum(one[..., :2], two[..., :2])
    common = inner.clamp(min=0).prod(-1)
    iou = common / (wide1 * high1 + wide2 * high2 - common + 2 * tiny)
    outer = torch.maximum(one[..., 2:], two[..., 2:]) - torch.minimum(one[..., :2], two[..., :2])
    diagonal = outer.square().sum(-1) + tiny
    apart = ((one[..., :2] + one[..., 2:] - two[..., :2] - two[..., 2:]) / 2).square().sum(-1)
    shape = (4 / math.pi**2) * (torch.atan(wide2 / high2) - torch.atan(wide1 / high1)).square()
    weight = shape / (shape - iou + (1 + tiny))
    found: Tensor = iou - (apart / diagonal + shape * weight)
    return found


def _checked(name: str, encoding: str, variance: Any) -> Tensor | None:
    if encoding not in _ENCODINGS:
        raise ParamError(
            f"`{name}` should be one of 'center_xywh' or 'center_yxhw'. Received: {name}={encoding!r}",
            code="param",
            param=name,
            got=encoding,
        )
    if variance is None:
        return None
    found = torch.as_tensor(variance, dtype=torch.float32)
    if found.shape[-1] != 4:
        raise ParamError(
            f"`variance` must be length 4. Received: {variance!r}", code="param", param="variance"
        )
    return found


def encode_box_to_deltas(
    anchors: Any,
    boxes: Any,
    anchor_format: str,
    box_format: str,
    encoding_format: str = "center_yxhw",
    variance: Any = None,
    image_shape: Any = None,
) -> Tensor:
    """Return how far boxes are from anchors: shifts in sizes of the anchor, logarithms of the sizes' ratio.

    Girshick and others, Rich Feature Hierarchies (2013).
    Keras: ``keras.utils.bounding_boxes.encode_box_to_deltas``.
    """
    spread = _checked("encoding_format", encoding_format, variance)
    height, width = _sides(image_shape)
    anchor = convert_format(anchors, anchor_format, encoding_format, height, width)
    box = convert_format(boxes, box_format, encoding_format, height, width)
    anchor_size, box_size = (part[..., 2:].clamp(min=config.epsilon()) for part in (anchor, box))
    shift = (box[..., :2] - anchor[..., :2]) / anchor_size
    growth = torch.log(box_size / anchor_size)
    delta = torch.cat(torch.broadcast_tensors(shift, growth), -1)  # type: ignore[no-untyped-call]  # torch has no types
    return delta if spread is None else delta / spread


def decode_deltas_to_boxes(
    anchors: Any,
    boxes_delta: Any,
    anchor_format: str,
    box_format: str,
    encoded_format: str = "center_yxhw",
    variance: Any = None,
    image_shape: Any = None,
) -> Any:
    """Return the boxes that are ``boxes_delta`` away from ``anchors``; dicts of levels give dicts.

    Keras: ``keras.utils.bounding_boxes.decode_deltas_to_boxes``.
    """
    spread = _checked("encoded_format", encoded_format, variance)
    height, width = _sides(image_shape)

    def decode(anchors: Any, delta: Any) -> Any:
        anchor = convert_format(anchors, anchor_format, encoded_format, height, width)
        delta = torch.as_tensor(delta)
        delta = delta if spread is None else delta * spread
        sizes = anchor[..., 2:]
        box = torch.cat([delta[..., :2] * sizes + anchor[..., :2], delta[..., 2:].exp() * sizes], -1)
        return convert_format(box, encoded_format, box_format, height, width)

    if isinstance(anchors, dict) and isinstance(boxes_delta, dict):
        return {level: decode(anchor, boxes_delta[level]) for level, anchor in anchors.items()}
    return decode(anchors, boxes_delta)
