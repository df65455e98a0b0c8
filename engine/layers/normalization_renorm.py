"""Batch renormalization: what ties the statistics of a batch to those of all batches so far.

Ioffe 2017, https://arxiv.org/abs/1702.03275: small or uneven batches then train what is used afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from engine.errors import ParamError

_BOUNDS = ("rmax", "rmin", "dmax")


def checked_clipping(clipping: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the bounds of the corrections as a dict; raises ``ParamError`` where they contradict."""
    found = dict(clipping or {})

    def wrong(text: str) -> ParamError:
        return ParamError(
            f"BatchNormalization: {text} Received: renorm_clipping={found}",
            code="param",
            owner="BatchNormalization",
            param="renorm_clipping",
            got=found,
        )

    if set(found) - set(_BOUNDS):
        raise wrong(f"Received invalid keys for `renorm_clipping`: its keys are {', '.join(_BOUNDS)}.")
    rmax, rmin, dmax = (found.get(name) for name in _BOUNDS)
    if rmax is not None and rmin is not None and rmax < rmin:
        raise wrong("rmax should be greater than rmin in the `renorm_clipping` argument.")
    if dmax is not None and dmax < 0:
        raise wrong("dmax should be non-negative in the `renorm_clipping` argument.")
    return found


@torch.no_grad()
def corrections(
    mean: Tensor, spread: Tensor, so_far: tuple[Tensor, Tensor], clipping: Mapping[str, Any], epsilon: float
) -> tuple[Tensor, Tensor]:
    """Return factor r and shift d, which bring a batch to the statistics ``so_far`` (mean and deviation)."""
    known_mean, known = so_far[0], so_far[1].clamp(min=epsilon**0.5)
    factor, shift = spread / known, (mean - known_mean) / known
    if clipping.get("rmin") is not None or clipping.get("rmax") is not None:
        factor = factor.clamp(clipping.get("rmin"), clipping.get("rmax"))
    if clipping.get("dmax") is not None:
        shift = shift.clamp(-clipping["dmax"], clipping["dmax"])
    return factor, shift
