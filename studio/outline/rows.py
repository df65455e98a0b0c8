"""The rows of the outline: each node with its shape, its parameters and what feeds it; blocks unfold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studio.document.blocks import repeats_of
from studio.document.clusters import held_nodes
from studio.document.marks import USUAL
from studio.document.rows import MAIN, Node, address, id_order
from studio.words import shape_words

if TYPE_CHECKING:
    from studio.document.findings import NodeInfo
    from studio.session import Session

NAME, TYPE, SHAPE, PARAMETERS, SOURCES = range(5)
DEEPEST = 16
"""Blocks in blocks beyond this are not unfolded."""


@dataclass
class Row:
    """A node as the table shows it; ``place`` is its address, ``inside`` the rows of a block."""

    place: str
    cells: tuple[str, str, str, str, str]
    category: str = ""
    count: int = -1
    """The parameters as a number, -1 where there are none to count."""
    size: int = -1
    """The values in its output, for sorting by shape."""
    shared: bool = False
    above: Row | None = None
    inside: list[Row] = field(default_factory=list)
    at: int = 0
    mark: bool = False
    """Whether it is a frame or a note, not a part of the model."""

    def shape_of_tree(self) -> tuple[object, ...]:
        """Return what must be the same for rows to be exchanged in place."""
        return (self.place, tuple(each.shape_of_tree() for each in self.inside))

    def key(self, column: int) -> tuple[object, ...]:
        """Return what a column is sorted by."""
        if column == PARAMETERS:
            return (self.count, self.at)
        if column == SHAPE:
            return (self.size, self.at)
        return (self.cells[column].casefold(), id_order(self.place.rpartition("/")[2]))


def rows_of(session: Session, graph: str = MAIN, above: Row | None = None, depth: int = 0) -> list[Row]:
    """Return the rows of a graph in the order in which data passes."""
    document, analysis = session.document, session.analysis_of(graph)
    rows: list[Row] = []
    counted: set[str] = set()
    for node in analysis.order:
        row = document.find_node(node, graph)
        if row is None:
            continue
        layer, info = document.layer_of(node, graph), analysis.nodes.get(node)
        again = layer is not None and row.ref in counted  # shared weights count once
        counted.add(row.ref)
        kind = layer.type if layer is not None else row.ref or row.kind.capitalize()
        spec = session.catalog.get(kind) if session.catalog and layer else None
        sizes = _sizes(row, info)
        sized = row.kind in ("layer", "block")
        known = info is not None and bool(info.outputs)
        count = info.params if sized and known and info is not None else -1
        number = "" if not sized else "=" if again else f"{count:,}" if known else "?"
        times = f" ×{repeats_of(row)}" if repeats_of(row) > 1 else ""
        sources = [document.node(wire.source, graph).name for wire in document.incoming(node, graph=graph)]
        made = Row(
            address(node, graph),
            (row.name, kind + times, _shape(sizes), number, ", ".join(dict.fromkeys(sources))),
            spec.category if spec else row.kind,
            count,
            sum(_values(shape) for shape in sizes) if sizes else -1,
            again,
            above,
            at=len(rows),
        )
        if row.kind == "block" and depth < DEEPEST and row.ref in document.graph_names():
            made.inside = rows_of(session, row.ref, made, depth + 1)
        rows.append(made)
    return rows


def mark_rows(session: Session, titles: tuple[str, str]) -> list[Row]:
    """Return a row for each frame and note of the drawing; ``titles`` are what the two kinds are called.

    A frame tells what it stands around.
    """
    document, rows = session.document, []
    for mark in document.mark_ids():
        row = document.mark(mark)
        frame = row.kind == "frame"
        held = held_nodes(document, mark, MAIN, lambda _: USUAL) if frame else ()
        names = [document.node(node).name for node in sorted(held, key=id_order)]
        text = " ".join(row.text.split()) or titles[0 if frame else 1]
        kind = titles[0 if frame else 1]
        rows.append(Row(mark, (text, kind, "", "", ", ".join(names)), row.kind, mark=True))
    return rows


def walk(rows: list[Row], depth: int = 0) -> Iterator[tuple[int, Row]]:
    """Give all rows with their depth, the inside of a block after it."""
    for row in rows:
        yield depth, row
        yield from walk(row.inside, depth + 1)


def _sizes(row: Node, info: NodeInfo | None) -> list[tuple[int | None, ...]]:
    if info is None:
        return []
    specs = info.outputs
    if row.kind == "output":
        specs = tuple(spec for port in info.inputs.values() for spec in port)
    return [tuple(spec.shape) for spec in specs]


def _shape(sizes: list[tuple[int | None, ...]]) -> str:
    return ", ".join(shape_words(shape) for shape in sizes).replace(" × ", "×") or "?"


def _values(shape: tuple[int | None, ...]) -> int:
    count = 1
    for size in shape[1:]:
        count *= size or 1
    return count
