"""Policies that say in which float type a layer keeps its weights and in which it computes.

Imports no torch: settings and catalog read it before torch is there.  Keras: ``keras.dtype_policies``.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from engine import config
from engine.errors import EngineError, ParamError

__all__ = ["DTypePolicy", "FloatDTypePolicy", "deserialize", "get", "serialize"]

_MIXED = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}


_WORDS = {"int": "int32", "long": "int64", "str": "string", "bool_": "bool"}
_NAMES = frozenset(
    {
        "bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64", "float16",
        "float32", "float64", "bfloat16", "complex64", "complex128", "string", "float8_e4m3fn", "float8_e5m2",
    }
)  # fmt: skip


def standardize_dtype(dtype: Any) -> str:
    """Return the plain name of a type: of a name, a torch or numpy type, or Python's int, float and bool.

    ``None`` is the default float type.  Raises ``ParamError`` for what names no type.
    """
    if dtype is None:
        return config.floatx()
    text = dtype.__name__ if isinstance(dtype, type) else getattr(dtype, "name", None) or str(dtype)
    text = text.rsplit(".", 1)[-1]
    if text == "float":
        return config.floatx()
    text = _WORDS.get(text, text)
    if text not in _NAMES:
        raise ParamError(f"Invalid dtype: no type is called so. Received: dtype={dtype!r}", code="param")
    return text


class DTypePolicy:
    """The float types of a layer: one for its weights, one for its arithmetic.

    ``"float32"`` and other type names mean the same type for both; ``"mixed_float16"`` and
    ``"mixed_bfloat16"`` compute in half precision with weights in float32.  Without a name it is the
    policy of ``config.dtype_policy()``.  Raises ``TypeError`` for what is no text and ``ParamError`` for
    names that mean nothing.  Keras: ``keras.DTypePolicy``.
    """

    __slots__ = ("_compute_dtype", "_name", "_variable_dtype")

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = config.dtype_policy().name
        if not isinstance(name, str):
            raise TypeError(
                f"'name' must be a string, such as 'mixed_bfloat16'. Received: name={name!r} of type "
                f"{type(name).__name__}"
            )
        self._name: str = name
        if name in _MIXED:
            self._compute_dtype, self._variable_dtype = _MIXED[name], "float32"
            return
        try:
            self._compute_dtype = self._variable_dtype = standardize_dtype(name)
        except ParamError:
            raise ParamError(
                f"Cannot convert {name!r} to a dtype policy: policies are 'mixed_float16', 'mixed_bfloat16' "
                "and the names of types such as 'float32'.",
                code="param",
                param="dtype",
                got=name,
            ) from None

    @property
    def name(self) -> str:
        """The name that was given."""
        return self._name

    @property
    def compute_dtype(self) -> str:
        """The type in which the layer computes, and mostly of what it returns."""
        return self._compute_dtype

    @property
    def variable_dtype(self) -> str:
        """The type in which the layer keeps its weights."""
        return self._variable_dtype

    @property
    def quantization_mode(self) -> None:
        """Nothing: weights are not quantized here."""
        return None

    def convert_input(self, x: Any, autocast: bool, dtype: Any) -> Any:
        """Return ``x`` (tensor or array) as a tensor, a float one in ``dtype`` where ``autocast``."""
        torch: Any = import_module("torch")  # by name: the settings read this module and bring no torch
        if isinstance(x, torch.Tensor):
            tensor = x
        elif hasattr(x, "__array__"):
            tensor = torch.as_tensor(x)
        else:
            return x
        wanted = getattr(torch, standardize_dtype(dtype))
        if autocast and tensor.is_floating_point() and tensor.dtype is not wanted:
            return tensor.to(wanted)
        return tensor

    def get_config(self) -> dict[str, Any]:
        """Return the name."""
        return {"name": self._name}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> DTypePolicy:
        """Return the policy that ``get_config`` described."""
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and self._name == other._name

    def __hash__(self) -> int:
        return hash(self._name)

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self._name}">'


FloatDTypePolicy = DTypePolicy


def serialize(dtype_policy: DTypePolicy) -> dict[str, Any]:
    """Return a policy as a config in Keras' format."""
    kind = "DTypePolicyMap" if hasattr(dtype_policy, "default_policy") else "DTypePolicy"
    return {
        "module": "keras" if kind == "DTypePolicy" else "keras.dtype_policies",
        "class_name": kind,
        "config": dtype_policy.get_config(),
        "registered_name": None,
    }


def deserialize(config: Mapping[str, Any], custom_objects: Any = None) -> DTypePolicy:
    """Return the policy that ``serialize`` described; raises ``EngineError`` for policies of other kinds."""
    name = config.get("class_name")
    if name == "DTypePolicyMap":
        found: DTypePolicy = _map_class().from_config(config["config"])
        return found
    if name not in ("DTypePolicy", "FloatDTypePolicy", "Policy"):
        raise EngineError(
            f"There is no dtype policy called {name!r} here: weights are not quantized. Use a DTypePolicy, "
            "such as 'float32' or 'mixed_bfloat16'.",
            code="config",
        )
    return DTypePolicy(**config["config"])


def _map_class() -> Any:
    return import_module("engine.dtype_policy_map").DTypePolicyMap


def __getattr__(name: str) -> Any:
    """Bring ``DTypePolicyMap`` when it is asked for."""
    if name == "DTypePolicyMap":
        return _map_class()
    raise AttributeError(f"engine.dtype_policies has no {name!r}")


def get(identifier: Any) -> DTypePolicy:
    """Return a policy from its name, a config, a type, a policy, or ``None`` (the one in force)."""
    if identifier is None:
        return config.dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, str):
        return DTypePolicy(identifier)
    if isinstance(identifier, Mapping):
        return deserialize(identifier)
    try:
        return DTypePolicy(standardize_dtype(identifier))
    except ParamError:
        raise ParamError(
            f"Cannot interpret `dtype` argument: it is the name of a type, a policy's name or a DTypePolicy. "
            f"Received: dtype={identifier!r}",
            code="param",
            param="dtype",
            got=identifier,
        ) from None


def replaced(known: Any, path: str | None, value: Any) -> DTypePolicy:
    """Return the policy of a layer that had ``known`` and is told ``value``: a map keeps the rest.

    ``path`` is the layer's, ``None`` where it has none yet.
    """
    policy = get(value)
    if path is None or not hasattr(known, "default_policy"):
        return policy
    known.pop(path, None)
    known[path] = policy
    kept: DTypePolicy = known
    return kept
