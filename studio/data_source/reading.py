"""Loads data: runs the plan of the settings, and words what goes wrong by row and column."""

from __future__ import annotations

import csv
import math
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.config import resources_path
from studio.data_source import array_checks, table_checks
from studio.data_source.bundled import File, files_of
from studio.data_source.errors import DataError
from studio.data_source.fields import DataSettings, Field, Source
from studio.data_source.plan import FUNCTIONS, Argument, Call, Count, DataFile, Var, plan

_FAILURES = (
    ValueError, KeyError, IndexError, OSError, EOFError, MemoryError, csv.Error, zlib.error,
    zipfile.BadZipFile,
)  # fmt: skip
_DAMAGE = (OSError, EOFError, MemoryError, zlib.error)  # the file as such; its cells would mislead


@dataclass(frozen=True)
class Summary:
    """What one field holds, in a glance.

    ``low``, ``high`` and ``mean`` are of all its numbers (None for categories and texts); ``counts`` has the
    rows of each class; ``missing`` the cells without a value, all in rows that were left out.
    """

    low: float | None = None
    high: float | None = None
    mean: float | None = None
    missing: int = 0
    counts: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Dataset:
    """Data in memory: an array per field, the rows of the three parts, and a summary per field.

    ``dropped`` is how many rows were left out because of missing values.
    """

    settings: DataSettings
    arrays: Mapping[str, np.ndarray]
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    summaries: Mapping[str, Summary]
    dropped: int = 0

    @property
    def rows(self) -> int:
        """How many rows every field has."""
        return len(next(iter(self.arrays.values())))

    def part(self, name: str, rows: np.ndarray) -> np.ndarray:
        """Return the rows of one field, such as ``part("image", dataset.train)``."""
        part: np.ndarray = self.arrays[name][rows]
        return part

    def preview(self, name: str, row: int) -> str | np.ndarray:
        """Return one value for the eye: a class name, a text, or the row's array."""
        each, value = self.settings.field(name), self.arrays[name][row]
        if each.kind == "category":
            return each.classes[int(value)]
        return str(value) if each.kind == "text" else np.asarray(value)


def source_paths(source: Source, base_folder: Path) -> tuple[Path, ...]:
    """Return where the files of a source lie: in the resources, or relative to the document's folder."""
    folder = resources_path() / "datasets" if source.kind == "bundled" else base_folder
    return tuple(folder / file.name for file in files_of(source))


def load(settings: DataSettings, base_folder: Path = Path()) -> Dataset:
    """Read the data that ``settings`` describe; raises ``DataError`` with row and column.

    ``base_folder`` is the document's, which relative paths start from.  The arrays are exactly those that
    the calls of ``plan(settings)`` give.
    """
    files = files_of(settings.source)
    if not files:
        raise DataError("no_data")
    paths = dict(zip((file.name for file in files), source_paths(settings.source, base_folder), strict=True))
    first = paths[files[0].name]
    if not settings.fields:
        raise DataError("no_fields", path=first)
    calls = plan(settings)
    homes = _check(settings, files, paths, calls)
    try:
        variables, tables = _execute(calls, paths)
    except _FAILURES as error:
        if not isinstance(error, _DAMAGE):
            _find_fault(settings, homes, paths)
        got = str(error) or type(error).__name__
        raise DataError("unreadable", path=first, got=got) from error
    arrays = {each.name: variables[each.name] for each in settings.fields}
    dropped = _dropped(settings, tables, arrays)
    _check_arrays(settings, arrays, homes, paths, dropped)
    train, validation, test = (variables[name] for name in calls[-1].targets)
    _check_parts(settings, first, len(arrays[settings.fields[0].name]), [train, validation, test])
    summaries = {each.name: _summary(settings, each, arrays[each.name], tables) for each in settings.fields}
    return Dataset(settings, arrays, train, validation, test, summaries, dropped)


Tables = list[dict[str, list[str]]]
Homes = list[tuple[File, list[Field]]]


def _execute(calls: tuple[Call, ...], paths: dict[str, Path]) -> tuple[dict[str, Any], Tables]:
    """Run the calls; return their variables, and the tables as they were read."""
    variables: dict[str, Any] = {}
    tables: Tables = []

    def value(argument: Argument) -> Any:
        match argument:
            case Var(name):
                return variables[name]
            case Count(name):
                return len(variables[name])
            case DataFile(name):
                return str(paths[name])
        return argument

    with np.errstate(over="ignore"):  # a number too large for float32 becomes inf, which is reported below
        for call in calls:
            keywords = {name: value(argument) for name, argument in call.keywords}
            result = FUNCTIONS[call.function](*(value(each) for each in call.arguments), **keywords)
            if call.function == "read_table":
                tables.append(result)
            variables.update(zip(call.targets, result if len(call.targets) > 1 else (result,), strict=True))
    return variables, tables


