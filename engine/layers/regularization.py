"""Layers that hinder learning by heart: they drop numbers while training, or penalize large ones."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from engine import regularizers
from engine.errors import ShapeError
from engine.layers.convolution_shapes import resolved_format
from engine.layers.layer import Layer
from engine.params import DataFormat, Integer, Kind, Rate, Real
from engine.random import SeedGenerator, torch_generator
from engine.spec import InputSpec, Shape, TensorSpec

NoiseShape = Annotated[Any, Kind("tuple", minimum=1)]


def dropped(inputs: Tensor, rate: float, seed: SeedGenerator, shape: Any = None) -> Tensor:
    """Return ``inputs`` with a part of ``rate`` set to zero and the rest scaled up.

    ``shape`` is that of the random pattern, which is stretched to the inputs.  Without a shape and a seed
    torch's own kernel draws from its shared generator; otherwise each call draws from a generator of its own.
    """
    if rate >= 1.0:
        return torch.zeros_like(inputs)
    if shape is None and seed.initial_seed is None:
        return F.dropout(inputs, rate)
    kind = inputs.dtype if inputs.is_floating_point() else torch.float32
    # From a tensor of chances, not from one chance, torch draws the pattern that Keras has for a seed.
    chances = torch.full(tuple(inputs.shape if shape is None else shape), 1.0 - rate, device=inputs.device)
    keep = torch.bernoulli(chances, generator=torch_generator(seed, inputs.device))
    return inputs * keep.div_(1.0 - rate).to(kind)


class _Noise(Layer):
    """Base of layers that change their input at random while training and else pass it on."""

    category: ClassVar[str] = "regularization"
    supports_masking = True

    def _sow(self, strength: float, seed: int | None) -> None:
        """Keep the seed, and a row of random numbers where there is anything to draw."""
        self.seed = seed
        if strength > 0:
            self.seed_generator = SeedGenerator(seed)
        self._build_at_init()

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        shape = tuple(input_shape)
        self.check_input(TensorSpec(shape, self.dtype))
        return shape


class _Shaped(_Noise):
    """Base of dropouts whose random pattern may have a shape of its own."""

    noise_shape: Any
    seed_generator: SeedGenerator

    def _pattern(self, shape: Any) -> list[int]:
        wanted = shape if self.noise_shape is None else self.noise_shape
        if len(wanted) != len(shape):
            self.compute_output_shape(tuple(shape))  # says that they do not go together
        return [size if want is None else want for want, size in zip(wanted, shape, strict=True)]

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape; refuse a ``noise_shape`` that does not fit it."""
        shape = tuple(input_shape)
        noise = self.noise_shape
        if noise is None:
            return shape
        fits = len(noise) == len(shape) and all(
            want in (None, 1) or size in (None, want) for want, size in zip(noise, shape, strict=True)
        )
        if not fits:
            raise ShapeError(
                f"Layer '{self.name}': noise_shape {noise} does not fit the input. Received: shape {shape}.",
                code="noise_shape",
                layer=self.name,
                expected=noise,
                shape=shape,
            )
        return shape


