"""The recurrent layer: any cell, step after step along a sequence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

import torch
from torch import Tensor

from engine.errors import ShapeError
from engine.layers.convolution_shapes import channels_of, checked_shape
from engine.layers.dry import declaring
from engine.layers.layer import Layer
from engine.layers.masks import only_passes_on
from engine.layers.rnn_cell_base import (
    _Cell,
    build_inside,
    checked_cell,
    in_own_type,
    mapped,
    output_size_of,
    reads_ahead,
    run_cell,
    zero_states,
)
from engine.layers.rnn_stacked import StackedRNNCells
from engine.layers.variable import Variable
from engine.params import Flag, LayerRef
from engine.spec import InputSpec, Shape, shape_text
from engine.structure import flatten, pack_like


class RNN(Layer):
    """Walks along a sequence step by step and remembers: its cell sees each step and what it knew before.

    Input (batch, steps, features).  Output (batch, units) of the last step, or with ``return_sequences``
    (batch, steps, units) of every step; with ``return_state`` the last states follow, each (batch, units).
    Steps that a mask leaves out change neither state nor output.  Keras: ``keras.layers.RNN``.

    Args:
        cell: The cell that does one step, or a list of cells one above the other.
        return_sequences: Whether the output of every step comes out, instead of the last alone.
        return_state: Whether the last states come out too.
        go_backwards: Whether the sequence is read from its end; outputs then come in that order.
        stateful: Whether the next batch goes on from the states of this one; the batch size is then fixed.
        unroll: Taken for the sake of Keras' code; here it changes nothing.
        zero_output_for_mask: Whether steps that are left out give zeros, instead of the output before them.
    """

    rare: ClassVar[bool] = True
    category: ClassVar[str] = "recurrent"
    supports_masking = True
    cell: Any
    state_names: ClassVar[tuple[str, ...]] = ("hidden",)

    def __init__(
        self,
        cell: LayerRef,
        return_sequences: Flag = False,
        return_state: Flag = False,
        go_backwards: Flag = False,
        stateful: Flag = False,
        unroll: Flag = False,
        zero_output_for_mask: Flag = False,
        **kwargs: Any,
    ) -> None:
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(list(cell))
        checked_cell(type(self).__name__, cell)
        super().__init__(**kwargs)
        self.cell = cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = zero_output_for_mask
        ours = getattr(cell, "input_spec", None) is not None
        self.input_spec = InputSpec(ndim=3) if ours else InputSpec(min_ndim=3)
        self._kept_states: Any = None  # not a weight: the underscore keeps it out of them

    @classmethod
    def port_names(cls, params: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the names of the outputs for these constructor arguments."""
        if not params.get("return_state"):
            return ("output",)
        names = cls.state_names
        size = getattr(params.get("cell"), "state_size", None)
        if isinstance(size, (list, tuple)):
            names = ("hidden", "cell") if len(size) == 2 else tuple(f"state_{n}" for n in range(len(size)))
        return ("sequence", *names)

    @property
    def state_size(self) -> list[Any]:
        """The sizes of the states, in a list."""
        size = self.cell.state_size
        return [size] if isinstance(size, int) else list(size)

    @property
    def states(self) -> Any:
        """The states kept between batches where ``stateful``; ``None`` before the layer is built."""
        return self._kept_states

    def reset_state(self) -> None:
        """Start the next batch from zeros, where states are kept."""
        for state in flatten(self._kept_states or []):
            state.assign(torch.zeros_like(state))

    def reset_states(self) -> None:
        """Do as ``reset_state``, whose older name this is."""
        self.reset_state()

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        """Build the cell for one step of the sequence; raises ``ShapeError``."""
        shape = checked_shape(self, sequences_shape)
        self.compute_output_shape(shape)
        if self.unroll and shape[1] is None:
            raise ShapeError(
                f"Layer '{self.name}' cannot unroll a sequence whose number of steps is not known. Received: "
                f"shape {shape_text(shape)}. Give the input the number of steps, or leave unroll=False.",
                code="unknown_size",
                layer=self.name,
                axis=1,
                shape=shape,
            )
        build_inside(self.cell, (shape[0], *shape[2:]))
        self._note_features(shape)
        if self._kept_states is not None:
            self.reset_state()
        elif self.stateful and not declaring():
            self._kept_states = mapped(
                lambda state: Variable(state, trainable=False, name="rnn_state"),
                self.get_initial_state(shape[0] or 0),
            )

    def _note_features(self, shape: Shape) -> None:
        if isinstance(self.input_spec, InputSpec) and self.input_spec.ndim == 3:
            self.input_spec = InputSpec(ndim=3, axes={-1: channels_of(self, shape, -1)})

    def _checked_sequence(self, sequences_shape: Any) -> Shape:
        """Return the shape; raises ``ShapeError`` without a step, or a batch size where states are kept."""
        shape = checked_shape(self, sequences_shape)
        if shape[1] == 0:
            raise ShapeError(
                f"Layer '{self.name}' expected a sequence of at least one step on axis 1. Received: shape "
                f"{shape_text(shape)}.",
                code="too_small",
                layer=self.name,
                axis=1,
                expected=1,
                got=0,
                shape=shape,
            )
        if self.stateful and shape[0] is None:
            raise ShapeError(
                f"Layer '{self.name}' is stateful and keeps one state for each row of a batch, so the batch "
                f"size must be fixed. Received: shape {shape_text(shape)}. Give the input a batch_size.",
                code="unknown_size",
                layer=self.name,
                axis=0,
                shape=shape,
            )
        return shape

    def compute_output_shape(self, sequences_shape: Any, initial_state_shape: Any = None) -> Any:
        """Return the output's shape, with ``return_state`` in a tuple before those of the states."""
        shape = self._checked_sequence(sequences_shape)
        channels_of(self, shape, -1)
        batch, units = shape[0], output_size_of(self.cell)
        whole: Shape = (batch, shape[1], units) if self.return_sequences else (batch, units)
        if not self.return_state:
            return whole
        return (whole, *mapped(lambda size: (batch, size), self.state_size))

    def compute_macs(self, input_shape: Any, output_shape: Any) -> int:
        """Return the products of all kernels at every step; 0 for cells of another make."""
        steps, features = tuple(input_shape)[1], tuple(input_shape)[-1]
        gates = getattr(self.cell, "gates", 0)
        units = output_size_of(self.cell)
        return int((steps or 0) * gates * units * ((features or 0) + units))

    @only_passes_on
    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Return the mask where every step comes out; states have none."""
        previous_mask = flatten(previous_mask)[0]
        mask = previous_mask if self.return_sequences else None
        return [mask, *(None for _ in self.state_size)] if self.return_state else mask

    def get_initial_state(self, batch_size: int) -> list[Any]:
        """Return the states before the first step: the cell's, or zeros."""
        make = getattr(self.cell, "get_initial_state", None)
        made: Any = (
            zero_states(self, self.state_size, batch_size) if make is None else make(batch_size=batch_size)
        )
        return list(made) if isinstance(made, (list, tuple)) else [made]

    def call(
        self,
        sequences: Tensor,
        initial_state: Any = None,
        mask: Any = None,
        training: bool = False,
    ) -> Any:
        """Return the output, with ``return_state`` in a tuple before the last states.

        ``initial_state`` is a tensor (batch, units) or a list of one for each state; ``mask`` (batch, steps)
        is False at steps to leave out.  Raises ``ShapeError`` where they do not fit.
        """
        states = self._first_states(sequences, initial_state)
        if mask is not None:
            mask = flatten(mask)[0]
        if mask is not None:
            mask = (mask[..., 0] if mask.dim() == 3 else mask).to(torch.bool)
        training = bool(training)
        try:
            last, outputs, states = self.inner_loop(sequences, states, mask, training)
        finally:
            if hasattr(self.cell, "end_sequence"):
                self.cell.end_sequence()
        if self.stateful:
            for kept, state in zip(flatten(self._kept_states), flatten(states), strict=True):
                kept.assign(state.detach())
        output = in_own_type(self, outputs if self.return_sequences else last)
        return (output, *in_own_type(self, list(states))) if self.return_state else output

    def _first_states(self, x: Tensor, initial_state: Any) -> list[Any]:
        if self.stateful and self._kept_states is not None:
            rows = flatten(self._kept_states)[0].shape[0]
            if rows != x.shape[0]:
                raise ShapeError(
                    f"Layer '{self.name}' is stateful and keeps states of {rows} rows. Received: a batch of "
                    f"{x.shape[0]} rows. The batch size of a stateful layer must stay the same.",
                    code="axis",
                    layer=self.name,
                    axis=0,
                    expected=rows,
                    got=x.shape[0],
                )
        dtype = getattr(torch, getattr(self.cell, "compute_dtype", self.compute_dtype))
        if initial_state is None:
            if self.stateful and self._kept_states is not None:
                kept: Any = self._kept_states
                return list(mapped(lambda state: state.detach().to(x.device, dtype, copy=True), kept))
            states = self.get_initial_state(x.shape[0])
            if isinstance(self.cell, _Cell) and not self._mixed:
                return states  # made beside the weights and like them
        else:
            states = list(initial_state) if isinstance(initial_state, (list, tuple)) else [initial_state]
        states = mapped(lambda state: torch.as_tensor(state, dtype=dtype, device=x.device), states)
        if initial_state is not None:
            self._check_states(x, states)
        return list(states)

    def _state_shapes(self, batch: int) -> list[tuple[int, ...]]:
        return [(batch, size) for size in self.state_size if isinstance(size, int)]

    def _check_states(self, x: Tensor, states: list[Any]) -> None:
        expected = self._state_shapes(x.shape[0])
        shapes = [tuple(state.shape) for state in states if isinstance(state, Tensor)]
        whole = len(shapes) == len(states) and len(expected) == len(self.state_size)
        if len(states) != len(self.state_size) or (whole and shapes != expected):
            raise ShapeError(
                f"Layer '{self.name}' expected an initial state of shapes {expected}. Received: {shapes}.",
                code="initial_state",
                layer=self.name,
                expected=expected,
                got=shapes,
            )

    def inner_loop(
        self, sequences: Tensor, initial_state: list[Any], mask: Tensor | None, training: bool = False
    ) -> tuple[Tensor, Tensor | None, list[Any]]:
        """Run the cell step by step; return the last output, all where wanted, and the last states."""
        step: Any = partial(run_cell, self.cell)
        if reads_ahead(self.cell):
            sequences, step = self.cell.read(sequences, training), self.cell.step
        order = range(sequences.shape[1] - 1, -1, -1) if self.go_backwards else range(sequences.shape[1])
        inputs, states = sequences.unbind(1), initial_state
        outputs: list[Tensor] = []
        y: Any = None
        for number in order:
            before = y
            y, after = step(inputs[number], states, training)
            if len(after) != len(states):
                after = pack_like(states, flatten(after))
            if mask is not None:
                here = mask[:, number]
                blank = torch.zeros_like(y) if self.zero_output_for_mask or before is None else before
                y = _choose(here, y, blank)
                after = mapped(partial(_choose, here), after, states)
            states = after
            if self.return_sequences:
                outputs.append(y)
        return y, torch.stack(outputs, 1) if outputs else None, states


def _choose(here: Tensor, one: Tensor, other: Tensor) -> Tensor:
    return torch.where(here.reshape(-1, *(1,) * (one.dim() - 1)), one, other)
