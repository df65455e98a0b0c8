"""ConvLSTM1D, 2D and 3D: recurrent layers whose memory is a picture."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from torch import Tensor

from engine.errors import ShapeError
from engine.layers.conv_lstm import ConvLSTMCell
from engine.layers.convolution_shapes import channels_of, checked_shape
from engine.layers.recurrent import RNN
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
    params_of,
)
from engine.spec import InputSpec, Shape


class _ConvLSTM(RNN):
    """A recurrent layer around a ``ConvLSTMCell`` of ``rank`` axes."""

    rank: ClassVar[int] = 2
    state_names: ClassVar[tuple[str, ...]] = ("hidden", "cell")
    cell: ConvLSTMCell
    filters: int
    kernel_size: tuple[int, ...]
    data_format: str

    def _wrap(self, given: Mapping[str, Any]) -> None:
        """Make the cell and settle as a layer around it; ``given`` are the constructor's local variables."""
        kwargs = dict(given["kwargs"])
        taken_over = {name: kwargs[name] for name in ("trainable", "dtype") if name in kwargs}
        names = [param.name for param in params_of(ConvLSTMCell) if param.name != "rank"]
        arguments = {name: given[name] for name in names}
        cell = ConvLSTMCell(self.rank, **arguments, name="conv_lstm_cell", **taken_over)
        flags = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll")
        RNN.__init__(
            self,
            cell,
            zero_output_for_mask=given["zero_output_for_mask"],
            **{name: given[name] for name in flags},
            **kwargs,
        )
        self.activity_regularizer = given["activity_regularizer"]
        for name in names:
            setattr(self, name, getattr(cell, name))
        self.input_spec = InputSpec(ndim=self.rank + 3)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"activity_regularizer": None} | super().get_config()

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

    def _check_states(self, x: Tensor, states: list[Any]) -> None:
        expected = [(x.shape[0], *self.cell._state_shape)] * 2
        shapes = [tuple(state.shape) for state in states]
        if shapes != expected:
            raise ShapeError(
                f"Layer '{self.name}' expected an initial state of shapes {expected}. Received: {shapes}.",
                code="initial_state",
                layer=self.name,
                expected=expected,
                got=shapes,
            )


class ConvLSTM1D(_ConvLSTM):
    """Reads a row of sequences, one after the other, and remembers patterns at each of their places.

    Input (batch, time, steps, channels).  Output (batch, new steps, filters)
    of the last step, or with ``return_sequences`` of every step; with ``data_format="channels_first"`` the
    channels come before the other axes of a step.  An LSTM whose products are convolutions (Shi et al. 2015).
    Keras: ``keras.layers.ConvLSTM1D``.

    Args:
        filters: How many patterns the layer looks for, which is the number of channels that come out.
        kernel_size: How many steps a pattern spans.
        strides: How far the window moves each time, over the input.
        padding: "valid" keeps the window inside the input, "same" adds zeros around it.
        data_format: Whether the channels are the last axis or come before the places.
        dilation_rate: The distance between the places that a window looks at, in the input.
        activation: The function that shapes what enters and leaves the memory.
        recurrent_activation: The function of the gates, between 0 (shut) and 1 (open).
        use_bias: Whether a learned number is added for each filter and gate.
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
        zero_output_for_mask: Whether steps that are left out give zeros, instead of the output before them.
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
        self._wrap(locals())


class ConvLSTM2D(_ConvLSTM):
    """Reads a film picture by picture, and remembers at each place what moved there.

    Input (batch, time, height, width, channels).  Output (batch, new height, new width, filters)
    of the last step, or with ``return_sequences`` of every step; with ``data_format="channels_first"`` the
    channels come before the other axes of a step.  An LSTM whose products are convolutions (Shi et al. 2015).
    Keras: ``keras.layers.ConvLSTM2D``.

    Args:
        filters: How many patterns the layer looks for, which is the number of channels that come out.
        kernel_size: Height and width of a pattern, in pixels.
        strides: How far the window moves each time, over the input.
        padding: "valid" keeps the window inside the input, "same" adds zeros around it.
        data_format: Whether the channels are the last axis or come before the places.
        dilation_rate: The distance between the places that a window looks at, in the input.
        activation: The function that shapes what enters and leaves the memory.
        recurrent_activation: The function of the gates, between 0 (shut) and 1 (open).
        use_bias: Whether a learned number is added for each filter and gate.
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
        zero_output_for_mask: Whether steps that are left out give zeros, instead of the output before them.
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
        self._wrap(locals())


class ConvLSTM3D(_ConvLSTM):
    """Reads a row of volumes one after the other, and remembers at each place what changed there.

    Input (batch, time, depth, height, width, channels).  Output (batch, new depth, new height, new width,
    filters) of the last step, or with ``return_sequences`` of every step; with
    ``data_format="channels_first"`` the channels come before the other axes of a step.  An LSTM whose
    products are convolutions (Shi et al. 2015).
    Keras: ``keras.layers.ConvLSTM3D``.

    Args:
        filters: How many patterns the layer looks for, which is the number of channels that come out.
        kernel_size: Depth, height and width of a pattern.
        strides: How far the window moves each time, over the input.
        padding: "valid" keeps the window inside the input, "same" adds zeros around it.
        data_format: Whether the channels are the last axis or come before the places.
        dilation_rate: The distance between the places that a window looks at, in the input.
        activation: The function that shapes what enters and leaves the memory.
        recurrent_activation: The function of the gates, between 0 (shut) and 1 (open).
        use_bias: Whether a learned number is added for each filter and gate.
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
        zero_output_for_mask: Whether steps that are left out give zeros, instead of the output before them.
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
        self._wrap(locals())
