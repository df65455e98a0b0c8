"""Pictures of another size: resized, scaled and moved, padded, cropped."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.errors import ParamError
from engine.pictures.common import (
    as_images,
    as_tensor,
    choice,
    from_planes,
    rounded,
    standard_format,
    to_planes,
)

INTERPOLATIONS = ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")
_TORCH_MODES = {"bilinear": "bilinear", "nearest": "nearest-exact", "bicubic": "bicubic"}


def _wrong(message: str, param: str, got: object) -> ParamError:
    return ParamError(message, code="param", param=param, got=got)


def centre_crop_box(height: int, width: int, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return top, left, height and width of the largest middle part with the proportions of ``size``."""
    high = max(min(height, int(width * size[0] / size[1])), 1)
    wide = max(min(width, int(height * size[1] / size[0])), 1)
    return int((height - high) / 2), int((width - wide) / 2), high, wide


def resize(
    images: Any,
    size: Any,
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> Tensor:
    """Return pictures of ``size`` (height, width), in the type that came.

    Pixels are little squares: their middles lie at halves.  ``antialias`` widens the filter where pictures
    shrink.  To keep proportions, ``crop_to_aspect_ratio`` takes the largest middle part that has them and
    ``pad_to_aspect_ratio`` adds ``fill_value`` at the sides.  Keras: ``keras.ops.image.resize``.
    """
    data_format = standard_format(data_format)
    if not isinstance(size, (tuple, list, torch.Size)) or len(size) != 2:
        raise _wrong(f"size is (height, width). Received: size={size!r}", "size", size)
    target = int(size[0]), int(size[1])
    if min(target) <= 0:
        raise _wrong(f"`size` must have positive height and width. Received: size={size!r}", "size", size)
    choice("interpolation", interpolation, INTERPOLATIONS)
    choice("fill_mode", fill_mode, ("constant",))
    if pad_to_aspect_ratio and crop_to_aspect_ratio:
        raise _wrong(
            "Only one of pad_to_aspect_ratio and crop_to_aspect_ratio can be True.",
            "pad_to_aspect_ratio",
            True,
        )
    source = as_images(images)
    planes = to_planes(source, data_format)
    planes = planes if planes.dtype in (torch.float32, torch.float64) else planes.float()
    height, width = planes.shape[-2:]
    if crop_to_aspect_ratio:
        top, left, high, wide = centre_crop_box(height, width, target)
        planes = planes[..., top : top + high, left : left + wide]
    elif pad_to_aspect_ratio:
        above = int((max(height, int(width * target[0] / target[1])) - height) / 2)
        beside = int((max(width, int(height * target[1] / target[0])) - width) / 2)
        planes = F.pad(planes, [beside, beside, above, above], value=fill_value)
    if interpolation in _TORCH_MODES:
        smooth = interpolation != "nearest"
        planes = F.interpolate(
            planes,
            target,
            mode=_TORCH_MODES[interpolation],
            align_corners=False if smooth else None,
            antialias=antialias and smooth,
        )
    else:
        scales = [target[axis] / planes.shape[axis - 2] for axis in (0, 1)]
        planes = _by_matrices(planes, (2, 3), target, scales, [0.0, 0.0], interpolation, antialias)
    return rounded(from_planes(planes, data_format, source.ndim == 4), source.dtype)


def _triangle(x: Tensor) -> Tensor:
    return (1 - x).clamp(min=0)


def _cubic(x: Tensor) -> Tensor:
    """Keys' cubic with a = -1/2 (Cubic Convolution Interpolation, 1981)."""
    near = ((1.5 * x - 2.5) * x) * x + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return torch.where(x >= 2.0, 0.0, torch.where(x >= 1.0, far, near))


def _lanczos(radius: float) -> Callable[[Tensor], Tensor]:
    def kernel(x: Tensor) -> Tensor:
        wave = radius * torch.sin(math.pi * x) * torch.sin(math.pi * x / radius)
        bell = torch.where(x > 1e-3, wave / torch.where(x != 0, math.pi**2 * x**2, 1), 1)
        return torch.where(x > radius, 0.0, bell)

    return kernel


_KERNELS: dict[str, Callable[[Tensor], Tensor]] = {
    "linear": _triangle, "bilinear": _triangle, "trilinear": _triangle,
    "cubic": _cubic, "bicubic": _cubic, "tricubic": _cubic,
    "lanczos3": _lanczos(3.0), "lanczos5": _lanczos(5.0),
}  # fmt: skip


def _weights(
    old: int, new: int, scale: Any, shift: Any, method: str, antialias: bool, like: Tensor
) -> Tensor:
    """Return the matrix (old, new) that makes ``new`` numbers of ``old`` ones along an axis."""
    scale = torch.as_tensor(scale, dtype=like.dtype, device=like.device)
    shift = torch.as_tensor(shift, dtype=like.dtype, device=like.device)
    places = torch.arange(new, dtype=like.dtype, device=like.device) + 0.5
    places = places / scale - shift / scale - 0.5
    distance = (places - torch.arange(old, dtype=like.dtype, device=like.device)[:, None]).abs()
    if antialias:
        distance = distance / (1 / scale).clamp(min=1.0)
    weights = _KERNELS[method](distance)
    total = weights.sum(0, keepdim=True)
    tiny = total.abs() <= 1000.0 * torch.finfo(torch.float32).eps
    weights = torch.where(tiny, 0.0, weights / torch.where(total != 0, total, 1))
    return torch.where((places >= -0.5) & (places <= old - 0.5), weights, 0.0)


def _by_matrices(
    values: Tensor,
    axes: Sequence[int],
    sizes: Sequence[int],
    scales: Any,
    shifts: Any,
    method: str,
    antialias: bool,
) -> Tensor:
    for axis, size, scale, shift in zip(axes, sizes, scales, shifts, strict=True):
        matrix = _weights(values.shape[axis], size, scale, shift, method, antialias, values)
        values = torch.tensordot(values, matrix, dims=([axis], [0])).movedim(-1, axis)
    return values


def scale_and_translate(
    images: Any,
    output_shape: Any,
    scale: Any,
    translation: Any,
    spatial_dims: Any,
    method: str,
    antialias: bool = True,
) -> Tensor:
    """Return ``images`` scaled and moved along the axes ``spatial_dims``, cut to ``output_shape``.

    ``scale`` and ``translation`` hold one number for each of these axes, in pixels of the result; what would
    be read from outside is 0.  Keras: ``keras.ops.image.scale_and_translate``.
    """
    choice("method", method, tuple(_KERNELS))
    source = as_tensor(images)
    if not len(spatial_dims):
        return source
    axes = [int(axis) % source.ndim for axis in spatial_dims]
    work = source if source.is_floating_point() else source.float()
    sizes = [int(output_shape[axis]) for axis in axes]
    moved = _by_matrices(work, axes, sizes, scale, translation, method, antialias)
    if source.is_floating_point():
        return moved
    return moved.round().clamp(source.min().item(), source.max().item()).to(source.dtype)


def two_of_three(word: str, sizes: dict[str, Any]) -> dict[str, Any]:
    """Check that two of before, after and target are given for both axes, none of them negative."""
    for before, after, whole in (("top", "bottom", "target_height"), ("left", "right", "target_width")):
        names = (f"{before}_{word}", f"{after}_{word}", whole)
        if sum(sizes[name] is None for name in names) != 1:
            given = ", ".join(f"{name}={sizes[name]}" for name in names)
            raise _wrong(
                f"Must specify exactly two of {', '.join(names)}. Received: {given}", whole, sizes[whole]
            )
    for name, value in sizes.items():
        if value is not None and value < 0:
            raise _wrong(f"{name} must be >= 0. Received: {name}={value}", name, value)
    return sizes


def settled_side(
    word: str, sizes: dict[str, Any], ends: tuple[str, str], whole: str, length: int, sign: int
) -> tuple[int, int]:
    """Return what comes before and after along one axis of ``length``.

    ``ends`` are the words for both, ``whole`` names the target; ``sign`` is 1 where the sides are added and
    -1 where they are cut.
    """
    names = [f"{end}_{word}" for end in ends]
    first, second = (sizes[name] for name in names)
    if first is None:
        first = sign * (sizes[whole] - length) - second
    elif second is None:
        second = sign * (sizes[whole] - length) - first
    for name, value in ((names[0], first), (names[1], second), (whole, length + sign * (first + second))):
        if value < 0:
            raise _wrong(f"{name} must be >= 0. Received: {name}={value}", name, value)
    return first, second


def _settled(word: str, sizes: dict[str, Any], height: int, width: int, sign: int) -> tuple[int, ...]:
    two_of_three(word, sizes)
    return (
        *settled_side(word, sizes, ("top", "bottom"), "target_height", height, sign),
        *settled_side(word, sizes, ("left", "right"), "target_width", width, sign),
    )


def pad_images(
    images: Any,
    top_padding: int | None = None,
    left_padding: int | None = None,
    bottom_padding: int | None = None,
    right_padding: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Tensor:
    """Return pictures with zeros at their sides; of two sides and the whole, two are given for each axis.

    Keras: ``keras.ops.image.pad_images``.
    """
    data_format = standard_format(data_format)
    source = as_images(images)
    sizes = {
        "top_padding": top_padding, "left_padding": left_padding, "bottom_padding": bottom_padding,
        "right_padding": right_padding, "target_height": target_height, "target_width": target_width,
    }  # fmt: skip
    planes = to_planes(source, data_format)
    top, bottom, left, right = _settled("padding", sizes, planes.shape[-2], planes.shape[-1], 1)
    return from_planes(F.pad(planes, [left, right, top, bottom]), data_format, source.ndim == 4)


def crop_images(
    images: Any,
    top_cropping: int | None = None,
    left_cropping: int | None = None,
    bottom_cropping: int | None = None,
    right_cropping: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Tensor:
    """Return pictures without their sides; of two sides and what stays, two are given for each axis.

    Keras: ``keras.ops.image.crop_images``.
    """
    data_format = standard_format(data_format)
    source = as_images(images)
    sizes = {
        "top_cropping": top_cropping, "left_cropping": left_cropping, "bottom_cropping": bottom_cropping,
        "right_cropping": right_cropping, "target_height": target_height, "target_width": target_width,
    }  # fmt: skip
    planes = to_planes(source, data_format)
    height, width = planes.shape[-2:]
    top, bottom, left, right = _settled("cropping", sizes, height, width, -1)
    return from_planes(
        planes[..., top : height - bottom, left : width - right], data_format, source.ndim == 4
    )
