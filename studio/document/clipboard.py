"""Copy and paste: a selection as JSON text, which pastes into another window or a chat.

The text is a small ``.bunon`` file; its key ``incoming`` tells what fed the copied nodes, by name, so that a
paste can keep those wires.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import count
from typing import Any, TypeAlias

from studio.document import names
from studio.document.blocks import graphs_inside
from studio.document.document import Document, Draft
from studio.document.errors import FileError, Refusal
from studio.document.files import dumps, loads
from studio.document.graph_copies import bring_graphs, copy_graph
from studio.document.marks import copy_marks
from studio.document.rows import MAIN, LayerEntry, Node, Place, Wire
from studio.document.rules import close_gaps
from studio.document.state import State

Feed: TypeAlias = Callable[[Wire], object]
BESIDE = (30.0, 30.0)
"""How far from the original a copy stands."""
MOST = 2000
"""Nodes that can be pasted at once: so many take some seconds, and more are a slip."""
_HEAD = re.compile(r'\{\s*"format"\s*:\s*"bunon"')
_QUOTED = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)
"""What a mail or a chat puts before each line that it quotes."""


def copy_text(state: State, nodes: Iterable[str], graph: str = MAIN, marks: Iterable[str] = ()) -> str:
    """Return nodes, their wires, layers and places, with frames and notes: a small ``.bunon`` file."""
    chosen = [node for node in state.node_ids(graph) if node in set(nodes)]
    part = Document()
    draft = part.draft()
    for node in chosen:
        row = state.node(node, graph)
        draft.put("nodes", (MAIN, node), row)
        if row.kind == "layer":
            draft.put("layers", row.ref, state.layer(row.ref))
        elif row.kind == "block":
            for inner in sorted({row.ref, *graphs_inside(state, row.ref)}):
                copy_graph(state, inner, draft, inner)
        draft.put("places", (MAIN, node), state.place(node, graph))
        for wire in state.outgoing(node, graph=graph):
            if wire.target in chosen:
                draft.put("wires", (MAIN, wire), state.row("wires", (graph, wire)))
    for mark in marks:
        draft.put("marks", (MAIN, mark), state.mark(mark, graph))
    part.apply(draft.edit("copy"))
    incoming = [
        {
            "from": [state.node(wire.source, graph).name, wire.source_port],
            "to": [wire.target, wire.target_port],
            "position": wire.position,
        }
        for node in chosen
        for wire in state.incoming(node, graph=graph)
        if wire.source not in chosen
    ]
    if incoming:
        part.extra = {"incoming": incoming}
    return dumps(part)


def can_paste(text: str) -> bool:
    """Return whether a text looks like copied nodes; quick, for enabling a menu."""
    return '"format"' in text and '"bunon"' in text


def paste(
    draft: Draft,
    text: str,
    graph: str = MAIN,
    at: Place | None = None,
    offset: Place | None = None,
    *,
    feed: Feed | None = None,
) -> list[str]:
    """Put copied nodes, frames and notes in and return the new ids of the nodes.

    They get new ids and names; layers shared within the selection stay shared with each other.  The top left
    corner comes to ``at``, or everything moves by ``offset``, or stands beside the original.  ``feed``
    is called with every wire that came from outside and whose source is here too.  Raises ``Refusal`` for
    other text, and for more than ``MOST`` nodes.
    """
    try:
        text, data = _found(text)
        _check_count(data)
        part = loads(text) if isinstance(data, Mapping) else None
    except Refusal:
        raise
    except (ValueError, RecursionError, FileError) as error:
        raise Refusal("The clipboard holds no nodes.", code="no_nodes") from error
    ids = part.node_ids() if part is not None else []
    if part is None or not (ids or part.mark_ids()):
        raise Refusal("The clipboard holds no nodes.", code="no_nodes")
    places = {node: part.place(node) for node in ids}
    if at is not None:
        corners = [*places.values(), *(part.mark(mark).place for mark in part.mark_ids())]
        left, top = min(x for x, _ in corners), min(y for _, y in corners)
        offset = (at[0] - left, at[1] - top)
    elif offset is None:
        offset = _clear(part, draft, graph)
    graphs = bring_graphs(part, draft, graph)
    taken = names.in_use(draft, graph)
    new: dict[str, str] = {}
    entries: dict[str, str] = {}
    # The first free ids, counted on: to look for them at every node is slow where there are many.
    node_ids, layer_ids = _counted(draft.new_node_id(graph)), _counted(draft.new_layer_id())
    for node in ids:
        row = part.node(node)
        name = names.unique(_root(row.name), taken)
        taken.add(name)
        new[node] = next(node_ids)
        if row.kind == "layer" and row.ref not in entries:
            entries[row.ref] = next(layer_ids)
            layer = part.layer(row.ref)
            entry = LayerEntry(layer.type, name, layer.params, layer.comment, layer.extra)
            draft.put("layers", entries[row.ref], entry)
        ref = graphs[row.ref] if row.kind == "block" else entries.get(row.ref, "")
        draft.put("nodes", (graph, new[node]), Node(row.kind, name, ref, row.options, row.extra))
        x, y = places[node]
        draft.put("places", (graph, new[node]), (x + offset[0], y + offset[1]))
    copy_marks(part, draft, MAIN, graph, offset)
    for wire in part.wires():
        row_ = part.row("wires", (MAIN, wire))
        moved = Wire(new[wire.source], wire.source_port, new[wire.target], wire.target_port, wire.position)
        draft.put("wires", (graph, moved), row_)
    if feed is not None:
        for wire in _incoming(part.extra.get("incoming"), new, draft, graph):
            feed(wire)
    close_gaps(draft, new.values(), graph)
    return list(new.values())


def _found(text: str) -> tuple[str, Any]:
    """Return the copied nodes within a text, and what they say: a chat puts words, fences and quotes around.

    Raises ``ValueError`` where there are none.
    """
    try:
        return text, json.loads(text)
    except ValueError:
        pass
    for each in (text, _QUOTED.sub("", text).replace("\u00a0", " ")):
        for start in _HEAD.finditer(each):
            with suppress(ValueError):
                data, end = json.JSONDecoder().raw_decode(each, start.start())
                return each[start.start() : end], data
    raise ValueError("no nodes")


def _counted(first: str) -> Iterator[str]:
    """Return an id and those that follow it."""
    return (f"{first[0]}{number}" for number in count(int(first[1:])))


def _check_count(data: Any) -> None:
    """Refuse what holds too many nodes, its blocks' counted too, before any of it is read."""
    graphs = data.get("graphs") if isinstance(data, Mapping) else None
    rows = graphs.values() if isinstance(graphs, Mapping) else ()
    nodes = [graph.get("nodes") for graph in rows if isinstance(graph, Mapping)]
    total = sum(len(each) for each in nodes if isinstance(each, Mapping))
    if total > MOST:
        raise Refusal(
            f"{total} nodes are too many to paste at once.", code="too_many", count=total, most=MOST
        )


