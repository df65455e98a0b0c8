"""Names of nodes and layers: Python identifiers, because they become variables of the exported script."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable

from studio.document.errors import Refusal
from studio.document.rows import MAIN
from studio.document.state import State

LONGEST = 64


def snake_case(type_name: str) -> str:
    """Return the name that a layer of a class gets: ``Conv2D`` → ``conv2d``, ``LSTM`` → ``lstm``."""
    text = re.sub(r"\W", "", type_name.rpartition(">")[2])
    text = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", text)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", text).lower() or "layer"


def in_use(state: State, graph: str = MAIN, besides: Iterable[str] = ()) -> set[str]:
    """Return the names of a graph's nodes and of their layers, ``besides`` (node ids) left out."""
    left_out = set(besides)
    entries = {state.node(node, graph).ref for node in left_out if state.find_node(node, graph)}
    used = set()
    for node in state.node_ids(graph):
        row = state.node(node, graph)
        if node not in left_out:
            used.add(row.name)
        layer = state.layer_of(node, graph)
        if layer is not None and not (
            row.ref in entries and all(n in left_out for _, n in state.users(row.ref))
        ):
            used.add(layer.name)
    return used


def unique(base: str, taken: Iterable[str]) -> str:
    """Return ``base``, or ``base_1``, ``base_2``, ... : the first that is a good name and is not taken."""
    used = set(taken)
    root = base if is_identifier(base) else "node"
    name, number = root, 0
    while name in used:
        number += 1
        name = f"{root[: LONGEST - 8]}_{number}"
    return name


def is_identifier(name: str) -> bool:
    """Return whether ``name`` can stand in a script as it is."""
    return (
        len(name) <= LONGEST
        and name.isidentifier()
        and not keyword.iskeyword(name)
        and not keyword.issoftkeyword(name)
        and not name.startswith("__")
        and unicodedata.normalize("NFKC", name) == name
    )


def check(name: str, taken: Iterable[str] = ()) -> None:
    """Raise ``Refusal`` where a node cannot have this name.

    ``"no_name"`` for an empty one, ``"long_name"``, ``"bad_name"`` or ``"name_taken"``.
    """
    if not name:
        raise Refusal("A name has one letter at least.", code="no_name")
    if len(name) > LONGEST:
        raise Refusal(f"A name has {LONGEST} letters at most.", code="long_name", most=LONGEST)
    if not is_identifier(name):
        raise Refusal(
            f"{name!r} cannot be a name: a name has letters, digits and _, does not begin with a digit or "
            f"two _, and is not a word of Python's own.",
            code="bad_name",
            name=name,
        )
    if name in set(taken):
        raise Refusal(f"The name {name} is taken already.", code="name_taken", name=name)
