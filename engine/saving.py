"""Registering and describing objects.  Keras: ``keras.saving``."""

from __future__ import annotations

from engine.layers.families import LAYERS as _LAYERS
from engine.registry import get_registered_name, get_registered_object, register_keras_serializable

__all__ = [
    "deserialize_keras_object", "get_registered_name", "get_registered_object", "register_keras_serializable",
    "serialize_keras_object",
]  # fmt: skip

serialize_keras_object = _LAYERS.serialize
deserialize_keras_object = _LAYERS.deserialize
