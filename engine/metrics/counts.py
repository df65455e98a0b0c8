"""Counts of right and wrong yes-or-no answers, precision and recall."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from engine.metrics.confusion import NEG_INF, Counter, evenly, given_thresholds
from engine.metrics.metric import Metric, ratio


class _Count(Metric):
    """One of the four counts at each threshold."""

    _which: ClassVar[int]

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(dtype, name)
        self.init_thresholds = thresholds
        self.thresholds = given_thresholds(thresholds, 0.5)
        self._counter = Counter(self.thresholds, evenly(self.thresholds))
        self.accumulator = self._zeros("accumulator", (len(self.thresholds),))

    @torch.no_grad()
    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch of yes-or-no targets and of predictions from 0 to 1."""
        state = self.accumulator
        hits, alarms, yes, no = self._counter(y_true, y_pred, sample_weight, None, state.dtype)
        if hits.device != state.device:
            self._move(hits.device)
        state.add_((hits, alarms, no - alarms, yes - hits)[self._which])

    def result(self) -> Tensor:
        """Return the count, one for each threshold where there are several."""
        found = self.accumulator.data
        return found[0].clone() if len(self.thresholds) == 1 else found.clone()

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "thresholds": self.init_thresholds}


class TruePositives(_Count):
    """How many yeses were answered with yes (above ``thresholds``, 0.5 by default)."""

    _which = 0


class FalsePositives(_Count):
    """How many noes were answered with yes."""

    _which = 1


class TrueNegatives(_Count):
    """How many noes were answered with no."""

    _which = 2


class FalseNegatives(_Count):
    """How many yeses were answered with no."""

    _which = 3


class _Share(Metric):
    """True positives as a share of something."""

    _direction = "up"
    _missed: ClassVar[bool]
    _other: ClassVar[str]

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(dtype, name)
        self.init_thresholds = thresholds
        self.top_k = top_k
        self.class_id = class_id
        self.thresholds = given_thresholds(thresholds, 0.5 if top_k is None else NEG_INF)
        self._counter = Counter(self.thresholds, evenly(self.thresholds), top_k, class_id)
        self.true_positives = self._zeros("true_positives", (len(self.thresholds),))
        self._others = self._zeros(self._other, (len(self.thresholds),))

    @torch.no_grad()
    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch of yes-or-no targets and of predictions from 0 to 1."""
        state = self.true_positives
        hits, alarms, yes, _ = self._counter(y_true, y_pred, sample_weight, None, state.dtype)
        if hits.device != state.device:
            self._move(hits.device)
        state.add_(hits)
        self._others.add_(yes - hits if self._missed else alarms)

    def result(self) -> Tensor:
        """Return the share, one for each threshold where there are several; 0 of nothing is 0."""
        found = ratio(self.true_positives.data, self.true_positives.data + self._others.data)
        return found[0] if len(self.thresholds) == 1 else found

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        own = {"thresholds": self.init_thresholds, "top_k": self.top_k, "class_id": self.class_id}
        return {**super().get_config(), **own}


class Precision(_Share):
    """How many of the answers yes are right.

    A yes is a score above ``thresholds`` (0.5 by default), or with ``top_k`` one of the k best of its row;
    ``class_id`` looks at one column alone.
    """

    _missed = False
    _other = "false_positives"

    @property
    def false_positives(self) -> Any:
        """The variable of the false positives."""
        return self._others


class Recall(_Share):
    """How many of the yeses are found.

    A yes is a score above ``thresholds`` (0.5 by default), or with ``top_k`` one of the k best of its row;
    ``class_id`` looks at one column alone.
    """

    _missed = True
    _other = "false_negatives"

    @property
    def false_negatives(self) -> Any:
        """The variable of the false negatives."""
        return self._others
