"""The verbs of values: parameters of layers, options of nodes, settings of the drawing, and repairs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from studio.commands.command import Editing, push
from studio.document.catalog import Catalog
from studio.document.document import Draft
from studio.document.errors import Refusal
from studio.document.problems import Problem, Repair
from studio.document.repairs import repair
from studio.document.rows import MAIN, LayerEntry, Node
from studio.document.values import Frozen, thaw


def set_params(session: Editing, node: str, changes: Mapping[str, Any], *, graph: str = MAIN) -> None:
    """Change parameters of a node's layer, for all nodes that share it."""
    layer = session.document.layer_of(node, graph)
    if layer is None:
        raise Refusal("This node has no parameters.", code="no_params", node=node)
    replace_params(session, {node: layer.params.with_(changes)}, graph=graph, changed=tuple(changes))


def replace_params(
    session: Editing,
    params: Mapping[str, Mapping[str, Any]],
    *,
    graph: str = MAIN,
    changed: tuple[str, ...] = (),
) -> None:
    """Give several nodes' layers new parameters in one step; what is left out returns to its default."""
    draft = session.document.draft()
    for node, new in params.items():
        layer = draft.layer_of(node, graph)
        if layer is None:
            raise Refusal("This node has no parameters.", code="no_params", node=node)
        row = LayerEntry(layer.type, layer.name, Frozen(new), layer.comment, layer.extra)
        draft.put("layers", draft.node(node, graph).ref, row)
        _follow(draft, session.catalog, draft.node(node, graph).ref, layer)
    name = draft.node(next(iter(params)), graph).name if params else ""
    fields = {"name": name, "count": len(params), "params": ", ".join(changed)}
    push(session, draft.edit("set_params", fields))


def _follow(draft: Draft, catalog: Catalog | None, entry: str, old: LayerEntry) -> None:
    """Let the wires of a layer's first output go on from it where it has another name now.

    An LSTM's ``output`` is called ``sequence`` beside its states: it is what the wires were drawn for.
    """
    before, after = _first_output(catalog, old), _first_output(catalog, draft.layer(entry))
    if not before or not after or before == after:
        return
    for graph in draft.graph_names():
        for node in draft.node_ids(graph):
            if draft.node(node, graph).ref != entry or draft.node(node, graph).kind != "layer":
                continue
            for wire in draft.outgoing(node, before, graph):
                row = draft.row("wires", (graph, wire))
                draft.put("wires", (graph, wire), None)
                draft.put("wires", (graph, replace(wire, source_port=after)), row)


def _first_output(catalog: Catalog | None, layer: LayerEntry) -> str:
    spec = catalog.get(layer.type) if catalog is not None else None
    try:
        return spec.outputs(thaw(layer.params))[0] if spec is not None else ""
    except (ValueError, IndexError):  # wrong parameters, which the analysis names
        return ""


def set_options(session: Editing, node: str, changes: Mapping[str, Any], *, graph: str = MAIN) -> None:
    """Change options of a node (an Input's field, an Output's loss); ``None`` removes one."""
    draft = session.document.draft()
    row = draft.node(node, graph)
    options = row.options.with_(changes).without(*(key for key, value in changes.items() if value is None))
    draft.put("nodes", (graph, node), Node(row.kind, row.name, row.ref, options, row.extra))
    push(session, draft.edit("set_options", {"name": row.name, "params": ", ".join(changes)}))


def set_settings(session: Editing, key: str, values: Mapping[str, Any]) -> None:
    """Replace one group of settings: ``"data"`` or ``"training"``."""
    draft = session.document.draft()
    draft.put("settings", key, Frozen(values))
    push(session, draft.edit("set_settings", {"key": key}))


def apply_repair(session: Editing, problem: Problem, chosen: Repair) -> None:
    """Mend a problem in the way chosen."""
    push(session, repair(session.document, problem, chosen))
