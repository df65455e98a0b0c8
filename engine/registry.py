"""One way to find things by name, for every family: layers, losses, metrics, optimizers, activations, ...

A family is a lazily filled table from names to classes and functions.  ``get``, ``serialize`` and
``deserialize`` of all families are the three methods of one class, so that they agree.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.errors import EngineError, UnknownNameError, did_you_mean

_custom: dict[str, Any] = {}
_custom_names: dict[Any, str] = {}


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Callable[[Any], Any]:
    """Register a class or function of your own, so that it can be named, saved and loaded.

    It is known as ``package>name`` and, where that is free, by its bare name.  Keras:
    ``keras.saving.register_keras_serializable``.
    """

    def register(thing: Any) -> Any:
        bare = name or thing.__name__
        full = f"{package}>{bare}"
        _custom[full] = thing
        _custom.setdefault(bare, thing)
        _custom_names[thing] = full
        return thing

    return register


def get_registered_object(
    name: str,
    custom_objects: Mapping[str, Any] | None = None,
    module_objects: Mapping[str, Any] | None = None,
) -> Any:
    """Return what was registered as ``name`` (in ``custom_objects`` first), or ``None``."""
    for table in (custom_objects, _custom, module_objects):
        if table and name in table:
            return table[name]
    return None


def get_registered_name(thing: Any) -> str:
    """Return the name under which ``thing`` was registered, or its own name."""
    return _custom_names.get(thing, getattr(thing, "__name__", str(thing)))


class Family:
    """Names of one family and what they stand for.

    ``kind`` is the word for error messages ("activation"), ``module`` the public module
    ("activations").  Classes answer to their own name and to ``aliases``; functions likewise.
    """

    def __init__(self, kind: str, module: str) -> None:
        self.kind = kind
        self.module = module
        self._things: dict[str, Any] = {}

    def add(self, *things: Any, **aliases: Any) -> None:
        """Make classes or functions known by ``__name__``, and further ones by the alias given."""
        for thing in things:
            self._things[thing.__name__] = thing
        self._things.update(aliases)

    def names(self) -> Iterable[str]:
        """Return every name that ``get`` understands, in the order of their definition."""
        return self._things.keys()

    def find(self, name: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
        """Return the class or function called ``name``; raises ``UnknownNameError`` with the nearest name."""
        found = get_registered_object(name, custom_objects, self._things)
        if found is None:
            raise UnknownNameError(
                f"There is no {self.kind} called {name!r}.{did_you_mean(name, self._things)}",
                code="unknown_name",
                family=self.module,
                name=name,
                near=did_you_mean(name, self._things),
            )
        return found

    def get(self, identifier: Any) -> Any:
        """Return an object of this family from a name, a config dict, a class, or the object itself."""
        if identifier is None:
            return None
        if isinstance(identifier, Mapping):
            return self.deserialize(identifier)
        found = self.find(identifier) if isinstance(identifier, str) else identifier
        if inspect.isclass(found):
            return found()
        if callable(found):
            return found
        raise EngineError(
            f"A {self.kind} is a name, a config, a class or an object. Received: {identifier!r}", code="param"
        )

    def serialize(self, thing: Any) -> Any:
        """Return a JSON-able form: a name for a function, ``class_name`` and ``config`` for an object."""
        if thing is None or isinstance(thing, str):
            return thing
        if inspect.isfunction(thing) or inspect.isbuiltin(thing):
            return get_registered_name(thing)
        registered = _custom_names.get(type(thing))
        return {
            "module": "builtins" if registered else getattr(thing, "keras_module", f"keras.{self.module}"),
            "class_name": type(thing).__name__,
            "config": thing.get_config(),
            "registered_name": registered,
        }

    def deserialize(self, config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
        """Return the object or function that ``serialize`` described."""
        if config is None:
            return None
        if isinstance(config, str):
            return self.find(config, custom_objects)
        if not isinstance(config, Mapping) or "class_name" not in config:
            raise EngineError(
                f"A {self.kind} config is a name or has 'class_name' and 'config'. Received: {config!r}",
                code="config",
            )
        name = str(config["class_name"])
        if name == "function":
            return self.find(str(config["config"]), custom_objects)
        registered = config.get("registered_name")
        cls = (registered and get_registered_object(str(registered), custom_objects)) or self.find(
            name, custom_objects
        )
        inner = dict(config.get("config") or {})
        if not inspect.isclass(cls):
            return cls
        if hasattr(cls, "from_config"):
            if custom_objects and "custom_objects" in inspect.signature(cls.from_config).parameters:
                return cls.from_config(inner, custom_objects=custom_objects)
            return cls.from_config(inner)
        return cls(**inner)
