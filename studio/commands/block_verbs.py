"""The verbs of blocks: make one, dissolve it, let its uses choose, repeat it; and passing layers over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from studio.commands.command import Editing, push
from studio.commands.library_verbs import place_block
from studio.document import blocks, grouping, names
from studio.document.errors import Refusal
from studio.document.ports import outputs_of
from studio.document.rows import BYPASS, MAIN, Node, Place
from studio.document.shapes import analyse
from studio.document.values import Frozen


def group(session: Editing, nodes: Iterable[str], *, marks: Iterable[str] = (), graph: str = MAIN) -> str:
    """Make a block of nodes and return the id of its node; ``marks`` go inside with them.

    Raises ``Refusal``.
    """
    draft, picked = session.document.draft(), list(nodes)
    block = grouping.group(draft, session.catalog, picked, graph, marks)
    name = draft.node(block, graph).name
    push(session, draft.edit("group", {"count": len(picked), "name": name}))
    return block


def dissolve(session: Editing, block: str, *, graph: str = MAIN) -> list[str]:
    """Put a block's nodes in its place and return their ids; raises ``Refusal``."""
    draft = session.document.draft()
    row = draft.find_node(block, graph)
    made = grouping.dissolve(draft, block, graph)
    push(session, draft.edit("dissolve", {"name": row.name if row is not None else ""}))
    return made


def add_block(session: Editing, inner: str, at: Place, *, graph: str = MAIN) -> str:
    """Use a block once more, unwired, and return the id of its node.

    Raises ``Refusal``: ``"no_block"`` where there is none of that name, ``"block_itself"`` where it would
    come to lie inside itself.
    """
    return place_block(session, at, of=inner, graph=graph)


def set_repeat(session: Editing, block: str, count: int, *, graph: str = MAIN) -> None:
    """Let a block run ``count`` times in a row, each time with weights of its own; raises ``Refusal``."""
    draft = session.document.draft()
    row = draft.find_node(block, graph)
    if row is None or row.kind != "block":
        raise Refusal("Select a block first.", code="no_block")
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= blocks.MOST_REPEATS:
        raise Refusal(
            f"A block repeats 1 to {blocks.MOST_REPEATS} times. Received: {count!r}",
            code="block_count", most=blocks.MOST_REPEATS, got=repr(count),
        )  # fmt: skip
    options = row.options.without("repeat") if count == 1 else row.options.with_({"repeat": count})
    draft.put("nodes", (graph, block), Node(row.kind, row.name, row.ref, options, row.extra))
    push(session, draft.edit("set_repeat", {"name": row.name, "times": count}))


def set_block_param(session: Editing, block: str, name: str, value: Any, *, graph: str = MAIN) -> None:
    """Choose a value that a block lets its uses choose; ``None`` returns to the block's own."""
    draft = session.document.draft()
    row = draft.find_node(block, graph)
    if row is None or row.kind != "block":
        raise Refusal("Select a block first.", code="no_block")
    given = Frozen(row.options.get("params"))
    given = given.without(name) if value is None else given.with_({name: value})
    options = row.options.with_({"params": given}) if given else row.options.without("params")
    draft.put("nodes", (graph, block), Node(row.kind, row.name, row.ref, options, row.extra))
    push(session, draft.edit("set_options", {"name": row.name, "params": name}))


def expose(session: Editing, node: str, param: str, name: str = "", *, graph: str = MAIN) -> str:
    """Let the uses of the block ``graph`` choose a parameter of one of its layers; return the name it has.

    Without ``name`` it is the parameter's own, made unique.  Raises ``Refusal``.
    """
    draft = session.document.draft()
    entry = draft.find_node(node, graph)
    if entry is None or entry.kind != "layer":
        raise Refusal("This node has no parameters.", code="no_params", node=node)
    inputs, _ = blocks.ends_of(draft, graph)
    taken = {"name", *(draft.node(each, graph).name for each in inputs)}
    called = name or names.unique(param, {*taken, *_exposed(draft, graph)})
    blocks.expose(draft, graph, entry.ref, param, called)
    push(session, draft.edit("expose", {"params": called}))
    return called


def conceal(session: Editing, node: str, param: str, *, graph: str = MAIN) -> None:
    """Take back what ``expose`` gave."""
    draft = session.document.draft()
    blocks.conceal(draft, graph, draft.node(node, graph).ref, param)
    push(session, draft.edit("conceal", {"params": param}))


def rename_block(session: Editing, graph: str, name: str) -> None:
    """Give a block another name, at all its uses; raises ``Refusal``."""
    draft = session.document.draft()
    names.check(name, draft.graph_names())
    if graph == MAIN or graph not in draft.graph_names():
        raise Refusal(f"There is no block {graph}.", code="no_block")
    blocks.rename(draft, graph, name)
    push(session, draft.edit("rename", {"old": graph, "name": name}))


def bypass(session: Editing, nodes: Iterable[str], *, graph: str = MAIN) -> bool:
    """Pass layers over, or no longer where all are passed over; return which.

    Raises ``Refusal``: ``"bypass_kind"`` for what is no layer of one output, ``"bypass_shape"`` where what
    goes in and what comes out differ.
    """
    draft, picked = session.document.draft(), list(nodes)
    rows = [draft.node(node, graph) for node in picked]
    on = not all(row.options.get(BYPASS) for row in rows)
    known = analyse(session.document, session.catalog, graph)
    for node, row in zip(picked, rows, strict=True):
        single = row.kind == "layer" and len(outputs_of(draft, session.catalog, node, graph)) == 1
        if not single:
            raise Refusal(f"{row.name} cannot be passed over.", code="bypass_kind", name=row.name)
        info = known.nodes.get(node)
        arrives = next(iter(info.inputs.values()), ())[:1] if info is not None else ()
        if on and info is not None and info.outputs and arrives and arrives[0] != info.outputs[0]:
            raise Refusal(
                f"{row.name} cannot be passed over: what leaves it has another shape than what enters.",
                code="bypass_shape", name=row.name,
            )  # fmt: skip
        options = row.options.with_({BYPASS: True}) if on else row.options.without(BYPASS)
        draft.put("nodes", (graph, node), Node(row.kind, row.name, row.ref, options, row.extra))
    code = "bypass" if on else "unbypass"
    push(session, draft.edit(code, {"count": len(picked), "name": rows[0].name if rows else ""}))
    return on


def _exposed(draft: Any, graph: str) -> list[str]:
    row = draft.row("graphs", graph)
    return list(row.params) if row is not None else []
