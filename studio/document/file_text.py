"""Reading the text of a ``.bunon`` file: every value is checked before it is believed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from studio.document import names
from studio.document.document import Document
from studio.document.errors import FileError, Refusal
from studio.document.mark_files import read_marks
from studio.document.rows import MAIN, Graph, LayerEntry, Node, Wire, id_order
from studio.document.values import EMPTY, LARGEST, Frozen

FORMAT, VERSION = "bunon", 1
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""From a version to the step that makes the next one of it."""

_ID = re.compile(r"[a-z][0-9]{1,9}")
_WORD = {dict: "an object { }", list: "a list [ ]", str: "a text", int: "a whole number", float: "a number"}
_KINDS = ("layer", "input", "output", "block")


def loads(text: str) -> Document:
    """Read a document from its text; raises ``FileError``."""
    try:
        data = json.loads(text, object_pairs_hook=_pairs, parse_constant=float)
    except json.JSONDecodeError as fault:
        where = f"line {fault.lineno}, column {fault.colno}"
        cut = fault.pos >= len(text.rstrip()) or fault.msg.startswith("Unterminated string")
        code = "truncated" if cut and text.strip() else "not_json"
        raise error(code, where, "JSON, the text of a whole .bunon file", fault.msg) from None
    except RecursionError:
        raise error("too_deep", "", "lists in lists a few levels deep", "far more levels") from None
    except ValueError as fault:
        if isinstance(fault, FileError):
            raise
        where = "a number has thousands of digits"
        raise error("not_json", where, "numbers of usual length", "a number with too many digits") from None
    try:
        _check_numbers(data, "")
        return _Reader(_migrate(data)).document
    except Refusal as fault:
        raise error("wrong_type", "", "values that JSON can hold", str(fault)) from None
    except RecursionError:
        raise error("too_deep", "", "lists in lists a few levels deep", "far more levels") from None


def error(code: str, where: str, expected: str, got: str, path: str = "") -> FileError:
    """Return the error for a place in a file that holds something else than it should."""
    place = f" at {where}" if where else ""
    file = path or "This file"
    return FileError(
        f"{file} cannot be opened{place}: expected {expected}, found {got}.",
        code=code, path=path, where=where, expected=expected, got=got,
    )  # fmt: skip


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:80] + "…"


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise error("duplicate", "", "every key once", f"{key!r} twice in one object")
        found[key] = value
    return found


def _check_numbers(value: Any, where: str) -> None:
    """Raise ``FileError`` for the first number that is infinite, none at all or too large for a float."""
    if isinstance(value, (int, float)):
        if not -LARGEST <= value <= LARGEST:
            raise error("wrong_type", where, "a number of usual size", _short(value))
    elif isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            if not isinstance(item, str):
                place = f"{where}[{key}]" if isinstance(value, list) else f"{where}.{key}".lstrip(".")
                _check_numbers(item, place)


