"""The shapes that operations on pictures give, for symbolic tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.errors import ParamError, ShapeError
from engine.pictures.common import standard_format
from engine.pictures.filters import patch_sizes
from engine.pictures.resizing import settled_side, two_of_three
from engine.symbolic import KerasTensor

_Size = int | None


def _made(shape: Any, like: Any) -> KerasTensor:
    return KerasTensor(tuple(shape), str(like.dtype).removeprefix("torch."))


def _ranked(images: KerasTensor, ranks: tuple[int, ...] = (3, 4)) -> list[_Size]:
    shape = list(images.shape)
    if len(shape) not in ranks:
        raise ShapeError(
            "Invalid images rank: expected rank "
            + " or ".join(f"{rank} ({'single image' if rank == 3 else 'batch of images'})" for rank in ranks)
            + f". Received: images.shape={tuple(shape)}",
            code="rank",
            expected=ranks[-1],
            got=len(shape),
            shape=tuple(shape),
        )
    return shape


def _axes(data_format: str | None) -> tuple[int, int, int]:
    """Return the axes of height, width and channels, from the end."""
    return (-3, -2, -1) if standard_format(data_format) == "channels_last" else (-2, -1, -3)


def same(images: KerasTensor, **settings: Any) -> KerasTensor:
    """Pictures keep their shape."""
    return _made(_ranked(images), images)


def grayscale(images: KerasTensor, data_format: str | None = None) -> KerasTensor:
    """Colours become one channel."""
    shape, channels = _ranked(images), _axes(data_format)[2]
    if shape[channels] not in (None, 1, 3):
        raise ShapeError(
            f"Invalid channel size: expected 3 (RGB) or 1 (Grayscale). Received: images.shape={tuple(shape)}",
            code="axis",
            axis=channels,
            expected=3,
            got=shape[channels],
            shape=tuple(shape),
        )
    shape[channels] = 1
    return _made(shape, images)


def colours(images: KerasTensor, data_format: str | None = None) -> KerasTensor:
    """Three floating channels become three others."""
    shape, channels = _ranked(images), _axes(data_format)[2]
    if "float" not in str(images.dtype):
        raise ShapeError(
            f"Invalid images dtype: expected float dtype. Received: images.dtype={images.dtype}",
            code="dtype",
            got=images.dtype,
        )
    if shape[channels] not in (None, 3):
        raise ShapeError(
            f"Input images must have 3 channels, but received images with {shape[channels]} channels.",
            code="axis",
            axis=channels,
            expected=3,
            got=shape[channels],
            shape=tuple(shape),
        )
    return _made(shape, images)


def resize(images: KerasTensor, size: Any, data_format: str | None = None, **settings: Any) -> KerasTensor:
    """Height and width are given."""
    if len(size) != 2 or min(size) <= 0:
        raise ParamError(
            f"`size` must have positive height and width: two numbers. Received: size={size!r}",
            code="param",
            param="size",
            got=size,
        )
    if settings.get("crop_to_aspect_ratio") and settings.get("pad_to_aspect_ratio"):
        raise ParamError(
            "Only one of `pad_to_aspect_ratio` and `crop_to_aspect_ratio` can be True.",
            code="param",
            param="pad_to_aspect_ratio",
        )
    shape = _ranked(images)
    down, across, _ = _axes(data_format)
    shape[down], shape[across] = size
    return _made(shape, images)


def transformed(images: KerasTensor, transform: Any, **settings: Any) -> KerasTensor:
    """Pictures keep their shape; the transformation has rank 1 or 2."""
    _ranked(images)
    if len(transform.shape) not in (1, 2):
        raise ShapeError(
            "Invalid transform rank: expected rank 1 (single transform) or rank 2 (one for each picture). "
            f"Received: transform.shape={tuple(transform.shape)}",
            code="rank",
            expected=2,
            got=len(transform.shape),
        )
    return same(images)


def perspective(images: KerasTensor, start_points: Any, end_points: Any, **settings: Any) -> KerasTensor:
    """Pictures keep their shape; both corners are (4, 2) or (N, 4, 2)."""
    _ranked(images)
    for name, points in (("start_points", start_points), ("end_points", end_points)):
        shape = tuple(points.shape)
        if shape[-2:] != (4, 2) or len(shape) not in (2, 3):
            raise ShapeError(
                f"Invalid {name} shape: expected (4,2) for a single image or (N,4,2) for a batch. "
                f"Received: {name}.shape={shape}",
                code="rank",
                expected=(4, 2),
                got=shape,
            )
    if tuple(start_points.shape) != tuple(end_points.shape):
        raise ShapeError(
            "start_points and end_points must have the same shape. Received: "
            f"{tuple(start_points.shape)} and {tuple(end_points.shape)}",
            code="merge_shapes",
            shapes=(tuple(start_points.shape), tuple(end_points.shape)),
        )
    return same(images)


def coordinates(inputs: Any, coordinates: Any, *settings: Any, **more: Any) -> KerasTensor:
    """One number for each place."""
    shape = tuple(coordinates.shape)
    if shape[0] != len(inputs.shape):
        raise ShapeError(
            "First dim of `coordinates` must be the same as the rank of `inputs`. "
            f"Received: coordinates.shape={shape}, inputs.shape={tuple(inputs.shape)}",
            code="rank",
            expected=len(inputs.shape),
            got=shape[0],
        )
    if len(shape) < 2:
        raise ShapeError(
            f"Invalid coordinates rank: expected at least rank 2. Received: coordinates.shape={shape}",
            code="rank",
            expected=2,
            got=len(shape),
        )
    return _made(shape[1:], inputs)


def scaled(images: KerasTensor, output_shape: Any, *settings: Any, **more: Any) -> KerasTensor:
    """The shape is given."""
    return _made(tuple(output_shape), images)


def sobel(images: KerasTensor, data_format: str | None = None) -> KerasTensor:
    """A last axis of two: down and to the right."""
    return _made([*_ranked(images, (4,)), 2], images)


def likeness(image1: KerasTensor, image2: Any, **settings: Any) -> KerasTensor:
    """One number for each pair."""
    shape = _ranked(image1)
    _ranked(image2)
    return _made(shape[:1] if len(shape) == 4 else (), image1)


def patches(
    images: KerasTensor,
    size: Any,
    strides: Any = None,
    dilation_rate: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> KerasTensor:
    """As many as fit, flattened into the channels."""
    sizes, steps, gaps = patch_sizes(size, strides, dilation_rate)
    count = len(sizes)
    shape = list(images.shape)
    if len(shape) not in (count + 1, count + 2):
        raise ShapeError(
            f"Invalid images rank: expected rank {count + 1} or {count + 2}. "
            f"Received: images.shape={tuple(shape)}",
            code="rank",
            expected=count + 2,
            got=len(shape),
            shape=tuple(shape),
        )
    first = standard_format(data_format) == "channels_first"
    channels = shape[-count - 1] if first else shape[-1]
    start = len(shape) - count - (0 if first else 1)
    for axis, (patch, step, gap) in enumerate(zip(sizes, steps, gaps, strict=True), start):
        length = shape[axis]
        if length is not None:
            reach = 1 if padding == "same" else (patch - 1) * gap + 1
            shape[axis] = max((length - reach) // step + 1, 0)
    total = channels
    for patch in sizes:
        total = None if total is None else total * patch
    shape[-count - 1 if first else -1] = total
    return _made(shape, images)


def patches_3d(volumes: KerasTensor, size: Any, **settings: Any) -> KerasTensor:
    """As many as fit, flattened into the channels."""
    return patches(volumes, (size,) * 3 if isinstance(size, int) else size, **settings)


def sides(word: str, sign: int) -> Callable[..., KerasTensor]:
    """Return the rule of padding (``sign`` 1) and cropping (-1)."""

    def rule(images: KerasTensor, data_format: str | None = None, **sizes: Any) -> KerasTensor:
        shape: list[_Size] = _ranked(images)
        names = [f"{side}_{word}" for side in ("top", "left", "bottom", "right")]
        given = {name: sizes.get(name) for name in (*names, "target_height", "target_width")}
        two_of_three(word, given)
        down, across, _ = _axes(data_format)
        for axis, ends, whole in (
            (down, ("top", "bottom"), "target_height"),
            (across, ("left", "right"), "target_width"),
        ):
            length, target = shape[axis], given[whole]
            if length is not None:
                target = length + sign * sum(settled_side(word, given, ends, whole, length, sign))
            elif target is None and sign < 0:
                noun = whole.removeprefix("target_")
                raise ShapeError(
                    f"When the {noun} of the images is unknown, `{whole}` must be specified. "
                    f"Received: images.shape={tuple(shape)}",
                    code="unknown_size",
                    shape=tuple(shape),
                )
            shape[axis] = target
        return _made(shape, images)

    return rule
