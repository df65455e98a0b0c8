"""Pictures read at other places than their pixels: affine, perspective and elastic transformations.

All of them come down to one step: for each pixel of the result, where in the source to look.  ``sample`` does
it for a whole batch at once.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import torch
from torch import Tensor

from engine.errors import ParamError, ShapeError
from engine.pictures.common import (
    as_images,
    as_tensor,
    choice,
    from_pixels,
    rounded,
    standard_format,
    to_pixels,
)
from engine.pictures.filters import gaussian_blur
from engine.random import Seed, torch_generator

FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")
ORDERS = {"nearest": 0, "bilinear": 1}


def _inside(index: Tensor, size: int, mode: str) -> Tensor:
    """Return whole-number indices moved into ``0 .. size - 1``, as ``mode`` continues the row."""
    if mode == "wrap":
        return index % size
    if mode == "mirror":  # 3 2 1 | 0 1 2 3 | 2 1 0
        last = max(size - 1, 1)
        return ((index + last) % (2 * last) - last).abs() if size > 1 else torch.zeros_like(index)
    if mode == "reflect":  # 2 1 0 | 0 1 2 | 2 1 0
        return torch.where((folded := index % (2 * size)) < size, folded, 2 * size - 1 - folded)
    return index.clamp(0, size - 1)


def _corners(places: Tensor, order: int) -> list[tuple[Tensor, Tensor | None]]:
    """Return the pixels to read for each place along one axis, and how much each of them counts."""
    if order == 0:
        return [((places.round() if places.is_floating_point() else places).long(), None)]
    if not places.is_floating_point():
        places = places.float()
    lower = places.floor()
    weight = places - lower
    index = lower.long()
    return [(index, 1 - weight), (index + 1, weight)]


def map_coordinates(
    inputs: Any, coordinates: Any, order: int, fill_mode: str = "constant", fill_value: float = 0.0
) -> Tensor:
    """Return the numbers of ``inputs`` at ``coordinates`` (one tensor of places for each axis).

    ``order`` 0 takes the nearest number, 1 interpolates linearly between the neighbours.  Outside,
    ``fill_mode`` says how the input goes on: ``constant`` (``fill_value``), ``nearest``, ``wrap``, ``mirror``
    or ``reflect``.  Raises ``ShapeError`` and ``ParamError``, and ``NotImplementedError`` for higher orders.
    Keras: ``keras.ops.image.map_coordinates``.
    """
    source = as_tensor(inputs)
    places = [as_tensor(place) for place in coordinates]
    if len(places) != source.ndim:
        raise ShapeError(
            f"First dim of `coordinates` must be the same as the rank of `inputs`. Received: "
            f"{len(places)} rows for inputs of "
            f"shape {tuple(source.shape)}",
            code="rank",
            expected=source.ndim,
            got=len(places),
        )
    if any(place.ndim < 1 for place in places):
        raise ShapeError(
            "Invalid coordinates rank: expected at least rank 2 (axes of inputs, then places). "
            f"Received: shape {(len(places), *places[0].shape)}",
            code="rank",
            expected=2,
            got=1,
        )
    choice("fill_mode", fill_mode, FILL_MODES)
    if order not in (0, 1):
        raise NotImplementedError(f"map_coordinates takes order 0 or 1. Received: order={order!r}")
    flat = source.reshape(-1)
    total: Tensor | None = None
    for corner in product(*(_corners(place, order) for place in places)):
        position: Any = 0
        weight: Tensor | None = None
        valid: Tensor | None = None
        for (index, part), size in zip(corner, source.shape, strict=True):
            position = position * size + _inside(index, size, fill_mode)
            if fill_mode == "constant":
                here = (index >= 0) & (index < size)
                valid = here if valid is None else valid & here
            if part is not None:
                weight = part if weight is None else weight * part
        value = flat[position]
        if valid is not None:
            value = value.masked_fill(~valid, _filler(fill_value, source))
        value = value if weight is None else weight * value
        total = value if total is None else total + value
    assert total is not None
    return rounded(total, source.dtype)


def _filler(fill_value: Any, source: Tensor) -> Any:
    return fill_value if source.is_floating_point() else int(fill_value)


def sample(
    pixels: Tensor, rows: Tensor, columns: Tensor, order: int, fill_mode: str, fill_value: float
) -> Tensor:
    """Return pictures (batch, height, width, channels) read at ``rows`` and ``columns`` (batch, h, w)."""
    batch, height, width, channels = pixels.shape
    rows, columns = (places.expand(batch, *places.shape[1:]) for places in (rows, columns))
    table = pixels.reshape(-1, channels)
    start = (torch.arange(batch, device=pixels.device) * (height * width)).view(-1, 1, 1)
    total: Tensor | None = None
    for (row, row_part), (column, column_part) in product(_corners(rows, order), _corners(columns, order)):
        position = start + _inside(row, height, fill_mode) * width + _inside(column, width, fill_mode)
        value = table.index_select(0, position.flatten()).view(*position.shape, channels)
        if fill_mode == "constant":
            valid = (row >= 0) & (row < height) & (column >= 0) & (column < width)
            value = value.masked_fill(~valid.unsqueeze(-1), _filler(fill_value, pixels))
        if row_part is not None and column_part is not None:
            value = (row_part * column_part).unsqueeze(-1) * value
        total = value if total is None else total + value
    assert total is not None
    return rounded(total, pixels.dtype)


def affine_transform(
    images: Any,
    transform: Any,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0,
    data_format: str | None = None,
) -> Tensor:
    """Return pictures turned, moved, stretched or sheared.

    ``transform`` holds ``a0 a1 a2 b0 b1 b2 c0 c1`` for each picture (or once for all): pixel (x, y) of the
    result is read at ``((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k)`` with ``k = c0 x + c1 y + 1``.
    Keras: ``keras.ops.image.affine_transform``.
    """
    data_format = standard_format(data_format)
    order = ORDERS[choice("interpolation", interpolation, tuple(ORDERS))]
    choice("fill_mode", fill_mode, FILL_MODES)
    source = as_images(images)
    matrix = as_tensor(transform).to(source.device)
    if matrix.ndim not in (1, 2):
        raise ShapeError(
            "Invalid transform rank: expected rank 1 (single transform) or rank 2 (one for each picture). "
            f"Received: transform.shape={tuple(matrix.shape)}",
            code="rank",
            expected=2,
            got=matrix.ndim,
        )
    matrix = matrix if matrix.is_floating_point() else matrix.float()
    pixels = to_pixels(source, data_format)
    a0, a1, a2, b0, b1, b2, c0, c1 = matrix.reshape(-1, 8, 1, 1).unbind(1)
    x = torch.arange(pixels.shape[2], dtype=matrix.dtype, device=source.device).view(1, 1, -1)
    y = torch.arange(pixels.shape[1], dtype=matrix.dtype, device=source.device).view(1, -1, 1)
    k = c0 * x + c1 * y + 1
    read = sample(
        pixels, (b0 * x + b1 * y + b2) / k, (a0 * x + a1 * y + a2) / k, order, fill_mode, fill_value
    )
    return from_pixels(read, data_format, source.ndim == 4)


def compute_homography_matrix(start_points: Any, end_points: Any) -> Tensor:
    """Return the eight numbers of the perspective that maps ``end_points`` to ``start_points``.

    Both hold four (x, y) corners for each picture, (N, 4, 2).  The numbers solve eight linear equations, two
    for each corner (Hartley and Zisserman, Multiple View Geometry, section 4.1, the last entry set to 1).
    """
    start, end = as_tensor(start_points), as_tensor(end_points)
    dtype = torch.promote_types(torch.promote_types(start.dtype, end.dtype), torch.float16)
    dtype = dtype if start.is_floating_point() or end.is_floating_point() else torch.float32
    solved_in = torch.promote_types(dtype, torch.float32)
    start, end = start.to(solved_in), end.to(solved_in)
    one = torch.ones_like(end[..., :1])
    homogeneous = torch.cat([end, one], -1)
    zero = torch.zeros_like(homogeneous)
    for_x = torch.cat([homogeneous, zero, -start[..., :1] * end], -1)
    for_y = torch.cat([zero, homogeneous, -start[..., 1:] * end], -1)
    matrix = torch.stack([for_x, for_y], -2).reshape(-1, 8, 8)
    solution: Tensor = torch.linalg.solve(matrix, start.reshape(-1, 8, 1))
    return solution.reshape(-1, 8).to(dtype)


def _points(name: str, value: Any, device: torch.device) -> Tensor:
    points = as_tensor(value).to(device)
    if tuple(points.shape[-2:]) != (4, 2) or points.ndim not in (2, 3):
        raise ShapeError(
            f"Invalid {name} shape: expected (4,2) for a single image or (N,4,2) for a batch. "
            f"Received: {name}.shape={tuple(points.shape)}",
            code="rank",
            expected=(4, 2),
            got=tuple(points.shape),
        )
    return points.reshape(-1, 4, 2)


def perspective_transform(
    images: Any,
    start_points: Any,
    end_points: Any,
    interpolation: str = "bilinear",
    fill_value: float = 0,
    data_format: str | None = None,
) -> Tensor:
    """Return pictures seen from another side: corners at ``start_points`` come to lie at ``end_points``.

    Keras: ``keras.ops.image.perspective_transform``.
    """
    data_format = standard_format(data_format)
    order = ORDERS[choice("interpolation", interpolation, tuple(ORDERS))]
    source = as_images(images)
    start = _points("start_points", start_points, source.device)
    end = _points("end_points", end_points, source.device)
    if as_tensor(start_points).shape != as_tensor(end_points).shape:
        raise ShapeError(
            "start_points and end_points have the same shape. Received: "
            f"start_points.shape={tuple(start.shape)}, "
            f"end_points.shape={tuple(end.shape)}",
            code="merge_shapes",
            shapes=(tuple(start.shape), tuple(end.shape)),
        )
    dtype = source.dtype if source.is_floating_point() else torch.float32
    pixels = to_pixels(source, data_format)
    matrix = compute_homography_matrix(start.to(dtype), end.to(dtype))
    a0, a1, a2, a3, a4, a5, a6, a7 = matrix.reshape(-1, 8, 1, 1).unbind(1)
    x = torch.arange(pixels.shape[2], dtype=dtype, device=source.device).view(1, 1, -1)
    y = torch.arange(pixels.shape[1], dtype=dtype, device=source.device).view(1, -1, 1)
    k = a6 * x + a7 * y + 1
    read = sample(
        pixels, (a3 * x + a4 * y + a5) / k, (a0 * x + a1 * y + a2) / k, order, "constant", fill_value
    )
    return from_pixels(read, data_format, source.ndim == 4)


def elastic_transform(
    images: Any,
    alpha: float = 20.0,
    sigma: float = 5.0,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
    seed: Seed = None,
    data_format: str | None = None,
) -> Tensor:
    """Return pictures pulled about as if on rubber: smooth random shifts of ``alpha`` times a blurred noise.

    Simard, Steinkraus and Platt, Best Practices for Convolutional Neural Networks (2003).
    Keras: ``keras.ops.image.elastic_transform``.
    """
    data_format = standard_format(data_format)
    order = ORDERS[choice("interpolation", interpolation, tuple(ORDERS))]
    choice("fill_mode", fill_mode, FILL_MODES)
    source = as_images(images)
    alpha, sigma = float(alpha), float(sigma)
    if sigma <= 0:
        raise ParamError(
            f"sigma is above 0. Received: sigma={sigma!r}", code="param", param="sigma", got=sigma
        )
    pixels = to_pixels(source, data_format)
    batch, height, width, _ = pixels.shape
    dtype = torch.promote_types(source.dtype, torch.float32)
    noise = torch.randn((2 * batch, height, width, 1), generator=torch_generator(seed), dtype=dtype)
    size = int(6 * sigma) | 1
    shifts = gaussian_blur(noise.to(source.device) * sigma, (size, size), (sigma, sigma), "channels_last")
    right, down = (alpha * shifts.squeeze(-1)).chunk(2)
    x = torch.arange(width, device=source.device).view(1, 1, -1)
    y = torch.arange(height, device=source.device).view(1, -1, 1)
    read = sample(pixels, y + down, x + right, order, fill_mode, fill_value)
    return from_pixels(read, data_format, source.ndim == 4)


__all__ = (
    "affine_transform", "compute_homography_matrix", "elastic_transform", "map_coordinates",
    "perspective_transform", "sample",
)  # fmt: skip
