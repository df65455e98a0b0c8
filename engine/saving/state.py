"""The state of a model, part by part: where in a file the numbers of each layer and of the optimizer lie.

The paths are Keras': a part lies at the name of the attribute that holds it, in a list or dict at the name
of its class, and the layers of a graph at ``layers``.  A part that two attributes hold lies where it is met
first.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Protocol

from engine.errors import EngineError
from engine.layers.input_layer import Input
from engine.layers.layer import Layer
from engine.models import Functional, Model, Sequential
from engine.naming import snake_case
from engine.optimizers.optimizer import Optimizer
from engine.saving.h5 import Entry
from engine.structure import per_class


class Weights(Protocol):
    """Where numbers are read or written."""

    def get(self, path: str) -> Entry: ...
    def make(self, path: str, metadata: Mapping[str, Any] | None = None) -> Entry: ...
    def has_path(self, path: str) -> bool: ...


class Assets(Protocol):
    """Where layers keep files of their own, such as vocabularies."""

    def get(self, path: str) -> str | None: ...
    def make(self, path: str) -> str: ...
    def has_path(self, path: str) -> bool: ...


@cache
def _own_names() -> tuple[frozenset[str], frozenset[str]]:
    """Return the attribute names of every layer, and those that models keep for themselves."""
    plain = Layer(name="plain")
    layer = frozenset(dir(Layer)) | frozenset(vars(plain))
    entry = Input((1,), name="entry")
    graph = Functional(entry, entry, name="graph")
    private = {name for model in (graph, Sequential(name="chain")) for name in vars(model) if name[0] == "_"}
    return layer, (frozenset(dir(Model)) | private) - {"layers", "optimizer"}


@per_class
def _properties(cls: type) -> tuple[str, ...]:
    """Return the properties that a class adds to those of all layers; a layer may lie behind one."""
    known = _own_names()[0]
    return tuple(
        name
        for name in dir(cls)
        if name not in known and (isinstance(getattr(cls, name, None), (property, Layer)))
    )


def parts(thing: Any) -> Iterator[tuple[str, Any]]:
    """Yield the attributes of a layer, model or optimizer that may hold parts of it, in Keras' order."""
    if isinstance(thing, (Functional, Sequential)):
        yield "layers", thing.layers
    if not isinstance(thing, Layer):
        yield from sorted(
            (name, value) for name, value in vars(thing).items() if isinstance(value, Optimizer)
        )
        return
    own, of_models = _own_names()
    skipped = own | of_models if isinstance(thing, Model) else own
    held = vars(thing)
    listed = {
        f"{name}_": _inside(value, {})
        for name, value in held.items()
        if isinstance(value, (list, tuple, dict)) and name[0] != "_"
    }
    modules = {
        name
        for name, module in thing._modules.items()  # what lies in a list is there too, under the list's name
        if not any(name.startswith(owner) and id(module) in ids for owner, ids in listed.items())
    }
    names = ({*held, *modules, *_properties(type(thing))} - skipped) | (
        {"layers"} if isinstance(thing, Model) else set()
    )
    # Private attributes come last, for public ones of the same layer give it its path.
    for name in sorted(names, key=lambda name: f"~{name}" if name.startswith("_") else name):
        try:
            value = getattr(thing, name)
        except Exception:  # a property that has no value yet
            continue
        yield name, value


def _inside(value: Any, seen: dict[int, Any]) -> dict[int, Any]:
    """Return what lies in lists and dicts, however deep, by id; lists that hold themselves too."""
    if id(value) not in seen:
        seen[id(value)] = value
        if isinstance(value, (list, tuple, dict)):
            for item in value.values() if isinstance(value, dict) else value:
                _inside(item, seen)
    return seen


