"""Optimizers that treat matrices as matrices (Adafactor, Muon), and one that needs no schedule."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from engine.errors import ShapeError
from engine.layers.variable import Variable
from engine.optimizers.optimizer import Optimizer
from engine.optimizers.step import Slots


def _rms(value: Tensor) -> Tensor:
    return value.square().mean().sqrt()


class Adafactor(Optimizer):
    """Keeps only row and column means of squared gradients, which saves memory (Shazeer & Stern 2018).

    ``relative_step`` lets the rate fall as one over the root of the step count.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
        *shared: Any,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **options)
        self.beta_2_decay = beta_2_decay
        self.epsilon_1 = epsilon_1
        self.epsilon_2 = epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def build(self, variables: Iterable[Any]) -> None:
        """Make row means, column means and squares for these weights, in Keras' order."""
        if self.built:
            return
        super().build(variables)
        rows: list[Any] = []
        columns: list[Any] = []
        squares: list[Any] = []
        for weight in self._trainable_variables:
            shape = tuple(weight.shape)
            if getattr(weight, "overwrite_with_gradient", False):
                made: tuple[Any, Any, Any] = (None, None, None)
            elif len(shape) < 2:
                # Keras keeps two numbers here that nothing uses, and its files have them.
                made = self._unused(weight), self._unused(weight), self._squares(weight)
            else:
                means = self._means(weight, shape[:-1]), self._means(weight, (*shape[:-2], shape[-1]))
                made = *means, self._squares(weight)
            for kept, one in zip((rows, columns, squares), made, strict=True):
                kept.append(one)
        self._slots |= {"r": rows, "c": columns, "velocity": squares}

    def _unused(self, weight: Any) -> Variable:
        made = Variable(torch.zeros((), dtype=torch.int32), trainable=False, name=self._word(weight))
        self._own.append(made)
        return made

    def _squares(self, weight: Any) -> Variable:
        return self.add_variable_from_reference(weight, "velocity")

    def _means(self, weight: Any, shape: Sequence[int]) -> Variable:
        first = torch.zeros(tuple(shape), dtype=weight.dtype, device=weight.device)
        made = Variable(first, trainable=False, name=self._word(weight))
        made.path = f"{self.name}/{made.name}"
        self._own.append(made)
        return made

    @staticmethod
    def _word(weight: Any) -> str:
        return str(getattr(weight, "name", None) or "variable").replace("/", "_")

    def update(self, params: list[Tensor], grads: list[Tensor], slots: Slots, rate: float, step: int) -> None:
        share = 1.0 - step**self.beta_2_decay
        pace = min(rate, 1.0 / math.sqrt(step))
        squared = torch._foreach_mul(grads, grads)
        torch._foreach_add_(squared, self.epsilon_1)
        for param, square, row, column, held in zip(
            params, squared, slots["r"], slots["c"], slots["velocity"], strict=True
        ):
            if param.dim() < 2:
                held.lerp_(square, 1.0 - share)
                continue
            row.lerp_(square.mean(-1), 1.0 - share)
            column.lerp_(square.mean(-2), 1.0 - share)
            of_rows = row / row.mean(-1, keepdim=True)
            torch.mul(of_rows.unsqueeze(-1), column.unsqueeze(-2), out=held.data)
        moves = torch._foreach_div(grads, torch._foreach_sqrt(slots["velocity"]))
        sizes = torch.stack([_rms(move) for move in moves])
        alphas = torch.stack([_rms(param) for param in params]).clamp_min(self.epsilon_2) * pace
        factors = alphas / (sizes / self.clip_threshold).clamp_min(1.0)
        torch._foreach_mul_(moves, list(factors.unbind()))
        torch._foreach_sub_(params, moves)

    def get_config(self) -> dict[str, Any]:
        names = ("beta_2_decay", "epsilon_1", "epsilon_2", "clip_threshold", "relative_step")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


