"""Names of number types, and which type comes out where several meet.

Types meet on a lattice, as in JAX: each of two becomes the nearest type that can hold both, and numbers of
plain Python are weak: they take the type of what they meet.  64-bit results become 32-bit ones.
Source: ``keras.backend.result_type``.  Imports no torch.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from engine import config
from engine.dtype_policies import standardize_dtype
from engine.errors import ParamError

__all__ = [
    "ALLOWED_DTYPES", "FLOAT_TYPES", "INT_TYPES", "is_float_dtype", "is_int_dtype", "result_type",
    "standardize_dtype",
]  # fmt: skip

INT_TYPES = ("uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64")
FLOAT_TYPES = ("bfloat16", "float16", "float32", "float64")
ALLOWED_DTYPES = (
    "float16", "float32", "float64", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64",
    "bfloat16", "bool", "string", "float8_e4m3fn", "float8_e5m2", "complex64", "complex128",
)  # fmt: skip

_ABOVE = {
    "bool": ("int",),
    "uint8": ("int16", "uint16"),
    "uint16": ("int32", "uint32"),
    "uint32": ("int64", "uint64"),
    "uint64": ("float",),
    "int": ("uint8", "int8", "complex64"),
    "int8": ("int16",),
    "int16": ("int32",),
    "int32": ("int64",),
    "int64": ("float",),
    "float": ("bfloat16", "float16"),
    "bfloat16": ("float32",),
    "float16": ("float32",),
    "float32": ("float64", "complex64"),
    "float64": ("complex128",),
    "complex64": ("complex128",),
    "complex128": (),
}
_IN_32_BITS = {"int64": "int32", "uint64": "uint32", "float64": "float32", "complex128": "complex64"}


@cache
def _holders(name: str) -> frozenset[str]:
    """Return every type that can hold numbers of the type ``name``, itself among them."""
    if name not in _ABOVE:
        raise ParamError(f"{name!r} is no type that others mix with. Cast it first.", code="param", got=name)
    return frozenset({name}).union(*(_holders(above) for above in _ABOVE[name]))


@cache
def _meet(names: frozenset[str]) -> str:
    common = frozenset.intersection(*(_holders(name) for name in names))
    lowest = [name for name in common if common <= _holders(name)]
    if not lowest:
        raise ParamError(f"The types {', '.join(sorted(names))} do not mix. Cast one of them.", code="param")
    return lowest[0]


@cache
def _mixed(dtypes: tuple[Any, ...], floatx: str) -> str:
    weak = [dtype is int or dtype is float for dtype in dtypes]  # not `==`, which numpy's types answer to
    names = [floatx if dtype is float else standardize_dtype(dtype) for dtype in dtypes]
    if all(weak):
        found = "float" if any(dtype is float for dtype in dtypes) else "int"
    else:
        plain = {int: "int", float: "float"}
        found = _meet(
            frozenset(
                plain[dtype] if soft else name for dtype, name, soft in zip(dtypes, names, weak, strict=True)
            )
        )
    if found in ("int", "float"):
        found = f"{found}{floatx[-2:]}"
    return _IN_32_BITS.get(found, found)


def result_type(*dtypes: Any) -> str:
    """Return the name of the type in which numbers of these types meet; ``int`` and ``float`` are weak.

    ``None`` is the default float type, and so is the answer for nothing.  Raises ``ParamError`` for types
    that do not mix.  Keras: ``keras.backend.result_type``.
    """
    if not dtypes:
        return config.floatx()
    for dtype in dtypes:
        if isinstance(dtype, str) and dtype.startswith("float8"):
            raise ParamError(
                f"There is no implicit conversion from float8 to other types: cast it. Received: {dtypes}",
                code="param",
            )
    floatx = config.floatx()
    return _mixed(tuple(floatx if dtype is None else dtype for dtype in dtypes), floatx)


def is_float_dtype(dtype: Any) -> bool:
    """Return whether ``dtype`` is a type of floating point numbers."""
    return standardize_dtype(dtype).startswith(("float", "bfloat"))


def is_int_dtype(dtype: Any) -> bool:
    """Return whether ``dtype`` is a type of whole numbers (``bool`` is none)."""
    return standardize_dtype(dtype).startswith(("int", "uint"))
