"""Values that cannot change: what a file can hold, frozen, compared by type as well as by size.

``1``, ``1.0`` and ``True`` are equal in Python but not in a file or in a script, so they differ here too.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from studio.document.errors import Refusal


class Frozen(Mapping[str, Any]):
    """A mapping that never changes and can be a key; its values are frozen as well."""

    __slots__ = ("_items", "_token")

    def __init__(self, items: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        self._items: dict[str, Any] = {}
        for name, value in {**(items or {}), **more}.items():
            if not isinstance(name, str):
                raise Refusal(f"A setting's name is a text, not {name!r}.", code="value", got=repr(name))
            self._items[name] = freeze(value)
        self._token: str | None = None

    @property
    def token(self) -> str:
        """A text that is the same for equal values and for them alone."""
        if self._token is None:
            self._token = json.dumps(thaw(self), sort_keys=True)
        return self._token

    def __getitem__(self, name: str) -> Any:
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Frozen):
            return NotImplemented if not isinstance(other, Mapping) else self == Frozen(other)
        return self is other or self.token == other.token

    def __hash__(self) -> int:
        return hash(self._token or self.token)

    def __repr__(self) -> str:
        return f"Frozen({self._items!r})"

    def with_(self, changes: Mapping[str, Any]) -> Frozen:
        """Return a copy with ``changes`` put in."""
        return Frozen({**self._items, **changes})

    def without(self, *names: str) -> Frozen:
        """Return a copy that lacks ``names``."""
        return Frozen({name: value for name, value in self._items.items() if name not in names})


LARGEST = sys.float_info.max
"""Beyond it lie infinity and whole numbers that nothing can compute with; NaN lies nowhere."""


def freeze(value: Any) -> Any:
    """Return ``value`` with lists as tuples and mappings as ``Frozen``.

    Raises ``Refusal`` (code ``"value"``) for anything that a file cannot hold: other types, NaN, infinity,
    whole numbers too large for a float.
    """
    if isinstance(value, Frozen):
        return value
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float)) and -LARGEST <= value <= LARGEST:
        return value
    if isinstance(value, (list, tuple)):
        return tuple(freeze(item) for item in value)
    if isinstance(value, Mapping):
        return Frozen(value)
    raise Refusal(
        f"A setting is a number, a text, yes or no, or a list of them, not {value!r}.",
        code="value",
        got=repr(value),
    )


def thaw(value: Any) -> Any:
    """Return the plain form of a frozen value: dicts and lists, as JSON has them."""
    if isinstance(value, Mapping):
        return {name: thaw(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [thaw(item) for item in value]
    return value


EMPTY = Frozen()
