"""The progress of a run as text."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any

from engine.callbacks.callback import Callback
from engine.utils.io_utils import print_msg

_WIDTH = 20
_PAUSE = 0.05
"""Seconds between two drawings: reading the numbers waits for the device."""


class ProgbarLogger(Callback):
    """Prints a bar for each epoch (``verbose=1``) or one line at its end (``verbose=2``).

    Without ``verbose`` the run's own setting holds.  Keras: ``keras.callbacks.ProgbarLogger``.
    """

    def __init__(self, verbose: int | None = None) -> None:
        super().__init__()
        self._asked = verbose
        self._begun = self._drawn = 0.0
        self._done = 0
        self._width = 0
        self._training = False

    @property
    def verbose(self) -> int:
        """What is printed: 0 nothing, 1 a bar, 2 a line for each epoch."""
        return int(self.params.get("verbose", 1)) if self._asked is None else self._asked

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        self._training = True

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        self._training = False

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        self._start()
        if self.verbose and self.params.get("epochs", 1) > 1:
            print_msg(f"Epoch {epoch + 1}/{self.params['epochs']}")

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        self._done = batch + 1
        if self.verbose == 1:
            self._tick(logs)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        self._finish(logs)

    def on_test_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        if not self._training:
            self._start()

    def on_test_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        if not self._training:
            self._done = batch + 1
            if self.verbose == 1:
                self._tick(logs)

    def on_test_end(self, logs: Mapping[str, Any] | None = None) -> None:
        if not self._training:
            self._finish(logs)

    def on_predict_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        self._start()

    def on_predict_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        self._done = batch + 1
        if self.verbose == 1:
            self._tick(None)

    def on_predict_end(self, logs: Mapping[str, Any] | None = None) -> None:
        self._finish(None)

    def _start(self) -> None:
        self._begun = self._drawn = time.perf_counter()
        self._done = self._width = 0

    def _tick(self, logs: Mapping[str, Any] | None) -> None:
        now = time.perf_counter()
        if now - self._drawn >= _PAUSE and sys.stdout.isatty():
            self._drawn = now
            self._draw(logs, "\r", "")

    def _finish(self, logs: Mapping[str, Any] | None) -> None:
        self._draw(logs, "\r" if self._width else "", "\n")

    def _draw(self, logs: Mapping[str, Any] | None, begin: str, end: str) -> None:
        if not self.verbose:
            return
        steps = self.params.get("steps") or (self._done if end else None)
        passed = time.perf_counter() - self._begun
        parts = [f"{self._done}/{steps or '?'}"]
        if self.verbose == 1 and steps:
            filled = min(_WIDTH, round(_WIDTH * self._done / max(steps, 1)))
            parts.append("━" * filled + "─" * (_WIDTH - filled))
        each = passed / max(self._done, 1)
        if end or not steps:
            parts.append(f"{passed:.0f}s {_duration(each)}/step")
        else:
            parts.append(f"{each * (steps - self._done):.0f}s left {_duration(each)}/step")
        text = " ".join(parts)
        for name, value in (logs or {}).items():
            text += f" - {name}: {_number(value)}"
        padding = " " * max(0, self._width - len(text))
        self._width = 0 if end else len(text)
        print_msg(f"{begin}{text}{padding}{end}", line_break=False)


def _duration(seconds: float) -> str:
    if seconds >= 1:
        return f"{seconds:.1f}s"
    return f"{seconds * 1e3:.0f}ms" if seconds >= 1e-3 else f"{seconds * 1e6:.0f}us"


def _number(value: Any) -> str:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)
    return f"{number:.4f}" if abs(number) > 1e-3 or number == 0 else f"{number:.4e}"
