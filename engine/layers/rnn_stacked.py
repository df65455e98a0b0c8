"""Several recurrent cells, one above the other."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor

from engine.layers.layer import Layer
from engine.layers.rnn_cell_base import build_inside, checked_cell, output_size_of, run_cell, zero_states
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
        self.cells: list[Any] = [checked_cell("StackedRNNCells", cell) for cell in cells]

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
            build_inside(cell, input_shape)
            input_shape = (batch, output_size_of(cell))

    def get_initial_state(self, batch_size: int | None = None) -> list[Any]:
        """Return the first states of each cell: one state by itself, or a list of several."""
        states = []
        for cell in self.cells:
            make = getattr(cell, "get_initial_state", None)
            made = (
                zero_states(self, cell.state_size, batch_size)
                if make is None
                else make(batch_size=batch_size)
            )
            lone = isinstance(cell.state_size, int) and isinstance(made, (list, tuple)) and len(made) == 1
            states.append(made[0] if lone else made)
        return states

    def end_sequence(self) -> None:
        """Pass on to the cells that use it."""
        for cell in self.cells:
            if hasattr(cell, "end_sequence"):
                cell.end_sequence()

    def call(self, inputs: Tensor, states: Any, training: bool = False) -> tuple[Tensor, Any]:
        """Return the highest output and the new states of all cells, in a list where there are several."""
        after: list[Any] = []
        for cell, state in zip(self.cells, states, strict=True):
            lone = not isinstance(state, (list, tuple))
            inputs, new = run_cell(cell, inputs, [state] if lone else list(state), training)
            after.append(new[0] if lone and len(new) == 1 else new)
        return inputs, after[0] if len(after) == 1 else after

    def compute_output_shape(self, input_shape: Any, *states: Any) -> Shape:
        """Return the shape of the output at one step."""
        return (input_shape[0], self.output_size)
