"""Penalties on weights, added to the loss.  Keras: https://keras.io/api/layers/regularizers/."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.backend import convert_to_tensor
from engine.errors import ParamError, ShapeError
from engine.params import NonNegativeReal
from engine.registry import Family

FAMILY = Family("regularizer", "regularizers")


def validate_float_arg(value: Any, name: str) -> float:
    """Return the factor of a penalty as a float; raises ``ParamError`` where it is no finite number of at
    least 0.
    """
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not plain or not math.isfinite(value) or value < 0:
        raise ParamError(
            f"Invalid value for argument {name}: expected a non-negative float, a finite number. "
            f"Received: {name}={value!r}",
            code="param",
            param=name,
            got=value,
        )
    return float(value)


class Regularizer:
    """Base of all regularizers: override ``__call__`` (weight in, scalar penalty out) and ``get_config``."""

    def __call__(self, x: Tensor) -> Any:
        """Return the penalty for the weight ``x``."""
        return 0.0

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, JSON-able."""
        raise NotImplementedError(f"{type(self).__name__} has no get_config().")

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """Return the regularizer that ``get_config`` described."""
        return cls(**config)


FAMILY.base = Regularizer


class L1L2(Regularizer):
    """``l1`` times the sum of absolute values plus ``l2`` times the sum of squares."""

    def __init__(self, l1: NonNegativeReal | None = 0.0, l2: NonNegativeReal | None = 0.0) -> None:
        self.l1 = validate_float_arg(0.0 if l1 is None else l1, "l1")
        self.l2 = validate_float_arg(0.0 if l2 is None else l2, "l2")

    def __call__(self, x: Tensor) -> Tensor:
        x = convert_to_tensor(x)
        penalty = x.new_zeros(())
        if self.l1:
            penalty = penalty + self.l1 * x.abs().sum()
        if self.l2:
            penalty = penalty + self.l2 * x.square().sum()
        return penalty

    def get_config(self) -> dict[str, Any]:
        return {"l1": self.l1, "l2": self.l2}


class L1(Regularizer):
    """``l1`` times the sum of absolute values: drives weights to exactly 0."""

    def __init__(self, l1: NonNegativeReal | None = 0.01) -> None:
        self.l1 = validate_float_arg(0.01 if l1 is None else l1, "l1")

    def __call__(self, x: Tensor) -> Tensor:
        x = convert_to_tensor(x)
        return self.l1 * x.abs().sum()

    def get_config(self) -> dict[str, Any]:
        return {"l1": self.l1}


class L2(Regularizer):
    """``l2`` times the sum of squares: keeps weights small."""

    def __init__(self, l2: NonNegativeReal | None = 0.01) -> None:
        self.l2 = validate_float_arg(0.01 if l2 is None else l2, "l2")

    def __call__(self, x: Tensor) -> Tensor:
        x = convert_to_tensor(x)
        return self.l2 * x.square().sum()

    def get_config(self) -> dict[str, Any]:
        return {"l2": self.l2}


class OrthogonalRegularizer(Regularizer):
    """Presses rows (or columns) towards right angles: mean cosine of pairs, times ``factor``."""

    def __init__(self, factor: NonNegativeReal = 0.01, mode: str = "rows") -> None:
        self.factor = validate_float_arg(factor, "factor")
        if mode not in ("rows", "columns"):
            raise ParamError(
                'Invalid value for argument `mode`. Expected one of {"rows", "columns"}. '
                f"Received: mode={mode}",
                code="param",
                param="mode",
            )
        self.mode = mode

    def __call__(self, x: Tensor) -> Tensor:
        x = convert_to_tensor(x)
        if x.dim() != 2:
            raise ShapeError(
                f"Inputs to OrthogonalRegularizer must have rank 2. Received: inputs.shape={tuple(x.shape)}",
                code="rank",
                expected=2,
                got=x.dim(),
            )
        vectors = F.normalize(x if self.mode == "rows" else x.T, dim=1, eps=1e-12)
        size = vectors.shape[0]
        off_diagonal = vectors @ vectors.T * (1.0 - torch.eye(size, dtype=x.dtype, device=x.device))
        return self.factor * 0.5 * off_diagonal.abs().sum() / (size * (size - 1.0) / 2.0)

    def get_config(self) -> dict[str, Any]:
        return {"factor": self.factor, "mode": self.mode}


FAMILY.add(L1L2, L1, L2, OrthogonalRegularizer)
FAMILY.add(l1=L1, l2=L2, l1_l2=L1L2, l1l2=L1L2, orthogonal_regularizer=OrthogonalRegularizer)
l1 = L1
l2 = L2
l1_l2 = L1L2
orthogonal_regularizer = OrthogonalRegularizer


def get(identifier: Any) -> Any:
    """Return the regularizer for a name, a config, a class or an object; ``None`` stays ``None``."""
    return FAMILY.get(identifier)


def serialize(regularizer: Any) -> Any:
    """Return the config of a regularizer, with its class name."""
    return FAMILY.serialize(regularizer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the regularizer that ``serialize`` described."""
    return FAMILY.deserialize(config, custom_objects)
