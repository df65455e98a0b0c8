"""What can be wrong with data: a code with fields for programs, a sentence in plain English for people."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

_SENTENCES: dict[str, str] = {
    "no_data": "No data is chosen yet. Choose a bundled dataset, a CSV file or an .npz file.",
    "no_bundled": "There is no bundled dataset called '{got}'. There are {expected}.{near}",
    "no_fields": "{path}: none of its columns is chosen as a field. Choose at least one.",
    "missing_file": "{path}: there is no such file. Put it back, or choose the data again.",
    "unreadable": "{path}: the file cannot be read. {got}",
    "empty_file": "{path}: the file is empty. Expected a line of column names and rows of values below it.",
    "no_rows": "{path}: no rows are left to learn from. {got}",
    "not_utf8": "{path}, row {row}: the text is not UTF-8. Save the file again with the encoding UTF-8.",
    "duplicate_header": "{path}, row 1: two columns are called '{column}'. Give each column its own name.",
    "no_column": "{path}: there is no column called '{column}'. It has {got}.{near}",
    "no_array": "{path}: there is no array called '{column}'. It has {got}.{near}",
    "ragged": "{path}, row {row}: expected {expected} cells, as in the first row, but found {got}. Is a "
    "delimiter missing, or one too many?",
    "missing_value": "{path}, row {row}, column '{column}': the cell is empty or says that its value is "
    "missing ({got!r}). Fill it in, or let rows with missing values be left out.",
    "not_a_number": "{path}, row {row}, column '{column}': expected a number but found {got!r}. Correct "
    "the cell, or read this column as a category.",
    "not_finite": "{path}, row {row}, column '{column}': expected a number that float32 can hold but found "
    "{got!r}. Correct the cell.",
    "unknown_category": "{path}, row {row}, column '{column}': {got!r} is none of the categories. Expected "
    "{expected}.{near}",
    "pickled": "{path}: the array '{column}' holds Python objects (a pickle), which could run code when "
    "opened. Bunon never opens these. Save plain numbers or texts instead.",
    "not_npz": "{path}: this is not an .npz file. Save the arrays with numpy.savez(path, name=array, ...).",
    "shape": "{path}, array '{column}': expected rows of shape {expected} but found {got}.",
    "columns_shape": "{path}: field '{column}' has shape {expected}, which does not hold {got}.",
    "length": "{path}: field '{column}' has {got} rows, but the fields before it have {expected}.",
    "array_type": "{path}, array '{column}': expected {expected} but found {got}.",
    "label_range": "{path}, array '{column}', row {row}: expected a class number from 0 to {expected} but "
    "found {got}.",
    "array_not_finite": "{path}, array '{column}', row {row}: expected a finite number but found {got}.",
    "too_few_rows": "{path}: {got} rows are too few. {expected}",
    "window": "Field '{column}': {expected}",
    "field": "The data settings, field '{column}': expected {expected}. Received: {got}.",
    "settings": "The data settings, '{column}': expected {expected}. Received: {got}.",
}


class DataError(ValueError):
    """Something is wrong with a data file or with the settings that describe it.

    ``code`` is one of ``DataError.codes()``.  ``fields`` has, where they apply: ``path`` (as given),
    ``row`` (as a spreadsheet counts: the first line is row 1; for arrays the first row is 0), ``column``
    (the column's, array's, field's or setting's name), ``expected`` and ``got``, and ``near`` (a known name
    much like the unknown one, or "").
    """

    def __init__(self, code: str, **fields: Any) -> None:
        self.code = code
        self.fields: Mapping[str, Any] = fields
        worded = dict(fields)
        if "path" in worded:
            worded["path"] = Path(str(worded["path"])).name
        if isinstance(worded.get("got"), str) and len(worded["got"]) > 200:
            worded["got"] = worded["got"][:200] + "…"
        worded["near"] = f" Did you mean '{fields['near']}'?" if fields.get("near") else ""
        super().__init__(_SENTENCES[code].format(**worded))

    @staticmethod
    def codes() -> tuple[str, ...]:
        """Return every code that an error can have."""
        return tuple(_SENTENCES)


def nearest(name: str, known: list[str]) -> str:
    """Return the known name that looks most like ``name``, or an empty string."""
    return next(iter(get_close_matches(name, known, n=1, cutoff=0.6)), "")


def listed(names: list[str]) -> str:
    """Return names as a readable list: the first eight and how many more there are."""
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return ", ".join(f"'{name}'" for name in names[:8]) + more
