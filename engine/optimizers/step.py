"""One step of an optimizer: from gradients to changed weights, on whole lists of tensors at once."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from engine.errors import EngineError
from engine.optimizers.state import State

Slots = dict[str, list[Any]]
_is_none = partial(operator.is_, None)


class Steps(State):
    """The part of ``Optimizer`` that steps: scaling, accumulation, clipping, decay, averages, constraints."""

    weight_decay: float | None
    clipnorm: float | None
    clipvalue: float | None
    global_clipnorm: float | None
    use_ema: bool
    ema_momentum: float
    ema_overwrite_frequency: int | None
    loss_scale_factor: Any
    gradient_accumulation_steps: int | None
    learning_rate: Any
    _slots: Slots
    _constrained: list[Any]
    _overwritten: bool
    _decayed: list[Tensor]
    _accumulated_gradients: list[Any]
    _model_variables_moving_average: list[Any]

    def update(self, params: list[Tensor], grads: list[Tensor], slots: Slots, rate: float, step: int) -> None:
        """Change ``params`` in place; ``step`` counts from 1, ``slots`` may be changed in place too."""
        raise NotImplementedError

    def step(self, grads: Sequence[Tensor | None]) -> None:
        """Do one step from one gradient per weight of ``build``: the fast way, for training loops."""
        if self._overwritten or any(map(_is_none, grads)):
            self._step_some(list(range(len(grads))), grads)
        else:
            self._step(self._trainable_variables, grads, self._slots)  # type: ignore[arg-type]  # none is None

    def _step_some(self, places: list[int], grads: Sequence[Tensor | None]) -> None:
        """Do one step for the weights at ``places`` that have a gradient."""
        weights = self._trainable_variables
        missing = [weights[place] for place, grad in zip(places, grads, strict=True) if grad is None]
        if len(missing) == len(places):
            raise EngineError(
                "No gradients provided for any variable. The loss depends on none of the weights.",
                code="gradient",
            )
        if missing:
            paths = [getattr(item, "path", None) or getattr(item, "name", None) for item in missing]
            warnings.warn(
                f"Gradients do not exist for variables {paths} when minimizing the loss.", stacklevel=4
            )
        given = {place: grad for place, grad in zip(places, grads, strict=True) if grad is not None}
        if self._overwritten:
            self._overwrite(given)
        chosen = list(given)
        self._step(
            [weights[place] for place in chosen],
            list(given.values()),
            {name: [tensors[place] for place in chosen] for name, tensors in self._slots.items()},
        )

    @torch.no_grad()
    def _overwrite(self, given: dict[int, Tensor]) -> None:
        """Put gradients in the place of weights that want that, the largest of those accumulated."""
        steps = self.gradient_accumulation_steps
        for place in [*given]:
            weight = self._trainable_variables[place]
            if not getattr(weight, "overwrite_with_gradient", False):
                continue
            grad = given.pop(place)
            if steps:
                held = self._accumulated_gradients[place]
                torch.maximum(held, grad, out=held.data)
                if (self._count + 1) % steps == 0:
                    weight.copy_(held)
                    held.zero_()
            else:
                weight.copy_(grad)

    def _step(self, params: list[Any], grads: Sequence[Tensor], slots: Slots) -> None:
        if torch.is_grad_enabled():
            with torch.no_grad():
                self._step(params, grads, slots)
            return
        # Fused kernels walk memory: a gradient laid out otherwise would update the wrong elements.
        given = [
            grad
            if grad.stride() == param.stride() and grad.dtype is param.dtype
            else torch.empty_like(param).copy_(grad)
            for param, grad in zip(params, grads, strict=True)
        ]
        if params:
            if self.loss_scale_factor:
                given = list(torch._foreach_div(given, self.loss_scale_factor))
            self._apply(params, given, slots)
            for item in self._constrained:
                item.copy_(item.constraint(item))
        self._count += 1

    def _apply(self, params: list[Any], grads: list[Tensor], slots: Slots) -> None:
        steps = self.gradient_accumulation_steps
        if steps:
            sums = slots["gradient_accumulator"]
            torch._foreach_add_(sums, grads)
            if (self._count + 1) % steps == 0:
                self._update(params, list(torch._foreach_div(sums, steps)), slots)
                torch._foreach_zero_(sums)
        else:
            self._update(params, grads, slots)
        if self.use_ema:
            count = self._count // (steps or 1)
            share = self.ema_momentum if count else 0.0
            pairs = zip(self._trainable_variables, self._model_variables_moving_average, strict=True)
            weights, averages = zip(*(pair for pair in pairs if pair[1] is not None), strict=True)
            torch._foreach_mul_(averages, share)
            torch._foreach_add_(averages, weights, alpha=1 - share)
            every = self.ema_overwrite_frequency
            if every and (count + 1) % every == 0:
                self.finalize_variable_values()

    def _update(self, params: list[Any], grads: list[Tensor], slots: Slots) -> None:
        rate = self._rate if type(self._rate) is float else float(self.learning_rate)
        if self.clipnorm or self.global_clipnorm or self.clipvalue:
            grads = self._clip_gradients(grads)
        self._apply_weight_decay(params)
        count = self._count // (self.gradient_accumulation_steps or 1)
        self.update(params, grads, slots, rate, count + 1)

    def _apply_weight_decay(self, variables: list[Any]) -> None:
        """Shrink the weights that decay."""
        if not self.weight_decay:
            return
        whole = variables is self._trainable_variables
        decayed = self._decayed if whole else [item for item in variables if self._use_weight_decay(item)]
        if decayed:
            torch._foreach_mul_(decayed, 1 - float(self.learning_rate) * self.weight_decay)

    def _use_weight_decay(self, variable: Any) -> bool:
        raise NotImplementedError

    def _clip_gradients(self, grads: list[Tensor]) -> list[Tensor]:
        grads = [torch.as_tensor(grad) for grad in grads]
        if self.clipnorm and self.clipnorm > 0:
            limit = float(self.clipnorm)
            norms = torch.stack(list(torch._foreach_norm(grads)))
            return list(torch._foreach_mul(grads, list((limit / norms.clamp_min(limit)).unbind())))
        if self.global_clipnorm and self.global_clipnorm > 0:
            norm = torch.linalg.vector_norm(torch.stack(list(torch._foreach_norm(grads))))
            scale = self.global_clipnorm / norm.clamp_min(self.global_clipnorm)
            # The difference makes all NaN where a gradient is infinite, as Keras does.
            return list(torch._foreach_mul(grads, scale + (norm - norm)))
        if self.clipvalue and self.clipvalue > 0:
            limited = torch._foreach_clamp_max(grads, self.clipvalue)
            return list(torch._foreach_clamp_min(limited, -self.clipvalue))
        return list(grads)

    def finalize_variable_values(self, var_list: Iterable[Any] | None = None) -> None:
        """Put the moving averages into the weights, where ``use_ema`` keeps them."""
        if self.use_ema and self.built:
            with torch.no_grad():
                averages = self._model_variables_moving_average
                for item, average in zip(self._trainable_variables, averages, strict=True):
                    if average is not None:
                        item.copy_(average)
