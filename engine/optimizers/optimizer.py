"""What all optimizers share: the step count, the rate, decay, clipping, averaging, saving.

A step calls torch's fused or foreach kernels on whole lists of tensors.  ``torch.optim`` is not used:
importing it costs most of a second and its objects some fifty microseconds a step.
"""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.compat import tolerant
from engine.errors import EngineError, NotBuiltError, ParamError
from engine.optimizers import schedules
from engine.params import check_unknown

Slots = dict[str, list[Tensor]]


def _arguments(cls: type) -> tuple[str, ...]:
    """Return the names that the constructors of an optimizer and of its bases take."""
    names: dict[str, None] = {}
    for base in cls.__mro__:
        if issubclass(base, Optimizer) and "__init__" in base.__dict__:
            for parameter in list(inspect.signature(base.__init__).parameters.values())[1:]:
                if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
                    names[parameter.name] = None
    return tuple(names)


class LearningRate(float):
    """The present learning rate: a float that answers ``numpy`` and ``assign`` as Keras' variable does."""

    _owner: Optimizer

    def numpy(self) -> Any:
        """Return the rate as numpy's float32."""
        return np.float32(self)

    def assign(self, value: float) -> None:
        """Set the optimizer's learning rate."""
        self._owner.learning_rate = float(value)


class Iterations(int):
    """The number of steps done: an int that also answers ``numpy``."""

    def numpy(self) -> Any:
        """Return the count as numpy's int64."""
        return np.int64(self)


