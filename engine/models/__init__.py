"""Models: networks made of layers.  Keras: ``keras.models``."""

from typing import Any

from engine.layers.input_layer import Input
from engine.layers.symbolic import KerasTensor
from engine.models.cloning import clone_model
from engine.models.function import Function
from engine.models.functional import Functional
from engine.models.model import Model, model_from_json
from engine.models.sequential import Sequential

__all__ = [
    "Function",
    "Functional",
    "Input",
    "KerasTensor",
    "Model",
    "Sequential",
    "clone_model",
    "model_from_json",
]


def __getattr__(name: str) -> Any:
    """Load what reads and writes files when it is first asked for."""
    if name in ("load_model", "save_model"):
        from engine.saving import archive

        return getattr(archive, name)
    raise AttributeError(f"engine.models has no {name!r}")
