"""The heat map: which nodes have most of the parameters, cost most multiply-adds, or fill most memory."""

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
from studio.theme import Theme
from studio.theme.tokens import mix

translate = QCoreApplication.translate

KINDS = ("parameters", "multiply_adds", "memory")
_SIZES = {"float64": 8, "int64": 8, "float16": 2, "bfloat16": 2, "int16": 2, "int8": 1, "uint8": 1, "bool": 1}


@dataclass(frozen=True, slots=True)
class Heat:
    """What a card shows of the map: its part of the largest (0 to 1), its value, its part of the whole."""

    level: float
    value: str
    part: str


@dataclass(frozen=True, slots=True)
class HeatMap:
    """The heat of every node of a graph, and the words of the legend: most of one node, and all together."""

    title: str
    most: str
    whole: str
    nodes: Mapping[str, Heat]


def heat_map(state: State, analysis: Analysis, inside: Mapping[str, Analysis], kind: str) -> HeatMap:
    """Return the map of a graph; ``inside`` has what is known of the blocks in it."""
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
    }[kind]


def note_of(kind: str) -> str:
    """Return in a few words what is counted."""
    return {
        "parameters": translate("Canvas", "numbers that training changes or keeps"),
        "multiply_adds": translate("Canvas", "work for one example"),
        "memory": translate("Canvas", "what comes out, for one example"),
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


def _part(value: int, total: int) -> str:
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


def memory_words(count: int) -> str:
    """Return a number of bytes in few letters: 12.3 KiB."""
    for size, letters in ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
        if count >= size:
            return f"{count / size:.3g} {letters}"
    return f"{count} B"
