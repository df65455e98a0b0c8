"""Operations of a graph as configs, and back.  Keras: ``keras.saving``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine.errors import EngineError
from engine.ops.functions import FunctionOperation, Spec, homes_of, operation_class, setting_parameters
from engine.ops.operation import Operation

_HOMES = re.compile(r"keras\.(?:src\.)?ops(?:\.(\w+))?$")


def is_operation_config(config: Mapping[str, Any]) -> bool:
    """Return whether a serialized object is an operation of ``keras.ops``."""
    return bool(_HOMES.match(str(config.get("module") or "")))


def serialize(operation: Operation) -> dict[str, Any]:
    """Return an operation as Keras writes it."""
    from engine.registry import get_registered_name

    built_in = isinstance(operation, FunctionOperation)
    name = type(operation).__name__ if built_in else get_registered_name(type(operation))
    return {
        "module": operation.keras_module if built_in else type(operation).__module__,
        "class_name": type(operation).__name__,
        "config": operation.get_config(),
        "registered_name": name,
    }


def deserialize(config: Mapping[str, Any]) -> Operation:
    """Return the operation that ``serialize`` or Keras described; raises ``EngineError`` for other
    configs.
    """
    match = _HOMES.match(str(config.get("module") or ""))
    if match is None:
        raise EngineError(f"This is no config of an operation: {config!r}", code="config")
    name = str(config["class_name"])
    homes = [match[1]] if match[1] else homes_of(name)
    cls = operation_class(homes[0] if homes else "numpy", name)
    arguments = {
        key: value
        for key, value in (config.get("config") or {}).items()
        if key != "dtype" or _takes_dtype(cls)
    }
    found: Operation = cls.from_config(arguments)
    return found


def _takes_dtype(cls: type[Operation]) -> bool:
    spec: Spec = cls.spec  # type: ignore[attr-defined]  # made by operation_class
    return any(parameter.name == "dtype" for parameter in setting_parameters(spec))
