"""Which layers another layer takes, read from what its constructor accepts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.params import Param, params_of
from studio.document.catalog import Catalog

KINDS = ("int", "float", "bool", "choice", "text", "tuple", "object", "layer", "layers")
"""Kinds of parameters that have a control in a nested form."""


def _classes() -> Iterator[tuple[str, Any]]:
    import engine.layers as known

    for name in known.__all__:
        thing = getattr(known, name)
        if isinstance(thing, type) and issubclass(thing, known.Layer) and thing is not known.Layer:
            yield name, thing


def params_by_name(catalog: Catalog, name: str) -> tuple[Param, ...]:
    """Return the parameters of a layer, also of one that the palette does not show, such as a cell."""
    spec = catalog.get(name)
    params = spec.params if spec is not None else ()
    if spec is None:
        cls = dict(_classes()).get(name)
        params = params_of(cls) if cls is not None else ()
    return tuple(each for each in params if each.kind.name in KINDS)


def start_of(catalog: Catalog, name: str) -> dict[str, Any]:
    """Return values for the parameters that a layer cannot do without."""
    found: dict[str, Any] = {}
    for each in params_by_name(catalog, name):
        if not each.required:
            continue
        kind = each.kind
        if kind.name == "int":
            found[each.name] = 32 if kind.step == "power" else max(1, round(kind.minimum or 1))
        elif kind.name == "float":
            found[each.name] = 0.5 if kind.maximum == 1 else 1.0
        elif kind.name == "tuple":
            found[each.name] = [3] * (kind.length or 1)
        elif kind.name == "object":
            found[each.name] = "relu"
        elif kind.name in ("layer", "layers"):
            first = next(iter(layers_for(catalog, name, each.name)), "")
            one = {"class_name": first, "config": start_of(catalog, first)}
            found[each.name] = [one, one] if kind.name == "layers" else one
    return found


def start_as(catalog: Catalog, owner: str, param: str, name: str) -> dict[str, Any]:
    """Return what a layer begins with as a parameter of another."""
    found = start_of(catalog, name)
    return {**found, "go_backwards": True} if (owner, param, name) in _backwards else found


def layers_for(catalog: Catalog, owner: str, param: str) -> tuple[str, ...]:
    """Return the names of all layers that ``owner`` takes as ``param``."""
    names = dict.fromkeys([spec.name for spec in catalog] + [name for name, _ in _classes()])
    starts = tuple((name, _needs_layer(catalog, name)) for name in names if name != owner)
    return tuple(name for name, needs in starts if _takes(catalog, owner, param, name, needs))


def _needs_layer(catalog: Catalog, name: str) -> bool:
    params = params_by_name(catalog, name)
    return any(each.required and each.kind.name in ("layer", "layers") for each in params)


_known: dict[tuple[str, str, str], bool] = {}
_backwards: set[tuple[str, str, str]] = set()  # those that are taken only if they read from the end


def _takes(catalog: Catalog, owner: str, param: str, name: str, needs: bool) -> bool:
    """Ask the constructor, once: it is given the layer, and refuses it or not."""
    key = (owner, param, name)
    if key not in _known:
        classes = dict(_classes())
        whole, cls = classes.get(owner), classes.get(name)
        cells = param in ("cell", "cells")  # a list of cells takes anything, and fails when it runs
        if cls is None or whole is None:
            _known[key] = not cells  # a layer of the user's own
        elif cells != (not cls.in_palette and hasattr(cls, "state_size")) or getattr(cls, "variadic", False):
            _known[key] = False
        elif needs:  # of wrappers in wrappers only cells one above the other are offered
            _known[key] = param == "cell"
        else:
            config = start_of(catalog, name)
            _known[key] = _accepts(whole, param, {"class_name": name, "config": config})
            if not _known[key] and any(each.name == "go_backwards" for each in params_of(cls)):
                config["go_backwards"] = True
                _known[key] = _accepts(whole, param, {"class_name": name, "config": config})
                _backwards.add(key)
    return _known[key]


def _accepts(whole: Any, param: str, one: dict[str, Any]) -> bool:
    kinds = {each.name: each for each in params_of(whole)}
    given: dict[str, Any] = {
        each.name: {"class_name": "LSTM", "config": {"units": 1}}
        for each in kinds.values()
        if each.required and each.kind.name == "layer"
    }
    given[param] = [one] if kinds[param].kind.name == "layers" else one
    try:
        whole.from_config({**given, "name": "layer"})
    except (ValueError, TypeError):
        return False
    return bool(one["class_name"] != "InputLayer")
