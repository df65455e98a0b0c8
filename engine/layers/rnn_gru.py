"""GRU and its cell: one memory behind two gates."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.layers.rnn_cell_base import _Cell, or_linear
from engine.layers.rnn_fused import _OfCell
from engine.params import Activation, Anything, Constraint, Flag, Initializer, Rate, Regularizer, Units


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
        self._settle(locals())

    def _bias_shape(self) -> tuple[int, ...]:
        columns = 3 * self.units
        return (2, columns) if self.reset_after else (columns,)

    def _input_bias(self) -> Tensor | None:
        return self.bias[0] if self.bias is not None and self.reset_after else self.bias

    def step(self, read: Tensor, states: Any, training: bool) -> tuple[Tensor, list[Tensor]]:
        """Return the output, which is the new state too."""
        before = states[0]
        gate, shape = or_linear(self.recurrent_activation), or_linear(self.activation)
        x_z, x_r, x_c = read.chunk(3, dim=-1)
        kept = self._thinned_state(before, training)
        if self.reset_after:
            bias = None if self.bias is None else self.bias[1]
            h_z, h_r, h_c = self._projected(kept, self.recurrent_kernel, bias).chunk(3, dim=-1)
            z, r = gate(x_z + h_z), gate(x_r + h_r)
            candidate = shape(x_c + r * h_c)
        else:
            parts = kept * 3 if len(kept) == 1 else kept
            k_z, k_r, k_c = self.recurrent_kernel.t().chunk(3)
            z, r = gate(x_z + F.linear(parts[0], k_z)), gate(x_r + F.linear(parts[1], k_r))
            candidate = shape(x_c + F.linear(r * parts[2], k_c))
        y = z * before + (1 - z) * candidate
        return y, [y]


class GRU(_OfCell):
    """Reads a sequence step by step with a gated memory: much like an LSTM, with fewer weights.

    Input (batch, steps, features), output (batch, units), or every step's with ``return_sequences``.
    ``GRUCell`` states the formula (Cho et al. 2014).  Keras: ``keras.layers.GRU``.

    Args:
        units: How many numbers the layer remembers and gives out.
        activation: The function that shapes the state.
        recurrent_activation: The function of the gates, between 0 (shut) and 1 (open).
        use_bias: Whether a learned number is added for each unit and gate.
        kernel_initializer: How the weights of the input start.
        recurrent_initializer: How the weights of the state start.
        bias_initializer: How the bias starts.
        kernel_regularizer: A penalty on large weights of the input.
        recurrent_regularizer: A penalty on large weights of the state.
        bias_regularizer: A penalty on a large bias.
        activity_regularizer: A penalty on large outputs.
        kernel_constraint: A rule that the weights of the input are made to obey after each step.
        recurrent_constraint: A rule that the weights of the state are made to obey after each step.
        bias_constraint: A rule that the bias is made to obey after each step.
        dropout: The share of the input's numbers left out in training.
        recurrent_dropout: The share of the state's numbers left out in training.
        seed: The start of the random numbers of dropout.
        return_sequences: Whether the output of every step comes out, instead of the last alone.
        return_state: Whether the last states come out too.
        go_backwards: Whether the sequence is read from its end; outputs then come in that order.
        stateful: Whether the next batch goes on from the states of this one; the batch size is then fixed.
        unroll: Taken for the sake of Keras' code; here it changes nothing.
        reset_after: Whether the reset gate acts after the state met its weights (fast) or before.
        use_cudnn: Whether one fused kernel may do the sequence, where it can: "auto", True or False.
        zero_output_for_mask: Whether steps that are left out give zeros, instead of the output before them.
    """

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
        reset_after: Flag = True,
        use_cudnn: Anything = "auto",
        *,
        zero_output_for_mask: Flag = False,
        **kwargs: Any,
    ) -> None:
        self._wrap(GRUCell, "gru_cell", locals())

    def _is_usual(self) -> bool:
        return self.reset_after and super()._is_usual()

    def _weights_for_torch(self) -> list[Tensor]:
        """Return the weights with the gates in torch's order r, z, c; Keras has z, r, c."""
        cell = self.cell
        weights: list[Tensor] = [cell.kernel.t(), cell.recurrent_kernel.t()]
        if cell.bias is not None:
            weights += cell.bias.unbind(0)
        z, r = self.units, 2 * self.units
        return [torch.cat([weight[z:r], weight[:z], weight[r:]]) for weight in weights]

    def _kernel(self, *arguments: Any) -> Any:
        return torch._VF.gru(*arguments)