def _migrate(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        got = repr(data.get("format")) if isinstance(data, dict) else type(data).__name__
        raise error("not_bunon", "format", f"{FORMAT!r}", got if got != "None" else "nothing")
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise error("wrong_type", "version", "a whole number", _short(version))
    if version > VERSION:
        raise error("newer", "version", f"at most {VERSION}: a newer Bunon wrote this file", str(version))
    found: dict[str, Any] = data
    while version < VERSION:
        step = MIGRATIONS.get(version)
        if step is None:
            raise error("wrong_version", "version", f"a version from 1 to {VERSION}", str(version))
        found = step(found)
        version += 1
        found["version"] = version
    return found


class _Reader:
    """Checks the plain values of a file one by one and fills a document."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.document = Document()
        self.draft = self.document.draft()
        graphs = self.take(data, "graphs", dict, "")
        layers = self.take(data, "layers", dict, "", {})
        settings = self.take(data, "settings", dict, "", {})
        view = self.take(data, "view", dict, "", {})
        if MAIN not in graphs:
            raise error("missing", "graphs", "a graph called main", "none")
        for entry in layers:
            self.layer(entry, self.take(layers, entry, dict, "layers"))
        for graph in graphs:
            self.graph(graph, self.take(graphs, graph, dict, "graphs"), layers, graphs)
        for name in settings:
            self.draft.put("settings", name, Frozen(self.take(settings, name, dict, "settings")))
        if view.get("direction") == "down":
            self.draft.put("settings", "view", Frozen(direction=view.pop("direction")))
        self.places(self.take(view, "places", dict, "view", {}))
        read_marks(self, self.take(view, "marks", dict, "view", {}))
        self.document.apply(self.draft.edit("open"))
        self.document.view = {name: value for name, value in view.items() if name not in ("places", "marks")}
        known = ("format", "version", "graphs", "layers", "settings", "view")
        self.document.extra = {name: value for name, value in data.items() if name not in known}

    def take(self, data: Mapping[str, Any], key: str, kind: type, where: str, default: Any = None) -> Any:
        place = f"{where}.{key}" if where else key
        if key not in data:
            if default is None:
                raise error("missing", place, _WORD[kind], "nothing")
            return default
        value = data[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise error("wrong_type", place, _WORD[kind], _short(value))
        return value

    def name(self, data: Mapping[str, Any], where: str) -> str:
        name: str = self.take(data, "name", str, where)
        if not names.is_identifier(name):
            expected = "a name of letters, digits and _ that is no word of Python's"
            raise error("bad_name", f"{where}.name", expected, _short(name))
        return name

    def wrong(self, code: str, where: str, expected: str, got: object) -> FileError:
        """Return the error for a value that is not what it should be."""
        return error(code, where, expected, _short(got))

    def identity(self, text: str, where: str) -> None:
        if not _ID.fullmatch(text) or id_order(text)[1] != text:
            raise error("bad_id", where, "an id such as n1", _short(text))

    def layer(self, entry: str, data: dict[str, Any]) -> None:
        where = f"layers.{entry}"
        self.identity(entry, where)
        extra = Frozen({k: v for k, v in data.items() if k not in ("type", "name", "params", "comment")})
        row = LayerEntry(
            self.take(data, "type", str, where),
            self.name(data, where),
            Frozen(self.take(data, "params", dict, where, {})),
            self.take(data, "comment", str, where, ""),
            extra,
        )
        self.draft.put("layers", entry, row)

    def graph(self, graph: str, data: dict[str, Any], layers: Any, graphs: Any) -> None:
        where = f"graphs.{graph}"
        if not names.is_identifier(graph):
            raise error("bad_name", where, "a name of letters, digits and _", _short(graph))
        nodes = self.take(data, "nodes", dict, where, {})
        extra = {k: v for k, v in data.items() if k not in ("nodes", "wires", "params")}
        self.draft.put("graphs", graph, Graph(self.exposed(data, where, layers), Frozen(extra)))
        seen: dict[str, str] = {}
        for node in nodes:
            place = f"{where}.nodes.{node}"
            self.identity(node, place)
            row = self.node(self.take(nodes, node, dict, f"{where}.nodes"), place, layers, graphs)
            if row.name in seen:
                got = f"{row.name!r}, the name of {seen[row.name]} too"
                raise error("duplicate", f"{place}.name", "a name of its own", got)
            seen[row.name] = node
            self.draft.put("nodes", (graph, node), row)
        for number, wire in enumerate(self.take(data, "wires", list, where, [])):
            self.wire(graph, wire, f"{where}.wires[{number}]", nodes)

    def exposed(self, data: dict[str, Any], where: str, layers: Any) -> Frozen:
        """Return what a block lets its uses choose."""
        params = self.take(data, "params", dict, where, {})
        for name in params:
            place = f"{where}.params.{name}"
            if not names.is_identifier(name):
                raise error("bad_name", place, "a name of letters, digits and _", _short(name))
            for pair in self.take(params, name, list, f"{where}.params"):
                good = isinstance(pair, list) and len(pair) == 2 and all(isinstance(x, str) for x in pair)
                if not good:
                    raise error("wrong_type", place, "pairs of a layer's id and a parameter", _short(pair))
                if pair[0] not in layers:
                    raise error("dangling", place, "the id of a layer of the file", _short(pair[0]))
        return Frozen(params)

    def node(self, data: dict[str, Any], where: str, layers: Any, graphs: Any) -> Node:
        kind = self.take(data, "kind", str, where)
        if kind not in _KINDS:
            raise error("wrong_type", f"{where}.kind", "one of " + ", ".join(_KINDS), _short(kind))
        ref = self.take(data, "ref", str, where, "")
        table = layers if kind == "layer" else graphs if kind == "block" else None
        if table is not None and ref not in table:
            raise error("dangling", f"{where}.ref", "the id of something in the file", _short(ref))
        options = Frozen(self.take(data, "options", dict, where, {}))
        extra = Frozen({k: v for k, v in data.items() if k not in ("kind", "name", "ref", "options")})
        return Node(kind, self.name(data, where), ref, options, extra)

    def wire(self, graph: str, data: Any, where: str, nodes: Any) -> None:
        if not isinstance(data, dict):
            raise error("wrong_type", where, _WORD[dict], _short(data))
        ends = []
        for side in ("from", "to"):
            end = self.take(data, side, list, where)
            if len(end) != 2 or not all(isinstance(item, str) for item in end):
                raise error("wrong_type", f"{where}.{side}", "a node id and a port name", _short(end))
            if end[0] not in nodes:
                raise error("dangling", f"{where}.{side}", "the id of a node of this graph", _short(end[0]))
            ends += end
        position = self.take(data, "position", int, where, 0)
        wire = Wire(ends[0], ends[1], ends[2], ends[3], position)
        if self.draft.has_wire(wire, graph):
            raise error("duplicate", where, "every wire once", "the same wire again")
        extra = {k: v for k, v in data.items() if k not in ("from", "to", "position")}
        self.draft.put("wires", (graph, wire), Frozen(extra) if extra else EMPTY)

    def places(self, data: dict[str, Any]) -> None:
        for graph in data:
            for node, place in self.take(data, graph, dict, "view.places").items():
                where = f"view.places.{graph}.{node}"
                numbers = isinstance(place, list) and len(place) == 2
                if not numbers or not all(
                    isinstance(n, (int, float)) and not isinstance(n, bool) and abs(n) < 1e9 for n in place
                ):
                    raise error("wrong_type", where, "two numbers, x and y", _short(place))
                if self.draft.find_node(node, graph) is None:
                    raise error("dangling", where, "the id of a node of this graph", _short(node))
                self.draft.put("places", (graph, node), (float(place[0]), float(place[1])))
