"""Axes rearranged as a pattern says (Rogozhnikov 2022).  Keras: ``keras.ops.rearrange``."""

from __future__ import annotations

import math
import re
from typing import Any

from torch import Tensor

from engine.errors import ParamError, ShapeError
from engine.ops.convert import tensor as _tensor
from engine.ops.functions import op

_WORDS = re.compile(r"\([^()]*\)|\S+")


def _groups(side: str) -> list[list[str]]:
    return [word.strip("()").split() for word in _WORDS.findall(side)]


@op("tensor", "pattern", module="einops")
def rearrange(tensor: Any, pattern: str, **axes_lengths: int) -> Tensor:
    """Return ``tensor`` with axes split, moved and joined, as ``"b (h w) c -> b c h w"`` says.

    Axes in brackets are joined; ``axes_lengths`` gives sizes that the shape does not tell.
    """
    x = _tensor(tensor)
    sides = pattern.split("->")
    if len(sides) != 2:
        raise ParamError(
            f"pattern has two sides, as 'a b -> b a'. Received: pattern={pattern!r}", code="param"
        )
    before, after = _groups(sides[0]), _groups(sides[1])
    if len(before) != x.dim():
        raise ShapeError(
            f"The pattern {pattern!r} is for {len(before)} axes. Received: shape {tuple(x.shape)}",
            code="rank",
        )
    sizes: dict[str, int] = {}
    for group, size in zip(before, x.shape, strict=True):
        unknown = [name for name in group if name not in axes_lengths]
        known = math.prod(axes_lengths[name] for name in group if name in axes_lengths)
        if len(unknown) > 1 or size % known or (not unknown and size != known):
            raise ShapeError(
                f"An axis of size {size} is not made up of {group} with {axes_lengths}. Received: "
                f"{pattern!r}",
                code="axis",
            )
        sizes |= {name: axes_lengths.get(name, size // known) for name in group}
    names = [name for group in before for name in group]
    wanted = [name for group in after for name in group]
    if sorted(names) != sorted(wanted):
        raise ParamError(f"Both sides name the same axes. Received: pattern={pattern!r}", code="param")
    x = x.reshape([sizes[name] for name in names]).permute([names.index(name) for name in wanted])
    return x.reshape([math.prod(sizes[name] for name in group) for group in after])
