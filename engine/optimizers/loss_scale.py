"""An optimizer around another that scales the loss against underflow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from engine.errors import NotBuiltError, ParamError
from engine.optimizers.optimizer import Optimizer
from engine.optimizers.state import Iterations


class LossScaleOptimizer(Optimizer):
    """Scales the loss so that small gradients survive half precision, and finds the scale by itself.

    The scale doubles after ``dynamic_growth_steps`` steps and is halved, the step left out, where a gradient
    is infinite or NaN.  All else is set on ``inner_optimizer``.
    """

    def __init__(
        self,
        inner_optimizer: Any,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
        **options: Any,
    ) -> None:
        if not options.pop("dynamic", True):
            raise ParamError(
                "LossScaleOptimizer no longer supports `dynamic=False`. Instead, simply set "
                "`loss_scale_factor` directly on the `inner_optimizer`.",
                code="param",
                param="dynamic",
            )
        unknown = [key for key in options if key not in _DEFAULTS]
        if unknown:
            raise ParamError(
                f"LossScaleOptimizer does not support arguments: `{'`, `'.join(unknown)}`.",
                code="unknown_param",
                param=unknown[0],
            )
        for key, value in options.items():
            if value != _DEFAULTS[key]:
                raise ParamError(
                    f"LossScaleOptimizer does not support `{key}`. Instead, set `{key}` on the "
                    f"`inner_optimizer`. Received: {key}={value!r}",
                    code="param",
                    param=key,
                )
        self.inner_optimizer = inner_optimizer
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = dynamic_growth_steps
        self._scale = float(initial_scale)
        self._steps = 0
        super().__init__(0.0, name=name)
        inner_optimizer.loss_scale_factor = None

    def build(self, variables: Iterable[Any]) -> None:
        """Make the state of the optimizer inside for these weights."""
        if self.built:
            return
        weights = list(variables)
        self._shown_steps = self._live("step_counter", "int32", "_steps", int)
        self._shown_scale = self._live("dynamic_scale", "float32", "_scale", float)
        self._own += [self._shown_steps, self._shown_scale]
        self.inner_optimizer.build(weights)
        super().build(weights)

    @property
    def variables(self) -> list[Any]:
        """Counters and scale, then the variables of the optimizer inside."""
        return [*super().variables, *self.inner_optimizer.variables]

    @property
    def step_counter(self) -> Any:
        """How many steps went well since the scale last changed, a variable; there once built."""
        return self._shown_steps.shown()

    @property
    def dynamic_scale(self) -> Any:
        """The present scale, a variable; there once built."""
        return self._shown_scale.shown()

    @property
    def loss_scale_factor(self) -> float:
        """The present scale."""
        return self._scale

    @loss_scale_factor.setter
    def loss_scale_factor(self, value: Any) -> None:
        """Leave the scale as it is: it is found, not set."""

    @property
    def use_ema(self) -> bool:
        """Whether the optimizer inside keeps a moving average of the weights."""
        return bool(self.inner_optimizer.use_ema)

    @use_ema.setter
    def use_ema(self, value: bool) -> None:
        """Leave it to the optimizer inside."""

    @property
    def learning_rate(self) -> Any:
        """The rate of the optimizer inside."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.inner_optimizer.learning_rate = value

    @property
    def iterations(self) -> Iterations:
        """How many steps the optimizer inside did."""
        found: Iterations = self.inner_optimizer.iterations
        return found

    @iterations.setter
    def iterations(self, value: int) -> None:
        self.inner_optimizer.iterations = value

    def apply(self, grads: Sequence[Tensor | None], trainable_variables: Iterable[Any] | None = None) -> None:
        """Do one step from gradients of the scaled loss, or none where one of them is not finite."""
        given = list(grads)
        weights = None if trainable_variables is None else list(trainable_variables)
        if not self.built:
            if weights is None:
                raise NotBuiltError(
                    "Gradients came without the weights that they belong to. Give those as well, or tell the "
                    "optimizer of them beforehand, by build(trainable_variables).",
                    code="not_built",
                )
            self.build(weights)
        there = [grad for grad in given if grad is not None]
        if not self.check_finite(there):
            self._steps, self._scale = 0, self._scale * 0.5
            return
        scale = self._scale
        targets = self._trainable_variables if weights is None else weights
        unscaled = [
            grad
            if grad is None or getattr(weight, "overwrite_with_gradient", False)
            else grad.detach() / scale
            for grad, weight in zip(given, targets, strict=True)
        ]
        self.inner_optimizer.apply(unscaled, weights)
        self._steps += 1
        if self._steps == self.dynamic_growth_steps:
            self._steps, self._scale = 0, self._scale * 2.0

    def step(self, grads: Sequence[Tensor | None]) -> None:
        """Do one step from one gradient per weight of ``build``."""
        self.apply(grads)

    def check_finite(self, grads: Sequence[Tensor | None]) -> bool:
        """Return whether every number in the gradients is finite; waits for the device."""
        largest = torch._foreach_norm([grad for grad in grads if grad is not None], float("inf"))
        return not largest or bool(torch.stack([item.float() for item in largest]).isfinite().all())

    def scale_loss(self, loss: Any) -> Any:
        """Return the loss times the present scale."""
        return loss * self._scale

    def finalize_variable_values(self, var_list: Iterable[Any] | None = None) -> None:
        """Put the moving averages into the weights, where the optimizer inside keeps them."""
        self.inner_optimizer.finalize_variable_values(var_list)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, JSON-able."""
        from engine.optimizers import serialize

        return {
            "name": self.name,
            "inner_optimizer": serialize(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
        """Return the optimizer that ``get_config`` described, without its state."""
        from engine.optimizers import deserialize

        given = dict(config)
        inner = given.pop("inner_optimizer")
        return cls(deserialize(inner, custom_objects) if isinstance(inner, Mapping) else inner, **given)


_DEFAULTS: dict[str, Any] = {
    "weight_decay": None,
    "clipnorm": None,
    "global_clipnorm": None,
    "clipvalue": None,
    "use_ema": False,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}
