"""Tensors and their types: conversion, questions about types, and the process' settings.

Keras: ``keras.backend`` and ``keras.config``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine import config
from engine.config import epsilon, floatx, image_data_format, set_epsilon, set_floatx, set_image_data_format
from engine.dtypes import is_float_dtype, is_int_dtype, result_type, standardize_dtype
from engine.errors import ParamError, ShapeError
from engine.symbolic import KerasTensor, is_keras_tensor

__all__ = [
    "AutocastScope", "KerasTensor", "backend", "cast", "compute_output_spec", "convert_to_numpy",
    "convert_to_tensor", "device_scope", "epsilon", "floatx", "get_device", "image_data_format",
    "is_float_dtype", "is_int_dtype", "is_keras_tensor", "is_tensor", "name_scope", "random_seed_dtype",
    "result_type", "set_epsilon", "set_floatx", "set_image_data_format", "standardize_data_format",
    "standardize_dtype", "standardize_shape", "to_torch_dtype",
]  # fmt: skip

# Torch computes nothing in these unsigned types, so the next wider signed one stands for them.
_TORCH = {"uint16": torch.int32, "uint32": torch.int64}
_TORCH |= {
    name: getattr(torch, name)
    for name in (
        "bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64",
        "complex64", "complex128", "float8_e4m3fn", "float8_e5m2",
    )
}  # fmt: skip
_scopes = threading.local()


class AutocastScope:
    """Let ``variable.value`` be of ``dtype`` within the ``with`` block, for float weights that autocast.

    ``None`` switches it off.  It is for code of one's own that reads ``value``; layers of mixed precision
    do this by themselves.  Raises ``ParamError`` for types without fractions.
    """

    def __init__(self, dtype: Any) -> None:
        self.dtype = None if dtype is None else standardize_dtype(dtype)
        if self.dtype is not None and not is_float_dtype(self.dtype):
            raise ParamError(
                "`AutocastScope` can only be used with a floating-point target dtype, such as 'float16'. "
                f"Received: dtype={dtype}",
                code="param",
                param="dtype",
                got=dtype,
            )

    def __enter__(self) -> AutocastScope:
        self._outer = getattr(_scopes, "autocast", None)
        _scopes.autocast = None if self.dtype is None else to_torch_dtype(self.dtype)
        return self

    def __exit__(self, *_: object) -> None:
        _scopes.autocast = self._outer


def autocast_dtype() -> torch.dtype | None:
    """Return the type of the ``AutocastScope`` around this call."""
    return getattr(_scopes, "autocast", None)


def random_seed_dtype() -> str:
    """Return the type of seeds, ``"int32"``."""
    return "int32"


def compute_output_spec(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Return symbolic tensors like those that ``fn`` returns for symbolic arguments; it is tried on zeros.

    Raises ``ShapeError`` where it cannot run.
    """
    from engine.ops.inference import by_running

    return by_running(fn, args, kwargs, getattr(fn, "__name__", "function"))


def backend() -> str:
    """Return ``"torch"``: what computes here."""
    return "torch"


def to_torch_dtype(dtype: Any) -> torch.dtype:
    """Return the torch type for the name of a type; ``None`` is the default float type.

    Raises ``ParamError`` for what names no type of numbers.
    """
    if isinstance(dtype, torch.dtype):
        return dtype
    found = _TORCH.get(standardize_dtype(dtype))
    if found is None:
        raise ParamError(f"dtype is a type of numbers. Received: dtype={dtype!r}", code="param", got=dtype)
    return found


def get_device() -> torch.device:
    """Return where new tensors are made: that of the ``device_scope``, else of ``config.device()``."""
    from engine.training.device import resolve

    scope: torch.device | None = getattr(_scopes, "device", None)
    return resolve(config.device()) if scope is None else scope


