"""Boxes around things in pictures, by the names of Keras.  Keras: ``keras.utils.bounding_boxes``."""

from __future__ import annotations

from engine.pictures.box_pairs import (
    compute_ciou,
    compute_iou,
    decode_deltas_to_boxes,
    encode_box_to_deltas,
)
from engine.pictures.boxes import affine_transform, clip_to_image_size, convert_format, crop, pad

__all__ = [
    "affine_transform", "clip_to_image_size", "compute_ciou", "compute_iou", "convert_format", "crop",
    "decode_deltas_to_boxes", "encode_box_to_deltas", "pad",
]  # fmt: skip
