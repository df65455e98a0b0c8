"""Small helpers.  Keras: ``keras.utils``."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.layers.layer import clear_session
from engine.random import set_random_seed
from engine.registry import get_registered_name, get_registered_object, register_keras_serializable

__all__ = [
    "clear_session", "get_registered_name", "get_registered_object", "register_keras_serializable",
    "set_random_seed", "to_categorical",
]  # fmt: skip


def to_categorical(x: Any, num_classes: int | None = None) -> np.ndarray[Any, Any]:
    """Return class numbers as rows with a 1 at the class and 0 elsewhere; a last axis of size 1 goes away."""
    classes = np.asarray(x, dtype="int64")
    if classes.ndim > 1 and classes.shape[-1] == 1:
        classes = classes[..., 0]
    count = num_classes or (int(classes.max()) + 1 if classes.size else 0)
    rows: np.ndarray[Any, Any] = np.eye(count, dtype="float32")[classes]
    return rows
