"""A dict of named values that are attributes too.  Keras: ``keras.utils.Config``."""

from __future__ import annotations

import json
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from typing import Any

from engine.errors import EngineError, did_you_mean


class Config:
    """Named values, read and set as attributes or as in a dict; ``freeze()`` fixes them.

    ``for name in config`` goes through the names in alphabetical order.  Raises ``ValueError`` for changes
    of a frozen one and ``AttributeError`` for unknown names.
    """

    def __init__(self, **kwargs: Any) -> None:
        object.__setattr__(self, "_values", dict(kwargs))
        object.__setattr__(self, "_frozen", False)

    @property
    def frozen(self) -> bool:
        """Whether the values are fixed."""
        found: bool = self._frozen
        return found

    def freeze(self) -> None:
        """Fix the values."""
        object.__setattr__(self, "_frozen", True)

    def unfreeze(self) -> None:
        """Let the values change again."""
        object.__setattr__(self, "_frozen", False)

    def _open(self) -> dict[str, Any]:
        if self._frozen:
            raise EngineError(
                "Cannot mutate attribute(s) because the config is frozen. Call unfreeze() first.",
                code="frozen",
            )
        found: dict[str, Any] = self._values
        return found

    def as_dict(self) -> dict[str, Any]:
        """Return a plain dict of the values."""
        return dict(self._values)

    def to_json(self) -> str:
        """Return the values as JSON."""
        return json.dumps(self._values)

    def keys(self) -> KeysView[str]:
        """Return the names."""
        return self.as_dict().keys()

    def values(self) -> ValuesView[Any]:
        """Return the values."""
        return self.as_dict().values()

    def items(self) -> ItemsView[str, Any]:
        """Return names and values."""
        return self.as_dict().items()

    def get(self, keyname: str, value: Any = None) -> Any:
        """Return the value called ``keyname``, else ``value``."""
        return self._values.get(keyname, value)

    def pop(self, *args: Any) -> Any:
        """Remove a name and return its value, as ``dict.pop`` does."""
        return self._open().pop(*args)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set several values, as ``dict.update`` does."""
        self._open().update(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        values = object.__getattribute__(self, "_values")
        if name in values:
            return values[name]
        raise AttributeError(f"Unknown attribute: '{name}'.{did_you_mean(name, values)}")

    def __setattr__(self, name: str, value: Any) -> None:
        self._open()[name] = value

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def __setitem__(self, key: str, item: Any) -> None:
        self._open()[key] = item

    def __delitem__(self, key: str) -> None:
        del self._open()[key]

    def __contains__(self, item: object) -> bool:
        return item in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._values))

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"<Config {self._values}>"
