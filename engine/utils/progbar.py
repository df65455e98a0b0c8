"""A bar of progress for loops of one's own."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import Any

import numpy as np

from engine.errors import ParamError
from engine.utils.io_utils import print_msg


class Progbar:
    """Shows how far a loop is, with running means of numbers.

    ``target`` is the number of steps (``None``: unknown), ``verbose`` 0 (nothing), 1 (a bar) or 2 (a line
    at the end), ``interval`` the seconds between two drawings.  Numbers named in ``stateful_metrics`` are
    shown as they come, others as means.  Keras: ``keras.utils.Progbar``.
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Iterable[str] | None = None,
        stateless_metrics: Iterable[str] | None = None,
        unit_name: str = "step",
    ) -> None:
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ParamError(
                "Only one of `stateful_metrics` or `stateless_metrics` should be set. Received: "
                f"{stateful_metrics} and {stateless_metrics}",
                code="param",
            )
        self.target = target
        self.width = width
        self.verbose = verbose
        self.interval = interval
        self.unit_name = unit_name
        self.stateful_metrics = set(stateful_metrics) if stateful_metrics is not None else set()
        self.stateless_metrics = set(stateless_metrics) if stateless_metrics is not None else None
        self._values: dict[str, list[Any]] = {}
        self._seen_so_far = 0
        self._start = time.perf_counter()
        self._drawn = 0.0
        self._wide = 0

    def add(self, n: int, values: Any = None) -> None:
        """Go ``n`` steps on."""
        self.update(self._seen_so_far + n, values)

    def update(self, current: int, values: Any = None, finalize: bool | None = None) -> None:
        """Show that ``current`` steps are done; ``values`` are pairs (name, number)."""
        done = current - self._seen_so_far
        for name, value in values or ():
            stateless = self.stateless_metrics is not None and name in self.stateless_metrics
            plain = self.stateless_metrics is None and name not in self.stateful_metrics
            if stateless or plain:
                total, count = self._values.get(name, [0.0, 0.0])
                weight = max(done, 1)
                self._values[name] = [total + float(np.mean(value)) * weight, count + weight]
            else:
                self._values[name] = [value, 1.0]
        self._seen_so_far = current
        over = bool(finalize) if finalize is not None else self.target is not None and current >= self.target
        now = time.perf_counter()
        if not self.verbose or (self.verbose == 2 and not over):
            return
        if not over and now - self._drawn < self.interval:
            return
        self._drawn = now
        print_msg(self._text(current, now, over), line_break=over)

    def _text(self, current: int, now: float, over: bool) -> str:
        parts = [f"{current}/{self.target if self.target is not None else '?'}"]
        if self.verbose == 1 and self.target:
            filled = min(self.width, round(self.width * current / self.target))
            parts.append("━" * filled + "─" * (self.width - filled))
        passed = now - self._start
        each = passed / max(current, 1)
        parts.append(f"{passed:.0f}s {each * 1e3:.0f}ms/{self.unit_name}")
        text = " ".join(parts)
        for name, (total, count) in self._values.items():
            mean = float(np.mean(total)) / max(count, 1.0)
            text += f" - {name}: {mean:.4f}" if abs(mean) > 1e-3 or mean == 0 else f" - {name}: {mean:.4e}"
        padded = text + " " * max(self._wide - len(text), 0)
        begin = "\r" if self.verbose == 1 and (self._wide or not over) and sys.stdout.isatty() else ""
        self._wide = len(text)
        return begin + padded if begin else text
