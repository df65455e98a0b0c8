"""One way to find things by name, for every family: layers, losses, metrics, optimizers, activations, ...

A family is a lazily filled table from names to classes and functions.  ``get``, ``serialize`` and
``deserialize`` of all families are the three methods of one class, so that they agree.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

from engine.errors import EngineError, UnknownNameError, did_you_mean

_custom: dict[str, Any] = {}
_bare: dict[str, Any] = {}
_custom_names: dict[Any, str] = {}
_families: _Families
_local = threading.local()


class ConfigError(EngineError, TypeError):
    """A config is not of the form that its class name promises, or an object has none."""


def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Callable[[Any], Any]:
    """Register a class or function of your own, so that it can be named, saved and loaded.

    It is known as ``package>name`` and, where nothing else has that name, by its bare name.  Raises
    ``EngineError`` for classes without ``get_config``.  Keras: ``keras.saving.register_keras_serializable``.
    """

    def register(thing: Any) -> Any:
        if inspect.isclass(thing) and not hasattr(thing, "get_config"):
            raise EngineError(
                "Cannot register a class that does not have a get_config() method: it returns the arguments "
                f"of the constructor. Received: {thing.__name__}",
                code="config",
            )
        bare = name or thing.__name__
        full = f"{package}>{bare}"
        _custom[full] = thing
        _bare.setdefault(bare, thing)
        _custom_names[thing] = full
        return thing

    return register


class CustomObjectScope:
    """Let configs inside the ``with`` block find these classes and functions by name, in this thread.

    Keras: ``keras.saving.custom_object_scope``.
    """

    def __init__(self, custom_objects: Mapping[str, Any] | None) -> None:
        self.custom_objects = dict(custom_objects or {})

    def __enter__(self) -> CustomObjectScope:
        self._outer = scope_objects()
        _local.scope = {**self._outer, **self.custom_objects}
        return self

    def __exit__(self, *_: object) -> None:
        _local.scope = self._outer


custom_object_scope = CustomObjectScope


def scope_objects() -> dict[str, Any]:
    """Return what the ``CustomObjectScope`` around this call knows."""
    found: dict[str, Any] = getattr(_local, "scope", None) or {}
    return found


def get_custom_objects() -> dict[str, Any]:
    """Return the table of registered objects, which may be added to.  Keras:
    ``saving.get_custom_objects``.
    """
    return _custom


def get_registered_object(
    name: str,
    custom_objects: Mapping[str, Any] | None = None,
    module_objects: Mapping[str, Any] | None = None,
) -> Any:
    """Return what was registered as ``name`` (in ``custom_objects`` first), or ``None``."""
    for table in (custom_objects, scope_objects(), _custom, module_objects, _bare):
        if table and name in table:
            return table[name]
    return None


def get_registered_name(obj: Any) -> str:
    """Return the name under which ``obj`` was registered, or its own name."""
    try:
        return _custom_names.get(obj, getattr(obj, "__name__", str(obj)))
    except TypeError:  # what has no hash was never registered
        return getattr(obj, "__name__", str(obj))


def home_of(cls: type, module: str) -> tuple[str, str | None]:
    """Return the module and the registered name that a config of an object of ``cls`` states.

    What is built in lives in Keras' public ``module``; a class of one's own where it was written.
    """
    if cls in _custom_names or not cls.__module__.startswith("engine."):
        return cls.__module__, get_registered_name(cls)
    if cls.__module__.startswith("engine.layers."):
        module = "keras.layers"  # a layer may stand where a function does
    return getattr(cls, "keras_module", module), None


class ObjectSharingScope:
    """Write objects that stand in several configs inside the ``with`` block as one, and read them as one.

    Keras: ``keras.saving.serialization_lib.ObjectSharingScope``.
    """

    def __enter__(self) -> ObjectSharingScope:
        self._outer = getattr(_local, "shared", None)
        _local.shared = ({}, {}, [])
        return self

    def __exit__(self, *_: object) -> None:
        _local.shared = self._outer


def note_written(thing: Any, config: dict[str, Any]) -> dict[str, Any]:
    """Return the config of ``thing``, marked where the scope has seen it before."""
    shared = getattr(_local, "shared", None)
    if shared is not None:
        written, _, alive = shared
        if id(thing) in written:
            config["shared_object_id"] = written[id(thing)]["shared_object_id"] = id(thing)
        else:
            written[id(thing)] = config
            alive.append(thing)  # an id means something only as long as its object lives
    return config


def shared_object(config: Mapping[str, Any], thing: Any = None) -> Any:
    """Return the object that was made from the same mark, or ``None``; with ``thing``, remember that."""
    shared = getattr(_local, "shared", None)
    mark = config.get("shared_object_id")
    if shared is None or mark is None:
        return thing
    return shared[1].setdefault(mark, thing) if thing is not None else shared[1].get(mark)


class Family:
    """Names of one family and what they stand for.

    ``kind`` is the word for error messages ("activation"), ``module`` the public module
    ("activations").  Classes answer to their own name and to ``aliases``; functions likewise.  ``base``, a
    class, and ``takes``, the first arguments of its functions, tell what users registered belongs to it.
    """

    def __init__(self, kind: str, module: str, takes: tuple[str, ...] = ()) -> None:
        self.kind = kind
        self.base: type | None = None
        self._takes = takes
        self._one = f"{'An' if kind[0] in 'aeiou' else 'A'} {kind}"
        self.module = module
        self._things: dict[str, Any] = {}
        _families[module] = self

    def add(self, *things: Any, **aliases: Any) -> None:
        """Make classes or functions known by ``__name__``, and further ones by the alias given."""
        for thing in things:
            self._things[thing.__name__] = thing
        self._things.update(aliases)

    def names(self) -> Iterable[str]:
        """Return every name that ``get`` understands, in the order of their definition."""
        return self._things.keys()

    def registered(self) -> tuple[str, ...]:
        """Return the names of what users registered that belongs to this family, in the order of their
        registering.

        Those are subclasses of the family's base, and functions whose arguments begin like its own.
        """
        return tuple(name for name, thing in _bare.items() if name not in self._things and self._fits(thing))

    def _fits(self, thing: Any) -> bool:
        if inspect.isclass(thing):
            return self.base is not None and issubclass(thing, self.base)
        if not self._takes or not inspect.isfunction(thing):
            return False
        names = tuple(inspect.signature(thing).parameters)
        return names[: len(self._takes)] == self._takes

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
            f"{self._one} is a name, a config, a class or an object. Received: {identifier!r}", code="param"
        )

    def serialize(self, thing: Any) -> Any:
        """Return a JSON-able form: a name for a function, ``class_name`` and ``config`` for an object."""
        if thing is None or isinstance(thing, str):
            return thing
        if inspect.isfunction(thing) or inspect.isbuiltin(thing):
            return get_registered_name(thing)
        module, registered = home_of(type(thing), f"keras.{self.module}")
        config = {
            "module": module,
            "class_name": type(thing).__name__,
            "config": thing.get_config(),
            "registered_name": registered,
        }
        return note_written(thing, config)

    def deserialize(self, config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
        """Return the object or function that ``serialize`` described."""
        if config is None:
            return None
        if isinstance(config, str):
            return self.find(config, custom_objects)
        if not isinstance(config, Mapping) or "class_name" not in config:
            raise EngineError(
                f"The config of {self._one.lower()} is a name or has 'class_name' and 'config'. "
                f"Received: {config!r}",
                code="config",
            )
        name = str(config["class_name"])
        if self.module != "layers" and str(config.get("module") or "").startswith("keras.layers"):
            return _families["layers"].deserialize(config, custom_objects)  # it may stand for a function
        if name == "function":
            return self.find(str(config["config"]), custom_objects)
        registered = config.get("registered_name")
        cls = (registered and get_registered_object(str(registered), custom_objects)) or self.find(
            name, custom_objects
        )
        if not inspect.isclass(cls):
            return cls
        known = shared_object(config)
        if known is not None:
            return known
        return shared_object(config, _made(cls, dict(config.get("config") or {}), custom_objects))


class _Families(dict[str, Family]):
    """Every family by its public module, which is imported where nobody has done so."""

    def __missing__(self, module: str) -> Family:
        import_module(f"engine.{module}")  # by name: the registry brings no torch
        return self[module]


_families = _Families()


def _made(cls: type, inner: dict[str, Any], custom_objects: Mapping[str, Any] | None) -> Any:
    """Return an object of ``cls`` from its config, which may name any of ``custom_objects``."""
    with CustomObjectScope(custom_objects):
        maker = getattr(cls, "from_config", None)
        if maker is None:
            raise ConfigError(
                f"Unable to reconstruct an instance of '{cls.__name__}' because the class is missing a "
                "`from_config()` method: a class method that returns an object for what `get_config()` told. "
                f"Config: {inner}",
                code="config",
            )
        if custom_objects and "custom_objects" in inspect.signature(maker).parameters:
            return maker(inner, custom_objects=custom_objects)
        return maker(inner)
