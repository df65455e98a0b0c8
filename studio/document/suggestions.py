"""What would make an input fit a layer that refuses it."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from engine.errors import EngineError
from engine.spec import TensorSpec
from studio.document.catalog import Catalog, LayerSpec
from studio.document.merging import merge_repairs
from studio.document.problems import Repair
from studio.document.rows import LayerEntry
from studio.document.state import State
from studio.document.values import Frozen


def shape_repairs(
    state: State,
    catalog: Catalog,
    graph: str,
    node: str,
    error: EngineError,
    inputs: Sequence[TensorSpec],
) -> tuple[Repair, ...]:
    """Return other layers before it, other parameters, or for a merging layer what makes its inputs alike."""
    layer = state.layer_of(node, graph)
    spec = catalog.get(layer.type) if layer is not None else None
    if layer is None or spec is None:
        return ()
    if error.code == "too_small" and any("same" in (param.kind.choices or ()) for param in spec.params):
        return (Repair("set_param", Frozen(param="padding", value="same")),)
    if error.code == "groups":
        return (Repair("set_param", Frozen(param="groups", value=1)),)
    if error.code == "reshape":
        return _free_size(layer, inputs)
    if error.code in ("merge_shapes", "merge_ranks", "no_axis") and len(inputs) > 1:
        return merge_repairs(state, catalog, graph, node, layer, [each.shape for each in inputs])
    if len(inputs) == 1 and error.code in ("rank", "min_rank", "max_rank"):
        return _other_rank(catalog, spec, error, inputs[0])
    return ()


def _free_size(layer: LayerEntry, inputs: Sequence[TensorSpec]) -> tuple[Repair, ...]:
    """Let one size of a Reshape be what is left, the last one first."""
    target, shape = layer.params.get("target_shape"), inputs[0].shape[1:] if inputs else ()
    if not isinstance(target, tuple) or None in shape or not all(isinstance(size, int) for size in target):
        return ()
    total = prod(size or 0 for size in shape)
    for at in reversed(range(len(target))):
        others = prod(size for number, size in enumerate(target) if number != at)
        if others > 0 and total % others == 0:
            sizes = [*target[:at], total // others, *target[at + 1 :]]
            return (Repair("set_param", Frozen(param="target_shape", value=sizes)),)
    return ()


def _other_rank(
    catalog: Catalog, spec: LayerSpec, error: EngineError, given: TensorSpec
) -> tuple[Repair, ...]:
    shape, wanted = given.shape, error.fields.get("expected")
    if not isinstance(wanted, int) or any(size is None for size in shape[1:]):
        return ()
    sizes = [size or 0 for size in shape[1:]]
    choices: list[tuple[str, dict[str, object]]] = []
    if wanted == 2 and len(shape) > 2:
        choices.append(("Flatten", {}))
        if len(shape) == 4:
            choices.append(("GlobalAveragePooling2D", {}))
        if len(shape) == 3:
            choices.append(("GlobalAveragePooling1D", {}))
    elif wanted == 3 and len(shape) == 4:
        choices.append(("Reshape", {"target_shape": [sizes[0] * sizes[1], sizes[2]]}))
        choices.append(("Reshape", {"target_shape": [sizes[0], sizes[1] * sizes[2]]}))
    elif wanted == len(shape) + 1:
        choices.append(("Reshape", {"target_shape": [*sizes, 1]}))
    elif wanted == 4 and len(shape) == 2:
        side = round(prod(sizes) ** 0.5)
        if side * side == sizes[0]:
            choices.append(("Reshape", {"target_shape": [side, side, 1]}))
    return tuple(
        Repair("insert_layer", Frozen(type=kind, params=params, **({"rows": True} if at else {})))
        for at, (kind, params) in enumerate(choices)
        if kind != spec.name and catalog.get(kind) is not None
    )
