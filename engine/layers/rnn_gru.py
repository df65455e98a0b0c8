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
        activation: The function that shapes the new candidate for the state.
        reset_after: Whether the reset gate acts after the state met its weights (fast) or before.
    """

    gates: ClassVar[int] = 3
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
        reset_after: Whether the reset gate acts after the state met its weights (fast) or before.
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
