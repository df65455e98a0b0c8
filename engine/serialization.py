"""Any object as plain values in Keras' format, and back.

What is plain stays plain; layers, losses, functions and whatever has ``get_config`` become
``{"module", "class_name", "config", "registered_name"}``.  Nothing of a file is run: classes are found in the
families, among what was registered and among ``custom_objects``, never imported by name.  Keras:
``keras.saving.serialize_keras_object`` and ``deserialize_keras_object``.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np
import torch

from engine import registry
from engine.backend import convert_to_numpy, convert_to_tensor
from engine.dtypes import standardize_dtype
from engine.errors import EngineError, did_you_mean
from engine.registry import ConfigError, Family, ObjectSharingScope
from engine.symbolic import KerasTensor

__all__ = [
    "ObjectSharingScope",
    "SafeModeScope",
    "deserialize_keras_object",
    "in_safe_mode",
    "serialize_keras_object",
]

_FAMILIES = (
    "activations", "initializers", "regularizers", "constraints", "losses", "metrics", "optimizers",
    "optimizers.schedules", "callbacks",
)  # fmt: skip
_ELSEWHERE = {
    "SeedGenerator": ("engine.random", "SeedGenerator"),
    "Cross": ("engine.utils.feature_kinds", "Cross"),
    "Feature": ("engine.utils.feature_kinds", "Feature"),
    "FeatureSpace": ("engine.utils.feature_space", "FeatureSpace"),
    "TFDIdentity": ("engine.layers", "Identity"),
}
"""What belongs to no family, by its name in configs; loaded when asked for."""
_local = threading.local()


class SafeModeScope:
    """Let nameless functions be read (``safe_mode=False``) or not inside the ``with`` block, in this
    thread.
    """

    def __init__(self, safe_mode: bool | None = True) -> None:
        self.safe_mode = safe_mode

    def __enter__(self) -> SafeModeScope:
        self._outer = in_safe_mode()
        _local.safe_mode = self.safe_mode
        return self

    def __exit__(self, *_: object) -> None:
        _local.safe_mode = self._outer


def in_safe_mode() -> bool | None:
    """Return what the ``SafeModeScope`` around this call says, ``None`` outside of any."""
    found: bool | None = getattr(_local, "safe_mode", None)
    return found


def enable_unsafe_deserialization() -> None:
    """Do as inside ``SafeModeScope(False)``, in this thread from now on; see ``config``."""
    _local.safe_mode = False


def _families() -> list[Family]:
    from engine.layers.families import LAYERS

    found = [LAYERS]
    for name in _FAMILIES:
        family = getattr(import_module(f"engine.{name}"), "FAMILY", None)
        if isinstance(family, Family):
            found.append(family)
    return found


def serialize_keras_object(obj: Any) -> Any:
    """Return ``obj`` (plain value, array, nesting, layer, function, ...) as values that fit into JSON.

    Raises ``TypeError`` for objects without ``get_config``.
    """
    if obj is None or isinstance(obj, (bool, int, float, str)):
        return obj
    if isinstance(obj, (list, tuple)):
        items = [serialize_keras_object(item) for item in obj]
        return items if isinstance(obj, list) else tuple(items)
    if isinstance(obj, Mapping):
        return {key: serialize_keras_object(value) for key, value in obj.items()}
    special = _special(obj)
    if special is not None:
        return special
    if inspect.isfunction(obj) or inspect.isbuiltin(obj):
        return _function(obj)
    from engine.ops.operation import Operation
    from engine.ops.written import serialize

    if isinstance(obj, Operation):
        return serialize(obj)
    if not hasattr(obj, "get_config"):
        raise ConfigError(
            f"Cannot serialize object {obj} of type {type(obj)}: to be serializable, a class has the method "
            "`get_config()`, which returns the arguments of its constructor.",
            code="config",
        )
    config = obj.get_config()
    if not isinstance(config, dict):
        raise ConfigError(
            f"The `get_config()` method of {obj} should return a dict. It returned: {config}", code="config"
        )
    family = next((one for one in _families() if one._things.get(type(obj).__name__) is type(obj)), None)
    module, registered = registry.home_of(
        type(obj), f"keras.{family.module}" if family else type(obj).__module__
    )
    made = {
        "module": module,
        "class_name": type(obj).__name__,
        "config": serialize_keras_object(config),
        "registered_name": registered,
    }
    for part in ("build", "compile"):
        find = getattr(obj, f"get_{part}_config", None)
        known = find() if find is not None else None
        if known is not None:
            made[f"{part}_config"] = serialize_keras_object(known)
    return registry.note_written(obj, made)


def _special(obj: Any) -> Any:
    """Return what stands for tensors, arrays, types, slices and the like; ``None`` for all else."""
    if isinstance(obj, KerasTensor):
        node = getattr(obj, "node", None)
        history = None if node is None else [node.layer.name, node.layer._inbound.index(node), obj.index]
        config: dict[str, Any] = {"shape": list(obj.shape), "dtype": obj.dtype, "keras_history": history}
        return {"class_name": "__keras_tensor__", "config": config}
    if isinstance(obj, (torch.Tensor, np.ndarray)) and (isinstance(obj, torch.Tensor) or obj.ndim):
        word = "__tensor__" if isinstance(obj, torch.Tensor) else "__numpy__"
        value = convert_to_numpy(obj).tolist()
        return {"class_name": word, "config": {"value": value, "dtype": standardize_dtype(obj.dtype)}}
    if isinstance(obj, (np.ndarray, np.generic)):
        return obj.item()
    if isinstance(obj, (torch.dtype, np.dtype)):
        return standardize_dtype(obj)
    if isinstance(obj, slice):
        config = {"start": obj.start, "stop": obj.stop, "step": obj.step}
        return {"class_name": "__slice__", "config": serialize_keras_object(config)}
    if obj is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(obj, bytes):
        return {"class_name": "__bytes__", "config": {"value": obj.decode("utf-8")}}
    return None


def _function(obj: Any) -> dict[str, Any]:
    from engine.layers.function_config import function_config

    if getattr(obj, "__name__", "") == "<lambda>":
        return function_config(obj)
    name = registry.get_registered_name(obj)
    module = "builtins" if obj.__module__ is None or obj.__module__.startswith("engine.") else obj.__module__
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


def deserialize_keras_object(
    config: Any, custom_objects: Mapping[str, Any] | None = None, safe_mode: bool = True, **kwargs: Any
) -> Any:
    """Return the object that ``serialize_keras_object`` (or Keras) described.

    ``custom_objects`` are classes and functions by name, for the object and all inside it.  Raises
    ``TypeError``
    for configs of the wrong form and for classes that nobody knows, ``ValueError`` for nameless functions,
    whose code is not run from a file.  ``module_objects`` (a table of names) makes a bare name an object.
    """
    unsafe = in_safe_mode()
    safe_mode = safe_mode if unsafe is None else unsafe
    if config is None:
        return None
    objects = {**registry.scope_objects(), **(custom_objects or {})}
    if isinstance(config, str):
        table = {**(kwargs.get("module_objects") or {}), **objects}
        found = table.get(config, config)
        return found() if inspect.isclass(found) else found
    if isinstance(config, (list, tuple)):
        return [deserialize_keras_object(item, custom_objects, safe_mode, **kwargs) for item in config]
    if isinstance(config, (bool, int, float)):
        return config
    if not isinstance(config, Mapping):
        raise ConfigError(f"Could not parse config: {config}", code="config")
    if "class_name" not in config or "config" not in config:
        return {
            key: deserialize_keras_object(value, custom_objects, safe_mode) for key, value in config.items()
        }
    name = str(config["class_name"])
    if name.startswith("__") and name.endswith("__"):
        return _from_special(name, config["config"], custom_objects, safe_mode)
    if name == "function":
        return _find_function(config, objects)
    if not isinstance(config["config"] or {}, Mapping):
        raise ConfigError(
            f"Expected 'config' to be a dict for {name}, instead got {type(config['config'])}. "
            f"Full config: {config}",
            code="config",
        )
    known = registry.shared_object(config)
    if known is not None:
        return known
    with registry.CustomObjectScope(custom_objects), SafeModeScope(safe_mode):
        made = _made(config, name, objects)
        if config.get("build_config") and not getattr(made, "built", True):
            made.build_from_config(config["build_config"])
        if config.get("compile_config") and hasattr(made, "compile_from_config"):
            made.compile_from_config(config["compile_config"])
    return registry.shared_object(config, made)


def _made(config: Mapping[str, Any], name: str, objects: Mapping[str, Any]) -> Any:
    from engine.ops.written import deserialize, is_operation_config

    if is_operation_config(config):
        return deserialize(config)
    if str(config.get("module") or "").startswith("keras") and name.endswith(
        ("DTypePolicy", "DTypePolicyMap")
    ):
        from engine.dtype_policies import deserialize as policy

        return policy(config)
    cls = _find_class(config, name, objects)
    if not inspect.isclass(cls):
        return cls
    if not hasattr(cls, "from_config"):
        raise ConfigError(
            f"Unable to reconstruct an instance of '{name}' because the class is missing a `from_config()` "
            f"method. Full object config: {config}",
            code="config",
        )
    try:
        maker: Any = cls
        return maker.from_config(dict(config["config"] or {}))
    except TypeError as error:
        raise ConfigError(
            f"{cls} could not be deserialized properly. Please ensure that parts that are Python objects "
            "(layers, models, ...) and come out of `get_config()` are explicitly deserialized in the class's "
            f"`from_config()`. config={config}. The error was: {error}",
            code="config",
        ) from error


def _find_class(config: Mapping[str, Any], name: str, objects: Mapping[str, Any]) -> Any:
    for key in (config.get("registered_name"), name):
        found = registry.get_registered_object(str(key), objects) if key else None
        if found is not None:
            return found
    families = _families()
    _not_posing(name, config.get("registered_name"), families)
    module = str(config.get("module") or "")
    families.sort(key=lambda family: family.module not in module)  # the one that is named goes first
    for family in families:
        if name in family.names():
            return family.find(name)
    if name in _ELSEWHERE:
        home, word = _ELSEWHERE[name]
        return getattr(import_module(home), word)
    near = did_you_mean(name, [known for family in families for known in family.names()])
    raise ConfigError(
        f"Could not locate class '{name}'.{near} Custom classes are passed in custom_objects or "
        "registered with "
        f"@keras.saving.register_keras_serializable(). Full object config: {config}",
        code="unknown_name",
        name=name,
    )


def _not_posing(name: str, registered: Any, families: list[Family]) -> None:
    """Raise ``EngineError`` where a config calls what is built in by the name of something of one's own."""
    if registered in (None, "", "function", name) or not any(name in family.names() for family in families):
        return
    raise EngineError(
        f"{name!r} resolved to a Keras built-in, but the config says that it was registered as "
        f"{registered!r}, which nobody knows here: pass it in custom_objects.",
        code="config",
    )


