"""How long each layer takes: the model is built and some rows pass through it, in a thread of its own."""

from __future__ import annotations

import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from studio.data_source.reading import Dataset
from studio.document.catalog import Catalog
from studio.document.document import Document
from studio.document.shapes import analyse
from studio.document.times import Spot, Times, called_layers, marks_of
from studio.runs.device import device_name, use_device
from studio.translate.build import Built, build

PASSES, LONGEST = 7, 2.0
"""So many passes after a first one that does not count, or as many as begin within so many seconds."""


class Cancelled(Exception):
    """Leaves a pass that nobody waits for any more."""


class Timing:
    """One measurement of a document; ``times`` or ``error`` is there once ``active`` is no more."""

    def __init__(
        self, document: Document, catalog: Catalog, dataset: Dataset, *, leave_core: bool = False
    ) -> None:
        self.document = document.copy()
        self._catalog, self._dataset, self._leave_core = catalog, dataset, leave_core
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._work, name="timing", daemon=True)
        self.times: Times | None = None
        self.error: Exception | None = None

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def cancel(self) -> None:
        """End before the next layer; there will be no times."""
        self._cancelled.set()

    @property
    def active(self) -> bool:
        """Whether it is still measuring."""
        return self._thread.is_alive()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end; return whether it came in time."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self.active

    def _work(self) -> None:
        try:
            self.times = self._measure()
        except Cancelled:
            pass
        except Exception as error:  # it is told in the window, whatever it was
            self.error = error

    def _measure(self) -> Times:
        use_device(self.document, "", self._leave_core)
        found = analyse(self.document, self._catalog)
        built = build(self.document, self._catalog, self._dataset, analysis=found)
        rows = min(int(built.fit["batch_size"]), len(self._dataset.train))
        clock = _Clock(built, self._cancelled.is_set)
        spots: dict[str, list[tuple[Spot, ...]]] = defaultdict(list)
        for name, places in called_layers(self.document):
            spots[name].append(places)
        clock.watch(spots.keys())
        samples: dict[Spot, list[float]] = defaultdict(list)
        end = time.monotonic() + LONGEST
        x = (
            {key: each[:rows] for key, each in built.x.items()}
            if isinstance(built.x, dict)
            else built.x[:rows]
        )
        for number in range(PASSES + 1):
            taken = clock.run(x)
            if number:
                for spot, seconds in credited(taken, spots).items():
                    samples[spot].append(seconds)
            if number and time.monotonic() > end:
                break
        marks = marks_of(self.document, found)
        medians = dict.fromkeys(marks, 0.0)
        medians |= {spot: statistics.median(each) for spot, each in samples.items()}
        return Times(medians, marks, rows, device_name(built.model))


def credited(
    taken: Mapping[str, list[float]], spots: Mapping[str, list[tuple[Spot, ...]]]
) -> dict[Spot, float]:
    """Add up what every call took at all nodes that it is part of."""
    sums: dict[Spot, float] = defaultdict(float)
    for name, calls in taken.items():
        for places, seconds in zip(spots[name], calls, strict=False):
            for spot in places:
                sums[spot] += seconds
    return sums


class _Clock:
    """Stops the time of the layers of a model, call by call."""

    def __init__(self, built: Built, cancelled: Callable[[], bool]) -> None:
        self._model, self._cancelled = built.model, cancelled
        self._taken: dict[str, list[float]] = defaultdict(list)
        self._sync: Callable[[], None] = lambda: None
        if device_name(self._model).startswith("cuda"):
            import torch

            self._sync = torch.cuda.synchronize

    def watch(self, names: Any) -> None:
        """Look at the layers of these names from now on."""
        for layer in self._model.layers:
            if layer.name in names:
                self._hook(layer)

    def _hook(self, layer: Any) -> None:
        began: list[float] = []

        def before(*_: object) -> None:
            if self._cancelled():
                raise Cancelled
            self._sync()
            began.append(time.perf_counter())

        def after(*_: object) -> None:
            self._sync()
            self._taken[layer.name].append(time.perf_counter() - began.pop())

        layer.register_forward_pre_hook(before)
        layer.register_forward_hook(after)

    def run(self, x: Any) -> dict[str, list[float]]:
        """Pass rows through the model and return what each call took, by layer."""
        self._taken.clear()
        self._model.predict_on_batch(x)
        return {name: list(calls) for name, calls in self._taken.items()}
