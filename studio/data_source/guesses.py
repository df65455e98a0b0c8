"""Looks at a user's file and proposes how to read it: a start that the user may change in every part."""

from __future__ import annotations

import math
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from studio.data_source.array_checks import Headers, headers_of
from studio.data_source.bundled import File
from studio.data_source.errors import DataError
from studio.data_source.fields import MISSING, RESERVED, DataSettings, Field, Source
from studio.data_source.portable import read_arrays
from studio.data_source.table_checks import check_file, header_of, rows_of

_MOST_CLASSES = 50  # a text column with more different values is a text
_MOST_NUMBERED = 20  # a last column of whole numbers with more different values is a quantity
_LABELS = ("label", "labels", "class", "target", "digit", "y")
_MOSTLY = 0.9  # so many of the cells must be numbers for a column to be one of numbers


@dataclass(frozen=True)
class Column:
    """One column of a table as it looks: ``guess`` is "numbers", "category" or "text"."""

    name: str
    guess: str
    values: tuple[str, ...]
    missing: int
    whole: bool
    low: float
    high: float
    example: str


def inspect_columns(path: Path, source: Source) -> tuple[Column, ...]:
    """Describe every column of a table; raises ``DataError`` for a file that is no table."""
    file = File(source.name, source.header, (), source.delimiter)
    names = header_of(path, file)
    rows = rows_of(path, source.delimiter)
    if source.header:
        next(rows)
    cells: list[list[str]] = []
    for number, row in rows:
        if len(row) != len(names):
            raise DataError("ragged", path=path, row=number, expected=len(names), got=len(row))
        cells.append(row)
    if not cells:
        raise DataError("no_rows", path=path, got="There is nothing below the header.")
    columns = zip(*cells, strict=True)
    return tuple(_column(name, list(column)) for name, column in zip(names, columns, strict=True))


def inspect_csv(path: Path) -> DataSettings:
    """Propose settings for a CSV file: its columns as fields, the last one that is no text as the target.

    Neighbouring columns of numbers become one field, or a picture where they look like the pixels of one.
    Rows with missing values are proposed to be left out.  Raises ``DataError`` for a file that is no table.
    """
    check_file(path)
    source = _source(path)
    columns = inspect_columns(path, source)
    useful = [column for column in columns if column.guess != "text"]
    target = _target(useful)
    features = [column for column in useful if column is not target]
    numbers = [column for column in features if column.guess == "numbers"]
    taken: set[str] = set()
    fields: list[Field] = []
    shape = _pixels(numbers)
    if shape:
        ends = (numbers[0].name, numbers[-1].name)
        fields.append(Field(_identifier("image", taken), "image", ends, shape, span=True))
    elif numbers:
        name = _identifier("numbers" if len(numbers) > 1 else numbers[0].name, taken)
        fields.append(Field(name, "numbers", tuple(each.name for each in numbers), (len(numbers),)))
    fields += [_category(column, taken) for column in features if column.guess == "category"]
    for column in columns:
        if column.guess == "text":
            fields.append(Field(_identifier(column.name, taken), "text", (column.name,)))
    if target:
        counted = target.guess == "category" or (target.whole and 1 < len(target.values) <= _MOST_NUMBERED)
        quantity = Field(_identifier(target.name, set(taken)), "numbers", (target.name,), (1,))
        fields.append(_category(target, taken) if counted else quantity)
    targets = (fields[-1].name,) if target else ()
    read = [each for each in columns if each.guess != "text"]
    drop = any(each.missing for each in read)
    return DataSettings(source, tuple(fields), targets=targets, drop_missing=drop)


def _target(columns: list[Column]) -> Column | None:
    """Return the last column, or the first where it is the label of a picture whose pixels follow."""
    if len(columns) > 1 and _pixels(columns[1:]):
        first, last = (len(each.values) > 1 and each.whole for each in (columns[0], columns[-1]))
        if first and (not last or columns[0].name.lower() in _LABELS):
            return columns[0]
    return columns[-1] if columns else None


def inspect_npz(path: Path) -> DataSettings:
    """Propose settings for an .npz file: an array with rows as a field each, whole numbers as classes.

    Arrays such as x_train and x_test are joined to one field; arrays with another number of rows than most
    are left out.  Raises ``DataError`` for other files and for
    arrays of Python objects.
    """
    check_file(path)
    headers = headers_of(path)
    try:
        arrays = read_arrays(str(path))
    except (ValueError, OSError, MemoryError, zlib.error, zipfile.BadZipFile) as error:
        raise DataError("unreadable", path=path, got=str(error)) from None
    groups: dict[str, list[str]] = {}
    for name, (shape, _) in headers.items():
        if shape:
            groups.setdefault(_stem(name), []).append(name)
    taken: set[str] = set()
    found: list[tuple[int, Field]] = []
    for stem, names in groups.items():
        alike = len({(headers[name][0][1:], headers[name][1].kind) for name in names}) == 1
        for members in [names] if alike else [[name] for name in names]:
            label = stem if len(members) > 1 else members[0]
            values = np.concatenate([arrays[name] for name in members])
            each = _array_field(_identifier(label, taken), members, headers, values)
            if each:
                found.append((len(values), each))
    if not found:
        raise DataError("no_rows", path=path, got="None of its arrays has rows of numbers or texts.")
    lengths = [rows for rows, _ in found]
    rows = max(lengths, key=lambda length: (lengths.count(length), length))
    fields = [each for length, each in found if length == rows]
    labels = [each.name for each in fields if each.kind == "category"]
    targets = tuple(labels[-1:] or [each.name for each in fields[1:]][-1:])
    return DataSettings(Source("npz", str(path)), tuple(fields), targets=targets)