def _named_items(container: Any) -> Iterator[tuple[str, Any]]:
    """Yield the parts of a list or dict and the lists inside it, each with its name in the file."""
    used: dict[str, int] = {}
    for item in container.values() if isinstance(container, Mapping) else container:
        if isinstance(item, (Layer, Optimizer)):
            base = snake_case(type(item).__name__)
        elif isinstance(item, (list, dict, tuple)):
            base = "container"
        else:
            continue
        count = used[base] = used.get(base, -1) + 1
        yield f"{base}_{count}" if count else base, item


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def save(thing: Any, weights: Weights | None, assets: Assets | None, skip: Any = ()) -> None:
    """Write the numbers and files of ``thing`` and of everything inside it, but for those in ``skip``."""
    visited = {id(item) for item in skip}

    def walk(value: Any, path: str) -> None:
        if isinstance(value, (Layer, Optimizer)):
            if id(value) in visited:
                return
            own: Any = value
            if weights is not None:
                own.save_own_variables(weights.make(path, {"name": value.name}))
            if assets is not None and hasattr(own, "save_assets"):
                own.save_assets(assets.make(path))
            visited.add(id(value))
            for name, part in parts(value):
                walk(part, _join(path, name))
        elif isinstance(value, (list, dict, tuple)):
            if id(value) in visited:
                return
            visited.add(id(value))
            for name, item in _named_items(value):
                walk(item, _join(path, name))

    walk(thing, "")


class Loading:
    """One pass over a model that takes its state from a file; ``failed`` holds what could not be loaded."""

    def __init__(self, weights: Weights | None, assets: Assets | None, skip: Any = ()) -> None:
        self._stores = (weights, assets)
        self._visited = {id(item) for item in skip}
        self.failed: dict[int, tuple[Any, Exception]] = {}

    def load(self, value: Any, path: str = "") -> None:
        """Load ``value`` and everything inside it from ``path`` on."""
        if isinstance(value, (list, dict, tuple)):
            if id(value) not in self._visited:
                self._visited.add(id(value))
                for name, item in _named_items(value):
                    self._load_item(name, item, _join(path, name))
            return
        if not isinstance(value, (Layer, Optimizer)) or id(value) in self._visited:
            return
        before = len(self.failed)
        failure = self._load_own(value, path)
        self._visited.add(id(value))
        for name, part in parts(value):
            self.load(part, _join(path, name))
        if failure is not None:
            self.failed.setdefault(id(value), (value, failure))
            self._visited.discard(id(value))  # it may lie elsewhere in the file too
        else:
            self.failed.pop(id(value), None)
            if len(self.failed) > before:
                self._visited.discard(id(value))

    def _load_own(self, value: Any, path: str) -> Exception | None:
        weights, assets = self._stores
        try:
            if weights is not None:
                value.load_own_variables(weights.get(path))
            if assets is not None and hasattr(value, "load_assets"):
                folder = assets.get(path)
                if folder is not None:
                    value.load_assets(folder)
        except (
            Exception
        ) as error:  # whatever a layer of the user's own raises: all failures are told together
            return error
        return None

    def _load_item(self, name: str, item: Any, path: str) -> None:
        there = any(store is not None and store.has_path(path) for store in self._stores)
        if isinstance(item, (Layer, Optimizer)) or there:
            self.load(item, path)
            return
        # Older files left out lists inside lists.
        before = dict(self.failed)
        self.load(item, path)
        if len(self.failed) > len(before):
            self.failed = before
            warnings.warn(
                f"Skipping nested container: the file has nothing at '{path}', so the layers in this list "
                "keep the weights they have.",
                stacklevel=2,
            )

    def finish(self, what: Any, warn_only: bool = False) -> None:
        """Raise ``EngineError`` (or warn) with everything that could not be loaded."""
        if not self.failed:
            return
        first, error = next(iter(self.failed.values()))
        names = [f"{type(thing).__name__} '{thing.name}'" for thing, _ in self.failed.values()]
        message = (
            f"A total of {len(self.failed)} objects could not be loaded from {what}. {type(first).__name__} "
            f"'{first.name}': {error}\nObjects that could not be loaded: {', '.join(names)}"
        )
        if warn_only:
            warnings.warn(message, stacklevel=4)
        else:
            raise EngineError(message, code="weights_mismatch", problems=tuple(names))