class Muon(Optimizer):
    """Turns the momentum of matrices into the nearest orthogonal matrix (Jordan et al. 2024).

    Weights that are no matrices, embeddings and those whose path matches one of ``exclude_layers`` are
    trained by Adam.  ``rms_rate`` scales steps to the size of Adam's.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-7,
        weight_decay: float | None = 0.004,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        exclude_layers: Sequence[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.775,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
        **options: Any,
    ) -> None:
        super().__init__(
            learning_rate,
            weight_decay,
            clipnorm,
            clipvalue,
            global_clipnorm,
            use_ema,
            ema_momentum,
            ema_overwrite_frequency,
            loss_scale_factor,
            gradient_accumulation_steps,
            name,
            **options,
        )
        self.adam_beta_1 = adam_beta_1
        self.adam_beta_2 = adam_beta_2
        self.adam_weight_decay = adam_weight_decay
        self.epsilon = epsilon
        self.exclude_layers = list(exclude_layers or ())
        self.exclude_embeddings = exclude_embeddings
        self.muon_a = muon_a
        self.muon_b = muon_b
        self.muon_c = muon_c
        self.adam_lr_ratio = adam_lr_ratio
        self.momentum = momentum
        self.ns_steps = ns_steps
        self.nesterov = nesterov
        self.rms_rate = rms_rate

    def _should_use_adamw(self, variable: Any) -> bool:
        path = str(getattr(variable, "path", None) or getattr(variable, "name", None) or "")
        if variable.dim() != 2 or (self.exclude_embeddings and "embedding" in path.lower()):
            return True
        return any(re.search(word, path) for word in self.exclude_layers)

    def build(self, variables: Iterable[Any]) -> None:
        """Make a momentum for every weight and, for those trained by Adam, mean squares."""
        if self.built:
            return
        super().build(variables)
        means: list[Any] = []
        squares: list[Any] = []
        for weight in self._trainable_variables:
            kept = not getattr(weight, "overwrite_with_gradient", False)
            means.append(self.add_variable_from_reference(weight, "momentum") if kept else None)
            adam = kept and self._should_use_adamw(weight)
            squares.append(self.add_variable_from_reference(weight, "velocity") if adam else None)
        self._slots |= {"momentum": means, "velocity": squares}
        self._shrunk = self._grouped(self._decayed)

    def _apply_weight_decay(self, variables: list[Any]) -> None:
        if variables is self._trainable_variables:
            groups = self._shrunk
        else:
            groups = self._grouped([item for item in variables if self._use_weight_decay(item)])
        for amount, chosen in zip((self.adam_weight_decay, self.weight_decay), groups, strict=True):
            if amount and chosen:
                with torch.no_grad():
                    torch._foreach_mul_(chosen, 1 - float(self.learning_rate) * amount)

    def _grouped(self, weights: Iterable[Any]) -> tuple[list[Any], list[Any]]:
        """Return the weights trained by Adam, and the others."""
        groups: tuple[list[Any], list[Any]] = ([], [])
        for item in weights:
            groups[not self._should_use_adamw(item)].append(item)
        return groups

    def update(self, params: list[Tensor], grads: list[Tensor], slots: Slots, rate: float, step: int) -> None:
        rows = list(zip(params, grads, slots["momentum"], slots["velocity"], strict=True))
        adam = [list(column) for column in zip(*(row for row in rows if row[3] is not None), strict=True)]
        if adam:
            weights, given, means, squares = adam
            torch._foreach_lerp_(means, given, 1 - self.adam_beta_1)
            torch._foreach_mul_(squares, self.adam_beta_2)
            torch._foreach_addcmul_(squares, given, given, 1 - self.adam_beta_2)
            below = torch._foreach_sqrt(squares)
            torch._foreach_add_(below, self.epsilon)
            size = math.sqrt(1 - self.adam_beta_2**step) / (1 - self.adam_beta_1**step)
            torch._foreach_addcdiv_(weights, means, below, -rate * self.adam_lr_ratio * size)
        for param, grad, moving, held in rows:
            if held is not None:
                continue
            moving.mul_(self.momentum).add_(grad)
            direction = grad.add(moving, alpha=self.momentum) if self.nesterov else moving
            param.sub_(self.lr_adjust(self.zeropower_via_newtonschulz5(direction, self.ns_steps)), alpha=rate)

    def lr_adjust(self, x: Tensor) -> Tensor:
        """Return the step of a matrix in the size that a step of Adam would have."""
        return x if self.rms_rate is None else x * (math.sqrt(max(x.shape[:2])) * self.rms_rate)

    def zeropower_via_newtonschulz5(self, x: Tensor, steps: int) -> Tensor:
        """Return nearly the orthogonal matrix next to ``x``, by Newton and Schulz' iteration."""
        if x.dim() < 2:
            raise ShapeError(
                "Expected gradient or momentum to have at least 2 dimensions. "
                f"Received: shape={tuple(x.shape)}",
                code="rank",
            )
        tall = x.shape[-2] > x.shape[-1]
        found = x.mT if tall else x
        length: Tensor = torch.linalg.matrix_norm(found, keepdim=True)
        found = found / (length + 1e-7)
        for _ in range(steps):
            inner = found @ found.mT
            found = self.muon_a * found + (self.muon_b * inner + self.muon_c * inner @ inner) @ found
        return found.mT if tall else found

    def get_config(self) -> dict[str, Any]:
        names = (
            *("adam_beta_1", "adam_beta_2", "epsilon", "exclude_layers", "muon_a", "muon_b", "muon_c"),
            *("adam_lr_ratio", "momentum", "ns_steps", "nesterov", "exclude_embeddings"),
            *("adam_weight_decay", "rms_rate"),
        )
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


