"""Colours, blur, edges, patches and likeness of pictures."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.errors import ParamError, ShapeError
from engine.pictures.common import as_images, as_tensor, from_planes, standard_format, to_planes


def rgb_to_grayscale(images: Any, data_format: str | None = None) -> Tensor:
    """Return the brightness of coloured pictures, one channel: 0.2989 red + 0.587 green + 0.114 blue.

    Pictures of one channel come back as they are.  The weights are those of ITU-R BT.601.
    Keras: ``keras.ops.image.rgb_to_grayscale``.
    """
    axis = -1 if standard_format(data_format) == "channels_last" else -3
    source = as_images(images)
    if source.shape[axis] == 1:
        return source.clone()
    if source.shape[axis] != 3:
        raise ShapeError(
            "Invalid channel size: expected 3 (RGB) or 1 (Grayscale). "
            f"Received: images.shape={tuple(source.shape)}",
            code="axis",
            axis=axis,
            expected=3,
            got=source.shape[axis],
            shape=tuple(source.shape),
        )
    red, green, blue = source.unbind(axis)
    return (0.2989 * red + 0.587 * green + 0.114 * blue).to(source.dtype).unsqueeze(axis)


def _floating(images: Any, axis: int) -> Tensor:
    source = as_images(images)
    if not source.is_floating_point():
        raise ShapeError(
            f"Invalid images dtype: expected float dtype. Received: images.dtype={source.dtype}",
            code="dtype",
            got=str(source.dtype).removeprefix("torch."),
        )
    if source.shape[axis] != 3:
        raise ShapeError(
            f"Input images must have 3 channels, but received images with {source.shape[axis]} channels.",
            code="axis",
            axis=axis,
            expected=3,
            got=source.shape[axis],
            shape=tuple(source.shape),
        )
    return source


def rgb_to_hsv(images: Any, data_format: str | None = None) -> Tensor:
    """Return hue, saturation and value (0 to 1) of coloured pictures whose numbers run from 0 to 1.

    Smith, Color Gamut Transform Pairs (1978).  Keras: ``keras.ops.image.rgb_to_hsv``.
    """
    axis = -1 if standard_format(data_format) == "channels_last" else -3
    source = _floating(images, axis)
    source = source.masked_fill(source.abs() < torch.finfo(source.dtype).eps, 0.0)
    red, green, blue = source.unbind(axis)
    value, least = source.amax(axis), source.amin(axis)
    spread = value - least
    coloured = spread > 0
    step = 1.0 / (6.0 * torch.where(coloured, spread, 1.0))
    hue = torch.where(value == green, step * (blue - red) + 2.0 / 6.0, step * (red - green) + 4.0 / 6.0)
    hue = torch.where(value == red, step * (green - blue), hue)
    hue = torch.where(coloured, hue, 0.0) + (hue < 0.0).to(hue.dtype)
    lit = value > 0
    saturation = torch.where(lit, spread / torch.where(lit, value, 1.0), 0.0)
    return torch.stack([hue, saturation, value], axis)


def hsv_to_rgb(images: Any, data_format: str | None = None) -> Tensor:
    """Return red, green and blue of pictures given as hue, saturation and value: undoes ``rgb_to_hsv``.

    Keras: ``keras.ops.image.hsv_to_rgb``.
    """
    axis = -1 if standard_format(data_format) == "channels_last" else -3
    hue, saturation, value = _floating(images, axis).unbind(axis)
    sixths = (hue % 1.0) * 6.0
    red = ((sixths - 3.0).abs() - 1.0).clamp(0.0, 1.0)
    green = (2.0 - (sixths - 2.0).abs()).clamp(0.0, 1.0)
    blue = (2.0 - (sixths - 4.0).abs()).clamp(0.0, 1.0)
    white = 1.0 - saturation
    return torch.stack([value * (white + saturation * part) for part in (red, green, blue)], axis)


def gaussian_window(size: int, sigma: Any, like: Tensor) -> Tensor:
    """Return ``size`` numbers of a bell of deviation ``sigma``, in the middle and with sum 1."""
    places = torch.arange(size, dtype=like.dtype, device=like.device) - (size - 1) / 2
    bell = torch.exp(-0.5 * (places / sigma) ** 2)
    return bell / bell.sum()


def _each_plane(planes: Tensor, kernel: Tensor, padding: tuple[int, int]) -> Tensor:
    batch, channels, height, width = planes.shape
    lone = planes.reshape(batch * channels, 1, height, width)
    out = F.conv2d(lone, kernel[None, None], padding=padding)
    return out.view(batch, channels, *out.shape[-2:])


def gaussian_blur(
    images: Any, kernel_size: Any = (3, 3), sigma: Any = (1.0, 1.0), data_format: str | None = None
) -> Tensor:
    """Return blurred pictures of the same size: each pixel a mean of its neighbours, weighted by a bell.

    ``kernel_size`` is (height, width), odd; ``sigma`` the deviation of the bell along width and height.
    Beyond the edge everything counts as 0.  Keras: ``keras.ops.image.gaussian_blur``.
    """
    data_format = standard_format(data_format)
    source = as_images(images)
    high, wide = (int(size) for size in kernel_size)
    planes = to_planes(source, data_format)
    planes = planes if planes.is_floating_point() else planes.float()
    along_width, along_height = (torch.as_tensor(part, device=source.device) for part in sigma)
    if max(high, wide) <= 3:
        kernel = torch.outer(
            gaussian_window(high, along_height, planes), gaussian_window(wide, along_width, planes)
        )
        blurred = _each_plane(planes, kernel, (high // 2, wide // 2))
    else:  # the bell is a product of two: a row and a column cost less than a square
        column = gaussian_window(high, along_height, planes)[:, None]
        row = gaussian_window(wide, along_width, planes)[None]
        blurred = _each_plane(_each_plane(planes, row, (0, wide // 2)), column, (high // 2, 0))
    blurred = blurred if source.is_floating_point() else blurred.to(source.dtype)
    return from_planes(blurred, data_format, source.ndim == 4)


def sobel_edges(images: Any, data_format: str | None = None) -> Tensor:
    """Return how fast pictures change downwards and to the right: a last axis of size 2 is added.

    Keras: ``keras.ops.image.sobel_edges``.
    """
    data_format = standard_format(data_format)
    source = as_images(images)
    if source.ndim != 4:
        raise ShapeError(
            "Invalid images rank: expected rank 4 (batch of images). "
            f"Received: images.shape={tuple(source.shape)}",
            code="rank",
            expected=4,
            got=source.ndim,
            shape=tuple(source.shape),
        )
    planes = to_planes(source, data_format)
    right = torch.tensor([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=source.dtype, device=source.device)
    edges = torch.stack([_each_plane(planes, kernel, (1, 1)) for kernel in (right.t(), right)], -1)
    return edges.movedim(1, 3) if data_format == "channels_last" else edges


def ssim(
    image1: Any,
    image2: Any,
    max_val: float = 1.0,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    data_format: str | None = None,
) -> Tensor:
    """Return how alike pictures look, 1 for the same: one number for each pair.

    Means, spreads and the covariance are taken under a bell that walks over both pictures: Wang, Bovik,
    Sheikh and Simoncelli, Image Quality Assessment (2004).  ``max_val`` is the largest number that a
    pixel can have.  Keras: ``keras.ops.image.ssim``.
    """
    data_format = standard_format(data_format)
    one, two = as_images(image1, "image1"), as_images(image2, "image2")
    given = one.dtype
    dtype = given if one.is_floating_point() else torch.float32
    x, y = (to_planes(image.to(dtype), data_format) for image in (one, two))
    bell = gaussian_window(filter_size, filter_sigma, x)

    def mean(planes: Tensor) -> Tensor:
        return _each_plane(_each_plane(planes, bell[None], (0, 0)), bell[:, None], (0, 0))

    mean_x, mean_y = mean(x), mean(y)
    spread_x, spread_y = mean(x * x) - mean_x * mean_x, mean(y * y) - mean_y * mean_y
    together = mean(x * y) - mean_x * mean_y
    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    alike = (2.0 * mean_x * mean_y + c1) * (2.0 * together + c2)
    alike = alike / ((mean_x * mean_x + mean_y * mean_y + c1) * (spread_x + spread_y + c2))
    found = alike.mean((2, 3)).mean(1)
    return (found if one.ndim == 4 else found.squeeze(0)).to(given)


def _sizes(name: str, value: Any, rank: int) -> tuple[int, ...]:
    if isinstance(value, int):
        return (value,) * rank
    if not isinstance(value, (tuple, list)):
        raise TypeError(f"Invalid `{name}`. Expected an int or a tuple. Received: {name}={value!r}")
    if len(value) != rank:
        message = f"Invalid `{name}`. Expected an int or a tuple of length {rank}. Received: {name}={value!r}"
        if name == "size":
            raise TypeError(message)
        raise ParamError(message, code="param", param=name, got=value)
    return tuple(int(part) for part in value)


def patch_sizes(
    size: Any, strides: Any, dilation_rate: Any, rank: int | None = None
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Return size, steps and gaps of patches for each axis; ``rank`` 2 or 3 where ``size`` does not tell."""
    if not isinstance(size, (int, tuple, list)):
        raise TypeError(f"Invalid `size`. Expected an int or a tuple. Received: size={size!r}")
    if rank is None:
        rank = 2 if isinstance(size, int) else len(size)
        if rank not in (2, 3):
            raise ParamError(
                f"Invalid `size`. Expected a tuple of length 2 or 3. Received: size={size!r}",
                code="param",
                param="size",
                got=size,
            )
    sizes = _sizes("size", size, rank)
    steps = _sizes("strides", strides, rank) if strides else sizes
    return sizes, steps, _sizes("dilation_rate", dilation_rate, rank)


