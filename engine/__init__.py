"""A Keras-style deep learning library on torch.

``import engine as keras``: the names, arguments and meanings of Keras 3.  Names are loaded when they are
first used, so that this import costs nothing and brings no torch.
"""

from __future__ import annotations

import gc
from importlib import import_module
from typing import Any

from engine.keras_version import KERAS_VERSION

_MODULES = (
    "activations", "backend", "callbacks", "catalog", "config", "constraints", "datasets", "dtype_policies",
    "initializers", "layers", "losses", "metrics", "mixed_precision", "models", "ops", "optimizers",
    "preprocessing", "random", "regularizers", "saving", "training", "tree", "utils",
)  # fmt: skip
_NAMES = {
    "DTypePolicy": "dtype_policies",
    "FloatDTypePolicy": "dtype_policies",
    "Function": "models",
    "Functional": "models",
    "Initializer": "initializers",
    "Input": "layers",
    "InputSpec": "layers",
    "KerasTensor": "symbolic",
    "Layer": "layers",
    "Loss": "losses",
    "Metric": "metrics",
    "Model": "models",
    "Operation": "ops",
    "Optimizer": "optimizers",
    "Regularizer": "regularizers",
    "RematScope": "rematerializing",
    "Sequential": "models",
    "StatelessScope": "stateless",
    "Variable": "layers.variable",
    "name_scope": "backend",
    "remat": "rematerializing",
    "version": "keras_version",
}

__version__ = KERAS_VERSION
"""The version of Keras whose names and meanings stand here."""

__all__ = ["Input", "Layer", "Model", "Sequential", "layers", "models"]  # loaded when used


def _load(name: str) -> Any:
    """Import a module of the engine, with the search for garbage put off until it is there.

    What an import makes stays; to look through all of torch's objects in the midst of it would take longer
    than everything that the engine itself does then.
    """
    searching = gc.isenabled()
    gc.disable()
    try:
        return import_module(f"engine.{name}")
    finally:
        if searching:
            gc.enable()


def __getattr__(name: str) -> Any:
    """Load a module or a name of one when it is first asked for (PEP 562)."""
    if name in _MODULES:
        return _load(name)
    if name == "device":
        return _load("backend").device_scope
    if name in _NAMES:
        return getattr(_load(_NAMES[name]), name)
    raise AttributeError(f"engine has no {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES, *_NAMES, "device"})
