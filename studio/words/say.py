"""Filling templates: values are put into words first, then into the translated sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

CONTEXT = "Words"


def _identity(context: str, text: str) -> str:
    return text


_translate: Callable[[str, str], str] = _identity


def install(function: Callable[[str, str], str]) -> None:
    """Translate with ``function(context, english)`` from now on, such as ``QCoreApplication.translate``."""
    global _translate
    _translate = function


def translate(context: str, text: str) -> str:
    """Return ``text`` in the user's language, as the installed function knows it."""
    return _translate(context, text)


def tr(text: str) -> str:
    """Mark a text for translation and return it as it is; ``say`` translates it when it is needed."""
    return text


class _Plain(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def say(template: str, fields: Mapping[str, Any]) -> str:
    """Return the translated template with its placeholders filled; a field that is not there shows as "?"."""
    shown = {name: shown_value(name, value) for name, value in fields.items()}
    return _translate(CONTEXT, template).format_map(_Plain(shown))


def shown_value(name: str, value: Any) -> str:
    """Return a value as people read it; long ones are cut."""
    if isinstance(value, (tuple, list)):
        if name in ("known", "shapes"):
            texts = [each if isinstance(each, str) else shape_words(each) for each in value]
            return ", ".join(texts) or "–"
        if name == "shape" or (value and value[0] is None):
            return shape_words(value)
        return size_words(value)
    if name == "path" and isinstance(value, str):
        return re.split(r"[/\\]", value)[-1] or value
    text = "–" if value is None else str(value)
    return text if len(text) <= 200 else text[:200] + "…"


def shape_words(shape: Any) -> str:
    """Return a shape for people, the batch axis left out: ``(None, 8, 8, 1)`` → ``8 × 8 × 1``."""
    sizes = [("?" if size is None else str(size)) for size in tuple(shape)[1:]]
    return " × ".join(sizes) if sizes else _translate(CONTEXT, tr("one value"))


def size_words(shape: Any) -> str:
    """Return a shape that has no batch axis: ``(8, 8)`` → ``8 × 8``."""
    return shape_words((None, *shape))
