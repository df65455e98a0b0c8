"""What recurrent cells and the layers around one share: their arguments, and how a layer makes its cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.layers.recurrent import RNN
from engine.layers.rnn_cell_base import CellArguments
from engine.params import params_of

_FLAGS = [param.name for param in params_of(RNN) if param.name != "cell"]


class _AroundCell(CellArguments, RNN):
    """A recurrent layer that makes its cell from its own arguments.

    Args:
        activity_regularizer: A penalty on large outputs.
    """

    def _wrap(self, cell_type: Any, cell_name: str, given: Mapping[str, Any], **more: Any) -> None:
        """Make the cell and settle as a layer around it; ``given`` are the constructor's local variables.

        The cell takes those of them that it knows by name, and what ``more`` adds.
        """
        kwargs = dict(given["kwargs"])
        taken_over = {name: kwargs[name] for name in ("trainable", "dtype") if name in kwargs}
        if "implementation" in kwargs:  # of older configs
            taken_over["implementation"] = kwargs.pop("implementation")
        if (generator := self._early_generator(given["seed"])) is not None:
            taken_over["seed_generator"] = generator
        names = [param.name for param in params_of(cell_type) if param.name in given]
        cell = cell_type(**{name: given[name] for name in names}, name=cell_name, **more, **taken_over)
        RNN.__init__(self, cell, **{name: given[name] for name in _FLAGS}, **kwargs)
        self.activity_regularizer = given["activity_regularizer"]
        for name in names:
            setattr(self, name, getattr(cell, name))

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; Keras writes a penalty on outputs even if it is none."""
        return {"activity_regularizer": None} | super().get_config()
