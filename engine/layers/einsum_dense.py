"""EinsumDense: a dense layer along any axes, as an einsum equation says."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch
from torch import Tensor

from engine import regularizers
from engine.errors import ShapeError
from engine.initializers import Initializer as InitializerObject
from engine.initializers import VarianceScaling
from engine.layers.einsum_equation import EinsumShapes, parse, shapes_of
from engine.layers.low_rank import _LowRank
from engine.params import (
    Activation,
    Axes,
    Constraint,
    Initializer,
    PositiveInt,
    Real,
    Regularizer,
    Text,
)
from engine.spec import InputSpec, Shape, TensorSpec


class EinsumDense(_LowRank):
    """Connects inputs to units along any axes: which ones, an equation such as "abc,cd->abd" says.

    Letters before the arrow name the axes of the input and of the kernel, those behind it the axes of the
    output; a letter missing there is summed over.  ``...`` stands for any further axes.
    Keras: ``keras.layers.EinsumDense``.

    Args:
        equation: The equation, "input,kernel->output", with the batch axis first in input and output.
        output_shape: The sizes of the output's axes without the batch axis; None where the input decides.
        activation: Function applied to each sum; none leaves the sums as they are.
        bias_axes: The letters of the output's axes along which an added number varies; none adds nothing.
        kernel_initializer: How the weights of the sums begin.
        bias_initializer: How the added numbers begin.
        kernel_regularizer: Penalty on large weights.
        bias_regularizer: Penalty on large added numbers.
        kernel_constraint: Rule that the weights are held to after each step.
        bias_constraint: Rule that the added numbers are held to after each step.
        lora_rank: Rank of a small correction that is trained while the weights stay frozen (LoRA).
        lora_alpha: How strongly the correction counts: it is scaled by this over its rank.
    """

    rare: ClassVar[bool] = True
    category = "core"

    def __init__(
        self,
        equation: Text,
        output_shape: Axes,
        activation: Activation = None,
        bias_axes: Text | None = None,
        kernel_initializer: Initializer = "glorot_uniform",
        bias_initializer: Initializer = "zeros",
        kernel_regularizer: Regularizer = None,
        bias_regularizer: Regularizer = None,
        kernel_constraint: Constraint = None,
        bias_constraint: Constraint = None,
        lora_rank: PositiveInt | None = None,
        lora_alpha: Real | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("gptq_unpacked_column_size", None)  # of quantization alone
        super().__init__(lora_rank, lora_alpha, **kwargs)
        self.equation = equation
        self.partial_output_shape = output_shape if isinstance(output_shape, tuple) else (output_shape,)
        self.bias_axes = bias_axes
        self.activation = activation
        self.kernel_initializer = kernel_initializer
        self.bias_initializer = bias_initializer
        self.kernel_regularizer = kernel_regularizer
        self.bias_regularizer = bias_regularizer
        self.kernel_constraint = kernel_constraint
        self.bias_constraint = bias_constraint
        self._parts = parse(equation)
        self._summed = 0
        self._whole_bias = False
        self.bias: Any = None

    def _shapes(self, input_shape: Shape, strict: bool = False) -> EinsumShapes:
        given = tuple(input_shape)
        return shapes_of(self._parts, self.bias_axes, given, self.partial_output_shape, self.name, strict)

    def build(self, input_shape: Shape) -> None:
        """Make ``kernel`` and, with ``bias_axes``, ``bias``; raises ``ShapeError`` for unknown sizes."""
        shapes = self._shapes(input_shape)
        letters, rank = self._parts.inputs, len(input_shape)
        ahead = -len(letters) if self._parts.elided == "left" else -rank
        places = [ahead + place for place, letter in enumerate(letters) if letter in self._parts.kernel]
        axes = {axis: size for axis in places if (size := input_shape[axis]) is not None}
        self.input_spec = InputSpec(ndim=rank, axes=axes)
        start: InitializerObject = self.kernel_initializer
        if isinstance(start, VarianceScaling) and (start.input_axes is None or start.output_axes is None):
            fans = {"input_axes": shapes.input_axes, "output_axes": shapes.output_axes}
            start = type(start).from_config({**start.get_config(), **fans, "seed": start.seed})
        self.kernel = self.add_weight(
            shapes.kernel,
            start,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        if shapes.bias is not None:
            self.bias = self.add_weight(
                shapes.bias,
                self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )
        self._summed = self._matrix_axes()
        made = shapes.kernel[self._summed :]
        self._whole_bias = bool(self._summed) and shapes.bias == made
        self._adapt_if_asked()

    def _matrix_axes(self) -> int:
        """Return how many of the input's last axes are summed with the kernel's first, if that is all.

        Then the equation is one product of matrices, which torch does with the bias in a single call.
        """
        parts = self._parts
        for count in range(1, min(len(parts.inputs), len(parts.kernel) - 1) + 1):
            summed, kept, made = parts.inputs[-count:], parts.inputs[:-count], parts.kernel[count:]
            plain = parts.kernel[:count] == summed and parts.output == kept + made
            if (
                plain
                and parts.elided != "right"
                and len(set(kept + summed + made)) == len(kept + summed + made)
            ):
                return count
        return 0

    def call(self, inputs: Tensor) -> Tensor:
        """Return activation(einsum(equation, inputs, kernel) + bias)."""
        weights = self._parameters
        kernel, bias = weights.get("kernel"), weights.get("bias")
        if kernel is None:
            kernel = self.kernel  # frozen, with a correction
        if inputs.dtype is not kernel.dtype:
            inputs = inputs.to(kernel.dtype)
        count = self._summed
        if count:
            made = kernel.shape[count:]
            matrix = kernel if kernel.dim() == 2 else kernel.reshape(math.prod(kernel.shape[:count]), -1)
            rows = inputs.reshape(-1, matrix.shape[0])
            if self._whole_bias and bias is not None:
                sums = torch.addmm(bias.reshape(-1), rows, matrix)
            else:
                sums = torch.mm(rows, matrix)
            sums = sums.reshape(*inputs.shape[:-count], *made)
            if bias is not None and not self._whole_bias:
                sums = sums + bias
        else:
            sums = torch.einsum(self.equation, inputs, kernel)
            sums = sums if bias is None else sums + bias
        return sums if self.activation is None else self.activation(sums)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the output's shape; raises ``ShapeError`` where input and equation do not agree."""
        given = tuple(input_shape)
        self.check_input(TensorSpec(given, self.dtype))
        shapes = self._shapes(given, strict=True)
        if None in shapes.kernel or (shapes.bias is not None and None in shapes.bias):
            raise ShapeError(
                f"Layer '{self.name}' needs to know each size that its weights have: kernel {shapes.kernel}, "
                f"bias {shapes.bias}. Received: shape {given}.",
                code="unknown_size",
                layer=self.name,
                shape=given,
            )
        parameters = self._parameters.get("kernel")
        if parameters is not None and tuple(parameters.shape) != shapes.kernel:
            raise ShapeError(
                f"Layer '{self.name}' has a kernel of shape {tuple(parameters.shape)}, but this input needs "
                f"{shapes.kernel}. Received: shape {given}.",
                code="equation",
                layer=self.name,
                expected=tuple(parameters.shape),
                got=shapes.kernel,
                shape=given,
            )
        return shapes.output

    def compute_macs(self, input_shape: Shape, output_shape: Shape) -> int:
        """Return one multiply-add for each number that comes out and each that is summed into it."""
        shapes = self._shapes(tuple(input_shape))
        kept = math.prod(size or 1 for size in output_shape[1:])
        summed = math.prod(shapes.kernel[axis] or 1 for axis in shapes.input_axes)
        return kept * summed

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        config = super().get_config()
        penalty = regularizers.serialize(self.activity_regularizer)
        return {**config, "output_shape": self.partial_output_shape, "activity_regularizer": penalty}
