"""Layers that bring data into the range that networks like."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine import config as settings
from engine.errors import EngineError, ParamError, ShapeError
from engine.layers.layer import Layer
from engine.params import Array, Axes, Flag
from engine.spec import Shape, TensorSpec


def _numbers(owner: str, param: str, value: Any) -> Any:
    try:
        array = np.asarray(value, dtype="float64")
    except (TypeError, ValueError):
        array = np.asarray(np.nan)
    if not np.isfinite(array).all():
        raise ParamError(
            f"{owner}: {param} is a number or a list of numbers. Received: {param}={value!r}",
            code="param",
            owner=owner,
            param=param,
            expected="a number or a list of numbers",
            got=value,
        )
    return float(array) if array.ndim == 0 else array.tolist()


class Normalization(Layer):
    """Shifts and scales each feature so that its mean is 0 and its spread 1, as learned from data by adapt().

    Args:
        axis: Axis or axes that keep numbers of their own; none shares one mean among all.
        mean: Mean of each feature, where it is known beforehand.
        variance: Variance of each feature, where it is known beforehand.
        invert: Whether to turn normalized numbers back into the original ones.
    """

    category = "preprocessing"

    def __init__(
        self,
        axis: Axes | None = -1,
        mean: Array | None = None,
        variance: Array | None = None,
        invert: Flag = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if (mean is None) != (variance is None):
            raise ParamError(
                "Normalization: mean and variance are given together or not at all. Received: "
                f"mean={mean!r}, variance={variance!r}",
                code="param",
                owner="Normalization",
                param="mean" if mean is None else "variance",
                expected="given together with the other",
                got=None,
            )
        self.axis = axis
        self.mean = mean if mean is None else _numbers("Normalization", "mean", mean)
        self.variance = variance if variance is None else _numbers("Normalization", "variance", variance)
        self.invert = invert
        self.adapt_mean: Any = None
        self.adapt_variance: Any = None
        self._kept: tuple[int, ...] = ()
        self._given: tuple[Any, Any] | None = None

    def _axes(self, shape: Shape) -> tuple[int, ...]:
        if self.axis is None:
            return ()
        rank = len(shape)
        listed = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        for axis in listed:
            if not -rank <= axis < rank or axis % rank == 0:
                raise ShapeError(
                    f"Layer '{self.name}' keeps a mean along axis {axis}, which a sample does not have. "
                    f"Received: shape {tuple(shape)}.",
                    code="no_axis",
                    layer=self.name,
                    axis=axis,
                    shape=tuple(shape),
                )
            if shape[axis] is None:
                raise ShapeError(
                    f"Layer '{self.name}' needs to know the size of axis {axis}. "
                    f"Received: shape {tuple(shape)}.",
                    code="unknown_size",
                    layer=self.name,
                    axis=axis,
                    shape=tuple(shape),
                )
        return tuple(sorted(axis % rank for axis in listed))

    def check_input(self, *specs: TensorSpec) -> None:
        """Refuse features other than those that the layer has learned."""
        super().check_input(*specs)
        kept = self._axes(specs[0].shape)
        if self.built and self.adapt_mean is not None:
            sizes = tuple(specs[0].shape[axis] for axis in kept)
            if sizes != tuple(self.adapt_mean.shape):
                raise ShapeError(
                    f"Layer '{self.name}' has learned features of sizes {tuple(self.adapt_mean.shape)}. "
                    f"Received: shape {specs[0].shape}.",
                    code="axis",
                    layer=self.name,
                    axis=kept[-1] if kept else -1,
                    expected=tuple(self.adapt_mean.shape),
                    got=sizes,
                    shape=specs[0].shape,
                )

    def build(self, input_shape: Shape) -> None:
        """Make room for mean, variance and count, unless mean and variance were given."""
        self._kept = self._axes(tuple(input_shape))
        sizes = tuple(input_shape[axis] for axis in self._kept)
        if self.mean is not None:
            self._spread(sizes)
            return
        self.adapt_mean = self.add_weight(sizes, "zeros", trainable=False, name="mean")
        self.adapt_variance = self.add_weight(sizes, "ones", trainable=False, name="variance")
        self.count = self.add_weight((), "zeros", dtype="int64", trainable=False, name="count")

    def _spread(self, sizes: Any) -> tuple[Any, Any]:
        """Return given mean and variance in the shape of the kept axes."""
        try:
            return (
                np.broadcast_to(np.asarray(self.mean, dtype="float64"), sizes),
                np.broadcast_to(np.asarray(self.variance, dtype="float64"), sizes),
            )
        except ValueError:
            raise ShapeError(
                f"Layer '{self.name}' was given a mean and variance that do not fit features of "
                f"sizes {sizes}.",
                code="merge_shapes",
                layer=self.name,
                shapes=(sizes, np.shape(np.asarray(self.mean))),
            ) from None

    @torch.no_grad()
    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learn mean and variance from ``data`` (rows first), forgetting what was learned before."""
        if self.mean is not None:
            raise EngineError(
                f"Layer '{self.name}' was given its mean and variance: there is nothing to learn.",
                code="adapt",
            )
        array = data.detach().cpu().numpy() if isinstance(data, Tensor) else np.asarray(data)
        array = array[:, None] if array.ndim == 1 else array
        shape = (None, *array.shape[1:])
        self.check_input(TensorSpec(shape))
        self.ensure_built(shape)
        others = tuple(axis for axis in range(array.ndim) if axis not in self._kept)
        self.adapt_mean.assign(array.mean(axis=others, dtype="float64"))
        self.adapt_variance.assign(array.var(axis=others, dtype="float64"))

    def call(self, inputs: Tensor) -> Tensor:
        """Return (inputs - mean) / sqrt(variance), or the way back where ``invert``."""
        inputs = inputs.to(getattr(torch, self.dtype))
        sizes = [size if axis in self._kept else 1 for axis, size in enumerate(inputs.shape)]
        if self.mean is not None:
            pair = self._spread(tuple(inputs.shape[axis] for axis in self._kept))
            mean, variance = (
                torch.as_tensor(part.copy(), dtype=inputs.dtype, device=inputs.device) for part in pair
            )
        else:
            mean, variance = self.adapt_mean, self.adapt_variance
        mean, spread = mean.reshape(sizes), variance.reshape(sizes).sqrt().clamp_min(settings.epsilon())
        return mean + inputs * spread if self.invert else (inputs - mean) / spread

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        self.check_input(TensorSpec(tuple(input_shape)))
        kept = self._axes(tuple(input_shape))
        if self.mean is not None:
            self._spread(tuple(input_shape[axis] for axis in kept))
        return tuple(input_shape)
