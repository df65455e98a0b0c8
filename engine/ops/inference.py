"""Shapes and types of what operations return, for symbolic tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from engine.backend import to_torch_dtype
from engine.errors import ShapeError
from engine.spec import Shape
from engine.structure import flatten, map_structure
from engine.symbolic import KerasTensor

_SIZES = (6, 12)
"""Stand-ins for unknown sizes: two runs tell what depends on them, and both divide well."""


def broadcast(*shapes: Shape) -> Shape:
    """Return the shape in which ``shapes`` meet; an unknown size yields to a known one above 1.

    Raises ``ShapeError`` where they do not fit.
    """
    rank = max((len(shape) for shape in shapes), default=0)
    found: list[int | None] = []
    for axis in range(-rank, 0):
        sizes = {shape[axis] for shape in shapes if len(shape) >= -axis}
        known = sizes - {None, 1}
        if len(known) > 1:
            raise ShapeError(
                f"The shapes {' and '.join(map(str, shapes))} do not fit: axis {axis} has the sizes "
                f"{', '.join(map(str, sorted(size for size in known if size is not None)))}.",
                code="broadcast",
                shapes=shapes,
            )
        found.append(known.pop() if known else None if None in sizes else 1)
    return tuple(found)


def shape_of(value: Any) -> Shape:
    """Return the shape of a tensor, array, number or nested list."""
    found = getattr(value, "shape", None)
    return tuple(np.shape(value) if found is None else found)


def _dtype_name(tensor: torch.Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def elementwise(function: Callable[..., Any], args: Any, kwargs: Mapping[str, Any], name: str) -> Any:
    """Return what an elementwise operation gives: the shape is the arguments' common one, the type is tried."""
    leaves = [leaf for leaf in [*flatten(args), *flatten(dict(kwargs))] if leaf is not None]
    shape = broadcast(*(shape_of(leaf) for leaf in leaves if not isinstance(leaf, (str, bool, slice))))

    def lone(leaf: Any) -> Any:
        if isinstance(leaf, KerasTensor):
            return torch.zeros([1] * leaf.ndim, dtype=to_torch_dtype(leaf.dtype))
        if isinstance(leaf, (torch.Tensor, np.ndarray)):
            return leaf.reshape(-1)[:1].reshape([1] * leaf.ndim)
        return leaf

    made = _try(function, map_structure(lone, args), map_structure(lone, dict(kwargs)), name)
    return map_structure(lambda tensor: KerasTensor(shape, _dtype_name(tensor)), made)


def _try(function: Callable[..., Any], args: Any, kwargs: Any, name: str) -> Any:
    try:
        with torch.no_grad():
            return function(*args, **kwargs)
    except (NotImplementedError, TypeError, ValueError):
        raise
    except (RuntimeError, IndexError, AssertionError) as error:
        raise ShapeError(
            f"Operation '{name}' cannot be done with inputs of these shapes and types: {error}",
            code="operation",
        ) from error


def by_running(function: Callable[..., Any], args: Any, kwargs: Mapping[str, Any], name: str) -> Any:
    """Return what comes out of ``function``, by running it on zeros of the shapes of symbolic arguments.

    Unknown sizes are tried as two different numbers: what differs in the answers is unknown in the result.
    Where neither fits, they are taken as 1, which fits everything.  Raises ``ShapeError`` where it cannot run.
    """
    symbols = [leaf for leaf in [*flatten(args), *flatten(dict(kwargs))] if isinstance(leaf, KerasTensor)]
    unknown = any(None in symbol.shape for symbol in symbols)

    def run(size: int) -> Any:
        def zeros(leaf: Any) -> Any:
            if not isinstance(leaf, KerasTensor):
                return leaf
            sizes = [size if axis is None else axis for axis in leaf.shape]
            return torch.zeros((), dtype=to_torch_dtype(leaf.dtype)).expand(sizes)

        return _try(function, map_structure(zeros, args), map_structure(zeros, dict(kwargs)), name)

    if not unknown:
        return map_structure(lambda made: KerasTensor(tuple(made.shape), _dtype_name(made)), _tensors(run(1)))
    try:
        one, two = run(_SIZES[0]), run(_SIZES[1])
    except (ShapeError, ValueError):
        made = run(1)
        return map_structure(
            lambda leaf: KerasTensor([None if size == 1 else size for size in leaf.shape], _dtype_name(leaf)),
            _tensors(made),
        )
    others = iter(flatten(_tensors(two)))

    def merge(left: torch.Tensor) -> KerasTensor:
        right = next(others)
        sizes = [a if a == b else None for a, b in zip(left.shape, right.shape, strict=True)]
        return KerasTensor(sizes, _dtype_name(left))

    return map_structure(merge, _tensors(one))


def _tensors(made: Any) -> Any:
    """Return an answer with named tuples of torch as plain ones and numbers as tensors."""
    if isinstance(made, torch.Tensor):
        return made
    if isinstance(made, Mapping):
        return {key: _tensors(value) for key, value in made.items()}
    if isinstance(made, (list, tuple)):
        items = [_tensors(value) for value in made]
        return items if isinstance(made, list) else tuple(items)
    return torch.as_tensor(made)
