"""Learning rates that change with the step count."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from engine.errors import ParamError
from engine.registry import Family

FAMILY = Family("schedule", "optimizers.schedules")


class LearningRateSchedule:
    """Base of all schedules: override ``__call__`` (steps done in, rate out) and ``get_config``."""

    def __call__(self, step: int) -> float:
        """Return the learning rate after ``step`` steps."""
        raise NotImplementedError(f"{type(self).__name__} has no __call__(step).")

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, JSON-able."""
        raise NotImplementedError(f"{type(self).__name__} has no get_config().")

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """Return the schedule that ``get_config`` described."""
        return cls(**config)


class ExponentialDecay(LearningRateSchedule):
    """``initial_learning_rate * decay_rate ** (step / decay_steps)``; ``staircase`` drops it in jumps."""

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        if decay_steps <= 0:
            raise ParamError(f"decay_steps is above 0. Received: decay_steps={decay_steps}", code="param")
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: int) -> float:
        periods = step / self.decay_steps
        power = math.floor(periods) if self.staircase else periods
        return float(self.initial_learning_rate * self.decay_rate**power)

    def get_config(self) -> dict[str, Any]:
        return dict(vars(self))


class PiecewiseConstantDecay(LearningRateSchedule):
    """``values[0]`` up to and with step ``boundaries[0]``, then ``values[1]``, and so on."""

    def __init__(
        self, boundaries: Sequence[int], values: Sequence[float], name: str = "PiecewiseConstant"
    ) -> None:
        if len(boundaries) != len(values) - 1:
            raise ParamError(
                f"values has one number more than boundaries. Received: {len(values)} and {len(boundaries)}",
                code="param",
            )
        self.boundaries = list(boundaries)
        self.values = list(values)
        self.name = name

    def __call__(self, step: int) -> float:
        return float(self.values[sum(step > boundary for boundary in self.boundaries)])

    def get_config(self) -> dict[str, Any]:
        return dict(vars(self))


class CosineDecay(LearningRateSchedule):
    """Half a cosine from the first rate to ``alpha`` times it, after a linear rise where one is asked for."""

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        if decay_steps <= 0:
            raise ParamError(f"decay_steps is above 0. Received: decay_steps={decay_steps}", code="param")
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step: int) -> float:
        top = self.initial_learning_rate
        if self.warmup_target is not None:
            if step < self.warmup_steps:
                return float(top + (self.warmup_target - top) * step / self.warmup_steps)
            top, step = self.warmup_target, step - self.warmup_steps
        wave = 0.5 * (1.0 + math.cos(math.pi * min(step, self.decay_steps) / self.decay_steps))
        return float(top * ((1 - self.alpha) * wave + self.alpha))

    def get_config(self) -> dict[str, Any]:
        return dict(vars(self))


FAMILY.add(ExponentialDecay, PiecewiseConstantDecay, CosineDecay)


def serialize(schedule: Any) -> Any:
    """Return the config of a schedule, with its class name."""
    return FAMILY.serialize(schedule)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the schedule that ``serialize`` described."""
    return FAMILY.deserialize(config, custom_objects)
