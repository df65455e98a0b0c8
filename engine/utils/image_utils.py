"""Pictures as arrays, read and written by Pillow."""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine import config
from engine.errors import EngineError, ParamError

INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "hamming", "box", "lanczos")
MODES = {"rgb": "RGB", "rgba": "RGBA", "grayscale": "L"}


def _format(data_format: str | None) -> str:
    found = data_format or config.image_data_format()
    if found not in ("channels_last", "channels_first"):
        raise ParamError(
            "The `data_format` argument must be one of {'channels_first', 'channels_last'}. Received: "
            f"data_format={data_format}",
            code="param",
        )
    return found


def load_img(
    path: Any,
    color_mode: str = "rgb",
    target_size: Any = None,
    interpolation: str = "nearest",
    keep_aspect_ratio: bool = False,
) -> Any:
    """Return the picture in a file (a path or ``io.BytesIO``) as a Pillow image.

    ``color_mode`` is "rgb", "rgba" or "grayscale"; ``target_size`` (height, width) resizes it, with
    ``keep_aspect_ratio`` after cutting its middle out.  Raises ``ParamError`` for other words.  Keras:
    ``keras.utils.load_img``.
    """
    from PIL import Image

    if not isinstance(path, (io.BytesIO, str, bytes, os.PathLike)):
        raise TypeError(f"path should be path-like or io.BytesIO, not {type(path)}")
    if color_mode not in MODES:
        raise ParamError(f'color_mode must be "grayscale", "rgb", or "rgba". Received: {color_mode!r}')
    source: Any = path if isinstance(path, io.BytesIO) else os.fsdecode(path)
    image: Any = Image.open(source)
    image.load()
    if image.mode != MODES[color_mode] and not (
        color_mode == "grayscale" and image.mode in ("L", "I;16", "I")
    ):
        image = image.convert(MODES[color_mode])
    if target_size is None:
        return image
    if interpolation not in INTERPOLATIONS:
        raise ParamError(
            f"Invalid interpolation method {interpolation} specified. Supported methods are "
            f"{', '.join(INTERPOLATIONS)}",
            code="param",
        )
    size = (target_size[1], target_size[0])
    if image.size == size:
        return image
    method = Image.Resampling[interpolation.upper()]
    if not keep_aspect_ratio:
        return image.resize(size, method)
    width, height = image.size
    cut_height, cut_width = min(height, width * size[1] // size[0]), min(width, height * size[0] // size[1])
    top, left = (height - cut_height) // 2, (width - cut_width) // 2
    return image.resize(size, method, box=(left, top, left + cut_width, top + cut_height))


def img_to_array(img: Any, data_format: str | None = None, dtype: Any = None) -> np.ndarray[Any, Any]:
    """Return a Pillow image as an array (height, width, channels).  Keras: ``keras.utils.img_to_array``."""
    order = _format(data_format)
    found: np.ndarray[Any, Any] = np.asarray(img, dtype=dtype or config.floatx())
    if found.ndim == 2:
        found = found[..., None]
    if found.ndim != 3:
        raise EngineError(f"Unsupported image shape: {found.shape}", code="param")
    return found.transpose(2, 0, 1) if order == "channels_first" else found


def array_to_img(x: Any, data_format: str | None = None, scale: bool = True, dtype: Any = None) -> Any:
    """Return an array of one picture as a Pillow image; ``scale`` stretches its values to 0..255.

    Keras: ``keras.utils.array_to_img``.
    """
    from PIL import Image

    order = _format(data_format)
    values = np.array(x, dtype=dtype or config.floatx())
    if values.ndim != 3:
        raise EngineError(
            f"Expected image array to have rank 3 (single image). Got array with shape: {values.shape}",
            code="rank",
        )
    if order == "channels_first":
        values = values.transpose(1, 2, 0)
    if scale:
        values = values - values.min()
        high = values.max()
        values = values / high * 255 if high != 0 else values
    channels = values.shape[2]
    if channels not in (1, 3, 4):
        raise EngineError(f"Unsupported channel number: {channels}", code="param")
    if channels > 1:
        return Image.fromarray(values.astype("uint8"))
    return Image.fromarray(values[..., 0].astype("int32" if values.max() > 255 else "uint8"))


def save_img(
    path: Any,
    x: Any,
    data_format: str | None = None,
    file_format: str | None = None,
    scale: bool = True,
    **kwargs: Any,
) -> None:
    """Write an array of one picture to a file, in the format that its ending or ``file_format`` says.

    Keras: ``keras.utils.save_img``.
    """
    if file_format is None and isinstance(path, (str, os.PathLike)):
        file_format = Path(path).suffix[1:]
    kind = (file_format or "png").lower().replace("jpg", "jpeg")
    image = array_to_img(x, data_format, scale)
    if image.mode == "RGBA" and kind == "jpeg":
        warnings.warn("The JPEG format does not support RGBA images, converting to RGB.", stacklevel=2)
        image = image.convert("RGB")
    image.save(path, format=kind, **kwargs)


def smart_resize(
    x: Any, size: Any, interpolation: str = "bilinear", data_format: str = "channels_last", **unknown: Any
) -> Any:
    """Return pictures of ``size`` (height, width), without distortion: what is too much is cut off around.

    Keras: ``keras.preprocessing.image.smart_resize``.
    """
    from engine.ops import image

    if unknown:
        raise TypeError(f"smart_resize() got unexpected keyword arguments: {list(unknown)}")
    if len(size) != 2:
        raise ParamError(f"Expected `size` to be a tuple of 2 integers, but got: {size}.", code="param")
    values = torch.as_tensor(x)
    if values.ndim not in (3, 4):
        raise EngineError(
            "Expected an image array with shape `(height, width, channels)`, or a batch of such, "
            f"but got input with incorrect rank: {values.ndim}, of shape {tuple(values.shape)}.",
            code="rank",
        )
    rows, columns = (-3, -2) if data_format == "channels_last" else (-2, -1)
    height, width = values.shape[rows], values.shape[columns]
    cut_height = max(min(height, int(width * size[0] / size[1])), 1)
    cut_width = max(min(width, int(height * size[1] / size[0])), 1)
    values = values.narrow(rows, (height - cut_height) // 2, cut_height)
    values = values.narrow(columns, (width - cut_width) // 2, cut_width)
    made = image.resize(values, size=tuple(size), interpolation=interpolation, data_format=data_format)
    return made.numpy() if isinstance(x, np.ndarray) else made
