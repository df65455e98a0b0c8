"""Files in folders, and data cut in two, as torch datasets."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch

from engine.errors import EngineError, ParamError
from engine.structure import flatten, map_structure
from engine.utils.io_utils import print_msg


class Samples(torch.utils.data.Dataset[Any]):
    """Samples that are made when they are asked for, by number."""

    def __init__(self, count: int, make: Callable[[int], Any]) -> None:
        self._count = count
        self._make = make

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Any:
        if not -self._count <= index < self._count:
            raise IndexError(index)
        return self._make(index % self._count)


def loader(samples: Any, batch_size: int | None, shuffle: bool, seed: int | None, collate: Any = None) -> Any:
    """Return a loader of batches, or the samples alone without ``batch_size``."""
    if batch_size is None:
        return samples
    generator = torch.Generator()
    if seed is not None:
        generator.manual_seed(seed)
    return torch.utils.data.DataLoader(
        samples, batch_size, shuffle=shuffle, generator=generator, collate_fn=collate
    )


def index_directory(
    directory: Any,
    labels: Any,
    formats: tuple[str, ...],
    class_names: Sequence[str] | None = None,
    shuffle: bool = True,
    seed: int | None = None,
    follow_links: bool = False,
    verbose: bool = True,
) -> tuple[list[str], Any, list[str] | None]:
    """Return the files below ``directory``, their labels and the names of the classes, its subfolders.

    Raises ``EngineError`` where labels or names do not fit what is there.
    """
    folders = [""]
    if labels == "inferred":
        folders = sorted(
            entry.name for entry in os.scandir(directory) if entry.is_dir() and not entry.name.startswith(".")
        )
        if class_names is not None:
            if not set(class_names) <= set(folders):
                raise EngineError(
                    "The `class_names` passed did not match the folders: each needs one of its name. "
                    f"Expected: {folders}, or some of them. Received: class_names={class_names}",
                    code="param",
                )
            folders = list(class_names)
    elif class_names is not None:
        raise EngineError("`class_names` is for `labels='inferred'` alone.", code="param")
    paths: list[str] = []
    found: list[int] = []
    for number, folder in enumerate(folders):
        for root, _, files in sorted(os.walk(os.path.join(directory, folder), followlinks=follow_links)):
            for name in sorted(files):
                if name.lower().endswith(formats):
                    paths.append(os.path.join(root, name))
                    found.append(number)
    names: list[str] | None = list(folders)
    if labels is None:
        names = None
    elif labels != "inferred":
        if len(labels) != len(paths):
            raise EngineError(
                "Expected the lengths of `labels` to match the number of files in the target directory. "
                f"Received: {len(labels)} labels. Expected: {len(paths)}, the files below {directory}.",
                code="param",
            )
        found, names = list(labels), [str(label) for label in sorted(set(labels))]
    if verbose:
        classes = f" belonging to {len(names)} classes" if names is not None else ""
        print_msg(f"Found {len(paths)} files{classes}.")
    order = np.arange(len(paths))
    if shuffle:
        np.random.RandomState(seed).shuffle(order)
    numbers = None if labels is None else np.asarray(found, "int32")[order]
    return [paths[index] for index in order], numbers, names


def check_arguments(
    labels: Any,
    label_mode: Any,
    class_names: Any,
    validation_split: Any,
    subset: Any,
    shuffle: Any,
    seed: Any,
) -> None:
    """Raise ``ParamError`` for arguments that do not go together."""
    problem = ""
    if labels not in ("inferred", None) and not isinstance(labels, (list, tuple)):
        problem = f"`labels` argument should be a list/tuple of integer labels, 'inferred' or None: {labels}"
    elif labels not in ("inferred", None) and class_names:
        problem = f'You can only pass `class_names` if `labels="inferred"`: class_names={class_names}'
    elif label_mode not in ("int", "categorical", "binary", None):
        problem = (
            '`label_mode` argument must be one of "int", "categorical", "binary", or None: '
            f"label_mode={label_mode}"
        )
    elif validation_split and not 0 < validation_split < 1:
        problem = f"`validation_split` must be between 0 and 1, received: {validation_split}"
    elif bool(validation_split) != bool(subset):
        problem = f"If `subset` is set, `validation_split` must be set, and inversely: subset={subset}"
    elif subset not in ("training", "validation", "both", None):
        problem = f'`subset` must be either "training", "validation" or "both", received: {subset}'
    elif validation_split and shuffle and seed is None:
        problem = (
            "If using `validation_split` and shuffling the data, you must provide a `seed` argument: without "
            "it a row may fall into both subsets"
        )
    if problem:
        raise ParamError(f"{problem}. Received as above.", code="param")


def parts_of(paths: list[str], labels: Any, share: Any, subset: str | None) -> list[tuple[list[str], Any]]:
    """Return paths and labels of the parts that are asked for: one, or training and validation."""
    if not share:
        return [(paths, labels)]
    border = len(paths) - int(share * len(paths))
    cuts = {"training": slice(None, border), "validation": slice(border, None)}
    wanted = ["training", "validation"] if subset == "both" else [str(subset)]
    found = []
    for name in wanted:
        part = paths[cuts[name]]
        print_msg(f"Using {len(part)} files for {name}.")
        found.append((part, None if labels is None else labels[cuts[name]]))
    return found


def label_of(label: Any, mode: str, classes: int) -> Any:
    """Return a class number as ``label_mode`` says: itself, one-hot, or a 0 or 1 in float32."""
    if mode == "categorical":
        return np.eye(classes, dtype="float32")[int(label)]
    return np.asarray([label], "float32") if mode == "binary" else np.int32(label)


def split_dataset(
    dataset: Any,
    left_size: float | None = None,
    right_size: float | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: Any = None,
) -> tuple[Any, Any]:
    """Return a dataset cut in two: arrays, nestings of them, or a torch ``Dataset``, as torch datasets.

    Sizes are numbers of samples or shares below 1; one of them may be left out.  Raises ``ParamError`` for
    sizes that do not fit.  Keras: ``keras.utils.split_dataset``.
    """
    if isinstance(dataset, torch.utils.data.DataLoader):
        dataset = dataset.dataset
    samples = dataset
    if not isinstance(dataset, torch.utils.data.Dataset):
        if not isinstance(dataset, (np.ndarray, torch.Tensor, list, tuple, dict)):
            raise TypeError(
                "The `dataset` argument must be either a torch Dataset, or arrays in a list, tuple or dict. "
                f"Received: {type(dataset)}"
            )
        arrays = map_structure(np.asarray, dataset)
        counts = {len(leaf) for leaf in flatten(arrays)}
        if len(counts) != 1:
            raise ParamError(
                f"All arrays of `dataset` have the same number of samples. Received: {sorted(counts)}",
                code="rows",
            )
        samples = Samples(counts.pop(), lambda index: map_structure(lambda leaf: leaf[index], arrays))
    total = len(samples)
    left, right = _sizes(left_size, right_size, total)
    order = np.arange(total)
    if shuffle:
        np.random.RandomState(seed).shuffle(order)
    subset: Any = torch.utils.data.Subset
    return subset(samples, order[:left].tolist()), subset(samples, order[total - right :].tolist())


def _sizes(left: Any, right: Any, total: int) -> tuple[int, int]:
    if left is None and right is None:
        raise ParamError(
            "At least one of `left_size` or `right_size` must be specified. Received: left_size=None and "
            "right_size=None",
            code="param",
        )
    found: list[Any] = []
    for name, size in (("left_size", left), ("right_size", right)):
        if size is not None and (isinstance(size, bool) or not isinstance(size, (int, float))):
            raise TypeError(f"Invalid `{name}` type: it is an int or a float. Received: {type(size)}")
        whole = isinstance(size, int)
        if size is not None and not 0 < size < (total + 1 if whole else 1):
            raise ParamError(
                f"`{name}` should be either a positive integer and smaller than {total} or a float within "
                f"the range `[0, 1]`. Received: {name}={size}",
                code="param",
            )
        found.append(None if size is None else size if whole else math.floor(size * total + 0.5))
    one, two = found
    one = total - (two or 0) if one is None else one
    two = total - one if two is None else two
    if one + two > total or not one or not two:
        raise ParamError(
            "The sum of `left_size` and `right_size` should be smaller than the size of the `dataset`, "
            f"{total}, and both parts hold something. Received: left_size={left}, right_size={right}",
            code="param",
        )
    return one, two
