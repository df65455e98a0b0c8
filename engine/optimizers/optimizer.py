"""What all optimizers share: the step count, the rate, decay, clipping, averaging, accumulation.

A step calls torch's fused or foreach kernels on whole lists of tensors.  ``torch.optim`` is not used:
importing it costs most of a second and its objects some fifty microseconds a step.
"""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from engine.compat import tolerant
from engine.errors import EngineError, NotBuiltError, ParamError
from engine.naming import name_of
from engine.optimizers import schedules
from engine.optimizers.state import Iterations, LearningRate
from engine.optimizers.step import Slots, Steps
from engine.params import check_unknown


def _arguments(cls: type) -> tuple[str, ...]:
    """Return the names that the constructors of an optimizer and of its bases take."""
    names: dict[str, None] = {}
    for base in cls.__mro__:
        if issubclass(base, Optimizer) and "__init__" in base.__dict__:
            for parameter in list(inspect.signature(base.__init__).parameters.values())[1:]:
                if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
                    names[parameter.name] = None
    return tuple(names)


class Optimizer(Steps):
    """Base of all optimizers.

    A subclass names its state in ``slots`` and writes ``update``, which changes all weights at once; or, as
    in Keras, makes its state in ``build`` and writes ``update_step`` for one weight.  Its constructor passes
    on what follows its own arguments, by position too, in the order below.  ``weight_decay`` shrinks weights
    by ``learning_rate * weight_decay`` before each step; of ``clipnorm`` (each gradient), ``global_clipnorm``
    (all together) and ``clipvalue`` (each element) at most one is set; ``use_ema`` keeps a moving average of
    the weights; ``loss_scale_factor`` is divided out of the gradients; ``gradient_accumulation_steps`` sums
    that many gradients into one step.  Keras: https://keras.io/api/optimizers/.
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
        if unknown.pop("decay", None) is not None:
            warnings.warn("Argument `decay` is no longer supported and will be ignored.", stacklevel=3)
        check_unknown(unknown, _arguments(type(self)), type(self).__name__)
        self.name = name or name_of(self)
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        clips = (clipnorm, clipvalue, global_clipnorm)
        if sum(item is not None for item in clips) > 1:
            raise ParamError(
                "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. Received: "
                f"clipnorm={clipnorm}, clipvalue={clipvalue}, global_clipnorm={global_clipnorm}",
                code="param",
                param="clipnorm",
            )
        steps, every = gradient_accumulation_steps, ema_overwrite_frequency
        self._check("gradient_accumulation_steps", "an integer >= 2", steps, not steps or steps >= 2)
        if use_ema:
            self._check("ema_momentum", "in the range [0, 1]", ema_momentum, 0 <= ema_momentum <= 1)
            good = not every or (isinstance(every, int) and every >= 1)
            self._check("ema_overwrite_frequency", "an integer >= 1 or None", every, good)
        self._rate: Any = 0.0
        if isinstance(learning_rate, Mapping):
            learning_rate = schedules.deserialize(learning_rate)
        expected = "a float, a LearningRateSchedule, or a callable without arguments"
        given = isinstance(learning_rate, float) or callable(learning_rate)
        self._check("learning_rate", expected, learning_rate, given)
        self._begin_state()
        self._set_rate(learning_rate)
        self._slots: Slots = {}
        self._constrained: list[Any] = []
        self._overwritten = False
        self._excluded: tuple[set[int], str] = (set(), "")
        self._decayed: list[Tensor] = []

    def _check(self, param: str, expected: str, got: Any, good: bool) -> None:
        if not good:
            raise ParamError(
                f"Argument `{param}` must be {expected}. Received: {param}={got}. ({type(self).__name__})",
                code="param",
                param=param,
                expected=expected,
                got=got,
            )

    # -- what a subclass writes ------------------------------------------------------------------------

    def slots(self) -> Sequence[str]:
        """Return the names of the tensors kept for every weight, in Keras' order."""
        return ()

    def slot_groups(self) -> Sequence[Sequence[str]]:
        """Return the slots as they are kept and saved: those of one group alternate weight by weight."""
        return [[name] for name in self.slots()]

    def slot_start(self, name: str) -> Any:
        """Return the initializer of a slot."""
        return "zeros"

    def update(self, params: list[Tensor], grads: list[Tensor], slots: Slots, rate: float, step: int) -> None:
        """Change ``params`` in place; ``step`` counts from 1, ``slots`` may be changed in place too."""
        for param, grad in zip(params, grads, strict=True):
            self.update_step(grad, param, rate)

    def update_step(self, gradient: Tensor, variable: Any, learning_rate: Any) -> None:
        """Change one weight in place; optimizers may be written so, weight by weight."""
        if type(self).update is Optimizer.update:
            raise NotImplementedError(
                f"{type(self).__name__} has neither update(params, grads, slots, rate, step) nor "
                "update_step(gradient, variable, learning_rate)."
            )
        place = self._get_variable_index(variable)
        slots = {name: [tensors[place]] for name, tensors in self._slots.items()}
        with torch.no_grad():
            grad = torch.empty_like(variable).copy_(gradient)  # laid out like the weight, as kernels want it
            self.update([variable], [grad], slots, float(learning_rate), int(self.iterations) + 1)

    def assign(self, variable: Any, value: Any) -> None:
        """Set a variable, in ``update_step``."""
        with torch.no_grad():
            variable.copy_(torch.as_tensor(value))

    def assign_add(self, variable: Any, value: Any) -> None:
        """Add to a variable, in ``update_step``."""
        with torch.no_grad():
            variable.add_(value)

    def assign_sub(self, variable: Any, value: Any) -> None:
        """Subtract from a variable, in ``update_step``."""
        with torch.no_grad():
            variable.sub_(value)

    # -- rate and count --------------------------------------------------------------------------------

    @property
    def learning_rate(self) -> LearningRate:
        """The rate of the next step; set it to a number, a schedule or a function without arguments."""
        rate = self._rate
        if isinstance(rate, schedules.LearningRateSchedule):
            rate = float(rate(self._count))
        elif callable(rate):
            rate = float(rate())
        found = LearningRate(rate)
        found._owner = self
        return found

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self._set_rate(value)

    def _set_rate(self, value: Any) -> None:
        if isinstance(value, Mapping):
            value = schedules.deserialize(value)
        if callable(value) and not isinstance(value, Tensor):
            self._rate = value
            return
        if isinstance(self._rate, schedules.LearningRateSchedule):
            raise TypeError(
                "This optimizer was created with a `LearningRateSchedule`, which sets its learning rate. "
                f"Make the {type(self).__name__} with a number to be able to set it."
            )
        number = not isinstance(value, (str, bool, type(None)))
        self._check("learning_rate", "a number or a schedule", value, number)
        self._rate = float(value)

    @property
    def iterations(self) -> Iterations:
        """How many steps were done (gradients that were only accumulated do not count)."""
        return self._counted(self._count // (self.gradient_accumulation_steps or 1))

    @iterations.setter
    def iterations(self, value: int) -> None:
        self._count = int(value) * (self.gradient_accumulation_steps or 1)

    @property
    def _iterations(self) -> Iterations:
        """How many gradients came."""
        return self._counted(self._count)

    def _counted(self, count: int) -> Iterations:
        found = Iterations(count)
        found._owner = self
        return found

    def exclude_from_weight_decay(
        self, var_list: Iterable[Any] | None = None, var_names: Iterable[str] | None = None
    ) -> None:
        """Spare these weights, or those whose name contains one of these words, the weight decay."""
        if self.built:
            raise EngineError(
                "`exclude_from_weight_decay()` can only be configured before the optimizer is built.",
                code="order",
            )
        self._excluded = ({id(item) for item in var_list or ()}, "|".join(var_names or ()))

    def _use_weight_decay(self, variable: Any) -> bool:
        spared, pattern = self._excluded
        name = str(getattr(variable, "name", None) or "")
        return id(variable) not in spared and not (pattern and re.search(pattern, name))

    # -- a step ----------------------------------------------------------------------------------------

    def build(self, variables: Iterable[Any]) -> None:
        """Make the state for these weights (torch Parameters); a second call changes nothing."""
        if self.built:
            return
        weights = self._trainable_variables = list(variables)
        self._trainable_variables_indices = {id(item): index for index, item in enumerate(weights)}
        self._overwritten = any(getattr(item, "overwrite_with_gradient", False) for item in weights)
        if self.use_ema:
            self._model_variables_moving_average = self.add_optimizer_variables(weights, "average")
        if self.gradient_accumulation_steps:
            self._accumulated_gradients = [
                self.add_variable_from_reference(item, "gradient_accumulator") for item in weights
            ]
            self._slots["gradient_accumulator"] = self._accumulated_gradients
        for group in self.slot_groups():
            starts = [self.slot_start(name) for name in group]
            made = self.add_optimizer_variables(weights, list(group), starts)
            self._slots |= dict(zip(group, made, strict=True))
        self._constrained = [item for item in weights if getattr(item, "constraint", None) is not None]
        self._decayed = [item for item in weights if self._use_weight_decay(item)]
        self.built = True

    def _get_variable_index(self, variable: Any) -> int:
        return self._trainable_variables_indices[id(variable)]

    def apply(self, grads: Sequence[Tensor | None], trainable_variables: Iterable[Any] | None = None) -> None:
        """Do one step; without ``trainable_variables`` the gradients are those of ``build``, in its order."""
        grads = [grad if grad is None else torch.as_tensor(grad) for grad in grads]
        if not grads:
            return
        if trainable_variables is None:
            if not self.built:
                raise NotBuiltError(
                    "Gradients came without the weights that they belong to. Give those as well, or tell the "
                    "optimizer of them beforehand, by build(trainable_variables).",
                    code="not_built",
                )
            if len(grads) != len(self._trainable_variables):
                raise EngineError(
                    "When passing `grads` as a list of gradient tensors, the gradients must match the "
                    f"weights one-to-one. Received a list of {len(grads)} gradients, but the optimizer is "
                    f"tracking {len(self._trainable_variables)} trainable variables.",
                    code="gradient",
                )
            self.step(grads)
            return
        variables = list(trainable_variables)
        self.build(variables)
        known = self._trainable_variables_indices
        for item in variables:
            if id(item) not in known:
                raise EngineError(
                    f"Unknown variable: {getattr(item, 'path', item)}. This optimizer can only be called for "
                    "the variables it was originally built with. Make a new optimizer for a new model.",
                    code="variables",
                )
        places = [known[id(item)] for item in variables]
        if places == list(range(len(self._trainable_variables))):
            self.step(grads)
        else:
            self._step_some(places, grads)

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Tensor | None, Any]]) -> Iterations:
        """Do one step from (gradient, weight) pairs; returns how many calls there were."""
        grads, variables = zip(*grads_and_vars, strict=True)
        self.apply(grads, variables)
        return self._iterations

    def scale_loss(self, loss: Any) -> Any:
        """Return the loss times ``loss_scale_factor``, which the step divides out again."""
        return loss * self.loss_scale_factor if self.loss_scale_factor is not None else loss

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
