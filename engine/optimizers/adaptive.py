"""Optimizers that give every weight a step of its own: Adagrad, Adadelta, Adamax, Nadam, Ftrl, Lion, Lamb."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from engine.errors import ParamError
from engine.optimizers.optimizer import Optimizer
from engine.optimizers.step import Slots


def _norms(tensors: list[Tensor] | tuple[Tensor, ...]) -> Tensor:
    return torch.stack(list(torch._foreach_norm(tensors)))


class Adagrad(Optimizer):
    """Divides gradients by the root of the sum of all their squares so far (Duchi et al. 2011)."""

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        *shared: Any,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **options)
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon

    def slots(self) -> Sequence[str]:
        return ("accumulator",)

    def slot_start(self, name: str) -> Any:
        from engine.initializers import Constant

        return Constant(self.initial_accumulator_value)

    def update(self, params: list[Tensor], grads: list[Tensor], slots: Slots, rate: float, step: int) -> None:
        sums = slots["accumulator"]
        torch._foreach_addcmul_(sums, grads, grads)
        below = torch._foreach_add(sums, self.epsilon)
        torch._foreach_sqrt_(below)
        torch._foreach_addcdiv_(params, grads, below, -rate)

    def get_config(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in ("initial_accumulator_value", "epsilon")}
        return {**super().get_config(), **own}


class Adadelta(Optimizer):
    """Steps as large as the latest steps were, whatever the gradients' scale (Zeiler 2012)."""

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-7,
        *shared: Any,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **options)
        self.rho = rho
        self.epsilon = epsilon

    def slots(self) -> Sequence[str]:
        return ("accumulated_grad", "accumulated_delta_var")

    def slot_groups(self) -> Sequence[Sequence[str]]:
        return (self.slots(),)

    def update(self, params: list[Tensor], grads: list[Tensor], slots: Slots, rate: float, step: int) -> None:
        squares, moves = slots["accumulated_grad"], slots["accumulated_delta_var"]
        torch._foreach_mul_(squares, self.rho)
        torch._foreach_addcmul_(squares, grads, grads, 1 - self.rho)
        delta = torch._foreach_add(moves, self.epsilon)
        below = torch._foreach_add(squares, self.epsilon)
        torch._foreach_div_(delta, below)
        torch._foreach_sqrt_(delta)
        torch._foreach_mul_(delta, grads)
        torch._foreach_mul_(moves, self.rho)
        torch._foreach_addcmul_(moves, delta, delta, 1 - self.rho)
        torch._foreach_add_(params, delta, alpha=-rate)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "rho": self.rho, "epsilon": self.epsilon}


class Adamax(Optimizer):
    """Adam with the largest recent gradient in place of the mean square (Kingma & Ba 2014)."""

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        *shared: Any,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **options)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def slots(self) -> Sequence[str]:
        return ("momentum", "norm")

    def slot_groups(self) -> Sequence[Sequence[str]]:
        return (self.slots(),)

    def update(self, params: list[Tensor], grads: list[Tensor], slots: Slots, rate: float, step: int) -> None:
        means, largest = slots["momentum"], slots["norm"]
        torch._foreach_lerp_(means, grads, 1 - self.beta_1)
        torch._foreach_mul_(largest, self.beta_2)
        torch._foreach_maximum_(largest, torch._foreach_abs(grads))
        below = torch._foreach_add(largest, self.epsilon)
        torch._foreach_addcdiv_(params, means, below, -rate / (1 - self.beta_1**step))

    def get_config(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in ("beta_1", "beta_2", "epsilon")}
        return {**super().get_config(), **own}


class Nadam(Optimizer):
    """Adam that looks one step ahead, as Nesterov's momentum does (Dozat 2016)."""

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        *shared: Any,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **options)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self._product = 1.0

    def slots(self) -> Sequence[str]:
        return ("momentum", "velocity")

    def slot_groups(self) -> Sequence[Sequence[str]]:
        return (self.slots(),)

    def build(self, variables: Any) -> None:
        """Make the state for these weights, and the product of all momentum factors so far."""
        if not self.built:
            super().build(variables)
            self._u_product = self._live("variable", "float32", "_product", float)
            self._own.append(self._u_product)

    def _factor(self, step: int) -> float:
        return self.beta_1 * (1.0 - 0.5 * 0.96**step)

    def update(self, params: list[Tensor], grads: list[Tensor], slots: Slots, rate: float, step: int) -> None:
        now, ahead = self._factor(step), self._factor(step + 1)
        self._product *= now
        means, squares = slots["momentum"], slots["velocity"]
        torch._foreach_lerp_(means, grads, 1 - self.beta_1)
        torch._foreach_mul_(squares, self.beta_2)
        torch._foreach_addcmul_(squares, grads, grads, 1 - self.beta_2)
        step_mean = torch._foreach_mul(means, ahead / (1.0 - self._product * ahead))
        torch._foreach_add_(step_mean, grads, alpha=(1.0 - now) / (1.0 - self._product))
        below = torch._foreach_div(squares, 1.0 - self.beta_2**step)
        torch._foreach_sqrt_(below)
        torch._foreach_add_(below, self.epsilon)
        torch._foreach_addcdiv_(params, step_mean, below, -rate)

    def get_config(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in ("beta_1", "beta_2", "epsilon")}
        return {**super().get_config(), **own}


