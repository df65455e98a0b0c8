"""Layers that hinder learning by heart."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from engine.errors import ShapeError
from engine.layers.layer import Layer
from engine.params import Axes, Integer, Rate
from engine.random import SeedGenerator, torch_generator
from engine.spec import Shape


class Dropout(Layer):
    """Sets a random part of its input to zero while training, so that no single number matters too much.

    What is kept is scaled up, so that sums stay the same on average; outside training nothing happens.

    Args:
        rate: Fraction of the numbers that is set to zero.
        noise_shape: Shape of the random pattern; sizes of 1 share one fate along that axis.
        seed: Start of the random numbers, for runs that can be repeated.
    """

    category = "regularization"
    supports_masking = True

    def __init__(
        self, rate: Rate, noise_shape: Axes | None = None, seed: Integer | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.rate = rate
        self.noise_shape = noise_shape
        self.seed = seed
        self.seed_generator = SeedGenerator(seed)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Return the input, thinned out while training."""
        if not training or self.rate == 0.0:
            return inputs
        if self.rate >= 1.0:
            return torch.zeros_like(inputs)
        shape = list(inputs.shape)
        if self.noise_shape is not None:
            shape = [
                size if want is None else want for want, size in zip(self.noise_shape, shape, strict=True)
            ]
        generator = torch_generator(self.seed_generator, inputs.device)
        keep = torch.empty(shape, dtype=inputs.dtype, device=inputs.device)
        keep.bernoulli_(1.0 - self.rate, generator=generator)
        return inputs * keep.div_(1.0 - self.rate)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape; refuse a ``noise_shape`` that does not fit it."""
        shape = tuple(input_shape)
        if self.noise_shape is not None:
            noise = self.noise_shape if isinstance(self.noise_shape, tuple) else (self.noise_shape,)
            fits = len(noise) == len(shape) and all(
                want in (None, 1) or size in (None, want) for want, size in zip(noise, shape, strict=True)
            )
            if not fits:
                raise ShapeError(
                    f"Layer '{self.name}': noise_shape {noise} does not fit the input. "
                    f"Received: shape {shape}.",
                    code="noise_shape",
                    layer=self.name,
                    expected=noise,
                    shape=shape,
                )
        return shape
