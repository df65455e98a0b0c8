"""The part of a layer that holds weights and the layers inside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch

from engine import config as settings
from engine import constraints, initializers, regularizers
from engine.dtypes import standardize_dtype
from engine.errors import EngineError, NotBuiltError, ParamError, ShapeError
from engine.layers.dry import declare, declaring
from engine.layers.scope import path_in_scope, running_layers
from engine.layers.tracked import Tracked, hook_epoch, note_change
from engine.layers.variable import Variable

__all__ = ["Weighted", "hook_epoch", "note_change"]

if TYPE_CHECKING:
    from engine.layers.layer import Layer


class Weighted(Tracked):
    """The part of ``Layer`` that makes weights and knows what is trainable of them."""

    variable_dtype: str
    _trainable: bool
    _building = False

    # -- weights -----------------------------------------------------------------------------------

    def add_weight(
        self,
        *args: Any,
        shape: Any = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
        torch_axes: tuple[int, ...] | None = None,
    ) -> Variable:
        """Make a weight of ``shape`` and keep it; shape, initializer and dtype may come by position.

        Without an initializer it starts as glorot_uniform says, a weight of whole numbers as zeros.

        ``torch_axes`` names the order in which torch's kernels read the axes: the numbers lie in memory that
        way and the weight is a view in Keras' order, so that neither a copy nor a transpose is needed.
        Raises ``ShapeError`` for unknown sizes, ``EngineError`` where the layer is built already, and
        ``TypeError`` for more arguments by position.
        """
        self._check_super_called()
        if args:
            shape, initializer, dtype = _by_position(args, shape, initializer, dtype)
        if self.built and not self._building and any(layer is self for layer in running_layers()):
            raise EngineError(
                f"Layer '{self.name}' cannot add new elements of state (variables or sub-layers) once it is "
                "built: make weights in __init__() or in build().",
                code="locked",
                layer=self.name,
            )
        name = name or self._free_name()
        sizes = (shape,) if hasattr(shape, "__index__") else tuple(shape or ())
        if any(size is None for size in sizes):
            raise ShapeError(
                f"Layer '{self.name}' cannot make its weight '{name}': shape {sizes} has an unknown size.",
                code="unknown_size",
                layer=self.name,
                weight=name,
                shape=sizes,
            )
        whole = tuple(int(size) for size in sizes)
        type_name = self.variable_dtype if dtype is None else standardize_dtype(dtype)
        kind = getattr(torch, type_name)
        if declaring():
            tensor = torch.empty(whole, device="meta", dtype=kind)
            declare(cast("Layer", self), name, whole, trainable)
        else:
            drawn = "glorot_uniform" if kind.is_floating_point else "zeros"
            value = initializers.get(drawn if initializer is None else initializer)(whole, dtype=type_name)
            tensor = torch.as_tensor(value, dtype=kind)
            if torch_axes is not None:
                order = [torch_axes.index(axis) for axis in range(len(torch_axes))]
                tensor = tensor.permute(torch_axes).contiguous().permute(order)
            tensor = tensor.to(_device())
        variable = Variable(
            tensor, trainable=trainable, autocast=autocast, aggregation=aggregation, name=name
        )
        if not self._trainable:
            variable.requires_grad_(False)
        variable.path = f"{path_in_scope(self)}/{name}"
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        if overwrite_with_gradient:
            variable.overwrite_with_gradient = True
        self._weights.append(variable)
        return variable

    def add_variable(self, *args: Any, **kwargs: Any) -> Variable:
        """Make a weight; another name of ``add_weight``."""
        return self.add_weight(*args, **kwargs)

    def _free_name(self) -> str:
        """Return ``variable``, ``variable_1``, ...: the first that no weight of this layer has."""
        taken = {weight.name for weight in self._weights}
        count, name = 0, "variable"
        while name in taken:
            count += 1
            name = f"variable_{count}"
        return name

    def _check_super_called(self) -> None:
        if not self._initialized:
            raise RuntimeError(
                f"In layer '{type(self).__name__}', you forgot to call `super().__init__()` as the first "
                "statement of its `__init__()`."
            )

    # -- weights as a whole ------------------------------------------------------------------------

    def _own_weights(self) -> list[Variable]:
        """Return the weights of this layer alone, those made to be trained first."""
        own = self._weights
        if all(weight.wants_gradient for weight in own):
            return own
        return sorted(own, key=lambda weight: not weight.wants_gradient)

    @property
    def _trainable_variables(self) -> list[Variable]:
        return [weight for weight in self._weights if weight.wants_gradient]

    @property
    def torch_params(self) -> dict[str, Variable]:
        """The weights of this layer alone by path; Keras' word on torch."""
        return {weight.path: weight for weight in self._weights}

    @property
    def _non_trainable_variables(self) -> list[Variable]:
        return [weight for weight in self._weights if not weight.wants_gradient]

    @property
    def variables(self) -> list[Variable]:
        """Every weight, of this layer first and then of those inside, and the states of random generators."""
        unique = {id(weight): weight for weight in self._own_weights()}
        for generator in self._seed_generators:
            unique[id(generator.state)] = generator.state
        for layer in self._sublayers():
            unique |= {id(weight): weight for weight in layer.variables}
        return list(unique.values())

    @property
    def weights(self) -> list[Variable]:
        """Every weight but the states of random generators; ``get_weights`` follows this order."""
        unique = {id(weight): weight for weight in self._own_weights()}
        for layer in self._sublayers():
            unique |= {id(weight): weight for weight in layer.weights}
        return list(unique.values())

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes."""
        return [weight for weight in self.weights if weight.requires_grad] if self._trainable else []

    trainable_variables = trainable_weights

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone."""
        own = self.weights
        return [weight for weight in own if not weight.requires_grad] if self._trainable else own

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The weights that training leaves alone, and the states of random generators."""
        own = self.variables
        return [weight for weight in own if not weight.requires_grad] if self._trainable else own

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; setting it freezes or frees all that is inside."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for weight in self._weights:
            weight.requires_grad_(self._trainable and weight.wants_gradient)
        for layer in self._sublayers():
            layer.trainable = value

    def get_weights(self) -> list[np.ndarray[Any, Any]]:
        """Return the weights as numpy arrays in Keras' shapes and order."""
        return [weight.numpy() for weight in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Set the weights from arrays as ``get_weights`` returns them; raises ``ShapeError``."""
        own = self.weights
        if len(own) != len(weights):
            raise ShapeError(
                f"Layer '{self.name}' has {len(own)} weights. Received: {len(weights)} arrays.",
                code="weight_count",
                layer=self.name,
                expected=len(own),
                got=len(weights),
            )
        for variable, value in zip(own, weights, strict=True):
            variable.assign(value)

    def _saved_weights(self) -> list[Variable]:
        """Return the weights of this layer alone in the order of files: those made to be trained first."""
        return self._own_weights()

    def save_own_variables(self, store: Any) -> None:
        """Put the weights of this layer alone into ``store``, a dict that a file keeps."""
        for index, weight in enumerate(self._saved_weights()):
            store[str(index)] = weight

    def load_own_variables(self, store: Any) -> None:
        """Set the weights of this layer alone from ``store``; raises ``ShapeError`` where they do not fit."""
        own = self._saved_weights()
        if len(store.keys()) != len(own):
            hint = "" if own or self.built else " The layer was never built: give its model a build()."
            raise ShapeError(
                f"Layer '{self.name}' expected {len(own)} variables, but received {len(store.keys())} "
                f"variables during loading. Expected: {[weight.name for weight in own]}.{hint}",
                code="weight_count",
                layer=self.name,
                expected=len(own),
                got=len(store.keys()),
            )
        for index, weight in enumerate(own):
            weight.assign(store[str(index)])

    def count_params(self) -> int:
        """Return how many numbers the weights hold; raises ``NotBuiltError`` before the layer is built."""
        if not self.built:
            raise NotBuiltError(f"Layer '{self.name}' has no weights yet: call it or build it first.")
        return sum(weight.numel() for weight in self.weights)


def _by_position(args: tuple[Any, ...], shape: Any, initializer: Any, dtype: Any) -> tuple[Any, Any, Any]:
    """Return shape, initializer and dtype of ``add_weight`` where some of them came by position."""
    if len(args) > 3:
        raise TypeError(f"add_weight() takes at most 3 positional arguments. Received: {len(args)}")
    if isinstance(args[0], str):
        raise ParamError(
            f"The `name` of a weight must be passed as a keyword argument: add_weight(shape=..., "
            f"name={args[0]!r}). Received: add_weight({args[0]!r}, ...)",
            code="param",
            param="name",
        )
    given = [shape, initializer, dtype]
    for index, (word, value) in enumerate(zip(("shape", "initializer", "dtype"), args, strict=False)):
        if given[index] is not None:
            raise ParamError(
                f"add_weight(): `{word}` was passed both positionally and as a keyword argument.",
                code="param",
                param=word,
            )
        given[index] = value
    return given[0], given[1], given[2]


def _device() -> torch.device:
    from engine.training.device import resolve

    return resolve(settings.device())
