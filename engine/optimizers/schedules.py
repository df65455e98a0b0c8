"""Learning rates that change with the step count.  Keras: https://keras.io/api/optimizers/learning_rate_schedules/."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from engine.errors import ParamError
from engine.registry import Family

FAMILY = Family("schedule", "optimizers.schedules")


class Rate(float):
    """A rate as a float that answers ``numpy``, as Keras' tensors do."""

    def numpy(self) -> Any:
        """Return the rate as numpy's float32."""
        return np.float32(self)


class LearningRateSchedule:
    """Base of all schedules: override ``__call__`` (steps done in, rate out) and ``get_config``."""

    def __call__(self, step: Any) -> Any:
        """Return the learning rate after ``step`` steps."""
        raise NotImplementedError(
            f"Learning rate schedule '{type(self).__name__}' must override `__call__(self, step)`."
        )

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, JSON-able."""
        raise NotImplementedError(
            f"Learning rate schedule '{type(self).__name__}' must override `get_config()` in order to be "
            "serializable."
        )

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """Return the schedule that ``get_config`` described."""
        return cls(**config)


class _Curve(LearningRateSchedule):
    """A schedule that is a function of one number."""

    def at(self, step: float) -> float:
        """Return the rate after ``step`` steps."""
        raise NotImplementedError

    def __call__(self, step: Any) -> Any:
        """Return the learning rate after ``step`` steps: a float, or for many steps a tensor."""
        if np.ndim(step):
            steps = torch.as_tensor(step)
            rates = [self.at(float(one)) for one in steps.flatten()]
            return torch.tensor(rates).reshape(steps.shape)
        return Rate(self.at(float(step)))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return dict(vars(self))


def _positive(name: str, value: Any) -> None:
    if value <= 0:
        raise ParamError(f"Argument `{name}` must be > 0. Received: {name}={value}", code="param", param=name)


class ExponentialDecay(_Curve):
    """``initial_learning_rate * decay_rate ** (step / decay_steps)``; ``staircase`` drops it in jumps."""

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        _positive("decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def at(self, step: float) -> float:
        periods = step / self.decay_steps
        power = math.floor(periods) if self.staircase else periods
        return float(self.initial_learning_rate * self.decay_rate**power)


class PiecewiseConstantDecay(_Curve):
    """``values[0]`` up to and with step ``boundaries[0]``, then ``values[1]``, and so on."""

    def __init__(
        self, boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant"
    ) -> None:
        if len(boundaries) != len(values) - 1:
            raise ParamError(
                "A rate holds up to each boundary and one after the last, so that there is one more of "
                "values than of boundaries. Received: "
                f"boundaries={boundaries} of length {len(boundaries)}, and values={values} of length "
                f"{len(values)}.",
                code="param",
                param="boundaries",
            )
        self.boundaries = list(boundaries)
        self.values = list(values)
        self.name = name

    def at(self, step: float) -> float:
        return float(self.values[sum(step > boundary for boundary in self.boundaries)])


class PolynomialDecay(_Curve):
    """From the first rate to ``end_learning_rate`` in ``decay_steps``, along a line bent by ``power``.

    With ``cycle`` it begins anew from a lower rate each time it has come to the end.
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        _positive("decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def at(self, step: float) -> float:
        whole = float(self.decay_steps)
        if self.cycle:
            whole *= max(1, math.ceil(step / self.decay_steps))
        left = 1.0 - min(step, whole) / whole
        span = self.initial_learning_rate - self.end_learning_rate
        return float(span * left**self.power + self.end_learning_rate)


class InverseTimeDecay(_Curve):
    """``initial_learning_rate / (1 + decay_rate * step / decay_steps)``; ``staircase`` drops it in jumps."""

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        _positive("decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def at(self, step: float) -> float:
        periods = step / self.decay_steps
        if self.staircase:
            periods = math.floor(periods)
        return float(self.initial_learning_rate / (1.0 + self.decay_rate * periods))


class CosineDecay(_Curve):
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
        _positive("decay_steps", decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def at(self, step: float) -> float:
        top = self.initial_learning_rate
        if self.warmup_target is not None:
            if step < self.warmup_steps:
                return float(top + (self.warmup_target - top) * step / self.warmup_steps)
            top, step = self.warmup_target, step - self.warmup_steps
        wave = 0.5 * (1.0 + math.cos(math.pi * min(step, self.decay_steps) / self.decay_steps))
        return float(top * ((1 - self.alpha) * wave + self.alpha))


class CosineDecayRestarts(_Curve):
    """Half a cosine again and again (Loshchilov & Hutter 2016).

    Each is ``t_mul`` times as long as the one before and begins at ``m_mul`` times its rate; none falls below
    ``alpha`` times the first rate.
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: int,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        _positive("first_decay_steps", first_decay_steps)
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = first_decay_steps
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def at(self, step: float) -> float:
        left, length, restarts = float(step), float(self.first_decay_steps), 0
        if self.t_mul == 1.0:
            restarts = int(left // length)
            left -= restarts * length
        else:
            while left >= length and self.t_mul > 0.0:
                left -= length
                length *= self.t_mul
                restarts += 1
        wave = 0.5 * self.m_mul**restarts * (1.0 + math.cos(math.pi * left / length))
        return float(self.initial_learning_rate * ((1 - self.alpha) * wave + self.alpha))


FAMILY.add(
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
)


def serialize(learning_rate_schedule: Any) -> Any:
    """Return the config of a schedule, with its class name."""
    return FAMILY.serialize(learning_rate_schedule)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the schedule that ``serialize`` described."""
    return FAMILY.deserialize(config, custom_objects)
