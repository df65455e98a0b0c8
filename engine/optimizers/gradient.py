"""SGD, RMSprop, Adam and AdamW."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from engine.optimizers.optimizer import Optimizer
from engine.optimizers.step import Slots


class SGD(Optimizer):
    """Gradient descent; with ``momentum``: v = momentum * v - rate * g, w = w + v (Nesterov looks ahead).

    Keras: https://keras.io/api/optimizers/sgd/.
    """

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        *shared: Any,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **options)
        good = isinstance(momentum, float) and 0 <= momentum <= 1
        self._check("momentum", "a float between [0, 1]", momentum, good)
        self.momentum = momentum
        self.nesterov = nesterov

    def slots(self) -> Sequence[str]:
        return ("momentum",) if self.momentum else ()

    def update(self, params: list[Tensor], grads: list[Tensor], slots: Slots, rate: float, step: int) -> None:
        if not self.momentum:
            torch._foreach_add_(params, grads, alpha=-rate)
            return
        moving = slots["momentum"]
        torch._foreach_mul_(moving, self.momentum)
        torch._foreach_add_(moving, grads, alpha=-rate)
        if self.nesterov:
            torch._foreach_add_(params, grads, alpha=-rate)
            torch._foreach_add_(params, moving, alpha=self.momentum)
        else:
            torch._foreach_add_(params, moving)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "momentum": self.momentum, "nesterov": self.nesterov}


class RMSprop(Optimizer):
    """Divides gradients by a moving root mean square (Hinton 2012); ``centered`` by the deviation instead."""

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        *shared: Any,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **options)
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered

    def slots(self) -> Sequence[str]:
        momentum = ["momentum"] if self.momentum > 0 else []
        return ["velocity", *momentum, *(["average_gradient"] if self.centered else [])]

    def update(self, params: list[Tensor], grads: list[Tensor], slots: Slots, rate: float, step: int) -> None:
        squares = slots["velocity"]
        torch._foreach_mul_(squares, self.rho)
        torch._foreach_addcmul_(squares, grads, grads, 1 - self.rho)
        below = torch._foreach_add(squares, self.epsilon)
        if self.centered:
            means = slots["average_gradient"]
            torch._foreach_mul_(means, self.rho)
            torch._foreach_add_(means, grads, alpha=1 - self.rho)
            torch._foreach_addcmul_(below, means, means, -1)
        torch._foreach_sqrt_(below)
        if self.momentum > 0:
            moving = slots["momentum"]
            torch._foreach_mul_(moving, self.momentum)
            torch._foreach_addcdiv_(moving, grads, below, rate)
            torch._foreach_sub_(params, moving)
        else:
            torch._foreach_addcdiv_(params, grads, below, -rate)

    def get_config(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in ("rho", "momentum", "epsilon", "centered")}
        return {**super().get_config(), **own}


class Adam(Optimizer):
    """Moving means of gradient and square, corrected for their start (Kingma & Ba 2014).

    ``epsilon`` is added before the correction, as in the paper's second form; torch adds it after.
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        *shared: Any,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, *shared, **options)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.amsgrad = amsgrad
        self._clock: Tensor | None = None
        self._whole: tuple[list[Any], list[Tensor], list[list[Tensor]]] = ([], [], [])
        self._places: list[int] = []

    def slots(self) -> Sequence[str]:
        return ["momentum", "velocity", *(["velocity_hat"] if self.amsgrad else [])]

    def slot_groups(self) -> Sequence[Sequence[str]]:
        return [["momentum", "velocity"], *([["velocity_hat"]] if self.amsgrad else [])]

    def update(self, params: list[Tensor], grads: list[Tensor], slots: Slots, rate: float, step: int) -> None:
        clock = self._clock
        if clock is None or clock.device != params[0].device:
            clock = self._clock = torch.zeros((), device=params[0].device)
        clock.fill_(step)
        if params is self._trainable_variables:
            places = [param.data_ptr() for param in params]
            if self._places != places:  # at first, and for weights that moved to other memory
                self._places = places
                self._whole = self._laid_out(params, slots)
            sizes, flat, (means, squares, largest) = self._whole
        else:
            sizes, flat, (means, squares, largest) = self._laid_out(params, slots)
        torch._fused_adam_(
            flat,
            [
                grad if size is None else grad.as_strided(size, (1,))
                for grad, size in zip(grads, sizes, strict=True)
            ],
            means,
            squares,
            largest,
            [clock] * len(params),
            lr=rate,
            beta1=self.beta_1,
            beta2=self.beta_2,
            weight_decay=0.0,
            eps=self.epsilon / math.sqrt(1 - self.beta_2**step),
            amsgrad=self.amsgrad,
            maximize=False,
        )

    def _laid_out(
        self, params: list[Tensor], slots: Slots
    ) -> tuple[list[Any], list[Tensor], list[list[Tensor]]]:
        """Return the weights and slots as the kernel takes them, and what flat size their gradients need.

        The kernel copies what is not contiguous there and back, which costs twice the step itself.  Tensors
        that are permuted views of whole memory become flat views of it: axes in another order do not matter,
        and ``Optimizer.step`` has laid the gradients out like the weights.
        """
        names = ["momentum", "velocity", *(["velocity_hat"] if self.amsgrad else [])]
        sizes = [None if param.is_contiguous() or not _dense(param) else (param.numel(),) for param in params]
        groups = [
            [
                tensor if size is None else tensor.as_strided(size, (1,))
                for tensor, size in zip(group, sizes, strict=True)
            ]
            for group in (params, *(slots[name] for name in names))
        ]
        return sizes, groups[0], [*groups[1:], *([] if self.amsgrad else [[]])]

    def get_config(self) -> dict[str, Any]:
        own = {name: getattr(self, name) for name in ("beta_1", "beta_2", "epsilon", "amsgrad")}
        return {**super().get_config(), **own}


class AdamW(Adam):
    """Adam with weight decay apart from the gradient (Loshchilov & Hutter 2017)."""

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        *shared: Any,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay, *shared, **options)
        self._check("weight_decay", "a float", weight_decay, weight_decay is not None)


def _dense(tensor: Tensor) -> bool:
    """Return whether the numbers lie in memory without gaps, in whatever order of axes."""
    expected = 1
    for stride, size in sorted(zip(tensor.stride(), tensor.shape, strict=True)):
        if size != 1 and stride != expected:
            return False
        expected *= size
    return True
