"""Initial values of weights: objects called with a shape.  Keras: https://keras.io/api/layers/initializers/.

With a seed, and without one after ``set_random_seed``, the numbers are those of Keras on torch.  An
initializer returns the same numbers every time it is called with the same shape.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine import random
from engine.errors import ParamError, ShapeError, did_you_mean
from engine.initializer import FAMILY as FAMILY
from engine.initializer import Initializer as Initializer
from engine.initializers_stft import STFT as STFT
from engine.params import Real

_STDDEV_OF_TRUNCATED = 0.87962566103423978  # deviation of a unit normal cut at ±2; divided out to restore it


class Zeros(Initializer):
    """All zeros."""

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        return torch.zeros(shape, dtype=random.torch_dtype(dtype))


class Ones(Initializer):
    """All ones."""

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        return torch.ones(shape, dtype=random.torch_dtype(dtype))


class Constant(Initializer):
    """One value everywhere; a nested list or array is spread over the shape."""

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        kind = random.torch_dtype(dtype)
        return torch.as_tensor(self.value, dtype=kind) * torch.ones(shape, dtype=kind)

    def get_config(self) -> dict[str, Any]:
        value = self.value
        return {"value": value.tolist() if hasattr(value, "tolist") else value}


class Identity(Initializer):
    """``gain`` on the diagonal of a matrix, zeros elsewhere."""

    def __init__(self, gain: Real = 1.0) -> None:
        self.gain = gain

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        if len(shape) != 2:
            raise ShapeError(
                f"Identity fills matrices: expected a shape with 2 axes. Received: shape={tuple(shape)}",
                code="rank",
                expected=2,
                got=len(shape),
            )
        return self.gain * torch.eye(*shape, dtype=random.torch_dtype(dtype))

    def get_config(self) -> dict[str, Any]:
        return {"gain": self.gain}


class RandomInitializer(Initializer):
    """Base of the random ones: keeps the seed that was given and draws one where there was none."""

    def __init__(self, seed: Any = None) -> None:
        self._given = seed
        if seed is None:
            seed = random.make_default_seed()
        elif isinstance(seed, Mapping):
            seed = random.SeedGenerator.from_config(seed["config"])
        elif isinstance(seed, bool) or not isinstance(seed, (int, random.SeedGenerator)):
            raise ParamError(
                f"{type(self).__name__}: seed is a whole number, a SeedGenerator or None. Received: {seed!r}",
                code="param",
                param="seed",
                got=seed,
            )
        self.seed: int | random.SeedGenerator = seed

    def get_config(self) -> dict[str, Any]:
        seed = self._given
        if isinstance(seed, random.SeedGenerator):
            seed = {
                "module": "keras.random",
                "class_name": "SeedGenerator",
                "config": seed.get_config(),
                "registered_name": None,
            }
        return {"seed": seed}


class RandomNormal(RandomInitializer):
    """Normal numbers with mean ``mean`` and standard deviation ``stddev``."""

    def __init__(self, mean: Real = 0.0, stddev: Real = 0.05, seed: Any = None) -> None:
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed)

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        return random.normal(shape, self.mean, self.stddev, dtype, self.seed)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class TruncatedNormal(RandomNormal):
    """Normal numbers, none further than two deviations from ``mean``."""

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        return random.truncated_normal(shape, self.mean, self.stddev, dtype, self.seed)


class RandomUniform(RandomInitializer):
    """Numbers spread evenly from ``minval`` to below ``maxval``."""

    def __init__(self, minval: Real = -0.05, maxval: Real = 0.05, seed: Any = None) -> None:
        self.minval = minval
        self.maxval = maxval
        super().__init__(seed)

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        return random.uniform(shape, self.minval, self.maxval, dtype, self.seed)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "minval": self.minval, "maxval": self.maxval}


def compute_fans(
    shape: Sequence[int], input_axes: Sequence[int] | None = None, output_axes: Sequence[int] | None = None
) -> tuple[int, int]:
    """Return how many inputs and outputs a weight connects; kernels are (..., inputs, outputs)."""
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[axis] for axis in input_axes), math.prod(shape[axis] for axis in output_axes)
    if len(shape) == 0:
        return 1, 1
    if len(shape) == 1:
        return int(shape[0]), int(shape[0])
    field = math.prod(shape[:-2])
    return int(shape[-2]) * field, int(shape[-1]) * field


class VarianceScaling(RandomInitializer):
    """Random numbers whose variance is ``scale`` over the number of connections that ``mode`` counts."""

    def __init__(
        self,
        scale: Real = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: Any = None,
        output_axes: Any = None,
    ) -> None:
        distribution = distribution.lower()
        distribution = "truncated_normal" if distribution == "normal" else distribution
        self._check("scale", "must be positive float", scale, scale > 0)
        modes = ("fan_in", "fan_out", "fan_avg")
        self._check("mode", f"is one of {', '.join(modes)}", mode, mode in modes)
        known = ("uniform", "truncated_normal", "untruncated_normal")
        self._check("distribution", f"is one of {', '.join(known)}", distribution, distribution in known)
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.input_axes = input_axes
        self.output_axes = output_axes
        super().__init__(seed)

    @staticmethod
    def _check(param: str, expected: str, got: Any, good: bool) -> None:
        if not good:
            raise ParamError(
                f"{'Argument' if param == 'scale' else 'Invalid'} "
                f"`{param}`{' argument: it' if param != 'scale' else ''} "
                f"{expected}. Received: {param}={got!r}",
                code="param",
                param=param,
                expected=expected,
                got=got,
            )

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}[self.mode]
        variance = self.scale / max(1.0, fan)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            return random.uniform(shape, -limit, limit, dtype, self.seed)
        if self.distribution == "untruncated_normal":
            return random.normal(shape, 0.0, math.sqrt(variance), dtype, self.seed)
        return random.truncated_normal(
            shape, 0.0, math.sqrt(variance) / _STDDEV_OF_TRUNCATED, dtype, self.seed
        )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


class _NamedScaling(VarianceScaling):
    """A variance scaling whose rule is fixed by its name."""

    _rule: tuple[float, str, str]

    def __init__(self, seed: Any = None, input_axes: Any = None, output_axes: Any = None) -> None:
        super().__init__(*self._rule, seed=seed, input_axes=input_axes, output_axes=output_axes)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return {name: config[name] for name in ("seed", "input_axes", "output_axes")}


class GlorotUniform(_NamedScaling):
    """Even numbers between ±sqrt(6 / (inputs + outputs)) (Glorot & Bengio 2010)."""

    _rule = (1.0, "fan_avg", "uniform")


class GlorotNormal(_NamedScaling):
    """Truncated normal numbers of variance 2 / (inputs + outputs) (Glorot & Bengio 2010)."""

    _rule = (1.0, "fan_avg", "truncated_normal")


class LecunNormal(_NamedScaling):
    """Truncated normal numbers of variance 1 / inputs (LeCun et al. 1998)."""

    _rule = (1.0, "fan_in", "truncated_normal")


class LecunUniform(_NamedScaling):
    """Even numbers between ±sqrt(3 / inputs) (LeCun et al. 1998)."""

    _rule = (1.0, "fan_in", "uniform")


class HeNormal(_NamedScaling):
    """Truncated normal numbers of variance 2 / inputs (He et al. 2015)."""

    _rule = (2.0, "fan_in", "truncated_normal")


class HeUniform(_NamedScaling):
    """Even numbers between ±sqrt(6 / inputs) (He et al. 2015)."""

    _rule = (2.0, "fan_in", "uniform")


class Orthogonal(RandomInitializer):
    """``gain`` times a random orthogonal matrix; more axes are folded into the first (Saxe et al. 2014)."""

    def __init__(self, gain: Real = 1.0, seed: Any = None) -> None:
        self.gain = gain
        super().__init__(seed)

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        if len(shape) < 2:
            raise ShapeError(
                f"Orthogonal needs at least 2 axes. Received: shape={tuple(shape)}",
                code="min_rank",
                expected=2,
                got=len(shape),
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        drawn = random.normal((max(rows, columns), min(rows, columns)), dtype=dtype, seed=self.seed)
        half = drawn.dtype in (torch.float16, torch.bfloat16)  # torch decomposes no matrix of half precision
        q, r = torch.linalg.qr(drawn.float() if half else drawn)
        q = q * torch.sign(torch.diagonal(r))  # makes the decomposition unique, hence the draw uniform
        matrix: Tensor = (q.T if rows < columns else q).to(drawn.dtype)
        return self.gain * matrix.reshape(tuple(shape))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "gain": self.gain}


FAMILY.add(Zeros, Ones, Constant, Identity, RandomNormal, TruncatedNormal, RandomUniform, VarianceScaling)
FAMILY.add(GlorotUniform, GlorotNormal, LecunNormal, LecunUniform, HeNormal, HeUniform, Orthogonal)
FAMILY.add(STFT)
FAMILY.add(stft=STFT, STFTInitializer=STFT, IdentityInitializer=Identity, OrthogonalInitializer=Orthogonal)
FAMILY.add(zeros=Zeros, ones=Ones, constant=Constant, identity=Identity, orthogonal=Orthogonal)
FAMILY.add(random_normal=RandomNormal, truncated_normal=TruncatedNormal, random_uniform=RandomUniform)
FAMILY.add(variance_scaling=VarianceScaling, glorot_uniform=GlorotUniform, glorot_normal=GlorotNormal)
FAMILY.add(lecun_uniform=LecunUniform, lecun_normal=LecunNormal, he_uniform=HeUniform, he_normal=HeNormal)
FAMILY.add(normal=RandomNormal, uniform=RandomUniform, one=Ones, zero=Zeros)


def get(identifier: Any) -> Any:
    """Return the initializer for a name, a config, a class, a function, or the tensor or array itself.

    ``None`` stays ``None``.  Raises ``EngineError`` for anything else.
    """
    if isinstance(identifier, (Tensor, np.ndarray, np.generic)):
        return _Given(identifier)
    return FAMILY.get(identifier)


class _Given:
    """The values of a tensor, for weights of its shape."""

    def __init__(self, values: Any) -> None:
        self.values = values

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        if tuple(shape) != tuple(self.values.shape):
            raise ShapeError(
                f"Expected `shape` to be {tuple(self.values.shape)} for a tensor as initializer. "
                f"Received: shape={tuple(shape)}",
                code="shape",
                expected=tuple(self.values.shape),
                got=tuple(shape),
            )
        return torch.as_tensor(self.values, dtype=random.torch_dtype(dtype)).detach().clone()


def serialize(initializer: Any) -> Any:
    """Return the config of an initializer, with its class name."""
    return FAMILY.serialize(initializer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the initializer that ``serialize`` described."""
    return FAMILY.deserialize(config, custom_objects)


def __getattr__(name: str) -> Any:
    """Return a class by one of its other names, as ``glorot_uniform``; Keras knows them so, too."""
    found = None if name.startswith("_") or name not in FAMILY.names() else FAMILY.find(name)
    if found is None:
        raise AttributeError(f"engine.initializers has no {name!r}.{did_you_mean(name, FAMILY.names())}")
    return found
