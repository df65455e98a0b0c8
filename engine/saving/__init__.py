"""Registering, describing, saving and loading models and their parts.  Keras: ``keras.saving``."""

from __future__ import annotations

from typing import Any

from engine.registry import (
    CustomObjectScope,
    custom_object_scope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from engine.serialization import deserialize_keras_object, serialize_keras_object

__all__ = [
    "CustomObjectScope", "KerasFileEditor", "custom_object_scope", "deserialize_keras_object",
    "get_custom_objects", "get_registered_name", "get_registered_object", "load_model", "load_weights",
    "register_keras_serializable", "save_model", "save_weights", "serialize_keras_object",
]  # fmt: skip

_FILES = {
    "KerasFileEditor": "file_editor", "load_model": "archive", "save_model": "archive",
    "load_weights": "weights", "save_weights": "weights",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load what reads and writes files when it is first asked for."""
    if name in _FILES:
        from importlib import import_module

        return getattr(import_module(f"engine.saving.{_FILES[name]}"), name)
    raise AttributeError(f"engine.saving has no {name!r}")
