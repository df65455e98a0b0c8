"""What the operations share: arguments as tensors, and in the type in which Keras computes."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine import config
from engine.backend import convert_to_tensor, result_type, to_torch_dtype
from engine.errors import ShapeError
from engine.ops.functions import op

SMALL = (torch.bool, torch.uint8, torch.int8, torch.int16)
"""Types whose sums and products are gathered as int32."""


def tensor(x: Any) -> Tensor:
    """Return ``x`` as a tensor."""
    return x if isinstance(x, Tensor) else convert_to_tensor(x)


def floating(x: Any) -> Tensor:
    """Return ``x`` as a tensor of floats (or complex numbers): whole numbers take the default float type."""
    found = x if isinstance(x, Tensor) else convert_to_tensor(x)
    if found.is_floating_point() or found.is_complex():
        return found
    return found.to(to_torch_dtype(config.floatx()))


def countable(x: Any) -> Tensor:
    """Return ``x`` as a tensor, bools as uint8: torch orders no bools."""
    found = tensor(x)
    return found.to(torch.uint8) if found.dtype is torch.bool else found


def mixed_dtype(*values: Any) -> torch.dtype:
    """Return the type in which values meet; numbers of Python and the type ``float`` itself are weak."""
    return to_torch_dtype(
        result_type(
            *(value if isinstance(value, type) else getattr(value, "dtype", type(value)) for value in values)
        )
    )


def weak(x: Any) -> Any:
    """Return a number of Python as it is, all else as a tensor."""
    return x if isinstance(x, (int, float)) and not isinstance(x, bool) else tensor(x)


def same(x1: Any, x2: Any, *others: Any) -> tuple[Tensor, Tensor]:
    """Return both as tensors of the type in which they meet (and meet ``others``, types or values)."""
    if isinstance(x1, Tensor) and isinstance(x2, Tensor) and x1.dtype is x2.dtype and x1.is_floating_point():
        return x1, x2
    x1, x2 = weak(x1), weak(x2)
    dtype = mixed_dtype(x1, x2, *others)
    return convert_to_tensor(x1, dtype), convert_to_tensor(x2, dtype)


def is_whole(value: Any) -> bool:
    """Return whether ``value`` is one whole number, of Python or numpy."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def axes_of(axis: Any, rank: int) -> list[int]:
    """Return ``axis`` (one, several or ``None`` for all) as axes counted from the front, in order.

    Raises ``ShapeError`` for axes that are not there or stand twice.
    """
    if axis is None:
        return list(range(rank))
    try:
        given = [operator.index(item) for item in (axis if isinstance(axis, (tuple, list)) else [axis])]
    except TypeError:
        raise ShapeError(
            f"An axis is a whole number, or several in a tuple. Received: axis={axis!r}",
            code="axis",
            axis=axis,
        ) from None
    found = []
    for item in given:
        if not -rank <= item < max(rank, 1):
            raise ShapeError(
                f"axis {item} is out of bounds for a tensor with {rank} axes.",
                code="axis",
                axis=item,
                got=rank,
            )
        found.append(item % rank if rank else 0)
    if len(set(found)) != len(found):
        raise ShapeError(f"An axis stands twice. Received: axis={axis}", code="axis", axis=axis)
    return sorted(found)


def fold_last(x: Tensor, axes: Sequence[int]) -> Tensor:
    """Return ``x`` with ``axes`` moved to the end and folded into one; a lone number becomes a row of 1."""
    if not x.dim():
        return x.reshape(1)
    rest = [axis for axis in range(x.dim()) if axis not in axes]
    count = math.prod(x.shape[axis] for axis in axes)
    return x.permute(*rest, *axes).reshape(*(x.shape[axis] for axis in rest), count)


def unary(
    name: str,
    function: Callable[..., Tensor],
    doc: str,
    floats: bool = True,
    module: str = "numpy",
    cls: str | None = None,
) -> Callable[[Any], Tensor]:
    """Return an elementwise operation of one tensor; with ``floats``, whole numbers become floats first."""
    prepare = floating if floats else tensor

    def apply(x: Any) -> Tensor:
        return function(prepare(x))

    apply.__name__ = apply.__qualname__ = name
    apply.__doc__ = f"Return {doc}"
    return op("x", module=module, cls=cls, rule="same", torch=function if floats else None)(apply)


def binary(
    name: str, function: Callable[..., Tensor], doc: str, cls: str | None = None, mixed: bool = False
) -> Callable[[Any, Any], Tensor]:
    """Return an elementwise operation of two tensors; with ``mixed`` they are brought to one type first."""

    def apply(x1: Any, x2: Any) -> Tensor:
        if mixed:
            x1, x2 = same(x1, x2)
        return function(
            x1 if isinstance(x1, Tensor) else convert_to_tensor(x1),
            x2 if isinstance(x2, Tensor) else convert_to_tensor(x2),
        )

    apply.__name__ = apply.__qualname__ = name
    apply.__doc__ = f"Return {doc}"
    return op("x1", "x2", module="numpy", cls=cls, rule="broadcast", torch=function)(apply)


numpy_op = partial(op, module="numpy")
