"""Errors of the document: a code with fields, and plain English for whoever has no better words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class DocumentError(ValueError):
    """Base of all errors that the document raises on purpose.

    ``code`` names the kind, ``fields`` holds who, where, what was expected and what came; ``studio.words``
    says it in the user's language.
    """

    def __init__(self, message: str, *, code: str, **fields: Any) -> None:
        super().__init__(message)
        self.code = code
        self.fields: Mapping[str, Any] = fields


class Refusal(DocumentError):
    """Something that was asked for cannot be done to the drawing; nothing was changed."""


class FileError(DocumentError):
    """A file cannot be read or written.

    ``fields`` has ``path`` (the file), ``where`` (the place inside it, as ``graphs.main.nodes.n1``),
    ``expected`` and ``got``.
    """

    def __init__(
        self, message: str, *, code: str, path: str = "", where: str = "", expected: str = "", got: str = ""
    ) -> None:
        super().__init__(message, code=code, path=path, where=where, expected=expected, got=got)
