"""Saving while training."""

from __future__ import annotations

import json
import os
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.callbacks.callback import Callback
from engine.callbacks.watching import MonitorCallback
from engine.errors import EngineError, ParamError
from engine.utils.io_utils import print_msg


class _EveryBatches:
    """Counts batches across epochs, and says when ``every`` of them have passed since the last time."""

    def __init__(self, every: str | int) -> None:
        self._every = every
        self._since = 0
        self._last = -1

    def due(self, batch: int) -> bool:
        if self._every == "epoch":
            return False
        self._since += batch + 1 if batch <= self._last else batch - self._last
        self._last = batch
        if self._since < int(self._every):
            return False
        self._since = 0
        return True


def _frequency(owner: str, save_freq: str | int) -> str | int:
    if save_freq != "epoch" and not isinstance(save_freq, int):
        raise ParamError(
            f"{owner}: Invalid value for argument `save_freq`. Unrecognized save_freq: {save_freq!r}. "
            "Expected save_freq are 'epoch' or integer values, a number of batches. "
            f"Received: save_freq={save_freq}",
            code="param",
        )
    return save_freq


def _watch_batches(callback: Any) -> None:
    """Hook into batches, which costs something at each, only where the callback counts them."""
    if callback.save_freq != "epoch":
        callback.on_train_batch_end = callback._batch_end


