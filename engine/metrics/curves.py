"""Metrics over many thresholds: the area under a curve, and one share at a given other."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from engine import config
from engine.errors import ParamError, ShapeError
from engine.losses.arguments import tensor
from engine.metrics.confusion import AUCCurve, AUCSummationMethod, Counter, evenly
from engine.metrics.metric import Metric, ratio

_STATES = ("true_positives", "false_positives", "true_negatives", "false_negatives")


class _Four(Metric):
    """The four counts at each threshold."""

    _direction = "up"
    true_positives: Any
    false_positives: Any
    true_negatives: Any
    false_negatives: Any

    def _make_states(self, *shape: int) -> None:
        for name in _STATES:
            setattr(self, name, self._zeros(name, shape))

    @torch.no_grad()
    def _count(self, counter: Counter, y_true: Any, y_pred: Any, weight: Any, labels: Tensor | None) -> None:
        state = self.true_positives
        hits, alarms, yes, no = counter(y_true, y_pred, weight, labels, state.dtype)
        if hits.device != state.device:
            self._move(hits.device)
        self._add(state, hits)
        self.false_positives.add_(alarms)
        self.true_negatives.add_(no - alarms)
        self.false_negatives.add_(yes - hits)

    def _recall(self) -> Tensor:
        hits: Tensor = self.true_positives.data
        return ratio(hits, hits + self.false_negatives.data)

    def _precision(self) -> Tensor:
        hits: Tensor = self.true_positives.data
        return ratio(hits, hits + self.false_positives.data)

    def _specificity(self) -> Tensor:
        right: Tensor = self.true_negatives.data
        return ratio(right, right + self.false_positives.data)


def _inner_levels(count: int) -> list[float]:
    return [(index + 1) * 1.0 / (count - 1) for index in range(count - 2)]


class _At(_Four):
    """The best of one share where another reaches a value."""

    def __init__(
        self,
        value: float,
        argument: str,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(dtype, name)
        if value < 0 or value > 1:
            raise ParamError(
                f"Argument `{argument}` must be in the range [0, 1]. Received: {argument}={value}",
                code="param",
                param=argument,
                got=value,
            )
        if num_thresholds <= 0:
            raise ParamError(
                "Argument `num_thresholds` must be an integer > 0. "
                f"Received: num_thresholds={num_thresholds}",
                code="param",
                param="num_thresholds",
                got=num_thresholds,
            )
        self.value = value
        self.class_id = class_id
        self.num_thresholds = num_thresholds
        self._argument = argument
        setattr(self, argument, value)
        self.thresholds = [0.5] if num_thresholds == 1 else [0.0, *_inner_levels(num_thresholds), 1.0]
        self._counter = Counter(self.thresholds, num_thresholds > 1, None, class_id)
        self._make_states(len(self.thresholds))

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch of yes-or-no targets and of predictions from 0 to 1."""
        self._count(self._counter, y_true, y_pred, sample_weight, None)

    def _best(self, wanted: Tensor, where: Tensor) -> Tensor:
        return torch.where(where >= self.value, wanted, 0.0).max()

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        own = {"class_id": self.class_id, "num_thresholds": self.num_thresholds, self._argument: self.value}
        return {**super().get_config(), **own}


class SensitivityAtSpecificity(_At):
    """The best share of yeses found where at least ``specificity`` of the noes are recognised."""

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(specificity, "specificity", num_thresholds, class_id, name, dtype)

    def result(self) -> Tensor:
        """Return the best sensitivity."""
        return self._best(self._recall(), self._specificity())


class SpecificityAtSensitivity(_At):
    """The best share of noes recognised where at least ``sensitivity`` of the yeses are found."""

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(sensitivity, "sensitivity", num_thresholds, class_id, name, dtype)

    def result(self) -> Tensor:
        """Return the best specificity."""
        return self._best(self._specificity(), self._recall())


class PrecisionAtRecall(_At):
    """The best precision where the recall is at least ``recall``."""

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(recall, "recall", num_thresholds, class_id, name, dtype)

    def result(self) -> Tensor:
        """Return the best precision."""
        return self._best(self._precision(), self._recall())


class RecallAtPrecision(_At):
    """The best recall where the precision is at least ``precision``."""

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(precision, "precision", num_thresholds, class_id, name, dtype)

    def result(self) -> Tensor:
        """Return the best recall."""
        return self._best(self._recall(), self._precision())


