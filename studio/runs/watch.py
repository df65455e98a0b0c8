"""The callback of a run: turns the hooks of training into events and obeys the switches."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from studio.runs.blame import Diverged
from studio.runs.events import BatchEnd, EpochEnd, Event, Paused, Resumed
from studio.translate.build import Built

INTERVAL = 1 / 30
"""Seconds between two looks at the numbers: every look makes the processor wait for the device."""


class Stopped(Exception):
    """Leaves ``fit`` right after a batch; a flag would let validation run first."""


class Enough(Exception):
    """Leaves ``fit`` after the last of the single batches that were asked for."""


class Switches(Protocol):
    """What a run's control tells."""

    @property
    def paused(self) -> bool: ...
    @property
    def stopped(self) -> bool: ...
    def wait(self) -> None: ...


class Watch:
    """Counts, measures and tells; ``epochs`` are those completed, ``history`` their logs in this session.

    ``limit`` ends the run after so many batches; 0 sets no limit.
    """

    def __init__(
        self,
        control: Switches,
        tell: Callable[[Event], None],
        built: Built,
        done: int,
        samples: int,
        limit: int = 0,
    ) -> None:
        self.limit = limit
        self.control, self.tell, self.built = control, tell, built
        self.epochs, self.samples = done, samples
        self.size = int(built.fit["batch_size"])
        self.history: list[dict[str, float]] = []
        self.step = self.epoch = 0
        self.seen = 0
        self.began = self.epoch_began = time.monotonic()
        self.waited = self.epoch_waited = 0.0
        self.looked = 0.0

    def callback(self, framework: Any = None) -> Any:
        """Return a callback of the framework (the engine unless given) that calls this watch."""
        if framework is None:
            from engine import callbacks
        else:
            callbacks = framework.callbacks
        watch = self

        class Hooks(callbacks.Callback):
            def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
                watch.begin_epoch(epoch)

            def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
                watch.end_batch(batch, logs)

            def on_test_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
                watch.obey()

            def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
                watch.end_epoch(epoch, logs or {})

        return Hooks()

    def begin_epoch(self, epoch: int) -> None:
        """Start the clock of an epoch."""
        self.epoch, self.epoch_began, self.epoch_waited = epoch, time.monotonic(), 0.0

    def end_batch(self, batch: int, logs: Mapping[str, Any] | None) -> None:
        """Count a batch, tell of it where it is time to, then obey."""
        self.step += 1
        self.seen += min(self.size, self.samples - batch * self.size)
        now = time.monotonic()
        enough = 0 < self.limit <= self.step
        if enough or now - self.looked >= INTERVAL:
            self.looked = now
            numbers = _numbers(logs or {})
            self.check(numbers)
            rate = self.seen / max(1e-9, now - self.began - self.waited)
            self.tell(BatchEnd(self.step, self.epoch, batch, numbers, rate))
        if enough:
            raise Enough
        self.obey()

    def end_epoch(self, epoch: int, logs: Mapping[str, Any]) -> None:
        """Keep and tell the numbers of an epoch."""
        numbers = _numbers(logs)
        self.check(numbers)
        self.epochs = epoch + 1
        self.history.append(numbers)
        self.tell(EpochEnd(epoch, numbers, time.monotonic() - self.epoch_began - self.epoch_waited))

    def check(self, numbers: Mapping[str, float]) -> None:
        """Raise ``Diverged`` where the loss is no number any more."""
        if not math.isfinite(numbers.get("loss", 0.0)):
            raise Diverged(numbers["loss"])

    def obey(self) -> None:
        """Wait in a pause; raise ``Stopped`` where the run is to end."""
        if self.control.paused:
            self.tell(Paused())
            before = time.monotonic()
            self.control.wait()
            took = time.monotonic() - before
            self.waited += took
            self.epoch_waited += took
            if not self.control.stopped:
                self.tell(Resumed())
        if self.control.stopped:
            raise Stopped


def _numbers(logs: Mapping[str, Any]) -> dict[str, float]:
    return {key: float(value) for key, value in dict(logs).items()}
