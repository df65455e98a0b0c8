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
from pathlib import Path
from typing import Any

from studio.document.document import Document
from studio.document.errors import FileError
from studio.document.file_text import FORMAT, MIGRATIONS, VERSION, error, loads
from studio.document.mark_files import marks_json
from studio.document.rows import Graph, Node, Wire
from studio.document.values import Frozen, thaw
from studio.document.whole import what_else, write_whole

__all__ = ["FORMAT", "LARGEST", "MIGRATIONS", "VERSION", "dumps", "load", "loads", "save"]

LARGEST = 256 * 2**20
"""Bytes; a larger file is refused unread."""


def load(path: str | os.PathLike[str]) -> Document:
    """Read a document; raises ``FileError`` that says what is wrong and where.  The file stays as it is."""
    name = os.fspath(path)
    try:
        facts = os.stat(name)
        if not stat.S_ISREG(facts.st_mode):  # a pipe or a device may have no end
            raise OSError(0, what_else(facts))
        size = facts.st_size
        if size > LARGEST:
            raise error("too_large", "", f"at most {LARGEST} bytes", str(size))
        text = Path(name).read_bytes().decode("utf-8-sig")
        return loads(text)
    except OSError as fault:
        raise FileError(
            f"{name} cannot be read: {fault.strerror or fault}.", code="cannot_read", path=name,
            got=str(fault.strerror or fault),
        ) from fault  # fmt: skip
    except UnicodeDecodeError as fault:
        got = f"other bytes at byte {fault.start}"
        raise error("not_text", "", "text in UTF-8", got, name) from fault
    except ValueError as fault:
        if not isinstance(fault, FileError):  # such as a path with a NUL in it
            raise FileError(
                f"{name!r} cannot be read: {fault}.", code="cannot_read", path=repr(name), got=str(fault)
            ) from fault
        fields = fault.fields
        raise error(fault.code, fields["where"], fields["expected"], fields["got"], name) from None


def save(document: Document, path: str | os.PathLike[str]) -> None:
    """Write a document in one piece: whatever happens, ``path`` holds the old file or the new one, whole."""
    try:
        write_whole(path, dumps(document))
    except OSError as fault:
        got = str(fault.strerror or fault)
        raise FileError(
            f"{path} cannot be written: {got}.", code="cannot_write", path=os.fspath(path), got=got
        ) from fault


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
