"""What normalizations share: a factor and a shift to learn, and the axes along which they work."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor

from engine.errors import ShapeError
from engine.layers.layer import Layer
from engine.layers.variable import Variable
from engine.spec import InputSpec, Shape, shape_text


class _Scaling(Layer):
    """A layer that learns a factor, gamma, and a shift, beta, where it is asked to.

    Args:
        epsilon: A small number that keeps the division from failing.
        center: Whether a learned shift, beta, is added.
        scale: Whether a learned factor, gamma, is applied.
        beta_initializer: How the shift starts.
        gamma_initializer: How the factor starts.
        beta_regularizer: A penalty on a large shift.
        gamma_regularizer: A penalty on a large factor.
        beta_constraint: A rule that the shift is made to obey after each step.
        gamma_constraint: A rule that the factor is made to obey after each step.
    """

    category: ClassVar[str] = "normalization"
    supports_masking = True
    gamma: Variable | None
    beta: Variable | None
    epsilon: float
    center: bool
    scale: bool
    beta_initializer: Any
    gamma_initializer: Any
    beta_regularizer: Any
    gamma_regularizer: Any
    beta_constraint: Any
    gamma_constraint: Any

    def _add_scale(self, sizes: tuple[int, ...], scale: bool, center: bool) -> None:
        """Make gamma where ``scale`` and beta where ``center``, each of shape ``sizes``."""
        self.gamma = self.beta = None
        if scale:
            self.gamma = self.add_weight(
                sizes,
                self.gamma_initializer,
                name="gamma",
                regularizer=self.gamma_regularizer,
                constraint=self.gamma_constraint,
                autocast=False,
            )
        if center:
            self.beta = self.add_weight(
                sizes,
                self.beta_initializer,
                name="beta",
                regularizer=self.beta_regularizer,
                constraint=self.beta_constraint,
                autocast=False,
            )


def axis_within(layer: Layer, axis: int, shape: Shape) -> int:
    """Return ``axis`` counted from the start; raises ``ShapeError`` where ``shape`` has none such."""
    if not -len(shape) <= axis < len(shape):
        raise ShapeError(
            f"Layer '{layer.name}' works along axis {axis}, but its input has {len(shape)} axes. Received: "
            f"shape {shape_text(shape)}.",
            code="rank",
            layer=layer.name,
            expected=axis + 1 if axis >= 0 else -axis,
            got=len(shape),
            shape=shape,
        )
    return axis % len(shape)


def in_full(
    inputs: Tensor, gamma: Tensor | None, beta: Tensor | None
) -> tuple[Tensor, Tensor | None, Tensor | None]:
    """Return inputs and weights in one type, that of the finer, at least float32."""
    kind = torch.promote_types(inputs.dtype, torch.float32)
    for weight in (gamma, beta):
        if weight is not None:
            kind = torch.promote_types(kind, weight.dtype)
    wide = [None if weight is None else weight.to(kind) for weight in (gamma, beta)]
    return inputs.to(kind), wide[0], wide[1]


def spec_for(axis: Any, sizes: tuple[int, ...], shape: Shape) -> InputSpec:
    """Return what is demanded of inputs after building: the sizes of ``axis``, an axis or several."""
    given = sorted(axis, key=lambda one: one % len(shape)) if isinstance(axis, (tuple, list)) else [axis]
    least = max(-one if one < 0 else one + 1 for one in given)
    return InputSpec(min_ndim=least, axes=dict(zip(given, sizes, strict=True)))
