"""The ``.bunon`` file: one JSON text, read with suspicion and written in one piece.

Reading runs nothing of the file and keeps what it does not know.  A file that cannot be trusted to be
complete raises ``FileError``; a drawing that merely is wrong (unknown layers, a cycle) opens, and the
analysis says what is wrong.
"""

from __future__ import annotations

import json
import os
import re
import stat
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from studio.document import names
from studio.document.document import Document
from studio.document.errors import FileError, Refusal
from studio.document.mark_files import marks_json, read_marks
from studio.document.rows import MAIN, Graph, LayerEntry, Node, Wire, id_order
from studio.document.values import EMPTY, Frozen, thaw
from studio.document.values import LARGEST as LARGEST_NUMBER

FORMAT, VERSION = "bunon", 1
LARGEST = 256 * 2**20
"""Bytes; a larger file is refused unread."""

MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""From a version to the step that makes the next one of it."""

_ID = re.compile(r"[a-z][0-9]{1,9}")
_WORD = {dict: "an object { }", list: "a list [ ]", str: "a text", int: "a whole number", float: "a number"}
_KINDS = ("layer", "input", "output", "block")


def load(path: str | os.PathLike[str]) -> Document:
    """Read a document; raises ``FileError`` that says what is wrong and where.  The file stays as it is."""
    name = os.fspath(path)
    try:
        facts = os.stat(name)
        if not stat.S_ISREG(facts.st_mode):  # a pipe or a device may have no end
            raise OSError(0, _what_else(facts))
        size = facts.st_size
        if size > LARGEST:
            raise _error("too_large", "", f"at most {LARGEST} bytes", str(size))
        text = Path(name).read_bytes().decode("utf-8-sig")
        return loads(text)
    except OSError as error:
        raise FileError(
            f"{name} cannot be read: {error.strerror or error}.", code="cannot_read", path=name,
            got=str(error.strerror or error),
        ) from error  # fmt: skip
    except UnicodeDecodeError as error:
        got = f"other bytes at byte {error.start}"
        raise _error("not_text", "", "text in UTF-8", got, name) from error
    except ValueError as error:
        if not isinstance(error, FileError):  # such as a path with a NUL in it
            raise FileError(
                f"{name!r} cannot be read: {error}.", code="cannot_read", path=repr(name), got=str(error)
            ) from error
        fields = error.fields
        raise _error(error.code, fields["where"], fields["expected"], fields["got"], name) from None


def loads(text: str) -> Document:
    """Read a document from its text; raises ``FileError``."""
    try:
        data = json.loads(text, object_pairs_hook=_pairs, parse_constant=float)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
        code = "truncated" if cut and text.strip() else "not_json"
        raise _error(code, where, "JSON, the text of a whole .bunon file", error.msg) from None
    except RecursionError:
        raise _error("too_deep", "", "lists in lists a few levels deep", "far more levels") from None
    except ValueError as error:
        if isinstance(error, FileError):
            raise
        where = "a number has thousands of digits"
        raise _error("not_json", where, "numbers of usual length", "a number with too many digits") from None
    try:
        _check_numbers(data, "")
        return _Reader(_migrate(data)).document
    except Refusal as error:
        raise _error("wrong_type", "", "values that JSON can hold", str(error)) from None
    except RecursionError:
        raise _error("too_deep", "", "lists in lists a few levels deep", "far more levels") from None


def save(document: Document, path: str | os.PathLike[str]) -> None:
    """Write a document in one piece: whatever happens, ``path`` holds the old file or the new one, whole."""
    target = os.path.realpath(os.fspath(path))
    raw = dumps(document).encode()
    part = ""
    try:
        mode = 0o666 & ~_umask()
        if os.path.exists(target):
            facts = os.stat(target)
            if not stat.S_ISREG(facts.st_mode):  # a device would be replaced by the file
                raise OSError(0, _what_else(facts))
            mode = stat.S_IMODE(facts.st_mode)
        handle, part = tempfile.mkstemp(prefix=".", suffix=".part", dir=os.path.dirname(target))
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(part, mode)
        os.replace(part, target)
    except OSError as error:
        with suppress(OSError):
            os.unlink(part)
        got = str(error.strerror or error)
        raise FileError(
            f"{path} cannot be written: {got}.", code="cannot_write", path=os.fspath(path), got=got
        ) from error


def _what_else(facts: os.stat_result) -> str:
    return "it is a folder" if stat.S_ISDIR(facts.st_mode) else "it is no ordinary file"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def dumps(document: Document) -> str:
    """Return the text of a document; equal documents have equal texts."""
    graphs, places = {}, {}
    for graph in document.graph_names():
        row = document.row("graphs", graph)
        nodes = {node: _node_json(document.node(node, graph)) for node in document.node_ids(graph)}
        wires = [_wire_json(wire, document.row("wires", (graph, wire))) for wire in document.wires(graph)]
        kept = thaw(row.extra) if isinstance(row, Graph) else {}
        if isinstance(row, Graph) and row.params:
            kept = {"params": thaw(row.params), **kept}
        graphs[graph] = {"nodes": nodes, "wires": wires, **kept}
        there = [node for node in nodes if document.row("places", (graph, node)) is not None]
        if there:
            places[graph] = {node: list(document.place(node, graph)) for node in there}
    layers = {}
    for entry in document.layer_ids():
        layer = document.layer(entry)
        layers[entry] = {"type": layer.type, "name": layer.name, "params": thaw(layer.params)}
        if layer.comment:
            layers[entry]["comment"] = layer.comment
        layers[entry].update(thaw(layer.extra))
    data = {
        "format": FORMAT,
        "version": VERSION,
        "graphs": graphs,
        "layers": layers,
        "settings": {
            name: thaw(document.setting(name)) for name in document.setting_names() if name != "view"
        },
        "view": {
            **thaw(document.view),
            **thaw(document.setting("view")),
            "places": places,
            **marks_json(document),
        },
        **thaw(document.extra),
    }
    text = _pretty(data) + "\n"
    return re.sub("[\ud800-\udfff]", lambda match: f"\\u{ord(match[0]):04x}", text)


def _node_json(node: Node) -> dict[str, Any]:
    data: dict[str, Any] = {"kind": node.kind, "name": node.name}
    if node.ref:
        data["ref"] = node.ref
    if node.options:
        data["options"] = thaw(node.options)
    return {**data, **thaw(node.extra)}


def _wire_json(wire: Wire, extra: object) -> dict[str, Any]:
    data: dict[str, Any] = {"from": [wire.source, wire.source_port], "to": [wire.target, wire.target_port]}
    if wire.position:
        data["position"] = wire.position
    return {**data, **(thaw(extra) if isinstance(extra, Frozen) else {})}


def _pretty(value: Any, indent: str = "") -> str:
    """Return JSON with one line for what fits in one."""
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if len(line) + len(indent) <= 100 or not isinstance(value, (dict, list)) or not value:
        return line
    deeper = indent + "  "
    if isinstance(value, dict):
        rows = [f"{json.dumps(k, ensure_ascii=False)}: {_pretty(item, deeper)}" for k, item in value.items()]
        return "{\n" + ",\n".join(deeper + row for row in rows) + f"\n{indent}}}"
    return "[\n" + ",\n".join(deeper + _pretty(item, deeper) for item in value) + f"\n{indent}]"


def _error(code: str, where: str, expected: str, got: str, path: str = "") -> FileError:
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
            raise _error("duplicate", "", "every key once", f"{key!r} twice in one object")
        found[key] = value
    return found


def _check_numbers(value: Any, where: str) -> None:
    """Raise ``FileError`` for the first number that is infinite, none at all or too large for a float."""
    if isinstance(value, (int, float)):
        if not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
            raise _error("wrong_type", where, "a number of usual size", _short(value))
    elif isinstance(value, (dict, list)):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            if not isinstance(item, str):
                place = f"{where}[{key}]" if isinstance(value, list) else f"{where}.{key}".lstrip(".")
                _check_numbers(item, place)


def _migrate(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        got = repr(data.get("format")) if isinstance(data, dict) else type(data).__name__
        raise _error("not_bunon", "format", f"{FORMAT!r}", got if got != "None" else "nothing")
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool):
        raise _error("wrong_type", "version", "a whole number", _short(version))
    if version > VERSION:
        raise _error("newer", "version", f"at most {VERSION}: a newer Bunon wrote this file", str(version))
    found: dict[str, Any] = data
    while version < VERSION:
        step = MIGRATIONS.get(version)
        if step is None:
            raise _error("wrong_version", "version", f"a version from 1 to {VERSION}", str(version))
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
            raise _error("missing", "graphs", "a graph called main", "none")
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
                raise _error("missing", place, _WORD[kind], "nothing")
            return default
        value = data[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise _error("wrong_type", place, _WORD[kind], _short(value))
        return value

    def name(self, data: Mapping[str, Any], where: str) -> str:
        name: str = self.take(data, "name", str, where)
        if not names.is_identifier(name):
            expected = "a name of letters, digits and _ that is no word of Python's"
            raise _error("bad_name", f"{where}.name", expected, _short(name))
        return name

    def wrong(self, code: str, where: str, expected: str, got: object) -> FileError:
        """Return the error for a value that is not what it should be."""
        return _error(code, where, expected, _short(got))

    def identity(self, text: str, where: str) -> None:
        if not _ID.fullmatch(text) or id_order(text)[1] != text:
            raise _error("bad_id", where, "an id such as n1", _short(text))

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
            raise _error("bad_name", where, "a name of letters, digits and _", _short(graph))
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
                raise _error("duplicate", f"{place}.name", "a name of its own", got)
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
                raise _error("bad_name", place, "a name of letters, digits and _", _short(name))
            for pair in self.take(params, name, list, f"{where}.params"):
                good = isinstance(pair, list) and len(pair) == 2 and all(isinstance(x, str) for x in pair)
                if not good:
                    raise _error("wrong_type", place, "pairs of a layer's id and a parameter", _short(pair))
                if pair[0] not in layers:
                    raise _error("dangling", place, "the id of a layer of the file", _short(pair[0]))
        return Frozen(params)

    def node(self, data: dict[str, Any], where: str, layers: Any, graphs: Any) -> Node:
        kind = self.take(data, "kind", str, where)
        if kind not in _KINDS:
            raise _error("wrong_type", f"{where}.kind", "one of " + ", ".join(_KINDS), _short(kind))
        ref = self.take(data, "ref", str, where, "")
        table = layers if kind == "layer" else graphs if kind == "block" else None
        if table is not None and ref not in table:
            raise _error("dangling", f"{where}.ref", "the id of something in the file", _short(ref))
        options = Frozen(self.take(data, "options", dict, where, {}))
        extra = Frozen({k: v for k, v in data.items() if k not in ("kind", "name", "ref", "options")})
        return Node(kind, self.name(data, where), ref, options, extra)

    def wire(self, graph: str, data: Any, where: str, nodes: Any) -> None:
        if not isinstance(data, dict):
            raise _error("wrong_type", where, _WORD[dict], _short(data))
        ends = []
        for side in ("from", "to"):
            end = self.take(data, side, list, where)
            if len(end) != 2 or not all(isinstance(item, str) for item in end):
                raise _error("wrong_type", f"{where}.{side}", "a node id and a port name", _short(end))
            if end[0] not in nodes:
                raise _error("dangling", f"{where}.{side}", "the id of a node of this graph", _short(end[0]))
            ends += end
        position = self.take(data, "position", int, where, 0)
        wire = Wire(ends[0], ends[1], ends[2], ends[3], position)
        if self.draft.has_wire(wire, graph):
            raise _error("duplicate", where, "every wire once", "the same wire again")
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
                    raise _error("wrong_type", where, "two numbers, x and y", _short(place))
                if self.draft.find_node(node, graph) is None:
                    raise _error("dangling", where, "the id of a node of this graph", _short(node))
                self.draft.put("places", (graph, node), (float(place[0]), float(place[1])))
