"""Nested lists, tuples and dicts: taken apart, mapped, compared.  Keras: ``keras.tree``.

Dicts are walked in the order of their sorted keys, and ``None`` is a leaf; ordered dicts and named tuples
keep
their type.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.errors import EngineError

__all__ = [
    "MAP_TO_NONE", "assert_same_paths", "assert_same_structure", "flatten", "flatten_with_path", "is_nested",
    "lists_to_tuples", "map_shape_structure", "map_structure", "map_structure_up_to", "pack_sequence_as",
    "traverse",
]  # fmt: skip


class MAP_TO_NONE:  # Keras' name: what a function of ``traverse`` returns to put None in place
    """What a function given to ``traverse`` returns to put ``None`` in the place of a part."""


class TreeError(EngineError, TypeError):
    """Two structures do not match in type."""


def is_nested(structure: Any) -> bool:
    """Return whether ``structure`` is a list, tuple, deque or dict, empty or not."""
    return isinstance(structure, (list, tuple, deque, Mapping))


def _children(structure: Any) -> list[tuple[Any, Any]]:
    """Return the keys and parts of a nesting, in order."""
    if isinstance(structure, OrderedDict):
        return list(structure.items())
    if isinstance(structure, Mapping):
        try:
            keys = sorted(structure)
        except TypeError:
            keys = list(structure)
        return [(key, structure[key]) for key in keys]
    return list(enumerate(structure))


def _rebuilt(structure: Any, items: list[Any]) -> Any:
    """Return ``items``, the parts of ``structure`` in order, in a nesting of its type."""
    if isinstance(structure, Mapping):
        made = dict(zip((key for key, _ in _children(structure)), items, strict=True))
        ordered = {key: made[key] for key in structure}
        if isinstance(structure, defaultdict):
            return defaultdict(structure.default_factory, ordered)
        return OrderedDict(ordered) if isinstance(structure, OrderedDict) else ordered
    if isinstance(structure, tuple):
        return type(structure)(*items) if hasattr(structure, "_fields") else tuple(items)
    if isinstance(structure, deque):
        return deque(items, structure.maxlen)
    return list(items)


def flatten(structure: Any) -> list[Any]:
    """Return the leaves, in order; a leaf alone is a list of itself."""
    if not is_nested(structure):
        return [structure]
    return [leaf for _, part in _children(structure) for leaf in flatten(part)]


def flatten_with_path(structure: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """Return the leaves with the keys that lead to each."""

    def walk(part: Any, path: tuple[Any, ...]) -> Iterable[tuple[tuple[Any, ...], Any]]:
        if not is_nested(part):
            yield path, part
            return
        for key, inner in _children(part):
            yield from walk(inner, (*path, key))

    return list(walk(structure, ()))


def map_structure(func: Callable[..., Any], *structures: Any, none_is_leaf: bool = True) -> Any:
    """Return the nesting of the first structure with ``func`` of the leaves of all in each place.

    With ``none_is_leaf=False``, ``None`` stays as it is.  Raises ``ValueError`` and ``TypeError`` where the
    structures differ.
    """
    if not callable(func):
        raise TypeError(f"`func` must be callable. Received: func={func}")
    if not structures:
        raise EngineError("Must provide at least one structure", code="missing_param")
    for other in structures[1:]:
        assert_same_structure(structures[0], other)

    def walk(parts: tuple[Any, ...]) -> Any:
        if not is_nested(parts[0]):
            if parts[0] is None and not none_is_leaf:
                return None
            return func(*parts)
        columns = [[item for _, item in _children(part)] for part in parts]
        return _rebuilt(parts[0], [walk(row) for row in zip(*columns, strict=True)])

    return walk(structures)


def map_structure_up_to(shallow_structure: Any, func: Callable[..., Any], *structures: Any) -> Any:
    """Return the nesting of ``shallow_structure`` with ``func`` of what lies there in the other
    structures.
    """
    if not structures:
        raise EngineError("Must provide at least one structure", code="missing_param")

    def walk(shallow: Any, parts: tuple[Any, ...]) -> Any:
        if not is_nested(shallow):
            return func(*parts)
        for part in parts:
            if not is_nested(part):
                raise TreeError(
                    "If shallow structure is a sequence, input must also be a sequence. Input "
                    f"has type: {type(part)}.",
                    code="structure",
                )
            if len(part) != len(shallow):
                raise EngineError(
                    f"The structures have different lengths: {len(shallow)} and {len(part)}.",
                    code="structure",
                )
        keys = [key for key, _ in _children(shallow)]
        return _rebuilt(shallow, [walk(shallow[key], tuple(part[key] for part in parts)) for key in keys])

    return walk(shallow_structure, structures)


def _alike(one: Any, two: Any) -> None:
    if is_nested(one) != is_nested(two):
        wanted, got = (type(value).__name__ if is_nested(value) else "a leaf" for value in (one, two))
        raise EngineError(
            f"`a` and `b` don't have the same nested structure: {one!r} and {two!r}. Expected: {wanted}. "
            f"Received: {got}.",
            code="structure",
        )
    if not is_nested(one):
        return
    mappings = isinstance(one, Mapping), isinstance(two, Mapping)
    if mappings[0] != mappings[1] or (not mappings[0] and type(one) is not type(two)):
        raise EngineError(
            f"`a` and `b` don't have the same nested structure: expected {type(one).__name__}. "
            f"Received: {type(two).__name__}.",
            code="structure",
        )
    if len(one) != len(two) or (mappings[0] and set(one) != set(two)):
        raise EngineError(
            f"`a` and `b` don't have the same nested structure: {one!r} and {two!r} have other parts.",
            code="structure",
        )
    for (_, left), (_, right) in zip(_children(one), _children(two), strict=True):
        _alike(left, right)


def assert_same_structure(a: Any, b: Any, check_types: bool | None = None) -> None:
    """Raise ``ValueError`` where two nestings differ in type, keys or lengths.

    ``check_types`` is kept for scripts written for older Keras: types are always looked at.
    """
    _alike(a, b)


def assert_same_paths(a: Any, b: Any) -> None:
    """Raise ``ValueError`` where the leaves of two nestings do not lie under the same keys."""
    one = {path for path, _ in flatten_with_path(a)}
    two = {path for path, _ in flatten_with_path(b)}
    if one != two:
        raise EngineError(
            f"`a` and `b` don't have the same paths: they differ in {one ^ two}.", code="structure"
        )


def pack_sequence_as(structure: Any, flat_sequence: Any) -> Any:
    """Return the nesting of ``structure`` with the leaves of ``flat_sequence``; raises ``ValueError``."""
    if not is_nested(flat_sequence) or isinstance(flat_sequence, Mapping):
        raise TypeError(f"flat_sequence must be a sequence. Received: {flat_sequence!r}")
    count = len(flatten(structure))
    if not is_nested(structure):
        if len(flat_sequence) != 1:
            raise EngineError(
                f"The target structure is of type {type(structure).__name__}, and takes one value. "
                f"Received: {len(flat_sequence)}",
                code="structure",
            )
        return flat_sequence[0]
    if count != len(flat_sequence):
        raise EngineError(
            f"Could not pack sequence: the structure has {count} leaves. Received: {len(flat_sequence)}.",
            code="structure",
        )
    rest = iter(flat_sequence)
    return map_structure(lambda _: next(rest), structure)


def traverse(func: Callable[[Any], Any], structure: Any, top_down: bool = True) -> Any:
    """Return the structure with ``func`` of its parts in their place, where that is not ``None``.

    From the top down parts that were replaced are not entered; else leaves come first.  ``MAP_TO_NONE`` puts
    ``None`` in place.
    """
    if not callable(func):
        raise TypeError(f"`func` must be callable. Received: func={func}")

    def inside(part: Any) -> Any:
        return _rebuilt(part, [walk(item) for _, item in _children(part)]) if is_nested(part) else part

    def walk(part: Any) -> Any:
        if not top_down:
            part = inside(part)
        made = func(part)
        if made is MAP_TO_NONE or isinstance(made, MAP_TO_NONE):
            return None
        if made is not None:
            return made
        return inside(part) if top_down else part

    return walk(structure)


def lists_to_tuples(structure: Any) -> Any:
    """Return the structure with every list as a tuple."""
    return traverse(lambda part: tuple(part) if isinstance(part, list) else None, structure, top_down=False)


def _is_shape(structure: Any) -> bool:
    return isinstance(structure, (list, tuple)) and all(
        isinstance(size, (int, type(None))) for size in structure
    )


def map_shape_structure(func: Callable[[Any], Any], structure: Any) -> Any:
    """Return a nesting of shapes with ``func`` of each shape."""
    if not callable(func):
        raise TypeError(f"`func` must be callable. Received: func={func}")
    if _is_shape(structure):
        return func(structure)
    if isinstance(structure, Mapping):
        return {key: map_shape_structure(func, value) for key, value in structure.items()}
    if isinstance(structure, (list, tuple)):
        items = [map_shape_structure(func, value) for value in structure]
        return items if isinstance(structure, list) else tuple(items)
    return func(structure)
