"""The rows of a document's tables, and the edits that exchange one row for another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from studio.document.values import EMPTY, Frozen

MAIN = "main"

NodeKind: TypeAlias = Literal["layer", "input", "output", "block"]
MarkKind: TypeAlias = Literal["frame", "note"]
Table: TypeAlias = Literal["graphs", "layers", "nodes", "wires", "places", "marks", "settings"]
TABLES: tuple[Table, ...] = ("graphs", "layers", "nodes", "wires", "places", "marks", "settings")
Place: TypeAlias = tuple[float, float]

BYPASS = "bypass"
"""The option of a node whose layer is passed over: what arrives leaves it as it is."""

INPUT_PORT = "input"
OUTPUT_PORT = "output"


@dataclass(frozen=True, slots=True)
class Graph:
    """One drawing; ``main`` is the model, others are blocks.  ``extra`` keeps a file's unknown keys.

    ``params`` are what a block lets its uses choose: names, and the (layer entry, parameter) pairs that each
    sets.
    """

    params: Frozen = EMPTY
    extra: Frozen = EMPTY


@dataclass(frozen=True, slots=True)
class LayerEntry:
    """A layer: its class, its name and its parameters.  Nodes that refer to one entry share its weights."""

    type: str
    name: str
    params: Frozen = EMPTY
    comment: str = ""
    extra: Frozen = EMPTY


@dataclass(frozen=True, slots=True)
class Node:
    """One call in a graph.

    ``ref`` is the layer entry of a ``layer`` node, the graph of a ``block``, empty for the rest.
    ``options`` of an input: ``field``, or ``shape`` (without batch axis) and ``dtype``; of an output:
    ``target``, ``loss``, ``weight``, ``metrics``; of a layer: options of the call (``use_causal_mask``); of a
    block: ``params``, its values for what the graph lets choose, and ``repeat``, how often it runs in a row.
    """

    kind: NodeKind
    name: str
    ref: str = ""
    options: Frozen = EMPTY
    extra: Frozen = EMPTY


@dataclass(frozen=True, slots=True)
class Wire:
    """A connection from an output port to an input port; ``position`` orders the wires of a variadic port."""

    source: str
    source_port: str
    target: str
    target_port: str
    position: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """Something drawn for whoever reads: a frame around nodes with a title, or a note.

    ``place`` is its top left corner, ``size`` its width and height, ``colour`` a name that the canvas knows
    (an unknown one is kept, and drawn like none).
    """

    kind: MarkKind
    text: str
    place: Place
    size: Place
    colour: str = ""
    extra: Frozen = EMPTY

    def with_(self, **changes: Any) -> Mark:
        """Return the mark with some of its fields changed."""
        return replace(self, **changes)

    def holds(self, place: Place, size: Place) -> bool:
        """Return whether this is a frame with a rectangle wholly inside."""
        (left, top), (wide, high) = self.place, self.size
        return (
            self.kind == "frame"
            and left <= place[0]
            and top <= place[1]
            and place[0] + size[0] <= left + wide
            and place[1] + size[1] <= top + high
        )


Row: TypeAlias = Graph | LayerEntry | Node | Frozen | Place | Mark


@dataclass(frozen=True, slots=True)
class Put:
    """Exchange of one row: ``before`` (``None``: there was none) for ``after`` (``None``: remove).

    Keys: ``graphs`` name; ``layers`` entry id; ``nodes`` and ``places`` (graph, node id); ``marks`` (graph,
    mark id); ``wires`` (graph, ``Wire``), whose row is the mapping of unknown keys; ``settings`` name.
    """

    table: Table
    key: Any
    before: Row | None
    after: Row | None

    def undo(self) -> Put:
        """Return the exchange back."""
        return Put(self.table, self.key, self.after, self.before)


@dataclass(frozen=True, slots=True)
class Edit:
    """What one gesture does: a label (``code`` and ``fields``, worded by ``studio.words``) and its puts.

    Each key stands in at most one put, so the order of the puts does not matter.
    """

    code: str
    puts: tuple[Put, ...]
    fields: Mapping[str, Any] = EMPTY

    def undo(self) -> Edit:
        """Return the edit that takes this one back."""
        return Edit(self.code, tuple(put.undo() for put in reversed(self.puts)), self.fields)

    def then(self, other: Edit) -> Edit:
        """Return this edit and the next one as one, with the label of this."""
        puts = {(put.table, put.key): put for put in self.puts}
        for put in other.puts:
            first = puts.get((put.table, put.key))
            puts[put.table, put.key] = put if first is None else replace(first, after=put.after)
        return Edit(self.code, tuple(put for put in puts.values() if put.before != put.after), self.fields)

    def __bool__(self) -> bool:
        """Return False where nothing changes."""
        return bool(self.puts)


def address(node: str, graph: str = MAIN) -> str:
    """Return how a node is named where all graphs meet: ``n3``, or ``block/n3`` inside a block."""
    return node if graph == MAIN else f"{graph}/{node}"


def id_order(name: str) -> tuple[int, str]:
    """Return the sort key of an id: ``n2`` comes before ``n10``."""
    digits = name[1:]
    return (int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 10**9, name)