class ModelCheckpoint(MonitorCallback):
    """Saves the model, or with ``save_weights_only`` its weights, after epochs or every so many batches.

    ``filepath`` may hold names of logs: ``"best-{epoch:02d}-{val_loss:.2f}.keras"`` (epochs count from 1);
    it ends in ``.keras``, for weights in ``.weights.h5`` or ``.safetensors``.  ``save_best_only`` saves
    where ``monitor`` is better than ever, ``save_freq`` is "epoch" or a number of batches,
    ``initial_value_threshold`` what the first save must beat.  Keras: ``keras.callbacks.ModelCheckpoint``.
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
        super().__init__(monitor, mode, initial_value_threshold)
        self.save_freq = _frequency("ModelCheckpoint", save_freq)
        self.filepath = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        endings = (".weights.h5", ".safetensors") if save_weights_only else (".keras",)
        if not self.filepath.endswith(endings):
            kind = "weights" if save_weights_only else "model"
            raise ParamError(
                f"ModelCheckpoint: with save_weights_only={save_weights_only}, the filepath provided must "
                f"end in `{endings[0]}` (Keras {kind} format). Received: filepath={self.filepath}",
                code="param",
            )
        self._batches = _EveryBatches(save_freq)
        self._current_epoch = 0
        _watch_batches(self)

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        self._current_epoch = epoch

    def _batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        if self._batches.due(batch):
            self._save(dict(logs or {}), self._current_epoch, batch)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        if self.monitor_op is None and self.save_best_only:
            self._set_monitor_op()
        if self.save_freq == "epoch":
            self._save(dict(logs or {}), epoch, None)

    def _wanted(self, logs: Mapping[str, Any], epoch: int, path: str) -> bool:
        if not self.save_best_only:
            return True
        value = logs.get(self.monitor)
        if value is None or getattr(value, "ndim", 0) > 0:
            stopped = self.model.stop_training and value is None
            if not stopped:
                warnings.warn(
                    f"Can save best model only with {self.monitor} available, as a scalar value. Received: "
                    f"{value}. Available metrics are: {','.join(logs)}. Saving all the same.",
                    stacklevel=5,
                )
            return not stopped
        before = "None" if self.best is None else f"{self.best:.5f}"
        better = self._is_improvement(value, self.best)
        if self.verbose:
            change = (
                f"improved from {before} to {value:.5f}, saving model to {path}"
                if better
                else f"did not improve from {before}"
            )
            print_msg(f"\nEpoch {epoch + 1}: {self.monitor} {change}")
        if better:
            self.best = value
        return better

    def _save(self, logs: dict[str, Any], epoch: int, batch: int | None) -> None:
        names = dict(logs) | {"epoch": epoch + 1}
        if batch is not None and "batch" not in logs:
            names["batch"] = batch + 1
        try:
            path = self.filepath.format(**names)
        except KeyError as error:
            raise KeyError(
                f'Failed to format this callback filepath: "{self.filepath}". Reason: {error} is not among '
                f"the logs: {', '.join(names)}"
            ) from None
        if not self._wanted(logs, epoch, path):
            return
        if os.path.isdir(path):
            raise OSError(
                "ModelCheckpoint needs a non-directory filepath, and a directory of that name is there "
                f"already. Received: {path}"
            )
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        if self.save_weights_only:
            self.model.save_weights(path, overwrite=True)
        else:
            self.model.save(path, overwrite=True)
        if self.verbose:
            print_msg(f"\nEpoch {epoch + 1}: finished saving model to {path}")


class BackupAndRestore(Callback):
    """Keeps a copy of a run, so that ``fit`` called again after a crash goes on where it was.

    Weights and optimizer go to ``backup_dir`` after each epoch, or every ``save_freq`` batches;
    ``double_checkpoint`` keeps the copy before too, for a crash while saving.  A run that ends well removes
    the folder unless ``delete_checkpoint`` is False.  The model must be built before ``fit``.  Keras:
    ``keras.callbacks.BackupAndRestore``.
    """

    def __init__(
        self,
        backup_dir: str | Path,
        save_freq: str | int = "epoch",
        double_checkpoint: bool = False,
        delete_checkpoint: bool = True,
    ) -> None:
        super().__init__()
        if not backup_dir:
            raise ParamError(
                "BackupAndRestore: Empty `backup_dir` argument passed; it names a folder.", code="param"
            )
        self.save_freq = _frequency("BackupAndRestore", save_freq)
        self.double_checkpoint = double_checkpoint
        self.delete_checkpoint = delete_checkpoint
        self.backup_dir = os.fspath(backup_dir)
        self._weights_path = Path(self.backup_dir, "latest.weights.h5")
        self._training_metadata_path = Path(self.backup_dir, "training_metadata.json")
        self._prev_weights_path = _before(self._weights_path)
        self._prev_training_metadata_path = _before(self._training_metadata_path)
        self._batches = _EveryBatches(save_freq)
        self._current_epoch = 0
        self._last_batch_seen = 0
        _watch_batches(self)

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        paths = (self._weights_path, self._training_metadata_path)
        try:
            self._load()
        except (OSError, ValueError):
            if not self._prev_weights_path.exists():
                raise
            for path in paths:
                path.unlink(missing_ok=True)
                if _before(path).exists():
                    shutil.copyfile(_before(path), path)
            self._load()

    def _load(self) -> None:
        if not self.model.built:
            raise EngineError(
                "To use the BackupAndRestore callback, your model must be built before you call `fit()`. "
                f"Model '{self.model.name}' is unbuilt: call it on a batch of data first.",
                code="not_built",
            )
        if self._weights_path.exists():
            optimizer = self.model.optimizer
            if optimizer is not None and not optimizer.built:
                optimizer.build(self.model.trainable_variables)
            self.model.load_weights(self._weights_path)
        if self._training_metadata_path.exists():
            found = json.loads(self._training_metadata_path.read_text(encoding="utf-8"))
            self.model._initial_epoch = int(found["epoch"])

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        self._current_epoch = epoch + 1
        self._last_batch_seen = 0
        if self.save_freq == "epoch":
            self._save_model()

    def _batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        self._last_batch_seen = batch
        if self._batches.due(batch):
            self._save_model()

    def _save_model(self) -> None:
        from engine.saving.files import replacing

        Path(self.backup_dir).mkdir(parents=True, exist_ok=True)
        if self.double_checkpoint:
            for path in (self._weights_path, self._training_metadata_path):
                if path.exists():
                    shutil.copyfile(path, _before(path))
        self.model.save_weights(self._weights_path, overwrite=True)
        with replacing(self._training_metadata_path) as part:
            found = {"epoch": self._current_epoch, "batch": self._last_batch_seen}
            part.write_text(json.dumps(found), encoding="utf-8")

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        if self.delete_checkpoint:
            shutil.rmtree(self.backup_dir, ignore_errors=True)


def _before(path: Path) -> Path:
    return path.with_name(f"{path.name}.bkp")
