"""Activation functions as layers of their own."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import torch

from engine import activations
from engine.errors import ParamError, ShapeError
from engine.layers.layer import Layer
from engine.params import Activation as ActivationName
from engine.params import Axes, Constraint, Initializer, Kind, Real, Regularizer
from engine.spec import InputSpec, Shape, TensorSpec

_RULE = "{name} of a ReLU layer cannot be None or a negative value."
_LEAKY = "The negative_slope value of a Leaky ReLU layer cannot be None or negative value."
_MOST = "{name} of a ReLU layer cannot be a negative value."
Bound = Annotated[float, Kind("float", minimum=0.0, rule=_RULE)]
Most = Annotated[float, Kind("float", minimum=0.0, rule=_MOST)]
Slope = Annotated[float, Kind("float", minimum=0.0, rule=_LEAKY)]


class _Elementwise(Layer):
    """Base of layers that treat every number alone."""

    category = "activation"
    supports_masking = True

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        return tuple(input_shape)


class Activation(_Elementwise):
    """Applies a function such as ReLU or softmax to its input.

    Input of any shape, output the same.  Keras: ``keras.layers.Activation``.

    Args:
        activation: The function to apply.
        activity_regularizer: Penalty on large outputs.
    """

    def __init__(
        self, activation: ActivationName, activity_regularizer: Regularizer = None, **kwargs: Any
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.activation = activations.linear if activation is None else activation
        self._build_at_init()

    def call(self, inputs: torch.Tensor) -> Any:
        """Return the function of the input."""
        return self.activation(inputs)


class ReLU(_Elementwise):
    """Keeps what is positive and turns everything else into zero.

    Input of any shape, output the same: max(x, 0) as it stands.  Keras: ``keras.layers.ReLU``.

    Args:
        max_value: Largest value that passes; none lets all pass.
        negative_slope: Factor for what lies below the threshold, instead of zero.
        threshold: Value below which the input is cut.
    """

    def __init__(
        self,
        max_value: Most | None = None,
        negative_slope: Bound = 0.0,
        threshold: Bound = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.max_value = max_value
        self.negative_slope = negative_slope
        self.threshold = threshold
        self._build_at_init()

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the input, cut."""
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)