class ScheduleFreeAdamW(Optimizer):
    """AdamW with an average of all steps in place of a schedule (Defazio et al. 2024).

    ``momentum`` holds the weights as plain steps leave them; the trained weights lie between those and their
    mean, the nearer to the mean the larger ``beta_1``.
    """

    def __init__(
        self,
        learning_rate: Any = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        warmup_steps: int = 0,
        *shared: Any,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **options)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.warmup_steps = warmup_steps

    def slots(self) -> Sequence[str]:
        return ("momentum", "velocity")

    def slot_groups(self) -> Sequence[Sequence[str]]:
        return (self.slots(),)

    def build(self, variables: Iterable[Any]) -> None:
        """Make the state for these weights, beginning with the weights themselves."""
        if self.built:
            return
        super().build(variables)
        for base, weight in zip(self._slots["momentum"], self._trainable_variables, strict=True):
            if base is not None:
                base.assign(weight.detach())

    def update(self, params: list[Tensor], grads: list[Tensor], slots: Slots, rate: float, step: int) -> None:
        if self.warmup_steps > 0:
            rate *= min(step / self.warmup_steps, 1.0)
        bases, squares = slots["momentum"], slots["velocity"]
        torch._foreach_mul_(squares, self.beta_2)
        torch._foreach_addcmul_(squares, grads, grads, 1 - self.beta_2)
        below = torch._foreach_div(squares, 1 - self.beta_2**step)
        torch._foreach_sqrt_(below)
        torch._foreach_add_(below, self.epsilon)
        share = 1.0 / step
        # The mean x is what the weights y = (1 - beta) z + beta x hold of it.
        torch._foreach_add_(params, bases, alpha=-(1 - self.beta_1))
        torch._foreach_mul_(params, 1 - share)
        torch._foreach_addcdiv_(bases, grads, below, -rate)
        torch._foreach_add_(params, bases, alpha=self.beta_1 * share + (1 - self.beta_1))

    def get_config(self) -> dict[str, Any]:
        names = ("beta_1", "beta_2", "epsilon", "warmup_steps")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
