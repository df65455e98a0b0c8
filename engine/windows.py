"""Windows by name: weights that fade a stretch of sound in and out before its Fourier transform.

Names, aliases and formulas are those of ``scipy.signal.windows``, which Keras asks for them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from engine.errors import ParamError, did_you_mean

_COSINES: dict[str, tuple[float, ...]] = {
    "boxcar": (1.0,),
    "hann": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
    "blackmanharris": (0.35875, 0.48829, 0.14128, 0.01168),
    "nuttall": (0.3635819, 0.4891775, 0.1365995, 0.0106411),
    "flattop": (0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368),
}
"""Windows that are a sum of cosines with alternating signs, by their weights (Harris 1978; Nuttall 1981)."""


def _cosines(weights: Sequence[float]) -> Callable[[Tensor], Tensor]:
    """Return the function of places from -1 to 1 that sums cosines of these weights."""

    def window(x: Tensor) -> Tensor:
        made = torch.zeros_like(x)
        for number, weight in enumerate(weights):
            made += weight * torch.cos(math.pi * number * x)
        return made

    return window


def _triang(x: Tensor) -> Tensor:
    size = x.shape[0]
    return 1 - x.abs() * (size - 1) / (size + size % 2)


def _parzen(x: Tensor) -> Tensor:
    size = x.shape[0]
    away = x.abs() * (size - 1) / size
    return torch.where(x.abs() <= 0.5, 1 - 6 * away**2 + 6 * away**3, 2 * (1 - away) ** 3)


def _bohman(x: Tensor) -> Tensor:
    away = x.abs()
    made = (1 - away) * torch.cos(math.pi * away) + torch.sin(math.pi * away) / math.pi
    made[0] = made[-1] = 0.0
    return made


def _barthann(x: Tensor) -> Tensor:
    return 0.62 - 0.24 * x.abs() + 0.38 * torch.cos(math.pi * x)


def _cosine(x: Tensor) -> Tensor:
    size = x.shape[0]
    return torch.sin(math.pi / size * (torch.arange(size, dtype=x.dtype) + 0.5))


def _exponential(x: Tensor) -> Tensor:
    return torch.exp(-x.abs() * (x.shape[0] - 1) / 2)


def _tukey(x: Tensor) -> Tensor:
    end = (1 - x.abs()).clamp(max=0.5)  # flat but for a quarter of the length at each end
    return 0.5 - 0.5 * torch.cos(2 * math.pi * end)


def _taylor(x: Tensor, bars: int = 4, level: float = 30.0) -> Tensor:
    """Side lobes ``level`` decibels down, ``bars`` - 1 of them nearly alike (Carrara et al. 1995)."""
    root = math.acosh(10 ** (level / 20)) / math.pi
    spread = bars**2 / (root**2 + (bars - 0.5) ** 2)
    made = torch.ones_like(x)
    middle = 1.0
    for m in range(1, bars):
        above = (-1) ** (m + 1) * math.prod(
            1 - m**2 / spread / (root**2 + (n - 0.5) ** 2) for n in range(1, bars)
        )
        below = 2 * math.prod(1 - m**2 / n**2 for n in range(1, bars) if n != m)
        made += 2 * above / below * torch.cos(math.pi * m * x * (x.shape[0] - 1) / x.shape[0])
        middle += 2 * above / below
    return made / middle


_WINDOWS: dict[str, Callable[[Tensor], Tensor]] = {
    **{name: _cosines(weights) for name, weights in _COSINES.items()},
    "bartlett": lambda x: 1 - x.abs(),
    "barthann": _barthann,
    "bohman": _bohman,
    "cosine": _cosine,
    "exponential": _exponential,
    "lanczos": torch.sinc,
    "parzen": _parzen,
    "taylor": _taylor,
    "triang": _triang,
    "tukey": _tukey,
}
_ALIASES = {
    "brthan": "barthann", "bth": "barthann", "bart": "bartlett", "brt": "bartlett", "black": "blackman",
    "blk": "blackman", "blackharr": "blackmanharris", "bkh": "blackmanharris", "bman": "bohman",
    "bmn": "bohman", "box": "boxcar", "ones": "boxcar", "rect": "boxcar", "rectangular": "boxcar",
    "halfcosine": "cosine", "poisson": "exponential", "flat": "flattop", "flt": "flattop",
    "hamm": "hamming", "ham": "hamming", "han": "hann", "sinc": "lanczos",
    "nutl": "nuttall", "nut": "nuttall", "parz": "parzen", "par": "parzen", "taylorwin": "taylor",
    "triangle": "triang", "tri": "triang", "tuk": "tukey",
}  # fmt: skip
NAMES = tuple(sorted(_WINDOWS))
"""What the windows are called, without their other names."""


def check(name: str, owner: str = "STFT") -> None:
    """Raise ``ParamError`` where no window is called ``name``."""
    if _ALIASES.get(name, name) not in _WINDOWS:
        raise ParamError(
            f"{owner}: Unknown window type. Expected one of {', '.join(NAMES)}."
            f"{did_you_mean(name, NAMES)} Received: window={name!r}",
            code="param",
            owner=owner,
            param="window",
            expected=" or ".join(NAMES),
            got=name,
        )


def window(name: str, size: int, periodic: bool = True) -> Tensor:
    """Return ``size`` weights in double precision; a ``periodic`` window fits itself end to end.

    Raises ``ParamError`` for names that mean nothing.  Source: ``scipy.signal.get_window``.
    """
    check(name)
    if size <= 1:
        return torch.ones(size, dtype=torch.float64)
    made = _WINDOWS[_ALIASES.get(name, name)](
        torch.linspace(-1, 1, size + 1 if periodic else size, dtype=torch.float64)
    )
    return made[:size]
