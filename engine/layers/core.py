"""The layers that every model is made of."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
import torch.nn.functional as F

from engine.errors import ShapeError
from engine.layers.layer import Layer
from engine.layers.low_rank import _LowRank
from engine.params import Activation, Constraint, Flag, Initializer, PositiveInt, Real, Regularizer, Units
from engine.spec import InputSpec, Shape, TensorSpec


class Dense(_LowRank):
    """Connects every input to every unit: each unit takes a weighted sum and passes it through an activation.

    Works on the last axis; axes between the batch and the last one are kept.  Keras: ``keras.layers.Dense``.

    Args:
        units: Number of units, the size of the last axis of the output.
        activation: Function applied to each weighted sum; none leaves the sums as they are.
        use_bias: Whether each unit adds a number of its own.
        kernel_initializer: How the weights of the sums begin.
        bias_initializer: How the added numbers begin.
        kernel_regularizer: Penalty on large weights.
        bias_regularizer: Penalty on large added numbers.
        activity_regularizer: Penalty on large outputs.
        kernel_constraint: Rule that the weights are held to after each step.
        bias_constraint: Rule that the added numbers are held to after each step.
        lora_rank: Rank of a small correction that is trained while the weights stay frozen (LoRA).
        lora_alpha: How strongly the correction counts: it is scaled by this over its rank.
    """

    category = "core"
    supports_masking = True
    input_spec = InputSpec(min_ndim=2)

    def __init__(
        self,
        units: Units,
        activation: Activation = None,
        use_bias: Flag = True,
        kernel_initializer: Initializer = "glorot_uniform",
        bias_initializer: Initializer = "zeros",
        kernel_regularizer: Regularizer = None,
        bias_regularizer: Regularizer = None,
        activity_regularizer: Regularizer = None,
        kernel_constraint: Constraint = None,
        bias_constraint: Constraint = None,
        lora_rank: PositiveInt | None = None,
        lora_alpha: Real | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(lora_rank, lora_alpha, **kwargs)
        self.units = units
        self.activation = activation
        self.use_bias = use_bias
        self.kernel_initializer = kernel_initializer
        self.bias_initializer = bias_initializer
        self.kernel_regularizer = kernel_regularizer
        self.bias_regularizer = bias_regularizer
        self.activity_regularizer = activity_regularizer
        self.kernel_constraint = kernel_constraint
        self.bias_constraint = bias_constraint
        self.bias: Any = None

    def check_input(self, *specs: TensorSpec) -> None:
        """Refuse an input whose last axis is not the one that the weights were made for."""
        super().check_input(*specs)
        if self.built and (kernel := self._parameters.get("kernel")) is not None:
            InputSpec(axes={-1: kernel.shape[0]}).check(specs[0], self.name)

    def build(self, input_shape: Shape) -> None:
        """Make ``kernel`` (inputs, units) and ``bias`` (units,)."""
        size = _last_axis(self, input_shape)
        self.kernel = self.add_weight(
            (size, self.units),
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
            torch_axes=(1, 0),
        )
        if self.use_bias:
            self.bias = self.add_weight(
                (self.units,),
                self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )
        self._adapt_if_asked()

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return activation(inputs @ kernel + bias)."""
        weights = self._parameters  # a plain dict: torch's attribute lookup costs more than the bias
        kernel, bias = weights.get("kernel"), weights.get("bias")
        if kernel is None:
            kernel = self.kernel  # frozen, with a correction
        if inputs.dtype is not kernel.dtype:
            inputs = inputs.to(kernel.dtype)
        if bias is not None and inputs.dim() == 2:
            sums = torch.addmm(bias, inputs, kernel)
        else:
            sums = F.linear(inputs, kernel.t(), bias)
        return sums if self.activation is None else self.activation(sums)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape with ``units`` on the last axis."""
        self.check_input(TensorSpec(tuple(input_shape)))
        _last_axis(self, input_shape)
        return (*input_shape[:-1], self.units)

    def compute_macs(self, input_shape: Shape, output_shape: Shape) -> int:
        """Return one multiply-add for each weight and each position between batch and last axis."""
        positions = 1
        for size in input_shape[1:-1]:
            positions *= size or 1
        return positions * int(input_shape[-1] or 0) * self.units


def _last_axis(layer: Layer, input_shape: Shape) -> int:
    size = input_shape[-1]
    if size is None:
        raise ShapeError(
            f"Layer '{layer.name}' needs to know the size of the last axis. Received: shape "
            f"{tuple(input_shape)}. Give the Input a number there.",
            code="unknown_size",
            layer=layer.name,
            axis=-1,
            shape=tuple(input_shape),
        )
    return size


class Identity(Layer):
    """Passes its input on unchanged.

    Input of any shape, output the same.  Keras: ``keras.layers.Identity``.
    """

    rare: ClassVar[bool] = True
    supports_masking = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._build_at_init()

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the input."""
        return inputs

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        return input_shape

    def compute_output_dtype(self, *dtypes: str) -> str:
        """Return the input's dtype."""
        return dtypes[0]
