"""ConvLSTM1D, 2D and 3D: recurrent layers whose memory is a picture."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from engine.layers.conv_lstm import ConvLSTMCell
from engine.layers.convolution_shapes import channels_of, checked_shape
from engine.layers.rnn_around import _AroundCell
from engine.params import (
    Activation,
    Constraint,
    DataFormat,
    Flag,
    Initializer,
    Padding,
    Rate,
    Regularizer,
    Size1,
    Size2,
    Size3,
    Units,
)
from engine.spec import InputSpec, Shape


class _ConvLSTM(_AroundCell):
    """A recurrent layer around a ``ConvLSTMCell`` of ``rank`` axes.

    Args:
        filters: How many patterns the layer looks for, which is the number of channels that come out.
        strides: How far the window moves each time, over the input.
        padding: "valid" keeps the window inside the input, "same" adds zeros around it.
        data_format: Whether the channels are the last axis or come before the places.
        dilation_rate: The distance between the places that a window looks at, in the input.
        activation: The function that shapes what enters and leaves the memory.
        use_bias: Whether a learned number is added for each filter and gate.
    """

    seed_first: ClassVar[bool] = True
    rank: ClassVar[int] = 2
    state_names: ClassVar[tuple[str, ...]] = ("hidden", "cell")
    cell: ConvLSTMCell
    filters: int
    kernel_size: tuple[int, ...]
    data_format: str

    def _settle(self, given: dict[str, Any]) -> None:
        """Settle around a cell of as many axes; ``given`` are the constructor's local variables."""
        self._wrap(ConvLSTMCell, "conv_lstm_cell", given, rank=self.rank)
        self.input_spec = InputSpec(ndim=self.rank + 3)

    def _note_features(self, shape: Shape) -> None:
        self.input_spec = InputSpec(shape=(None, None, *shape[2:]))

    def compute_output_shape(self, sequences_shape: Any, initial_state_shape: Any = None) -> Any:
        """Return the output's shape, with ``return_state`` in a tuple before those of the states."""
        shape = self._checked_sequence(sequences_shape)
        step = (shape[0], *shape[2:])
        channels_of(self, shape, -1 if self.data_format == "channels_last" else 2)
        state = self.cell.step_shape(step, self)
        whole = (state[0], shape[1], *state[1:]) if self.return_sequences else state
        return (whole, state, state) if self.return_state else whole

    def compute_macs(self, input_shape: Any, output_shape: Any) -> int:
        """Return the products of all windows at every step."""
        shape = checked_shape(self, input_shape)
        state = [size or 0 for size in self.cell.step_shape((shape[0], *shape[2:]))[1:]]
        channels = shape[-1 if self.data_format == "channels_last" else 2] or 0
        places = math.prod(state) // self.filters
        window = math.prod(self.kernel_size) * 4 * self.filters
        return (shape[1] or 0) * places * window * (channels + self.filters)

    def _state_shapes(self, batch: int) -> list[tuple[int, ...]]:
        return [(batch, *self.cell._state_shape)] * 2


class ConvLSTM1D(_ConvLSTM):
    """Reads a row of sequences, one after the other, and remembers patterns at each of their places.

    Input (batch, time, steps, channels).  Output (batch, new steps, filters)
    of the last step, or with ``return_sequences`` of every step; with ``data_format="channels_first"`` the
    channels come before the other axes of a step.  An LSTM whose products are convolutions (Shi et al. 2015).
    Keras: ``keras.layers.ConvLSTM1D``.

    Args:
        kernel_size: How many steps a pattern spans.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 1

    def __init__(
        self,
        filters: Units,
        kernel_size: Size1,
        strides: Size1 = 1,
        padding: Padding = "valid",
        data_format: DataFormat | None = None,
        dilation_rate: Size1 = 1,
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
        *,
        unroll: Flag = False,
        zero_output_for_mask: Flag = False,
        **kwargs: Any,
    ) -> None:
        self._settle(locals())


class ConvLSTM2D(_ConvLSTM):
    """Reads a film picture by picture, and remembers at each place what moved there.

    Input (batch, time, height, width, channels).  Output (batch, new height, new width, filters)
    of the last step, or with ``return_sequences`` of every step; with ``data_format="channels_first"`` the
    channels come before the other axes of a step.  An LSTM whose products are convolutions (Shi et al. 2015).
    Keras: ``keras.layers.ConvLSTM2D``.

    Args:
        kernel_size: Height and width of a pattern, in pixels.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 2

    def __init__(
        self,
        filters: Units,
        kernel_size: Size2,
        strides: Size2 = 1,
        padding: Padding = "valid",
        data_format: DataFormat | None = None,
        dilation_rate: Size2 = 1,
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
        *,
        unroll: Flag = False,
        zero_output_for_mask: Flag = False,
        **kwargs: Any,
    ) -> None:
        self._settle(locals())


class ConvLSTM3D(_ConvLSTM):
    """Reads a row of volumes one after the other, and remembers at each place what changed there.

    Input (batch, time, depth, height, width, channels).  Output (batch, new depth, new height, new width,
    filters) of the last step, or with ``return_sequences`` of every step; with
    ``data_format="channels_first"`` the channels come before the other axes of a step.  An LSTM whose
    products are convolutions (Shi et al. 2015).
    Keras: ``keras.layers.ConvLSTM3D``.

    Args:
        kernel_size: Depth, height and width of a pattern.
    """

    rare: ClassVar[bool] = True
    rank: ClassVar[int] = 3

    def __init__(
        self,
        filters: Units,
        kernel_size: Size3,
        strides: Size3 = 1,
        padding: Padding = "valid",
        data_format: DataFormat | None = None,
        dilation_rate: Size3 = 1,
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
        *,
        unroll: Flag = False,
        zero_output_for_mask: Flag = False,
        **kwargs: Any,
    ) -> None:
        self._settle(locals())