def _is_table(calls: tuple[Call, ...]) -> bool:
    return calls[0].function == "read_table"


def _check(
    settings: DataSettings, files: tuple[File, ...], paths: dict[str, Path], calls: tuple[Call, ...]
) -> Homes:
    """Check what can be seen without reading all; return which fields a table has (none for arrays)."""
    for path in paths.values():
        table_checks.check_file(path)
    if not _is_table(calls):
        path = paths[files[0].name]
        array_checks.check_arrays(path, array_checks.headers_of(path), settings)
        return []
    homes: Homes = []
    headers = [(file, table_checks.header_of(paths[file.name], file)) for file in files]
    for file, header in headers:
        last = file is files[-1]
        placed = [each for _, fields in homes for each in fields]
        mine = [
            each for each in settings.fields if each not in placed and (each.columns[0] in header or last)
        ]
        for each in mine:
            table_checks.check_columns(paths[file.name], each, header)
        homes.append((file, mine))
    return homes


def _find_fault(settings: DataSettings, homes: Homes, paths: dict[str, Path]) -> None:
    for file, fields in homes:
        table_checks.find_fault(paths[file.name], file, fields, settings)
    if not homes:
        array_checks.find_fault(next(iter(paths.values())), settings)


def _dropped(settings: DataSettings, tables: Tables, arrays: Mapping[str, np.ndarray]) -> int:
    if not tables:
        return 0
    read = len(next(iter(tables[0].values()), []))
    return read - settings.window - len(arrays[settings.fields[0].name]) if settings.drop_missing else 0


def _check_arrays(
    settings: DataSettings,
    arrays: Mapping[str, np.ndarray],
    homes: Homes,
    paths: dict[str, Path],
    dropped: int,
) -> None:
    """Check what only the values show: lengths, class numbers, numbers that are not finite."""
    path = next(iter(paths.values()))
    rows = len(arrays[settings.fields[0].name])
    if rows == 0 and settings.window:
        expected = f"A window of {settings.window} steps needs at least {settings.window + 1} rows."
        raise DataError("too_few_rows", path=path, got="These", expected=expected)
    if rows == 0:
        got = f"All {dropped} rows have a missing value." if dropped else "There is nothing below the header."
        raise DataError("no_rows", path=path, got=got)
    for each in settings.fields:
        array = arrays[each.name]
        if len(array) != rows:
            raise DataError("length", path=path, column=each.name, expected=rows, got=len(array))
        name = each.columns[0]
        if each.kind == "category" and not homes:
            bad = np.flatnonzero((array < 0) | (array >= len(each.classes)))
            if len(bad):
                row, last = int(bad[0]), len(each.classes) - 1
                found = int(array[row])
                raise DataError("label_range", path=path, column=name, row=row, expected=last, got=found)
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            _find_fault(settings, homes, paths)
            row = int(np.argwhere(~np.isfinite(array))[0][0])
            worst = float(array[row][~np.isfinite(array[row])][0])
            raise DataError("array_not_finite", path=path, column=name, row=row, got=worst)


def _check_parts(settings: DataSettings, path: Path, rows: int, parts: list[np.ndarray]) -> None:
    """Refuse a split that leaves a part empty which was asked for."""
    split = settings.split
    wanted = (("training", 1.0), ("validation", split.validation), ("test", split.test))
    for (name, share), part in zip(wanted, parts, strict=True):
        if share > 0 and len(part) == 0:
            expected = f"The split leaves no row for the {name} part. Add rows, or change the split."
            raise DataError("too_few_rows", path=path, got=rows, expected=expected)


def _summary(settings: DataSettings, each: Field, array: np.ndarray, tables: Tables) -> Summary:
    missing = 0
    if settings.drop_missing and each.kind != "text":
        table = next((table for table in tables if each.columns[0] in table), {})
        for column in table_checks.used_columns(each, list(table)) if table else ():
            missing += sum(cell.strip() in settings.missing for cell in table[column])
    if each.kind == "category":
        counts = np.bincount(array.ravel(), minlength=len(each.classes))
        return Summary(missing=missing, counts=tuple(int(count) for count in counts))
    if each.kind == "text" or not math.prod(array.shape):
        return Summary(missing=missing)
    mean = float(array.mean(dtype="float64"))
    return Summary(float(array.min()), float(array.max()), mean, missing)