@contextmanager
def device_scope(device_name: str) -> Iterator[torch.device]:
    """Make tensors on ``device_name`` (``"cpu"``, ``"gpu:0"``) within the ``with`` block, in this thread.

    Raises ``ParamError`` for a device that is not there.
    """
    if not isinstance(device_name, str):
        raise ParamError(
            f"`device_name` is a text such as 'cpu' or 'gpu:0'. Received: device_name='{device_name}'",
            code="param",
            param="device_name",
            got=device_name,
        )
    from engine.training.device import resolve

    outer = getattr(_scopes, "device", None)
    _scopes.device = resolve(device_name.lower().replace("gpu", "cuda"))
    try:
        yield _scopes.device
    finally:
        _scopes.device = outer


def scopes() -> tuple[str, ...]:
    """Return the names of the ``name_scope`` blocks around this call, the outermost first."""
    found: tuple[str, ...] = getattr(_scopes, "names", ())
    return found


class name_scope:  # Keras' name, used like a function
    """Name a stretch of code within a ``with`` block: weights made in it have it in their path."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        if not isinstance(name, str) or "/" in name:
            raise ParamError(
                f"Argument `name` must be a string and cannot contain character `/`. Received: name={name!r}",
                code="name",
            )
        self.name = name

    def __enter__(self) -> name_scope:
        names = getattr(_scopes, "names", ())
        _scopes.names = (*names, self.name)
        return self

    def __exit__(self, *_: object) -> None:
        _scopes.names = _scopes.names[:-1]


def is_tensor(x: Any) -> bool:
    """Return whether ``x`` is a torch tensor; symbolic ones and arrays are none."""
    return isinstance(x, Tensor)


def convert_to_tensor(
    x: Any, dtype: Any = None, sparse: bool | None = None, ragged: bool | None = None
) -> Tensor:
    """Return ``x`` (tensor, array, number, nested list) as a tensor.

    Whole numbers of Python become int32 (int64 where they do not fit), others the default float type; arrays
    keep their type.  A tensor comes back as it is unless ``dtype`` differs.  Raises ``ParamError`` for sparse
    and ragged tensors, which there are none of, and for symbolic ones.
    """
    if isinstance(x, Tensor):
        return x if dtype is None else x.to(to_torch_dtype(dtype))
    if sparse or ragged:
        raise ParamError("There are no sparse or ragged tensors here.", code="param", param="sparse")
    if isinstance(x, KerasTensor):
        raise ParamError(
            f"A symbolic tensor has no numbers to convert. Received: {x!r}", code="symbolic", got=x
        )
    if dtype is not None:
        wanted = to_torch_dtype(dtype)
        if isinstance(x, (bool, int, float, complex)):
            return torch.tensor(x, dtype=wanted, device=get_device())
        return _from_any(x).to(device=get_device(), dtype=wanted)
    if isinstance(x, bool):
        return torch.tensor(x, device=get_device())
    if isinstance(x, int):
        small = -(2**31) <= x < 2**31
        return torch.tensor(x, dtype=torch.int32 if small else torch.int64, device=get_device())
    if isinstance(x, float):
        return torch.tensor(x, dtype=to_torch_dtype(None), device=get_device())
    return _from_any(x).to(get_device())


def _from_any(x: Any) -> Tensor:
    """Return arrays and nested lists as a tensor on the CPU, of the type that Keras gives them."""
    if isinstance(x, (list, tuple)):
        if any(isinstance(item, Tensor) for item in x):
            return torch.stack([convert_to_tensor(item) for item in x])
        array = np.array(x)
        kinds = {type(leaf) for leaf in _leaves(x)} or {float}
        if kinds <= {bool, int, float} and array.dtype != np.bool_:
            array = array.astype(_numpy_name(result_type(*("bool" if k is bool else k for k in kinds))))
    else:
        array = np.asarray(x)
    name = array.dtype.name
    if name == "bfloat16":
        return torch.as_tensor(array.astype("float32")).to(torch.bfloat16)
    wider = {"uint16": "int32", "uint32": "int64", "uint64": "int64"}.get(name)
    if wider is not None:
        array = array.astype(wider)
    try:
        return torch.as_tensor(array)
    except TypeError as error:
        raise ParamError(
            f"Only numbers make a tensor. Received: {x!r} (of type {type(x).__name__})", code="not_a_tensor"
        ) from error
    except ValueError:
        return torch.as_tensor(array.copy())  # torch reads no array with negative strides


def _numpy_name(name: str) -> str:
    return "float32" if name == "bfloat16" else name


def _leaves(x: Any) -> Iterator[Any]:
    for item in x:
        if isinstance(item, (list, tuple)):
            yield from _leaves(item)
        else:
            yield item


def convert_to_numpy(x: Any) -> np.ndarray[Any, Any]:
    """Return ``x`` (tensor, array, number, list of them) as a numpy array on the CPU, cut off from
    gradients.
    """
    if isinstance(x, Tensor):
        plain = x.detach().cpu()
        if plain.dtype is torch.bfloat16:
            return _bfloat16(plain)
        found: np.ndarray[Any, Any] = plain.resolve_conj().resolve_neg().numpy()
        return found.copy() if isinstance(x, torch.nn.Parameter) else found  # a weight changes in place
    if isinstance(x, (list, tuple)) and any(isinstance(item, Tensor) for item in x):
        return np.array([convert_to_numpy(item) for item in x])
    return np.array(x)


def _bfloat16(x: Tensor) -> np.ndarray[Any, Any]:
    """Return brain floats as numpy's extension type where ml_dtypes brings it, else as float32."""
    wide: np.ndarray[Any, Any] = x.to(torch.float32).numpy()
    try:
        import ml_dtypes
    except ImportError:
        return wide
    return wide.astype(ml_dtypes.bfloat16)


