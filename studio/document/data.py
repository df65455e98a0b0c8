"""What a document's data settings say of the fields, read with care: a file may hold anything there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.spec import TensorSpec
from studio.document.state import State

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
