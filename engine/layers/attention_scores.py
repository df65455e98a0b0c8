"""The arithmetic of attention: masks, equations for any number of axes, and the fast kernel of torch."""

from __future__ import annotations

import string
from contextlib import nullcontext
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.errors import EngineError


class Equations(NamedTuple):
    """Two einsum equations: keys and queries to scores, and scores and values to the result."""

    scores: str
    combine: str


def equations(rank: int, axes: tuple[int, ...]) -> Equations:
    """Return the equations for tensors (batch, ..., heads, channels) that attend along ``axes``.

    Scores have the other axes first, then those of the queries, then those of the keys.
    """
    letters = iter(string.ascii_lowercase)
    query = [next(letters) for _ in range(rank)]
    key = [next(letters) if axis in axes else query[axis] for axis in range(rank)]
    others = [query[axis] for axis in range(rank - 1) if axis not in axes]
    asking, asked = [query[axis] for axis in axes], [key[axis] for axis in axes]
    value = [*key[:-1], next(letters)]
    made = [*query[:-1], value[-1]]
    scores = "".join((*others, *asking, *asked))
    return Equations(
        f"{''.join(key)},{''.join(query)}->{scores}", f"{scores},{''.join(value)}->{''.join(made)}"
    )


def projection(free: int, bound: int, made: int) -> tuple[str, str]:
    """Return the equation that keeps ``free`` axes, sums ``bound`` and makes ``made``, and its bias axes."""
    letters = string.ascii_lowercase
    kept, summed = letters[: free + 1], letters[free + 1 : free + 1 + bound]
    new = letters[free + 1 + bound : free + 1 + bound + made]
    return f"{kept}{summed},{summed}{new}->{kept}{new}", new


def causal_mask(queries: int, keys: int, device: Any = None) -> Tensor:
    """Return (1, queries, keys), True where the key is not later than the query."""
    return torch.ones(1, queries, keys, dtype=torch.bool, device=device).tril()


def window_mask(queries: int, keys: int, width: int, device: Any = None) -> Tensor:
    """Return (1, queries, keys), True where key and query are less than ``width`` steps apart."""
    places = torch.arange(max(queries, keys), device=device)
    return ((places[:queries, None] - places[None, :keys]).abs() < width).unsqueeze(0)


def joined_mask(
    query_mask: Tensor | None, value_mask: Tensor | None, key_mask: Tensor | None, *others: Tensor | None
) -> Tensor | None:
    """Return all masks as one, (batch, queries, keys), or ``None`` where there is none."""
    found: Tensor | None = None
    sequences = (
        (None if query_mask is None else query_mask.unsqueeze(-1)),
        (None if value_mask is None else value_mask.unsqueeze(-2)),
        (None if key_mask is None else key_mask.unsqueeze(-2)),
    )
    for mask in (*sequences, *others):
        if mask is not None:
            mask = mask if mask.dtype is torch.bool else mask.to(torch.bool)
            found = mask if found is None else found & mask
    return found


def with_heads(mask: Tensor, rank: int, axes: int) -> Tensor:
    """Return ``mask`` with ``rank`` axes, new ones before the ``axes`` of the queries and of the keys."""
    while mask.dim() < rank:
        mask = mask.unsqueeze(-2 * axes - 1)
    return mask


def attend(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    scale: float,
    mask: Tensor | None = None,
    causal: bool = False,
    flash: bool | None = None,
    dropout: float = 0.0,
) -> Tensor:
    """Return attention over (batch, steps, heads, channels) by torch's kernel, heads of keys repeated.

    ``mask`` is (batch, heads, queries, keys).  A query whose keys are all masked sees them all alike.  Raises
    ``EngineError`` where ``flash`` asks for a kernel that these tensors cannot have.
    """
    query, key, value = query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2)
    added = None
    if mask is not None:
        low = -0.7 * torch.finfo(query.dtype).max
        added = torch.zeros(mask.shape, dtype=query.dtype, device=query.device).masked_fill_(~mask, low)
    shared = query.shape[1] != key.shape[1]
    try:
        with nullcontext() if flash is None else _kernels(flash):
            made = F.scaled_dot_product_attention(
                query, key, value, added, dropout, causal, scale=scale, enable_gqa=shared
            )
    except RuntimeError as error:
        if not flash:
            raise
        raise EngineError(
            "Flash attention is not supported with the provided inputs: leave flash_attention at None. "
            f"Received: query of shape {tuple(query.shape)} and type {query.dtype}. {error}",
            code="flash",
        ) from error
    return made.transpose(1, 2)


def _kernels(flash: bool) -> Any:
    """Return a context in which the flash kernel is the only one, or is left out."""
    from torch.nn.attention import SDPBackend, sdpa_kernel

    others = [SDPBackend.EFFICIENT_ATTENTION, SDPBackend.CUDNN_ATTENTION, SDPBackend.MATH]
    return sdpa_kernel([SDPBackend.FLASH_ATTENTION] if flash else others)
