"""The waves of a Fourier transform as initial weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from engine import random, windows
from engine.errors import ParamError, ShapeError
from engine.initializer import Initializer


class STFT(Initializer):
    """The waves of a short-time Fourier transform as a kernel (frame, 1, frequencies), for convolutions.

    ``side`` is ``"real"`` or ``"imag"``; ``window`` a name or numbers; ``scaling`` ``"density"``,
    ``"spectrum"`` or ``None``.  Keras: ``keras.initializers.STFT``.
    """

    def __init__(
        self,
        side: str = "real",
        window: Any = "hann",
        scaling: str | None = "density",
        periodic: bool = False,
    ) -> None:
        if side not in ("real", "imag"):
            raise ParamError(
                f"side should be 'real' or 'imag', not {side}", code="param", param="side", got=side
            )
        if isinstance(window, str):
            windows.check(window)
        if scaling not in (None, "density", "spectrum"):
            raise ParamError(
                f"`scaling` is 'density', 'spectrum' or None. Received: scaling={scaling!r}",
                code="param",
                param="scaling",
                got=scaling,
            )
        self.side, self.window, self.scaling, self.periodic = side, window, scaling, periodic

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        kind = random.torch_dtype(dtype)
        length, _, bands = shape
        steps = torch.arange(length, dtype=torch.float64).reshape(length, 1, 1)
        turns = torch.arange(bands, dtype=torch.float64).reshape(1, 1, bands) / ((bands - 1) * 2)
        angles = -2 * math.pi * steps * turns
        kernel = torch.cos(angles) if self.side == "real" else torch.sin(angles)
        if self.window is None:
            return kernel.to(kind)
        if isinstance(self.window, str):
            window = windows.window(self.window, length, self.periodic)
        else:
            window = torch.as_tensor(self.window, dtype=torch.float64)
        if tuple(window.shape) != (length,):
            raise ShapeError(
                "The shape of `window` must be equal to [frame_length]. Received: window "
                f"shape={tuple(window.shape)}",
                code="shape",
            )
        scale = {
            "density": window.square().sum().sqrt(),
            "spectrum": window.abs().sum(),
            None: torch.ones((), dtype=torch.float64),
        }[self.scaling]
        made: Tensor = (kernel * window.reshape(length, 1, 1) / scale).to(kind)
        return made

    def get_config(self) -> dict[str, Any]:
        return {"side": self.side, "window": self.window, "periodic": self.periodic, "scaling": self.scaling}
