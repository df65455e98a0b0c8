"""What every initializer is, and the table of their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from engine.registry import Family

FAMILY = Family("initializer", "initializers")


class Initializer:
    """Base of all initializers: override ``__call__``, and ``get_config`` where there are arguments."""

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        """Return a tensor of ``shape`` and ``dtype`` (``None``: the default float type) on the CPU."""
        raise NotImplementedError(f"{type(self).__name__} has no __call__(shape, dtype).")

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, JSON-able."""
        return {}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """Return the initializer that ``get_config`` described."""
        return cls(**config)

    def clone(self) -> Any:
        """Return a copy made from the config."""
        return type(self).from_config(self.get_config())


FAMILY.base = Initializer
