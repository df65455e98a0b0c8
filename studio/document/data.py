"""What a document's data settings say of the fields, read with care: a file may hold anything there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from engine.spec import TensorSpec
from studio.document.rows import MAIN
from studio.document.state import State

Ranges: TypeAlias = Mapping[str, tuple[float, float]]
"""The smallest and the largest number of each field, once the data have been read."""

_DTYPES = {"category": "int64", "text": "string"}


@dataclass(frozen=True, slots=True)
class DataField:
    """A named array of the dataset: ``shape`` without the row axis, ``classes`` of a category."""

    name: str
    kind: str
    shape: tuple[int, ...] = ()
    classes: int = 0


def fields_of(state: State) -> dict[str, DataField]:
    """Return the fields that the data settings name; what is not a field is left out."""
    listed = state.setting("data").get("fields", ())
    found = {}
    for each in listed if isinstance(listed, tuple) else ():
        if not isinstance(each, Mapping) or not isinstance(each.get("name"), str):
            continue
        shape, classes = each.get("shape", ()), each.get("classes", ())
        if isinstance(shape, tuple) and all(isinstance(size, int) for size in shape):
            count = len(classes) if isinstance(classes, tuple) else 0
            found[each["name"]] = DataField(each["name"], str(each.get("kind", "numbers")), shape, count)
    return found


def field_spec(field: DataField) -> TensorSpec:
    """Return the spec of a batch of a field."""
    return TensorSpec((None, *field.shape), _DTYPES.get(field.kind, "float32"))


def unread_field(state: State, graph: str = MAIN) -> str:
    """Return the one field that no Input reads and that is no target; ``""`` where there is not just one."""
    targets = state.setting("data").get("targets", ())
    left = set(fields_of(state)) - set(targets if isinstance(targets, tuple) else ())
    return _only(left - _used(state, graph, "field"))


def untold_target(state: State, graph: str = MAIN) -> str:
    """Return the one target that no Output predicts, or ``""`` where there is not just one."""
    targets = state.setting("data").get("targets", ())
    named = set(targets if isinstance(targets, tuple) else ()) & set(fields_of(state))
    return _only(named - _used(state, graph, "target"))


def _used(state: State, graph: str, option: str) -> set[object]:
    return {row.options.get(option) for row in state.node_rows(graph)}


def _only(names: set[str]) -> str:
    return next(iter(names)) if len(names) == 1 else ""
