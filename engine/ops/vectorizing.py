"""Functions of small tensors, done for whole ones."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

import torch

from engine.errors import ParamError, ShapeError
from engine.ops.convert import tensor
from engine.ops.inference import broadcast

_SIDE = re.compile(r"\(([^()]*)\)")


def _core_ranks(signature: str | None, count: int) -> list[int]:
    """Return how many axes each argument keeps for itself."""
    if signature is None:
        return [0] * count
    left = signature.replace(" ", "").split("->")
    if len(left) != 2:
        raise ParamError(
            f"signature is written as '(n),(n)->()'. Received: signature={signature!r}", code="param"
        )
    found = [len([name for name in names.split(",") if name]) for names in _SIDE.findall(left[0])]
    if len(found) != count:
        raise ShapeError(
            f"The signature {signature!r} takes {len(found)} arguments. Received: {count}", code="count"
        )
    return found


def vectorized(
    pyfunc: Callable[..., Any], excluded: frozenset[Any], signature: str | None
) -> Callable[..., Any]:
    """Return ``pyfunc`` mapped over the leading axes that its arguments have in common; see
    ``ops.vectorize``.
    """

    @functools.wraps(pyfunc)
    def whole(*args: Any, **kwargs: Any) -> Any:
        varied = [place for place in range(len(args)) if place not in excluded]
        tensors = [tensor(args[place]) for place in varied]
        ranks = _core_ranks(signature, len(tensors))

        def run(*parts: Any) -> Any:
            given = list(args)
            for place, part in zip(varied, parts, strict=True):
                given[place] = part
            return pyfunc(*given, **kwargs)

        loops = [one.shape[: one.dim() - rank] for one, rank in zip(tensors, ranks, strict=True)]
        shape = [int(size or 1) for size in broadcast(*map(tuple, loops))]
        spread = [
            one.expand(*shape, *one.shape[one.dim() - rank :])
            for one, rank in zip(tensors, ranks, strict=True)
        ]
        mapped = run
        for _ in shape:
            mapped = torch.vmap(mapped)
        return mapped(*spread)

    return whole
