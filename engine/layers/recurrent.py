"""The recurrent layer: any cell, step after step along a sequence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor

from engine.errors import EngineError, ParamError, ShapeError
from engine.layers.convolution_shapes import channels_of, checked_shape
from engine.layers.layer import Layer
from engine.layers.rnn_cell_base import build_inside, output_size_of, run_cell
from engine.layers.rnn_stacked import StackedRNNCells
from engine.params import Flag, LayerRef
from engine.spec import InputSpec, Shape, shape_text


def mapped(function: Callable[..., Any], *trees: Any) -> Any:
    """Return the nested lists with ``function`` applied to the tensors at equal places."""
    if isinstance(trees[0], (list, tuple)):
        return [mapped(function, *parts) for parts in zip(*trees, strict=True)]
    return function(*trees)


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
        if not isinstance(cell, Layer) or not hasattr(cell, "state_size"):
            raise ParamError(
                f"{type(self).__name__}: cell is a layer with a state_size, such as LSTMCell(8). "
                f"Received: cell={cell!r}",
                code="param",
                owner=type(self).__name__,
                param="cell",
                got=cell,
            )
        super().__init__(**kwargs)
        self.cell = cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = zero_output_for_mask
        self.input_spec = InputSpec(ndim=3) if cell.input_spec is not None else InputSpec(min_ndim=3)
        self._states: list[Any] | None = None

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
    def states(self) -> list[Any] | None:
        """The states kept between batches where ``stateful``, ``None`` before the first."""
        return self._states

    def reset_state(self) -> None:
        """Start the next batch from fresh states."""
        self._states = None

    reset_states = reset_state

    def build(self, input_shape: Any) -> None:
        """Build the cell for one step of the sequence; raises ``ShapeError``."""
        shape = checked_shape(self, input_shape)
        self.compute_output_shape(shape)
        build_inside(self, self.cell, (shape[0], *shape[2:]))
        if len(shape) == 3:
            self.input_spec = InputSpec(ndim=3, axes={-1: channels_of(self, shape, -1)})

    def compute_output_shape(self, input_shape: Any, *_states: Any) -> Any:
        """Return the output's shape, with ``return_state`` in a tuple before those of the states."""
        shape = checked_shape(self, input_shape)
        channels_of(self, shape, -1)
        batch = shape[0]
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
        if self.stateful and batch is None:
            raise ShapeError(
                f"Layer '{self.name}' is stateful and keeps one state for each row of a batch, so the batch "
                f"size must be fixed. Received: shape {shape_text(shape)}. Give the input a batch_size.",
                code="unknown_size",
                layer=self.name,
                axis=0,
                shape=shape,
            )
        units = output_size_of(self.cell)
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

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Return the mask where every step comes out; states have none."""
        mask = previous_mask if self.return_sequences else None
        return [mask, *(None for _ in self.state_size)] if self.return_state else mask

    def get_initial_state(self, batch_size: int) -> list[Any]:
        """Return the states before the first step: the cell's, or zeros."""
        make = getattr(self.cell, "get_initial_state", None)
        if make is None:
            like = next(iter(self.cell.parameters()), torch.empty(0))
            made: Any = mapped(lambda size: like.new_zeros((batch_size, size)), self.state_size)
        else:
            made = make(batch_size)
        return list(made) if isinstance(made, (list, tuple)) else [made]

    def call(
        self,
        x: Tensor,
        initial_state: Any = None,
        mask: Tensor | None = None,
        training: bool | None = None,
    ) -> Any:
        """Return the output, with ``return_state`` in a tuple before the last states.

        ``initial_state`` is a tensor (batch, units) or a list of one for each state; ``mask`` (batch, steps)
        is False at steps to leave out.  Raises ``ShapeError`` where they do not fit.
        """
        states = self._first_states(x, initial_state)
        if mask is None and self._can_fuse(x, training):
            sequence, states = self._fused(x.flip(1) if self.go_backwards else x, states)
            output = sequence if self.return_sequences else sequence[:, -1]
        else:
            output, states = self._walk(x, states, mask, training)
        if self.stateful:
            self._states = mapped(lambda state: state.detach().clone(), states)
        return (output, *states) if self.return_state else output

    def _can_fuse(self, x: Tensor, training: bool | None) -> bool:
        """Return whether one call of torch's kernel does the whole sequence."""
        return False

    def _fused(self, x: Tensor, states: list[Any]) -> tuple[Tensor, list[Any]]:
        raise EngineError(f"{type(self).__name__} has no fused kernel.")

    def _first_states(self, x: Tensor, initial_state: Any) -> list[Any]:
        if initial_state is None:
            if not self.stateful or self._states is None:
                return self.get_initial_state(x.shape[0])
            kept = self._states
            first = kept[0][0] if isinstance(kept[0], list) else kept[0]
            if first.shape[0] != x.shape[0]:
                raise ShapeError(
                    f"Layer '{self.name}' is stateful and keeps states of {first.shape[0]} rows. Received: a "
                    f"batch of {x.shape[0]} rows. Use equal batches, or call reset_state() before.",
                    code="axis",
                    layer=self.name,
                    axis=0,
                    expected=first.shape[0],
                    got=x.shape[0],
                )
            return kept
        states = list(initial_state) if isinstance(initial_state, (list, tuple)) else [initial_state]
        expected = [(x.shape[0], size) for size in self.state_size if isinstance(size, int)]
        shapes = [tuple(state.shape) for state in states if isinstance(state, Tensor)]
        if len(states) != len(self.state_size) or (len(shapes) == len(states) and shapes != expected):
            raise ShapeError(
                f"Layer '{self.name}' expected an initial state of shapes {expected}. Received: {shapes}.",
                code="initial_state",
                layer=self.name,
                expected=expected,
                got=shapes,
            )
        return states

    def _walk(
        self, x: Tensor, states: list[Any], mask: Tensor | None, training: bool | None
    ) -> tuple[Tensor, list[Any]]:
        """Run the cell step by step; returns what comes out and the last states."""
        keep = None if mask is None else mask.to(torch.bool)
        order = range(x.shape[1] - 1, -1, -1) if self.go_backwards else range(x.shape[1])
        outputs: list[Tensor] = []
        if hasattr(self.cell, "begin_sequence"):
            self.cell.begin_sequence()
        try:
            for step in order:
                y, after = run_cell(self.cell, x[:, step], states, training)
                if keep is not None:
                    here = keep[:, step]
                    blank = torch.zeros_like(y) if self.zero_output_for_mask or not outputs else outputs[-1]
                    y = _choose(here, y, blank)
                    after = mapped(lambda new, old, here=here: _choose(here, new, old), after, states)
                states = after
                outputs.append(y)
        finally:
            if hasattr(self.cell, "end_sequence"):
                self.cell.end_sequence()
        return torch.stack(outputs, 1) if self.return_sequences else outputs[-1], states


def _choose(here: Tensor, one: Tensor, other: Tensor) -> Tensor:
    return torch.where(here.reshape(-1, *(1,) * (one.dim() - 1)), one, other)
