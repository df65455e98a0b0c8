"""From a choice for each column of a table to the settings of the data."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from studio.data_source.fields import RESERVED, DataSettings, Field
from studio.data_source.guesses import Column

KINDS = ("numbers", "category", "text", "skip")
MOST = 80
"""A table with more columns is set up by its fields alone."""


def kinds_of(settings: DataSettings, columns: Sequence[Column]) -> dict[str, str]:
    """Return the kind of each column by the fields that read it, ``"skip"`` for those that nothing reads."""
    names = [column.name for column in columns]
    kinds = dict.fromkeys(names, "skip")
    for each in settings.fields:
        kinds |= dict.fromkeys(_columns(each, names), each.kind)
    return kinds


def targets_of(settings: DataSettings, columns: Sequence[Column]) -> set[str]:
    """Return the columns that are there to be predicted."""
    names = [column.name for column in columns]
    return {name for target in settings.targets for name in _columns(settings.field(target), names)}


def is_plain(settings: DataSettings) -> bool:
    """Return whether every field is a kind that single columns can have: no picture, no series."""
    return not settings.window and all(each.kind in KINDS for each in settings.fields)


def settings_for(
    old: DataSettings, columns: Sequence[Column], kinds: Mapping[str, str], targets: set[str]
) -> DataSettings:
    """Return ``old`` with these kinds: number columns that are no target become one field, all else its own.

    Raises ``DataError`` where a column cannot be what is asked of it.
    """
    taken: set[str] = set()
    numbers = [c.name for c in columns if kinds[c.name] == "numbers" and c.name not in targets]
    fields: list[Field] = []
    if numbers:
        name = _identifier("features" if len(numbers) > 1 else numbers[0], taken)
        fields.append(Field(name, "numbers", tuple(numbers), (len(numbers),)))
    chosen: list[str] = []
    for column in columns:
        kind = kinds[column.name]
        if kind == "skip" or column.name in numbers:
            continue
        name = _identifier(column.name, taken)
        shape = (1,) if kind == "numbers" else ()
        classes = tuple(column.values) if kind == "category" else ()
        fields.append(Field(name, kind, (column.name,), shape, classes))
        if column.name in targets:
            chosen.append(name)
    return replace(old, fields=tuple(fields), targets=tuple(chosen))


def _columns(field: Field, names: list[str]) -> list[str]:
    if field.span and field.columns[0] in names and field.columns[1] in names:
        return names[names.index(field.columns[0]) : names.index(field.columns[1]) + 1]
    return [name for name in field.columns if name in names]


def _identifier(text: str, taken: set[str]) -> str:
    name = re.sub(r"\W+", "_", text).strip("_") or "field"
    if name[0].isdigit() or keyword.iskeyword(name) or name in RESERVED or not name.isidentifier():
        name = f"c_{name}"
    base, number = name, 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    taken.add(name)
    return name
