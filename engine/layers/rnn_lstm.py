"""LSTM and its cell: a long memory beside a short one, behind gates."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from engine import initializers
from engine.layers.rnn_cell_base import _Cell, or_linear
from engine.layers.rnn_fused import _OfCell
from engine.params import Activation, Anything, Constraint, Flag, Initializer, Rate, Regularizer, Units


class LSTMCell(_Cell):
    """Keeps a long memory beside a short one, and gates that decide what to keep, to add and to show.

    Input (batch, features) and two states (batch, units), hidden and cell.  With columns i, f, c, o of
    z = x @ kernel + hidden @ recurrent + bias: cell = s(f) * cell + s(i) * a(c), output = s(o) * a(cell),
    with s the recurrent activation (Hochreiter and Schmidhuber 1997).  Keras: ``keras.layers.LSTMCell``.

    Args:
        activation: The function that shapes what enters and leaves the memory.
    """

    gates: ClassVar[int] = 4
    state_count: ClassVar[int] = 2

    def __init__(
        self,
        units: Units,
        activation: Activation = "tanh",
        recurrent_activation: Activation = "sigmoid",
        use_bias: Flag = True,
        kernel_initializer: Initializer = "glorot_uniform",
        recurrent_initializer: Initializer = "orthogonal",
        bias_initializer: Initializer = "zeros",
        unit_forget_bias: Flag = True,
        kernel_regularizer: Regularizer = None,
        recurrent_regularizer: Regularizer = None,
        bias_regularizer: Regularizer = None,
        kernel_constraint: Constraint = None,
        recurrent_constraint: Constraint = None,
        bias_constraint: Constraint = None,
        dropout: Rate = 0.0,
        recurrent_dropout: Rate = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        self._settle(locals())

    def _bias_start(self) -> Any:
        if not self.unit_forget_bias:
            return self.bias_initializer

        def start(shape: Any, dtype: Any = None) -> Tensor:
            one = initializers.get("ones")
            sizes = ((self.bias_initializer, 1), (one, 1), (self.bias_initializer, 2))
            return torch.cat([torch.as_tensor(make((self.units * n,), dtype=dtype)) for make, n in sizes])

        return start

    def step(self, read: Tensor, states: Any, training: bool) -> tuple[Tensor, list[Tensor]]:
        """Return the output and the two new states, hidden and cell."""
        hidden, memory = states
        z = read + self._projected(self._thinned_state(hidden, training), self.recurrent_kernel, None)
        i, f, c, o = z.chunk(4, dim=-1)
        gate, shape = or_linear(self.recurrent_activation), or_linear(self.activation)
        memory = gate(f) * memory + gate(i) * shape(c)
        y = gate(o) * shape(memory)
        return y, [y, memory]


class LSTM(_OfCell):
    """Reads a sequence step by step with a long memory, and learns what to keep in it and what to forget.

    Input (batch, steps, features), output (batch, units), or every step's with ``return_sequences``; with
    ``return_state`` the last hidden and cell states follow.  ``LSTMCell`` states the formula (Hochreiter and
    Schmidhuber 1997).  Keras: ``keras.layers.LSTM``.
    """

    state_names: ClassVar[tuple[str, ...]] = ("hidden", "cell")

    def __init__(
        self,
        units: Units,
        activation: Activation = "tanh",
        recurrent_activation: Activation = "sigmoid",
        use_bias: Flag = True,
        kernel_initializer: Initializer = "glorot_uniform",
        recurrent_initializer: Initializer = "orthogonal",
        bias_initializer: Initializer = "zeros",
        unit_forget_bias: Flag = True,
        kernel_regularizer: Regularizer = None,
        recurrent_regularizer: Regularizer = None,
        bias_regularizer: Regularizer = None,
        activity_regularizer: Regularizer = None,
        kernel_constraint: Constraint = None,
        recurrent_constraint: Constraint = None,
        bias_constraint: Constraint = None,
        dropout: Rate = 0.0,
        recurrent_dropout: Rate = 0.0,
        seed: int | None = None,
        return_sequences: Flag = False,
        return_state: Flag = False,
        go_backwards: Flag = False,
        stateful: Flag = False,
        unroll: Flag = False,
        use_cudnn: Anything = "auto",
        *,
        zero_output_for_mask: Flag = False,
        **kwargs: Any,
    ) -> None:
        self._wrap(LSTMCell, "lstm_cell", locals())

    def _kernel(self, *arguments: Any) -> Any:
        return torch._VF.lstm(*arguments)
