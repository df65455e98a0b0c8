"""The heat map: which nodes have most of the parameters, cost most work, memory or time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from PySide6.QtCore import QCoreApplication

from engine.spec import TensorSpec
from studio.canvas.look import number
from studio.document.blocks import repeats_of
from studio.document.findings import Analysis, NodeInfo
from studio.document.state import State
from studio.document.times import Times
from studio.theme import Theme
from studio.theme.tokens import mix

translate = QCoreApplication.translate

KINDS = ("parameters", "multiply_adds", "memory", "time")
_SIZES = {"float64": 8, "int64": 8, "float16": 2, "bfloat16": 2, "int16": 2, "int8": 1, "uint8": 1, "bool": 1}


@dataclass(frozen=True, slots=True)
class Heat:
    """What a card shows of the map: its part of the largest (0 to 1), its value, its part of the whole."""

    level: float
    value: str
    part: str


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The heat of every node of a graph, and the words of the legend: most of one node, and all together.

    ``unknown`` is the number of nodes that were not measured as they are.
    """

    title: str
    most: str
    whole: str
    nodes: Mapping[str, Heat]
    unknown: int = 0


def heat_map(
    state: State,
    analysis: Analysis,
    inside: Mapping[str, Analysis],
    kind: str,
    times: Times | None = None,
) -> HeatMap:
    """Return the map of a graph; ``inside`` has what is known of the blocks in it, ``times`` was measured."""
    if kind == "time":
        return _time_map(state, analysis, inside, times)
    values = {node: _value(state, analysis, inside, node, kind) for node in analysis.nodes}
    total = sum(values.values())
    if kind == "parameters":
        total = analysis.params  # a layer that several nodes share counts once
    elif kind == "multiply_adds":
        total = analysis.macs
    most = max(values.values(), default=0)
    words = memory_words if kind == "memory" else count_words
    nodes = {
        node: Heat(value / most if most else 0.0, words(value), _part(value, total))
        for node, value in values.items()
    }
    return HeatMap(title_of(kind), words(most), words(total), nodes)


def _time_map(
    state: State, analysis: Analysis, inside: Mapping[str, Analysis], times: Times | None
) -> HeatMap:
    taken = {node: times.of(state, analysis, inside, node) if times else None for node in analysis.nodes}
    known = {node: seconds for node, seconds in taken.items() if seconds is not None}
    most, total = max(known.values(), default=0.0), sum(known.values())
    nodes = {node: Heat(0.0, translate("Canvas", "not measured"), "?") for node in taken}
    for node, seconds in known.items():
        nodes[node] = Heat(seconds / most if most else 0.0, time_words(seconds), _part(seconds, total))
    highest, whole = (time_words(each) if known else "–" for each in (most, total))
    return HeatMap(title_of("time"), highest, whole, nodes, len(taken) - len(known))


def heated(theme: Theme, level: float) -> str:
    """Return the ground of a card; words in the theme's text colour can be read on all of them."""
    most = 0.38 if theme.is_dark else 0.55
    return mix(theme.node, theme.series[1], most * level)


def title_of(kind: str) -> str:
    """Return what a map shows, as its menu and its legend name it."""
    return {
        "parameters": translate("Canvas", "Parameters"),
        "multiply_adds": translate("Canvas", "Multiply-adds"),
        "memory": translate("Canvas", "Activation memory"),
        "time": translate("Canvas", "Time"),
    }[kind]


def note_of(kind: str) -> str:
    """Return in a few words what is counted."""
    return {
        "parameters": translate("Canvas", "numbers that training changes or keeps"),
        "multiply_adds": translate("Canvas", "work for one example"),
        "memory": translate("Canvas", "what comes out, for one example"),
        "time": translate("Canvas", "Not measured yet."),
    }[kind]


def _value(
    state: State, analysis: Analysis, inside: Mapping[str, Analysis], node: str, kind: str, depth: int = 0
) -> int:
    info = analysis.nodes.get(node, NodeInfo())
    if kind == "parameters":
        return info.params
    if kind == "multiply_adds":
        return info.macs
    row = state.find_node(node, analysis.graph)
    if row is not None and row.kind == "block" and row.ref in inside and depth < 20:
        inner = inside[row.ref]
        ends = {"input", "output"}
        return repeats_of(row) * sum(
            _value(state, inner, inside, each, kind, depth + 1)
            for each in inner.nodes
            if (found := state.find_node(each, row.ref)) is not None and found.kind not in ends
        )
    return sum(_bytes(spec) for spec in info.outputs)


def _bytes(spec: TensorSpec) -> int:
    return prod(size or 1 for size in spec.shape[1:]) * _SIZES.get(spec.dtype, 4)


def _part(value: float, total: float) -> str:
    share = 100 * value / total if total else 0.0
    if not value:
        return translate("Canvas", "0 %")
    if share < 0.1:
        return translate("Canvas", "< 0.1 %")
    return translate("Canvas", "{share} %").format(share=f"{share:.1f}" if share < 10 else f"{share:.0f}")


def count_words(count: int) -> str:
    """Return a number in few letters: 12.3 k."""
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e5, "k")):
        if count >= size:
            return f"{count / (1e3 if letter == 'k' else size):.3g} {letter}"
    return number(count)


def time_words(seconds: float) -> str:
    """Return a time in few letters: 1.23 ms."""
    for size, letters in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if seconds >= size:
            return f"{seconds / size:.3g} {letters}"
    return f"{seconds * 1e6:.2g} µs" if seconds else "0"


def measured_words(times: Times | None, unknown: int) -> str:
    """Return what a map of times shows, and what of it is missing."""
    if times is None:
        return translate("Canvas", "Not measured yet: some rows of the data pass through the model once.")
    if unknown == 0:
        words = translate("Canvas", "one pass of {rows} examples forward, on {device}")
    elif unknown == 1:
        words = translate(
            "Canvas", "one pass of {rows} examples forward, on {device}. 1 node has changed since."
        )
    else:
        words = translate(
            "Canvas", "one pass of {rows} examples forward, on {device}. {count} nodes have changed since."
        )
    return words.format(rows=times.rows, device=times.device.upper(), count=unknown)


def memory_words(count: int) -> str:
    """Return a number of bytes in few letters: 12.3 KiB."""
    for size, letters in ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
        if count >= size:
            return f"{count / size:.3g} {letters}"
    return f"{count} B"
