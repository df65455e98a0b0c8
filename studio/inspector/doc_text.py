"""Docstrings as rich text, everything in them escaped."""

from __future__ import annotations

import inspect
import re
from html import escape

_HEADING = re.compile(r"^(\w[\w ]*):$")
_ITEM = re.compile(r"^\s{4,}(\w+): (.+)$")


def sections_of(doc: str, names: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """Return a docstring without the sections of these names, and what stands in them."""
    kept: list[str] = []
    found: dict[str, list[str]] = {}
    inside = ""
    for line in inspect.cleandoc(doc).splitlines():
        match = _HEADING.match(line)
        if match or (line and not line.startswith(" ")):
            inside = match[1] if match and match[1] in names else ""
            if inside:
                found[inside] = []
                continue
        (found[inside] if inside else kept).append(line.strip() if inside else line)
    return "\n".join(kept), {name: "\n".join(lines).strip() for name, lines in found.items()}


def doc_html(doc: str) -> str:
    """Return a docstring as rich text, everything in it escaped; its ``Args:`` are left to the signature."""
    parts: list[str] = []
    paragraph: list[str] = []
    code: list[str] = []
    skipping = fenced = False

    def flush() -> None:
        if paragraph:
            parts.append(f"<p>{inline(' '.join(paragraph))}</p>")
            paragraph.clear()
        if code:
            parts.append(f"<pre>{escape(chr(10).join(code))}</pre>")
            code.clear()

    for line in inspect.cleandoc(doc).splitlines():
        if line.strip().startswith("```"):
            flush()
            fenced = not fenced
        elif fenced or line.startswith(">>> "):
            code.append(line)
        elif match := _HEADING.match(line):
            flush()
            skipping = match[1] == "Args"
            if not skipping:
                parts.append(f"<h3>{escape(match[1])}</h3>")
        elif not line.strip():
            flush()
        elif skipping and line.startswith(" "):
            continue
        else:
            skipping = False
            item = _ITEM.match(line)
            if item:
                flush()
            paragraph.append(line.strip())
    flush()
    return "".join(parts)


def inline(text: str) -> str:
    """Return a sentence escaped, with what stands in backquotes as code."""
    return re.sub(r"`+([^`]+)`+", r"<code>\1</code>", escape(text, quote=False))
