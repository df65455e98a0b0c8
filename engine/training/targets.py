"""What a model is compiled for: the loss, weight and metrics of every output, and their running numbers.

Nothing here reads a number from the device: sums stay tensors until somebody asks for results.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from engine import losses as losses_module
from engine import metrics as metrics_module
from engine.errors import EngineError, did_you_mean


class UnknownOutputError(EngineError, KeyError):
    """``compile`` was given something for an output that the model has not."""

    def __str__(self) -> str:
        return str(self.args[0])  # a KeyError's own would quote the sentence


class LossTracker:
    """The mean of a loss over the rows seen, summed on the device."""

    def __init__(self, name: str = "loss") -> None:
        self.name = name
        self.total: Tensor | None = None
        self.rows = 0

    def update_state(self, value: Tensor, sample_weight: int = 1) -> None:
        """Add a loss that stands for ``sample_weight`` rows."""
        if torch.is_grad_enabled():
            value = value.detach()
        if self.total is None or self.total.device != value.device:
            self.total = torch.zeros((), device=value.device, dtype=value.dtype)
        self.total.add_(value, alpha=sample_weight)
        self.rows += sample_weight

    def result(self) -> Tensor:
        """Return the mean; 0 before the first update."""
        if self.total is None:
            return torch.zeros(())
        return self.total / max(self.rows, 1)

    def reset_state(self) -> None:
        """Start afresh."""
        self.total = None
        self.rows = 0


class Target:
    """One output: what is asked of it."""

    def __init__(self, name: str, loss: Any, weight: float | None) -> None:
        self.name = name
        self.loss = loss
        self.weight = weight
        self.metrics: list[tuple[str, Any]] = []
        self.weighted_metrics: list[tuple[str, Any]] = []
        self.tracker: LossTracker | None = None
        self.place = 0
        """Where its targets lie among those given."""


class Targets:
    """Losses and metrics of all outputs, from what ``compile`` was given.

    The words "accuracy" and "crossentropy" are resolved at the first batch, from the shapes of target and
    prediction.
    """

    def __init__(
        self, names: Sequence[str], loss: Any, loss_weights: Any, metrics: Any, weighted_metrics: Any
    ) -> None:
        self.names = list(names)
        self.given = (loss, loss_weights, metrics, weighted_metrics)
        self.loss_tracker = LossTracker("loss")
        self.targets: list[Target] = []
        self.own: list[Any] = []  # metrics that a model keeps as attributes, for steps of its own
        self.built = False
        self.naming: Callable[[], Sequence[str]] = tuple
        """Tells the names of the outputs where they are known only once the model ran."""

    # -- building ----------------------------------------------------------------------------------

    def build(self, y_true: Sequence[Tensor], y_pred: Sequence[Tensor]) -> None:
        """Make losses and metrics for these targets and predictions."""
        if self.built:
            return
        count = len(y_pred)
        self.names = self.names or list(self.naming())
        names = self.names if len(self.names) == count else [f"output_{index}" for index in range(count)]
        loss, loss_weights, metrics, weighted = self.given
        weights = _per_output(loss_weights, names, "loss_weights")
        each = _per_output(loss, names, "loss", repeat=True)
        asked = [
            _asked(item, names, what) for item, what in ((metrics, "metrics"), (weighted, "weighted_metrics"))
        ]
        used: set[str] = set()
        for index, name in enumerate(names):
            true = y_true[index] if index < len(y_true) else None
            target = Target(name, _loss(each[index], true, y_pred[index]), weights[index])
            for weighs, rows in enumerate(asked):
                store = target.weighted_metrics if weighs else target.metrics
                for item in rows[index]:
                    metric = _metric(item, true, y_pred[index])
                    key = f"{name}_{metric.name}" if count > 1 else str(metric.name)
                    if weighs and key in used:
                        key = f"{name}_weighted_{metric.name}" if count > 1 else f"weighted_{metric.name}"
                    plain, number = key, 0
                    while key in used:
                        number += 1
                        key = f"{plain}_{number}"
                    used.add(key)
                    store.append((key, metric))
            self.targets.append(target)
        with_loss = [target for target in self.targets if target.loss is not None]
        partial = len(y_true) == len(with_loss) < len(self.targets)
        for place, target in enumerate(with_loss if partial else self.targets):
            target.place = place
        if len(with_loss) > 1:
            for target in with_loss:
                target.tracker = LossTracker(f"{target.name}_loss")
        self.built = True

    # -- running -----------------------------------------------------------------------------------

    def loss(
        self, y_true: Sequence[Tensor], y_pred: Sequence[Tensor], weights: Sequence[Tensor] | None
    ) -> Tensor | None:
        """Return the weighted sum of the outputs' losses; tracks each of them where there are several."""
        if not self.built:
            self.build(y_true, y_pred)
        total: Tensor | None = None
        for index, target in enumerate(self.targets):
            if target.loss is None:
                continue
            if target.place >= len(y_true):
                raise EngineError(
                    f"The loss of output '{target.name}' needs targets: give y to fit() or evaluate().",
                    code="no_target",
                    output=target.name,
                )
            weight = None if weights is None else weights[index if index < len(weights) else 0]
            value: Tensor = target.loss(y_true[target.place], y_pred[index], weight)
            if value.ndim:
                value = value.mean()
            if target.tracker is not None:
                target.tracker.update_state(value, y_pred[index].shape[0])
            if target.weight is not None:
                value = value * target.weight
            total = value if total is None else total + value
        return total

    def update(
        self, y_true: Sequence[Tensor], y_pred: Sequence[Tensor], weights: Sequence[Tensor] | None
    ) -> None:
        """Show metrics what was predicted."""
        for index, target in enumerate(self.targets):
            if target.place >= len(y_true) or not (target.metrics or target.weighted_metrics):
                continue
            true, predicted = y_true[target.place], y_pred[index]
            if predicted.requires_grad:
                predicted = predicted.detach()
            for _, metric in target.metrics:
                metric.update_state(true, predicted)
            if target.weighted_metrics:
                weight = None if weights is None else weights[index if index < len(weights) else 0]
                for _, metric in target.weighted_metrics:
                    metric.update_state(true, predicted, weight)

    # -- results -----------------------------------------------------------------------------------

    def named(self) -> dict[str, Any]:
        """Return trackers and metrics by the names they have in logs, the loss first."""
        found: dict[str, Any] = {"loss": self.loss_tracker}
        found |= {item.tracker.name: item.tracker for item in self.targets if item.tracker is not None}
        for target in self.targets:
            found |= dict(target.metrics)
        for target in self.targets:
            found |= dict(target.weighted_metrics)
        return found

    @property
    def has_metrics(self) -> bool:
        """Whether any metric is computed beside the loss."""
        return any(target.metrics or target.weighted_metrics for target in self.targets)

    def results(self) -> dict[str, Any]:
        """Return the present results by name, still on the device."""
        with torch.no_grad():
            found = {name: item.result() for name, item in self.named().items()}
            return found | {item.name: item.result() for item in self.own if item.name not in found}

    def reset(self) -> None:
        """Start all running numbers afresh."""
        for item in (*self.named().values(), *self.own):
            item.reset_state()


