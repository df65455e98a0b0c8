"""Nested lists, tuples and dicts of tensors: taking them apart and putting them together again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def per_class(function: Callable[[Any], T]) -> Callable[[Any], T]:
    """Remember what ``function`` answers for each class."""
    return cache(function)


def ordered(mapping: Mapping[Any, Any]) -> list[Any]:
    """Return the keys of a dict, sorted where they can be; those of an ``OrderedDict`` as they stand.

    Keras numbers what lies in dicts this way, so the order of layers and weights in its files hangs on it.
    """
    if isinstance(mapping, OrderedDict):
        return list(mapping)
    try:
        return sorted(mapping)
    except TypeError:  # keys of several types
        return sorted(mapping, key=lambda key: (type(key).__qualname__, str(key)))


def flatten(structure: Any) -> list[Any]:
    """Return the leaves of nested lists, tuples and dicts, in order (dicts in that of ``ordered``)."""
    if isinstance(structure, Mapping):
        return [leaf for key in ordered(structure) for leaf in flatten(structure[key])]
    if isinstance(structure, (list, tuple)):
        return [leaf for value in structure for leaf in flatten(value)]
    return [structure]


def map_structure(function: Callable[[Any], Any], structure: Any) -> Any:
    """Return the same nesting with ``function`` of each leaf."""
    if isinstance(structure, Mapping):
        made = {key: map_structure(function, structure[key]) for key in ordered(structure)}
        return {key: made[key] for key in structure}
    if isinstance(structure, (list, tuple)):
        return _like(structure, [map_structure(function, value) for value in structure])
    return function(structure)


def _like(structure: Any, items: list[Any]) -> Any:
    """Return ``items`` as a list, a tuple or the named tuple that ``structure`` is."""
    if isinstance(structure, list):
        return items
    return type(structure)(*items) if hasattr(structure, "_fields") else tuple(items)


def paths(structure: Any) -> list[str]:
    """Return where each leaf lies: keys and places joined by dots; empty for a lone leaf."""

    def walk(value: Any, at: tuple[str, ...]) -> list[str]:
        if isinstance(value, Mapping):
            return [path for key in ordered(value) for path in walk(value[key], (*at, str(key)))]
        if isinstance(value, (list, tuple)):
            return [path for index, item in enumerate(value) for path in walk(item, (*at, str(index)))]
        return [".".join(at)]

    return walk(structure, ())


def same_nesting(one: Any, two: Any) -> bool:
    """Return whether two nestings have the same keys and lengths; lists and tuples count as alike."""
    if isinstance(one, Mapping) or isinstance(two, Mapping):
        alike = isinstance(one, Mapping) and isinstance(two, Mapping) and one.keys() == two.keys()
        return alike and all(same_nesting(one[key], two[key]) for key in one)
    if isinstance(one, (list, tuple)) or isinstance(two, (list, tuple)):
        alike = isinstance(one, (list, tuple)) and isinstance(two, (list, tuple)) and len(one) == len(two)
        return alike and all(same_nesting(left, right) for left, right in zip(one, two, strict=True))
    return True


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
    return _like(structure, [map_shapes(function, value) for value in structure])
