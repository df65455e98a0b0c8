"""From settings to calls: the list of steps that turns files into arrays.

The app executes this list (``reading.load``) and the script writer prints it: so the two cannot differ.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from studio.data_source import portable
from studio.data_source.bundled import File, files_of
from studio.data_source.errors import DataError
from studio.data_source.fields import DataSettings, Field

FUNCTIONS: dict[str, Callable[..., Any]] = {
    each.__name__: each
    for each in (
        portable.read_table,
        portable.read_arrays,
        portable.drop_missing,
        portable.columns_between,
        portable.to_numbers,
        portable.to_codes,
        portable.to_texts,
        portable.to_array,
        portable.to_windows,
        portable.after_windows,
        portable.split_rows,
    )
}
"""The functions that a plan calls, by name, in the order in which a script defines them."""


@dataclass(frozen=True)
class Var:
    """An argument that is a variable of an earlier call; a script prints the bare name."""

    name: str


@dataclass(frozen=True)
class Count:
    """An argument that is the number of rows of an array; a script prints ``len(name)``."""

    name: str


@dataclass(frozen=True)
class DataFile:
    """An argument that is a data file, by the name that the settings give it.

    ``load`` finds it in the resources or beside the document; a script prints the path at which the file
    lies for it, for a bundled file its bare name.
    """

    name: str


Argument: TypeAlias = str | int | float | bool | tuple[str, ...] | tuple[int, ...] | Var | Count | DataFile


@dataclass(frozen=True)
class Call:
    """One step: ``targets = function(*arguments, **keywords)``.

    ``targets`` are the variables that take the result; more than one unpack a tuple.  A later call may assign
    a variable again.  ``function`` is a key of ``FUNCTIONS``.  Arguments are literals (texts, numbers, truth
    values and tuples of these, for which ``repr`` is the source text), ``Var``, ``Count`` or ``DataFile``.
    After the last call each field's array stands in the variable of the field's name, and the row numbers
    of the three parts in the targets of the ``split_rows`` call, which is the last.
    """

    targets: tuple[str, ...]
    function: str
    arguments: tuple[Argument, ...]
    keywords: tuple[tuple[str, Argument], ...] = ()


def plan(settings: DataSettings) -> tuple[Call, ...]:
    """Return the calls that turn the source of ``settings`` into one array per field, and split the rows.

    There are none without a source or without fields.  Raises ``DataError`` for settings that contradict
    themselves.
    """
    files = files_of(settings.source)
    if not files or not settings.fields:
        return ()
    taken = {each.name for each in settings.fields}
    calls: list[Call] = []
    variables: dict[str, str] = {}
    for file in files:
        base = "arrays" if _holds_arrays(settings, file) else "table"
        base += f"_{len(variables) + 1}" if variables else ""
        variables[file.name] = variable = _free(base, taken)
        calls.append(_read(settings, file, variable))
    homes = [variables[_home(each, files).name] for each in settings.fields]
    columns: list[Argument] = []
    for each, home in zip(settings.fields, homes, strict=True):
        if not each.span:
            columns.append(each.columns)
            continue
        run = Var(_free(f"{each.name}_columns", taken))
        columns.append(run)
        calls.append(Call((run.name,), "columns_between", (Var(home), *each.columns)))
    arrays = _holds_arrays(settings, files[0])
    if settings.drop_missing and not arrays:
        calls += _drops(settings, homes, columns)
    for each, home, cells in zip(settings.fields, homes, columns, strict=True):
        calls += _field(settings, each, home, cells, arrays)
    rows = tuple(_free(name, taken) for name in ("train_rows", "validation_rows", "test_rows"))
    split = settings.split
    shares: list[tuple[str, Argument]] = [("validation", split.validation), ("test", split.test)]
    shares.append(("seed", split.seed))
    if not split.shuffle:
        shares.append(("shuffle", False))
    calls.append(Call(rows, "split_rows", (Count(settings.fields[0].name),), tuple(shares)))
    return tuple(calls)


def function_names(calls: tuple[Call, ...]) -> tuple[str, ...]:
    """Return the functions that the calls use, each once, in the order in which a script defines them."""
    used = {call.function for call in calls}
    return tuple(name for name in FUNCTIONS if name in used)


@cache
def function_source(name: str) -> str:
    """Return the source text of one function of ``FUNCTIONS``, to be embedded in a script word for word."""
    return inspect.getsource(FUNCTIONS[name])


def imports(calls: tuple[Call, ...]) -> tuple[str, ...]:
    """Return the standard library's modules that the calls' functions need, besides numpy as np."""
    text = "".join(function_source(name) for name in function_names(calls))
    return tuple(module for module in ("csv", "gzip") if f"{module}." in text)


def _holds_arrays(settings: DataSettings, file: File) -> bool:
    return settings.source.kind == "npz" or (settings.source.kind == "bundled" and file.holds_arrays)


def _free(name: str, taken: set[str]) -> str:
    """Return a variable name that no field has, and take it."""
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _home(each: Field, files: tuple[File, ...]) -> File:
    """Return the file that has the field's columns: only of several files need the names be known."""
    return next((file for file in files if each.columns[0] in file.names), files[0])


