"""Data that a class of the user's own makes, batch by batch, in workers if wanted."""

from __future__ import annotations

import itertools
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any


class PyDataset:
    """Batches by number: ``__getitem__(index)`` returns ``(x, y)``, ``__len__`` says how many there are.

    ``workers`` above 1 make batches ahead in threads, with ``use_multiprocessing`` in processes, at most
    ``max_queue_size`` of them.  A class with ``num_batches`` of ``None`` goes on for ever.
    ``on_epoch_begin`` and ``on_epoch_end`` are called around each epoch.  Keras: ``keras.utils.PyDataset``.
    """

    def __init__(self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10) -> None:
        self._workers = workers
        self._use_multiprocessing = use_multiprocessing
        self._max_queue_size = max_queue_size

    def _setting(self, name: str, default: Any) -> Any:
        if name not in self.__dict__:
            warnings.warn(
                "Your `PyDataset` class should call `super().__init__(**kwargs)` in its constructor; "
                "`workers`, `use_multiprocessing` and `max_queue_size` are given there, not to `fit()`.",
                stacklevel=4,
            )
            self.__dict__[name] = default
        return self.__dict__[name]

    @property
    def workers(self) -> int:
        """How many workers make batches ahead; 0 and 1: none."""
        return int(self._setting("_workers", 1))

    @workers.setter
    def workers(self, value: int) -> None:
        self._workers = value

    @property
    def use_multiprocessing(self) -> bool:
        """Whether the workers are processes."""
        return bool(self._setting("_use_multiprocessing", False))

    @use_multiprocessing.setter
    def use_multiprocessing(self, value: bool) -> None:
        self._use_multiprocessing = value

    @property
    def max_queue_size(self) -> int:
        """How many batches wait at most."""
        return int(self._setting("_max_queue_size", 10))

    @max_queue_size.setter
    def max_queue_size(self, value: int) -> None:
        self._max_queue_size = value

    def __getitem__(self, index: int) -> Any:
        """Return a batch.  Every dataset says how."""
        raise NotImplementedError(f"{type(self).__name__} has no __getitem__(index) that returns a batch.")

    @property
    def num_batches(self) -> int | None:
        """How many batches there are; ``None``: no end."""
        if hasattr(self, "__len__"):
            return len(self)
        raise NotImplementedError(
            f"{type(self).__name__} needs __len__(), or a property num_batches: a number, or None for no end."
        )

    def __iter__(self) -> Iterator[Any]:
        """Yield the batches in order."""
        count = self.num_batches
        for index in itertools.count() if count is None else range(count):
            yield self[index]

    def on_epoch_begin(self) -> None:
        """Called before each epoch."""

    def on_epoch_end(self) -> None:
        """Called after each epoch."""


Sequence = PyDataset  # the older name


_source: Any = None


def _start(dataset: Any) -> None:
    global _source
    _source = dataset


def _take(index: int) -> Any:
    return _source[index]


def batches_of(dataset: Any, order: Iterable[int]) -> Iterator[Any]:
    """Yield the batches of a ``PyDataset`` in this order, made ahead where it has workers."""
    workers, processes = dataset.workers, dataset.use_multiprocessing
    if workers < 1 or (workers == 1 and not processes):
        for index in order:
            yield dataset[index]
        return
    pool: Executor
    if processes:
        pool = ProcessPoolExecutor(workers, initializer=_start, initargs=(dataset,))
    else:
        pool = ThreadPoolExecutor(workers)
    take: Any = _take if processes else dataset.__getitem__
    waiting: deque[Future[Any]] = deque()
    try:
        for index in order:
            waiting.append(pool.submit(take, index))
            if len(waiting) >= max(dataset.max_queue_size, 1):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