def _find_function(config: Mapping[str, Any], objects: Mapping[str, Any]) -> Any:
    from engine.layers.function_config import from_function_config

    name = config["config"]
    if not isinstance(name, str):
        raise ConfigError(
            f"Expected 'config' to be a non-null str for a function classname, instead got {type(name)}. "
            f"Full config: {config}",
            code="config",
        )
    registered = config.get("registered_name")
    if registered and registry.get_registered_object(str(registered), objects) is None:
        _not_posing(name, registered, _families())
    for family in _families():
        if (
            name in family.names()
            and name not in objects
            and f">{name}" not in str(config.get("registered_name"))
        ):
            return family.find(name)
    return from_function_config(config, objects)


def _from_special(name: str, inner: Any, custom_objects: Mapping[str, Any] | None, safe_mode: bool) -> Any:
    if name == "__typespec__":
        raise ConfigError(
            f"Expected 'config' to be a list or a tuple for a __typespec__ class name, and TensorFlow, which "
            f"knows what it means. Received: {inner!r}",
            code="config",
        )
    if name == "__keras_tensor__":
        return KerasTensor(inner["shape"], inner["dtype"])
    if name == "__tensor__":
        return convert_to_tensor(inner["value"], inner["dtype"])
    if name == "__numpy__":
        return np.array(inner["value"], dtype=inner["dtype"])
    if name == "__bytes__":
        return inner["value"].encode("utf-8")
    if name == "__ellipsis__":
        return Ellipsis
    if name == "__slice__":
        ends = (
            deserialize_keras_object(inner[key], custom_objects, safe_mode)
            for key in ("start", "stop", "step")
        )
        return slice(*ends)
    if name == "__lambda__":
        from engine.layers.function_config import from_function_config

        if safe_mode:
            raise EngineError(
                "A lambda is code, and reading it from a file would allow arbitrary code "
                "execution. If you trust "
                "the source and made the lambda in this process, pass safe_mode=False; otherwise write a "
                "function with a name and pass it in custom_objects.",
                code="unsafe",
            )
        return from_function_config({"class_name": name, "config": inner}, custom_objects, safe_mode)
    raise ConfigError(f"There is no kind of object called {name!r} in configs.", code="config")
