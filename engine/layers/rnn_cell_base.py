"""What recurrent cells share: kernels, dropout along a sequence, and how a cell is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.errors import ParamError
from engine.layers.convolution_shapes import channels_of
from engine.layers.layer import Layer, call_parameters
from engine.layers.rnn_dropout import DropoutRNNCell
from engine.layers.variable import Variable
from engine.random import SeedGenerator
from engine.spec import InputSpec


class CellArguments:
    """Mixed into cells and into the layers around one: the arguments that both take.

    Args:
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
        kernel_constraint: A rule that the weights of the input are made to obey after each step.
        recurrent_constraint: A rule that the weights of the state are made to obey after each step.
        bias_constraint: A rule that the bias is made to obey after each step.
        dropout: The share of the input's numbers left out in training.
        recurrent_dropout: The share of the state's numbers left out in training.
        seed: The start of the random numbers of dropout.
    """

    activation: Any
    recurrent_activation: Any
    use_bias: bool
    kernel_initializer: Any
    recurrent_initializer: Any
    bias_initializer: Any
    unit_forget_bias: bool
    kernel_regularizer: Any
    recurrent_regularizer: Any
    bias_regularizer: Any
    kernel_constraint: Any
    recurrent_constraint: Any
    bias_constraint: Any
    seed: int | None
    seed_first: ClassVar[bool] = False
    """Whether an unseeded dropout draws its seed before the initializers, as some cells of Keras do."""

    def _before_arguments(self, given: Mapping[str, Any]) -> None:
        if self.seed_first and given.get("seed") is None and "seed_generator" not in given.get("kwargs", ()):
            self.__dict__["_early"] = SeedGenerator()

    def _early_generator(self, seed: int | None) -> SeedGenerator | None:
        """Return the generator that was made before the initializers, where no ``seed`` was given."""
        early = self.__dict__.pop("_early", None)
        return early if seed is None else None


class _Cell(CellArguments, Layer, DropoutRNNCell):
    """What the cells share: kernels for input and state, one block of columns per gate.

    A step is done in two halves: ``read`` takes in the input, also that of a whole sequence at once, and
    ``step`` joins it with the state.

    Args:
        units: How many numbers the cell remembers and gives out.
    """

    category: ClassVar[str] = "recurrent"
    in_palette: ClassVar[bool] = False
    gates: ClassVar[int] = 1
    state_count: ClassVar[int] = 1
    units: int
    kernel: Variable
    recurrent_kernel: Variable
    bias: Variable | None

    def _settle(self, given: dict[str, Any]) -> None:
        """Keep the constructor's arguments, each under its name; ``given`` are its local variables.

        ``implementation=1``, a word of older Keras, gives every gate a dropout mask of its own, which
        recurrent dropout always does.  ``seed_generator`` comes from a layer around the cell that has drawn
        its seed.
        """
        kwargs = dict(given["kwargs"])
        implementation = kwargs.pop("implementation", 2)
        generator = kwargs.pop("seed_generator", None) or self._early_generator(given["seed"])
        super().__init__(**kwargs)
        self._take(given)
        self.input_spec = InputSpec(ndim=2)
        self.seed_generator = generator or SeedGenerator(self.seed)
        if self.gates > 1 and (self.recurrent_dropout or implementation == 1):
            self.dropout_mask_count = self.gates

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
        self._add_kernels((features, columns), (self.units, columns), (1, 0))
        self.input_spec = InputSpec(ndim=2, axes={-1: features})

    def _add_kernels(
        self, kernel: tuple[int, ...], recurrent: tuple[int, ...], torch_axes: tuple[int, ...]
    ) -> None:
        self.kernel = self.add_weight(
            kernel,
            self.kernel_initializer,
            name="kernel",
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            torch_axes=torch_axes,
        )
        self.recurrent_kernel = self.add_weight(
            recurrent,
            self.recurrent_initializer,
            name="recurrent_kernel",
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
            torch_axes=torch_axes,
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

    def get_initial_state(self, batch_size: int | None = None) -> list[Tensor]:
        """Return the states before the first step: zeros."""
        like = self.kernel if self.built else torch.empty(0, dtype=getattr(torch, self.compute_dtype))
        return [like.new_zeros((batch_size or 0, self.units)) for _ in range(self.state_count)]

    def read(self, x: Tensor, training: bool) -> Tensor:
        """Return x @ kernel + bias for a step (batch, features) or a sequence (batch, steps, features)."""
        kernel = self.kernel
        if x.dtype != kernel.dtype:
            x = x.to(kernel.dtype)
        return self._projected(self._thinned(x, training), kernel, self._input_bias())

    def _input_bias(self) -> Tensor | None:
        return self.bias

    def step(self, read: Tensor, states: Any, training: bool) -> tuple[Tensor, list[Tensor]]:
        """Return the output and the new states from what was read and the states before."""
        raise NotImplementedError(f"{type(self).__name__} has no step().")

    def call(self, inputs: Tensor, states: Any, training: bool = False) -> tuple[Tensor, Any]:
        """Return the output and the new state or states; one bare state gives one bare state."""
        bare = not isinstance(states, (list, tuple))
        y, after = self.step(self.read(inputs, training), [states] if bare else states, training)
        return y, after[0] if bare else after

    def _thinned(self, x: Tensor, training: bool) -> list[Tensor]:
        """Return the input for each gate with units left out, or ``[x]`` where one serves all gates."""
        if not training or not self._drops(self.dropout):
            return [x]
        sequence = x.dim() > self._step_rank()
        masks = self.get_dropout_mask(x[:, 0] if sequence else x)
        masks = masks if isinstance(masks, list) else [masks]
        return [x * (mask.unsqueeze(1) if sequence else mask) for mask in masks]

    def _step_rank(self) -> int:
        return 2

    def _thinned_state(self, state: Tensor, training: bool) -> list[Tensor]:
        """Return the state for each gate with units left out, or ``[state]`` where one serves all gates."""
        if not training or not self._drops(self.recurrent_dropout):
            return [state]
        masks = self.get_recurrent_dropout_mask(state)
        return [state * mask for mask in (masks if isinstance(masks, list) else [masks])]

    def _drops(self, rate: float) -> bool:
        return 0.0 < rate < 1.0 or (rate == 1.0 and self.gates == 1)  # gated cells of Keras pass over a 1

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


def mapped(function: Callable[..., Any], *trees: Any) -> Any:
    """Return the nested lists with ``function`` applied to the tensors at equal places."""
    if isinstance(trees[0], (list, tuple)):
        return [mapped(function, *parts) for parts in zip(*trees, strict=True)]
    return function(*trees)


def zero_states(layer: Layer, state_size: Any, batch_size: int | None) -> Any:
    """Return zeros (batch, size) for each size, where the weights of ``layer`` lie."""
    like = next(iter(layer.parameters()), torch.empty(0))
    dtype = getattr(torch, layer.compute_dtype)
    return mapped(lambda size: like.new_zeros((batch_size or 0, size), dtype=dtype), state_size)


def in_own_type(layer: Layer, *made: Any) -> Any:
    """Return tensors, or lists of them, in the type of the arithmetic of ``layer``; one comes back bare."""
    kind = getattr(torch, layer.compute_dtype)
    cast = [mapped(lambda tensor: tensor if tensor.dtype is kind else tensor.to(kind), one) for one in made]
    return cast[0] if len(cast) == 1 else cast


def or_linear(function: Any) -> Any:
    """Return an activation, or what leaves its input as it is."""
    return function if function is not None else (lambda x: x)


def checked_cell(owner: str, cell: Any) -> Any:
    """Return ``cell``; raises ``ParamError`` where it has no ``call`` or no ``state_size`` that would do."""
    size = getattr(cell, "state_size", None)
    if hasattr(cell, "call") and not isinstance(cell, type) and isinstance(size, (int, list, tuple)):
        return cell
    raise ParamError(
        f"{owner}: cell is a layer with a `call` and a state_size (a whole number, or a list of one for each "
        f"state), such as LSTMCell(8). Received: cell={cell!r}",
        code="param",
        owner=owner,
        param="cell",
        got=cell,
    )


def output_size_of(cell: Any) -> int:
    """Return the units that a cell gives out: ``output_size``, or else the size of its first state."""
    size = getattr(cell, "output_size", None)
    if size is None:
        size = cell.state_size
    return int(size[0] if isinstance(size, (list, tuple)) else size)


def reads_ahead(cell: Any) -> bool:
    """Return whether a cell may take in a whole sequence at once: one of ours, its ``call`` not another's."""
    return (
        isinstance(cell, _Cell)
        and type(cell).call is _Cell.call
        and cell.activity_regularizer is None
        and not cell.hooked()
    )


def run_cell(cell: Any, x: Tensor, states: Any, training: bool) -> tuple[Tensor, list[Any]]:
    """Return a cell's output and its new states in a list, whether or not its ``call`` knows of training."""
    if isinstance(cell, Layer):
        extra = {"training": training} if "training" in call_parameters(type(cell)) else {}
        run = cell if cell.activity_regularizer is not None else cell.run_inside
        y, after = run(x, states, **extra)
    else:
        y, after = cell(x, states) if callable(cell) else cell.call(x, states)
    return y, list(after) if isinstance(after, (list, tuple)) else [after]


def build_inside(inner: Any, input_shape: Any) -> None:
    """Build ``inner``, where it is a layer, from within the ``build`` of the layer around it."""
    if isinstance(inner, Layer) and not inner.built:
        inner.ensure_built(input_shape)
