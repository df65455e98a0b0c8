"""What a graph as a whole lacks: ways round in a circle, an Input, an Output, and nodes that lead nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from studio.document.problems import Repair
from studio.document.rows import MAIN
from studio.document.state import State
from studio.document.tracing import branches_of
from studio.document.values import Frozen


def look_at_whole(
    state: State, graph: str, nodes: Iterable[str], cyclic: Sequence[str], say: Callable[..., object]
) -> None:
    """Say what lies on a cycle or after one (``cyclic`` are all of these), and what the graph lacks."""
    behind = set(cyclic)
    for node in cyclic:
        say("cycle" if _on_cycle(state, graph, node, behind) else "after_cycle", node)
    kinds = {node: state.node(node, graph).kind for node in nodes}
    ends = [node for node, kind in kinds.items() if kind == "output"]
    if "input" not in kinds.values() and graph == MAIN:
        say("no_input")
    if not ends:
        say("no_output" if graph == MAIN else "block_no_output")
        return
    alive, todo = set(ends), list(ends)
    while todo:
        new = state.sources(todo.pop(), graph) - alive
        alive |= new
        todo += new
    dead = [node for node in state.node_ids(graph) if node not in alive]
    branches = branches_of(state, graph, set(dead)) if dead else {}
    repairs: dict[int, Repair] = {}  # one for all nodes of a branch, which may be thousands
    for node in dead:
        branch = branches[node]
        if id(branch) not in repairs:
            repairs[id(branch)] = Repair("remove_branch", Frozen(nodes=branch, count=len(branch)))
        say("dead_branch", node, "", (repairs[id(branch)],))


def _on_cycle(state: State, graph: str, node: str, cyclic: set[str]) -> bool:
    seen: set[str] = set()
    todo = [node]
    while todo:
        for target in state.targets(todo.pop(), graph):
            if target == node:
                return True
            if target in cyclic and target not in seen:
                seen.add(target)
                todo.append(target)
    return False
