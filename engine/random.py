"""Seeds and random numbers, equal to those of Keras on torch from the same seed.

Every draw has a torch generator of its own, made from a seed: the numbers depend on that seed and on nothing
that was drawn before.  Drawn on the CPU, so that they are the same on every device.
"""

from __future__ import annotations

import random as python_random
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from engine import config
from engine.errors import ParamError

_global: dict[str, Any] = {"generator": None, "seed": None}


def torch_dtype(name: Any = None) -> torch.dtype:
    """Return the torch type called ``name`` (``"float32"``); ``None`` is the default float type."""
    if isinstance(name, torch.dtype):
        return name
    text = str(name or config.floatx())
    found = getattr(torch, {"bool": "bool", "int": "int64", "float": config.floatx()}.get(text, text), None)
    if not isinstance(found, torch.dtype):
        raise ParamError(f"dtype is the name of a type such as 'float32'. Received: {name!r}", code="param")
    return found


def set_random_seed(seed: int) -> None:
    """Seed Python, numpy and torch; forget the shared seed generator. Keras: ``utils.set_random_seed``."""
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise ParamError(
            f"seed is a whole number. Received: seed={seed!r}", code="param", param="seed", got=seed
        )
    _global.update(generator=None, seed=seed)
    python_random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def get_random_seed() -> int | None:
    """Return what ``set_random_seed`` was last given, or ``None``."""
    seed: int | None = _global["seed"]
    return seed


def make_default_seed() -> int:
    """Return a seed from Python's own generator: the seed of whatever was given none."""
    return python_random.randint(1, 10**9)


