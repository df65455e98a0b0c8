"""The part of a layer that says its arguments and shapes as plain values, and is made from them again."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from engine import dtype_policies, regularizers
from engine.dtype_policies import DTypePolicy
from engine.layers.families import FAMILIES, LAYERS
from engine.layers.weighted import Weighted
from engine.params import params_of
from engine.structure import map_shapes

_NO_ARGUMENTS = frozenset(("self", "kwargs", "name", "__class__"))


class Described(Weighted):
    """Base of ``Layer``: ``get_config`` and ``from_config``, and the same for the shapes it was built for."""

    activity_regularizer: Any = None
    _config: dict[str, Any]
    _dtype_policy: DTypePolicy
    _build_shapes: dict[str, Any] | None = None

    def _take(self, given: dict[str, Any]) -> None:
        """Keep the arguments of a constructor, which are its ``locals()``, each under its own name."""
        for name, value in given.items():
            if name not in _NO_ARGUMENTS:
                setattr(self, name, value)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments as JSON-able values; ``from_config`` makes a twin of it."""
        policy = dtype_policies.serialize(self._dtype_policy)
        base: dict[str, Any] = {"name": self.name, "trainable": self._trainable, "dtype": policy}
        if self.activity_regularizer is not None:
            base["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        kind: Any = type(self)
        for param in params_of(_describing(kind)):
            if param.name in ("activity_regularizer", "autocast"):
                continue  # in the config only where there is one; Keras keeps the other to itself
            value = getattr(self, param.name, self._config.get(param.name, param.default))
            family = FAMILIES.get(param.kind.family)
            if param.kind.name == "layers":
                value = [LAYERS.serialize(layer) for layer in value or ()]
            elif family is not None and value is not None:
                named = isinstance(value, str) and param.kind.family != "activations"
                value = family.serialize(family.get(value) if named else value)
            elif param.kind.family == "activations":
                value = "linear"  # as Keras writes it; the constructor takes either
            elif isinstance(value, np.ndarray):
                value = value.tolist()
            base[param.name] = value
        return base

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return a new layer from what ``get_config`` returned."""
        arguments = {key: value for key, value in config.items() if key != "quantization_config"}
        if isinstance(arguments.get("dtype"), dict):  # a plain name is what constructors mostly expect
            policy = dtype_policies.get(arguments["dtype"])
            arguments["dtype"] = policy if hasattr(policy, "default_policy") else policy.name
        for param in params_of(cls):
            value = arguments.get(param.name)
            if param.kind.name == "layer" and isinstance(value, dict):
                arguments[param.name] = LAYERS.deserialize(value)
            elif param.kind.name == "layers" and value:
                arguments[param.name] = [
                    LAYERS.deserialize(item) if isinstance(item, dict) else item for item in value
                ]
        return cls(**arguments)

    def get_build_config(self) -> dict[str, Any] | None:
        """Return the shapes that the layer was built for, for ``build_from_config``; ``None`` before that."""
        shapes = self._build_shapes
        if not shapes:
            return None
        if len(shapes) == 1:
            return {"input_shape": next(iter(shapes.values()))}
        return {"shapes_dict": dict(shapes)}

    def build_from_config(self, config: dict[str, Any] | None) -> None:
        """Build for the shapes that ``get_build_config`` returned."""
        build: Any = self.build  # every layer's own
        if not config:
            return
        if "shapes_dict" in config:
            build(**config["shapes_dict"])
        elif config.get("input_shape") is not None:
            shape = config["input_shape"]
            build(map_shapes(tuple, shape) if isinstance(shape, (list, tuple, dict)) else shape)


@cache
def _describing(cls: Any) -> Any:
    """Return the class whose arguments the config of a ``cls`` lists by itself.

    Where a class of one's own has a ``get_config``, that adds its own arguments to those of the built-in
    class below it, as in Keras.
    """
    line = cls.__mro__
    own = [place for place, one in enumerate(line) if "get_config" in vars(one) and not _built_in(one)]
    return next(one for one in line[own[-1] + 1 :] if _built_in(one)) if own else cls


def _built_in(cls: type) -> bool:
    return cls.__module__.startswith("engine.")
