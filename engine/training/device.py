"""Which device a name stands for."""

from __future__ import annotations

from functools import cache

import torch

from engine.errors import ParamError


@cache
def resolve(name: str) -> torch.device:
    """Return the device for ``name``; ``"auto"`` is CUDA if there is one, else MPS, else the CPU.

    Raises ``ParamError`` for a device that this computer has not.
    """
    if name == "auto":
        kind = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
        return torch.device(kind)
    try:
        device = torch.device(name)
    except RuntimeError:
        raise _missing(name, "torch knows no device of that name") from None
    if device.type == "cuda":
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
        if (device.index or 0) >= count:
            there = f"only {count} of them" if count else "no CUDA device that torch can use"
            raise _missing(name, f"this computer has {there}")
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise _missing(name, "this computer has no Apple GPU that torch can use")
    return device


def _missing(name: str, why: str) -> ParamError:
    return ParamError(
        f"The device {name!r} is not there: {why}. Choose 'auto' or 'cpu'.",
        code="device",
        param="device",
        got=name,
    )
