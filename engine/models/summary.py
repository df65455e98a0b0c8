"""The table that ``model.summary()`` prints."""

from __future__ import annotations

import math
from typing import Any

from engine.layers.layer import Layer
from engine.structure import flatten


def summary_text(
    model: Any, line_length: int | None = None, expand_nested: bool = False, show_trainable: bool = False
) -> str:
    """Return the layers of a model with output shapes and parameter counts, as a table for a terminal."""
    width = line_length or 78
    head = ["Layer (type)", "Output Shape", "Param #"]
    shares = [0.45, 0.35, 0.2]
    if show_trainable:
        head, shares = [*head, "Trainable"], [0.4, 0.3, 0.16, 0.14]
    if _linear(model) is False:
        head, shares = [*head, "Connected to"], [share * 0.75 for share in shares] + [0.25]
    spare = width - 3 * len(head) - 1
    columns = [max(6, math.floor(spare * share)) for share in shares]
    rows = _rows(model, len(head), show_trainable, expand_nested, 0)
    lines = [f'Model: "{model.name}"', _rule("┏┳┓", "━", columns), _row(head, columns, "┃")]
    lines.append(_rule("┡╇┩", "━", columns))
    for index, row in enumerate(rows):
        if index:
            lines.append(_rule("├┼┤", "─", columns))
        lines.append(_row(row, columns, "│"))
    lines.append(_rule("└┴┘", "─", columns))
    total, trainable = _count(model.weights), _count(model.trainable_weights)
    size = sum(weight.numel() * weight.element_size() for weight in model.weights)
    lines.append(f" Total params: {total:,} ({_bytes(size)})")
    lines.append(f" Trainable params: {trainable:,}")
    lines.append(f" Non-trainable params: {total - trainable:,}")
    return "\n".join(lines)


def _linear(model: Any) -> bool | None:
    """Return whether the model is a chain; ``None`` where it is code and has no graph."""
    graph = getattr(model, "_graph", None)
    if graph is None:
        return None
    return all(len(node.inputs_flat) == 1 for node in graph.nodes) and len(model.inputs) == 1


def _rows(model: Any, cells: int, show_trainable: bool, nested: bool, depth: int) -> list[list[str]]:
    rows: list[list[str]] = []
    graph = getattr(model, "_graph", None)
    for layer in model.layers:
        row = ["  " * depth + f"{layer.name} ({type(layer).__name__})", _shape(layer)]
        row.append(f"{layer.count_params():,}" if layer.built else "0 (unbuilt)")
        if show_trainable:
            row.append("Y" if layer.trainable else "N")
        if len(row) < cells:
            nodes = graph.nodes if graph else []
            calls = [node for node in nodes if node.layer is layer]
            names = [
                f"{tensor.node.layer.name}[{tensor.index}]" for node in calls for tensor in node.inputs_flat
            ]
            row.append(", ".join(names) or "-")
        rows.append(row)
        if nested and hasattr(layer, "layers"):
            rows += _rows(layer, cells, show_trainable, nested, depth + 1)
    return rows


def _shape(layer: Layer) -> str:
    if not layer._inbound:
        return "?"
    shapes = [str(tensor.shape) for tensor in flatten(layer._inbound[0].output_struct)]
    return ", ".join(shapes)


def _row(cells: list[str], columns: list[int], bar: str) -> str:
    pieces = [_wrapped(cell, width) for cell, width in zip(cells, columns, strict=True)]
    lines = []
    for index in range(max(len(piece) for piece in pieces)):
        texts = [piece[index] if index < len(piece) else "" for piece in pieces]
        padded = [text.ljust(width) for text, width in zip(texts, columns, strict=True)]
        padded[2] = texts[2].rjust(columns[2])
        lines.append(f"{bar} " + f" {bar} ".join(padded) + f" {bar}")
    return "\n".join(lines)


def _wrapped(text: str, width: int) -> list[str]:
    return [text[start : start + width] for start in range(0, len(text), width)] or [""]


def _rule(corners: str, line: str, columns: list[int]) -> str:
    return corners[0] + corners[1].join(line * (width + 2) for width in columns) + corners[2]


def _count(weights: Any) -> int:
    return sum(weight.numel() for weight in weights)


def _bytes(size: float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024 or unit == "GB":
            return f"{size:.2f} {unit}"
        size /= 1024
    return ""