class AUC(_Four):
    """The area under the curve of hits over false alarms (``"ROC"``) or of precision over recall (``"PR"``).

    1 is perfect; for ROC a coin reaches one half.  The curve is taken at ``num_thresholds`` points (or at
    ``thresholds``).  ``multi_label`` takes one area for each column and their mean, weighted by
    ``label_weights``; ``from_logits`` says that predictions are scores before the sigmoid.
    Interpolated precision: Davis & Goadrich 2006; precision gains: Flach & Kull 2015.
    """

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: Any = "ROC",
        summation_method: Any = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Any = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ) -> None:
        super().__init__(dtype, name)
        self._init_from_thresholds = thresholds is not None
        if thresholds is not None:
            inner = sorted(thresholds)
            even = evenly([0.0, *inner, 1.0])
        else:
            if num_thresholds <= 1:
                raise ParamError(
                    "Argument `num_thresholds` must be an integer > 1. Received: "
                    f"num_thresholds={num_thresholds}",
                    code="param",
                    param="num_thresholds",
                    got=num_thresholds,
                )
            inner, even = _inner_levels(num_thresholds), True
        self.num_thresholds = len(inner) + 2
        least = config.epsilon()
        self.thresholds = [0.0 - least, *inner, 1.0 + least]
        self.curve = AUCCurve.from_str(curve)
        self.summation_method = AUCSummationMethod.from_str(summation_method)
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = None if label_weights is None else tensor(label_weights, dtype=self._kind)
        self._from_logits = from_logits
        self._counter = Counter(self.thresholds, even, multi_label=multi_label)
        self._built = False
        if num_labels and not multi_label:
            raise ParamError(
                "`num_labels` is needed only when `multi_label` is True.", code="param", param="num_labels"
            )
        if not multi_label:
            self._build(None)
        elif num_labels:
            self._build((None, num_labels))

    def _build(self, shape: Any) -> None:
        labels: tuple[int, ...] = ()
        if self.multi_label:
            if len(shape) != 2:
                raise ShapeError(
                    f"`y_pred` must have rank 2 when `multi_label=True`. Found rank {len(shape)}. "
                    f"Full shape received for `y_pred`: {tuple(shape)}",
                    code="rank",
                )
            labels = (int(shape[1]),)
        self._make_states(self.num_thresholds, *labels)
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch of yes-or-no targets and of predictions from 0 to 1 (or of logits)."""
        pred = tensor(y_pred)
        if not self._built:
            self._build(pred.shape)
        if self._from_logits:
            pred = torch.sigmoid(pred)
        labels = None if self.multi_label else self.label_weights
        self._count(self._counter, y_true, pred, sample_weight, labels)

    def _of_labels(self, parts: Tensor) -> Tensor:
        """Add up the parts of the area; over several labels take the mean."""
        area = parts.sum(0)
        if not self.multi_label:
            return area
        if self.label_weights is None:
            return area.mean()
        weights = self.label_weights.to(area.device)
        return ratio((area * weights).sum(), weights.sum())

    def _interpolated_precision(self) -> Tensor:
        """Return the area under precision over recall, where counts between two points run linearly."""
        hits = self.true_positives.data
        found = hits + self.false_positives.data
        hits_step, found_step = hits[:-1] - hits[1:], found[:-1] - found[1:]
        slope = ratio(hits_step, found_step.clamp_min(0.0))
        offset = hits[1:] - slope * found[1:]
        both = (found[:-1] > 0) & (found[1:] > 0)
        quotient = torch.where(both, ratio(found[:-1], found[1:].clamp_min(0.0)), 1.0)
        above = slope * (hits_step + offset * quotient.log())
        return self._of_labels(ratio(above, (hits[1:] + self.false_negatives.data[1:]).clamp_min(0.0)))

    def result(self) -> Tensor:
        """Return the area."""
        if self.curve is AUCCurve.PR and self.summation_method is AUCSummationMethod.INTERPOLATION:
            return self._interpolated_precision()
        if self.curve is AUCCurve.ROC:
            alarms = self.false_positives.data
            x, y = ratio(alarms, alarms + self.true_negatives.data), self._recall()
        elif self.curve is AUCCurve.PR:
            x, y = self._recall(), self._precision()
        else:
            hits, missed, alarms = (
                self.true_positives.data,
                self.false_negatives.data,
                self.false_positives.data,
            )
            scale = ratio(hits + missed, self.true_negatives.data + alarms)
            none = hits == 0
            x = torch.where(none, 0.0, 1.0 - scale * ratio(missed, hits)).clamp_min(0.0)
            y = torch.where(none, 1.0, 1.0 - scale * ratio(alarms, hits))
        if self.summation_method is AUCSummationMethod.INTERPOLATION:
            heights = (y[:-1] + y[1:]) / 2.0
        elif self.summation_method is AUCSummationMethod.MINORING:
            heights = torch.minimum(y[:-1], y[1:])
        else:
            heights = torch.maximum(y[:-1], y[1:])
        return self._of_labels((x[:-1] - x[1:]) * heights)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        weights = None if self.label_weights is None else self.label_weights.tolist()
        own = {
            "num_thresholds": self.num_thresholds,
            "curve": self.curve.value,
            "summation_method": self.summation_method.value,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": weights,
            "from_logits": self._from_logits,
        }
        if self._init_from_thresholds:
            own["thresholds"] = self.thresholds[1:-1]
        return {**super().get_config(), **own}