def _read(settings: DataSettings, file: File, variable: str) -> Call:
    if _holds_arrays(settings, file):
        return Call((variable,), "read_arrays", (DataFile(file.name),))
    options: list[tuple[str, Argument]] = []
    if not file.header:
        options.append(("header", False))
    if file.names:
        options.append(("names", file.names))
    if file.delimiter != ",":
        options.append(("delimiter", file.delimiter))
    return Call((variable,), "read_table", (DataFile(file.name),), tuple(options))


def _drops(settings: DataSettings, homes: list[str], columns: list[Argument]) -> list[Call]:
    """Drop rows by all columns that are written out in one call, and by each run of columns in its own."""
    calls = []
    for home in dict.fromkeys(homes):
        named: dict[str, None] = {}
        for each, of, cells in zip(settings.fields, homes, columns, strict=True):
            if of == home and isinstance(cells, tuple) and each.kind != "text":
                named |= dict.fromkeys(str(cell) for cell in cells)
        groups: list[Argument] = [tuple(named)] if named else []
        groups += [
            cells for of, cells in zip(homes, columns, strict=True) if of == home and isinstance(cells, Var)
        ]
        for group in groups:
            calls.append(Call((home,), "drop_missing", (Var(home), group, settings.missing)))
    return calls


def _field(settings: DataSettings, each: Field, home: str, cells: Argument, arrays: bool) -> list[Call]:
    """Return the call that makes the field's array, and the one that cuts windows where rows are a series."""
    series = each.kind == "series"
    if series and not settings.window and not arrays:
        expected = "a series of a table's rows needs a window of at least 1 step."
        raise DataError("window", column=each.name, expected=expected, got=settings.window)
    if not arrays and each.kind == "category" and len(each.columns) > 1:
        raise DataError("field", column=each.name, expected="one column", got=each.columns)
    shape = each.shape[1:] if series and settings.window else each.shape
    if each.kind == "text":
        made = Call((each.name,), "to_texts", (Var(home), each.columns[0]))
    elif each.kind == "category" and (not arrays or each.values):
        made = Call((each.name,), "to_codes", (Var(home), each.columns[0], each.written))
    elif arrays:
        made = Call((each.name,), "to_array", (Var(home), cells), (("shape", shape), ("dtype", each.dtype)))
    else:
        made = Call((each.name,), "to_numbers", (Var(home), cells), (("shape", shape),))
    if not settings.window:
        return [made]
    cut = "to_windows" if series else "after_windows"
    return [made, Call((each.name,), cut, (Var(each.name), settings.window))]
