"""Noise while training: by a random factor, by a random addend, or so that mean and spread stay."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch
from torch import Tensor

from engine.layers.regularization import NoiseShape, _Noise, _Shaped
from engine.params import Integer, Rate
from engine.random import SeedGenerator, torch_generator

_ALPHA = 1.6732632423543772  # of the SELU
_SCALE = 1.0507009873554805
_LOW = -_ALPHA * _SCALE


def _normal_like(inputs: Tensor, mean: float, stddev: float, seed: SeedGenerator, dtype: str) -> Tensor:
    """Return random numbers in the shape of ``inputs``, in ``dtype`` where those are whole."""
    generator = torch_generator(seed, inputs.device)
    kind = inputs.dtype if inputs.is_floating_point() else getattr(torch, dtype)
    return torch.empty_like(inputs, dtype=kind).normal_(mean, stddev, generator=generator)


class AlphaDropout(_Shaped):
    """Sets a random part of its input to a low value while training, so that mean and spread stay.

    Goes with layers of activation "selu", which rely on mean 0 and spread 1 (Klambauer et al. 2017).
    Keras: ``keras.layers.AlphaDropout``.

    Args:
        rate: Fraction of the numbers that is replaced.
        noise_shape: Shape of the random pattern; sizes of 1 share one fate along that axis.
        seed: Start of the random numbers, for runs that can be repeated.
    """

    rare: ClassVar[bool] = True

    def __init__(
        self, rate: Rate, noise_shape: NoiseShape | None = None, seed: Integer | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.rate = rate
        self.noise_shape = noise_shape
        self._sow(rate, seed)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Return the input, a part of it replaced while training and the whole scaled and shifted."""
        rate = self.rate
        if not training or rate == 0.0:
            return inputs
        if rate >= 1.0:
            return torch.zeros_like(inputs)  # all would be low, which the shift takes to 0
        generator = torch_generator(self.seed_generator, inputs.device)
        keep = torch.rand(self._pattern(inputs.shape), generator=generator, device=inputs.device) >= rate
        factor: float = ((1 - rate) * (1 + rate * _LOW**2)) ** -0.5
        return torch.where(keep, inputs, _LOW) * factor - factor * _LOW * rate


class GaussianDropout(_Noise):
    """Multiplies each number by a random factor around 1 while training.

    The factors have the spread sqrt(rate / (1 - rate)), as Dropout's have (Srivastava et al. 2014).
    Keras: ``keras.layers.GaussianDropout``.

    Args:
        rate: The fraction that a Dropout of the same strength would drop.
        seed: Start of the random numbers, for runs that can be repeated.
    """

    rare: ClassVar[bool] = True
    seed_generator: SeedGenerator

    def __init__(self, rate: Rate, seed: Integer | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = rate
        self._sow(rate, seed)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Return the input, each number scaled at random while training."""
        if not training or self.rate == 0.0:
            return inputs
        stddev = math.sqrt(self.rate / (1.0 - self.rate))
        return inputs * _normal_like(inputs, 1.0, stddev, self.seed_generator, self.compute_dtype)


class GaussianNoise(_Noise):
    """Adds random noise to its input while training, which makes a little data go further.

    Keras: ``keras.layers.GaussianNoise``.

    Args:
        stddev: Spread of the noise.
        seed: Start of the random numbers, for runs that can be repeated.
    """

    seed_generator: SeedGenerator

    def __init__(self, stddev: Rate, seed: Integer | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stddev = stddev
        self._sow(stddev, seed)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Return the input plus noise while training."""
        if not training or self.stddev == 0.0:
            return inputs
        return inputs + _normal_like(inputs, 0.0, self.stddev, self.seed_generator, self.compute_dtype)
