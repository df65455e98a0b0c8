"""Shapes and types of what operations return, for symbolic tensors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, islice, product
from typing import Any

import numpy as np
import torch

from engine.backend import result_type, to_torch_dtype
from engine.errors import ShapeError
from engine.spec import Shape
from engine.structure import flatten, map_structure
from engine.symbolic import KerasTensor

_SIZES = (6, 12)
"""Stand-ins for unknown sizes: two runs tell what depends on them, and both divide well."""
_LARGER = ((48, 96), (1024, 2048))
_TRIALS = 200


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
    """Return what an elementwise operation gives: the shape is the arguments' common one, the type is
    tried.
    """
    leaves = [leaf for leaf in [*flatten(args), *flatten(dict(kwargs))] if leaf is not None]
    shape = broadcast(*(shape_of(leaf) for leaf in leaves if not isinstance(leaf, (str, bool, slice))))

    def lone(leaf: Any) -> Any:
        if isinstance(leaf, KerasTensor):
            return torch.zeros([1] * leaf.ndim, dtype=to_torch_dtype(leaf.dtype))
        if isinstance(leaf, (torch.Tensor, np.ndarray)):
            return leaf.reshape(-1)[:1].reshape([1] * leaf.ndim)
        return leaf

    try:
        made = _try(function, map_structure(lone, args), map_structure(lone, dict(kwargs)), name)
    except (NotImplementedError, ShapeError, TypeError):  # torch does it for other types only
        dtypes = [getattr(leaf, "dtype", type(leaf)) for leaf in leaves]
        return KerasTensor(shape, result_type(*dtypes))
    return map_structure(lambda tensor: KerasTensor(shape, _dtype_name(tensor)), made)


def _try(function: Callable[..., Any], args: Any, kwargs: Any, name: str) -> Any:
    try:
        with torch.no_grad():
            return function(*args, **kwargs)
    except (NotImplementedError, TypeError, ValueError):
        raise
    except (RuntimeError, IndexError, AssertionError) as error:
        outside = re.search(r"Dimension out of range .* got (-?\d+)", str(error))
        if outside:
            raise ShapeError(
                f"Operation '{name}': axis {outside[1]} is out of bounds.", code="axis"
            ) from error
        raise ShapeError(
            f"Operation '{name}' cannot be done with inputs of these shapes and types: {error}",
            code="operation",
        ) from error


def by_running(function: Callable[..., Any], args: Any, kwargs: Mapping[str, Any], name: str) -> Any:
    """Return what comes out of ``function``, by running it on zeros of the shapes of symbolic arguments.

    Unknown sizes are tried as two different numbers: what differs in the answers is unknown in the result.
    Where that does not fit, single axes are tried as the known sizes that they may meet.  Raises
    ``ShapeError`` where it cannot run.
    """
    symbols = [leaf for leaf in [*flatten(args), *flatten(dict(kwargs))] if isinstance(leaf, KerasTensor)]
    unknown = sum(size is None for symbol in symbols for size in symbol.shape)

    def run(sizes: Sequence[int]) -> Any:
        rest = iter(sizes)

        def zeros(leaf: Any) -> Any:
            if not isinstance(leaf, KerasTensor):
                return leaf
            shape = [next(rest) if axis is None else axis for axis in leaf.shape]
            return torch.zeros((), dtype=to_torch_dtype(leaf.dtype)).expand(shape)

        return _tensors(_try(function, map_structure(zeros, args), map_structure(zeros, dict(kwargs)), name))

    if not unknown:
        return map_structure(lambda made: KerasTensor(tuple(made.shape), _dtype_name(made)), run(()))
    known = sorted({size for symbol in symbols for size in symbol.shape if size is not None} | {1})
    first: Exception | None = None
    for bound in islice(_bindings(unknown, known), _TRIALS):
        try:
            one, two = (run([free if size is None else size for size in bound]) for free in _SIZES)
        except (ShapeError, ValueError) as error:
            first = first or error
            continue
        return _merged(one, two)
    for sizes in _LARGER[: 2 if unknown <= 2 else 1]:  # windows that are longer than the small stand-ins
        try:
            one, two = (run([free] * unknown) for free in sizes)
        except (ShapeError, ValueError):
            continue
        return _merged(one, two)
    assert first is not None
    raise first


def _bindings(count: int, known: Sequence[int]) -> Iterator[tuple[int | None, ...]]:
    """Return the ways to take ``count`` unknown sizes as known ones, those that bind the fewest first."""
    for some in range(min(count, 3) + 1):
        for places in combinations(range(count), some):
            for sizes in product(known, repeat=some):
                chosen = dict(zip(places, sizes, strict=True))
                yield tuple(chosen.get(place) for place in range(count))


def _merged(one: Any, two: Any) -> Any:
    """Return symbolic tensors like two answers, with ``None`` where their sizes differ."""
    others = iter(flatten(two))

    def merge(left: torch.Tensor) -> KerasTensor:
        right = next(others)
        sizes = [a if a == b else None for a, b in zip(left.shape, right.shape, strict=True)]
        return KerasTensor(sizes, _dtype_name(left))

    return map_structure(merge, one)


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
