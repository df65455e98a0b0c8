"""Gradients of a loss, straight from torch's autograd engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

_engine: Any = torch.autograd.Variable._execution_engine
_ones: dict[tuple[torch.dtype, torch.device], Tensor] = {}


def gradients(loss: Tensor, params: Sequence[Tensor]) -> tuple[Tensor | None, ...]:
    """Return what ``torch.autograd.grad(loss, params, allow_unused=True)`` returns.

    For a lone number the checks of that function and the 1 that it makes afresh each time are left out: they
    take a tenth of a small network's step.  Raises what it raises.
    """
    if loss.dim() or not loss.is_floating_point():
        return torch.autograd.grad(loss, params, allow_unused=True)
    kind = (loss.dtype, loss.device)
    one = _ones.get(kind)
    if one is None:
        one = _ones[kind] = torch.ones((), dtype=loss.dtype, device=loss.device)
    found: tuple[Tensor | None, ...] = _engine.run_backward(
        (loss,), (one,), False, False, tuple(params), allow_unreachable=True, accumulate_grad=False
    )
    return found
