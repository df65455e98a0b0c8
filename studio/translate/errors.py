"""What keeps a drawing from becoming a program."""

from __future__ import annotations

from typing import Any


class TranslateError(ValueError):
    """The drawing, or a setting of it, cannot be translated.

    ``code`` names the kind, ``node`` the id of the node that is meant ("" for the drawing as a whole), and
    ``fields`` holds what was expected and what came.
    """

    def __init__(self, message: str, *, code: str, node: str = "", **fields: Any) -> None:
        super().__init__(message)
        self.code, self.node, self.fields = code, node, fields

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep the keyword arguments when pickled: errors travel inside events."""
        return _restore, (str(self), self.code, self.node, self.fields)


def _restore(message: str, code: str, node: str, fields: dict[str, Any]) -> TranslateError:
    return TranslateError(message, code=code, node=node, **fields)
