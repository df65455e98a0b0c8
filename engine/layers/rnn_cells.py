"""Recurrent cells: what a recurrent layer does at one step of a sequence."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from engine import initializers
from engine.layers.rnn_cell_base import _Cell
from engine.params import Activation, Constraint, Flag, Initializer, Rate, Regularizer, Units


class SimpleRNNCell(_Cell):
    """Mixes one step of a sequence with what it remembers.

    Input (batch, features) and one state (batch, units); output and new state are the same:
    activation(x @ kernel + state @ recurrent_kernel + bias).
    Keras: ``keras.layers.SimpleRNNCell``.

    Args:
        units: How many numbers the cell remembers and gives out.
        activation: The function applied to what comes out.
        use_bias: Whether a learned number is added for each unit.
        kernel_initializer: How the weights of the input start.
        recurrent_initializer: How the weights of the state start.
        bias_initializer: How the bias starts.
        kernel_regularizer: A penalty on large weights of the input.
        recurrent_regularizer: A penalty on large weights of the state.
        bias_regularizer: A penalty on a large bias.
        kernel_constraint: A rule that the weights of the input are made to obey after each step.
        recurrent_constraint: A rule that the weights of the state are made to obey after each step.
        bias_constraint: A rule that the bias is made to obey after each step.
        dropout: The share of the input's numbers left out in training.
        recurrent_dropout: The share of the state's numbers left out in training.
        seed: The start of the random numbers of dropout.
    """

    def __init__(
        self,
        units: Units,
        activation: Activation = "tanh",
        use_bias: Flag = True,
        kernel_initializer: Initializer = "glorot_uniform",
        recurrent_initializer: Initializer = "orthogonal",
        bias_initializer: Initializer = "zeros",
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
        super().__init__(**kwargs)
        self._settle(
            units=units,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
        )

    def call(self, x: Tensor, states: Any, training: bool | None = None) -> tuple[Tensor, list[Tensor]]:
        """Return the output and the new state, in a list."""
        before = states[0]
        inputs = self._projected(self._dropped(x, self.dropout, "x", training), self.kernel, self.bias)
        kept = self._dropped(before, self.recurrent_dropout, "h", training)
        y = inputs + self._projected(kept, self.recurrent_kernel, None)
        if self.activation is not None:
            y = self.activation(y)
        return y, [y]


class LSTMCell(_Cell):
    """Keeps a long memory beside a short one, and gates that decide what to keep, to add and to show.

    Input (batch, features) and two states (batch, units), hidden and cell.  With columns i, f, c, o of
    z = x @ kernel + hidden @ recurrent + bias: cell = s(f) * cell + s(i) * a(c), output = s(o) * a(cell),
    with s the recurrent activation (Hochreiter and Schmidhuber 1997).  Keras: ``keras.layers.LSTMCell``.

    Args:
        units: How many numbers the cell remembers and gives out.
        activation: The function that shapes what enters and leaves the memory.
        recurrent_activation: The function of the gates, between 0 (shut) and 1 (open).
        use_bias: Whether a learned number is added for each unit and gate.
        kernel_initializer: How the weights of the input start.
        recurrent_initializer: How the weights of the state start.
        bias_initializer: How the bias starts.
        unit_forget_bias: Whether the bias of the forget gate starts at 1, so that memory lasts at first.
        kernel_regularizer: A penalty on large weights of the input.
        recurrent_regularizer: A penalty on large weights of the state.
        bias_regularizer: A penalty on a large bias.
        kernel_constraint: A rule that the weights of the input are made to obey after each step.
        recurrent_constraint: A rule that the weights of the state are made to obey after each step.
        bias_constraint: A rule that the bias is made to obey after each step.
        dropout: The share of the input's numbers left out in training.
        recurrent_dropout: The share of the state's numbers left out in training.
        seed: The start of the random numbers of dropout.
    """

    gates: ClassVar[int] = 4
    state_count: ClassVar[int] = 2
    recurrent_activation: Any
    unit_forget_bias: bool

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
        super().__init__(**kwargs)
        self._settle(
            units=units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
        )

    def _bias_start(self) -> Any:
        if not self.unit_forget_bias:
            return self.bias_initializer

        def start(shape: Any, dtype: Any = None) -> Tensor:
            one = initializers.get("ones")
            sizes = ((self.bias_initializer, 1), (one, 1), (self.bias_initializer, 2))
            return torch.cat([torch.as_tensor(make((self.units * n,), dtype=dtype)) for make, n in sizes])

        return start

    def call(self, x: Tensor, states: Any, training: bool | None = None) -> tuple[Tensor, list[Tensor]]:
        """Return the output and the two new states, hidden and cell."""
        hidden, memory = states
        z = self._projected(self._dropped(x, self.dropout, "x", training), self.kernel, self.bias)
        kept = self._dropped(hidden, self.recurrent_dropout, "h", training)
        z = z + self._projected(kept, self.recurrent_kernel, None)
        i, f, c, o = z.chunk(4, dim=-1)
        gate, shape = _or_linear(self.recurrent_activation), _or_linear(self.activation)
        memory = gate(f) * memory + gate(i) * shape(c)
        y = gate(o) * shape(memory)
        return y, [y, memory]


class GRUCell(_Cell):
    """Remembers with two gates: one decides how much of the old state to use, one how much of it to keep.

    Input (batch, features) and one state h (batch, units).  With columns z, r, c:
    c = a(x_c + r * (h @ recurrent_c + bias_c)), new state = z * h + (1 - z) * c (Cho et al. 2014).
    Keras: ``keras.layers.GRUCell``.

    Args:
        units: How many numbers the cell remembers and gives out.
        activation: The function that shapes the new candidate for the state.
        recurrent_activation: The function of the gates, between 0 (shut) and 1 (open).
        use_bias: Whether a learned number is added for each unit and gate.
        kernel_initializer: How the weights of the input start.
        recurrent_initializer: How the weights of the state start.
        bias_initializer: How the bias starts.
        kernel_regularizer: A penalty on large weights of the input.
        recurrent_regularizer: A penalty on large weights of the state.
        bias_regularizer: A penalty on a large bias.
        kernel_constraint: A rule that the weights of the input are made to obey after each step.
        recurrent_constraint: A rule that the weights of the state are made to obey after each step.
        bias_constraint: A rule that the bias is made to obey after each step.
        dropout: The share of the input's numbers left out in training.
        recurrent_dropout: The share of the state's numbers left out in training.
        reset_after: Whether the reset gate acts after the state met its weights (fast) or before.
        seed: The start of the random numbers of dropout.
    """

    gates: ClassVar[int] = 3
    recurrent_activation: Any
    reset_after: bool

    def __init__(
        self,
        units: Units,
        activation: Activation = "tanh",
        recurrent_activation: Activation = "sigmoid",
        use_bias: Flag = True,
        kernel_initializer: Initializer = "glorot_uniform",
        recurrent_initializer: Initializer = "orthogonal",
        bias_initializer: Initializer = "zeros",
        kernel_regularizer: Regularizer = None,
        recurrent_regularizer: Regularizer = None,
        bias_regularizer: Regularizer = None,
        kernel_constraint: Constraint = None,
        recurrent_constraint: Constraint = None,
        bias_constraint: Constraint = None,
        dropout: Rate = 0.0,
        recurrent_dropout: Rate = 0.0,
        reset_after: Flag = True,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._settle(
            units=units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            reset_after=reset_after,
            seed=seed,
        )

    def _bias_shape(self) -> tuple[int, ...]:
        columns = 3 * self.units
        return (2, columns) if self.reset_after else (columns,)

    def call(self, x: Tensor, states: Any, training: bool | None = None) -> tuple[Tensor, list[Tensor]]:
        """Return the output and the new state, in a list."""
        before = states[0]
        gate, shape = _or_linear(self.recurrent_activation), _or_linear(self.activation)
        biases: Any = (None, None)
        if self.bias is not None:
            biases = self.bias.unbind(0) if self.reset_after else (self.bias, None)
        inputs = self._projected(self._dropped(x, self.dropout, "x", training), self.kernel, biases[0])
        x_z, x_r, x_c = inputs.chunk(3, dim=-1)
        kept = self._dropped(before, self.recurrent_dropout, "h", training)
        if self.reset_after:
            h_z, h_r, h_c = self._projected(kept, self.recurrent_kernel, biases[1]).chunk(3, dim=-1)
            z, r = gate(x_z + h_z), gate(x_r + h_r)
            candidate = shape(x_c + r * h_c)
        else:
            parts = kept * 3 if len(kept) == 1 else kept
            k_z, k_r, k_c = self.recurrent_kernel.t().chunk(3)
            z, r = gate(x_z + F.linear(parts[0], k_z)), gate(x_r + F.linear(parts[1], k_r))
            candidate = shape(x_c + F.linear(r * parts[2], k_c))
        y = z * before + (1 - z) * candidate
        return y, [y]


def _or_linear(function: Any) -> Any:
    return function if function is not None else (lambda x: x)
