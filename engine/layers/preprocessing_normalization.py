"""Normalization: each feature brought to mean 0 and spread 1, as learned from data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine import config as settings
from engine.errors import EngineError, ParamError, ParamTypeError, ShapeError
from engine.layers.layer import Layer
from engine.layers.preprocessing_values import batches_of
from engine.params import Array, Axes, Flag
from engine.spec import Shape, TensorSpec


class Normalization(Layer):
    """Shifts and scales each feature so that its mean is 0 and its spread 1, as learned from data by adapt().

    Input and output of any shape.  Output is (input - mean) / sqrt(variance), or the way back where
    ``invert``.  Keras: ``keras.layers.Normalization``.

    Args:
        axis: Axis or axes that keep numbers of their own; none shares one mean among all.
        mean: Mean of each feature, where it is known beforehand.
        variance: Variance of each feature, where it is known beforehand.
        invert: Whether to turn normalized numbers back into the original ones.
    """

    category = "preprocessing"
    supports_masking = True

    def __init__(
        self,
        axis: Axes | None = -1,
        mean: Array | None = None,
        variance: Array | None = None,
        invert: Flag = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.axis: tuple[int, ...] = () if axis is None else axis if isinstance(axis, tuple) else (axis,)
        self.invert = invert
        if (mean is None) != (variance is None):
            raise self._bad(
                "When setting values directly, both `mean` and `variance` must be set.",
                mean,
                variance,
            )
        self.input_mean: Any = _numbers("mean", mean)
        self.input_variance: Any = _numbers("variance", variance)
        if mean is not None and np.shape(self.input_mean) != np.shape(self.input_variance):
            raise self._bad("`mean` and `variance` must have the same shape.", mean, variance)
        if mean is not None and np.ndim(self.input_mean) > len(self.axis):
            raise self._bad(
                f"The rank of `mean` is above the number of axes that are normalized, {len(self.axis)}.",
                mean,
                variance,
            )
        self.adapt_mean: Any = None
        self.adapt_variance: Any = None
        self._kept: tuple[int, ...] = ()
        self._shape: Shape | None = None
        self._given: tuple[Tensor, Tensor] | None = None

    @staticmethod
    def _bad(why: str, mean: Any, variance: Any) -> ParamError:
        return ParamError(
            f"Normalization: {why} Received: mean={mean!r}, variance={variance!r}",
            code="param",
            owner="Normalization",
            param="mean" if mean is None else "variance",
            expected="given together with the other, in one shape",
            got=None,
        )

    def _axes(self, shape: Shape) -> tuple[int, ...]:
        rank = len(shape)
        for axis in self.axis:
            if not -rank <= axis < rank:
                raise ShapeError(
                    f"All `axis` values must be in the range [-ndim, ndim): layer '{self.name}' keeps a mean "
                    f"along axis {axis}. Received: an input of {rank} axes, shape {tuple(shape)}.",
                    code="no_axis",
                    layer=self.name,
                    axis=axis,
                    shape=tuple(shape),
                )
            if shape[axis] is None:
                raise ShapeError(
                    f"All `axis` values to be kept must have a known shape: layer '{self.name}' needs to "
                    f"know the size of axis {axis}. Received: shape {tuple(shape)}.",
                    code="unknown_size",
                    layer=self.name,
                    axis=axis,
                    shape=tuple(shape),
                )
        return tuple(sorted(axis % rank for axis in self.axis))

    def check_input(self, *specs: TensorSpec) -> None:
        """Refuse features other than those that the layer was built for."""
        super().check_input(*specs)
        kept = self._axes(specs[0].shape)
        if self.built and self._shape is not None:
            sizes = tuple(specs[0].shape[axis] for axis in kept)
            wanted = tuple(self._shape[axis] for axis in self._kept)
            if sizes != wanted:
                raise ShapeError(
                    f"Layer '{self.name}' was built for features of sizes {wanted}: an incompatible shape. "
                    f"Received: shape {specs[0].shape}.",
                    code="axis",
                    layer=self.name,
                    axis=kept[-1] if kept else -1,
                    expected=wanted,
                    got=sizes,
                    shape=specs[0].shape,
                )

    def build(self, input_shape: Any) -> None:
        """Make room for mean, variance and count, unless mean and variance were given."""
        shape = tuple(input_shape)
        self._kept, self._shape = self._axes(shape), shape
        if self.input_mean is not None:
            pair = self._spread(tuple(shape))
            dtype = getattr(torch, self.compute_dtype)
            self._given = (torch.as_tensor(pair[0], dtype=dtype), torch.as_tensor(pair[1], dtype=dtype))
            return
        sizes = tuple(shape[axis] for axis in self._kept)
        self.adapt_mean = self.add_weight(sizes, "zeros", trainable=False, name="mean")
        self.adapt_variance = self.add_weight(sizes, "ones", trainable=False, name="variance")
        self.count = self.add_weight((), "zeros", dtype="int32", trainable=False, name="count")

    def _spread(self, shape: Shape) -> tuple[Any, Any]:
        """Return given mean and variance for every kept place, those left out from the right."""
        kept = self._axes(shape)
        sizes: Any = tuple(shape[axis] for axis in kept)
        whole: Any = tuple(size if axis in kept else 1 for axis, size in enumerate(shape))
        try:
            pair = [
                np.broadcast_to(np.asarray(value, dtype="float64"), sizes).reshape(whole)
                for value in (self.input_mean, self.input_variance)
            ]
        except ValueError:
            raise ShapeError(
                f"Layer '{self.name}' was given a mean and variance that do not fit features of "
                f"sizes {sizes}.",
                code="merge_shapes",
                layer=self.name,
                shapes=(sizes, np.shape(self.input_mean)),
            ) from None
        return pair[0].copy(), pair[1].copy()

    def _in_place(self, weight: Any) -> Any:
        """Return learned numbers in the shape that fits the inputs."""
        assert self._shape is not None
        sizes = [size if axis in self._kept else 1 for axis, size in enumerate(self._shape)]
        return weight.detach().reshape(sizes).to(getattr(torch, self.compute_dtype))

    @property
    def mean(self) -> Tensor | None:
        """The means in the shape that fits the inputs; ``None`` before the layer is built."""
        if self._given is not None:
            return self._given[0]
        return None if self.adapt_mean is None else self._in_place(self.adapt_mean)

    @property
    def variance(self) -> Tensor | None:
        """The variances in the shape that fits the inputs; ``None`` before the layer is built."""
        if self._given is not None:
            return self._given[1]
        return None if self.adapt_variance is None else self._in_place(self.adapt_variance)

    @torch.no_grad()
    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learn mean and variance from ``data`` (rows first), forgetting what was learned before.

        ``data`` is an array, a tensor, or batches: a ``DataLoader``, a generator, a list of arrays, of which
        ``steps`` are read.  Raises ``ParamTypeError`` for other things and ``EngineError`` where mean and
        variance were given.
        """
        if self.input_mean is not None:
            raise EngineError(
                f"Layer '{self.name}' was given its mean and variance: there is nothing to learn.",
                code="adapt",
            )
        mean: Any = 0.0
        variance: Any = 0.0
        total = 0
        for batch in self._arrays(data, steps):
            self.check_input(TensorSpec(tuple(batch.shape)))
            if not self.built:
                self.ensure_built(tuple(batch.shape))
            others = tuple(axis for axis in range(batch.ndim) if axis not in self._kept)
            count = int(np.prod([batch.shape[axis] for axis in others])) if others else 1
            here = batch.mean(axis=others, dtype="float64") if others else batch.astype("float64")
            spread = batch.var(axis=others, dtype="float64") if others else np.zeros(batch.shape)
            total += count
            share = count / total
            both = mean * (1 - share) + here * share
            # The spread of both parts about the common mean: the rule for pooled variances.
            variance = (variance + (mean - both) ** 2) * (1 - share) + (spread + (here - both) ** 2) * share
            mean = both
        if not total:
            raise EngineError(
                "adapt() received an empty iterable: there is nothing to take a mean of. Expected: one batch "
                "or more, as in layer.adapt([x]).",
                code="param",
            )
        self.adapt_mean.assign(mean)
        self.adapt_variance.assign(variance)

    def _arrays(self, data: Any, steps: int | None) -> Iterator[Any]:
        if isinstance(data, Tensor) or hasattr(data, "__array__"):
            yield _array(data)
            return
        sequence = hasattr(data, "__getitem__") and hasattr(data, "__len__")
        if not sequence and not hasattr(data, "__iter__"):
            raise ParamTypeError(
                f"Unsupported data type: {type(data)}. `adapt` takes arrays, tensors and iterables of "
                f"batches (a DataLoader, a generator, a list of arrays). Received: {data!r}",
                code="param",
            )
        rows = (data[number] for number in range(len(data))) if sequence else data
        for batch in batches_of(rows, steps):
            if not hasattr(batch, "shape"):
                raise ParamTypeError(
                    "adapt() learns from an array, or from batches with a `.shape` attribute, like tensors. "
                    f"Received: a batch of type {type(batch).__name__}, {batch!r}",
                    code="param",
                )
            yield _array(batch)

    def call(self, inputs: Any) -> Tensor:
        """Return (inputs - mean) / sqrt(variance), or the way back where ``invert``."""
        if not isinstance(inputs, Tensor):
            inputs = torch.as_tensor(np.asarray(inputs))
        mean, variance = self.mean, self.variance
        if mean is None or variance is None:
            raise EngineError(
                f"Layer '{self.name}' has no mean and variance yet: give them, call adapt(), or build it.",
                code="param",
            )
        inputs = inputs.to(getattr(torch, self.compute_dtype))
        mean, variance = mean.to(inputs.device), variance.to(inputs.device)
        spread = variance.sqrt().clamp_min(settings.epsilon())
        made: Tensor = mean + inputs * spread if self.invert else (inputs - mean) / spread
        return made

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the input's shape."""
        shape = tuple(input_shape)
        self.check_input(TensorSpec(shape))
        if self.input_mean is not None:
            self._spread(shape)
        return shape

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; what was learned is weights."""
        return super().get_config() | {"mean": self.input_mean, "variance": self.input_variance}


def _array(data: Any) -> Any:
    tensor = isinstance(data, Tensor)
    return data.detach().cpu().numpy() if tensor else np.asarray(data)


def _numbers(param: str, value: Any) -> Any:
    if value is None:
        return None
    try:
        array = np.asarray(value, dtype="float64")
    except (TypeError, ValueError):
        array = np.asarray(np.nan)
    if not np.isfinite(array).all():
        raise ParamError(
            f"Normalization: {param} is a number or a list of numbers. Received: {param}={value!r}",
            code="param",
            owner="Normalization",
            param=param,
            expected="a number or a list of numbers",
            got=value,
        )
    return float(array) if array.ndim == 0 else array.tolist()
