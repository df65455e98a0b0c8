"""The cell of ConvLSTM: an LSTM that remembers a picture, and looks with windows instead of whole kernels."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from engine import initializers
from engine.errors import ParamError, ShapeError
from engine.layers.convolution_shapes import (
    channel_axis,
    channels_of,
    resolved_format,
    same_padding,
    window_shape,
)
from engine.layers.layer import Layer
from engine.layers.rnn_cell_base import _Cell, or_linear
from engine.params import (
    Activation,
    Anything,
    Constraint,
    DataFormat,
    Flag,
    Initializer,
    Kind,
    Padding,
    Param,
    PositiveInt,
    Rate,
    Regularizer,
    Units,
)
from engine.spec import InputSpec, Shape, shape_text


class ConvLSTMCell(_Cell):
    """Mixes one picture of a film with what it remembers: an LSTM whose products are convolutions.

    Input (batch, ...picture, channels) and two states (batch, ...new picture, filters); the formula is that
    of ``LSTMCell`` with windows that slide instead of kernels (Shi et al. 2015).  Keras: ``ConvLSTMCell``.

    Args:
        rank: Over how many axes the window slides: 1, 2 or 3.
        filters: How many patterns the cell looks for, which is the number of channels it remembers.
        kernel_size: The size of the window along each axis.
        strides: How far the window moves each time, over the input.
        padding: "valid" keeps the window inside the input, "same" adds zeros around it.
        data_format: Whether the channels are the last axis or the first after the batch.
        dilation_rate: The distance between the places that a window looks at, in the input.
        activation: The function that shapes what enters and leaves the memory.
        use_bias: Whether a learned number is added for each filter and gate.
    """

    seed_first: ClassVar[bool] = True
    gates: ClassVar[int] = 4
    state_count: ClassVar[int] = 2
    rank: int
    filters: int
    kernel_size: Any
    strides: Any
    padding: str
    data_format: Any
    dilation_rate: Any

    def __init__(
        self,
        rank: PositiveInt,
        filters: Units,
        kernel_size: Anything,
        strides: Anything = 1,
        padding: Padding = "valid",
        data_format: DataFormat | None = None,
        dilation_rate: Anything = 1,
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
        self.dropout_mask_count = 4
        self.data_format = resolved_format(data_format)
        if rank > 3:
            raise ParamError(
                f"ConvLSTMCell: a window slides over 1, 2 or 3 axes. Received: rank={rank}",
                code="param",
                owner="ConvLSTMCell",
                param="rank",
                got=rank,
            )
        for name in ("kernel_size", "strides", "dilation_rate"):
            size = Param(name, Kind("tuple", minimum=1, length=rank, lone=True))
            setattr(self, name, size.check(getattr(self, name), "ConvLSTMCell"))
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ParamError(
                "ConvLSTM: Specifying `strides > 1` is not compatible with `dilation_rate > 1`. Received: "
                f"strides={self.strides}, dilation_rate={self.dilation_rate}",
                code="param",
                owner="ConvLSTMCell",
                param="dilation_rate",
                got=self.dilation_rate,
            )
        self.input_spec = InputSpec(ndim=rank + 2)
        self._state_shape: tuple[Any, ...] = ()

    @property
    def state_size(self) -> list[int]:
        """The channels of the two states."""
        return [self.filters, self.filters]

    @property
    def output_size(self) -> int:
        """The channels of the output."""
        return self.filters

    def _bias_shape(self) -> tuple[int, ...]:
        return (self.filters * 4,)

    def _bias_start(self) -> Any:
        if not self.unit_forget_bias:
            return self.bias_initializer

        def start(shape: Any, dtype: Any = None) -> Tensor:
            parts = ((self.bias_initializer, 1), (initializers.get("ones"), 1), (self.bias_initializer, 2))
            return torch.cat([torch.as_tensor(make((self.filters * n,), dtype=dtype)) for make, n in parts])

        return start

    def build(self, inputs_shape: Any, states_shape: Any = None) -> None:
        """Make kernel (window, channels, 4 * filters), recurrent_kernel and bias; raises ``ShapeError``."""
        shape = tuple(inputs_shape)
        self._state_shape = self.step_shape(shape)[1:]
        channels = channels_of(self, shape, channel_axis(self.data_format))
        columns = 4 * self.filters
        window = tuple(range(self.rank))
        # Memory order (columns, window, rows), as in convolutions: torch's channels-last kernels read it so.
        self._add_kernels(
            (*self.kernel_size, channels, columns),
            (*self.kernel_size, self.filters, columns),
            (self.rank + 1, *window, self.rank),
        )
        self.input_spec = InputSpec(shape=(None, *shape[1:]))

    def step_shape(self, shape: Shape, layer: Layer | None = None) -> Shape:
        """Return the shape of output and states at one step; raises ``ShapeError`` that names ``layer``."""
        layer = layer or self
        first = 1 if self.data_format == "channels_last" else 2
        if None in shape[first : first + self.rank]:
            raise ShapeError(
                f"Layer '{layer.name}' remembers a picture and must know its size. Received: shape "
                f"{shape_text(shape)} at each step. Give the sizes in the input's shape.",
                code="unknown_size",
                layer=layer.name,
                axis=first,
                shape=shape,
            )
        return window_shape(
            layer,
            shape,
            self.kernel_size,
            self.strides,
            self.padding,
            self.dilation_rate,
            self.data_format,
            self.filters,
        )

    def compute_output_shape(self, inputs_shape: Any, states_shape: Any = None) -> Any:
        """Return the shape of the output and, in a list, those of the states."""
        shape = self.step_shape(tuple(inputs_shape))
        return shape, [shape, shape]

    def get_initial_state(self, batch_size: int | None = None) -> list[Tensor]:
        """Return the states before the first step: pictures of zeros."""
        return [self.kernel.new_zeros((batch_size or 0, *self._state_shape)) for _ in range(2)]

    def _step_rank(self) -> int:
        return self.rank + 2

    def read(self, x: Tensor, training: bool) -> Tensor:
        """Return the convolution of one step, or of all steps of a sequence, with the bias."""
        if x.dtype != self.kernel.dtype:
            x = x.to(self.kernel.dtype)
        steps = x.shape[:2] if x.dim() > self.rank + 2 else None
        parts = self._thinned(x, training)
        if steps is not None:
            parts = [part.flatten(0, 1) for part in parts]
        y = self._slide(parts, self.kernel, self.bias, self.strides, self.padding, self.dilation_rate)
        return y if steps is None else y.reshape(*steps, *y.shape[1:])

    def step(self, read: Tensor, states: Any, training: bool) -> tuple[Tensor, list[Tensor]]:
        """Return the output and the two new states, hidden and cell."""
        hidden, memory = states
        one = (1,) * self.rank
        z = read + self._slide(
            self._thinned_state(hidden, training), self.recurrent_kernel, None, one, "same", one
        )
        i, f, c, o = z.chunk(4, dim=channel_axis(self.data_format))
        gate, shape = or_linear(self.recurrent_activation), or_linear(self.activation)
        memory = gate(f) * memory + gate(i) * shape(c)
        y = gate(o) * shape(memory)
        return y, [y, memory]

    def _slide(
        self,
        parts: list[Tensor],
        kernel: Tensor,
        bias: Tensor | None,
        strides: Any,
        padding: str,
        dilation: Any,
    ) -> Tensor:
        """Return the convolution for all gates at once, or of a part for each gate."""
        last = self.data_format == "channels_last"
        kernel = kernel.permute(self.rank + 1, self.rank, *range(self.rank))
        window = self.kernel_size
        if self.rank == 1:  # a picture of height 1: torch keeps the channels-last layout for pictures alone
            kernel = kernel.unsqueeze(2)
            window, strides, dilation = (1, *window), (1, *strides), (1, *dilation)
        slides = F.conv3d if self.rank == 3 else F.conv2d
        biases = [None] * len(parts) if bias is None else bias.chunk(len(parts))
        made = []
        for part, block, start in zip(parts, kernel.chunk(len(parts)), biases, strict=True):
            x = part.movedim(-1, 1) if last else part
            x = x.unsqueeze(2) if self.rank == 1 else x
            fill = (0,) * len(window)
            if padding == "same":
                pads = [
                    same_padding(*numbers)
                    for numbers in zip(x.shape[2:], window, strides, dilation, strict=True)
                ]
                if all(before == after for before, after in pads):
                    fill = tuple(before for before, _ in pads)
                else:
                    x = F.pad(x, [side for pair in reversed(pads) for side in pair])
            step = strides
            if max(strides) > 1 and max(window) == 1:  # for the reason told in ``convolution``
                places: Any = (..., *(slice(None, None, size) for size in strides))
                x, step = x[places], (1,) * len(window)
            y = slides(x, block, start, step, fill, dilation)
            y = y.squeeze(2) if self.rank == 1 else y
            made.append(y.movedim(1, -1) if last else y)
        return made[0] if len(made) == 1 else torch.cat(made, dim=-1 if last else 1)
