"""Colours for Python: keywords, calls, texts, numbers, comments and the names of arguments."""

from __future__ import annotations

import keyword
import re

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from studio.theme import current, switch

_TOKEN = re.compile(
    r"(?P<comment>#.*)"
    r"|(?P<string>[rfbRFB]{0,2}(?:\"(?:\\.|[^\"\\])*\"?|'(?:\\.|[^'\\])*'?))"
    r"|(?P<number>\b\d[\d_]*\.?\d*(?:[eE][+-]?\d+)?\b)"
    r"|(?P<argument>\b[A-Za-z_]\w*(?==[^=]))"
    r"|(?P<word>\b[^\W\d]\w*\b)"
    r"|(?P<operator>[-+*/%@=<>|&^~]+)"
)
_TRIPLE = '"""'
_OUTSIDE, _INSIDE = 0, 1


class PythonHighlighter(QSyntaxHighlighter):
    """Colours a document as Python, by the theme in force."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._formats: dict[str, QTextCharFormat] = {}
        self._take_theme()
        switch().changed.connect(self._take_theme)

    def _take_theme(self, *_: object) -> None:
        self._formats = {}
        for name, colour in current().code.items():
            made = QTextCharFormat()
            made.setForeground(QColor(colour))
            self._formats[name] = made
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Colour one line; triple quotes go on over lines."""
        start = 0
        if self.previousBlockState() == _INSIDE:
            end = text.find(_TRIPLE)
            if end < 0:
                self.setFormat(0, len(text), self._formats["string"])
                self.setCurrentBlockState(_INSIDE)
                return
            start = end + 3
            self.setFormat(0, start, self._formats["string"])
        self.setCurrentBlockState(_OUTSIDE)
        opening = text.find(_TRIPLE, start)
        if opening >= 0 and text[:opening].strip() == "":  # a docstring stands at the beginning of its line
            closing = text.find(_TRIPLE, opening + 3)
            stop = len(text) if closing < 0 else closing + 3
            self.setFormat(opening, stop - opening, self._formats["string"])
            self.setCurrentBlockState(_INSIDE if closing < 0 else _OUTSIDE)
            start = stop
        for match in _TOKEN.finditer(text, start):
            kind = match.lastgroup or "name"
            if kind == "word":
                kind = _kind_of_word(match[0], text[match.end() : match.end() + 1])
            if kind == "argument" and text[: match.start()].strip() == "":
                after = text[match.end() :]
                kind = "name" if after.startswith(" =") else "argument"
            self.setFormat(match.start(), match.end() - match.start(), self._formats[kind])


def _kind_of_word(word: str, after: str) -> str:
    if keyword.iskeyword(word):
        return "keyword"
    if after == "(":
        return "class" if word[0].isupper() else "function"
    return "name"
