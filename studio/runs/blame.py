"""Why a run failed, in plain words, and which node is to blame."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from studio import words
from studio.document.document import Document
from studio.document.rows import MAIN
from studio.translate.build import Built
from studio.translate.errors import TranslateError


class Diverged(ArithmeticError):
    """The loss became infinite or not a number."""

    def __init__(self, loss: float) -> None:
        super().__init__(f"The loss is {loss}.")
        self.code = "diverged_nan" if math.isnan(loss) else "diverged"


def explain(error: BaseException, document: Document, built: Built | None) -> tuple[str, str, str]:
    """Return what happened, a code, and the id of the node to blame ("" where that is not known)."""
    if _no_memory(error) or _no_memory(error.__cause__):
        return words.run_text("memory", {}), "memory", getattr(error, "node", "") or node_of(document, error)
    if isinstance(error, TranslateError):
        return words.text(error), error.code, error.node or node_of(document, error.__cause__)
    if isinstance(error, Diverged):
        return words.run_text(error.code, {}), "diverged", _first_broken(document, built)
    if isinstance(error, KeyboardInterrupt):
        return words.run_text("interrupted", {}), "interrupted", ""
    text = words.text(error).strip() or type(error).__name__
    return text, str(getattr(error, "code", "failed")), node_of(document, error)


def _no_memory(error: BaseException | None) -> bool:
    said = str(error).lower() if isinstance(error, RuntimeError) else ""
    signs = ("out of memory", "allocate memory", "storage size calculation overflowed")
    return isinstance(error, MemoryError) or any(sign in said for sign in signs)


def node_of(document: Document, error: BaseException | None) -> str:
    """Return the node whose layer an engine error names, or an empty string."""
    fields = getattr(error, "fields", None)
    name = fields.get("layer") if isinstance(fields, Mapping) else None
    return node_of_layer(document, str(name)) if name else ""


def node_of_layer(document: Document, name: str) -> str:
    """Return the first node that calls the layer called ``name``, or an empty string."""
    for node in document.node_ids(MAIN):
        entry = document.layer_of(node)
        if entry is not None and entry.name == name:
            return node
    return ""


def _first_broken(document: Document, built: Built | None) -> str:
    import numpy as np

    layers: list[Any] = built.model.layers if built is not None else []
    for layer in layers:
        if not all(np.isfinite(weight).all() for weight in layer.get_weights()):
            return node_of_layer(document, layer.name)
    return ""
