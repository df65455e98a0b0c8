"""The table that ``model.summary()`` prints."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Callable, Sequence
from typing import Any

from engine.errors import ParamError
from engine.layers.input_layer import InputLayer
from engine.structure import flatten, map_shapes

_HEAD_BAR = "┃"


def summary_text(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> str:
    """Return the layers of a model with output shapes and parameter counts, as a table for a terminal.

    ``positions`` are the right edges of the columns as parts of ``line_length``; ``layer_range`` holds the
    names (or patterns) of the first and the last layer to show.  Raises ``ParamError`` for names that no
    layer has and for columns without room.
    """
    branching = _branches(model)
    head = ["Layer (type)", "Output Shape", "Param #"]
    edges = list(positions or ([0.3, 0.56, 0.74, 1.0] if branching else [0.45, 0.8, 1.0]))
    width = 108 if branching else 88
    if branching:
        head.append("Connected to")
    if show_trainable:
        head.append("Trainable")
        edges = [edge * 0.9 for edge in edges] + [1.0]
        width += 12
    width = line_length or min(width, shutil.get_terminal_size().columns - 4)
    columns = _widths(edges, width, len(head))
    rows = [
        row
        for layer in _shown(model, layer_range)
        for row in _rows(model, layer, branching, show_trainable, expand_nested, 0)
    ]
    lines = [
        f'Model: "{model.name}"',
        _rule("┏┳┓", "━", columns),
        _row(head, columns, _HEAD_BAR, show_trainable),
    ]
    lines.append(_rule("┡╇┩", "━", columns))
    for index, row in enumerate(rows):
        if index:
            lines.append(_rule("├┼┤", "─", columns))
        lines.append(_row(row, columns, "│", show_trainable))
    lines.append(_rule("└┴┘", "─", columns))
    return "\n".join([*lines, *_totals(model)])


def print_summary(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable[[str], Any] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> None:
    """Print the table of ``summary_text``, or give it to ``print_fn``, with the end of its last line."""
    text = summary_text(model, line_length, positions, expand_nested, show_trainable, layer_range)
    print(text) if print_fn is None else print_fn(text + "\n")


def _totals(model: Any) -> list[str]:
    optimizer: Any = getattr(model, "optimizer", None)
    states = list(optimizer.variables) if getattr(optimizer, "built", False) else []
    groups = {"Trainable": model.trainable_weights, "Non-trainable": model.non_trainable_weights}
    if states:
        groups["Optimizer"] = states
    return [
        f" {name} params: {sum(map(_count, weights)):,} ({_bytes(sum(map(_size, weights)))})"
        for name, weights in {"Total": [one for group in groups.values() for one in group], **groups}.items()
    ]


def _count(weight: Any) -> int:
    return int(weight.numel()) if hasattr(weight, "numel") else 1


def _size(weight: Any) -> int:
    return int(weight.numel() * weight.element_size()) if hasattr(weight, "numel") else 4


def _branches(model: Any) -> bool:
    """Return whether a model is a graph that is not one chain; then the table says what is connected."""
    if not hasattr(model, "_inputs_struct"):
        return False
    nodes = model._graph.nodes
    used = [id(tensor) for node in nodes for tensor in node.inputs_flat]
    called = [id(node.layer) for node in nodes]
    alone = len(set(used)) == len(used) and len(set(called)) == len(called)
    return not alone or len(model.inputs) > 1 or any(len(node.inputs_flat) != 1 for node in nodes)


def _shown(model: Any, layer_range: Sequence[str] | None) -> list[Any]:
    layers = list(model.operations if hasattr(model, "_inputs_struct") else model.layers)
    if layer_range is None:
        return layers
    if len(layer_range) != 2 or not all(isinstance(name, str) for name in layer_range):
        raise ParamError(
            f"layer_range must be a list or tuple of two names. Received: layer_range={layer_range!r}",
            code="param",
            param="layer_range",
        )
    found = [[at for at, layer in enumerate(layers) if re.match(name, layer.name)] for name in layer_range]
    if not all(found):
        raise ParamError(
            f"layer_range must name layers of the model. Received: layer_range={layer_range!r}",
            code="param",
            param="layer_range",
        )
    if min(found[0]) > max(found[1]):
        return layers[min(found[1]) : max(found[0]) + 1]
    return layers[min(found[0]) : max(found[1]) + 1]


def _rows(
    model: Any, layer: Any, branching: bool, show_trainable: bool, nested: bool, depth: int
) -> list[list[str]]:
    prefix = "   " * depth + "└ " if depth else ""
    row = [f"{prefix}{layer.name} ({type(layer).__name__})", _shape(layer)]
    row.append(f"{layer.count_params():,}" if layer.built else "0 (unbuilt)")
    if branching:
        row.append(_sources(model, layer))
    if show_trainable:
        row.append(("Y" if layer.trainable else "N") if layer.weights else "-")
    rows = [row]
    if nested:
        for inner in getattr(layer, "layers", None) or ():
            rows += _rows(model, inner, branching, show_trainable, nested, depth + 1)
    return rows


def _sources(model: Any, layer: Any) -> str:
    """Return what a layer is called on, each with the number of the call that made it and its place there."""
    own = {id(node) for node in model._graph.nodes}
    names = []
    for node in layer._inbound:
        for tensor in node.inputs_flat if id(node) in own else ():
            maker = tensor.node.layer
            calls = [id(one) for one in maker._inbound if id(one) in own or isinstance(maker, InputLayer)]
            names.append(f"{maker.name}[{calls.index(id(tensor.node))}][{tensor.index}]")
    return ", ".join(names) or "-"


def _shape(layer: Any) -> str:
    """Return the shape of what came out last, or what would come out for the shapes it was built for."""
    if layer._inbound:
        shapes: Any = [str(tensor.shape) for tensor in layer._inbound[-1].outputs_flat]
    elif getattr(layer, "_build_shapes", None):
        try:
            made = layer.compute_output_shape(*layer._build_shapes.values())
            shapes = map_shapes(str, made)
        except Exception:  # a shape that cannot be told is no reason for a table to fail
            return "?"
    else:
        return "?"
    flat = flatten(shapes)
    return flat[0] if len(flat) == 1 else str(shapes).replace("'", "")


def _widths(edges: Sequence[float], width: int, count: int) -> list[int]:
    """Return how many signs fit into each column: the frame takes as many from each, the first first."""
    whole, last = [], 0
    for edge in edges:
        right = int(edge * width)
        if right - last < 4:
            raise ParamError(
                "Insufficient console width to print summary. Pass a larger line_length. Received: "
                f"line_length={width}",
                code="param",
                param="line_length",
            )
        whole.append(right - last + 2)
        last = right
    if len(whole) < count:
        raise ParamError(
            f"positions are the right edges of {count} columns. Received: {len(whole)} of them.",
            code="param",
            param="positions",
        )
    whole = whole[:count]
    spare = width - count - 1 - sum(whole)
    found, left, shares = [], spare, sum(whole)
    for index, column in enumerate(whole):
        if spare < 0:
            change = max(-column, -round(-left / (count - index)))
        else:
            change = math.ceil(column * left / shares)
        left, shares = left - change, shares - column
        found.append(max(1, column + change - 2))
    return found


def _row(cells: list[str], columns: list[int], bar: str, centred: bool) -> str:
    """Return the lines of a row, its third cell to the right; ``centred`` says that of the last."""
    pieces = [_wrapped(cell, width) for cell, width in zip(cells, columns, strict=True)]
    height = max(len(piece) for piece in pieces)
    if bar == _HEAD_BAR:  # the head stands on its rule
        pieces = [[""] * (height - len(piece)) + piece for piece in pieces]
    lines = []
    for index in range(height):
        texts = [piece[index] if index < len(piece) else "" for piece in pieces]
        padded = [text.ljust(width) for text, width in zip(texts, columns, strict=True)]
        padded[2] = texts[2].rstrip().rjust(columns[2])
        if centred:
            last = texts[-1].rstrip()
            padded[-1] = (" " * ((columns[-1] - len(last)) // 2) + last).ljust(columns[-1])
        lines.append(f"{bar} " + f" {bar} ".join(padded) + f" {bar}")
    return "\n".join(lines)


def _wrapped(text: str, width: int) -> list[str]:
    """Return ``text`` in lines, broken between words; a word without room ends in dots."""
    lines, line = [], ""
    for word in re.findall(r"\s*\S+\s*", text):
        if line and len(line) + len(word.rstrip()) > width:
            lines.append(line)
            line = ""
        line += word
    lines = [line.rstrip() if len(line) > width else line for line in [*lines, line]]
    return [line if len(line) <= width else line[: width - 1] + "…" for line in lines]


def _rule(corners: str, line: str, columns: list[int]) -> str:
    return corners[0] + corners[1].join(line * (width + 2) for width in columns) + corners[2]


def _bytes(size: float) -> str:
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if size < 1024:
            return f"{size:.2f} {unit}"
        size /= 1024
    return f"{size:.2f} PB"
