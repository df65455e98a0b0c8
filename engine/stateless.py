"""Other values in weights for the time of a ``with`` block.  Keras: ``keras.StatelessScope``."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import torch

from engine.errors import ParamError
from engine.layers.variable import Variable, watch
from engine.structure import flatten

__all__ = ["StatelessScope", "get_stateless_scope", "in_stateless_scope"]

_local = threading.local()


class StatelessScope:
    """Let weights have other values within a ``with`` block, and leave them unchanged after it.

    ``state_mapping`` is a list of pairs (weight, value).  What is assigned to a weight inside holds inside;
    afterwards every weight is as it was, and ``get_current_value(weight)`` tells what it came to, ``None``
    for weights that were neither mapped nor assigned to.  With ``collect_losses`` the terms of ``add_loss``
    are gathered in ``losses``.  The values are copied in: gradients with respect to them are what
    ``Layer.stateless_call`` is for.  ``initialize_variables`` is kept for scripts written for Keras: weights
    have values from the start here.  Raises ``ParamError`` for what is no weight or has another shape.
    """

    def __init__(
        self,
        state_mapping: Iterable[tuple[Any, Any]] | None = None,
        collect_losses: bool = False,
        initialize_variables: bool = True,
    ) -> None:
        self.collect_losses = collect_losses
        self.initialize_variables = initialize_variables
        self.losses: list[Any] = []
        self._given: list[tuple[Variable, torch.Tensor]] = []
        self._before: dict[int, tuple[Variable, torch.Tensor]] = {}
        self._values: dict[int, torch.Tensor] = {}
        for weight, value in state_mapping or ():
            if not isinstance(weight, Variable):
                raise ParamError(
                    "Invalid reference variable in StatelessScope: all keys in argument `mapping` must be "
                    f"Variable instances. Received: {weight!r}",
                    code="param",
                    param="state_mapping",
                )
            new = torch.as_tensor(value, dtype=weight.dtype, device=weight.device).detach()
            if new.shape != weight.shape:
                raise ParamError(
                    "Invalid variable value in StatelessScope: all values in argument `mapping` must be "
                    "tensors with a shape that matches the corresponding variable shape. "
                    f"For weight '{weight.path}' of shape {tuple(weight.shape)}, received: a value of shape "
                    f"{tuple(new.shape)}",
                    code="param",
                    param="state_mapping",
                )
            self._given.append((weight, new))

    def __enter__(self) -> StatelessScope:
        self._outer = get_stateless_scope()
        self._watching = watch(self._note, self._gather if self.collect_losses else None)
        _local.scope = self
        for weight, value in self._given:
            weight.assign(value)
        return self

    def _note(self, weight: Variable) -> None:
        if id(weight) not in self._before:
            self._before[id(weight)] = (weight, weight.detach().clone())

    def _gather(self, loss: Any) -> None:
        for term in flatten(loss):
            self.add_loss(term)

    def add_loss(self, loss: Any) -> None:
        """Gather a loss term."""
        self.losses.append(loss)

    def add_update(self, update: tuple[Variable, Any]) -> None:
        """Assign within the scope: ``update`` is a weight and its new value."""
        weight, value = update
        weight.assign(value)

    def get_current_value(self, variable: Variable) -> torch.Tensor | None:
        """Return what ``variable`` is in the scope, or came to in it."""
        if id(variable) in self._before:
            return variable.detach().clone()
        return self._values.get(id(variable))

    def __exit__(self, *_: object) -> None:
        watch(*self._watching)
        _local.scope = self._outer
        with torch.no_grad():
            for weight, value in self._before.values():
                self._values[id(weight)] = weight.detach().clone()
                weight.copy_(value)
        self._before.clear()


def get_stateless_scope() -> StatelessScope | None:
    """Return the ``StatelessScope`` around this call, or ``None``."""
    found: StatelessScope | None = getattr(_local, "scope", None)
    return found


def in_stateless_scope() -> bool:
    """Return whether a ``StatelessScope`` is around this call."""
    return get_stateless_scope() is not None
