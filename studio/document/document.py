"""The document: the tables, the one way to change them, and the signals that say what changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from itertools import islice
from typing import Any, ClassVar

from psygnal import Signal

from studio.document.errors import DocumentError
from studio.document.rows import Edit, Put, Row, Table
from studio.document.state import State
from studio.document.values import EMPTY, Frozen

REMEMBERED = 64
"""How many edits a document can tell of."""


class Draft(State):
    """A copy of a document that can be changed freely; ``edit`` says what was changed, as one edit."""

    def __init__(self, base: State) -> None:
        super().__init__()
        self._copy_tables(base)
        self._before: dict[tuple[Table, Any], Row | None] = {}

    def put(self, table: Table, key: Any, row: Row | None) -> None:
        """Set one row, or remove it with ``None``."""
        self._before.setdefault((table, key), self.row(table, key))
        self._set(table, key, row)

    def edit(self, code: str, fields: Mapping[str, Any] = EMPTY) -> Edit:
        """Return the changes so far as one edit, labelled ``code``; rows that are as before are left out."""
        puts = []
        for (table, key), before in self._before.items():
            after = self.row(table, key)
            if before != after:
                puts.append(Put(table, key, before, after))
        return Edit(code, tuple(puts), Frozen(fields))


class Document(State):
    """A drawing with its settings.  ``apply`` is the only way in; views listen to the signals.

    All rows of an edit are in place before the first signal.  Then come, in this order: wires and nodes that
    went, graphs, layers, nodes that came, changed or moved, frames and notes, wires that came,
    settings, and ``edited`` once.  ``view`` holds what a file remembers of the window (zoom) beside places,
    frames and notes, and ``extra`` the keys of a file that this version does not know; neither is part of the
    history.  ``revision`` counts the edits.
    """

    wire_removed = Signal(str, object)  # graph, Wire
    node_removed = Signal(str, str)  # graph, node id
    graph_changed = Signal(str)  # name
    layer_changed = Signal(str)  # entry id; it came, went or changed
    node_added = Signal(str, str)
    node_changed = Signal(str, str)
    node_moved = Signal(str, str)
    mark_changed = Signal(str, str)  # graph, mark id; it came, went or changed
    wire_added = Signal(str, object)
    settings_changed = Signal(str)  # "data", "training"
    edited = Signal(object)  # the Edit

    _PHASES: ClassVar[tuple[str, ...]] = (
        "wire_removed", "node_removed", "graph_changed", "layer_changed", "node_added", "node_changed",
        "node_moved", "mark_changed", "wire_added", "settings_changed",
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.view: dict[str, Any] = {}
        self.extra: dict[str, Any] = {}
        self.revision = 0
        self._latest: deque[Edit] = deque(maxlen=REMEMBERED)

    def edits_since(self, revision: int) -> list[Edit] | None:
        """Return what was done since the document had that revision; ``None`` where that is too long ago."""
        first = len(self._latest) - (self.revision - revision)
        return list(islice(self._latest, first, None)) if first >= 0 else None

    def draft(self) -> Draft:
        """Return a copy to plan an edit on."""
        return Draft(self)

    def copy(self) -> Document:
        """Return a document of its own with the same content and no listeners."""
        other = Document()
        other._copy_tables(self)
        other.view, other.extra = dict(self.view), dict(self.extra)
        return other

    def check(self, edit: Edit) -> None:
        """Raise ``DocumentError`` (code ``"stale_edit"``) where an edit was made for another state."""
        for put in edit.puts:
            if self.row(put.table, put.key) != put.before:
                raise DocumentError(
                    "The edit does not fit the document: it was made for an earlier state of it.",
                    code="stale_edit",
                    table=put.table,
                    key=str(put.key),
                )

    def apply(self, edit: Edit) -> None:
        """Make an edit and tell the listeners; an edit that does not fit raises and changes nothing."""
        self.check(edit)
        for put in edit.puts:
            self._set(put.table, put.key, put.after)
        self.revision += 1
        self._latest.append(edit)
        told = [(self._PHASES.index(signal), signal, put) for put in edit.puts for signal in _signals(put)]
        for _, signal, put in sorted(told, key=lambda item: item[0]):
            key = put.key if isinstance(put.key, tuple) else (put.key,)
            if signal != "node_moved" or self.find_node(key[1], key[0]) is not None:
                getattr(self, signal).emit(*key)
        self.edited.emit(edit)


def _signals(put: Put) -> tuple[str, ...]:
    if put.table == "wires":
        if put.before is not None and put.after is not None:
            return ()
        return ("wire_added",) if put.after is not None else ("wire_removed",)
    if put.table == "nodes":
        if put.before is None:
            return ("node_added",)
        return ("node_changed",) if put.after is not None else ("node_removed",)
    return ({"graphs": "graph_changed", "layers": "layer_changed", "places": "node_moved",
             "marks": "mark_changed"}.get(put.table, "settings_changed"),)  # fmt: skip
