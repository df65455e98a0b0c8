"""Every operation that has its name from numpy.  Keras: ``keras.ops.numpy``."""

from __future__ import annotations

from typing import Any as _Any

from engine.ops import (
    numpy_algebra,
    numpy_index,
    numpy_join,
    numpy_make,
    numpy_math,
    numpy_nan,
    numpy_order,
    numpy_reduce,
    numpy_shape,
)
from engine.ops.functions import class_or_error, public

_PLAIN = (
    "bartlett", "blackman", "empty", "eye", "hamming", "hanning", "identity", "kaiser", "ones", "tri",
    "zeros",
)  # fmt: skip
assert all(
    (numpy_algebra, numpy_join, numpy_math, numpy_nan, numpy_order, numpy_reduce, numpy_shape)
)  # each adds its own to the table

globals().update({**public("numpy"), **{name: getattr(numpy_make, name) for name in _PLAIN}})
vectorize = numpy_index.vectorize
__all__ = [*public("numpy"), *_PLAIN, "vectorize"]  # names of the table


def __getattr__(name: str) -> _Any:
    """Return the class of an operation (``Mean``) when it is asked for."""
    return class_or_error("numpy", name)
