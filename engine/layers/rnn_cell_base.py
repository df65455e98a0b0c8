"""What recurrent cells share: kernels, dropout along a sequence, and how a cell is run."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.layers.convolution_shapes import channels_of
from engine.layers.layer import Layer, call_parameters
from engine.layers.variable import Variable
from engine.random import torch_generator
from engine.spec import InputSpec


class _Cell(Layer):
    """What the cells share: kernels for input and state, one block of columns per gate."""

    category: ClassVar[str] = "recurrent"
    in_palette: ClassVar[bool] = False
    gates: ClassVar[int] = 1
    state_count: ClassVar[int] = 1
    units: int
    use_bias: bool
    activation: Any
    dropout: float
    recurrent_dropout: float
    seed: int | None
    kernel: Variable
    recurrent_kernel: Variable
    bias: Variable | None
    kernel_initializer: Any
    recurrent_initializer: Any
    bias_initializer: Any
    kernel_regularizer: Any
    recurrent_regularizer: Any
    bias_regularizer: Any
    kernel_constraint: Any
    recurrent_constraint: Any
    bias_constraint: Any

    def _settle(self, **arguments: Any) -> None:
        """Keep the arguments of the constructor, each under its name."""
        for name, value in arguments.items():
            setattr(self, name, value)
        self.input_spec = InputSpec(ndim=2)
        self._masks: dict[str, list[Tensor]] | None = None
        self._draws = 0

    @property
    def state_size(self) -> Any:
        """Units of the state, or a list of them where a cell has several states."""
        return self.units if self.state_count == 1 else [self.units] * self.state_count

    @property
    def output_size(self) -> int:
        """Units of the output."""
        return self.units

    def _bias_shape(self) -> tuple[int, ...]:
        return (self.units * self.gates,)

    def _bias_start(self) -> Any:
        return self.bias_initializer

    def build(self, input_shape: Any) -> None:
        """Make kernel (features, gates * units), recurrent_kernel and bias; raises ``ShapeError``."""
        features = channels_of(self, tuple(input_shape), -1)
        columns = self.units * self.gates
        # Memory order (columns, rows) is what torch's recurrent kernels read.
        self.kernel = self.add_weight(
            (features, columns),
            self.kernel_initializer,
            name="kernel",
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            torch_axes=(1, 0),
        )
        self.recurrent_kernel = self.add_weight(
            (self.units, columns),
            self.recurrent_initializer,
            name="recurrent_kernel",
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
            torch_axes=(1, 0),
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                self._bias_shape(),
                self._bias_start(),
                name="bias",
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.input_spec = InputSpec(ndim=2, axes={-1: features})

    def get_initial_state(self, batch_size: int) -> list[Tensor]:
        """Return the states before the first step: zeros."""
        like = self.kernel if self.built else torch.empty(0)
        return [like.new_zeros((batch_size, self.units)) for _ in range(self.state_count)]

    def begin_sequence(self) -> None:
        """Let dropout leave out the same units at every step until ``end_sequence``."""
        self._masks = {}

    def end_sequence(self) -> None:
        """Forget what dropout left out."""
        self._masks = None

    def _dropped(self, x: Tensor, rate: float, which: str, training: bool | None) -> list[Tensor]:
        """Return ``x`` for each gate with units left out, or ``[x]`` where one serves all gates."""
        if not training or rate == 0.0:
            return [x]
        masks = self._masks.get(which) if self._masks is not None else None
        if masks is None:
            count = self.gates if self.recurrent_dropout and self.gates > 1 else 1
            masks = [self._draw(x, rate) for _ in range(count)]
            if self._masks is not None:
                self._masks[which] = masks
        return [x * mask for mask in masks]

    def _draw(self, x: Tensor, rate: float) -> Tensor:
        if rate == 1.0:
            return torch.zeros_like(x)
        if self.seed is None:
            return F.dropout(torch.ones_like(x), rate)
        self._draws += 1
        generator = torch_generator(self.seed + self._draws - 1)
        kept = torch.bernoulli(torch.full(x.shape, 1.0 - rate), generator=generator)
        return kept.to(x) / (1.0 - rate)

    def _projected(self, x: list[Tensor], kernel: Tensor, bias: Tensor | None) -> Tensor:
        """Return x @ kernel + bias, where each gate may have an ``x`` of its own."""
        if len(x) == 1:
            return F.linear(x[0], kernel.t(), bias)
        blocks = kernel.t().chunk(self.gates)  # gradients come back in the memory order of the kernel
        joined = torch.cat([F.linear(part, block) for part, block in zip(x, blocks, strict=True)], dim=-1)
        return joined if bias is None else joined + bias

    def compute_output_shape(self, input_shape: Any, *states: Any) -> Any:
        """Return the shape of the output at one step."""
        return (input_shape[0], self.units)


def output_size_of(cell: Any) -> int:
    """Return the units that a cell gives out: ``output_size``, or else the size of its first state."""
    size = getattr(cell, "output_size", None)
    if size is None:
        size = cell.state_size
    return int(size[0] if isinstance(size, (list, tuple)) else size)


def run_cell(cell: Any, x: Tensor, states: Any, training: bool | None) -> tuple[Tensor, list[Any]]:
    """Return a cell's output and its new states in a list, whether or not its ``call`` knows of training."""
    cls: Any = type(cell)
    extra = {"training": training} if "training" in call_parameters(cls) else {}
    y, after = cell.call(x, states, **extra)
    return y, list(after) if isinstance(after, (list, tuple)) else [after]


def build_inside(outer: Layer, inner: Layer, input_shape: Any) -> None:
    """Build ``inner`` as a part of ``outer``, whose name then leads the paths of its weights."""
    if not inner.built:
        inner.ensure_built(input_shape)
        for weight in inner.weights:
            weight.path = f"{outer.name}/{weight.path}"
