"""Intersection over union: how well the classes of pixels (or of anything) overlap with the true ones."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from engine import config
from engine.errors import ParamError
from engine.losses.arguments import place_of_largest, tensor
from engine.metrics.metric import Metric


class IoU(Metric):
    """The overlap of predicted and true samples of a class over both together, its mean over some classes.

    Targets and predictions are labels, or with ``sparse_y_true=False`` and ``sparse_y_pred=False`` scores
    along ``axis``.  Samples labelled ``ignore_class`` do not count, nor do labels outside the classes.
    """

    _direction = "up"

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(dtype or "int", name)
        if max(target_class_ids) >= num_classes:
            raise ParamError(
                f"Target class id {max(target_class_ids)} is out of range, which is [0, {num_classes}).",
                code="param",
                param="target_class_ids",
            )
        self.num_classes = num_classes
        self.target_class_ids = list(target_class_ids)
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        self.total_cm = self._zeros("total_confusion_matrix", (num_classes, num_classes), self.dtype)

    @torch.no_grad()
    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch to the confusion matrix."""
        pred = tensor(y_pred)
        true = tensor(y_true, pred)
        if not self.sparse_y_true:
            true = place_of_largest(true, self.axis)
        if not self.sparse_y_pred:
            pred = place_of_largest(pred, self.axis)
        true, pred = true.long().reshape(-1), pred.long().reshape(-1)
        if sample_weight is None:
            weight = torch.ones((), dtype=self._kind, device=pred.device)
        else:
            given = tensor(sample_weight, pred)
            if (
                given.is_floating_point()
                and hasattr(sample_weight, "dtype")
                and not self._kind.is_floating_point
            ):
                warnings.warn(
                    f"{self.name}: the weights are floats but the metric's dtype is {self.dtype}: casting "
                    "cuts them to whole numbers. Give whole numbers, or the metric dtype='float32'.",
                    stacklevel=2,
                )
            weight = given.to(self._kind).reshape(-1) if given.dim() > 1 else given.to(self._kind)
        size = self.num_classes
        counts = (true >= 0) & (true < size) & (pred >= 0) & (pred < size)
        if self.ignore_class is not None:
            counts &= true != self.ignore_class
        place = torch.where(counts, true * size + pred, 0)
        if pred.device != self.total_cm.device:
            self._move(pred.device)
        self.total_cm.data.view(-1).index_add_(0, place, (weight * counts).to(self._kind))

    def result(self) -> Tensor:
        """Return the mean over the classes that there were; 0 before the first batch."""
        matrix = self.total_cm.data
        hits = matrix.diagonal()
        union = (matrix.sum(0) + matrix.sum(1) - hits)[self.target_class_ids].to(torch.float32)
        seen = union > 1e-9
        least = config.epsilon()
        overlap = hits[self.target_class_ids].to(torch.float32) / (union + least)
        return torch.where(seen, overlap, 0.0).sum() / (seen.sum() + least)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        own = ("num_classes", "target_class_ids", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}


def _without(given: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name not in names}


class BinaryIoU(IoU):
    """The overlap for yes-or-no answers, cut at ``threshold``."""

    def __init__(
        self,
        target_class_ids: Sequence[int] = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch of yes-or-no targets and of predictions from 0 to 1."""
        super().update_state(y_true, tensor(y_pred, dtype=torch.float32) >= self.threshold, sample_weight)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        own = ("target_class_ids", "threshold", "name", "dtype")
        return {name: getattr(self, name) for name in own}


class MeanIoU(IoU):
    """The mean overlap over all classes."""

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes, range(num_classes), name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis
        )

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return _without(super().get_config(), "target_class_ids")


class OneHotIoU(IoU):
    """The overlap where targets are one-hot and predictions scores (or labels, with ``sparse_y_pred``)."""

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return _without(super().get_config(), "sparse_y_true")


class OneHotMeanIoU(MeanIoU):
    """The mean overlap over all classes where targets are one-hot and predictions scores."""

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return _without(super().get_config(), "sparse_y_true")
