"""Sequences of different lengths as one array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.errors import ParamError


def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray[Any, Any]:
    """Return sequences as rows of one length: shorter ones filled up with ``value``, longer ones cut.

    ``maxlen`` is the length, without it that of the longest; ``padding`` and ``truncating`` say whether that
    is done "pre" or "post".  Raises ``ParamError`` where steps differ in shape.  Keras:
    ``keras.utils.pad_sequences``.
    """
    if not hasattr(sequences, "__len__"):
        raise ParamError("`sequences` must be iterable.", code="param")
    for name, side in (("truncating", truncating), ("padding", padding)):
        if side not in ("pre", "post"):
            raise ParamError(
                f'{name.title()} type "{side}" not understood: it is "pre" or "post".', code="param"
            )
    try:
        lengths = [len(row) for row in sequences]
    except TypeError as error:
        raise ParamError(
            f"`sequences` must be a list of iterables. Found non-iterable: {error}", code="param"
        ) from None
    maxlen = (max(lengths) if lengths else 0) if maxlen is None else maxlen
    step = next((np.asarray(row).shape[1:] for row in sequences if len(row)), ())
    text = np.issubdtype(dtype, np.str_)
    if isinstance(value, str) and dtype is not object and not text:
        raise ParamError(
            f"`dtype` {dtype} is not compatible with `value`'s type: {type(value)}. You should set "
            "`dtype=object` for variable length strings.",
            code="param",
        )
    found: np.ndarray[Any, Any] = np.full((len(sequences), maxlen, *step), value, dtype=dtype)
    for index, row in enumerate(sequences):
        if not len(row) or not maxlen:
            continue
        kept = np.asarray(row[-maxlen:] if truncating == "pre" else row[:maxlen], dtype=dtype)
        if kept.shape[1:] != step:
            raise ParamError(
                f"Shape of sample {kept.shape[1:]} of sequence at position {index} is different from "
                f"expected shape {step}.",
                code="param",
            )
        if padding == "pre":
            found[index, maxlen - len(kept) :] = kept
        else:
            found[index, : len(kept)] = kept
    return found
