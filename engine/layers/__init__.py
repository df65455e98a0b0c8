"""Layers: the steps that models are made of.  Keras: ``keras.layers``."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from engine.layers import calling as _calling  # before any layer: it closes the ring between base and calls
from engine.layers.families import LAYERS as _LAYERS
from engine.layers.input_layer import Input, InputLayer
from engine.layers.layer import Layer
from engine.layers.merging import add, average, maximum, minimum, multiply, subtract
from engine.layers.merging_joining import concatenate, dot
from engine.spec import InputSpec

__all__ = [
    "Input", "InputLayer", "InputSpec", "Layer", "add", "average", "concatenate", "deserialize", "dot",
    "maximum", "minimum", "multiply", "serialize", "subtract",
]  # fmt: skip


_FOREIGN = {"TFSMLayer": "TensorFlow", "JaxLayer": "JAX", "FlaxLayer": "JAX and Flax"}


def serialize(layer: Any) -> Any:
    """Return the config of a layer, with its class name."""
    return _LAYERS.serialize(layer)


deserialize = _LAYERS.deserialize
assert _calling

for _module in iter_modules(__path__):
    _loaded = import_module(f"{__name__}.{_module.name}")
    for _name, _thing in vars(_loaded).items():
        own = isinstance(_thing, type) and issubclass(_thing, Layer) and _thing.__module__ == _loaded.__name__
        if own and not _name.startswith("_"):
            globals()[_name] = _thing
            if _name not in __all__:
                __all__.append(_name)


def __getattr__(name: str) -> Any:
    """Say what a layer that is not there may have been meant for, and what other libraries' layers need."""
    from engine.errors import did_you_mean

    if name in _FOREIGN:
        raise AttributeError(
            f"engine.layers has no {name!r}: it runs what was written for {_FOREIGN[name]}, and torch alone "
            "computes here. Modules of torch are wrapped by TorchModuleWrapper."
        )
    raise AttributeError(f"engine.layers has no {name!r}.{did_you_mean(name, __all__)}")
