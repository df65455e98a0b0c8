"""Nested lists, tuples and dicts of tensors: taking them apart and putting them together again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def per_class(function: Callable[[Any], T]) -> Callable[[Any], T]:
    """Remember what ``function`` answers for each class."""
    return cache(function)


def flatten(structure: Any) -> list[Any]:
    """Return the leaves of nested lists, tuples and dicts, in order (dicts in the order of their keys)."""
    if isinstance(structure, Mapping):
        return [leaf for value in structure.values() for leaf in flatten(value)]
    if isinstance(structure, (list, tuple)):
        return [leaf for value in structure for leaf in flatten(value)]
    return [structure]


def map_structure(function: Callable[[Any], Any], structure: Any) -> Any:
    """Return the same nesting with ``function`` of each leaf."""
    if isinstance(structure, Mapping):
        return {key: map_structure(function, value) for key, value in structure.items()}
    if isinstance(structure, (list, tuple)):
        items = [map_structure(function, value) for value in structure]
        return items if isinstance(structure, list) else tuple(items)
    return function(structure)


def pack_like(structure: Any, leaves: list[Any]) -> Any:
    """Return the nesting of ``structure`` with ``leaves`` in place of its own."""
    rest = iter(leaves)
    return map_structure(lambda _: next(rest), structure)


def is_shape(value: Any) -> bool:
    """Return whether ``value`` is one shape (a tuple or list of sizes), not a nesting of shapes."""
    return isinstance(value, (tuple, list)) and all(
        item is None or hasattr(item, "__index__") for item in value
    )


def map_shapes(function: Callable[[Any], Any], structure: Any) -> Any:
    """Return the nesting of shapes with ``function`` of each shape."""
    if is_shape(structure):
        return function(tuple(structure))
    if isinstance(structure, Mapping):
        return {key: map_shapes(function, value) for key, value in structure.items()}
    items = [map_shapes(function, value) for value in structure]
    return items if isinstance(structure, list) else tuple(items)