class Dropout(_Shaped):
    """Sets a random part of its input to zero while training, so that no single number matters too much.

    What is kept is scaled up, so that sums stay the same on average; outside training nothing happens.
    Keras: ``keras.layers.Dropout``.

    Args:
        rate: Fraction of the numbers that is set to zero.
        noise_shape: Shape of the random pattern; sizes of 1 share one fate along that axis.
        seed: Start of the random numbers, for runs that can be repeated.
    """

    def __init__(
        self, rate: Rate, noise_shape: NoiseShape | None = None, seed: Integer | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.rate = rate
        self.noise_shape = noise_shape
        self._sow(rate, seed)

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Return the input, thinned out while training."""
        if not training or self.rate == 0.0:
            return inputs
        shape = None if self.noise_shape is None else self._pattern(inputs.shape)
        return dropped(inputs, self.rate, self.seed_generator, shape)


class _SpatialDropout(_Noise):
    """Base of dropouts that keep or drop whole channels."""

    data_format = "channels_last"
    seed_generator: SeedGenerator
    rate: float

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        """Return the input, without a random part of its channels while training."""
        if not training or self.rate == 0.0:
            return inputs
        count = inputs.dim() - 2
        first, last = inputs.shape[0], inputs.shape[-1]
        channels_first = self.data_format == "channels_first"
        shape = (first, inputs.shape[1], *(1,) * count) if channels_first else (first, *(1,) * count, last)
        return dropped(inputs, self.rate, self.seed_generator, shape)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; as in Keras' files, without ``trainable`` and a plain type."""
        config = super().get_config()
        del config["trainable"]
        return config if self._mixed else {**config, "dtype": self.dtype}


class SpatialDropout1D(_SpatialDropout):
    """Sets whole channels of a sequence to zero while training.

    Neighbouring steps say much the same, so that dropping single numbers would hide little.  Input (batch,
    steps, channels), output the same (Tompson et al. 2014).  Keras: ``keras.layers.SpatialDropout1D``.

    Args:
        rate: Fraction of the channels that is set to zero.
        seed: Start of the random numbers, for runs that can be repeated.
    """

    rare: ClassVar[bool] = True
    input_spec = InputSpec(ndim=3)

    def __init__(self, rate: Rate, seed: Integer | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = rate
        self._sow(rate, seed)


class SpatialDropout2D(_SpatialDropout):
    """Sets whole channels of a picture to zero while training.

    Neighbouring pixels say much the same, so that dropping single numbers would hide little.  Input (batch,
    rows, columns, channels), output the same (Tompson et al. 2014).
    Keras: ``keras.layers.SpatialDropout2D``.

    Args:
        rate: Fraction of the channels that is set to zero.
        data_format: Whether the channels are the last axis or the first behind the batch.
        seed: Start of the random numbers, for runs that can be repeated.
    """

    rare: ClassVar[bool] = True
    input_spec = InputSpec(ndim=4)

    def __init__(
        self, rate: Rate, data_format: DataFormat | None = None, seed: Integer | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.rate = rate
        self.data_format = resolved_format(data_format)
        self._sow(rate, seed)


class SpatialDropout3D(_SpatialDropout):
    """Sets whole channels of a volume to zero while training.

    Neighbouring cells say much the same, so that dropping single numbers would hide little.  Input (batch, x,
    y, z, channels), output the same (Tompson et al. 2014).  Keras: ``keras.layers.SpatialDropout3D``.

    Args:
        rate: Fraction of the channels that is set to zero.
        data_format: Whether the channels are the last axis or the first behind the batch.
        seed: Start of the random numbers, for runs that can be repeated.
    """

    rare: ClassVar[bool] = True
    input_spec = InputSpec(ndim=5)

    def __init__(
        self, rate: Rate, data_format: DataFormat | None = None, seed: Integer | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.rate = rate
        self.data_format = resolved_format(data_format)
        self._sow(rate, seed)


class ActivityRegularization(Layer):
    """Passes its input on and adds a penalty on large numbers in it to the loss.

    Keras: ``keras.layers.ActivityRegularization``.

    Args:
        l1: Factor of the sum of absolute values.
        l2: Factor of the sum of squares.
    """

    rare: ClassVar[bool] = True
    category: ClassVar[str] = "regularization"
    supports_masking = True

    def __init__(self, l1: Real = 0.0, l2: Real = 0.0, **kwargs: Any) -> None:
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.l1 = l1
        self.l2 = l2
        self._build_at_init()

    def call(self, inputs: Tensor) -> Tensor:
        """Return the input."""
        return inputs

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; they say what the penalty is."""
        config = super().get_config()
        config.pop("activity_regularizer", None)
        return config