def _by_name(given: Mapping[str, Any], names: Sequence[str], what: str) -> list[Any]:
    for name in given:
        if name not in names:
            raise UnknownOutputError(
                f"Invalid `{what}`: {name!r} in the `{what}` argument, can't be found in either the model's "
                f"output names or its nesting. Expected keys: {', '.join(names)}.{did_you_mean(name, names)}",
                code="output_name",
                name=name,
                expected=list(names),
            )
    return [given.get(name) for name in names]


def _per_output(given: Any, names: Sequence[str], what: str, repeat: bool = False) -> list[Any]:
    """Return one entry for each output."""
    if isinstance(given, Mapping) and "class_name" not in given:
        return _by_name(given, names, what)
    if isinstance(given, (list, tuple)):
        if len(given) != len(names):
            raise EngineError(
                f"{what} has {len(given)} entries, but the model has {len(names)} outputs: "
                f"{', '.join(names)}.",
                code="output_count",
                expected=len(names),
                got=len(given),
            )
        return list(given)
    return [given] * len(names) if repeat or len(names) == 1 else [given] + [None] * (len(names) - 1)


def _asked(given: Any, names: Sequence[str], what: str) -> list[list[Any]]:
    """Return the metrics of each output as lists."""
    if given is None:
        return [[] for _ in names]
    if isinstance(given, Mapping) and "class_name" not in given:
        rows = _by_name(given, names, what)
    elif len(names) == 1:
        rows = [given]
    elif isinstance(given, (list, tuple)):
        if not given:
            return [[] for _ in names]
        rows = _per_output(given, names, what)
    else:
        rows = [given] * len(names)
    return [_flat(row) if isinstance(row, (list, tuple)) else ([] if row is None else [row]) for row in rows]


def _flat(items: Sequence[Any]) -> list[Any]:
    found: list[Any] = []
    for item in items:
        found.extend(_flat(item) if isinstance(item, (list, tuple)) else [item])
    return found


def _form(y_true: Tensor | None, y_pred: Tensor) -> str:
    """Return which form of accuracy or crossentropy fits target and prediction."""
    if y_pred.shape[-1] == 1:
        return "binary"
    if y_true is None or y_true.ndim < y_pred.ndim or y_true.shape[-1] == 1:
        return "sparse"
    return "categorical"


def _loss(given: Any, y_true: Tensor | None, y_pred: Tensor) -> Any:
    if isinstance(given, (list, tuple)) and len(given) == 1:
        given = given[0]  # as Keras: a list of one is that one
    if given is None:
        return None
    if isinstance(given, str) and given.lower() in ("crossentropy", "ce"):
        given = {
            "binary": "binary_crossentropy",
            "sparse": "sparse_categorical_crossentropy",
            "categorical": "categorical_crossentropy",
        }[_form(y_true, y_pred)]
    found = losses_module.get(given)
    if isinstance(found, losses_module.Loss):
        return found
    return losses_module.LossFunctionWrapper(found)


def _metric(given: Any, y_true: Tensor | None, y_pred: Tensor) -> Any:
    shape = tuple(y_pred.shape)
    return metrics_module.resolve(given, tuple(y_true.shape) if y_true is not None else shape, shape)
