"""Normalization within each sample: over groups of channels, or by the mean square alone."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.errors import ParamError, ShapeError
from engine.layers.convolution_shapes import channels_of
from engine.layers.layer import Layer
from engine.layers.normalization_base import _Scaling, axis_within, in_full, spec_for
from engine.layers.variable import Variable
from engine.params import Axes, Constraint, Flag, Initializer, Integer, Kind, PositiveReal, Regularizer
from engine.spec import InputSpec, Shape, TensorSpec

_RULE = "Received an invalid value for argument `groups`: it is a positive integer, or -1 for each channel."
Groups = Annotated[int, Kind("int", minimum=-1, rule=_RULE)]


class GroupNormalization(_Scaling):
    """Brings groups of channels of each sample to mean 0 and spread 1, then scales and shifts each channel.

    Works the same for large and small batches.  Input of any shape, output the same; with as many groups as
    channels each channel counts alone (instance normalization).  Wu and He 2018,
    https://arxiv.org/abs/1803.08494.  Keras: ``keras.layers.GroupNormalization``.

    Args:
        groups: How many groups the channels form; -1 makes each channel its own group.
        axis: The axis of the channels.
    """

    rare: ClassVar[bool] = True
    groups: int
    axis: int

    def __init__(
        self,
        groups: Groups = 32,
        axis: Integer = -1,
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
        if groups == 0:
            raise ParamError(
                f"GroupNormalization: {_RULE} Received: groups=0",
                code="param",
                owner="GroupNormalization",
                param="groups",
                got=0,
            )
        super().__init__(**kwargs)
        self.autocast = False  # half precision would overflow before the division
        self._take(locals())

    def build(self, input_shape: Any) -> None:
        """Make gamma and beta, a number of each per channel; raises ``ShapeError`` for groups that misfit."""
        shape = self.compute_output_shape(input_shape)
        size = channels_of(self, shape, self.axis)
        if self.groups == -1:
            self.groups = size
        self.input_spec = InputSpec(ndim=len(shape), axes={self.axis: size})
        self._add_scale((size,), self.scale, self.center)

    def call(self, inputs: Tensor) -> Tensor:
        """Return the inputs normalized."""
        x, gamma, beta = in_full(inputs, self.gamma, self.beta)
        moved = x.movedim(self.axis, 1)
        if not x.requires_grad and torch.is_grad_enabled():
            # torch 2.13 reads wild memory in the gradient of gamma where the input is laid out with its
            # channels last and needs no gradient itself
            moved = moved.contiguous()
        if (gamma is None) == (beta is None):
            made = F.group_norm(moved, self.groups, gamma, beta, self.epsilon)
        else:  # torch's gradient fails where only one is there
            made = F.group_norm(moved, self.groups, eps=self.epsilon)
            each = (-1, *(1,) * (moved.dim() - 2))
            made = made if gamma is None else made * gamma.reshape(each)
            made = made if beta is None else made + beta.reshape(each)
        return made.movedim(1, self.axis).to(getattr(torch, self.compute_dtype))

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the input's shape; raises ``ShapeError`` where axis, size or groups do not fit."""
        shape = tuple(input_shape)
        self.check_input(TensorSpec(shape, self.dtype))
        if axis_within(self, self.axis, shape) == 0:
            raise ShapeError(
                f"Layer '{self.name}' normalizes within each sample, so its channels cannot lie on the batch "
                f"axis. Received: shape {shape} with axis {self.axis}.",
                code="rank",
                layer=self.name,
                expected=2,
                got=len(shape),
                shape=shape,
            )
        if shape[self.axis] is None:
            raise ShapeError(
                f"Layer '{self.name}': Axis {self.axis} of input tensor should have a defined dimension but "
                f"the layer received an input with shape {shape}. Give that size in the input's shape.",
                code="unknown_size",
                layer=self.name,
                axis=self.axis,
                shape=shape,
            )
        size = channels_of(self, shape, self.axis)
        groups = size if self.groups == -1 else self.groups
        if groups > size or size % groups:
            raise ShapeError(
                f"Layer '{self.name}': {_groups_text(groups, size)} Set groups to a divisor of {size}, or "
                "to -1.",
                code="groups",
                layer=self.name,
                expected=groups,
                got=size,
                shape=shape,
            )
        return shape


def _groups_text(groups: int, channels: int) -> str:
    if groups > channels:
        return f"Number of groups ({groups}) cannot be more than the number of channels ({channels})."
    return (
        f"Number of groups ({groups}) must be a multiple of the number of channels ({channels}), or rather "
        "the other way round."
    )


class RMSNormalization(Layer):
    """Divides the numbers of each sample by the root of their mean square, then scales them.

    Layer normalization without the mean, which large language models use.  Input of any shape, output the
    same: x / sqrt(mean of x squared + epsilon) * scale along ``axis``.  Zhang and Sennrich 2019,
    https://arxiv.org/abs/1910.07467.  Keras: ``keras.layers.RMSNormalization``.

    Args:
        axis: The axis, or axes, along which the mean is taken.
        epsilon: A small number that keeps the division from failing.
    """

    rare: ClassVar[bool] = True
    category: ClassVar[str] = "normalization"
    scale: Variable

    def __init__(self, axis: Axes = -1, epsilon: PositiveReal = 1e-6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis
        self.epsilon = epsilon

    def _axes(self, shape: Shape) -> list[int]:
        given = self.axis if isinstance(self.axis, (tuple, list)) else (self.axis,)
        return sorted(axis_within(self, axis, shape) for axis in given)

    def build(self, input_shape: Any) -> None:
        """Make ``scale`` with the sizes of the axes; raises ``ShapeError`` where one is unknown."""
        shape = self.compute_output_shape(input_shape)
        axes = self._axes(shape)
        sizes = tuple(channels_of(self, shape, axis) for axis in axes)
        self.input_spec = spec_for(self.axis, sizes, shape)
        self.scale = self.add_weight(sizes, "ones", name="scale")

    def call(self, inputs: Tensor) -> Tensor:
        """Return the inputs normalized."""
        if not inputs.is_floating_point():
            inputs = inputs.to(getattr(torch, self.compute_dtype))
        axes = self._axes(tuple(inputs.shape))
        count = len(axes)
        ends = list(range(-count, 0))
        if axes == [inputs.dim() + end for end in ends]:
            return F.rms_norm(inputs, inputs.shape[-count:], self.scale, self.epsilon)
        moved = inputs.movedim(axes, ends)
        return F.rms_norm(moved, moved.shape[-count:], self.scale, self.epsilon).movedim(ends, axes)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the input's shape; raises ``ShapeError`` where it lacks an axis or a size."""
        shape = tuple(input_shape)
        self.check_input(TensorSpec(shape, self.dtype))
        for axis in self._axes(shape):
            channels_of(self, shape, axis)
        return shape
