"""Small helpers.  Keras: ``keras.utils``.  Each is loaded when it is first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "PyDataset": "engine.training.py_dataset",
    "Sequence": "engine.training.py_dataset",
    "clear_session": "engine.layers.layer",
    "disable_interactive_logging": "engine.utils.io_utils",
    "enable_interactive_logging": "engine.utils.io_utils",
    "get_registered_name": "engine.registry",
    "get_registered_object": "engine.registry",
    "is_interactive_logging_enabled": "engine.utils.io_utils",
    "normalize": "engine.utils.numerical_utils",
    "pack_x_y_sample_weight": "engine.training.stream",
    "register_keras_serializable": "engine.registry",
    "set_random_seed": "engine.random",
    "to_categorical": "engine.utils.numerical_utils",
    "unpack_x_y_sample_weight": "engine.training.stream",
}

__all__ = sorted(_HOMES)  # loaded when used


def __getattr__(name: str) -> Any:
    """Load a name when it is first asked for (PEP 562)."""
    if name in _HOMES:
        found = getattr(import_module(_HOMES[name]), name)
        globals()[name] = found
        return found
    raise AttributeError(f"engine.utils has no {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
