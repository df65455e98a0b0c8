"""A weight: a torch Parameter with Keras' few extra words."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from engine.errors import ShapeError


class Variable(torch.nn.Parameter):
    """A torch ``Parameter`` that knows its name and path, and can be assigned.

    ``path`` is ``"layer/weight"``; ``trainable`` is torch's ``requires_grad``.  Keras: ``keras.Variable``.
    """

    name: str = "variable"  # a class attribute, for torch has a read-only one of this name
    path: str
    regularizer: Any
    constraint: Any

    def __new__(cls, value: torch.Tensor, trainable: bool = True, name: str = "variable") -> Variable:
        """Wrap ``value`` (not copied)."""
        made: Variable = super().__new__(cls, value, trainable)
        made.name = name
        made.path = name
        made.regularizer = None
        made.constraint = None
        return made

    @property
    def trainable(self) -> bool:
        """Whether gradients are taken for this weight."""
        return self.requires_grad

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self.requires_grad_(value)

    @torch.no_grad()
    def assign(self, value: Any) -> Variable:
        """Copy ``value`` (array, tensor or number of the same shape) into this weight, in place."""
        new = torch.as_tensor(np.asarray(value) if not isinstance(value, torch.Tensor) else value)
        if tuple(new.shape) != tuple(self.shape):
            raise ShapeError(
                f"Weight '{self.path}' has shape {tuple(self.shape)}. Received: a value of shape "
                f"{tuple(new.shape)}.",
                code="weight_shape",
                weight=self.path,
                expected=tuple(self.shape),
                got=tuple(new.shape),
            )
        self.copy_(new)
        return self

    def assign_add(self, value: Any) -> Variable:
        """Add ``value`` in place."""
        return self.assign(self.detach() + torch.as_tensor(value, device=self.device))

    def numpy(self, *, force: bool = True) -> Any:  # a weight is always wanted as plain numbers
        """Return the numbers as a numpy array, detached and on the CPU."""
        return self.detach().cpu().numpy(force=force)

    @property
    def value(self) -> torch.Tensor:
        """The tensor itself, whose ``grad`` a training step of one's own reads."""
        return self
