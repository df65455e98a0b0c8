"""The page of a layer as rich text, made from its class: words, picture, formula, parameters, use."""

from __future__ import annotations

import ast
import re
from html import escape
from typing import Any

from PySide6.QtCore import QCoreApplication

from engine.params import Kind, Param
from studio.document.catalog import Catalog
from studio.inspector.doc_text import doc_html, inline, sections_of
from studio.inspector.sample import Sample
from studio.inspector.values import write
from studio.translate.arguments import layer_call
from studio.translate.errors import TranslateError
from studio.translate.own import homes, point_home
from studio.translate.syntax import literal
from studio.words import shape_words
from studio.words.say import CONTEXT
from studio.words.uses import FORMULAS, use_of

PICTURE = "picture:shapes"
CURVE = "picture:curve"


def page_html(catalog: Catalog, spec: Any, sample: Sample | None, curve: bool) -> str:
    """Return the page of a layer of the catalog; ``curve`` leaves room for the picture of its function."""
    doc, own = sections_of(said(getattr(spec, "doc", "") or spec.summary), ("Formula", "Used for"))
    parts = [
        f"<h2>{escape(spec.name)}</h2>",
        f"<p class='muted'>{escape(said(spec.category.capitalize()))}</p>",
        doc_html(_plain(doc)),
        _shapes(sample),
    ]
    formula = own.get("Formula") or FORMULAS.get(spec.name, "")
    if formula or curve:
        parts.append(_heading(_tr("Formula")))
        parts.append(f"<pre>{escape(formula)}</pre>" if formula else "")
        parts.append(f"<p><img src='{CURVE}'></p>" if curve else "")
    uses = own.get("Used for") or " ".join(
        QCoreApplication.translate(CONTEXT, each) for each in use_of(spec.name, spec.category)
    )
    if uses:
        parts.append(_heading(_tr("What it is used for")) + f"<p>{inline(uses)}</p>")
    parts.append(_params(_tr("Parameters"), spec.params))
    parts.append(_params(_tr("Settings of the call"), getattr(spec, "call_options", ())))
    if sample is not None:
        parts.append(_heading(_tr("Example")) + f"<pre>{escape(example(catalog, spec, sample))}</pre>")
    return "".join(parts)


def results_html(catalog: Catalog, wanted: str) -> str:
    """Return links to the layers that fit some letters, those with the name first."""
    rows = []
    for spec in catalog:
        place = spec.name.casefold().find(wanted)
        rank = place if place >= 0 else 99 if wanted in said(spec.summary).casefold() else -1
        if rank >= 0:
            rows.append((rank > 0, rank == 99, spec.name, said(spec.summary)))
    if not rows:
        return f"<p class='muted'>{escape(_tr('No layer is called so, or described so.'))}</p>"
    return "".join(
        f"<p><a href='layer:{escape(name)}'><b>{escape(name)}</b></a><br>{inline(summary)}</p>"
        for _, _, name, summary in sorted(rows)
    )


def first_result(catalog: Catalog, wanted: str) -> str:
    """Return the layer that fits best, or nothing."""
    found = re.search(r"href='layer:(\w+)'", results_html(catalog, wanted))
    return found[1] if found else ""


def example(catalog: Catalog, spec: Any, sample: Sample) -> str:
    """Return a line of code that calls the layer on the sample."""
    letters = iter("abc")
    try:
        tree = layer_call(spec.name, literal(""), sample.params, spec.params, "")
    except TranslateError:
        return f"keras.layers.{spec.name}(…)"
    tree.keywords = [each for each in tree.keywords if each.arg != "name"]
    point_home([ast.Expr(tree)], homes(catalog))
    given = [
        f"[{next(letters)}, {next(letters)}]" if len(specs) > 1 else name if len(sample.inputs) > 1 else "x"
        for name, specs in sample.inputs.items()
    ]
    left = "y" if len(sample.outputs) == 1 else ", ".join(spec.outputs(sample.params))
    return f"{left} = {ast.unparse(ast.fix_missing_locations(tree))}({', '.join(given)})"


def kind_words(kind: Kind, optional: bool) -> str:
    """Return what values a parameter takes, in a few words."""
    words = {
        "int": _tr("whole number"), "float": _tr("number"), "bool": _tr("yes or no"),
        "text": _tr("text"), "tuple": _tr("whole numbers"), "array": _tr("numbers"),
        "texts": _tr("texts"), "layer": _tr("layer"), "layers": _tr("layers"), "any": _tr("any value"),
    }.get(kind.name, "")  # fmt: skip
    if kind.name == "choice":
        words = _tr(" or ").join(kind.choices)
    elif kind.name == "object":
        words = {
            "activations": _tr("activation"), "initializers": _tr("initializer"),
            "regularizers": _tr("regularizer"), "constraints": _tr("constraint"),
        }.get(kind.family, kind.family)  # fmt: skip
    elif kind.name == "tuple" and kind.length:
        many = _tr("{count} whole numbers, or one for all") if kind.lone else _tr("{count} whole numbers")
        words = many.format(count=kind.length) if kind.length > 1 else _tr("whole number")
    if kind.above is not None:
        words += f" > {kind.above:g}"
    elif kind.minimum is not None and kind.maximum is not None:
        words += f" {kind.minimum:g} … {kind.maximum:g}"
    elif kind.minimum is not None:
        words += f" ≥ {kind.minimum:g}"
    return _tr("{values}, or none").format(values=words) if optional else words


def said(text: str) -> str:
    """Return a text of the catalog in the user's language."""
    return QCoreApplication.translate("Catalog", text)


def _shapes(sample: Sample | None) -> str:
    if sample is None:
        return ""
    given = [shape_words(spec.shape) for specs in sample.inputs.values() for spec in specs]
    made = [shape_words(spec.shape) for spec in sample.outputs]
    words = _tr("{before} becomes {after}").format(before=", ".join(given), after=", ".join(made))
    head = _heading(_tr("Shapes, by an example"))
    return f"{head}<p><img src='{PICTURE}'></p><p class='muted'>{escape(words)}</p>"


def _params(title: str, params: tuple[Param, ...]) -> str:
    rows = []
    for param in params:
        default = _tr("required") if param.required else write(param, param.default) or _tr("none")
        kind = kind_words(param.kind, param.optional and param.kind.name != "bool")
        words = inline(said(param.doc)) if param.doc else ""
        rows.append(
            f"<p><code><b>{escape(param.name)}</b></code>"
            f" <span class='muted'>{escape(kind)} · <code>{escape(default)}</code></span><br>{words}</p>"
        )
    return _heading(title) + "".join(rows) if rows else ""


def _plain(doc: str) -> str:
    """Leave out what is for programmers: which errors are raised, and the name in Keras."""
    doc = re.sub(r"\s*Raises\s+``[^.]*(?:``[^`]*``[^.]*)*\.(?=\s|$)", "", doc)
    return re.sub(r"\s*Keras:\s+``[^`]*``\.", "", doc)


def _heading(text: str) -> str:
    return f"<h3>{escape(text)}</h3>"


def _tr(text: str) -> str:
    return QCoreApplication.translate("LayerPage", text)
