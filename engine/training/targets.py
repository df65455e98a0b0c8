"""What a model is compiled for, bound to flat lists: losses, metrics, and their running numbers.

Nothing here reads a number from the device: sums stay tensors until somebody asks for results.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor

from engine.layers.masks import detached
from engine.metrics.compiled import CompileMetrics
from engine.structure import flatten, pack_like
from engine.training.compile_loss import CompileLoss, LossTracker, Target


class Targets:
    """Losses and metrics of all outputs, from what ``compile`` was given, for batches of flat lists."""

    def __init__(
        self, names: Sequence[str], loss: Any, loss_weights: Any, metrics: Any, weighted_metrics: Any
    ) -> None:
        self.names = list(names)
        self.loss_tracker = LossTracker("loss")
        self.losses = None if loss is None else CompileLoss(loss, loss_weights, output_names=names)
        self.metrics: CompileMetrics | None = None
        if metrics is not None or weighted_metrics is not None:
            self.metrics = CompileMetrics(metrics, weighted_metrics, output_names=names)
        self.arguments: dict[str, Any] = {}
        """What ``compile`` was given.  Metrics among them are no attributes of the model."""
        self.tried: Any = None
        """The shapes of inputs and weights for which ``answers`` holds what the model said to a few rows."""
        self.answers: list[Tensor] = []
        self.built = False
        self.naming: Callable[[], Sequence[str]] = tuple
        """Tells the names of the outputs where they are known only once the model ran."""
        self.nesting: Callable[[], Any] = _unknown
        """Tells how the outputs are nested, ``None`` where that is not known."""

    @property
    def targets(self) -> list[Target]:
        """The outputs with what is asked of them, once data has come."""
        return self.losses.targets if self.losses is not None else []

    def build(self, y_true: Sequence[Tensor], y_pred: Sequence[Tensor]) -> None:
        """Make losses and metrics for these targets and predictions."""
        if self.built:
            return
        self.names = self.names or list(self.naming())
        structure = self.nesting()
        if structure is None or len(flatten(structure)) != len(y_pred):
            structure = [None] * len(y_pred) if len(y_pred) > 1 else None
        if self.losses is not None and not self.losses.built:
            self.losses.output_names = self.names
            self.losses.build_flat(y_true, y_pred, structure, self.names)
        if self.metrics is not None and not self.metrics.built:
            self.metrics.output_names = self.names or None
            self.metrics.build(self._in_full(y_true), pack_like(structure, list(y_pred)))
        self.built = True

    def _in_full(self, y_true: Sequence[Any]) -> list[Any]:
        """Return one part for each output, ``None`` for those to whom no targets were given."""
        if not self.targets or len(y_true) >= len(self.targets):
            return list(y_true)
        known = [target.loss is not None and target.place < len(y_true) for target in self.targets]
        pairs = zip(self.targets, known, strict=True)
        return [y_true[target.place] if there else None for target, there in pairs]

    # -- running -----------------------------------------------------------------------------------

    def loss(
        self, y_true: Sequence[Tensor], y_pred: Sequence[Tensor], weights: Sequence[Tensor] | None
    ) -> Tensor | None:
        """Return the weighted sum of the outputs' losses; tracks each of them where there are several."""
        if not self.built:
            self.build(y_true, y_pred)
        return None if self.losses is None else self.losses.total(y_true, y_pred, weights)

    def update(
        self, y_true: Sequence[Tensor], y_pred: Sequence[Tensor], weights: Sequence[Tensor] | None
    ) -> None:
        """Show metrics what was predicted."""
        if self.metrics is None:
            return
        if not self.built:
            self.build(y_true, y_pred)
        if len(y_true) < len(y_pred):
            y_true = self._in_full(y_true)
        if weights is not None and len(weights) < len(y_pred):
            weights = [weights[0]] * len(y_pred)
        pred = [detached(part) if part.requires_grad else part for part in y_pred]
        self.metrics.update(y_true, pred, weights)

    # -- results -----------------------------------------------------------------------------------

    def named(self) -> dict[str, Any]:
        """Return trackers and metrics by the names they have in logs, the loss first."""
        found: dict[str, Any] = {"loss": self.loss_tracker}
        if self.metrics is not None:
            found |= self.metrics.named()
        return found | {tracker.name: tracker for tracker in self.trackers}

    @property
    def trackers(self) -> list[LossTracker]:
        """The trackers of single losses, where there are several."""
        return self.losses.metrics if self.losses is not None else []

    @property
    def has_metrics(self) -> bool:
        """Whether any metric is computed beside the loss."""
        return self.metrics is not None and bool(self.metrics.metrics)


def _unknown() -> Any:
    return None
