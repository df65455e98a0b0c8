"""The part of a layer that holds weights and the layers inside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch

from engine import config as settings
from engine import constraints, initializers, regularizers
from engine.errors import NotBuiltError, ShapeError
from engine.layers.dry import declare, declaring
from engine.layers.variable import Variable

if TYPE_CHECKING:
    from engine.layers.layer import Layer

_hook_epoch = [0]


def hook_epoch() -> int:
    """Return a number that changes whenever a hook is registered on a layer."""
    return _hook_epoch[0]


class Weighted(torch.nn.Module):
    """Base of ``Layer``: weights, what is trainable of them, and torch's hooks."""

    name: str
    dtype: str
    built: bool
    _trainable: bool
    _weights: list[Variable]

    # -- weights -----------------------------------------------------------------------------------

    def add_weight(
        self,
        shape: Iterable[int | None] = (),
        initializer: Any = None,
        dtype: str | None = None,
        trainable: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        name: str | None = None,
        torch_axes: tuple[int, ...] | None = None,
    ) -> Variable:
        """Make a weight of ``shape`` and keep it.

        Without an initializer it starts as glorot_uniform says, a weight of whole numbers as zeros.

        ``torch_axes`` names the order in which torch's kernels read the axes: the numbers lie in memory that
        way and the weight is a view in Keras' order, so that neither a copy nor a transpose is needed.
        """
        name = name or "variable"
        sizes = tuple(shape)
        if any(size is None for size in sizes):
            raise ShapeError(
                f"Layer '{self.name}' cannot make its weight '{name}': shape {sizes} has an unknown size.",
                code="unknown_size",
                layer=self.name,
                weight=name,
                shape=sizes,
            )
        whole = tuple(int(size) for size in sizes if size is not None)
        type_name = dtype or self.dtype
        if declaring():
            tensor = torch.empty(whole, device="meta")
            declare(cast("Layer", self), name, whole, trainable)
        else:
            drawn = "glorot_uniform" if getattr(torch, type_name).is_floating_point else "zeros"
            value = initializers.get(drawn if initializer is None else initializer)(whole, dtype=type_name)
            tensor = torch.as_tensor(value, dtype=getattr(torch, type_name))
            if torch_axes is not None:
                order = [torch_axes.index(axis) for axis in range(len(torch_axes))]
                tensor = tensor.permute(torch_axes).contiguous().permute(order)
            tensor = tensor.to(_device())
        floating = tensor.is_floating_point()
        variable = Variable(tensor, trainable and floating and self._trainable, name)
        variable.path = f"{self.name}/{name}"
        variable.regularizer = regularizers.get(regularizer)
        variable.constraint = constraints.get(constraint)
        variable.wants_gradient = trainable and floating  # type: ignore[attr-defined]  # what unfreezing restores
        self._weights.append(variable)
        return variable

    def __setattr__(self, name: str, value: Any) -> None:
        """Track layers in plain lists and dicts too, as Keras does."""
        super().__setattr__(name, value)
        listed = isinstance(value, (list, tuple, dict)) and not name.startswith("_")
        if listed and "_modules" in self.__dict__:
            self._track(name, value)

    def _track(self, name: str, value: Any) -> None:
        for index, item in enumerate(value.values() if isinstance(value, dict) else value):
            if isinstance(item, Weighted):
                self._modules[f"{name}_{index}"] = item

    def _sublayers(self) -> list[Any]:
        """Return the layers directly inside this one, each once, in the order of their making."""
        for name, value in list(self.__dict__.items()):
            if isinstance(value, (list, tuple, dict)) and not name.startswith("_"):
                self._track(name, value)  # lists may have grown since they were set
        unique: dict[int, Any] = {}
        for module in self._modules.values():
            if isinstance(module, Weighted):
                unique.setdefault(id(module), module)
        return list(unique.values())

    @property
    def variables(self) -> list[Variable]:
        """Every weight, of this layer first and then of those inside, each once."""
        unique = {id(weight): weight for weight in self._weights}
        for layer in self._sublayers():
            unique |= {id(weight): weight for weight in layer.variables}
        return list(unique.values())

    @property
    def weights(self) -> list[Variable]:
        """Every weight but the states of random generators; ``get_weights`` follows this order."""
        return self.variables

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes."""
        return [weight for weight in self.weights if weight.requires_grad]

    trainable_variables = trainable_weights

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone."""
        return [weight for weight in self.weights if not weight.requires_grad]

    non_trainable_variables = non_trainable_weights

    @property
    def trainable(self) -> bool:
        """Whether training changes the weights; setting it freezes or frees all that is inside."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for weight in self._weights:
            weight.requires_grad_(self._trainable and getattr(weight, "wants_gradient", True))
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

    def count_params(self) -> int:
        """Return how many numbers the weights hold; raises ``NotBuiltError`` before the layer is built."""
        if not self.built:
            raise NotBuiltError(f"Layer '{self.name}' has no weights yet: call it or build it first.")
        return sum(weight.numel() for weight in self.weights)

    # -- torch hooks -------------------------------------------------------------------------------

    def hooked(self) -> bool:
        """Return whether torch hooks hang on the layer, so that it must run through ``__call__``."""
        return bool(
            self._forward_hooks or self._forward_pre_hooks or self._backward_hooks or self._backward_pre_hooks
        )

    def register_forward_hook(self, *args: Any, **kwargs: Any) -> Any:
        """Register as torch does, and let compiled plans notice."""
        _hook_epoch[0] += 1
        return super().register_forward_hook(*args, **kwargs)

    def register_forward_pre_hook(self, *args: Any, **kwargs: Any) -> Any:
        """Register as torch does, and let compiled plans notice."""
        _hook_epoch[0] += 1
        return super().register_forward_pre_hook(*args, **kwargs)

    def register_full_backward_hook(self, *args: Any, **kwargs: Any) -> Any:
        """Register as torch does, and let compiled plans notice."""
        _hook_epoch[0] += 1
        return super().register_full_backward_hook(*args, **kwargs)

    def register_full_backward_pre_hook(self, *args: Any, **kwargs: Any) -> Any:
        """Register as torch does, and let compiled plans notice."""
        _hook_epoch[0] += 1
        return super().register_full_backward_pre_hook(*args, **kwargs)


def _device() -> torch.device:
    from engine.training.device import resolve

    return resolve(settings.device())
