"""SimpleRNN and its cell: a plain memory, mixed with the input at every step."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from engine.layers.rnn_cell_base import _Cell
from engine.layers.rnn_fused import _OfCell
from engine.params import Activation, Constraint, Flag, Initializer, Rate, Regularizer, Units


class SimpleRNNCell(_Cell):
    """Mixes one step of a sequence with what it remembers.

    Input (batch, features) and one state (batch, units); output and new state are the same:
    activation(x @ kernel + state @ recurrent_kernel + bias).
    Keras: ``keras.layers.SimpleRNNCell``.

    Args:
        activation: The function applied to what comes out.
        use_bias: Whether a learned number is added for each unit.
    """

    seed_first: ClassVar[bool] = True

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
        self._settle(locals())

    def step(self, read: Tensor, states: Any, training: bool) -> tuple[Tensor, list[Tensor]]:
        """Return the output, which is the new state too."""
        y = read + self._projected(self._thinned_state(states[0], training), self.recurrent_kernel, None)
        if self.activation is not None:
            y = self.activation(y)
        return y, [y]


class SimpleRNN(_OfCell):
    """Reads a sequence step by step with a plain memory: good for short patterns, it soon forgets.

    Input (batch, steps, features), output (batch, units), or every step's with ``return_sequences``.
    At each step state = activation(x @ kernel + state @ recurrent_kernel + bias); the state is the output.
    Keras: ``keras.layers.SimpleRNN``.
    """

    seed_first: ClassVar[bool] = True

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
        activity_regularizer: Regularizer = None,
        kernel_constraint: Constraint = None,
        recurrent_constraint: Constraint = None,
        bias_constraint: Constraint = None,
        dropout: Rate = 0.0,
        recurrent_dropout: Rate = 0.0,
        return_sequences: Flag = False,
        return_state: Flag = False,
        go_backwards: Flag = False,
        stateful: Flag = False,
        unroll: Flag = False,
        seed: int | None = None,
        *,
        zero_output_for_mask: Flag = False,
        **kwargs: Any,
    ) -> None:
        self._wrap(SimpleRNNCell, "simple_rnn_cell", locals())

    def _kernel(self, *arguments: Any) -> Any:
        return torch._VF.rnn_tanh(*arguments)
