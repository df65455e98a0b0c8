"""What exactly is wrong with a table: the row and the column, found out when it matters.

The first checks read only the header and are made before every load.  The search through all cells is made
only after a load has failed, so that good files stay fast.
"""

from __future__ import annotations

import csv
import gzip
import math
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from studio.data_source.bundled import File
from studio.data_source.errors import DataError, listed, nearest
from studio.data_source.fields import DataSettings, Field


def rows_of(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank, with its number as a spreadsheet counts; raises ``DataError``."""
    try:
        opener = gzip.open if path.name.endswith(".gz") else open
        with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(
                csv.reader(file, delimiter=delimiter, skipinitialspace=True), start=1
            ):
                if row:
                    yield number, row
    except UnicodeDecodeError:
        raise DataError("not_utf8", path=path, row=_bad_line(path)) from None
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        raise DataError("unreadable", path=path, got=str(error)) from None


def _bad_line(path: Path) -> int:
    """Return the number of the line that is not UTF-8."""
    with (gzip.open if path.name.endswith(".gz") else open)(path, "rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return number


def check_file(path: Path) -> None:
    """Raise ``DataError`` for a file that is not there, is a folder, or may not be read."""
    try:
        if path.exists() and not path.is_file():  # a pipe or a device may have no end
            what = "It is a folder." if path.is_dir() else "It is no ordinary file."
            raise DataError("unreadable", path=path, got=what)
        with path.open("rb"):
            pass
    except FileNotFoundError:
        raise DataError("missing_file", path=path) from None
    except DataError:
        raise
    except (OSError, ValueError) as error:
        raise DataError("unreadable", path=path, got=getattr(error, "strerror", None) or error) from None


def header_of(path: Path, file: File) -> list[str]:
    """Return the column names of a table; raises ``DataError`` for an empty file and for names used twice."""
    first = next(rows_of(path, file.delimiter), None)
    if first is None:
        raise DataError("empty_file", path=path)
    if file.names:
        return list(file.names)
    if not file.header:
        return [f"c{number + 1}" for number in range(len(first[1]))]
    for name in first[1]:
        if first[1].count(name) > 1:
            raise DataError("duplicate_header", path=path, row=first[0], column=name)
    return first[1]


def used_columns(each: Field, header: list[str]) -> list[str]:
    """Return the columns that a field reads, a run of columns written out."""
    if not each.span:
        return list(each.columns)
    first, last = (header.index(name) for name in each.columns)
    return header[first : last + 1]


def check_columns(path: Path, each: Field, header: list[str]) -> None:
    """Raise ``DataError`` where the table lacks a column, or the columns do not fill the field's shape."""
    for name in each.columns:
        if name not in header:
            near = nearest(name, header)
            raise DataError("no_column", path=path, column=name, got=listed(header), near=near)
    columns = used_columns(each, header)
    if each.kind in ("category", "text"):
        return
    shape = each.shape[1:] if each.kind == "series" else each.shape
    if len(columns) != math.prod(shape):
        got = f"1 value (column '{columns[0]}')" if len(columns) == 1 else f"{len(columns)} values"
        raise DataError("columns_shape", path=path, column=each.name, expected=shape, got=got)


def find_fault(path: Path, file: File, fields: list[Field], settings: DataSettings) -> None:
    """Search the cells that ``fields`` use, from the top, and raise ``DataError`` for the first bad one.

    Returns where every cell is as it should be.
    """
    header = header_of(path, file)
    used = [(each, [header.index(name) for name in used_columns(each, header)]) for each in fields]
    needed = [at for each, ats in used for at in ats if each.kind != "text"]
    rows = rows_of(path, file.delimiter)
    if file.header:
        next(rows)
    number = 0
    for number, row in rows:
        if len(row) != len(header):
            raise DataError("ragged", path=path, row=number, expected=len(header), got=len(row))
        if settings.drop_missing and any(row[at].strip() in settings.missing for at in needed):
            continue
        for each, ats in used:
            for at in ats:
                _check_cell(path, number, header[at], row[at], each, settings)
    if number == 0:
        raise DataError("no_rows", path=path, got="There is nothing below the header.")


def _check_cell(path: Path, row: int, column: str, cell: str, each: Field, settings: DataSettings) -> None:
    if each.kind == "text" or (each.kind == "category" and cell in each.written):
        return
    if cell.strip() in settings.missing:
        raise DataError("missing_value", path=path, row=row, column=column, got=cell)
    if each.kind == "category":
        known = list(each.written)
        near = nearest(cell, known)
        raise DataError(
            "unknown_category", path=path, row=row, column=column, got=cell, expected=listed(known), near=near
        )
    try:
        value = float(cell)
    except ValueError:
        raise DataError("not_a_number", path=path, row=row, column=column, got=cell) from None
    if not abs(value) <= float(np.finfo("float32").max):
        raise DataError("not_finite", path=path, row=row, column=column, got=cell)