class Ftrl(Optimizer):
    """Follow the regularized leader, for wide and sparse linear models (McMahan et al. 2013)."""

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        *shared: Any,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **options)
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta
        for name in _FTRL[:5]:
            value, sign = getattr(self, name), "negative" if name == "learning_rate_power" else "positive"
            if (value > 0.0) if sign == "negative" else (value < 0.0):
                raise ParamError(
                    f"`{name}` needs to be {sign} or zero. Received: {name}={value}.",
                    code="param",
                    param=name,
                )

    def slots(self) -> Sequence[str]:
        return ("accumulator", "linear")

    def slot_groups(self) -> Sequence[Sequence[str]]:
        return (self.slots(),)

    def slot_start(self, name: str) -> Any:
        from engine.initializers import Constant

        return Constant(self.initial_accumulator_value) if name == "accumulator" else "zeros"

    def update(self, params: list[Tensor], grads: list[Tensor], slots: Slots, rate: float, step: int) -> None:
        sums, linear = slots["accumulator"], slots["linear"]
        power = -self.learning_rate_power
        torch._foreach_add_(linear, grads)
        if self.l2_shrinkage_regularization_strength:
            torch._foreach_add_(linear, params, alpha=2.0 * self.l2_shrinkage_regularization_strength)
        before = torch._foreach_pow(sums, power)
        torch._foreach_addcmul_(sums, grads, grads)
        after = torch._foreach_pow(sums, power)
        growth = torch._foreach_sub(after, before)
        torch._foreach_addcmul_(linear, growth, params, -1.0 / rate)
        torch._foreach_div_(after, rate)
        torch._foreach_add_(after, 2.0 * (self.l2_regularization_strength + self.beta / (2.0 * rate)))
        limit = self.l1_regularization_strength
        clipped = torch._foreach_clamp_min(torch._foreach_clamp_max(linear, limit), -limit)
        torch._foreach_sub_(clipped, linear)
        torch._foreach_div_(clipped, after)
        torch._foreach_copy_(params, clipped)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **{name: getattr(self, name) for name in _FTRL}}


_FTRL = (
    "learning_rate_power",
    "initial_accumulator_value",
    "l1_regularization_strength",
    "l2_regularization_strength",
    "l2_shrinkage_regularization_strength",
    "beta",
)


class Lion(Optimizer):
    """Steps of one size in the direction of the sign of a moving mean (Chen et al. 2023).

    Wants a learning rate about ten times smaller than Adam's.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        *shared: Any,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **options)
        if beta_1 <= 0 or beta_1 > 1:
            raise ParamError(
                "Argument `beta_1` must be in the [0, 1] range. Otherwise, the optimizer degenerates to "
                f"SignSGD. Received: beta_1={beta_1}.",
                code="param",
                param="beta_1",
            )
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def slots(self) -> Sequence[str]:
        return ("momentum",)

    def update(self, params: list[Tensor], grads: list[Tensor], slots: Slots, rate: float, step: int) -> None:
        means = slots["momentum"]
        direction = torch._foreach_lerp(means, grads, 1 - self.beta_1)
        torch._foreach_sign_(direction)
        torch._foreach_add_(params, direction, alpha=-rate)
        torch._foreach_lerp_(means, grads, 1 - self.beta_2)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "beta_1": self.beta_1, "beta_2": self.beta_2}


class Lamb(Optimizer):
    """Adam whose step for each weight is as long as the weight times the rate (You et al. 2019).

    For large batches.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        *shared: Any,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **options)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def slots(self) -> Sequence[str]:
        return ("momentum", "velocity")

    def slot_groups(self) -> Sequence[Sequence[str]]:
        return (self.slots(),)

    def update(self, params: list[Tensor], grads: list[Tensor], slots: Slots, rate: float, step: int) -> None:
        means, squares = slots["momentum"], slots["velocity"]
        torch._foreach_lerp_(means, grads, 1 - self.beta_1)
        torch._foreach_mul_(squares, self.beta_2)
        torch._foreach_addcmul_(squares, grads, grads, 1 - self.beta_2)
        below = torch._foreach_div(squares, 1 - self.beta_2**step)
        torch._foreach_sqrt_(below)
        torch._foreach_add_(below, self.epsilon)
        moves = torch._foreach_div(means, below)
        torch._foreach_div_(moves, 1 - self.beta_1**step)
        weights, lengths = _norms(params), _norms(moves)
        ratios = torch.where((weights > 0) & (lengths > 0), weights / lengths, 1.0)
        torch._foreach_mul_(moves, list((ratios * -rate).unbind()))
        torch._foreach_add_(params, moves)

    def get_config(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in ("beta_1", "beta_2", "epsilon")}
        return {**super().get_config(), **own}
