"""Frames and notes in a file: the ``marks`` of its ``view``, by graph and id."""

from __future__ import annotations

from typing import Any, Protocol

from studio.document.document import Draft
from studio.document.errors import FileError
from studio.document.rows import Mark, Place
from studio.document.state import State
from studio.document.values import Frozen, thaw

_KINDS = ("frame", "note")
_KNOWN = ("kind", "text", "place", "size", "colour")
FARTHEST = 1e9


class Reader(Protocol):
    """What the reader of files gives: checked values, errors that say where, and the draft to fill."""

    draft: Draft

    def take(self, data: Any, key: str, kind: type, where: str, default: Any = None) -> Any: ...
    def identity(self, text: str, where: str) -> None: ...
    def wrong(self, code: str, where: str, expected: str, got: object) -> FileError: ...


def marks_json(state: State) -> dict[str, Any]:
    """Return the part of ``view`` that holds frames and notes; empty where there are none."""
    found = {}
    for graph in state.graph_names():
        rows = {mark: _mark_json(state.mark(mark, graph)) for mark in state.mark_ids(graph)}
        if rows:
            found[graph] = rows
    return {"marks": found} if found else {}


def _mark_json(mark: Mark) -> dict[str, Any]:
    data = {"kind": mark.kind, "text": mark.text, "place": list(mark.place), "size": list(mark.size)}
    if mark.colour:
        data["colour"] = mark.colour
    return {**data, **thaw(mark.extra)}


def read_marks(reader: Reader, data: Any) -> None:
    """Put the frames and notes of a file into the reader's draft; raises ``FileError``."""
    for graph in data:
        rows = reader.take(data, graph, dict, "view.marks")
        if graph not in reader.draft.graph_names():
            raise reader.wrong("dangling", f"view.marks.{graph}", "the name of a graph of the file", graph)
        for name in rows:
            where = f"view.marks.{graph}.{name}"
            reader.identity(name, where)
            row = reader.take(rows, name, dict, f"view.marks.{graph}")
            kind = reader.take(row, "kind", str, where)
            if kind not in _KINDS:
                raise reader.wrong("wrong_type", f"{where}.kind", "one of " + ", ".join(_KINDS), kind)
            mark = Mark(
                kind,
                reader.take(row, "text", str, where, ""),
                _pair(reader, row, "place", where, -FARTHEST),
                _pair(reader, row, "size", where, 0.0),
                reader.take(row, "colour", str, where, ""),
                Frozen({key: value for key, value in row.items() if key not in _KNOWN}),
            )
            reader.draft.put("marks", (graph, name), mark)


def _pair(reader: Reader, row: Any, key: str, where: str, least: float) -> Place:
    pair = reader.take(row, key, list, where)
    numbers = [n for n in pair if isinstance(n, (int, float)) and not isinstance(n, bool)]
    if len(pair) != 2 or len(numbers) != 2 or not all(least < n < FARTHEST for n in numbers):
        expected = "two numbers, x and y" if key == "place" else "two numbers above 0"
        raise reader.wrong("wrong_type", f"{where}.{key}", expected, pair)
    return float(pair[0]), float(pair[1])
