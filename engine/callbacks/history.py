"""What a run leaves behind: its numbers, epoch by epoch, in memory or in a CSV file."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

from engine.callbacks.callback import Callback


class History(Callback):
    """Lists of numbers by name, one per epoch; ``fit`` makes and returns one.

    Keras: ``keras.callbacks.History``.
    """

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)


class CSVLogger(Callback):
    """Writes a row for each epoch to a file; ``append`` goes on with one that is there.

    Keras: https://keras.io/api/callbacks/csv_logger/.
    """

    def __init__(self, filename: str | Path, separator: str = ",", append: bool = False) -> None:
        super().__init__()
        self.filename = Path(filename)
        self.separator = separator
        self.append = append
        self._file: TextIO | None = None
        self._names: list[str] = []
        self._headed = False

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        self._headed = self.append and self.filename.exists() and self.filename.stat().st_size > 0
        self._names = []
        if self._file is not None:
            self._file.close()
        self._file = self.filename.open("a" if self.append else "w", newline="", encoding="utf-8")

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        if self._file is None:
            return
        found = dict(logs or {})
        if not self._names:
            # Where the first epoch has no validation, its columns are known all the same.
            names = sorted(found)
            validated = any(name.startswith("val_") for name in names)
            self._names = names if validated else names + [f"val_{name}" for name in names]
        writer = csv.writer(self._file, delimiter=self.separator, lineterminator="\n")
        if not self._headed:
            writer.writerow(["epoch", *self._names])
            self._headed = True
        writer.writerow([epoch, *(_cell(found.get(name, "NA")) for name in self._names)])
        self._file.flush()

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _cell(value: Any) -> Any:
    """Return a list of numbers as one cell."""
    if isinstance(value, str) or not isinstance(value, Iterable) or getattr(value, "ndim", 1) == 0:
        return value
    return f'"[{", ".join(map(str, value))}]"'
