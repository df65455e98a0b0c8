"""Normalization within each sample: by its own statistics, whatever else is in the batch."""

from __future__ import annotations

import warnings
from typing import Annotated, Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.layers.convolution_shapes import channels_of
from engine.layers.layer import Layer
from engine.layers.normalization_base import _Scaling, axis_within, in_full, spec_for
from engine.params import Constraint, Flag, Initializer, Kind, PositiveReal, Regularizer
from engine.spec import Shape, TensorSpec

_INTS = "Expected an int or a list/tuple of ints for the argument 'axis'."
_UNIT = "Invalid value for `axis` argument: expected an int or a list/tuple of ints."
NormAxes = Annotated[Any, Kind("tuple", lone=True, rule=_INTS)]
UnitAxes = Annotated[Any, Kind("tuple", lone=True, rule=_UNIT)]


class LayerNormalization(_Scaling):
    """Brings the numbers of each sample to mean 0 and spread 1, then scales and shifts them.

    Input of any shape, output the same: (x - mean) / sqrt(variance + epsilon) * gamma + beta, with the
    statistics along ``axis`` (Ba, Kiros and Hinton 2016).  Keras: ``keras.layers.LayerNormalization``.

    Args:
        axis: The axis, or axes, along which the statistics are taken.
    """

    axis: Any

    def __init__(
        self,
        axis: NormAxes = -1,
        epsilon: PositiveReal = 1e-3,
        center: Flag = True,
        scale: Flag = True,
        beta_initializer: Initializer = "zeros",
        gamma_initializer: Initializer = "ones",
        beta_regularizer: Regularizer = None,
        gamma_regularizer: Regularizer = None,
        beta_constraint: Constraint = None,
        gamma_constraint: Constraint = None,
        **kwargs: Any,
    ) -> None:
        self.rms_scaling = bool(kwargs.pop("rms_scaling", False))
        if self.rms_scaling:
            warnings.warn(
                "LayerNormalization(rms_scaling=True) scales by the variance, not by the mean square: use "
                "RMSNormalization.",
                DeprecationWarning,
                stacklevel=3,
            )
        super().__init__(**kwargs)
        self.autocast = False  # half precision would overflow before the division
        self._take(locals())

    def _axes(self, shape: Shape) -> list[int]:
        given = self.axis if isinstance(self.axis, (tuple, list)) else (self.axis,)
        return sorted(axis_within(self, axis, shape) for axis in given)

    def build(self, input_shape: Any) -> None:
        """Make gamma and beta with the sizes of the axes; raises ``ShapeError`` where one is unknown."""
        shape = self.compute_output_shape(input_shape)
        axes = self._axes(shape)
        sizes = tuple(channels_of(self, shape, axis) for axis in axes)
        self.input_spec = spec_for(self.axis, sizes, shape)
        self._add_scale(sizes, self.scale or self.rms_scaling, self.center and not self.rms_scaling)

    def call(self, inputs: Tensor) -> Tensor:
        """Return the inputs normalized."""
        x, gamma, beta = in_full(inputs, self.gamma, self.beta)
        y = self._normalized(x, self._axes(tuple(x.shape)), gamma, beta)
        return y.to(getattr(torch, self.compute_dtype))

    def _normalized(self, x: Tensor, axes: list[int], gamma: Tensor | None, beta: Tensor | None) -> Tensor:
        count = len(axes)
        if self.rms_scaling:
            y = x * torch.rsqrt(x.var(axes, correction=0, keepdim=True) + self.epsilon)
            assert gamma is not None
            return y * gamma.reshape([x.shape[axis] if axis in axes else 1 for axis in range(x.dim())])
        if axes == list(range(x.dim() - count, x.dim())):
            return F.layer_norm(x, x.shape[-count:], gamma, beta, self.epsilon)
        ends = list(range(-count, 0))
        moved = x.movedim(axes, ends)
        done = F.layer_norm(moved, moved.shape[-count:], gamma, beta, self.epsilon)
        return done.movedim(ends, axes)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "rms_scaling": self.rms_scaling}

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the input's shape; raises ``ShapeError`` where it lacks an axis or a size."""
        shape = tuple(input_shape)
        self.check_input(TensorSpec(shape, self.dtype))
        for axis in self._axes(shape):
            channels_of(self, shape, axis)
        return shape


class UnitNormalization(Layer):
    """Scales each vector to length 1.

    Input of any shape, output the same: x / sqrt(sum of x squared) along ``axis``.
    Keras: ``keras.layers.UnitNormalization``.

    Args:
        axis: The axis, or axes, along which the length is measured.
    """

    rare: ClassVar[bool] = True
    category: ClassVar[str] = "normalization"
    supports_masking = True

    def __init__(self, axis: UnitAxes = -1, **kwargs: Any) -> None:
        if axis is None:
            raise TypeError(
                "UnitNormalization: axis is an int or a list or tuple of ints. Received: axis=None"
            )
        super().__init__(**kwargs)
        self.axis = axis
        self._build_at_init()

    def _axes(self, shape: Shape) -> list[int]:
        given = self.axis if isinstance(self.axis, (tuple, list)) else (self.axis,)
        return [axis_within(self, axis, shape) for axis in given]

    def call(self, inputs: Tensor) -> Tensor:
        """Return the inputs divided by their length; vectors of zeros stay zeros."""
        squares = inputs.square().sum(self._axes(tuple(inputs.shape)), keepdim=True)
        return inputs * torch.rsqrt(squares.clamp(min=1e-12))

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the input's shape; raises ``ShapeError`` where it lacks an axis."""
        shape = tuple(input_shape)
        self._axes(shape)
        return shape