class Optimizer:
    """Base of all optimizers.

    A subclass names its state in ``slots`` and writes ``update``; its constructor passes on what follows its
    own arguments, by position too, in the order below, as in Keras.  ``weight_decay`` shrinks weights by
    ``learning_rate * weight_decay`` before each step; of ``clipnorm`` (each gradient), ``global_clipnorm``
    (all together) and ``clipvalue`` (each element) at most one is set;
    ``use_ema`` keeps a moving average of the
    weights; ``gradient_accumulation_steps`` sums that many gradients into one step.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Let constructors understand ``lr``, the word of Keras 1, with a warning."""
        super().__init_subclass__(**kwargs)
        if "__init__" in cls.__dict__:
            cls.__init__ = tolerant(cls.__init__, "optimizer")  # type: ignore[method-assign]  # this class's own

    def __init__(
        self,
        learning_rate: Any,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **unknown: Any,
    ) -> None:
        check_unknown(unknown, _arguments(type(self)), type(self).__name__)
        self.name = name or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(self).__name__).lower()
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        given = [item for item in (clipnorm, clipvalue, global_clipnorm) if item is not None]
        self._check("clipnorm", "set alone, without clipvalue and global_clipnorm", clipnorm, len(given) <= 1)
        self._check("ema_momentum", "a number from 0 to 1", ema_momentum, 0 <= ema_momentum <= 1)
        steps = gradient_accumulation_steps
        enough = not steps or steps >= 2
        self._check("gradient_accumulation_steps", "a whole number of at least 2", steps, enough)
        self._rate: Any = 0.0
        self.learning_rate = learning_rate
        self.built = False
        self._count = 0
        self._variables: list[Any] = []
        self._slots: Slots = {}
        self._strides: list[tuple[int, ...]] = []
        self._constrained: list[Any] = []
        self._excluded: tuple[set[int], str] = (set(), "")
        self._decayed: list[Tensor] = []

    def _check(self, param: str, expected: str, got: Any, good: bool) -> None:
        if not good:
            raise ParamError(
                f"{type(self).__name__}: {param} is {expected}. Received: {param}={got!r}",
                code="param",
                param=param,
                expected=expected,
                got=got,
            )

    def slots(self) -> Sequence[str]:
        """Return the names of the tensors kept for every weight, in Keras' order."""
        return ()

    def update(self, params: list[Tensor], grads: list[Tensor], slots: Slots, rate: float, step: int) -> None:
        """Change ``params`` in place; ``step`` counts from 1, ``slots`` may be changed in place too."""
        raise NotImplementedError(f"{type(self).__name__} has no update(params, grads, slots, rate, step).")

    @property
    def learning_rate(self) -> LearningRate:
        """The rate of the next step; set it to a number, a schedule or a function without arguments."""
        rate = self._rate
        if isinstance(rate, schedules.LearningRateSchedule):
            rate = float(rate(int(self.iterations)))
        elif callable(rate):
            rate = float(rate())
        found = LearningRate(rate)
        found._owner = self
        return found

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if isinstance(value, Mapping):
            value = schedules.deserialize(value)
        if callable(value):
            self._rate = value
            return
        if isinstance(self._rate, schedules.LearningRateSchedule):
            raise TypeError(
                f"{type(self).__name__} was made with a schedule, which sets the learning rate. "
                "Make the optimizer with a number to be able to set it."
            )
        number = not isinstance(value, (str, bool, type(None)))
        self._check("learning_rate", "a number or a schedule", value, number)
        self._rate = float(value)

    @property
    def iterations(self) -> Iterations:
        """How many steps were done (gradients that were only accumulated do not count)."""
        return Iterations(self._count // (self.gradient_accumulation_steps or 1))

    @iterations.setter
    def iterations(self, value: int) -> None:
        self._count = int(value) * (self.gradient_accumulation_steps or 1)

    def exclude_from_weight_decay(
        self, var_list: Iterable[Any] | None = None, var_names: Iterable[str] | None = None
    ) -> None:
        """Spare these weights, or those whose name contains one of these words, the weight decay."""
        if self.built:
            raise EngineError(
                "Exclude weights from weight decay before the optimizer is built.", code="order"
            )
        self._excluded = ({id(item) for item in var_list or ()}, "|".join(var_names or ()))

    def build(self, variables: Iterable[Any]) -> None:
        """Make the state for these weights (torch Parameters); a second call changes nothing."""
        if self.built:
            return
        self._variables = list(variables)
        names = [*(["average"] if self.use_ema else [])]
        names += ["gradient_accumulator"] if self.gradient_accumulation_steps else []
        self._slots = {
            name: [torch.zeros_like(item, requires_grad=False) for item in self._variables]
            for name in [*names, *self.slots()]
        }
        self._strides = [item.stride() for item in self._variables]
        self._constrained = [
            item for item in self._variables if getattr(item, "constraint", None) is not None
        ]
        spared, pattern = self._excluded
        self._decayed = [
            item
            for item in self._variables
            if id(item) not in spared
            and not (pattern and re.search(pattern, str(getattr(item, "name", None) or "")))
        ]
        self.built = True

    def step(self, grads: Sequence[Tensor | None]) -> None:
        """Do one step from one gradient per weight of ``build``: the fast way, for training loops."""
        params, slots = self._variables, self._slots
        if None in [None if grad is None else 0 for grad in grads]:
            present = [index for index, grad in enumerate(grads) if grad is not None]
            if not present:
                raise EngineError("No gradients came for any weight.", code="gradient")
            params = [params[index] for index in present]
            slots = {name: [tensors[index] for index in present] for name, tensors in slots.items()}
        given: list[Tensor] = [grad for grad in grads if grad is not None]
        with torch.no_grad():
            # Fused kernels walk memory: a gradient laid out otherwise would update the wrong elements.
            given = [
                grad if grad.stride() == param.stride() else torch.empty_like(param).copy_(grad)
                for param, grad in zip(params, given, strict=True)
            ]
            if self.loss_scale_factor:
                given = list(torch._foreach_div(given, self.loss_scale_factor))
            self._apply(params, given, slots)
            for item in self._constrained:
                item.copy_(item.constraint(item))
        self._count += 1

    def _apply(self, params: list[Tensor], grads: list[Tensor], slots: Slots) -> None:
        steps = self.gradient_accumulation_steps
        if steps:
            sums = slots["gradient_accumulator"]
            torch._foreach_add_(sums, grads)
            if (self._count + 1) % steps == 0:
                self._update(params, list(torch._foreach_div(sums, steps)), slots)
                torch._foreach_zero_(self._slots["gradient_accumulator"])
        else:
            self._update(params, grads, slots)
        if self.use_ema:
            share = self.ema_momentum if self.iterations else 0.0
            averages = self._slots["average"]
            torch._foreach_mul_(averages, share)
            torch._foreach_add_(averages, self._variables, alpha=1 - share)
            every = self.ema_overwrite_frequency
            if every and (self.iterations + 1) % every == 0:
                self.finalize_variable_values()

    def _update(self, params: list[Tensor], grads: list[Tensor], slots: Slots) -> None:
        rate = self._rate if type(self._rate) is float else float(self.learning_rate)
        if self.clipnorm or self.global_clipnorm or self.clipvalue:
            grads = self._clip(grads)
        if self.weight_decay:
            decayed = self._decayed
            if params is not self._variables:
                chosen = {id(item) for item in decayed}
                decayed = [item for item in params if id(item) in chosen]
            if decayed:
                torch._foreach_mul_(decayed, 1 - rate * self.weight_decay)
        count = self._count // (self.gradient_accumulation_steps or 1)
        self.update(params, grads, slots, rate, count + 1)

    def _clip(self, grads: list[Tensor]) -> list[Tensor]:
        if self.clipvalue:
            limited = torch._foreach_clamp_max(grads, self.clipvalue)
            return list(torch._foreach_clamp_min(limited, -self.clipvalue))
        norms = torch.stack(list(torch._foreach_norm(grads)))
        if self.global_clipnorm:
            norm = torch.linalg.vector_norm(norms)
            scale = self.global_clipnorm / norm.clamp_min(self.global_clipnorm)
            # The difference makes all NaN where a gradient is infinite, as Keras does.
            return list(torch._foreach_mul(grads, scale + (norm - norm)))
        limit = float(self.clipnorm or 0.0)
        return list(torch._foreach_mul(grads, list((limit / norms.clamp_min(limit)).unbind())))

    def apply(self, grads: Sequence[Tensor | None], trainable_variables: Iterable[Any] | None = None) -> None:
        """Do one step; without ``trainable_variables`` the gradients are those of ``build``, in its order."""
        grads = list(grads)
        if not grads:
            return
        if trainable_variables is not None:
            variables = list(trainable_variables)
            self.build(variables)
            place = {id(item): index for index, item in enumerate(self._variables)}
            ordered: list[Tensor | None] = [None] * len(self._variables)
            for grad, item in zip(grads, variables, strict=True):
                if id(item) not in place:
                    raise EngineError(
                        "This optimizer was built for other weights. Make a new optimizer for a new model.",
                        code="variables",
                    )
                ordered[place[id(item)]] = grad
                if grad is None:
                    path = getattr(item, "path", None) or getattr(item, "name", None)
                    warnings.warn(f"No gradient came for the weight {path!r}.", stacklevel=2)
            grads = ordered
        elif not self.built:
            raise NotBuiltError("Call build(variables) before apply(grads).", code="not_built")
        if len(grads) != len(self._variables):
            raise EngineError(
                f"Expected {len(self._variables)} gradients, one per weight. Received: {len(grads)}",
                code="gradient",
            )
        self.step(grads)

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Tensor | None, Any]]) -> Iterations:
        """Do one step from (gradient, weight) pairs; returns how many calls there were."""
        grads, variables = zip(*grads_and_vars, strict=True)
        self.apply(grads, variables)
        return Iterations(self._count)

    def scale_loss(self, loss: Tensor) -> Tensor:
        """Return the loss times ``loss_scale_factor``, which the step divides out again."""
        return loss * self.loss_scale_factor if self.loss_scale_factor else loss

    def finalize_variable_values(self, var_list: Iterable[Any] | None = None) -> None:
        """Put the moving averages into the weights, where ``use_ema`` keeps them."""
        if self.use_ema:
            with torch.no_grad():
                for item, average in zip(self._variables, self._slots["average"], strict=True):
                    item.copy_(average)

    @property
    def variables(self) -> list[Tensor]:
        """Step count, learning rate (both copies), then the state, in Keras' order."""
        head = [torch.tensor(self._count)]
        if not callable(self._rate):
            head.append(torch.tensor(self._rate))
        return head + self._state()

    def _state(self) -> list[Tensor]:
        common = [name for name in ("average",) if name in self._slots]
        found = [tensor for name in common for tensor in self._slots[name]]
        found += self._slots.get("gradient_accumulator", [])
        for group in self.slot_groups():
            rows = zip(*(self._slots[name] for name in group), strict=True)
            found += [tensor for row in rows for tensor in row]
        return found

    def slot_groups(self) -> Sequence[Sequence[str]]:
        """Return the slots as they are saved: those of one group alternate weight by weight."""
        return [[name] for name in self.slots()]

    def get_weights(self) -> list[Any]:
        """Return ``variables`` as numpy arrays."""
        return [tensor.detach().cpu().numpy() for tensor in self.variables]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Put back what ``get_weights`` returned."""
        if not self.built:
            raise NotBuiltError("Build the optimizer before setting its weights.", code="not_built")
        head = 1 if callable(self._rate) else 2
        state = self._state()
        if len(weights) != head + len(state):
            raise EngineError(
                f"Expected {head + len(state)} arrays of optimizer state. Received: {len(weights)}",
                code="state",
            )
        for tensor, value in zip(state, weights[head:], strict=True):
            if tuple(tensor.shape) != tuple(np.shape(value)):
                raise EngineError(
                    f"Optimizer state has shape {tuple(tensor.shape)}. Received: {np.shape(value)}",
                    code="state",
                )
            tensor.copy_(torch.as_tensor(value))
        self._count = int(weights[0])
        if head == 2:
            self._rate = float(weights[1])

    def save_own_variables(self, store: Any) -> None:
        """Put the state into ``store``, a dict that a file keeps."""
        for index, tensor in enumerate(self.variables):
            # Counts are int32 in Keras' files.
            store[str(index)] = tensor.to(torch.int32) if tensor.dtype is torch.int64 else tensor

    def load_own_variables(self, store: Any) -> None:
        """Take the state from ``store``; warns and keeps the present one where it has other parts."""
        own = len(self.variables)
        if len(store.keys()) != own:
            hint = "" if self.built else " The optimizer is not built yet."
            warnings.warn(
                f"Skipping variable loading for optimizer '{self.name}', because it has {own} variables "
                f"whereas the saved optimizer has {len(store.keys())} variables.{hint}",
                stacklevel=2,
            )
            return
        if self.built:
            self.set_weights([store[str(index)] for index in range(own)])
            return
        self._count = int(store["0"])
        if not callable(self._rate):
            self._rate = float(store["1"])

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, JSON-able."""
        rate = self._rate
        config = {"name": self.name, "learning_rate": schedules.serialize(rate) if callable(rate) else rate}
        for name in (
            *("weight_decay", "clipnorm", "global_clipnorm", "clipvalue", "use_ema", "ema_momentum"),
            *("ema_overwrite_frequency", "loss_scale_factor", "gradient_accumulation_steps"),
        ):
            config[name] = getattr(self, name)
        return config

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """Return the optimizer that ``get_config`` described, without its state."""
        return cls(**config)
