"""Operations on tensors, in layers of one's own and in functional models.  Keras: ``keras.ops``.

They take tensors, arrays and numbers; where a symbolic tensor comes, they extend the graph.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any as _Any

from engine.ops import control, core, linalg, math, nn, numpy
from engine.ops.core import (
    convert_to_numpy,
    custom_gradient,
    device_scope,
    dtype,
    is_tensor,
    name_scope,
    shape,
)
from engine.ops.functions import op, public
from engine.ops.operation import Operation

swish, hard_swish = nn.swish, nn.hard_swish
_HOMES = ("core", "numpy", "nn", "math", "linalg")
__all__ = [
    "Operation", "control", "convert_to_numpy", "core", "custom_gradient", "device_scope", "dtype",
    "hard_swish", "image", "is_tensor", "linalg", "math", "name_scope", "nn", "numpy", "op",
    "rearrange", "shape", "swish",
]  # fmt: skip

for _home in _HOMES:
    _names = {
        **public(_home),
        **{name: getattr(numpy, name) for name in (numpy.__all__ if _home == "numpy" else ())},
    }
    for _name, _thing in _names.items():
        globals()[_name] = _thing
        __all__.append(_name)


def __getattr__(name: str) -> _Any:
    """Load ``image`` and ``rearrange`` when asked for, and the class of an operation (``Mean``) by
    its name.
    """
    if name == "image":
        return import_module("engine.ops.image")
    if name == "rearrange":
        return import_module("engine.ops.einops").rearrange
    from engine.ops.functions import any_operation_class

    return any_operation_class(name)
