"""The tables of a document and everything that is read from them; what changes them lives in ``document``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from studio.document.rows import (
    MAIN,
    TABLES,
    Graph,
    LayerEntry,
    Mark,
    Node,
    Place,
    Row,
    Table,
    Wire,
    id_order,
)  # fmt: skip
from studio.document.values import EMPTY, Frozen


def wire_order(wire: Wire) -> tuple[object, ...]:
    """Return the sort key of a wire: by target, port and position."""
    return (
        id_order(wire.target),
        wire.target_port,
        wire.position,
        id_order(wire.source),
        wire.source_port,
    )


_NONE: frozenset[Wire] = frozenset()


class State:
    """Tables of immutable rows with an index of the wires at each node.

    Everything that lists things does so in one order: ids by number, wires by target, port and position.
    """

    def __init__(self) -> None:
        self._tables: dict[str, dict[Any, Any]] = {name: {} for name in TABLES}
        self._tables["graphs"][MAIN] = Graph()
        self._into: dict[tuple[str, str], frozenset[Wire]] = {}
        self._from: dict[tuple[str, str], frozenset[Wire]] = {}
        self._users: dict[str, frozenset[tuple[str, str]]] = {}
        self._ids: dict[str, tuple[str, ...]] = {}

    def _copy_tables(self, other: State) -> None:
        self._tables = {name: dict(table) for name, table in other._tables.items()}
        # the sets are never changed, only exchanged: a copy costs little, however large the drawing is
        self._into, self._from, self._users = dict(other._into), dict(other._from), dict(other._users)
        self._ids = dict(other._ids)

    def _set(self, table: Table, key: Any, row: Row | None) -> None:
        rows = self._tables[table]
        if table == "wires":
            self._index_wire(key, row is not None)
        elif table == "nodes":
            self._index_node(key, rows.get(key), cast("Node | None", row))
            if (row is None) != (key not in rows):
                self._ids.pop(key[0], None)
        if row is None:
            rows.pop(key, None)
        else:
            rows[key] = row

    def _index_wire(self, key: tuple[str, Wire], there: bool) -> None:
        graph, wire = key
        for index, node in ((self._into, wire.target), (self._from, wire.source)):
            wires = index.get((graph, node), frozenset())
            index[graph, node] = wires | {wire} if there else wires - {wire}

    def _index_node(self, key: tuple[str, str], old: Node | None, new: Node | None) -> None:
        if old is not None and old.kind == "layer":
            self._users[old.ref] = self._users.get(old.ref, frozenset()) - {key}
        if new is not None and new.kind == "layer":
            self._users[new.ref] = self._users.get(new.ref, frozenset()) | {key}

    def row(self, table: Table, key: Any) -> Row | None:
        """Return one row of a table, or ``None``."""
        return cast("Row | None", self._tables[table].get(key))

    def keys(self, table: Table) -> list[Any]:
        """Return the keys of a table, in the order in which they came."""
        return list(self._tables[table])

    def graph_names(self) -> list[str]:
        """Return the names of all graphs, ``main`` first."""
        return sorted(self._tables["graphs"], key=lambda name: (name != MAIN, name))

    def node_ids(self, graph: str = MAIN) -> list[str]:
        """Return the ids of a graph's nodes by number."""
        if graph not in self._ids:
            ids = (node for where, node in self._tables["nodes"] if where == graph)
            self._ids[graph] = tuple(sorted(ids, key=id_order))
        return list(self._ids[graph])

    def node_rows(self, graph: str = MAIN) -> list[Node]:
        """Return a graph's nodes in the order of their ids."""
        nodes = self._tables["nodes"]
        return [nodes[graph, node] for node in State.node_ids(self, graph)]

    def layer_ids(self) -> list[str]:
        """Return the ids of all layer entries by number."""
        return sorted(self._tables["layers"], key=id_order)

    def find_node(self, node: str, graph: str = MAIN) -> Node | None:
        """Return a node, or ``None`` where there is none of that id."""
        return cast("Node | None", self._tables["nodes"].get((graph, node)))

    def node(self, node: str, graph: str = MAIN) -> Node:
        """Return a node; raises ``KeyError`` where there is none."""
        return cast("Node", self._tables["nodes"][graph, node])

    def node_named(self, name: str, graph: str = MAIN) -> str | None:
        """Return the id of the node called ``name``, or ``None``."""
        return next((node for node in self.node_ids(graph) if self.node(node, graph).name == name), None)

    def layer(self, entry: str) -> LayerEntry:
        """Return a layer entry; raises ``KeyError`` where there is none."""
        return cast("LayerEntry", self._tables["layers"][entry])

    def layer_of(self, node: str, graph: str = MAIN) -> LayerEntry | None:
        """Return the layer entry that a node calls, or ``None`` for inputs, outputs and blocks."""
        found = self.find_node(node, graph)
        if found is None or found.kind != "layer":
            return None
        return cast("LayerEntry | None", self._tables["layers"].get(found.ref))

    def users(self, entry: str) -> list[tuple[str, str]]:
        """Return (graph, node) of every call of a layer entry."""
        return sorted(self._users.get(entry, ()), key=lambda key: (key[0], id_order(key[1])))

    def calls(self, entry: str) -> frozenset[tuple[str, str]]:
        """Return (graph, node) of every call of a layer entry, in no order."""
        return self._users.get(entry, frozenset())

    def is_shared(self, node: str, graph: str = MAIN) -> bool:
        """Return whether the node's layer is called by another node too."""
        found = self.find_node(node, graph)
        return found is not None and found.kind == "layer" and len(self._users.get(found.ref, ())) > 1

    def wires(self, graph: str = MAIN) -> list[Wire]:
        """Return all wires of a graph, by target, port and position."""
        return sorted((wire for where, wire in self._tables["wires"] if where == graph), key=wire_order)

    def incoming(self, node: str, port: str | None = None, graph: str = MAIN) -> list[Wire]:
        """Return the wires into a node, or into one of its ports, in their order."""
        wires = [w for w in self._into.get((graph, node), ()) if port is None or w.target_port == port]
        return sorted(wires, key=wire_order) if len(wires) > 1 else wires

    def outgoing(self, node: str, port: str | None = None, graph: str = MAIN) -> list[Wire]:
        """Return the wires out of a node, or out of one of its ports."""
        wires = [w for w in self._from.get((graph, node), ()) if port is None or w.source_port == port]
        return sorted(wires, key=wire_order) if len(wires) > 1 else wires

    def wires_at(self, node: str, graph: str = MAIN) -> tuple[frozenset[Wire], frozenset[Wire]]:
        """Return the wires into a node and out of it, in no order: the same objects while none changes."""
        return self._into.get((graph, node), _NONE), self._from.get((graph, node), _NONE)

    def sources(self, node: str, graph: str = MAIN) -> set[str]:
        """Return the nodes that feed a node."""
        return {wire.source for wire in self._into.get((graph, node), ())}

    def targets(self, node: str, graph: str = MAIN) -> set[str]:
        """Return the nodes that a node feeds."""
        return {wire.target for wire in self._from.get((graph, node), ())}

    def has_wire(self, wire: Wire, graph: str = MAIN) -> bool:
        """Return whether the graph has just this wire."""
        return (graph, wire) in self._tables["wires"]

    def place(self, node: str, graph: str = MAIN) -> Place:
        """Return where a node's top left corner stands; (0, 0) where nobody has said."""
        return cast("Place", self._tables["places"].get((graph, node), (0.0, 0.0)))

    def mark_ids(self, graph: str = MAIN) -> list[str]:
        """Return the ids of a graph's frames and notes by number."""
        return sorted((mark for where, mark in self._tables["marks"] if where == graph), key=id_order)

    def find_mark(self, mark: str, graph: str = MAIN) -> Mark | None:
        """Return a frame or note, or ``None`` where there is none of that id."""
        return cast("Mark | None", self._tables["marks"].get((graph, mark)))

    def mark(self, mark: str, graph: str = MAIN) -> Mark:
        """Return a frame or note; raises ``KeyError`` where there is none."""
        return cast("Mark", self._tables["marks"][graph, mark])

    def setting(self, name: str) -> Frozen:
        """Return one group of settings (``data``, ``training``); empty where it was never set."""
        return cast("Frozen", self._tables["settings"].get(name, EMPTY))

    def setting_names(self) -> list[str]:
        """Return the names of the groups of settings that there are."""
        return sorted(self._tables["settings"])

    def new_node_id(self, graph: str = MAIN) -> str:
        """Return the first node id after all that are in use."""
        return _next_id("n", (node for where, node in self._tables["nodes"] if where == graph))

    def new_mark_id(self, graph: str = MAIN) -> str:
        """Return the first id of a frame or note after all that are in use."""
        return _next_id("m", self.mark_ids(graph))

    def new_layer_id(self) -> str:
        """Return the first layer entry id after all that are in use."""
        return _next_id("e", self._tables["layers"])

    def same_as(self, other: State) -> bool:
        """Return whether both hold the same rows."""
        return self._tables == other._tables


def _next_id(prefix: str, ids: Iterable[str]) -> str:
    last = max((id_order(name)[0] for name in ids if id_order(name)[0] < 10**9), default=0)
    return f"{prefix}{last + 1}"
