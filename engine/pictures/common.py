"""What the operations on pictures share: conversion, ranks, and the order of the axes."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from engine import config
from engine.backend import convert_to_tensor
from engine.errors import ParamError, ShapeError


def standard_format(data_format: str | None) -> str:
    """Return ``"channels_last"`` or ``"channels_first"``; ``None`` is the global setting."""
    found = (data_format or config.image_data_format()).lower()
    if found not in ("channels_last", "channels_first"):
        raise ParamError(
            f"data_format is 'channels_last' or 'channels_first'. Received: data_format={data_format!r}",
            code="param",
            param="data_format",
            got=data_format,
        )
    return found


def as_tensor(value: Any) -> Tensor:
    """Return a tensor as it is, and whatever else holds numbers as a tensor."""
    return value if isinstance(value, Tensor) else convert_to_tensor(value)


def as_images(images: Any, name: str = "images") -> Tensor:
    """Return pictures (rank 3 for one, 4 for a batch) as a tensor; raises ``ShapeError`` for other ranks."""
    tensor = as_tensor(images)
    if tensor.ndim not in (3, 4):
        raise ShapeError(
            f"Invalid {name} rank: expected rank 3 (single image) or rank 4 (batch of images). "
            f"Received: {name}.shape={tuple(tensor.shape)}",
            code="rank",
            expected=4,
            got=tensor.ndim,
            shape=tuple(tensor.shape),
        )
    return tensor


def to_planes(images: Tensor, data_format: str) -> Tensor:
    """Return pictures as (batch, channels, height, width), a view; one picture becomes a batch of one."""
    batch = images if images.ndim == 4 else images.unsqueeze(0)
    return batch.movedim(-1, 1) if data_format == "channels_last" else batch


def from_planes(planes: Tensor, data_format: str, batched: bool) -> Tensor:
    """Undo ``to_planes``."""
    batch = planes.movedim(1, -1) if data_format == "channels_last" else planes
    return batch if batched else batch.squeeze(0)


def to_pixels(images: Tensor, data_format: str) -> Tensor:
    """Return pictures as (batch, height, width, channels), a view; one picture becomes a batch of one."""
    batch = images if images.ndim == 4 else images.unsqueeze(0)
    return batch.movedim(1, -1) if data_format == "channels_first" else batch


def from_pixels(pixels: Tensor, data_format: str, batched: bool) -> Tensor:
    """Undo ``to_pixels``."""
    batch = pixels.movedim(-1, 1) if data_format == "channels_first" else pixels
    return batch if batched else batch.squeeze(0)


def choice(name: str, value: Any, among: tuple[str, ...]) -> str:
    """Return ``value`` where it is one of ``among``; raises ``ParamError`` otherwise."""
    if value not in among:
        raise ParamError(
            f"{name} is one of {', '.join(map(repr, among))}. Received: {name}={value!r}",
            code="param",
            param=name,
            expected=among,
            got=value,
        )
    return str(value)


def rounded(values: Tensor, dtype: torch.dtype) -> Tensor:
    """Return numbers in ``dtype``: rounded where it is one of whole numbers, and held inside its range."""
    if dtype.is_floating_point or not values.is_floating_point():
        return values.to(dtype)
    values = values.round()
    if dtype.itemsize < 4 and dtype != torch.bool:
        limits = torch.iinfo(dtype)
        values = values.clamp(limits.min, limits.max)
    return values.to(dtype)
