"""Draws from further distributions, and draws that choose.  Keras: ``keras.random``, where they are
found too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.backend import convert_to_tensor, is_float_dtype, is_int_dtype, to_torch_dtype
from engine.errors import ParamError
from engine.random import Seed, SeedGenerator, draw_pair, torch_generator


@contextmanager
def _seeded(seed: Seed) -> Iterator[None]:
    """Let torch's own generator start from ``seed`` in the ``with`` block, and be as before after it."""
    first, second = draw_pair(seed)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed((first + second) & 0xFFFFFFFF)
        yield


def _float_type(dtype: Any, name: str) -> torch.dtype:
    if dtype is not None and not is_float_dtype(dtype):
        raise ParamError(
            f"`keras.random.{name}` requires a floating point `dtype`. Received: dtype={dtype}", code="param"
        )
    return to_torch_dtype(dtype)


def randint(
    shape: Sequence[int], minval: int, maxval: int, dtype: Any = "int32", seed: Seed = None
) -> Tensor:
    """Return whole numbers from ``minval`` to below ``maxval``."""
    if not is_int_dtype(dtype):
        raise ParamError(
            f"`keras.random.randint` requires an integer `dtype`. Received: dtype={dtype}",
            code="param",
            param="dtype",
        )
    generator = torch_generator(seed)
    return torch.randint(
        int(minval), int(maxval), tuple(shape), generator=generator, dtype=to_torch_dtype(dtype)
    )


def categorical(logits: Any, num_samples: int, dtype: Any = "int32", seed: Seed = None) -> Tensor:
    """Return ``num_samples`` class numbers for each row of ``logits``, drawn with their probabilities."""
    scores = convert_to_tensor(logits)
    if scores.dim() != 2:
        raise ParamError(
            f"`logits` should be a 2-D tensor with shape [batch_size, num_classes]. "
            f"Received: logits={tuple(scores.shape)}",
            code="rank",
        )
    shares = torch.softmax(scores, dim=-1)
    drawn = torch.multinomial(shares.cpu(), num_samples, replacement=True, generator=torch_generator(seed))
    return drawn.to(device=scores.device, dtype=to_torch_dtype(dtype))


def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Seed = None) -> Tensor:
    """Return ``inputs`` with the share ``rate`` set to 0 and the rest divided by ``1 - rate``.

    Along axes where ``noise_shape`` is 1 all go together.
    """
    x = convert_to_tensor(inputs)
    if rate in (0.0, 1.0):
        return torch.zeros_like(x) if rate == 1.0 else x
    unseeded = seed is None or (isinstance(seed, SeedGenerator) and seed.initial_seed is None)
    if unseeded and noise_shape is None:
        return F.dropout(x, rate, training=True)
    shape = x.shape if noise_shape is None else [
        own if size is None else size for size, own in zip(noise_shape, x.shape, strict=True)
    ]  # fmt: skip
    kept = torch.bernoulli(torch.full(tuple(shape), 1.0 - rate), generator=torch_generator(seed)).bool()
    return torch.where(kept.to(x.device), x / (1.0 - rate), torch.zeros_like(x))


def shuffle(x: Any, axis: int = 0, seed: Seed = None) -> Tensor:
    """Return ``x`` with its slices along ``axis`` in another order."""
    x = convert_to_tensor(x)
    axis = axis % x.dim()
    drawn = torch.rand(x.shape[: axis + 1], generator=torch_generator(seed)).argsort(axis).to(x.device)
    places = drawn.reshape(*drawn.shape, *[1] * (x.dim() - axis - 1)).expand(x.shape)
    return x.gather(axis, places)


def gamma(shape: Sequence[int], alpha: Any, dtype: Any = None, seed: Seed = None) -> Tensor:
    """Return numbers of the gamma distribution with shape parameter ``alpha`` and rate 1."""
    kind = _float_type(dtype, "gamma")
    with _seeded(seed):
        made = torch._standard_gamma(convert_to_tensor(alpha).float().expand(tuple(shape)))
    return made.clamp_min(torch.finfo(made.dtype).tiny).to(kind)


def beta(shape: Sequence[int], alpha: Any, beta: Any, dtype: Any = None, seed: Seed = None) -> Tensor:
    """Return numbers of the beta distribution, between 0 and 1."""
    kind = _float_type(dtype, "beta")
    one, two = (convert_to_tensor(value).float().expand(tuple(shape)) for value in (alpha, beta))
    with _seeded(seed):
        return torch._sample_dirichlet(torch.stack([one, two], -1))[..., 0].to(kind)


def binomial(
    shape: Sequence[int], counts: Any, probabilities: Any, dtype: Any = None, seed: Seed = None
) -> Tensor:
    """Return how often something of the given probability happens in ``counts`` trials."""
    kind = _float_type(dtype, "binomial")
    trials, chance = (
        convert_to_tensor(value).float().expand(tuple(shape)) for value in (counts, probabilities)
    )
    with _seeded(seed):
        return torch.binomial(trials, chance).to(kind)
