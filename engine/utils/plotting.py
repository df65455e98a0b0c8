"""A model as a picture of boxes and arrows, in SVG or PNG, without Graphviz.

Boxes lie in ranks by their distance from the inputs; within a rank each lies near the middle of what leads
to it (the layered drawing of Sugiyama, Tagawa and Toda 1981, with one pass).  An arrow over several ranks
keeps a place of its own in each.
"""

from __future__ import annotations

import html
import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import NotBuiltError, ParamError
from engine.saving.files import replacing

_SIGN, _LINE, _PAD, _GAP, _RANK = 7.5, 18.0, 9.0, 26.0, 44.0
_INK, _FILL, _FRAME = "#333333", "#f4f6fb", "#9aa4b8"


@dataclass
class Box:
    """A layer in the picture: what stands in it, its middle and its size; without lines a bend of an
    arrow.
    """

    lines: list[str]
    width: float = 4.0
    height: float = 4.0
    rank: int = 0
    x: float = 0.0
    y: float = 0.0
    parents: list[Box] = field(default_factory=list)


@dataclass
class Drawing:
    """Boxes, arrows as chains of boxes, and frames around the layers of nested models."""

    boxes: list[Box] = field(default_factory=list)
    edges: list[list[Box]] = field(default_factory=list)
    frames: list[tuple[str, list[Box]]] = field(default_factory=list)
    size: tuple[float, float] = (0.0, 0.0)
    sideways: bool = False


