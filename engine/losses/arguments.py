"""What losses and metrics do with their arguments: tensors of one dtype and of one rank."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine import config
from engine.errors import ShapeError


def compute_dtype(dtype: Any) -> str:
    """Return the name of the float type that a ``dtype`` argument asks for; ``None`` is the default type.

    Names, torch and numpy types and dtype policies are understood; of a policy its compute type counts.
    """
    if dtype is None:
        return config.floatx()
    from engine import dtype_policies

    return dtype_policies.get(dtype).compute_dtype


def tensor(value: Any, like: Tensor | None = None, dtype: torch.dtype | None = None) -> Tensor:
    """Return ``value`` as a tensor, on the device of ``like``; Python's floats get the default float type."""
    if isinstance(value, Tensor):
        return value if dtype is None or value.dtype is dtype else value.to(dtype)
    if not hasattr(value, "__array__"):
        value = np.asarray(
            [np.asarray(item.detach().cpu() if isinstance(item, Tensor) else item) for item in value]
            if isinstance(value, (list, tuple))
            else value
        )
        if value.dtype == np.float64 and dtype is None:
            dtype = getattr(torch, config.floatx())
    made = torch.as_tensor(np.asarray(value))
    if dtype is not None:
        made = made.to(dtype)
    return made if like is None else made.to(like.device)


def floating(value: Any) -> Tensor:
    """Return ``value`` as a tensor of floats: whole numbers and truth values get the default float type."""
    made = tensor(value)
    return made if made.is_floating_point() else made.to(getattr(torch, config.floatx()))


def place_of_largest(values: Tensor, axis: int = -1) -> Tensor:
    """Return where the largest along ``axis`` is; torch looks for none among truth values."""
    return (values.to(torch.uint8) if values.dtype is torch.bool else values).argmax(axis)


def squeeze_or_expand_to_same_rank(
    x1: Tensor, x2: Tensor, expand_rank_1: bool = True
) -> tuple[Tensor, Tensor]:
    """Return both with one rank where a lone last axis makes the difference.

    The lone axis is dropped, or, beside a tensor of rank 1 and with ``expand_rank_1``, given to that one too.
    Keras: ``keras.src.losses.loss``.
    """
    if x1.dim() == x2.dim() + 1 and x1.shape[-1] == 1:
        if x2.dim() == 1 and expand_rank_1:
            return x1, x2.unsqueeze(-1)
        return x1.squeeze(-1), x2
    if x2.dim() == x1.dim() + 1 and x2.shape[-1] == 1:
        if x1.dim() == 1 and expand_rank_1:
            return x1.unsqueeze(-1), x2
        return x1, x2.squeeze(-1)
    return x1, x2


def pair(y_true: Any, y_pred: Any, same: bool = False) -> tuple[Tensor, Tensor]:
    """Return target and prediction as float tensors of one dtype and rank.

    Raises ``ShapeError`` where their shapes do not broadcast, or, with ``same``, are not the same.
    """
    pred = floating(y_pred)
    true = tensor(y_true, pred, pred.dtype)
    if true.shape == pred.shape:
        return true, pred
    true, pred = squeeze_or_expand_to_same_rank(true, pred)
    fits = true.shape == pred.shape
    if not fits and not same:
        sizes = zip(true.shape[::-1], pred.shape[::-1], strict=False)  # a shorter shape broadcasts
        fits = all(one == two or 1 in (one, two) for one, two in sizes)
    if not fits:
        raise ShapeError(
            f"Targets of shape {tuple(true.shape)} and predictions of shape {tuple(pred.shape)} do not go "
            "together: the two must have the same shape. Give the last layer as many units as a target has "
            "numbers.",
            code="target_shape",
            expected=tuple(true.shape),
            got=tuple(pred.shape),
        )
    return true, pred


def map_leaves(function: Callable[..., Any], *structures: Any) -> Any:
    """Return the nesting of the first structure with ``function`` of the leaves at each place."""
    first = structures[0]
    if isinstance(first, Mapping):
        return {key: map_leaves(function, *(each[key] for each in structures)) for key in first}
    # A list of numbers is a tensor; a list of tensors or arrays, or a deeper nesting, is a structure.
    if isinstance(first, (list, tuple)) and any(_is_part(item) for item in first):
        items = [map_leaves(function, *parts) for parts in zip(*structures, strict=True)]
        if hasattr(first, "_fields"):
            return type(first)(*items)
        return items if isinstance(first, list) else tuple(items)
    return function(*structures)


def _is_part(value: Any) -> bool:
    return isinstance(value, (Mapping, Tensor, np.ndarray)) and (isinstance(value, Mapping) or value.ndim > 0)
