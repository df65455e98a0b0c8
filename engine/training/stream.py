"""Data that comes in batches: from generators, torch loaders and datasets, and classes of the user's own."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.errors import EngineError
from engine.training.data import Batch, Rows, class_weights, flatten, keys_of, to_tensor
from engine.training.py_dataset import PyDataset, batches_of


class Stream:
    """Batches that come from a generator, a ``PyDataset``, a torch ``DataLoader`` or ``Dataset``.

    Each item is ``x``, ``(x, y)`` or ``(x, y, sample_weight)``; a torch ``Dataset`` gives single samples,
    which are put together.  A generator goes on from epoch to epoch; what can be iterated afresh is.
    """

    def __init__(
        self,
        source: Any,
        *,
        device: torch.device,
        dtypes: Sequence[str | None],
        texts: bool = False,
        input_names: Sequence[str],
        output_names: Sequence[str],
        class_weight: Mapping[int, float] | None = None,
    ) -> None:
        self.source = source
        self.device = device
        self._dtypes = dtypes
        self._texts = texts
        self._names = (input_names, output_names)
        self._class_weight = class_weight
        self._once = iter(source) if hasattr(source, "__next__") else None
        self._seen: list[Any] = []

    def steps(self, batch_size: int) -> int | None:
        """Return how many batches an epoch has, where that is known."""
        if isinstance(self.source, PyDataset):
            return self.source.num_batches
        try:
            count = len(self.source)
        except TypeError:
            return None
        return -(-count // batch_size) if is_samples(self.source) else count

    def peek(self) -> Any:
        """Return the first item, which the first epoch yields all the same."""
        if self._once is None:
            return next(iter(self._items(1, None)))
        if not self._seen:
            first = next(self._once, self)
            if first is self:
                raise EngineError(
                    "The generator must yield at least one batch. Received an empty generator.", code="stream"
                )
            self._seen.append(first)
        return self._seen[0]

    def begin_epoch(self) -> None:
        """Tell a dataset that wants to know that an epoch begins."""
        if isinstance(self.source, PyDataset):
            self.source.on_epoch_begin()

    def end_epoch(self) -> None:
        """Tell a dataset that wants to know that an epoch is over."""
        if isinstance(self.source, PyDataset):
            self.source.on_epoch_end()

    def batches(
        self, batch_size: int, generator: torch.Generator | None = None, whole: bool = False
    ) -> Iterator[Batch]:
        """Yield the batches; ``generator`` shuffles those of a ``PyDataset`` and the samples of a
        ``Dataset``.
        """
        for item in self._items(batch_size, generator):
            yield self.pack(item)

    def _items(self, batch_size: int, generator: torch.Generator | None) -> Iterable[Any]:
        if self._once is not None:
            seen, self._seen = self._seen, []
            return itertools.chain(seen, self._once)
        source = self.source
        if isinstance(source, PyDataset):
            count = source.num_batches
            if count is None:
                return batches_of(source, itertools.count())
            order = torch.randperm(count, generator=generator).tolist() if generator else range(count)
            return batches_of(source, order)
        if is_samples(source):
            mixed = generator is not None and hasattr(source, "__len__")
            loader: Any = torch.utils.data.DataLoader
            return loader(source, batch_size, shuffle=mixed, generator=generator if mixed else None)  # type: ignore[no-any-return]  # a loader of batches
        if hasattr(source, "__iter__"):
            return source  # type: ignore[no-any-return]  # whatever can be iterated
        return (source[index] for index in range(len(source)))

    def pack(self, item: Any) -> Batch:
        """Return one item of the source as a batch on the device."""
        x, y, weight = unpack_x_y_sample_weight(item)
        if self._class_weight is not None:
            if weight is not None:
                raise EngineError(
                    "You cannot specify `class_weight` and `sample_weight` at the same time: the batches "
                    "bring weights of their own.",
                    code="class_weight",
                )
            if y is not None:
                weight = class_weights(to_tensor(y), self._class_weight)
        rows = Rows(
            flatten(x, self._names[0], "x"),
            flatten(y, self._names[1], "y"),
            flatten(weight, self._names[1], "sample_weight") or None,
            device=self.device,
            dtypes=self._dtypes,
            texts=self._texts,
            one_batch=True,
            keys=(keys_of(x, self._names[0]), *(keys_of(value, self._names[1]) for value in (y, weight))),
        )
        inputs, targets, weights = rows.inputs, rows.targets, rows.weights
        if self.device.type != "cpu":
            inputs = [tensor if tensor is None else tensor.to(self.device) for tensor in inputs]
            targets = [tensor.to(self.device) for tensor in targets]
            weights = [tensor.to(self.device) for tensor in weights] if weights else None
        return Batch(inputs, targets, weights, rows.count, rows.keys)


class Feed:
    """The batches of one epoch after another.

    With ``steps``, what one epoch leaves is for the next, and data that ends too early is a warning.
    """

    def __init__(
        self,
        source: Rows | Stream,
        batch_size: int,
        steps: int | None,
        generator: torch.Generator | None = None,
        whole: bool = False,
    ) -> None:
        self.source = source
        self._arguments = (batch_size, generator, whole)
        self._steps = steps
        self._whole = source.steps(batch_size)
        self._kept: Iterator[Batch] | None = None
        self._taken = 0

    def epoch(self) -> Iterator[Batch]:
        """Return the batches of the next epoch."""
        if self._steps is None:
            return self.source.batches(*self._arguments)
        return self._some(self._steps)

    def _some(self, steps: int) -> Iterator[Batch]:
        if self._kept is None or self._taken == self._whole:
            self._kept, self._taken = self.source.batches(*self._arguments), 0
        for _ in range(steps):
            batch = next(self._kept, None)
            if batch is None:
                ran_out()
                self._kept = None
                return
            self._taken += 1
            yield batch


def ran_out() -> None:
    """Warn that the data ended before the epoch did."""
    warnings.warn(
        "Your input ran out of data; interrupting training. Make sure that your dataset or generator can "
        "generate at least `steps_per_epoch * epochs` batches.",
        stacklevel=4,
    )


def is_samples(value: Any) -> bool:
    """Return whether ``value`` is a torch ``Dataset``, whose items are single samples."""
    return isinstance(value, torch.utils.data.Dataset)


def is_stream(value: Any) -> bool:
    """Return whether ``value`` yields batches, rather than being rows itself."""
    if isinstance(value, (np.ndarray, Tensor, list, tuple, Mapping, str, bytes, int, float)) or hasattr(
        value, "__array__"
    ):
        return False
    methods = set(dir(value))
    return "__iter__" in methods or {"__getitem__", "__len__"} <= methods


def kind_of(value: Any) -> str:
    """Return what a stream is called in messages."""
    if isinstance(value, PyDataset):
        return "PyDataset"
    if isinstance(value, torch.utils.data.DataLoader):
        return "torch DataLoader"
    return "torch Dataset" if is_samples(value) else "generator"


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """Return ``x``, ``y`` and ``sample_weight`` of a batch, ``None`` for what it has not.

    Raises ``EngineError`` for more than three parts.  Keras: ``keras.utils.unpack_x_y_sample_weight``.
    """
    parts = tuple(data) if isinstance(data, (tuple, list)) else (data,)
    if not 1 <= len(parts) <= 3:
        raise EngineError(
            "Data is expected to be in format `x`, `(x,)`, `(x, y)`, or `(x, y, sample_weight)`. Received: "
            f"{len(parts)} parts.",
            code="batch",
        )
    x, y, weight = (*parts, None, None)[:3]
    return x, y, weight


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Return the parts of a batch as ``fit`` takes them.  Keras: ``keras.utils.pack_x_y_sample_weight``."""
    if y is None:
        return (x,) if isinstance(x, (tuple, list)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)
