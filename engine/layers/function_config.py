"""Functions in configs: by name, and nameless ones by a mark that means something in this process alone."""

from __future__ import annotations

import codecs
import marshal
from collections.abc import Mapping
from itertools import count
from typing import Any
from weakref import WeakValueDictionary

from engine.errors import EngineError
from engine.registry import get_registered_name, get_registered_object

_nameless: WeakValueDictionary[str, Any] = WeakValueDictionary()
_marks = count()


def function_config(function: Any) -> dict[str, Any]:
    """Return a function as Keras writes it in a config.

    The code of a nameless function is written, for Keras can read it, but never read here: only ``mark``
    counts, which finds the function again as long as this process lives and somebody holds it.
    """
    if getattr(function, "__name__", "") == "<lambda>":
        mark = next((mark for mark, known in _nameless.items() if known is function), None)
        if mark is None:
            mark = f"lambda_{next(_marks)}"
            _nameless[mark] = function
        cells = function.__closure__
        return {
            "class_name": "__lambda__",
            "config": {
                "code": _code(function),
                "defaults": function.__defaults__,
                "closure": tuple(cell.cell_contents for cell in cells) if cells else None,
                "mark": mark,
            },
        }
    name = get_registered_name(function)
    return {
        "module": "builtins",
        "class_name": "function",
        "config": getattr(function, "__name__", name),
        "registered_name": name,
    }


def from_function_config(
    config: Any, custom_objects: Mapping[str, Any] | None = None, safe_mode: bool | None = None
) -> Any:
    """Return the function that ``function_config`` described.

    Raises ``EngineError`` for a nameless function unless ``safe_mode`` is False and this process made it, and
    for names that are neither in ``custom_objects``, nor registered, nor an operation or activation.
    """
    if isinstance(config, Mapping) and config.get("class_name") == "__lambda__":
        from engine.serialization import in_safe_mode

        if (in_safe_mode() if safe_mode is None else safe_mode) is not False:
            raise EngineError(
                "The function of this Lambda layer is a nameless one. Its code is not run from a file, which "
                "would allow arbitrary code execution. Give the function a name and pass it in "
                "custom_objects; a lambda made in this process is found again with safe_mode=False.",
                code="unsafe",
            )
        found = _nameless.get(str(config["config"].get("mark")))
        if found is None or _code(found) != config["config"].get("code"):
            raise EngineError(
                "The function of this Lambda layer is a nameless one made elsewhere. Its code is not run "
                "from a file, not even with safe_mode=False: define the function in Python, with a name, and "
                "pass it in custom_objects.",
                code="unsafe",
            )
        return found
    names = [config] if isinstance(config, str) else [config.get("registered_name"), config.get("config")]
    for name in names:
        found = get_registered_object(str(name), custom_objects) or _public(str(name)) if name else None
        if found is not None:
            return found
    raise EngineError(
        f"There is no function called {names[-1]!r} here: pass it in custom_objects or register it with "
        "@register_keras_serializable().",
        code="unknown_name",
        name=names[-1],
    )


def _code(function: Any) -> str:
    return codecs.encode(marshal.dumps(function.__code__), "base64").decode("ascii")


def _public(name: str) -> Any:
    """Return the operation or activation called ``name``, or ``None``."""
    from engine import activations, ops

    if name in activations.FAMILY.names():
        return activations.FAMILY.find(name)
    found = getattr(ops, name, None) if name.isidentifier() and not name.startswith("_") else None
    return found if callable(found) and not isinstance(found, type) else None
