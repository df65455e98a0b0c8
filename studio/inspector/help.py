"""The page of a layer: what it does, its parameters and what it reads, made from the layer itself."""

from __future__ import annotations

import inspect
import re
from html import escape
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QTextBrowser, QWidget

from engine.params import Param
from studio.inspector.values import write
from studio.theme import current, switch
from studio.theme.fonts import fixed_family

if TYPE_CHECKING:
    from studio.session import Session

_HEADING = re.compile(r"^(\w[\w ]*):$")
_ITEM = re.compile(r"^\s{4,}(\w+): (.+)$")


class HelpPanel(QTextBrowser):
    """Shows the page of one type of layer; without one it says how to get one."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._type = ""
        self.setAccessibleName(self.tr("Help"))
        self.setOpenLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.document().setDocumentMargin(8)
        session.analysed.connect(self.refresh)
        switch().changed.connect(self.refresh)
        self.refresh()

    def show_type(self, type_name: str) -> None:
        """Show the page of a layer's class, of ``Input`` or ``Output``; an empty name shows the beginning."""
        if type_name != self._type:
            self._type = type_name
            self.refresh()

    def refresh(self, *_: object) -> None:
        """Write the page again, in the colours of the theme."""
        self.setHtml(self._style() + self._page())

    def _style(self) -> str:
        theme = current()
        return (
            "<style>h2 { font-size: 17px; margin: 4px 0; } h3 { font-size: 13px; margin: 14px 0 4px; }"
            f" p, td {{ font-size: 13px; }} p {{ margin: 4px 0; }} .muted {{ color: {theme.muted}; }}"
            f" code, pre {{ font-family: '{fixed_family()}'; font-size: 12px; }}"
            f" pre {{ background: {theme.field}; margin: 4px 0; white-space: pre-wrap; }}</style>"
        )

    def _page(self) -> str:
        if not self._type:
            return f"<p class='muted'>{escape(self.tr('Select a layer to read about it.'))}</p>"
        words = {
            "Input": self.tr(
                "Where data enters the model. It takes a field of the data, or a shape without one. "
                "A model may have several."
            ),
            "Output": self.tr(
                "What the model is to predict. Its target is a field of the data; the loss measures the "
                "mistakes that training makes smaller; metrics are shown beside it and change nothing."
            ),
        }
        if self._type in words:
            return f"<h2>{escape(self._type)}</h2><p>{escape(words[self._type])}</p>"
        catalog = self._session.catalog
        if catalog is None:
            return f"<p class='muted'>{escape(self.tr('Loading layers…'))}</p>"
        spec: Any = catalog.get(self._type)
        if spec is None:
            gone = self.tr("There is no layer called {name} here.").format(name=self._type)
            return f"<p>{escape(gone)}</p>"
        doc = getattr(spec, "doc", "") or spec.summary
        return f"<h2>{escape(spec.name)}</h2>" + doc_html(_said(doc)) + self._params(spec.params)

    def _params(self, params: tuple[Param, ...]) -> str:
        if not params:
            return ""
        rows = []
        for param in params:
            default = self.tr("required") if param.required else write(param, param.default) or "None"
            words = _said(param.doc) if param.doc else ""
            rows.append(
                f"<p><code><b>{escape(param.name)}</b></code>"
                f" <span class='muted'><code>{escape(default)}</code></span><br>{inline(words)}</p>"
            )
        return f"<h3>{escape(self.tr('Parameters'))}</h3>" + "".join(rows)


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


def _said(text: str) -> str:
    return QCoreApplication.translate("Catalog", text)
