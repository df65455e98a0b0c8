"""What a card says: title, name, changed parameters, shape, count and sockets, read from the session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QCoreApplication, QLocale

from engine.params import Param
from studio.canvas.session import CanvasSession
from studio.document.blocks import repeats_of
from studio.document.catalog import LayerSpec
from studio.document.layout import is_downward
from studio.document.ports import inputs_of, outputs_of
from studio.document.problems import Problem
from studio.document.rows import BYPASS, MAIN, Node
from studio.document.values import thaw
from studio.words import shape_words

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Socket:
    """A place where a wire begins or ends.

    ``index`` counts the wires of a variadic port; ``state`` is wired, open, free (the spare socket of a
    variadic port) or gone (only a wire says that it is there).
    """

    port: str
    index: int
    is_input: bool
    state: str = "open"

    @property
    def key(self) -> tuple[bool, str, int]:
        """What stays the same while wires come and go."""
        return self.is_input, self.port, self.index


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that is painted of a node but its picture."""

    title: str
    name: str
    lines: tuple[str, ...]
    shape: str
    count: str
    category: str
    inputs: tuple[Socket, ...]
    outputs: tuple[Socket, ...]
    severity: str = ""
    shared: bool = False
    unknown: bool = False
    badge: str = ""
    picture: bool = False
    bypassed: bool = False
    lost: bool = False
    """No shape is known, because of an error."""
    down: bool = False
    """Data flow from top to bottom: sockets sit at the top and at the bottom."""


def read_look(
    session: CanvasSession,
    node: str,
    problems: Iterable[Problem],
    badge: str = "",
    picture: bool = False,
    graph: str = MAIN,
) -> Look:
    """Return what the card of a node shows now."""
    document, catalog = session.document, session.catalog
    row, layer = document.node(node, graph), document.layer_of(node, graph)
    spec = catalog.get(layer.type) if catalog is not None and layer is not None else None
    unknown = row.kind == "layer" and catalog is not None and spec is None
    levels = {problem.severity for problem in problems}
    info = session.here.nodes.get(node)
    shape, count = "", ""
    if info is not None:
        shape = " + ".join(shape_words(each.shape) for each in info.outputs[:2])
        if row.kind == "output":
            shape = "".join(shape_words(each.shape) for group in info.inputs.values() for each in group[:1])
        count = number(info.params) if row.kind in ("layer", "block") and info.outputs else ""
    lost = not shape and "error" in levels
    if lost:
        shape = translate("Canvas", "shape?")
    return Look(
        title=_title(row, layer.type if layer else ""),
        name=row.name,
        lines=_lines(row, spec, layer.params if layer else {}, graph != MAIN),
        shape=shape,
        count=count,
        category=_category(row, spec),
        inputs=_inputs(session, node, graph),
        outputs=tuple(
            Socket(port.name, 0, False, "open" if port.known or catalog is None else "gone")
            for port in outputs_of(document, catalog, node, graph)
        ),
        severity="error" if "error" in levels else "warning" if levels else "",
        shared=document.is_shared(node, graph),
        unknown=unknown,
        badge=badge,
        picture=picture,
        bypassed=bool(row.options.get(BYPASS)),
        lost=lost,
        down=is_downward(document),
    )


def number(value: int) -> str:
    """Return a count in the user's way of writing numbers."""
    locale = QLocale()
    if (
        locale.language() == QLocale.Language.C
    ):  # where nothing is said, thousands are still easier to read apart
        locale = QLocale(QLocale.Language.English)
    return locale.toString(value)


def _category(row: Node, spec: LayerSpec | None) -> str:
    if row.kind != "layer":
        return row.kind
    return spec.category if spec is not None else "unknown"


def _title(row: Node, type_name: str) -> str:
    if row.kind == "input":
        return translate("Canvas", "Input")
    if row.kind == "output":
        return translate("Canvas", "Output")
    return row.ref if row.kind == "block" else type_name.rpartition(">")[2] or row.name


def _inputs(session: CanvasSession, node: str, graph: str) -> tuple[Socket, ...]:
    found = []
    for port in inputs_of(session.document, session.catalog, node, graph):
        wires = session.document.incoming(node, port.name, graph)
        if port.variadic:
            found += [Socket(port.name, at, True, "wired") for at in range(len(wires))]
            found.append(Socket(port.name, len(wires), True, "free"))
        else:
            gone = not port.known and session.catalog is not None
            found.append(Socket(port.name, 0, True, "gone" if gone else "wired" if wires else "open"))
    return tuple(found)


def _lines(
    row: Node, spec: LayerSpec | None, params: Mapping[str, Any], inside: bool = False
) -> tuple[str, ...]:
    options = row.options
    if inside and row.kind == "input":
        return (translate("Canvas", "enters the block as {name}").format(name=row.name),)
    if inside and row.kind == "output":
        return (translate("Canvas", "leaves the block as {name}").format(name=row.name),)
    if row.kind == "input":
        shape = options.get("shape")
        if options.get("field"):
            return (str(options["field"]),)
        return (str(options.get("dtype", "float32")),) if isinstance(shape, tuple) else ("",)
    if row.kind == "output":
        loss = options.get("loss")
        name = loss.get("class_name", "") if isinstance(loss, Mapping) else loss
        metrics = options.get("metrics") or ()
        first = [str(options.get("target") or ""), *(str(m) for m in metrics if isinstance(m, str))]
        head = " · ".join(part.replace("_", " ") for part in first if part)
        return tuple(part for part in (head, str(name or "").replace("_", " ")) if part) or ("",)
    if row.kind == "block":
        return (_block_line(row),)
    if row.options.get(BYPASS):
        return (translate("Canvas", "passed over"),)
    return (params_line(spec.params if spec else (), params),)


def _block_line(row: Node) -> str:
    """Return how often a block repeats and what this use of it chooses."""
    times = repeats_of(row)
    parts = [f"× {times}"] if times > 1 else []
    given = row.options.get("params")
    if isinstance(given, Mapping):
        parts += [_part(name, value, None, first_tuple=True) for name, value in given.items()]
    return " · ".join(part for part in parts if part)


def params_line(known: Iterable[Param], params: Mapping[str, Any]) -> str:
    """Return the parameters that differ from their default, in the constructor's order, in few words."""
    by_name = {param.name: param for param in known}
    parts: list[str] = []
    for name in (*by_name, *(name for name in params if name not in by_name)):
        if name not in params:
            continue
        param, value = by_name.get(name), params[name]
        if param is None or param.required or thaw(value) != _plain(param.default):
            parts.append(_part(name, value, param, first_tuple=not any(" × " in part for part in parts)))
    return " · ".join(part for part in parts if part)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _part(name: str, value: Any, param: Param | None, first_tuple: bool) -> str:
    words = name.replace("_", " ")
    if isinstance(value, bool):
        return words if value else translate("Canvas", "no {name}").format(name=words.removeprefix("use "))
    if isinstance(value, int) and param is not None and param.kind.name == "tuple" and param.kind.length:
        value = (value,) * param.kind.length
    if isinstance(value, tuple) and all(isinstance(each, int) for each in value):
        text = " × ".join(str(each) for each in value)
        return text if first_tuple and len(value) > 1 else f"{words} {text}"
    if isinstance(value, Mapping):
        return str(value.get("class_name", words))
    if isinstance(value, int) and name in ("units", "filters"):
        return f"{value} {words if value != 1 else words[:-1]}"
    if isinstance(value, (int, float)):
        return f"{words} {value:g}".replace("-", "−")
    return str(value) if isinstance(value, str) else words
