"""Callbacks that watch one number and act on it, and those that set the learning rate."""

from __future__ import annotations

import copy
import math
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from engine.callbacks.callback import Callback
from engine.errors import EngineError, ParamError
from engine.utils.io_utils import print_msg

_RISING = ("acc", "auc", "precision", "recall", "f1_score", "fbeta_score", "iou", "r2_score")


class MonitorCallback(Callback):
    """Watches ``monitor``: ``mode`` "min", "max", or "auto" to go by the metric.

    ``baseline`` is what the first value must beat, by more than ``min_delta`` as every later one.  Keras:
    ``keras.callbacks.MonitorCallback``.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        mode: str = "auto",
        baseline: float | None = None,
        min_delta: float = 0,
    ) -> None:
        super().__init__()
        if mode not in ("auto", "min", "max"):
            warnings.warn(
                f"{type(self).__name__} mode '{mode}' is unknown, fallback to auto mode: it is 'auto', 'min' "
                "or 'max'.",
                stacklevel=3,
            )
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        self.best: Any = baseline
        self.min_delta = abs(min_delta)
        self.monitor_op: Callable[[Any, Any], Any] | None = None

    def _set_monitor_op(self) -> None:
        """Find out whether more or less is better; raises ``EngineError`` where the metric does not say."""
        from engine import ops

        if self._rises():
            self.monitor_op = ops.greater
        else:
            self.monitor_op = ops.less
            self.min_delta = -abs(self.min_delta)

    def _rises(self) -> bool:
        if self.mode != "auto":
            return self.mode == "max"
        name = self.monitor.removeprefix("val_")
        if name == "loss" or name.endswith("_loss"):
            return False
        targets = getattr(self.model, "_targets", None)
        known = dict(targets.named()) if targets is not None else {}
        known |= {metric.name: metric for metric in getattr(self.model, "metrics", ())}
        if name not in known:
            raise EngineError(
                f"{type(self).__name__} callback received monitor={self.monitor}, but there is no metric of "
                "that name to tell whether more or less of it is better. Pass `mode='max'` in order to "
                "monitor the highest value, or `mode='min'` for the lowest.",
                code="param",
            )
        direction = getattr(known[name], "_direction", None)
        if direction is None:
            return any(word in name for word in _RISING)
        return bool(direction == "up")

    def _is_improvement(self, monitor_value: Any, reference_value: Any) -> bool:
        """Return whether a value beats another by more than ``min_delta``; anything beats ``None``."""
        if reference_value is None:
            return True
        if self.monitor_op is None:
            self._set_monitor_op()
        assert self.monitor_op is not None
        return bool(self.monitor_op(monitor_value - self.min_delta, reference_value))

    def get_monitor_value(self, logs: Mapping[str, Any] | None) -> Any:
        """Return the number that is watched; warns and returns ``None`` where the logs have none."""
        found = (logs or {}).get(self.monitor)
        if found is None and not (self.monitor.startswith("val_") and self.model.stop_training):
            warnings.warn(
                f"{type(self).__name__} watches {self.monitor!r}, which is not available. Available metrics "
                f"are: {','.join(logs or {})}",
                stacklevel=4,
            )
        return found


class EarlyStopping(MonitorCallback):
    """Ends training when ``monitor`` has not got better for ``patience`` epochs.

    ``baseline`` is what it must beat; ``start_from_epoch`` waits before it looks; ``restore_best_weights``
    puts the weights of the best epoch back.  Keras: ``keras.callbacks.EarlyStopping``.
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
        super().__init__(monitor, mode, min_delta=min_delta)
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
        if self.monitor_op is None:
            self._set_monitor_op()
        value = self.get_monitor_value(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self._keep(epoch)
        self.wait += 1
        if self._is_improvement(value, self.best):
            self.best, self.best_epoch = value, epoch
            if self.restore_best_weights:
                self._keep(epoch)
            if self.baseline is None or self._is_improvement(value, self.baseline):
                self.wait = 0
            return
        if self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def _keep(self, epoch: int) -> None:
        # The arrays share the memory of the weights on a CPU.
        self.best_weights = copy.deepcopy(self.model.get_weights())
        self.best_epoch = epoch

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        if self.stopped_epoch > 0 and self.verbose:
            print_msg(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.restore_best_weights and self.best_weights is not None:
            if self.verbose:
                print_msg(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)


class ReduceLROnPlateau(MonitorCallback):
    """Multiplies the learning rate by ``factor`` when ``monitor`` is no better for ``patience`` epochs.

    Keras: https://keras.io/api/callbacks/reduce_lr_on_plateau/.
    """

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
        super().__init__(monitor, mode, min_delta=min_delta)
        if factor >= 1.0:
            raise ParamError(
                "ReduceLROnPlateau does not support a factor >= 1.0, which would not lower the rate. "
                f"Received factor={factor}",
                code="param",
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
        if self.monitor_op is None:
            self._set_monitor_op()
        note_rate(self.model, logs)
        value = self.get_monitor_value(logs)
        if value is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_improvement(value, self.best):
            self.best = value
            self.wait = 0
        elif not self.in_cooldown():
            self.wait += 1
            fell = (
                [self._reduce(each, epoch) for each in _parts(self.model)]
                if self.wait >= self.patience
                else []
            )
            if any(fell):
                self.cooldown_counter = self.cooldown
                self.wait = 0

    def in_cooldown(self) -> bool:
        """Return whether the rate fell so lately that nothing counts yet."""
        return self.cooldown_counter > 0

    def _reduce(self, optimizer: Any, epoch: int) -> bool:
        rate = float(optimizer.learning_rate)
        if rate <= np.float32(self.min_lr):
            return False
        new = float(f"{max(rate * self.factor, self.min_lr):.7g}")  # the digits that float32 holds
        optimizer.learning_rate = new
        if self.verbose:
            print_msg(f"\nEpoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {new}.")
        return True


def note_rate(model: Any, logs: Mapping[str, Any] | None) -> None:
    """Add the present learning rate to the logs."""
    if not isinstance(logs, dict):
        return
    if hasattr(model.optimizer, "optimizers"):
        for each in model.optimizer.optimizers:
            logs[f"learning_rate_{each.name}"] = float(each.learning_rate)
    else:
        logs["learning_rate"] = float(model.optimizer.learning_rate)


def _parts(model: Any) -> list[Any]:
    """Return the optimizers that have a rate: the model's, or those inside a ``MultiOptimizer``."""
    return list(getattr(model.optimizer, "optimizers", (model.optimizer,)))


class LearningRateScheduler(Callback):
    """Sets the learning rate of each epoch to ``schedule(epoch, present rate)``.

    Raises ``EngineError`` where ``schedule`` returns no float.  Keras: https://keras.io/api/callbacks/learning_rate_scheduler/.
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        super().__init__()
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        for each in _parts(self.model):
            self._set(each, epoch)

    def _set(self, optimizer: Any, epoch: int) -> None:
        present = float(optimizer.learning_rate)
        try:
            rate = self.schedule(epoch, present)
        except TypeError:  # a function of the epoch alone, the older form
            rate = self.schedule(epoch)
        if not isinstance(rate, (float, np.float32, np.float64)):
            raise EngineError(
                f"`schedule` returns the learning rate, a float. Received: {rate!r}", code="param"
            )
        optimizer.learning_rate = float(rate)
        if self.verbose:
            print_msg(f"\nEpoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.")

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        note_rate(self.model, logs)


class TerminateOnNaN(Callback):
    """Ends training as soon as the loss is no number; looks at every batch, which waits for the device.

    With ``raise_error`` it raises ``RuntimeError`` instead of ending quietly.
    Keras: https://keras.io/api/callbacks/terminate_on_nan/.
    """

    def __init__(self, raise_error: bool = False) -> None:
        super().__init__()
        self.raise_error = raise_error

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        loss = (logs or {}).get("loss")
        if loss is not None and not math.isfinite(loss):
            if self.raise_error:
                raise RuntimeError(
                    f"NaN or Inf loss encountered at batch {batch}. Loss value: {loss}. Try a smaller "
                    "learning rate, and scale the inputs."
                )
            print_msg(f"Batch {batch}: Invalid loss, terminating training")
            self.model.stop_training = True
