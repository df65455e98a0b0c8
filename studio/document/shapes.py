"""Shapes, weights and problems of a drawing, while it is drawn; nothing is built and no torch is needed."""

from __future__ import annotations

from studio.document.catalog import Catalog
from studio.document.data import Ranges
from studio.document.findings import Analysis
from studio.document.rows import MAIN
from studio.document.state import State
from studio.document.values import EMPTY
from studio.document.visiting import Cache
from studio.document.watching import Analyst

__all__ = ["Analyst", "Cache", "analyse"]


def analyse(
    state: State,
    catalog: Catalog | None,
    graph: str = MAIN,
    cache: Cache | None = None,
    ranges: Ranges = EMPTY,
) -> Analysis:
    """Return shapes, weights and problems of a graph.

    ``cache`` (keep one dict per catalog) makes a second analysis infer only what changed.  Without a catalog
    nothing is known of layers, and nothing is said of them.  What arrives in a block is what its first use in
    the drawing gets; of a block that nothing uses only the order is known.  ``ranges`` are the smallest and
    largest number of each field, once the data have been read: some warnings wait for them.  An ``Analyst``
    does the same for a document again and again, and looks only at what was edited.
    """
    return Analyst(state, catalog, cache, ranges).analysis(graph)
