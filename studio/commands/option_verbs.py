"""Options of a call, such as a causal mask: of the node, not of the layer that it calls."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from studio.commands.command import Editing, push
from studio.document.rows import MAIN, Node


def set_call_option(
    session: Editing, nodes: Iterable[str], name: str, value: Any, *, graph: str = MAIN
) -> None:
    """Give several nodes the same option of their calls in one step; ``None`` returns to the default."""
    draft, picked = session.document.draft(), list(nodes)
    for node in picked:
        row = draft.node(node, graph)
        options = row.options.without(name) if value is None else row.options.with_({name: value})
        draft.put("nodes", (graph, node), Node(row.kind, row.name, row.ref, options, row.extra))
    called = draft.node(picked[0], graph).name if picked else ""
    push(session, draft.edit("set_options", {"name": called, "params": name, "count": len(picked)}))
