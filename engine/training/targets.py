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
from engine.structure import flatten
from engine.training.nested import Part, UnknownOutputError, goes_deep, is_container, parts_of


class LossTracker(metrics_module.Mean):
    """The mean of a loss over the rows seen, summed on the device."""

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        """Add a loss, a tensor, that stands for ``sample_weight`` rows."""
        value = values
        if torch.is_grad_enabled():
            value = value.detach()
        total = self.total
        if total.device != value.device:
            self._move(value.device)
        rows = 1 if sample_weight is None else sample_weight
        total.add_(value, alpha=rows)
        self._unseen += rows


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
        self.nesting: Callable[[], Any] = _unknown
        """Tells how the outputs are nested, ``None`` where that is not known."""
        self.parts: list[Part] = []

    # -- building ----------------------------------------------------------------------------------

    def build(self, y_true: Sequence[Tensor], y_pred: Sequence[Tensor]) -> None:
        """Make losses and metrics for these targets and predictions."""
        if self.built:
            return
        count = len(y_pred)
        self.names = self.names or list(self.naming())
        known = len(self.names) == count
        names = self.names if known else [f"output_{index}" for index in range(count)]
        loss, loss_weights, metrics, weighted = self.given
        used: set[str] = set()
        structure = self.nesting()
        deep = is_container(loss) and (goes_deep(loss) or goes_deep(structure))
        if deep:
            flat_form = list(range(count)) if count > 1 else 0
            like = structure if structure is not None else flat_form
            self.parts = parts_of(loss, loss_weights, like, names)
            for part in self.parts:
                places = flatten(part.like)
                lone = len(places) == 1 and places[0] < len(y_true)
                part.loss = _loss(part.loss, y_true[places[0]] if lone else None, y_pred[places[0]])
            _track(self.parts, [part.name for part in self.parts])
            loss = loss_weights = None
        weights = _per_output(loss_weights, names, "loss_weights")
        each = _per_output(loss, names, "loss", repeat=True)
        asked = [
            _asked(item, names, what) for item, what in ((metrics, "metrics"), (weighted, "weighted_metrics"))
        ]
        for index, name in enumerate(names):
            true = y_true[index] if index < len(y_true) else None
            target = Target(name, _loss(each[index], true, y_pred[index]), weights[index])
            for weighs, rows in enumerate(asked):
                store = target.weighted_metrics if weighs else target.metrics
                for item in rows[index]:
                    metric = _metric(item, true, y_pred[index])
                    prefix = f"{name}_" if count > 1 and known else ""
                    key = f"{prefix}{metric.name}"
                    if weighs and key in used:
                        key = f"{prefix}weighted_{metric.name}"
                    store.append((_free(key, used), metric))
            self.targets.append(target)
        with_loss = [target for target in self.targets if target.loss is not None]
        partial = len(y_true) == len(with_loss) < len(self.targets)
        for place, target in enumerate(with_loss if partial else self.targets):
            target.place = place
        # Outputs without names are called after their losses, as in Keras.
        _track(with_loss, [target.name if known else target.loss.name for target in with_loss])
        self.built = True

    # -- running -----------------------------------------------------------------------------------

    def loss(
        self, y_true: Sequence[Tensor], y_pred: Sequence[Tensor], weights: Sequence[Tensor] | None
    ) -> Tensor | None:
        """Return the weighted sum of the outputs' losses; tracks each of them where there are several."""
        if not self.built:
            self.build(y_true, y_pred)
        total = self._joint_loss(y_true, y_pred, weights) if self.parts else None
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

    def _joint_loss(
        self, y_true: Sequence[Tensor], y_pred: Sequence[Tensor], weights: Sequence[Tensor] | None
    ) -> Tensor | None:
        """Return the weighted sum of the losses that are nested like the outputs."""
        total: Tensor | None = None
        for part in self.parts:
            weight = None if weights is None else part.of(weights) if len(weights) > 1 else weights[0]
            value: Tensor = part.loss(part.of(y_true), part.of(y_pred), weight)
            if value.ndim:
                value = value.mean()
            if part.tracker is not None:
                part.tracker.update_state(value, y_pred[0].shape[0])
            if part.weight is not None:
                value = value * part.weight
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
        tracked: list[Any] = [*self.parts, *self.targets]
        found |= {item.tracker.name: item.tracker for item in tracked if item.tracker is not None}
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


def _track(items: Sequence[Target] | Sequence[Part], names: Sequence[str]) -> None:
    """Let each of several losses be tracked; of those with one name, as in Keras, the last."""
    found: dict[str, Any] = dict(zip(names, items, strict=True)) if len(items) > 1 else {}
    for name, item in found.items():
        item.tracker = LossTracker(f"{name}_loss")


def _free(name: str, used: set[str]) -> str:
    """Return ``name``, with a number where it is used already, and note it as used."""
    found, number = name, 0
    while found in used:
        number += 1
        found = f"{name}_{number}"
    used.add(found)
    return found


def _unknown() -> Any:
    return None


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
    return losses_module.LossFunctionWrapper(found, name=getattr(found, "__name__", None))


def _metric(given: Any, y_true: Tensor | None, y_pred: Tensor) -> Any:
    shape = tuple(y_pred.shape)
    return metrics_module.resolve(given, tuple(y_true.shape) if y_true is not None else shape, shape)
