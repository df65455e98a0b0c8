"""Pictures and texts in folders, and windows of time series, as loaders that ``fit`` takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.errors import EngineError, ParamError
from engine.utils import image_utils
from engine.utils.dataset_utils import (
    Samples,
    check_arguments,
    index_directory,
    label_of,
    loader,
    parts_of,
)

_PICTURES = (".bmp", ".gif", ".jpeg", ".jpg", ".png")


def image_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    color_mode: str = "rgb",
    batch_size: int | None = 32,
    image_size: Any = (256, 256),
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    interpolation: str = "bilinear",
    follow_links: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    data_format: str | None = None,
    format: str = "torch",
    verbose: bool = True,
) -> Any:
    """Return a torch ``DataLoader`` of the pictures below ``directory``, one class for each subfolder.

    Batches are (pictures, labels): float32 from 0 to 255, and what ``label_mode`` says; ``class_names`` of
    the loader names the classes.  ``subset`` "both" gives two loaders, without ``batch_size`` datasets of
    single pictures.  Raises ``ParamError``.  Keras: ``keras.utils.image_dataset_from_directory``.
    """
    _check_format(format)
    check_arguments(labels, label_mode, class_names, validation_split, subset, shuffle, seed)
    if color_mode not in image_utils.MODES:
        raise ParamError(
            f'`color_mode` must be one of {{"rgb", "rgba", "grayscale"}}. Received: color_mode={color_mode}'
        )
    if not isinstance(image_size, (tuple, list)) or len(image_size) != 2:
        raise ParamError(
            f"Invalid `image_size` value. Expected a tuple of 2 integers. Received: image_size={image_size}"
        )
    if interpolation not in image_utils.INTERPOLATIONS:
        raise ParamError(
            f"Argument `interpolation` should be one of {image_utils.INTERPOLATIONS}. "
            f"Received: interpolation={interpolation}"
        )
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ParamError("Only one of `pad_to_aspect_ratio`, `crop_to_aspect_ratio` can be set to `True`.")

    def read(path: str) -> Any:
        if pad_to_aspect_ratio:
            image = _padded(image_utils.load_img(path, color_mode), image_size, interpolation)
        else:
            image = image_utils.load_img(path, color_mode, image_size, interpolation, crop_to_aspect_ratio)
        return np.ascontiguousarray(image_utils.img_to_array(image, data_format, "float32"))

    files = (directory, labels, class_names, label_mode, _PICTURES, "images")
    return _loaders(
        files, read, batch_size, shuffle, seed, validation_split, subset, follow_links, verbose, None
    )


def _check_format(given: str) -> None:
    if given not in ("torch", "tf", "grain"):  # those of Keras are taken for the sake of its scripts
        raise ParamError(
            '`format` should be either "tf" or "grain", or "torch"; what comes is a torch DataLoader. '
            f"Received: format={given}",
            code="param",
        )


def _padded(image: Any, size: Any, interpolation: str) -> Any:
    from PIL import Image

    height, width = size
    scale = min(width / image.width, height / image.height)
    inner = (max(round(image.width * scale), 1), max(round(image.height * scale), 1))
    made = Image.new(image.mode, (width, height))
    small = image.resize(inner, Image.Resampling[interpolation.upper()])
    made.paste(small, ((width - inner[0]) // 2, (height - inner[1]) // 2))
    return made


def text_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    max_length: int | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    format: str = "torch",
    verbose: bool = True,
) -> Any:
    """Return a torch ``DataLoader`` of the ``.txt`` files below ``directory``, one class for each subfolder.

    Batches are (texts, labels), the texts as an array of str, cut to ``max_length`` signs.  Raises
    ``ParamError``.  Keras: ``keras.utils.text_dataset_from_directory``.
    """
    _check_format(format)
    check_arguments(labels, label_mode, class_names, validation_split, subset, shuffle, seed)

    def read(path: str) -> str:
        return Path(path).read_text(encoding="utf-8")[:max_length]

    files = (directory, labels, class_names, label_mode, (".txt",), "text files")
    return _loaders(
        files, read, batch_size, shuffle, seed, validation_split, subset, follow_links, verbose, _texts
    )


def _texts(samples: list[Any]) -> Any:
    if isinstance(samples[0], str):
        return np.asarray(samples)
    texts, labels = zip(*samples, strict=True)
    return np.asarray(texts), torch.as_tensor(np.stack(labels))


def _loaders(
    files: tuple[Any, ...],
    read: Any,
    batch_size: int | None,
    shuffle: bool,
    seed: int | None,
    share: float | None,
    subset: str | None,
    follow_links: bool,
    verbose: bool,
    collate: Any,
) -> Any:
    directory, labels, class_names, mode, formats, what = files
    if labels is None or mode is None:
        labels = mode = None
    if seed is None:
        seed = int(np.random.randint(1_000_000))
    paths, numbers, names = index_directory(
        directory, labels, formats, class_names, shuffle, seed, follow_links, verbose
    )
    if mode == "binary" and len(names or ()) != 2:
        raise ParamError(
            'When passing `label_mode="binary"`, there must be exactly 2 class_names. Received: '
            f"class_names={names}"
        )
    found = []
    for some, own in parts_of(paths, numbers, share, subset):
        if not some:
            raise EngineError(
                f"No {what} found in directory {directory}. Allowed formats: {formats}", code="no_file"
            )

        def make(index: int, some: list[str] = some, own: Any = own) -> Any:
            value = read(some[index])
            return value if mode is None else (value, label_of(own[index], mode, len(names or ())))

        made = loader(Samples(len(some), make), batch_size, shuffle, seed, collate)
        made.class_names, made.file_paths = names, some
        found.append(made)
    return found[0] if len(found) == 1 else found


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "torch",
) -> Any:
    """Return a torch ``DataLoader`` of windows of ``sequence_length`` steps along ``data``.

    Windows begin every ``sequence_stride`` rows and take every ``sampling_rate``-th; window i goes with
    ``targets[i]`` (``None``: none).  Only rows from ``start_index`` to before ``end_index`` are used.
    Raises ``ParamError``.  Keras: ``keras.utils.timeseries_dataset_from_array``.
    """
    _check_format(format)
    rows = len(data)
    start, end = start_index or 0, rows if end_index is None else end_index
    for name, value, good, rule in (
        ("start_index", start, 0 <= start < rows, f"from 0 to below the length of the data, {rows}"),
        ("end_index", end, start < end <= rows, f"above `start_index` and at most {rows}"),
        ("sampling_rate", sampling_rate, 0 < sampling_rate < rows, f"higher than 0 and below {rows}"),
        ("sequence_stride", sequence_stride, 0 < sequence_stride < rows, f"higher than 0 and below {rows}"),
    ):
        if not good:
            raise ParamError(f"`{name}` must be {rule}. Received: {name}={value}", code="param")
    count = end - start - (sequence_length - 1) * sampling_rate
    if targets is not None:
        count = min(count, len(targets))
    first = np.arange(0, max(count, 0), sequence_stride)
    if shuffle:
        seed = int(np.random.randint(1_000_000)) if seed is None else seed
        np.random.RandomState(seed).shuffle(first)
    kept = np.asarray(data)[start:end]
    answers = None if targets is None else np.asarray(targets)[start:end]
    offsets = np.arange(sequence_length) * sampling_rate

    def make(index: int) -> Any:
        window = kept[first[index] + offsets]
        return window if answers is None else (window, answers[first[index]])

    return loader(Samples(len(first), make), batch_size, shuffle, seed)