def _clear(part: State, draft: State, graph: str) -> Place:
    """Return an offset at which copies hide no earlier ones, and their frames stand around nothing else."""
    frames = [row for row in (part.mark(mark) for mark in part.mark_ids()) if row.kind == "frame"]
    if not frames:
        taken, steps = {draft.place(node, graph) for node in draft.node_ids(graph)}, 1
        corners = [
            *(part.place(node) for node in part.node_ids()),
            *(part.mark(m).place for m in part.mark_ids()),
        ]
        taken |= {draft.mark(mark, graph).place for mark in draft.mark_ids(graph)}
        while any((x + steps * BESIDE[0], y + steps * BESIDE[1]) in taken for x, y in corners):
            steps += 1
        return steps * BESIDE[0], steps * BESIDE[1]
    high = max(row.place[1] + row.size[1] for row in frames) - min(row.place[1] for row in frames)
    there = {draft.mark(mark, graph).place for mark in draft.mark_ids(graph)}
    x, y = 0.0, BESIDE[1]
    while any((row.place[0] + x, row.place[1] + y) in there for row in frames) or y < high:
        y += high + BESIDE[1]
    return x, y


def _incoming(rows: Any, new: Mapping[str, str], draft: Draft, graph: str) -> Iterator[Wire]:
    """Give the wires that led into the copied nodes, from what has the same name here."""
    for row in rows if isinstance(rows, list) else []:
        try:
            (name, port), (node, into), position = row["from"], row["to"], int(row.get("position", 0))
            target, source = new.get(node), draft.node_named(name, graph)
        except (TypeError, ValueError, KeyError, AttributeError):  # someone else's text
            continue
        if target and source and isinstance(port, str) and isinstance(into, str):
            yield Wire(source, port, target, into, position)


def _root(name: str) -> str:
    head, _, tail = name.rpartition("_")
    return head if head and tail.isascii() and tail.isdigit() else name
