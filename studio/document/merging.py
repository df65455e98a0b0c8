"""Ways to make the inputs of a merging layer fit each other."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from engine.spec import Shape
from studio.document.catalog import Catalog
from studio.document.problems import Repair
from studio.document.rows import LayerEntry, Wire
from studio.document.state import State
from studio.document.tracing import depth_of
from studio.document.values import Frozen

_ELEMENTWISE = frozenset({"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"})
_GLOBAL = {3: "GlobalAveragePooling1D", 4: "GlobalAveragePooling2D", 5: "GlobalAveragePooling3D"}
_CONVOLUTIONS = {3: "Conv1D", 4: "Conv2D", 5: "Conv3D"}


def merge_repairs(
    state: State, catalog: Catalog, graph: str, node: str, layer: LayerEntry, shapes: Sequence[Shape]
) -> tuple[Repair, ...]:
    """Return what would let a merging layer join inputs of these shapes, in the order of its wires."""
    wires = state.incoming(node, graph=graph)
    if len(wires) != len(shapes) or len(shapes) < 2 or any(None in shape[1:] for shape in shapes):
        return ()
    ranks = {len(shape) for shape in shapes}
    found: tuple[Repair, ...] = ()
    if layer.type == "Concatenate" and len(ranks) == 1:
        found = _other_axis(layer, shapes)
    elif len(ranks) > 1:
        found = _flatter(layer, shapes)
    elif layer.type in _ELEMENTWISE:
        found = _project(state, graph, wires, shapes)
    return tuple(each for each in found if each.code != "insert_layer" or catalog.get(each.fields["type"]))


def _other_axis(layer: LayerEntry, shapes: Sequence[Shape]) -> tuple[Repair, ...]:
    """All sizes but those along one axis agree: that is the axis to join on."""
    sides = [axis for axis in range(1, len(shapes[0])) if len({shape[axis] for shape in shapes}) > 1]
    if len(sides) > 1:
        return ()
    axis = -1 if not sides or sides[0] == len(shapes[0]) - 1 else sides[0]
    return (Repair("set_param", Frozen(param="axis", value=axis)),)


def _flatter(layer: LayerEntry, shapes: Sequence[Shape]) -> tuple[Repair, ...]:
    """A picture and a vector: bring the picture down to a vector too."""
    high = [at for at, shape in enumerate(shapes) if len(shape) > 2]
    if {len(shape) for shape in shapes} - {2} != {len(shapes[at]) for at in high} or len(high) != 1:
        return ()
    at, shape = high[0], shapes[high[0]]
    vectors = {other[1] for number, other in enumerate(shapes) if number != at}
    kinds = []
    for kind, width in (
        ("Flatten", prod(size or 0 for size in shape[1:])),
        (_GLOBAL.get(len(shape)), shape[-1]),
    ):
        if kind and (layer.type == "Concatenate" or vectors == {width}):
            kinds.append(kind)
    if layer.type == "Concatenate" and layer.params.get("axis", -1) not in (-1, 1):
        return ()
    return tuple(Repair("insert_layer", Frozen(type=kind, params={}, at=at)) for kind in kinds)


def _project(state: State, graph: str, wires: Sequence[Wire], shapes: Sequence[Shape]) -> tuple[Repair, ...]:
    """One input has other channels, or a larger picture: a 1 × 1 convolution brings it to the others'.

    Of two inputs the one on the shorter path is changed, as in a residual block, where that can be.
    """
    odd = [at for at, shape in enumerate(shapes) if sum(shape == other for other in shapes) == 1]
    if len(shapes) == 2:
        odd = sorted((0, 1), key=lambda at: (depth_of(state, graph, wires[at].source), at))
    elif len(odd) != 1 or len({shape for at, shape in enumerate(shapes) if at not in odd}) != 1:
        return ()
    for at in odd:
        wanted = next(shape for shape in shapes if shape != shapes[at])
        params = _bridge(shapes[at], wanted)
        if params is not None:
            kind = _CONVOLUTIONS.get(len(wanted), "Dense")
            return (Repair("insert_layer", Frozen(type=kind, params=params, at=at)),)
    return ()


def _bridge(given: Shape, wanted: Shape) -> dict[str, object] | None:
    """Return the parameters of the layer that makes one shape of another, or ``None`` where none does."""
    if len(wanted) == 2:
        return {"units": wanted[-1]}
    if len(wanted) not in _CONVOLUTIONS:
        return None
    steps = []
    for size, goal in zip(given[1:-1], wanted[1:-1], strict=True):
        step = -(-(size or 0) // goal) if goal else 0
        if step < 1 or ((size or 0) - 1) // step + 1 != goal:
            return None
        steps.append(step)
    params: dict[str, object] = {"filters": wanted[-1], "kernel_size": [1] * len(steps)}
    return {**params, "strides": steps} if any(step > 1 for step in steps) else params
