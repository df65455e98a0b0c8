"""Several recurrent cells, one above the other."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor

from engine.layers.layer import Layer
from engine.layers.rnn_cell_base import build_inside, output_size_of, run_cell
from engine.params import LayerRefs
from engine.spec import Shape


class StackedRNNCells(Layer):
    """Runs several cells one above the other at every step, each fed by the one below.

    Input (batch, features) and one state, or list of states, per cell.
    Keras: ``keras.layers.StackedRNNCells``.

    Args:
        cells: The cells from the lowest to the highest.
    """

    category: ClassVar[str] = "recurrent"
    in_palette: ClassVar[bool] = False

    def __init__(self, cells: LayerRefs, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cells: list[Any] = cells

    @property
    def state_size(self) -> list[Any]:
        """The state sizes of the cells, in their order."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> int:
        """Units that the highest cell gives out."""
        return output_size_of(self.cells[-1])

    def build(self, input_shape: Any) -> None:
        """Build each cell for what the one below gives."""
        batch = input_shape[0]
        for cell in self.cells:
            build_inside(self, cell, input_shape)
            input_shape = (batch, output_size_of(cell))

    def get_initial_state(self, batch_size: int) -> list[Any]:
        """Return the first states of each cell."""
        states = [cell.get_initial_state(batch_size) for cell in self.cells]
        return [
            state[0] if isinstance(cell.state_size, int) else state
            for cell, state in zip(self.cells, states, strict=True)
        ]

    def begin_sequence(self) -> None:
        """Pass on to the cells that use it."""
        for cell in self.cells:
            if hasattr(cell, "begin_sequence"):
                cell.begin_sequence()

    def end_sequence(self) -> None:
        """Pass on to the cells that use it."""
        for cell in self.cells:
            if hasattr(cell, "end_sequence"):
                cell.end_sequence()

    def call(self, x: Tensor, states: Any, training: bool | None = None) -> tuple[Tensor, list[Any]]:
        """Return the highest output and the new states of all cells."""
        after: list[Any] = []
        for cell, state in zip(self.cells, states, strict=True):
            single = not isinstance(state, (list, tuple))
            x, new = run_cell(cell, x, [state] if single else state, training)
            after.append(new[0] if single else new)
        return x, after

    def compute_output_shape(self, input_shape: Any, *states: Any) -> Shape:
        """Return the shape of the output at one step."""
        return (input_shape[0], self.output_size)
