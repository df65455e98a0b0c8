"""The losses that a model was compiled with, as one: those of its outputs, weighted and added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from engine import losses as losses_module
from engine import metrics as metrics_module
from engine.errors import EngineError
from engine.losses.arguments import tensor
from engine.metrics.compiled import unknown_output
from engine.structure import flatten, map_structure, ordered, same_nesting
from engine.training.nested import Part, goes_deep, is_container, leaves_like, parts_of


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

    def __init__(self, name: str, loss: Any, weight: Any) -> None:
        self.name = name
        self.loss = loss
        self.weight = weight
        self.tracker: LossTracker | None = None
        self.place = 0
        """Where its targets lie among those given."""


class CompileLoss(losses_module.Loss):
    """What ``compile(loss=..., loss_weights=...)`` asked for, over all outputs of a model.

    The words "crossentropy" are resolved at the first batch, from the shapes of target and prediction.
    ``metrics`` tracks each of several losses.  Raises ``EngineError`` (a ``ValueError``) for weights of a
    wrong type and for nestings that do not fit.
    """

    def __init__(
        self,
        loss: Any,
        loss_weights: Any = None,
        reduction: str | None = "sum_over_batch_size",
        output_names: Sequence[str] | None = None,
    ) -> None:
        super().__init__("compile_loss", reduction)
        wrong = loss_weights is not None and not isinstance(loss_weights, (list, tuple, Mapping, float, int))
        if wrong:
            raise EngineError(
                "Expected `loss_weights` argument to be a float (single output case) or a list, tuple, or "
                f"dict (multiple output case). Received: loss_weights={loss_weights!r} of type "
                f"{type(loss_weights)}",
                code="loss_weights",
            )
        self.output_names = list(output_names or ())
        self.built = False
        self.targets: list[Target] = []
        self.parts: list[Part] = []
        self._given = (loss, loss_weights)
        self._like: Any = None

    @property
    def metrics(self) -> list[LossTracker]:
        """The trackers of the single losses, where there are several."""
        tracked: list[Any] = [*self.parts, *self.targets]
        return [item.tracker for item in tracked if item.tracker is not None]

    @property
    def variables(self) -> list[Any]:
        """The states of the trackers."""
        return [state for tracker in self.metrics for state in tracker.variables]

    # -- building ----------------------------------------------------------------------------------

    def build(self, y_true: Any, y_pred: Any) -> None:
        """Make the losses for targets and predictions like these: arrays, tensors or symbolic tensors."""
        self._like = map_structure(lambda _: None, y_pred)
        self.built = False
        self.build_flat(self._leaves_of(y_true, y_pred), flatten(y_pred), self._like, self.output_names)

    def build_flat(
        self, y_true: Sequence[Any], y_pred: Sequence[Any], structure: Any, known_names: Sequence[str]
    ) -> None:
        """Make the losses for flat lists; ``structure`` is how the predictions are nested, if known."""
        count = len(y_pred)
        if isinstance(structure, Mapping) and len(structure) == count and len(known_names) != count:
            known_names = ordered(structure)
        known = len(known_names) == count
        names = list(known_names) if known else [f"output_{index}" for index in range(count)]
        loss, loss_weights = self._given
        self.targets, self.parts = [], []
        if is_container(loss) and (goes_deep(loss) or goes_deep(structure)):
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
        for index, name in enumerate(names):
            true = y_true[index] if index < len(y_true) else None
            self.targets.append(Target(name, _loss(each[index], true, y_pred[index]), weights[index]))
        with_loss = [target for target in self.targets if target.loss is not None]
        partial = len(y_true) == len(with_loss) < len(self.targets)
        for place, target in enumerate(with_loss if partial else self.targets):
            target.place = place
        # Outputs without names are called after their losses, as in Keras.
        _track(with_loss, [target.name if known else target.loss.name for target in with_loss])
        self.built = True

    def _leaves_of(self, y_true: Any, y_pred: Any) -> list[Any]:
        """Return the targets flat, in the order of the predictions; those of losses alone where so given."""
        if same_nesting(y_pred, y_true):
            return leaves_like(y_pred, y_true)
        if (
            isinstance(y_pred, (list, tuple))
            and isinstance(y_true, Mapping)
            and set(y_true) == set(self.output_names)
        ):
            return [y_true[name] for name in self.output_names]
        flat, wanted = flatten(y_true), len(flatten(y_pred))
        losses = sum(loss is not None for loss in flatten(self._given[0]))
        if len(flat) not in (wanted, losses):
            stars = [map_structure(lambda _: "*", value) for value in (y_true, y_pred)]
            raise EngineError(
                f"y_true and y_pred have different structures.\ny_true: {stars[0]}\ny_pred: {stars[1]}",
                code="structure",
            )
        return flat

    # -- running -----------------------------------------------------------------------------------

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Tensor:
        """Return the weighted sum of the losses, of targets and weights nested as the predictions are."""
        if not self.built:
            self.build(y_true, y_pred)
        true, pred = self._leaves_of(y_true, y_pred), [tensor(leaf) for leaf in flatten(y_pred)]
        weights = None if sample_weight is None else flatten(sample_weight)
        total = self.total([tensor(leaf) for leaf in true], pred, weights)
        if total is None:
            raise EngineError("There is no loss: give compile() one.", code="no_loss")
        return total

    def total(
        self, y_true: Sequence[Tensor], y_pred: Sequence[Tensor], weights: Sequence[Any] | None
    ) -> Tensor | None:
        """Return the weighted sum for flat lists; tracks each loss where there are several."""
        total = self._joint(y_true, y_pred, weights) if self.parts else None
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

    def _joint(
        self, y_true: Sequence[Tensor], y_pred: Sequence[Tensor], weights: Sequence[Any] | None
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

    def get_config(self) -> dict[str, Any]:
        """Raise: a model's ``get_compile_config`` describes these."""
        raise NotImplementedError("Losses of a model are described by its get_compile_config().")


def _track(items: Sequence[Target] | Sequence[Part], names: Sequence[str]) -> None:
    """Let each of several losses be tracked; of those with one name, as in Keras, the last."""
    found: dict[str, Any] = dict(zip(names, items, strict=True)) if len(items) > 1 else {}
    for name, item in found.items():
        item.tracker = LossTracker(f"{name}_loss")


def _per_output(given: Any, names: Sequence[str], what: str, repeat: bool = False) -> list[Any]:
    """Return one entry for each output."""
    if isinstance(given, Mapping) and "class_name" not in given:
        for name in given:
            if name not in names:
                raise unknown_output(what, name, names)
        return [given.get(name) for name in names]
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


def _loss(given: Any, y_true: Any, y_pred: Any) -> Any:
    if isinstance(given, (list, tuple)) and len(given) == 1:
        given = given[0]  # as Keras: a list of one is that one
    if given is None:
        return None
    if isinstance(given, str) and given.lower() in ("crossentropy", "ce"):
        given = _CROSSENTROPIES[_form(y_true, y_pred)]
    found = losses_module.get(given)
    if isinstance(found, losses_module.Loss):
        return found
    return losses_module.LossFunctionWrapper(found, name=getattr(found, "__name__", None))


def _form(y_true: Any, y_pred: Any) -> int:
    """Return which form of crossentropy fits target and prediction: binary, sparse or categorical."""
    if y_pred.shape[-1] == 1:
        return 0
    return 1 if y_true is None or len(y_true.shape) < len(y_pred.shape) or y_true.shape[-1] == 1 else 2


_CROSSENTROPIES = (
    "binary_crossentropy", "sparse_categorical_crossentropy", "categorical_crossentropy",
)  # fmt: skip
