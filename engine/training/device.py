"""Which device a name stands for."""

from __future__ import annotations

import torch


def resolve(name: str) -> torch.device:
    """Return the device for ``name``; ``"auto"`` is CUDA if there is one, else MPS, else the CPU."""
    if name != "auto":
        return torch.device(name)
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")
