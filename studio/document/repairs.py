"""Ways to mend a problem, each an edit of its own."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from engine.errors import EngineError
from engine.spec import TensorSpec
from studio.document import names
from studio.document.catalog import Catalog, LayerSpec
from studio.document.document import Draft
from studio.document.errors import Refusal
from studio.document.problems import Problem, Repair
from studio.document.rows import OUTPUT_PORT, Edit, LayerEntry, Node, Wire
from studio.document.state import State
from studio.document.values import EMPTY, Frozen

STEP = 200.0
"""How far to the right of its source an inserted node stands, in scene units."""


def shape_repairs(
    catalog: Catalog, spec: LayerSpec, error: EngineError, inputs: Sequence[TensorSpec]
) -> tuple[Repair, ...]:
    """Return what would make an input fit a layer: other layers before it, or padding."""
    if error.code == "too_small" and any("same" in (param.kind.choices or ()) for param in spec.params):
        return (Repair("set_param", Frozen(param="padding", value="same")),)
    if len(inputs) != 1 or error.code not in ("rank", "min_rank", "max_rank"):
        return ()
    shape, wanted = inputs[0].shape, error.fields.get("expected")
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


def repair(state: State, problem: Problem, chosen: Repair) -> Edit:
    """Return the edit that mends a problem in the way chosen; raises ``Refusal`` where that is gone."""
    draft, graph, fields = Draft(state), problem.graph, chosen.fields
    if state.find_node(problem.node, graph) is None:
        raise Refusal("The node is gone.", code="no_node", node=problem.node)
    if chosen.code == "insert_layer":
        before = fields.get("before")
        place, port = (before, None) if before else (problem.node, problem.port)
        wires = state.incoming(place, port, graph)
        if len(wires) != 1:
            raise Refusal("The wire is gone.", code="no_wire", node=problem.node)
        insert_layer(draft, wires[0], fields["type"], fields["params"], graph)
    elif chosen.code == "insert_after":
        insert_after(draft, problem.node, fields["type"], fields["params"], graph)
    elif chosen.code == "use_loss":
        node = state.node(problem.node, graph)
        draft.put("nodes", (graph, problem.node), _with_options(node, loss=fields["loss"]))
    elif chosen.code in ("set_units", "set_activation", "set_param"):
        key = {"set_units": "units", "set_activation": "activation"}.get(chosen.code) or fields["param"]
        value = fields["value"] if chosen.code == "set_param" else fields[key]
        node_id = fields.get("layer", problem.node)
        layer = state.layer_of(node_id, graph)
        if layer is None:
            raise Refusal("The layer is gone.", code="no_node", node=node_id)
        row = LayerEntry(layer.type, layer.name, layer.params.with_({key: value}), layer.comment, layer.extra)
        draft.put("layers", state.node(node_id, graph).ref, row)
    else:
        raise Refusal("There is no such repair.", code="no_repair", repair=chosen.code)
    return draft.edit(
        "repair", {"repair": chosen.code, "name": state.node(problem.node, graph).name, **fields}
    )


def _with_options(node: Node, **options: object) -> Node:
    return Node(node.kind, node.name, node.ref, node.options.with_(options), node.extra)


def insert_after(draft: Draft, source: str, type_name: str, params: Frozen, graph: str) -> str:
    """Put a layer between a node and all that it feeds; return its id."""
    onward = draft.outgoing(source, graph=graph)
    node = insert_layer(draft, onward[0], type_name, params, graph)
    for wire in onward[1:]:
        draft.put("wires", (graph, wire), None)
        after = Wire(node, OUTPUT_PORT, wire.target, wire.target_port, wire.position)
        draft.put("wires", (graph, after), EMPTY)
    return node


def insert_layer(draft: Draft, wire: Wire, type_name: str, params: Frozen, graph: str) -> str:
    """Put a layer of one input and one output (``inputs``, ``output``) into a wire; return its id."""
    node, entry = draft.new_node_id(graph), draft.new_layer_id()
    name = names.unique(names.snake_case(type_name), names.in_use(draft, graph))
    draft.put("layers", entry, LayerEntry(type_name, name, params))
    draft.put("nodes", (graph, node), Node("layer", name, entry))
    (x1, y1), (x2, y2) = draft.place(wire.source, graph), draft.place(wire.target, graph)
    draft.put("places", (graph, node), ((x1 + x2) / 2, (y1 + y2) / 2))
    draft.put("wires", (graph, wire), None)
    draft.put("wires", (graph, Wire(wire.source, wire.source_port, node, "inputs")), EMPTY)
    after = Wire(node, OUTPUT_PORT, wire.target, wire.target_port, wire.position)
    draft.put("wires", (graph, after), EMPTY)
    return node
