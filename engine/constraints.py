"""Rules that weights are put back under after each optimizer step.

Keras: https://keras.io/api/layers/constraints/.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from engine import config
from engine.backend import convert_to_tensor
from engine.params import Axes, NonNegativeReal, Rate
from engine.registry import Family

FAMILY = Family("constraint", "constraints")


class Constraint:
    """Base of all constraints: override ``__call__`` (weight in, weight out) and ``get_config``."""

    def __call__(self, w: Tensor) -> Tensor:
        """Return the weight as the rule wants it."""
        return w

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, JSON-able."""
        return {}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """Return the constraint that ``get_config`` described."""
        return cls(**config)


FAMILY.base = Constraint


def _norms(w: Tensor, axis: Any) -> Tensor:
    axis = tuple(axis) if isinstance(axis, list) else axis
    return w.square().sum(dim=axis, keepdim=True).sqrt()


class MaxNorm(Constraint):
    """Shrinks vectors along ``axis`` whose length is above ``max_value``."""

    def __init__(self, max_value: NonNegativeReal = 2, axis: Axes = 0) -> None:
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w: Tensor) -> Tensor:
        w = convert_to_tensor(w)
        norms = _norms(w, self.axis)
        return w * (norms.clamp(0, self.max_value) / (config.epsilon() + norms))

    def get_config(self) -> dict[str, Any]:
        return {"max_value": self.max_value, "axis": self.axis}


class NonNeg(Constraint):
    """Sets negative weights to 0."""

    def __call__(self, w: Tensor) -> Tensor:
        w = convert_to_tensor(w)
        return w.clamp_min(0)


class UnitNorm(Constraint):
    """Gives vectors along ``axis`` the length 1."""

    def __init__(self, axis: Axes = 0) -> None:
        self.axis = axis

    def __call__(self, w: Tensor) -> Tensor:
        w = convert_to_tensor(w)
        return w / (config.epsilon() + _norms(w, self.axis))

    def get_config(self) -> dict[str, Any]:
        return {"axis": self.axis}


class MinMaxNorm(Constraint):
    """Brings lengths along ``axis`` between two bounds, by the share ``rate`` in each step."""

    def __init__(
        self,
        min_value: NonNegativeReal = 0.0,
        max_value: NonNegativeReal = 1.0,
        rate: Rate = 1.0,
        axis: Axes = 0,
    ) -> None:
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: Tensor) -> Tensor:
        w = convert_to_tensor(w)
        norms = _norms(w, self.axis)
        wanted = self.rate * norms.clamp(self.min_value, self.max_value) + (1 - self.rate) * norms
        return w * (wanted / (config.epsilon() + norms))

    def get_config(self) -> dict[str, Any]:
        return {
            "min_value": self.min_value,
            "max_value": self.max_value,
            "rate": self.rate,
            "axis": self.axis,
        }


FAMILY.add(Constraint, MaxNorm, NonNeg, UnitNorm, MinMaxNorm)
FAMILY.add(max_norm=MaxNorm, non_neg=NonNeg, unit_norm=UnitNorm, min_max_norm=MinMaxNorm)
max_norm = MaxNorm
non_neg = NonNeg
unit_norm = UnitNorm
min_max_norm = MinMaxNorm


def get(identifier: Any) -> Any:
    """Return the constraint for a name, a config, a class or an object; ``None`` stays ``None``."""
    return FAMILY.get(identifier)


def serialize(constraint: Any) -> Any:
    """Return the config of a constraint, with its class name."""
    return FAMILY.serialize(constraint)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the constraint that ``serialize`` described."""
    return FAMILY.deserialize(config, custom_objects)
