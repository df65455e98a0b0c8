"""Names of activations, initializers and their kin, for lists to choose from.

The families live in modules that import torch: they are asked for only once the catalog has been loaded,
which has imported it already.
"""

from __future__ import annotations

import inspect
from functools import cache
from importlib import import_module
from typing import Any

from engine.params import Param, params_of
from engine.registry import Family


@cache
def family(module: str) -> Family:
    """Return a family by its module, such as ``"initializers"``."""
    found = import_module(f"engine.{module}").FAMILY
    assert isinstance(found, Family)
    return found


@cache
def names_of(module: str) -> tuple[str, ...]:
    """Return one name for each thing of a family, the one that a script would write, in their order.

    What packages of the user's registered comes last.
    """
    known: dict[int, list[str]] = {}
    for name in family(module).names():
        known.setdefault(id(family(module).find(name)), []).append(name)
    built_in = tuple(_best(family(module).find(names[0]), names) for names in known.values())
    return built_in + family(module).registered()


def _best(thing: Any, names: list[str]) -> str:
    own = getattr(thing, "__name__", "")
    if own.islower() and own in names:
        return str(own)
    small = [name for name in names if name.islower()]
    return max(small or names, key=len)


def canonical(module: str, name: str) -> str:
    """Return the name of ``names_of`` for the same thing; the name itself where nothing is called so."""
    if name in names_of(module):
        return name
    try:
        thing = family(module).find(name)
    except ValueError:
        return name
    return next((each for each in names_of(module) if family(module).find(each) is thing), name)


def arguments_of(module: str, name: str) -> tuple[Param, ...]:
    """Return the arguments that can be set in a small form: numbers, choices and switches."""
    try:
        thing = family(module).find(name)
    except ValueError:
        return ()
    if not inspect.isclass(thing):
        return ()
    try:
        params: tuple[Param, ...] = params_of(thing)
    except (TypeError, ValueError, NameError):  # a class of the user's without a signature
        return ()
    return tuple(each for each in params if each.kind.name in ("int", "float", "bool", "choice"))


def class_name(module: str, name: str) -> str:
    """Return the class behind a name, as a config states it."""
    return str(getattr(family(module).find(name), "__name__", name))