def cast(x: Any, dtype: Any) -> Tensor:
    """Return ``x`` as a tensor of type ``dtype``."""
    return convert_to_tensor(x, dtype)


def standardize_data_format(data_format: str | None) -> str:
    """Return ``"channels_last"`` or ``"channels_first"``; ``None`` is the global setting."""
    if data_format is None:
        return image_data_format()
    found = str(data_format).lower()
    if found not in ("channels_first", "channels_last"):
        raise ParamError(
            "The `data_format` argument must be one of {'channels_first', 'channels_last'}. "
            f"Received: data_format={data_format}",
            code="param",
            param="data_format",
            got=data_format,
        )
    return found


def standardize_shape(shape: Any) -> tuple[int | None, ...]:
    """Return a shape as a tuple of whole numbers and ``None``; raises ``ShapeError`` for anything else."""
    if shape is None:
        raise ShapeError("Undefined shapes are not supported. Received: shape=None", code="shape")
    if isinstance(shape, str) or not hasattr(shape, "__iter__"):
        raise ShapeError(
            f"Cannot convert '{shape}' to a shape: a shape is a tuple of whole numbers and None.",
            code="shape",
            got=shape,
        )
    return tuple(_size(size, shape) for size in shape)


def _size(size: Any, shape: Any) -> int | None:
    if size is None or isinstance(size, torch.SymInt):
        return None
    if not hasattr(size, "__index__") or isinstance(size, bool):
        raise ShapeError(
            f"Cannot convert '{shape}' to a shape. Found invalid dimension '{size}': sizes are whole numbers "
            "or None.",
            code="shape",
            got=shape,
        )
    if int(size) < 0:
        raise ShapeError(
            f"Cannot convert '{shape}' to a shape. Negative dimensions are not allowed.",
            code="shape",
            got=shape,
        )
    return int(size)


def __getattr__(name: str) -> Any:
    """Bring ``Variable`` and ``clear_session``, which live with the layers, when asked for."""
    if name == "Variable":
        from engine.layers.variable import Variable

        return Variable
    if name == "get_uid":
        from engine.naming import get_uid

        return get_uid
    if name == "clear_session":
        from engine.layers.layer import clear_session

        return clear_session
    raise AttributeError(f"engine.backend has no {name!r}")
