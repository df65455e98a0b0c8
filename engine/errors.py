"""Errors of the engine: plain English for the reader, a code with fields for programs.

Every error is also the built-in type that Keras raises (mostly ``ValueError``), so that code written for
Keras catches it.  ``code`` and ``fields`` are for programs that word the error themselves, in another
language or beside a drawing; the message alone must serve a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches


class EngineError(ValueError):
    """Base of all errors that the engine raises on purpose.

    ``code`` names the kind of error (``"rank"``, ``"axis"``, ``"param"``, ...); ``fields`` holds what was
    expected, what came and where, as plain values.
    """

    def __init__(self, message: str, *, code: str = "value", **fields: object) -> None:
        super().__init__(message)
        self.code = code
        self.fields: Mapping[str, object] = fields


class ShapeError(EngineError):
    """A tensor's rank, size or dtype is not what the layer can take."""


class ParamError(EngineError):
    """A constructor argument is missing, unknown, of the wrong type or out of range."""


class ParamTypeError(ParamError, TypeError):
    """A constructor argument is of the wrong type; Keras raises ``TypeError`` for some of these."""


class NotBuiltError(EngineError):
    """Weights are asked for before the layer or model knows its input shape."""


class UnknownNameError(EngineError):
    """A string names no layer, loss, metric, optimizer, ... of this family."""


def did_you_mean(name: object, known: Iterable[str]) -> str:
    """Return ``" Did you mean 'relu'?"`` for the nearest known name, or an empty string."""
    names = list(known)
    near = get_close_matches(str(name), names, n=1, cutoff=0.6)
    if not near:
        folded = {known_name.lower(): known_name for known_name in names}
        near = [folded[hit] for hit in get_close_matches(str(name).lower(), folded, n=1, cutoff=0.6)]
    return f" Did you mean '{near[0]}'?" if near else ""
