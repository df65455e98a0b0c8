"""Callbacks that watch one number and act on it, and those that set the learning rate."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from engine.callbacks.callback import Callback
from engine.errors import EngineError, ParamError

_RISING = ("acc", "auc", "precision", "recall", "f1_score", "fbeta_score", "iou", "r2_score")


class Watcher(Callback):
    """Watches ``monitor``: ``mode`` "min", "max", or "auto" to go by the name."""

    def __init__(self, monitor: str, mode: str = "auto", min_delta: float = 0.0) -> None:
        super().__init__()
        if mode not in ("auto", "min", "max"):
            raise ParamError(
                f"{type(self).__name__}: mode is 'auto', 'min' or 'max'. Received: mode={mode!r}",
                code="param",
            )
        self.monitor = monitor
        self.mode = mode
        self.min_delta = abs(min_delta)
        self.best: float | None = None

    @property
    def rising(self) -> bool:
        """Whether more is better."""
        if self.mode != "auto":
            return self.mode == "max"
        name = self.monitor.removeprefix("val_")
        return not name.endswith("loss") and any(word in name for word in _RISING)

    def is_better(self, value: float, than: float | None) -> bool:
        """Return whether ``value`` beats ``than`` by more than ``min_delta``; anything beats nothing."""
        if than is None:
            return True
        return value - self.min_delta > than if self.rising else value + self.min_delta < than

    def look(self, logs: Mapping[str, Any] | None) -> float | None:
        """Return the number that is watched; warns where the logs have none."""
        found = (logs or {}).get(self.monitor)
        if found is None and not (self.monitor.startswith("val_") and self.model.stop_training):
            warnings.warn(
                f"{type(self).__name__} watches {self.monitor!r}, which is not among the logs: "
                f"{', '.join(logs or {})}.",
                stacklevel=4,
            )
        return None if found is None else float(found)


class EarlyStopping(Watcher):
    """Ends training when ``monitor`` has not got better for ``patience`` epochs.

    ``baseline`` is what it must beat; ``start_from_epoch`` waits before it looks; ``restore_best_weights``
    puts the weights of the best epoch back.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self.wait = 0
        self.stopped_epoch = 0
        self.best_epoch = 0
        self.best_weights: Any = None

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best = self.best_weights = None

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        value = self.look(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        keep = self.restore_best_weights
        if keep and self.best_weights is None:
            self.best_weights, self.best_epoch = self.model.get_weights(), epoch
        self.wait += 1
        if self.is_better(value, self.best):
            self.best, self.best_epoch = value, epoch
            if keep:
                self.best_weights = [array.copy() for array in self.model.get_weights()]
            if self.baseline is None or self.is_better(value, self.baseline):
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        if self.stopped_epoch > 0 and self.verbose:
            print(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            self.model.set_weights(self.best_weights)
            if self.verbose:
                print(f"Weights of the best epoch ({self.best_epoch + 1}) restored.")


class ReduceLROnPlateau(Watcher):
    """Multiplies the learning rate by ``factor`` when ``monitor`` is no better for ``patience`` epochs."""

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        if factor >= 1.0:
            raise ParamError(
                f"ReduceLROnPlateau: factor is a number below 1. Received: factor={factor!r}", code="param"
            )
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self.wait = 0
        self.cooldown_counter = 0

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        self.wait = self.cooldown_counter = 0
        self.best = None

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        rate = float(self.model.optimizer.learning_rate)
        if isinstance(logs, dict):
            logs["learning_rate"] = rate
        value = self.look(logs)
        if value is None:
            return
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_better(value, self.best):
            self.best = value
            self.wait = 0
        elif self.cooldown_counter <= 0:
            self.wait += 1
            if self.wait >= self.patience and rate > self.min_lr:
                self.model.optimizer.learning_rate = max(rate * self.factor, self.min_lr)
                if self.verbose:
                    print(f"Epoch {epoch + 1}: learning rate {max(rate * self.factor, self.min_lr):g}")
                self.cooldown_counter = self.cooldown
                self.wait = 0


class LearningRateScheduler(Callback):
    """Sets the learning rate of each epoch to ``schedule(epoch, present rate)``."""

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        present = float(self.model.optimizer.learning_rate)
        try:
            rate = self.schedule(epoch, present)
        except TypeError:  # a function of the epoch alone, the older form
            rate = self.schedule(epoch)
        self.model.optimizer.learning_rate = float(rate)
        if self.verbose:
            print(f"Epoch {epoch + 1}: learning rate {float(rate):g}")

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        if isinstance(logs, dict):
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


class TerminateOnNaN(Callback):
    """Ends training as soon as the loss is no number; looks at every batch, which waits for the device.

    With ``raise_error`` it raises ``EngineError`` instead of ending quietly.
    """

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = raise_error

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(loss):
            if self.raise_error:
                raise EngineError(
                    f"Batch {batch}: the loss is {loss}. Try a smaller learning rate, and scale the inputs.",
                    code="not_finite",
                )
            print(f"Batch {batch}: the loss is {loss}, training ends.")
            self.model.stop_training = True
