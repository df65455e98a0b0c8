"""Sizes of sliding windows: what convolution and pooling leave of an axis, and how they pad it."""

from __future__ import annotations

from typing import Any, TypeAlias

import torch.nn.functional as F
from torch import Tensor

from engine import config as settings
from engine.errors import ShapeError
from engine.layers.layer import Layer
from engine.spec import Shape, TensorSpec, shape_text


def checked_shape(layer: Layer, input_shape: Any) -> Shape:
    """Return ``input_shape`` as a tuple; raises ``ShapeError`` where the layer does not take its rank."""
    shape = tuple(input_shape)
    layer.check_input(TensorSpec(shape, layer.dtype))
    return shape


def resolved_format(data_format: str | None) -> str:
    """Return ``data_format``, or the one that is set for the whole process."""
    return data_format or settings.image_data_format()


def channel_axis(data_format: str) -> int:
    """Return the axis on which the channels lie."""
    return -1 if data_format == "channels_last" else 1


def channels_of(layer: Layer, shape: Shape, axis: int) -> int:
    """Return the number of channels; raises ``ShapeError`` where it is not known."""
    size = shape[axis]
    if size is None:
        raise ShapeError(
            f"Layer '{layer.name}' makes its weights for a fixed number of channels, but axis {axis} of its "
            f"input has no known size. Received: shape {shape_text(shape)}. Give that size in the input's "
            "shape.",
            code="unknown_size",
            layer=layer.name,
            axis=axis,
            shape=shape,
        )
    if size < 1:
        raise ShapeError(
            f"Layer '{layer.name}' expected at least one channel on axis {axis}. "
            f"Received: shape {shape_text(shape)}.",
            code="too_small",
            layer=layer.name,
            axis=axis,
            expected=1,
            got=size,
            shape=shape,
        )
    return size


def same_padding(size: int, window: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    """Return how much ``padding="same"`` adds before and after an axis: the odd one goes after.

    The output has ceil(size / stride) places, the rule of TensorFlow and Keras.
    """
    places = -(-size // stride)
    total = max((places - 1) * stride + (window - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


def window_places(
    layer: Layer, shape: Shape, axis: int, window: int, stride: int, padding: str, dilation: int = 1
) -> int | None:
    """Return how many places a window takes along ``axis``; raises ``ShapeError`` where it has no room."""
    size = shape[axis]
    if size is None:
        return None
    reach = (window - 1) * dilation + 1
    least = reach if padding == "valid" else 1
    if size < least:
        raise ShapeError(
            "Computed output size would be zero or negative. "
            f"Layer '{layer.name}' slides a window of {reach} over axis {axis}, which has only {size}. "
            f"Expected: a size of at least {least}. Received: shape {shape_text(shape)}. Use a smaller "
            "window, padding='same', or fewer layers that shrink the input before this one.",
            code="too_small",
            layer=layer.name,
            axis=axis,
            expected=least,
            got=size,
            shape=shape,
        )
    if padding == "valid":
        return (size - reach) // stride + 1
    return -(-size // stride)


def window_shape(
    layer: Layer,
    shape: Shape,
    window: tuple[int, ...],
    strides: tuple[int, ...],
    padding: str,
    dilation: tuple[int, ...],
    data_format: str,
    channels: int | None,
) -> Shape:
    """Return the whole output shape of a sliding window that yields ``channels``."""
    first = 1 if data_format == "channels_last" else 2
    places = tuple(
        window_places(layer, shape, first + index, window[index], strides[index], padding, dilation[index])
        for index in range(len(window))
    )
    if data_format == "channels_last":
        return (shape[0], *places, channels)
    return (shape[0], channels, *places)


def to_planes(x: Tensor, data_format: str) -> Tensor:
    """Return ``x`` as torch wants pictures and volumes, (batch, channels, ...places), without a copy.

    A sequence becomes a picture of height 1: torch keeps the channels-last layout for pictures alone, and
    would copy a sequence.
    """
    if x.dim() == 3:
        x = x.unsqueeze(1 if data_format == "channels_last" else 2)
    if data_format != "channels_last":
        return x
    return x.permute(0, 3, 1, 2) if x.dim() == 4 else x.permute(0, 4, 1, 2, 3)


def from_planes(y: Tensor, data_format: str, rank: int) -> Tensor:
    """Undo ``to_planes`` for a layer of ``rank`` sliding axes."""
    if data_format == "channels_last":
        y = y.permute(0, 2, 3, 1) if rank < 3 else y.permute(0, 2, 3, 4, 1)
    if rank == 1:
        y = y.squeeze(1 if data_format == "channels_last" else 2)
    return y


Pads: TypeAlias = tuple[tuple[int, int], ...]


def pad_planes(x: Tensor, pads: Pads, mode: str = "constant") -> tuple[Tensor, tuple[int, ...]]:
    """Return ``x`` and the padding that torch's kernel shall add: the same on both sides, or done here."""
    if all(before == after for before, after in pads):
        return x, tuple(before for before, _ in pads)
    flat = [size for pair in reversed(pads) for size in pair]
    return F.pad(x, flat, mode=mode), (0,) * len(pads)