class LeakyReLU(_Elementwise):
    """Keeps what is positive and makes what is negative small.

    Input of any shape, output the same (Maas et al. 2013).  Keras: ``keras.layers.LeakyReLU``.

    Args:
        negative_slope: Factor for negative numbers.
    """

    def __init__(self, negative_slope: Slope = 0.3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.negative_slope = negative_slope
        self._build_at_init()

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the input, its negative part scaled down."""
        return activations.leaky_relu(inputs, self.negative_slope)


class PReLU(_Elementwise):
    """Keeps what is positive and scales what is negative by a factor that is learned.

    Input of any shape, output the same: x where positive, alpha * x elsewhere, with an alpha for each number
    of a sample (He et al. 2015).
    Keras: ``keras.layers.PReLU``.

    Args:
        alpha_initializer: How the factors begin.
        alpha_regularizer: Penalty on large factors.
        alpha_constraint: Rule that the factors are held to after each step.
        shared_axes: Axes along which one factor serves all, such as (1, 2) for the pixels of a picture.
    """

    rare: ClassVar[bool] = True

    def __init__(
        self,
        alpha_initializer: Initializer = "zeros",
        alpha_regularizer: Regularizer = None,
        alpha_constraint: Constraint = None,
        shared_axes: Axes | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.alpha_initializer = alpha_initializer
        self.alpha_regularizer = alpha_regularizer
        self.alpha_constraint = alpha_constraint
        axes = (shared_axes,) if isinstance(shared_axes, int) else shared_axes
        self.shared_axes = None if axes is None else list(axes)

    def _alpha_shape(self, input_shape: Shape) -> list[int | None]:
        sizes = list(input_shape[1:])
        for axis in self.shared_axes or ():
            if not 1 <= axis <= len(sizes):
                raise _no_axis(self, axis, tuple(input_shape))
            sizes[axis - 1] = 1
        return sizes

    def build(self, input_shape: Shape) -> None:
        """Make ``alpha``, of the input's shape without batch and with 1 on shared axes."""
        self.alpha = self.add_weight(
            self._alpha_shape(input_shape),
            self.alpha_initializer,
            regularizer=self.alpha_regularizer,
            constraint=self.alpha_constraint,
            name="alpha",
        )
        shared = self.shared_axes or ()
        axes = {axis: size for axis, size in enumerate(input_shape) if axis and axis not in shared and size}
        self.input_spec = InputSpec(ndim=len(input_shape), axes=axes)

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return x where positive and alpha * x elsewhere."""
        return torch.relu(inputs) - self.alpha * torch.relu(-inputs)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape; raises ``ShapeError`` where a factor's size is unknown."""
        shape = tuple(input_shape)
        self.check_input(TensorSpec(shape, self.dtype))
        if None in self._alpha_shape(shape):
            raise ShapeError(
                f"Layer '{self.name}' learns a factor for each number, so it needs to know every size but "
                f"the batch's. Received: shape {shape}. Share the factors along open axes: shared_axes.",
                code="unknown_size",
                layer=self.name,
                shape=shape,
            )
        return shape


class ELU(_Elementwise):
    """Keeps what is positive and bends what is negative smoothly towards a floor.

    Input of any shape, output the same: alpha * (exp(x) - 1) below zero (Clevert et al. 2015).
    Keras: ``keras.layers.ELU``.

    Args:
        alpha: Depth of the floor.
    """

    rare: ClassVar[bool] = True

    def __init__(self, alpha: Real = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = alpha
        self._build_at_init()

    def call(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return x where positive and alpha * (exp(x) - 1) elsewhere."""
        return activations.elu(inputs, self.alpha)


class Softmax(_Elementwise):
    """Turns numbers into probabilities that sum to 1.

    Input of any shape, output the same: exp(x) over its sum along ``axis``; what a mask leaves out gets 0.
    Keras: ``keras.layers.Softmax``.

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
        self._build_at_init()

    def call(self, inputs: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        """Return the probabilities; where ``mask`` is False (a number: at most 0.5) they are zero.

        Raises ``ShapeError`` for a mask that does not stretch to the inputs.
        """
        if mask is None:
            return activations.softmax(inputs, axis=self.axis)
        pairs = zip(reversed(mask.shape), reversed(inputs.shape), strict=False)
        if mask.dim() > inputs.dim() or any(one not in (1, other) for one, other in pairs):
            raise ShapeError(
                f"Layer '{self.name}': the `mask` must be broadcastable to `inputs` and must not have more "
                f"dimensions. Received: inputs.shape={tuple(inputs.shape)}, "
                f"mask.shape={tuple(mask.shape)}",
                code="mask",
                layer=self.name,
                expected=tuple(inputs.shape),
                got=tuple(mask.shape),
            )
        keep = mask if mask.dtype is torch.bool else mask > 0.5
        low = -3e4 if inputs.dtype is torch.float16 else -1e9
        made = activations.softmax(torch.where(keep, inputs, low), axis=self.axis)
        return torch.where(keep, made, 0.0)  # a row without anything to keep is all zeros

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape; refuse an axis that it does not have."""
        rank = len(input_shape)
        for axis in self.axis if isinstance(self.axis, tuple) else (self.axis,):
            if not -rank <= axis < rank:
                raise _no_axis(self, axis, tuple(input_shape))
        return tuple(input_shape)


def _no_axis(layer: Layer, axis: int, shape: Shape) -> ShapeError:
    return ShapeError(
        f"Layer '{layer.name}' works along axis {axis}, which its input lacks. Received: shape {shape}.",
        code="no_axis",
        layer=layer.name,
        axis=axis,
        shape=shape,
    )
