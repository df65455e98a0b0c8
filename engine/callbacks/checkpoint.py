"""Saving while training."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.callbacks.watching import Watcher
from engine.errors import ParamError


class ModelCheckpoint(Watcher):
    """Saves the model, or with ``save_weights_only`` its weights, after epochs or every so many batches.

    ``filepath`` may hold names of logs: ``"best-{epoch:02d}-{val_loss:.2f}.keras"`` (epochs count from 1).
    ``save_best_only`` saves where ``monitor`` is better than ever, ``save_freq`` is "epoch" or a number of
    batches, ``initial_value_threshold`` what the first save must beat.
    """

    def __init__(
        self,
        filepath: str | Path,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: str | int = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode)
        if save_freq != "epoch" and not isinstance(save_freq, int):
            raise ParamError(
                f"ModelCheckpoint: save_freq is 'epoch' or a number of batches. Received: {save_freq!r}",
                code="param",
            )
        self.filepath = str(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        self.best = initial_value_threshold
        self._epoch = 0
        self._batches = 0

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        if self.save_freq == "epoch":
            return
        self._batches += 1
        if self._batches % int(self.save_freq) == 0:
            self._save(dict(logs or {}), batch)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        if self.save_freq == "epoch":
            self._save(dict(logs or {}), None)

    def _save(self, logs: dict[str, Any], batch: int | None) -> None:
        if self.save_best_only:
            value = self.look(logs)
            if value is None or not self.is_better(value, self.best):
                return
            self.best = value
        try:
            path = self.filepath.format(epoch=self._epoch + 1, batch=(batch or 0) + 1, **logs)
        except KeyError as error:
            raise ParamError(
                f"ModelCheckpoint: filepath={self.filepath!r} names {error}, which is not among the logs: "
                f"{', '.join(logs)}.",
                code="param",
            ) from None
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path)
        else:
            self.model.save(path)
        if self.verbose:
            print(f"Epoch {self._epoch + 1}: saved to {path}")