def _patches(
    images: Any,
    sizes: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]],
    padding: str,
    data_format: str | None,
) -> Tensor:
    size, steps, dilation = sizes
    rank = len(size)
    first = standard_format(data_format) == "channels_first"
    source = as_tensor(images)
    if source.ndim not in (rank + 1, rank + 2):
        raise ShapeError(
            f"images has rank {rank + 1} or, in a batch, {rank + 2}. "
            f"Received: images.shape={tuple(source.shape)}",
            code="rank",
            expected=rank + 2,
            got=source.ndim,
            shape=tuple(source.shape),
        )
    if padding not in ("valid", "same"):
        raise ParamError(f"padding is 'valid' or 'same'. Received: padding={padding!r}", code="param")
    batch = source if source.ndim == rank + 2 else source.unsqueeze(0)
    batch = batch.movedim(1, -1) if first else batch
    pads: list[int] = []
    for length, patch, step, gap in zip(batch.shape[1:-1], size, steps, dilation, strict=True):
        reach = (patch - 1) * gap + 1
        missing = max((-(-length // step) - 1) * step + reach - length, 0) if padding == "same" else 0
        pads = [missing // 2, missing - missing // 2, *pads]
    if any(pads):
        batch = F.pad(batch, [0, 0, *pads])
    index: list[Any] = [slice(None)]
    for axis, (length, patch, step, gap) in enumerate(
        zip(batch.shape[1:-1], size, steps, dilation, strict=True)
    ):
        starts = torch.arange(0, max(length - (patch - 1) * gap, 0), step, device=batch.device)
        places = starts[:, None] + torch.arange(patch, device=batch.device) * gap
        shape = [1] * (2 * rank)
        shape[axis], shape[rank + axis] = places.shape
        index.append(places.view(shape))
    found = batch[tuple(index)].flatten(rank + 1)
    found = found.movedim(-1, 1) if first else found
    return found if source.ndim == rank + 2 else found.squeeze(0)


def extract_patches(
    images: Any,
    size: Any,
    strides: Any = None,
    dilation_rate: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """Return the pieces of pictures, each flattened (row, column, channel) into the channel axis.

    ``size`` is (height, width) of a piece; three sizes cut volumes.  ``strides`` are the steps from piece to
    piece, ``size`` where left out.  Keras: ``keras.ops.image.extract_patches``.
    """
    return _patches(images, patch_sizes(size, strides, dilation_rate), padding, data_format)


def extract_patches_3d(
    volumes: Any,
    size: Any,
    strides: Any = None,
    dilation_rate: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """Return the pieces of volumes, each flattened into the channel axis: ``extract_patches`` in 3D.

    Keras: ``keras.ops.image.extract_patches_3d``.
    """
    return _patches(volumes, patch_sizes(size, strides, dilation_rate, 3), padding, data_format)
