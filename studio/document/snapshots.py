"""Snapshots: states of a drawing kept under a name, in its own file.

They lie in ``document.view["snapshots"]``, each a small ``.bunon`` file inside the file, so they are saved
with it; they are no part of the history, so that undo takes none away.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from studio.document.document import Document, Draft
from studio.document.errors import Refusal
from studio.document.files import dumps, loads
from studio.document.rows import TABLES
from studio.document.state import State
from studio.document.values import thaw

KEY = "snapshots"
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A kept state: its name, when it was kept (ISO 8601, with the zone), and how many nodes it has."""

    name: str
    time: str
    nodes: int


def snapshots(document: Document) -> list[Snapshot]:
    """Return the snapshots in the order in which they were kept; what is no snapshot is left out."""
    return [Snapshot(row["name"], str(row.get("time", "")), _count(row)) for row in _rows(document)]


def keep(document: Document, name: str, now: datetime | None = None) -> None:
    """Keep the present state under a name; raises ``Refusal`` for a name that is empty, taken or too long."""
    _check(document, name)
    bare = document.copy()
    bare.view = {key: value for key, value in document.view.items() if key != KEY}
    time = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    row = {"name": name.strip(), "time": time, "drawing": json.loads(dumps(bare))}
    document.view = {**document.view, KEY: [*_all(document), row]}


def forget(document: Document, name: str) -> None:
    """Delete a snapshot."""
    gone = _row(document, name)
    document.view = {**document.view, KEY: [row for row in _all(document) if row is not gone]}
    if not document.view[KEY]:
        del document.view[KEY]


def rename(document: Document, old: str, new: str) -> None:
    """Give a snapshot another name; raises ``Refusal`` as ``keep`` does."""
    row = _row(document, old)
    if new.strip() == old:
        return
    _check(document, new)
    renamed = {**row, "name": new.strip()}
    document.view = {**document.view, KEY: [renamed if one is row else one for one in _all(document)]}


def drawing(document: Document, name: str) -> Document:
    """Return a snapshot as a document of its own; raises ``FileError`` where the file was damaged there."""
    return loads(json.dumps(thaw(_row(document, name)["drawing"])))


def put_state(draft: Draft, other: State) -> None:
    """Make a draft hold the rows of another state, and no others."""
    for table in TABLES:
        for key in dict.fromkeys([*draft.keys(table), *other.keys(table)]):
            draft.put(table, key, other.row(table, key))


def _all(document: Document) -> list[Any]:
    found = document.view.get(KEY)
    return list(found) if isinstance(found, (list, tuple)) else []


def _rows(document: Document) -> list[Mapping[str, Any]]:
    return [
        row
        for row in _all(document)
        if isinstance(row, Mapping)
        and isinstance(row.get("name"), str)
        and isinstance(row.get("drawing"), Mapping)
    ]


def _row(document: Document, name: str) -> Mapping[str, Any]:
    for row in _rows(document):
        if row["name"] == name:
            return row
    raise Refusal(f"There is no snapshot called {name}.", code="no_snapshot", name=name)


def _check(document: Document, name: str) -> None:
    name = name.strip()
    if not name:
        raise Refusal("A snapshot needs a name.", code="snapshot_unnamed")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise Refusal("The name is too long.", code="snapshot_name", most=LONGEST_NAME)
    if any(one.name == name for one in snapshots(document)):
        raise Refusal(f"{name} is taken.", code="snapshot_taken", name=name)


def _count(row: Mapping[str, Any]) -> int:
    try:
        return len(row["drawing"]["graphs"]["main"]["nodes"])
    except (KeyError, TypeError):
        return 0