def _source(path: Path) -> Source:
    """Guess the delimiter from the first line, and from its cells whether it is a header."""
    first = next(rows_of(path, "\x1f"), None)
    if first is None:
        raise DataError("empty_file", path=path)
    line = ",".join(first[1])
    delimiter = max(",;\t|", key=line.count)
    cells = next(rows_of(path, delimiter))[1]
    header = any(_number(cell) is None for cell in cells)
    return Source("csv", str(path), header, delimiter)


def _number(cell: str) -> float | None:
    """Return the finite number that a cell says, or None."""
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _column(name: str, cells: list[str]) -> Column:
    present = [cell for cell in cells if cell.strip() not in MISSING]
    distinct = dict.fromkeys(present)
    numbers = {cell: number for cell in distinct if (number := _number(cell)) is not None}
    numeric = len(present) if len(numbers) == len(distinct) else sum(cell in numbers for cell in present)
    whole = len(numbers) == len(distinct) and all(number.is_integer() for number in numbers.values())
    values: tuple[str, ...] = ()
    if numbers and numeric >= _MOSTLY * len(present):
        guess = "numbers"
        # not where the file says both "1" and "1.0": these are no two classes
        if len(numbers) <= _MOST_NUMBERED and len(set(numbers.values())) == len(numbers):
            values = tuple(sorted(numbers, key=numbers.__getitem__))
    elif 0 < len(distinct) <= min(_MOST_CLASSES, max(2, len(present) // 2)):
        guess = "category"
        values = tuple(sorted(distinct))
    else:
        guess = "text"
    low, high = min(numbers.values(), default=0.0), max(numbers.values(), default=0.0)
    example = present[0] if present else ""
    return Column(name, guess, values, len(cells) - len(present), whole, low, high, example)


def _category(column: Column, taken: set[str]) -> Field:
    return Field(_identifier(column.name, taken), "category", (column.name,), (), column.values)


def _pixels(columns: list[Column]) -> tuple[int, int, int] | None:
    """Return the shape of the grey picture whose pixels these columns look like, if they do.

    A picture is square and at least 8 × 8, and its pixels are whole numbers from 0 to 255.
    """
    side = math.isqrt(len(columns))
    fits = side >= 8 and side * side == len(columns)
    if fits and all(
        each.guess == "numbers" and each.whole and each.low >= 0 and each.high <= 255 for each in columns
    ):
        return (side, side, 1)
    return None


def _identifier(name: str, taken: set[str]) -> str:
    """Make a new field name out of any text, and take it."""
    plain = re.sub(r"\W+", "_", name.strip()).strip("_").lower() or "field"
    if not plain.isidentifier():
        plain = f"field_{plain}" if f"field_{plain}".isidentifier() else "field"
    safe = plain
    number = 2
    while safe in taken or safe in RESERVED or not _usable(safe):
        safe = f"{plain}_{number}" if safe in taken else f"{safe}_"
        number += 1
    taken.add(safe)
    return safe


def _usable(name: str) -> bool:
    try:
        Field(name, "text", ("c",))
    except DataError:
        return False
    return True


def _stem(name: str) -> str:
    """Return the name without the word for a part: x_train, x_test and xtr, xte are all x."""
    return re.sub(r"(?i)[_-]?(train|test|valid|validation|val|tr|te)$", "", name) or name


def _array_field(name: str, members: list[str], headers: Headers, values: np.ndarray) -> Field | None:
    columns = tuple(members)
    shape = headers[members[0]][0][1:]
    kind = values.dtype.kind
    if not len(values) or 0 in shape:
        return None
    if kind == "U" and not shape:
        classes = tuple(str(value) for value in np.unique(values))
        few = len(classes) <= min(_MOST_CLASSES, max(2, len(values) // 2)) and len(members) == 1
        if few:
            return Field(name, "category", columns, (), classes, classes)
        return Field(name, "text", columns) if len(members) == 1 else None
    if kind not in "iubf":
        return None
    if kind in "iub" and math.prod(shape) == 1:
        low, high = int(values.min()), int(values.max())
        if low == 0 and 0 < high < 1000 and (high < len(values) / 2 or kind == "b"):
            return Field(name, "category", columns, (), tuple(str(code) for code in range(high + 1)))
    if len(shape) == 2 and kind in "iu":
        return Field(name, "image", columns, (*shape, 1))
    if len(shape) == 3 and shape[-1] in (1, 3, 4):
        return Field(name, "image", columns, shape)
    if len(shape) == 2:
        return Field(name, "series", columns, shape)
    return Field(name, "numbers", columns, shape or (1,))