def plot_model(
    model: Any,
    to_file: Any = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> None:
    """Draw the layers of ``model`` and what flows between them to ``to_file``, an .svg or .png.

    ``rankdir`` is "TB" (from top to bottom), "BT", "LR" or "RL"; ``expand_nested`` shows the layers of
    models inside in a frame; ``dpi`` is for PNG.  ``splines`` is taken for Keras' sake.  Raises
    ``NotBuiltError`` for a model without weights and ``ParamError`` for other words.  Keras:
    ``keras.utils.plot_model``.
    """
    kwargs.pop("layer_range", None)
    kwargs.pop("show_dtype", None)
    if kwargs:
        raise ParamError(f"Unrecognized keyword arguments: {kwargs}", code="param")
    if not model.built:
        raise NotBuiltError(
            "This model has not yet been built, so its shapes are unknown: call `build()`, or the model on "
            "some rows."
        )
    if rankdir not in ("TB", "BT", "LR", "RL"):
        raise ParamError(f'rankdir is "TB", "BT", "LR" or "RL". Received: {rankdir!r}', code="param")
    kind = Path(to_file).suffix.lower()
    if kind not in (".svg", ".png"):
        raise ParamError(f"plot_model writes .svg and .png files. Received: to_file={to_file}", code="param")
    shown = (show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable)
    drawing = Drawing()
    _gather(model, drawing, shown, expand_nested)
    _place(drawing, rankdir)
    with replacing(to_file) as part:
        if kind == ".svg":
            part.write_text(_svg(drawing), encoding="utf-8")
        else:
            _png(drawing, dpi / 96).save(part, format="png", dpi=(dpi, dpi))


# -- what is in the picture ------------------------------------------------------------------------------


def _graph_of(model: Any) -> Any:
    return getattr(model, "_graph", None)


def _lines(layer: Any, node: Any, shown: tuple[bool, ...]) -> list[str]:
    shapes, dtype, names, activations, trainable = shown
    kind = type(layer).__name__
    activation = getattr(layer, "activation", None)
    if activations and activation is not None:
        kind += f" ({getattr(activation, '__name__', type(activation).__name__)})"
    found = [f"{layer.name}: {kind}" if names else kind]
    if node is not None and shapes:
        found.append(f"in {_text(node.inputs_flat, 'shape')}" if node.inputs_flat else "in: the data")
        found.append(f"out {_text(node.outputs_flat, 'shape')}")
    if node is not None and dtype:
        found.append(f"dtype {_text(node.outputs_flat, 'dtype')}")
    if trainable and layer.weights:
        found.append("trainable" if layer.trainable else "frozen")
    return found


def _text(tensors: Any, name: str) -> str:
    return ", ".join(str(getattr(tensor, name)) for tensor in tensors)


def _gather(
    model: Any, drawing: Drawing, shown: tuple[bool, ...], expand: bool
) -> tuple[list[Box], list[Box]]:
    """Add the layers of a model; returns where what goes in arrives and where what comes out leaves."""
    graph = _graph_of(model)
    if graph is None:
        box = _box(_lines(model, None, shown))
        drawing.boxes.append(box)
        return [box], [box]
    ends: dict[int, tuple[list[Box], list[Box]]] = {}
    for layer in graph.layers:
        own = [node for node in graph.nodes if node.layer is layer] or list(layer._inbound)
        if expand and _graph_of(layer) is not None:
            first = len(drawing.boxes)
            ends[id(layer)] = _gather(layer, drawing, shown, True)
            drawing.frames.append((layer.name, drawing.boxes[first:]))
            continue
        box = _box(_lines(layer, own[0] if own else None, shown))
        drawing.boxes.append(box)
        ends[id(layer)] = ([box], [box])
    for node in graph.nodes:
        targets = ends[id(node.layer)][0]
        for number, tensor in enumerate(node.inputs_flat):
            source = ends.get(id(tensor.node.layer))
            if source is None:
                continue
            begin = source[1][min(tensor.index, len(source[1]) - 1)]
            end = targets[min(number, len(targets) - 1)]
            if begin not in end.parents:
                end.parents.append(begin)
    return (
        [ends[id(tensor.node.layer)][0][0] for tensor in model.inputs],
        [ends[id(tensor.node.layer)][1][0] for tensor in model.outputs],
    )


def _box(lines: list[str]) -> Box:
    return Box(lines, max(map(len, lines)) * _SIGN + 2 * _PAD, len(lines) * _LINE + 2 * _PAD)


# -- where it lies ---------------------------------------------------------------------------------------


def _place(drawing: Drawing, rankdir: str) -> None:
    sideways = drawing.sideways = rankdir in ("LR", "RL")
    if sideways:
        for box in drawing.boxes:
            box.width, box.height = box.height, box.width
    _rank(drawing.boxes)
    rows: dict[int, list[Box]] = {}
    for box in drawing.boxes:
        rows.setdefault(box.rank, []).append(box)
    for box in drawing.boxes:
        for parent in box.parents:
            chain = [parent]
            for rank in range(parent.rank + 1, box.rank):
                bend = Box([], rank=rank, parents=[chain[-1]])
                rows[rank].append(bend)
                chain.append(bend)
            drawing.edges.append([*chain, box])
    above: dict[int, list[Box]] = {}
    for edge in drawing.edges:
        for one, two in itertools.pairwise(edge):
            above.setdefault(id(two), []).append(one)
    y = _GAP

    def wish(box: Box) -> float:
        found = above.get(id(box), [])
        return sum(parent.x for parent in found) / len(found) if found else 0.0

    for rank in sorted(rows):
        row = rows[rank]
        row.sort(key=wish)
        total = sum(box.width for box in row) + _GAP * (len(row) - 1)
        at = (sum(map(wish, row)) / len(row)) - total / 2
        tall = max(box.height for box in row)
        for box in row:
            box.x, box.y = at + box.width / 2, y + tall / 2
            box.height = box.height if box.lines else tall  # an arrow passes straight between the boxes
            at += box.width + _GAP
        y += tall + _RANK
    every = [box for row in rows.values() for box in row]
    left = min(box.x - box.width / 2 for box in every) - _GAP
    right = max(box.x + box.width / 2 for box in every) + _GAP
    bottom = y - _RANK + _GAP
    for box in every:
        box.x -= left
        if rankdir in ("BT", "RL"):
            box.y = bottom - box.y
        if sideways:
            box.x, box.y, box.width, box.height = box.y, box.x, box.height, box.width
    drawing.size = (bottom, right - left) if sideways else (right - left, bottom)


def _rank(boxes: list[Box]) -> None:
    """Put each box one rank below the lowest that leads to it; boxes come in the order of a graph."""
    changed = True
    while changed:
        changed = False
        for box in boxes:
            rank = max((parent.rank + 1 for parent in box.parents), default=0)
            if rank > box.rank:
                box.rank, changed = rank, True


def _corners(chain: list[Box], sideways: bool) -> list[tuple[float, float]]:
    """Return the points of an arrow: out of the first box, through the gaps of the ranks, into the last."""
    forward = chain[-1].x > chain[0].x if sideways else chain[-1].y > chain[0].y
    sign = 1 if forward else -1
    points: list[tuple[float, float]] = []
    for number, box in enumerate(chain):
        for side in (-sign, sign):
            if (number == 0 and side == -sign) or (number == len(chain) - 1 and side == sign):
                continue
            if sideways:
                points.append((box.x + side * box.width / 2, box.y))
            else:
                points.append((box.x, box.y + side * box.height / 2))
    return points


def _head(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the triangle at the end of an arrow."""
    (x0, y0), (x1, y1) = points[-2:]
    length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 1e-6)
    ux, uy = (x1 - x0) / length * 7, (y1 - y0) / length * 7
    return [(x1, y1), (x1 - ux - uy / 2, y1 - uy + ux / 2), (x1 - ux + uy / 2, y1 - uy - ux / 2)]


def _frames(drawing: Drawing) -> list[tuple[str, tuple[float, float, float, float]]]:
    found = []
    for name, boxes in drawing.frames:
        left, right = (
            min(box.x - box.width / 2 for box in boxes) - 8,
            max(box.x + box.width / 2 for box in boxes) + 8,
        )
        top, bottom = (
            min(box.y - box.height / 2 for box in boxes) - 16,
            max(box.y + box.height / 2 for box in boxes) + 8,
        )
        found.append((name, (left, top, right, bottom)))
    return found


# -- on paper --------------------------------------------------------------------------------------------


def _svg(drawing: Drawing) -> str:
    width, height = (round(side) for side in drawing.size)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for name, (x0, y0, x1, y1) in _frames(drawing):
        parts.append(
            f'<rect x="{x0:.1f}" y="{y0:.1f}" width="{x1 - x0:.1f}" height="{y1 - y0:.1f}" fill="none" '
            f'stroke="{_FRAME}" stroke-dasharray="4 3"/>'
            f'<text x="{x0 + 4:.1f}" y="{y0 + 12:.1f}" fill="{_FRAME}">{html.escape(name)}</text>'
        )
    for points in (_corners(edge, drawing.sideways) for edge in drawing.edges):
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        head = " ".join(f"{x:.1f},{y:.1f}" for x, y in _head(points))
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{_INK}"/><polygon points="{head}" fill="{_INK}"/>'
        )
    for box in drawing.boxes:
        parts.append(
            f'<rect x="{box.x - box.width / 2:.1f}" y="{box.y - box.height / 2:.1f}" '
            f'width="{box.width:.1f}" height="{box.height:.1f}" rx="4" fill="{_FILL}" stroke="{_INK}"/>'
        )
        top = box.y - (len(box.lines) - 1) * _LINE / 2
        for number, text in enumerate(box.lines):
            weight = ' font-weight="bold"' if number == 0 else ""
            parts.append(
                f'<text x="{box.x:.1f}" y="{top + number * _LINE + 4:.1f}" text-anchor="middle"{weight}>'
                f"{html.escape(text)}</text>"
            )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _png(drawing: Drawing, scale: float) -> Any:
    from PIL import Image, ImageDraw, ImageFont

    width, height = (max(round(side * scale), 1) for side in drawing.size)
    image = Image.new("RGB", (width, height), "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(13 * scale)
    thick = max(round(scale), 1)

    def scaled(points: Any) -> list[tuple[float, float]]:
        return [(x * scale, y * scale) for x, y in points]

    for name, (x0, y0, x1, y1) in _frames(drawing):
        pen.rectangle(scaled([(x0, y0), (x1, y1)]), outline=_FRAME, width=thick)
        pen.text(scaled([(x0 + 4, y0 + 1)])[0], name, fill=_FRAME, font=font)
    for points in (_corners(edge, drawing.sideways) for edge in drawing.edges):
        pen.line(scaled(points), fill=_INK, width=thick)
        pen.polygon(scaled(_head(points)), fill=_INK)
    for box in drawing.boxes:
        corners = [
            (box.x - box.width / 2, box.y - box.height / 2), (box.x + box.width / 2, box.y + box.height / 2)
        ]  # fmt: skip
        pen.rounded_rectangle(scaled(corners), 4 * scale, fill=_FILL, outline=_INK, width=thick)
        top = box.y - (len(box.lines) - 1) * _LINE / 2
        for number, text in enumerate(box.lines):
            place = scaled([(box.x, top + number * _LINE)])[0]
            pen.text(place, text, fill=_INK, font=font, anchor="mm")
    return image
