"""Batch normalization: centre and scale by the statistics of the batch, and remember them."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.errors import ParamError, ShapeError
from engine.layers.convolution_shapes import channels_of
from engine.layers.normalization_base import _Scaling, axis_within
from engine.layers.normalization_renorm import checked_clipping, corrections
from engine.layers.variable import Variable
from engine.params import Anything, Constraint, Flag, Initializer, Integer, PositiveReal, Rate, Regularizer
from engine.spec import InputSpec, Shape, TensorSpec, shape_text


class BatchNormalization(_Scaling):
    """Brings each channel to mean 0 and spread 1 over the batch, then scales and shifts it.

    The factor and the shift are learned, so that the layer can undo what it does where that helps.

    Input of any shape, output the same.  In training the statistics of the batch count and moving averages of
    them are kept; otherwise, and where the layer is frozen, those averages count:
    (x - mean) / sqrt(variance + epsilon) * gamma + beta (Ioffe and Szegedy 2015).
    Keras: ``keras.layers.BatchNormalization``.

    Args:
        axis: The axis of the channels, each of which has statistics of its own.
        momentum: How much of the old moving average stays at each step.
        moving_mean_initializer: How the moving mean starts.
        moving_variance_initializer: How the moving variance starts.
        renorm: Whether batches are brought to the statistics of all batches so far (Ioffe 2017).
        renorm_clipping: Bounds of that correction: a dict with "rmax", "rmin" and "dmax", or some of them.
        renorm_momentum: How much of the old statistics so far stays at each step.
        synchronized: Whether several devices share statistics; on torch, as in Keras, only False will do.
    """

    axis: int
    momentum: float
    moving_mean_initializer: Any
    moving_variance_initializer: Any
    renorm: bool
    renorm_momentum: float
    moving_mean: Variable
    moving_variance: Variable
    moving_stddev: Variable
    renorm_mean: Variable
    renorm_stddev: Variable

    def __init__(
        self,
        axis: Integer = -1,
        momentum: Rate = 0.99,
        epsilon: PositiveReal = 1e-3,
        center: Flag = True,
        scale: Flag = True,
        beta_initializer: Initializer = "zeros",
        gamma_initializer: Initializer = "ones",
        moving_mean_initializer: Initializer = "zeros",
        moving_variance_initializer: Initializer = "ones",
        beta_regularizer: Regularizer = None,
        gamma_regularizer: Regularizer = None,
        beta_constraint: Constraint = None,
        gamma_constraint: Constraint = None,
        renorm: Flag = False,
        renorm_clipping: Anything = None,
        renorm_momentum: Rate = 0.99,
        synchronized: Flag = False,
        **kwargs: Any,
    ) -> None:
        if synchronized:
            raise ParamError(
                "BatchNormalization: synchronized=True is only supported with other backends; on torch it is "
                "False. Received: synchronized=True",
                code="param",
                owner="BatchNormalization",
                param="synchronized",
                got=True,
            )
        super().__init__(**kwargs)
        self._take(locals())
        self.renorm_clipping = checked_clipping(renorm_clipping) if renorm else renorm_clipping

    def build(self, input_shape: Any) -> None:
        """Make gamma, beta and the moving averages, one number of each per channel; raises ``ShapeError``."""
        shape = self.compute_output_shape(input_shape)
        size = (channels_of(self, shape, axis_within(self, self.axis, shape)),)
        self.input_spec = InputSpec(ndim=len(shape), axes={self.axis: size[0]})
        self._add_scale(size, self.scale, self.center)
        starts: dict[str, Any] = {
            "moving_mean": self.moving_mean_initializer,
            "moving_variance": self.moving_variance_initializer,
        }
        if self.renorm:

            def deviation(shape: Any, dtype: Any = None) -> Tensor:
                return torch.as_tensor(self.moving_variance_initializer(shape, dtype=dtype)).sqrt()

            starts |= {
                "moving_stddev": deviation,
                "renorm_mean": self.moving_mean_initializer,
                "renorm_stddev": deviation,
            }
        for name, start in starts.items():
            setattr(self, name, self.add_weight(size, start, trainable=False, name=name, autocast=False))

    def call(self, inputs: Tensor, training: bool | None = None, mask: Tensor | None = None) -> Tensor:
        """Return the inputs normalized; places where ``mask`` is False do not count in the statistics.

        Raises ``ShapeError`` for a mask that has not one axis less than the inputs.
        """
        if mask is not None and mask.dim() != inputs.dim() - 1:
            raise ShapeError(
                f"Layer '{self.name}': A mask has all axes of the inputs but the last. "
                f"Received: mask.shape={tuple(mask.shape)}, inputs.shape={tuple(inputs.shape)}",
                code="mask",
                layer=self.name,
                expected=inputs.dim() - 1,
                got=mask.dim(),
            )
        axis = axis_within(self, self.axis, tuple(inputs.shape))
        kind = getattr(torch, self.compute_dtype)
        x = inputs if inputs.dtype is self.moving_mean.dtype else inputs.to(self.moving_mean.dtype)
        if axis == 1 and x.dim() != 3:
            y = self._normalized(x, training, None if mask is None else mask.unsqueeze(-1).expand(x.shape))
        else:
            # torch knows channels on axis 1; in this view, rows of channels, it reads the memory as it lies.
            last = x.movedim(axis, -1)
            rows = last.reshape(1, -1, 1, last.shape[-1]).permute(0, 3, 1, 2)
            if mask is not None:
                mask = mask.unsqueeze(-1).expand(x.shape).movedim(axis, -1)
                mask = mask.reshape(1, -1, 1, last.shape[-1]).permute(0, 3, 1, 2)
            y = self._normalized(rows, training, mask)
            y = y.permute(0, 2, 3, 1).reshape(last.shape).movedim(-1, axis)
        return y if y.dtype is kind else y.to(kind)

    def _normalized(self, x: Tensor, training: bool | None, mask: Tensor | None) -> Tensor:
        mean, variance = self.moving_mean, self.moving_variance
        if not (training and self.trainable):
            return F.batch_norm(x, mean, variance, self.gamma, self.beta, False, 0.0, self.epsilon)
        if mask is not None or self.renorm:
            return self._by_hand(x, mask)
        y, batch_mean, inverse = torch.native_batch_norm(
            x, self.gamma, self.beta, None, None, True, 0.0, self.epsilon
        )
        with torch.no_grad():
            # torch would keep the variance over n - 1; Keras keeps it over n, as the batch was scaled by.
            spread = (inverse.double().pow(-2) - self.epsilon).clamp_(min=0).to(variance.dtype)
            mean.lerp_(batch_mean.to(mean.dtype), 1.0 - self.momentum)
            variance.lerp_(spread, 1.0 - self.momentum)
        return y

    def _by_hand(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Return ``x``, channels on axis 1, normalized by the statistics of what ``mask`` counts."""
        axes = [index for index in range(x.dim()) if index != 1]
        each = (1, -1, *(1,) * (x.dim() - 2))
        if mask is None:
            variance, mean = torch.var_mean(x, axes, correction=0)
            inner = x - mean.reshape(each)
        else:
            counts = mask.to(torch.bool)
            total = counts.sum(axes).to(x.dtype) + 1e-7
            mean = torch.where(counts, x, 0.0).sum(axes) / total
            inner = x - mean.reshape(each)
            variance = torch.where(counts, inner, 0.0).square().sum(axes) / total
        gamma: Tensor | None = self.gamma
        beta: Tensor | None = self.beta
        if self.renorm:
            gamma, beta = self._renormed(mean, variance)
        else:
            with torch.no_grad():
                self.moving_mean.lerp_(mean, 1.0 - self.momentum)
                self.moving_variance.lerp_(variance, 1.0 - self.momentum)
        factor = torch.rsqrt(variance + self.epsilon)
        y = inner * (factor if gamma is None else factor * gamma).reshape(each)
        return y if beta is None else y + beta.reshape(each)

    @torch.no_grad()
    def _move_statistics(self, mean: Tensor, spread: Tensor) -> None:
        """Move the statistics of all batches towards those of this one."""
        self.renorm_mean.lerp_(mean, 1.0 - self.renorm_momentum)
        self.renorm_stddev.lerp_(spread, 1.0 - self.renorm_momentum)
        self.moving_mean.lerp_(mean, 1.0 - self.momentum)
        self.moving_stddev.lerp_(spread, 1.0 - self.momentum)
        self.moving_variance.copy_((self.moving_stddev.square() - self.epsilon).relu())

    def _renormed(self, mean: Tensor, variance: Tensor) -> tuple[Tensor, Tensor]:
        """Return factor and shift in place of gamma and beta, which hold the correction to batches so far."""
        spread = (variance.detach() + self.epsilon).sqrt()
        so_far = (self.renorm_mean, self.renorm_stddev)
        factor, shift = corrections(mean.detach(), spread, so_far, self.renorm_clipping, self.epsilon)
        self._move_statistics(mean.detach(), spread)
        if self.gamma is not None:
            factor, shift = factor * self.gamma, shift * self.gamma
        return factor, shift if self.beta is None else shift + self.beta

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the input's shape; raises ``ShapeError`` where it lacks the axis."""
        shape = tuple(input_shape)
        self.check_input(TensorSpec(shape, self.dtype))
        if len(shape) < 2:
            raise ShapeError(
                f"Layer '{self.name}' expected an input with at least 2 axes (the batch axis among them). "
                f"Received: {len(shape)} axes, shape {shape_text(shape)}.",
                code="min_rank",
                layer=self.name,
                expected=2,
                got=len(shape),
                shape=shape,
            )
        channels_of(self, shape, axis_within(self, self.axis, shape))
        return shape
