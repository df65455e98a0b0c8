"""Ways to mend a problem, each an edit of its own."""

from __future__ import annotations

from collections.abc import Callable

from studio.document import names
from studio.document.document import Draft
from studio.document.errors import Refusal
from studio.document.problems import Problem, Repair
from studio.document.removing import take_out
from studio.document.rows import OUTPUT_PORT, Edit, LayerEntry, Node, Wire
from studio.document.rules import close_gaps
from studio.document.state import State
from studio.document.tracing import as_numbers
from studio.document.values import EMPTY, Frozen

STEP = 188.0
"""How far apart two neighbours stand, in scene units."""


def repair(state: State, problem: Problem, chosen: Repair) -> Edit:
    """Return the edit that mends a problem in the way chosen; raises ``Refusal`` where that is gone."""
    draft, graph, fields = Draft(state), problem.graph, chosen.fields
    if problem.node and state.find_node(problem.node, graph) is None:
        raise Refusal("The node is gone.", code="no_node", node=problem.node)
    mend = _MENDERS.get(chosen.code)
    if mend is None:
        raise Refusal("There is no such repair.", code="no_repair", repair=chosen.code)
    mend(draft, problem, fields)
    gone = set(state.wires(graph)) - set(draft.wires(graph))
    close_gaps(draft, {wire.target for wire in gone} & set(draft.node_ids(graph)), graph)
    name = state.node(problem.node, graph).name if problem.node else ""
    return draft.edit("repair", {"repair": chosen.code, **fields, "name": name})


def _insert_before(draft: Draft, problem: Problem, fields: Frozen) -> None:
    before, graph = fields.get("before"), problem.graph
    place, port = (before, None) if before else (problem.node, problem.port)
    wires = draft.incoming(place, port, graph)
    at = fields.get("at", 0)
    if len(wires) <= at or (len(wires) != 1 and "at" not in fields):
        raise Refusal("The wire is gone.", code="no_wire", node=problem.node)
    insert_layer(draft, wires[at], fields["type"], fields["params"], graph)


def _insert_after(draft: Draft, problem: Problem, fields: Frozen) -> None:
    insert_after(draft, problem.node, fields["type"], fields["params"], problem.graph)


def _set_params(draft: Draft, problem: Problem, fields: Frozen) -> None:
    key = next((each for each in ("units", "activation") if each in fields), "") or fields["param"]
    value = fields["value"] if "param" in fields else fields[key]
    _put_layer(draft, problem, fields, lambda old: LayerEntry(
        old.type, old.name, old.params.with_({key: value}), old.comment, old.extra
    ))  # fmt: skip


def _replace(draft: Draft, problem: Problem, fields: Frozen) -> None:
    def other(old: LayerEntry) -> LayerEntry:
        return LayerEntry(fields["type"], old.name, fields["params"], old.comment, old.extra)

    _put_layer(draft, problem, fields, other)


def _put_layer(
    draft: Draft, problem: Problem, fields: Frozen, change: Callable[[LayerEntry], LayerEntry]
) -> None:
    node = fields.get("layer", problem.node)
    layer = draft.layer_of(node, problem.graph)
    if layer is None:
        raise Refusal("The layer is gone.", code="no_node", node=node)
    draft.put("layers", draft.node(node, problem.graph).ref, change(layer))


def _set_options(draft: Draft, problem: Problem, fields: Frozen) -> None:
    node = draft.node(problem.node, problem.graph)
    row = Node(node.kind, node.name, node.ref, node.options.with_(fields), node.extra)
    draft.put("nodes", (problem.graph, problem.node), row)


def _set_rate(draft: Draft, problem: Problem, fields: Frozen) -> None:
    training = draft.setting("training")
    optimizer = training.get("optimizer")
    if not isinstance(optimizer, Frozen):
        raise Refusal("The optimizer is gone.", code="no_repair", repair="set_rate")
    config = {**as_numbers(optimizer.get("config")), "learning_rate": fields["rate"]}
    draft.put("settings", "training", training.with_({"optimizer": optimizer.with_({"config": config})}))


def _remove(draft: Draft, problem: Problem, fields: Frozen) -> None:
    for node in fields["nodes"]:
        if draft.find_node(node, problem.graph) is None:
            raise Refusal("The node is gone.", code="no_node", node=node)
        take_out(draft, node, problem.graph)


def _remove_wires(draft: Draft, problem: Problem, fields: Frozen) -> None:
    graph = problem.graph
    into = draft.incoming(problem.node, problem.port, graph) if fields["side"] == "in" else []
    out = draft.outgoing(problem.node, problem.port, graph) if fields["side"] == "out" else []
    for wire in (*into, *out):
        draft.put("wires", (graph, wire), None)


_MENDERS: dict[str, Callable[[Draft, Problem, Frozen], None]] = {
    "insert_layer": _insert_before, "insert_after": _insert_after, "use_loss": _set_options,
    "set_target": _set_options, "set_field": _set_options, "set_units": _set_params,
    "set_activation": _set_params, "set_param": _set_params, "set_rate": _set_rate, "replace": _replace,
    "remove": _remove, "remove_branch": _remove, "remove_wires": _remove_wires,
}  # fmt: skip


def insert_after(draft: Draft, source: str, type_name: str, params: Frozen, graph: str) -> str:
    """Put a layer between a node and all that it feeds; return its id."""
    onward = draft.outgoing(source, graph=graph)
    node = insert_layer(draft, onward[0], type_name, params, graph)
    for wire in onward[1:]:
        draft.put("wires", (graph, wire), None)
        after = Wire(node, OUTPUT_PORT, wire.target, wire.target_port, wire.position)
        draft.put("wires", (graph, after), EMPTY)
    return node


def _make_room(draft: Draft, x: float, y: float, by: float, graph: str) -> None:
    """Move what stands at or beyond a place, about as high, to the right."""
    for node in draft.node_ids(graph):
        place = draft.place(node, graph)
        if place[0] >= x and abs(place[1] - y) < STEP:
            draft.put("places", (graph, node), (place[0] + by, place[1]))


def insert_layer(draft: Draft, wire: Wire, type_name: str, params: Frozen, graph: str) -> str:
    """Put a layer of one input and one output (``inputs``, ``output``) into a wire; return its id."""
    node, entry = draft.new_node_id(graph), draft.new_layer_id()
    name = names.unique(names.snake_case(type_name), names.in_use(draft, graph))
    draft.put("layers", entry, LayerEntry(type_name, name, params))
    draft.put("nodes", (graph, node), Node("layer", name, entry))
    (x1, y1), (x2, y2) = draft.place(wire.source, graph), draft.place(wire.target, graph)
    if 0 < x2 - x1 < 2 * STEP:
        _make_room(draft, x2, y2, 2 * STEP - (x2 - x1), graph)
        x2 = x1 + 2 * STEP
    draft.put("places", (graph, node), ((x1 + x2) / 2, (y1 + y2) / 2))
    draft.put("wires", (graph, wire), None)
    draft.put("wires", (graph, Wire(wire.source, wire.source_port, node, "inputs")), EMPTY)
    after = Wire(node, OUTPUT_PORT, wire.target, wire.target_port, wire.position)
    draft.put("wires", (graph, after), EMPTY)
    return node
