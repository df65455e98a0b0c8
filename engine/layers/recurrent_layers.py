"""SimpleRNN, LSTM and GRU: RNN with one of its cells, in one kernel call where that can be."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from engine import activations
from engine.layers.recurrent import RNN
from engine.layers.rnn_cell_base import _Cell
from engine.layers.rnn_cells import GRUCell, LSTMCell, SimpleRNNCell
from engine.params import (
    Activation,
    Anything,
    Constraint,
    Flag,
    Initializer,
    Rate,
    Regularizer,
    Units,
    params_of,
)


class _OfCell(RNN):
    """A recurrent layer that makes its own cell and may hand the whole sequence to torch."""

    cell: _Cell
    units: int
    use_cudnn: Any = "auto"

    def _wrap(
        self,
        cell: _Cell,
        return_sequences: bool,
        return_state: bool,
        go_backwards: bool,
        stateful: bool,
        unroll: bool,
        activity_regularizer: Any,
        kwargs: dict[str, Any],
    ) -> None:
        RNN.__init__(
            self,
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            **kwargs,
        )
        self.activity_regularizer = activity_regularizer
        cell_type: Any = type(cell)
        for param in params_of(cell_type):
            setattr(self, param.name, getattr(cell, param.name))
        self._no_bias: Tensor | None = None

    def _can_fuse(self, x: Tensor, training: bool | None) -> bool:
        cell = self.cell
        dropping = bool(training) and (cell.dropout > 0.0 or cell.recurrent_dropout > 0.0)
        usual = cell.activation is activations.tanh and self.use_cudnn is not False
        gate = getattr(cell, "recurrent_activation", activations.sigmoid)
        return usual and not dropping and gate is activations.sigmoid and x.device.type in ("cpu", "cuda")

    def _weights_for_torch(self) -> list[Tensor]:
        """Return kernel, recurrent kernel and two biases as torch's kernels take them, without a copy."""
        cell = self.cell
        weights = [cell.kernel.t(), cell.recurrent_kernel.t()]
        bias = cell.bias
        if bias is not None:
            none = self._no_bias
            if none is None or none.device != bias.device or none.dtype != bias.dtype:
                self._no_bias = none = torch.zeros_like(bias, requires_grad=False)
            weights += [bias, none]
        return weights

    def _run(self, kernel: Any, x: Tensor, states: Any, weights: list[Tensor]) -> Any:
        grad = torch.is_grad_enabled()
        return kernel(x, states, weights, len(weights) == 4, 1, 0.0, grad, False, True)


def _cell_arguments(kwargs: dict[str, Any], name: str) -> dict[str, Any]:
    """Return what a cell takes over from the layer around it."""
    return {"name": name} | {key: kwargs[key] for key in ("trainable", "dtype") if key in kwargs}


class SimpleRNN(_OfCell):
    """Reads a sequence step by step with a plain memory: good for short patterns, it soon forgets.

    Input (batch, steps, features), output (batch, units), or every step's with ``return_sequences``.
    At each step state = activation(x @ kernel + state @ recurrent_kernel + bias); the state is the output.
    Keras: ``keras.layers.SimpleRNN``.

    Args:
        units: How many numbers the layer remembers and gives out.
        activation: The function that shapes the state.
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
        return_sequences: Whether the output of every step comes out, instead of the last alone.
        return_state: Whether the last states come out too.
        go_backwards: Whether the sequence is read from its end; outputs then come in that order.
        stateful: Whether the next batch goes on from the states of this one; the batch size is then fixed.
        unroll: Taken for the sake of Keras' code; here it changes nothing.
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
        **kwargs: Any,
    ) -> None:
        cell = SimpleRNNCell(
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
            **_cell_arguments(kwargs, "simple_rnn_cell"),
        )
        self._wrap(
            cell,
            return_sequences,
            return_state,
            go_backwards,
            stateful,
            unroll,
            activity_regularizer,
            kwargs,
        )

    def _fused(self, x: Tensor, states: list[Any]) -> tuple[Tensor, list[Any]]:
        sequence, last = self._run(torch._VF.rnn_tanh, x, states[0].unsqueeze(0), self._weights_for_torch())
        return sequence, [last[0]]


class LSTM(_OfCell):
    """Reads a sequence step by step with a long memory, and learns what to keep in it and what to forget.

    Input (batch, steps, features), output (batch, units), or every step's with ``return_sequences``; with
    ``return_state`` the last hidden and cell states follow.  ``LSTMCell`` states the formula (Hochreiter and
    Schmidhuber 1997).  Keras: ``keras.layers.LSTM``.

    Args:
        units: How many numbers the layer remembers and gives out.
        activation: The function that shapes the state.
        recurrent_activation: The function of the gates, between 0 (shut) and 1 (open).
        use_bias: Whether a learned number is added for each unit and gate.
        kernel_initializer: How the weights of the input start.
        recurrent_initializer: How the weights of the state start.
        bias_initializer: How the bias starts.
        unit_forget_bias: Whether the bias of the forget gate starts at 1, so that memory lasts at first.
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
        use_cudnn: Whether one fused kernel may do the sequence, where it can: "auto", True or False.
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
        **kwargs: Any,
    ) -> None:
        cell = LSTMCell(
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
            **_cell_arguments(kwargs, "lstm_cell"),
        )
        self._wrap(
            cell,
            return_sequences,
            return_state,
            go_backwards,
            stateful,
            unroll,
            activity_regularizer,
            kwargs,
        )
        self.use_cudnn = use_cudnn

    def _fused(self, x: Tensor, states: list[Any]) -> tuple[Tensor, list[Any]]:
        first = [states[0].unsqueeze(0), states[1].unsqueeze(0)]
        sequence, hidden, memory = self._run(torch._VF.lstm, x, first, self._weights_for_torch())
        return sequence, [hidden[0], memory[0]]


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
        **kwargs: Any,
    ) -> None:
        cell = GRUCell(
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
            seed=seed,
            reset_after=reset_after,
            **_cell_arguments(kwargs, "gru_cell"),
        )
        self._wrap(
            cell,
            return_sequences,
            return_state,
            go_backwards,
            stateful,
            unroll,
            activity_regularizer,
            kwargs,
        )
        self.use_cudnn = use_cudnn

    def _can_fuse(self, x: Tensor, training: bool | None) -> bool:
        return self.reset_after and super()._can_fuse(x, training)

    def _weights_for_torch(self) -> list[Tensor]:
        """Return the weights with the gates in torch's order r, z, c; Keras has z, r, c."""
        cell = self.cell
        weights: list[Tensor] = [cell.kernel.t(), cell.recurrent_kernel.t()]
        if cell.bias is not None:
            weights += cell.bias.unbind(0)
        z, r = self.units, 2 * self.units
        return [torch.cat([weight[z:r], weight[:z], weight[r:]]) for weight in weights]

    def _fused(self, x: Tensor, states: list[Any]) -> tuple[Tensor, list[Any]]:
        sequence, last = self._run(torch._VF.gru, x, states[0].unsqueeze(0), self._weights_for_torch())
        return sequence, [last[0]]
