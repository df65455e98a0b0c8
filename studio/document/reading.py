"""Which parts of a drawing were looked at: what was found there has to be found anew where they change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias, TypeVar

from studio.document.rows import MAIN, Edit, LayerEntry, Node, Row, Table, Wire
from studio.document.state import State
from studio.document.values import Frozen

Key: TypeAlias = tuple[str, ...]
"""What can be looked at: (graph, node) with its layer and its wires, or one of those below."""
Value = TypeVar("Value")


def all_nodes(graph: str) -> Key:
    """Return the key of the list of a graph's nodes, and of all their rows."""
    return "all", graph, ""


def wiring(graph: str) -> Key:
    """Return the key of which nodes there are, of what kind, and of how they are wired."""
    return "wiring", graph, ""


def inside(graph: str) -> Key:
    """Return the key of everything in a graph."""
    return "inside", graph, ""


def of_setting(name: str) -> Key:
    """Return the key of a group of settings."""
    return "setting", name, ""


RANGES: Key = ("ranges", "", "")


def _of_entry(entry: str) -> Key:
    return "entry", entry, ""


def _of_graph(graph: str) -> Key:
    return "graph", graph, ""


def touched_by(state: State, edits: Iterable[Edit]) -> set[Key]:
    """Return the keys of all that edits changed; ``state`` is the one after them."""
    found: set[Key] = set()
    for edit in edits:
        for put in edit.puts:
            if put.table == "nodes":
                found |= {put.key, all_nodes(put.key[0])}
                rows = [row for row in (put.before, put.after) if isinstance(row, Node)]
                if len(rows) < 2 or rows[0].kind != rows[1].kind:
                    found.add(wiring(put.key[0]))
                for row in rows:
                    found |= {_of_entry(row.ref), *state.users(row.ref)}
            elif put.table == "layers":
                found |= {_of_entry(put.key), *state.users(put.key)}
            elif put.table == "wires":
                graph, wire = put.key
                found |= {(graph, wire.source), (graph, wire.target), wiring(graph)}
            elif put.table == "settings":
                found.add(of_setting(put.key))
            elif put.table == "graphs":
                found |= {_of_graph(put.key), all_nodes(put.key), inside(put.key)}
    return found | {inside(key[0]) for key in found if len(key) == 2}


class Reading(State):
    """The tables of another state, as they are at any time; ``seen`` has the keys of what was read."""

    def __init__(self, base: State) -> None:
        self._tables, self._into, self._from = base._tables, base._into, base._from
        self._users, self._ids = base._users, base._ids
        self.seen: set[Key] = set()

    def taken(self) -> set[Key]:
        """Return what was read, and begin anew."""
        seen, self.seen = self.seen, set()
        return seen

    def row(self, table: Table, key: str) -> Row | None:
        """Return one row of a table, or ``None``."""
        self.seen.add(_of_graph(key) if table == "graphs" else of_setting(key))
        return super().row(table, key)

    def node_ids(self, graph: str = MAIN) -> list[str]:
        """Return the ids of a graph's nodes by number."""
        self.seen.add(all_nodes(graph))
        return super().node_ids(graph)

    def node_rows(self, graph: str = MAIN) -> list[Node]:
        """Return a graph's nodes in the order of their ids."""
        self.seen.add(all_nodes(graph))
        return super().node_rows(graph)

    def find_node(self, node: str, graph: str = MAIN) -> Node | None:
        """Return a node, or ``None`` where there is none of that id."""
        self.seen.add((graph, node))
        return super().find_node(node, graph)

    def node(self, node: str, graph: str = MAIN) -> Node:
        """Return a node; raises ``KeyError`` where there is none."""
        self.seen.add((graph, node))
        return super().node(node, graph)

    def layer(self, entry: str) -> LayerEntry:
        """Return a layer entry; raises ``KeyError`` where there is none."""
        self.seen.add(_of_entry(entry))
        return super().layer(entry)

    def users(self, entry: str) -> list[tuple[str, str]]:
        """Return (graph, node) of every call of a layer entry."""
        self.seen.add(_of_entry(entry))
        return super().users(entry)

    def incoming(self, node: str, port: str | None = None, graph: str = MAIN) -> list[Wire]:
        """Return the wires into a node, or into one of its ports, in their order."""
        self.seen.add((graph, node))
        return super().incoming(node, port, graph)

    def outgoing(self, node: str, port: str | None = None, graph: str = MAIN) -> list[Wire]:
        """Return the wires out of a node, or out of one of its ports."""
        self.seen.add((graph, node))
        return super().outgoing(node, port, graph)

    def setting(self, name: str) -> Frozen:
        """Return one group of settings; empty where it was never set."""
        self.seen.add(of_setting(name))
        return super().setting(name)


class Noted(Mapping[str, Value]):
    """A mapping that says which of its names were asked for."""

    def __init__(self, items: Mapping[str, Value], note: Callable[[str], object]) -> None:
        self._items, self._note = items, note

    def __getitem__(self, name: str) -> Value:
        self._note(name)
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        for name in self._items:
            self._note(name)
            yield name

    def __len__(self) -> int:
        self._note("")
        return len(self._items)


class Readers:
    """Who has read what."""

    def __init__(self) -> None:
        self._readers: dict[Key, set[str]] = {}
        self._reads: dict[str, set[Key]] = {}

    def note(self, reader: str, keys: set[Key]) -> None:
        """Remember all that a reader has read, and forget what it had read before."""
        old = self._reads.get(reader, set())
        if old == keys:
            return
        for key in old - keys:
            self._readers[key].discard(reader)
        for key in keys - old:
            self._readers.setdefault(key, set()).add(reader)
        self._reads[reader] = keys

    def forget(self, reader: str) -> None:
        """Forget a reader."""
        self.note(reader, set())
        self._reads.pop(reader, None)

    def of(self, keys: Iterable[Key]) -> set[str]:
        """Return all who have read any of these."""
        readers = self._readers
        return set().union(*(readers[key] for key in keys if key in readers))

    def keys(self) -> set[Key]:
        """Return what was read beside nodes."""
        return {key for key, readers in self._readers.items() if len(key) == 3 and readers}
