"""Activation functions as layers of their own."""

from __future__ import annotations

from typing import Any

import torch

from engine import activations
from engine.errors import ParamError, ShapeError
from engine.layers.layer import Layer
from engine.params import Activation as ActivationName
from engine.params import Axes, NonNegativeReal, Real, Regularizer
from engine.spec import Shape


class _Elementwise(Layer):
    """Base of layers that treat every number alone."""

    category = "activation"
    supports_masking = True

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        return tuple(input_shape)


class Activation(_Elementwise):
    """Applies a function such as ReLU or softmax to its input.

    Args:
        activation: The function to apply.
        activity_regularizer: Penalty on large outputs.
    """

    def __init__(
        self, activation: ActivationName, activity_regularizer: Regularizer = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if activation is None:
            activation = activations.linear
        self.activation = activation
        self.activity_regularizer = activity_regularizer

    def call(self, inputs: torch.Tensor) -> Any:
        """Return the function of the input."""
        return self.activation(inputs)


class ReLU(_Elementwise):
    """Keeps what is positive and turns everything else into zero.

    Args:
        max_value: Largest value that passes; none lets all pass.
        negative_slope: Factor for what lies below the threshold, instead of zero.
        threshold: Value below which the input is cut.
    """

    def __init__(
        self,
        max_value: NonNegativeReal | None = None,
        negative_slope: NonNegativeReal = 0.0,
        threshold: NonNegativeReal = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.max_value = max_value
        self.negative_slope = negative_slope
        self.threshold = threshold

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the input, cut."""
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)


class LeakyReLU(_Elementwise):
    """Keeps what is positive and makes what is negative small.

    Args:
        negative_slope: Factor for negative numbers.
    """

    def __init__(self, negative_slope: NonNegativeReal = 0.3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.negative_slope = negative_slope

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the input, its negative part scaled down."""
        return activations.leaky_relu(inputs, self.negative_slope)


class ELU(_Elementwise):
    """Keeps what is positive and bends what is negative smoothly towards a floor.

    Args:
        alpha: Depth of the floor.
    """

    def __init__(self, alpha: Real = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return x where positive and alpha * (exp(x) - 1) elsewhere."""
        return activations.elu(inputs, self.alpha)


class Softmax(_Elementwise):
    """Turns numbers into probabilities that sum to 1.

    Args:
        axis: Axis along which the probabilities sum to 1, or several.
    """

    def __init__(self, axis: Axes = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis
        if axis is None:
            raise ParamError(
                "Softmax: axis is a whole number. Received: axis=None", code="param", param="axis"
            )

    def call(self, inputs: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Return the probabilities; where ``mask`` is false they are zero."""
        if mask is not None:
            low = -3e4 if inputs.dtype == torch.float16 else -1e9
            inputs = inputs + (~mask.to(torch.bool)).to(inputs.dtype) * low
        return activations.softmax(inputs, axis=self.axis)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape; refuse an axis that it does not have."""
        rank = len(input_shape)
        for axis in self.axis if isinstance(self.axis, tuple) else (self.axis,):
            if not -rank <= axis < rank:
                raise ShapeError(
                    f"Layer '{self.name}' works along axis {axis}, which the input does not have. Received: "
                    f"shape {tuple(input_shape)}.",
                    code="no_axis",
                    layer=self.name,
                    axis=axis,
                    shape=tuple(input_shape),
                )
        return tuple(input_shape)
