"""Data for training: arrays that are moved to the device once and sliced.

They yield ``Batch``, as streams do: flat lists of inputs, targets and weights, in the model's order.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine import config
from engine.errors import EngineError, ShapeError
from engine.random import torch_dtype
from engine.structure import ordered
from engine.training.texts import as_texts


class Batch(NamedTuple):
    """Some rows: inputs, targets and weights (``None`` where there are none) and how many rows.

    ``keys`` are those of inputs, targets and weights that were given as dicts.
    """

    inputs: list[Tensor]
    targets: list[Tensor]
    weights: list[Tensor] | None
    rows: int
    keys: Sequence[list[str] | None] = (None, None, None)

    def whole(self) -> Any:
        """Return ``x``, ``(x, y)`` or ``(x, y, sample_weight)`` as given, for a step of one's own.

        A list of inputs alone comes in a tuple of one, as in Keras.
        """
        parts: list[Any] = []
        for values, keys in zip((self.inputs, self.targets, self.weights), self.keys, strict=True):
            if values and keys:
                parts.append(dict(zip(keys, values, strict=True)))
            elif values:
                parts.append(values[0] if len(values) == 1 else values)
            else:
                parts.append(None)
        if self.weights:
            return tuple(parts)
        if self.targets:
            return tuple(parts[:2])
        return (parts[0],) if isinstance(parts[0], list) else parts[0]


def to_tensor(value: Any, dtype: str | None = None) -> Tensor:
    """Return ``value`` as a tensor, without a copy where none is needed.

    Without ``dtype``, floats become the engine's float type and whole numbers int64.
    """
    if not isinstance(value, Tensor):
        array = np.asarray(value)
        if array.dtype.kind in "OUS":
            raise EngineError(
                f"Data must be numbers. Received: an array of {array.dtype}. Encode texts as numbers first, "
                "and look for missing values.",
                code="data_type",
                got=str(array.dtype),
            )
        if any(stride < 0 for stride in array.strides) or not array.flags.writeable:
            array = array.copy()
        if array.dtype.kind == "u" and array.dtype.itemsize > 1:
            array = array.astype("int64")
        value = torch.from_numpy(array) if array.ndim else torch.tensor(array.item())
    if dtype is not None:
        wanted = torch_dtype(dtype)
    elif value.is_floating_point() or value.dtype is torch.bool:
        wanted = torch_dtype(config.floatx())
    else:
        wanted = value.dtype if value.is_complex() else torch.int64
    made: Tensor = value.to(wanted)
    return made


def flatten(value: Any, names: Sequence[str], what: str) -> list[Any]:
    """Return a list of arrays from one array, a list of them, or a dict by ``names``."""
    if value is None:
        return []
    if isinstance(value, Mapping):
        if names and len(names) == 1 and len(value) == 1 and names[0] not in value:
            return list(value.values())
        missing = [name for name in names if name not in value]
        if missing:
            raise EngineError(
                f"{what} has no entry for {', '.join(map(repr, missing))}. Expected: {list(names)}. "
                f"Received: {list(value)}",
                code="data_names",
                expected=list(names),
                got=list(value),
            )
        return [value[name] for name in names or ordered(value)]
    if isinstance(value, (list, tuple)) and value and not _is_rows(value, len(names)):
        return list(value)
    return [value]


def keys_of(value: Any, names: Sequence[str]) -> list[str] | None:
    """Return the keys of a dict in the order in which ``flatten`` goes; ``None`` for anything else."""
    if not isinstance(value, Mapping):
        return None
    return list(names) if names and all(name in value for name in names) else ordered(value)


def _is_rows(value: Sequence[Any], count: int) -> bool:
    """Return whether a list is itself one array, written as nested lists of numbers."""
    if all(item is None or (hasattr(item, "shape") and len(item.shape)) for item in value):
        return False
    return not (count > 1 and len(value) == count and isinstance(value[0], (list, tuple)))


class Rows:
    """Arrays in memory.

    ``dtypes`` are those of the model's inputs, ``None`` where it has no say; ``keys`` are as in ``Batch``.
    ``one_batch`` is never cut: its arrays need not have as many rows as each other.
    """

    def __init__(
        self,
        inputs: Sequence[Any],
        targets: Sequence[Any] = (),
        weights: Sequence[Any] | None = None,
        *,
        device: torch.device,
        dtypes: Sequence[str | None] = (),
        texts: bool = False,
        keys: Sequence[list[str] | None] = (None, None, None),
        one_batch: bool = False,
    ) -> None:
        self.keys = keys
        kinds = list(dtypes) if len(dtypes) == len(inputs) else [None] * len(inputs)
        self.inputs: list[Any] = [
            _column(value, kind, texts) for value, kind in zip(inputs, kinds, strict=True)
        ]
        self.targets = [to_tensor(value) for value in targets]
        self.weights = [to_tensor(value, config.floatx()) for value in weights] if weights else None
        self.device = device
        if not one_batch:
            self._check_rows()
        self.count = next(
            (len(tensor) if tensor.ndim else 1 for tensor in self.inputs if tensor is not None), 0
        )
        if device.type != "cpu" and self._fits(device):
            self.inputs = [tensor if tensor is None else tensor.to(device) for tensor in self.inputs]
            self.targets = [tensor.to(device) for tensor in self.targets]
            self.weights = [tensor.to(device) for tensor in self.weights] if self.weights else None

    def _fits(self, device: torch.device) -> bool:
        """Return whether the data leaves at least half of the free memory of a GPU to the training."""
        if device.type != "cuda":
            return True
        columns = (*self.inputs, *self.targets, *(self.weights or ()))
        size = sum(tensor.nbytes for tensor in columns if tensor is not None)
        return bool(size < torch.cuda.mem_get_info(device)[0] / 2)

    def _check_rows(self) -> None:
        given = [tensor for tensor in self.inputs if tensor is not None]
        groups = {"x": given, "y": self.targets, "sample_weight": self.weights or []}
        sizes = {
            name: [len(t) if t.ndim else 1 for t in tensors] for name, tensors in groups.items() if tensors
        }
        if len({size for group in sizes.values() for size in group}) > 1:
            text = ", ".join(f"{name}: {' and '.join(map(str, group))}" for name, group in sizes.items())
            raise ShapeError(
                "Data cardinality is ambiguous. Make sure all arrays contain the same number of samples "
                f"(rows). Received: {text}",
                code="rows",
                sizes=sizes,
            )
        if sizes and 0 in sizes.get("x", []):
            raise ShapeError("There are no rows to work on: x is empty.", code="rows", sizes=sizes)

    def part(self, begin: int, end: int) -> Rows:
        """Return the rows from ``begin`` to before ``end``, without a copy."""
        made = object.__new__(Rows)
        made.inputs = [tensor if tensor is None else tensor[begin:end] for tensor in self.inputs]
        made.targets = [tensor[begin:end] for tensor in self.targets]
        made.weights = [tensor[begin:end] for tensor in self.weights] if self.weights else None
        made.device = self.device
        made.keys = self.keys
        made.count = end - begin
        return made

    def steps(self, batch_size: int) -> int:
        """Return how many batches there are."""
        return math.ceil(self.count / batch_size)

    def begin_epoch(self) -> None:
        """Called before each epoch."""

    def end_epoch(self) -> None:
        """Called after each epoch."""

    def batches(
        self, batch_size: int, generator: torch.Generator | None = None, whole: bool = False
    ) -> Iterator[Batch]:
        """Yield batches, in an order that ``generator`` shuffles if there is one; ``whole``: batch by
        batch.
        """
        inputs, targets, weights, count = self.inputs, self.targets, self.weights, self.count
        gaps = [place for place, tensor in enumerate(inputs) if tensor is None]
        tensors = [tensor for tensor in (*inputs, *targets, *(weights or ())) if tensor is not None]
        split, end = len(inputs), len(inputs) + len(targets)
        away = self.device.type != "cpu" and any(tensor.device != self.device for tensor in tensors)
        cuts: Iterator[Sequence[Any]]
        if generator is None:
            # Where nothing is learned, views need not know where they come from: that is half of their time.
            with torch.inference_mode(not torch.is_grad_enabled()):
                cuts = zip(*[tensor.split(batch_size) for tensor in tensors], strict=True)
        else:
            order = (
                _shuffled(count, batch_size, generator)
                if whole
                else torch.randperm(count, generator=generator)
            )
            if tensors[0].device.type != "cpu":
                order = order.to(tensors[0].device)
            cuts = _gathered(tensors, order, batch_size)
        for cut in cuts:
            parts = [part.to(self.device, non_blocking=True) for part in cut] if away else list(cut)
            rows = parts[0].shape[0]
            for place in gaps:  # an optional input without data
                parts.insert(place, None)
            yield Batch(parts[:split], parts[split:end], parts[end:] if weights else None, rows, self.keys)


def _column(value: Any, kind: str | None, texts: bool) -> Any:
    """Return one input as a tensor, as texts where the model takes them, or ``None`` where there is none."""
    if value is None:
        return None
    found = as_texts(value) if texts else None
    return to_tensor(value, kind) if found is None else found


def _shuffled(count: int, batch_size: int, generator: torch.Generator) -> Tensor:
    """Return an order of rows in which whole batches change places; a rest that fills none stays last."""
    full = count // batch_size
    blocks = torch.randperm(full, generator=generator)[:, None] * batch_size + torch.arange(batch_size)
    return torch.cat([blocks.flatten(), torch.arange(full * batch_size, count)])


def _gathered(tensors: Sequence[Any], order: Tensor, batch_size: int) -> Iterator[Sequence[Any]]:
    """Yield batches of the rows in ``order``, small ones gathered several at once: that takes less time."""
    size = batch_size * sum(tensor.nbytes // max(1, tensor.shape[0]) for tensor in tensors)
    together = max(1, _GATHER_BYTES // max(1, size))
    for rows in torch.split(order, batch_size * together):
        whole = [tensor.index_select(0, rows) for tensor in tensors]
        if together == 1:
            yield whole
        else:
            yield from zip(*(tensor.split(batch_size) for tensor in whole), strict=True)


_GATHER_BYTES = 2**17  # stays in the fast memory of a processor


def class_weights(targets: Tensor, weights: Mapping[int, float]) -> Tensor:
    """Return one weight per row: that of its class (1 where ``weights`` names none)."""
    labels = targets
    if labels.ndim > 1:
        labels = labels.argmax(-1) if labels.shape[-1] != 1 else labels.squeeze(-1)
    labels = labels.round().long() if labels.is_floating_point() else labels
    found = torch.ones(labels.shape, dtype=torch_dtype(config.floatx()), device=labels.device)
    for label, weight in weights.items():
        found[labels == int(label)] = float(weight)
    return found