def _int32(value: int) -> int:
    """Return ``value`` wrapped to 32 bits with a sign, as the integer tensors of Keras wrap it."""
    return ((value & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000


class SeedGenerator:
    """A row of seeds from one: each ``next`` returns another pair; Keras: ``random.SeedGenerator``."""

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any) -> None:
        if kwargs:
            raise ParamError(f"Unrecognized keyword arguments: {kwargs}", code="unknown_param")
        if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int)):
            raise ParamError(
                f"Argument `seed` must be an integer or None. Received: seed={seed!r}",
                code="param",
                param="seed",
                got=seed,
            )
        self.name = name or "seed_generator"
        self.initial_seed = seed
        self._pair = (_int32(make_default_seed() if seed is None else seed), 0)
        self._state: Any = None
        self._version = 0

    def next(self, ordered: bool = True) -> torch.Tensor:
        """Return the present pair (int32) and step on: by one, or unordered by Keras' congruence."""
        return torch.tensor(self.next_pair(ordered), dtype=torch.int32)

    def next_pair(self, ordered: bool = True) -> tuple[int, int]:
        """Do as ``next``, in plain numbers."""
        now = self._now()
        if ordered:
            self._pair = (now[0], _int32(now[1] + 1))
        else:
            first, second = (_int32((part + 1) * 5387) % 933199 for part in now)
            self._pair = (first, second)
        if self._state is not None:
            self._write()
        return now

    @property
    def place(self) -> tuple[int, int]:
        """The present pair in plain numbers; set it to draw on from there."""
        return self._now()

    @place.setter
    def place(self, pair: tuple[int, int]) -> None:
        if pair != self._now():
            self._go_to(pair)

    def _go_to(self, pair: tuple[int, int]) -> None:
        """Draw on from ``pair``."""
        self._pair = pair
        if self._state is not None:
            self._write()

    def _write(self) -> None:
        """Bring the weight to the present pair."""
        self._state.assign(torch.tensor(self._pair, dtype=torch.int32))
        self._version = self._state._version

    def _now(self) -> tuple[int, int]:
        """Return the present pair: that of ``state``, where somebody wrote into it."""
        state = self._state
        if state is not None and state._version != self._version:
            first, second = state.tolist()
            self._pair, self._version = (first, second), state._version
        return self._pair

    @property
    def state(self) -> Any:
        """The present pair as a weight of two whole numbers, which layers save; assign to it to go back.

        Drawing counts in plain numbers, which cost nothing: there is no weight until it is asked for.
        """
        from engine.layers.variable import Variable

        pair = self._now()
        if self._state is None:
            with torch.inference_mode(False):  # a tensor of that mode could not change outside it
                made = Variable(
                    torch.tensor(pair, dtype=torch.int32), trainable=False, name="seed_generator_state"
                )
            made.path = f"{self.name}/{made.name}"
            self._state, self._version = made, made._version
        return self._state

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make a generator like this one was at first."""
        return {"seed": self.initial_seed, "name": self.name}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> SeedGenerator:
        """Return the generator that ``get_config`` described."""
        return cls(**config)


Seed = int | SeedGenerator | None


def draw_seed(seed: Seed) -> torch.Tensor:
    """Return the pair of numbers that one draw starts from, as int32; ``None`` takes the shared generator's
    next.
    """
    return torch.tensor(draw_pair(seed), dtype=torch.int32)


def draw_pair(seed: Seed) -> tuple[int, int]:
    """Do as ``draw_seed``, in plain numbers."""
    if isinstance(seed, SeedGenerator):
        return seed.next_pair()
    if seed is None:
        return global_seed_generator().next_pair(ordered=False)
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise ParamError(
            f"Argument `seed` must be either an integer, a SeedGenerator or None. Received: seed={seed!r}",
            code="param",
            param="seed",
            got=seed,
        )
    return _int32(seed), 0


def torch_generator(seed: Seed, device: str | torch.device = "cpu") -> torch.Generator:
    """Return a fresh torch generator for one draw from ``seed``."""
    first, second = draw_pair(seed)
    generator = torch.Generator(device=device)
    generator.manual_seed((first + second) & 0xFFFFFFFF)
    return generator


def _floating(draw: str, dtype: Any) -> torch.dtype:
    found = torch_dtype(dtype)
    if not found.is_floating_point:
        raise ParamError(
            f"`keras.random.{draw}` requires a floating point `dtype`. Received: dtype={dtype}",
            code="param",
            param="dtype",
            got=dtype,
        )
    return found


def normal(
    shape: Sequence[int], mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Seed = None
) -> torch.Tensor:
    """Return numbers of the normal distribution; raises ``ParamError`` for types without fractions."""
    kind = _floating("normal", dtype)
    return torch.normal(mean, stddev, size=tuple(shape), generator=torch_generator(seed), dtype=kind)


def uniform(
    shape: Sequence[int], minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: Seed = None
) -> torch.Tensor:
    """Return numbers spread evenly from ``minval`` to below ``maxval``; raises ``ParamError`` for types
    without fractions.
    """
    unit = torch.rand(tuple(shape), generator=torch_generator(seed), dtype=_floating("uniform", dtype))
    return (maxval - minval) * unit + minval


def truncated_normal(
    shape: Sequence[int], mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Seed = None
) -> torch.Tensor:
    """Return normal numbers, none further than two deviations from the mean.

    Four candidates are drawn for each number and the first that lies inside is taken, as Keras does: with
    any other method the same seed would give other weights.
    """
    candidates = normal((*shape, 4), dtype=dtype, seed=seed)
    inside = (candidates > -2) & (candidates < 2)
    chosen = inside.max(-1, keepdim=True)[1]
    return candidates.gather(-1, chosen).squeeze(-1).mul_(stddev).add_(mean)


_DRAWS = ("beta", "binomial", "categorical", "dropout", "gamma", "randint", "shuffle")


def __getattr__(name: str) -> Any:
    """Bring the draws of ``engine.random_draws`` and the global generator when asked for."""
    if name in _DRAWS:
        from engine import random_draws

        return getattr(random_draws, name)
    raise AttributeError(f"engine.random has no {name!r}")


def global_seed_generator() -> SeedGenerator:
    """Return the generator that draws without a seed take theirs from."""
    if _global["generator"] is None:
        _global["generator"] = SeedGenerator()
    found: SeedGenerator = _global["generator"]
    return found
