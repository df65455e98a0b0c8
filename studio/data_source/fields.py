"""What a document says about its data: the source, the named fields, and how the rows are shared out.

Plain values: frozen, comparable, and written to JSON and back without loss.  ``from_json`` checks everything
and raises ``DataError``; keys that it does not know are kept in ``extra`` and written again, so that a file
of a newer version loses nothing.
"""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from studio.data_source.errors import DataError

KINDS = ("numbers", "image", "series", "category", "text")
SOURCES = ("none", "bundled", "csv", "npz")
MISSING = ("", "?", "NA", "N/A", "NaN", "nan", "null")
"""What counts as a missing value in a cell, unless the settings say otherwise."""

LONGEST_PATH = 1000
"""Characters; no system opens a much longer one."""

_DTYPES = {"numbers": "float32", "image": "float32", "series": "float32", "category": "int64", "text": "str"}
# names that the exported script needs for itself: its modules and the functions of `portable`
RESERVED = frozenset(
    ("np", "csv", "gzip", "os", "keras", "engine", "print", "len", "open", "zip", "dict", "list", "tuple",
     "range", "round", "enumerate", "any", "str", "int", "float", "bool", "read_table", "read_arrays",
     "drop_missing", "columns_between", "to_numbers", "to_codes", "to_texts", "to_array", "to_windows",
     "after_windows", "split_rows")
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """Where the data comes from.

    ``name`` is the key of a bundled dataset, or the path of a file, relative to the document's folder or
    absolute.  A CSV file without ``header`` has columns called c1, c2, c3 and so on.
    """

    kind: str = "none"
    name: str = ""
    header: bool = True
    delimiter: str = ","
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        if self.kind not in SOURCES:
            raise DataError("settings", column="kind", expected="one of " + ", ".join(SOURCES), got=self.kind)
        if self.kind != "none" and not self.name:
            raise DataError("settings", column="name", expected="a name or a path", got="nothing")
        if "\0" in self.name or len(self.name) > LONGEST_PATH:
            expected = f"a name or a path of at most {LONGEST_PATH} usual characters"
            raise DataError("settings", column="name", expected=expected, got=repr(self.name[:40]) + "…")
        if len(self.delimiter) != 1 or self.delimiter in '"\r\n':
            raise DataError(
                "settings",
                column="delimiter",
                expected="one character, such as ','",
                got=repr(self.delimiter),
            )

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values, unknown keys of the file among them."""
        return _to_json(self)

    @classmethod
    def from_json(cls, data: object) -> Source:
        """Read what ``to_json`` wrote; raises ``DataError``."""
        return cls(**_read(cls, data, "source", kind=str, name=str, header=bool, delimiter=str))


@dataclass(frozen=True)
class Field:
    """One named array of the dataset, a row of it for each example.

    ``kind`` is "numbers", "image" (height, width, channels), "series" (steps, features), "category" or
    "text".  ``columns`` are columns of the table or arrays of the .npz file (these are joined row after
    row).  With ``span`` they are the first and the last of a run of neighbouring columns.  ``shape`` leaves
    out the row axis; that of a category and of a text is ``()``.  ``classes`` are a category's class names,
    and ``values`` how the file writes them, where that differs: code 0 is the first.
    """

    name: str
    kind: str
    columns: tuple[str, ...]
    shape: tuple[int, ...] = ()
    classes: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    span: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        def refuse(expected: str, got: object) -> DataError:
            return DataError("field", column=self.name, expected=expected, got=got)

        if not self.name.isidentifier() or keyword.iskeyword(self.name):
            raise refuse("a name of letters, digits and _, as a Python variable has", repr(self.name))
        if self.name in RESERVED:
            raise refuse("another name: the exported script uses this one itself", repr(self.name))
        if self.kind not in KINDS:
            raise refuse("a kind out of " + ", ".join(KINDS), repr(self.kind))
        if not self.columns:
            raise refuse("at least one column", "none")
        if any(size < 1 for size in self.shape):
            raise refuse("a shape of sizes of at least 1", self.shape)
        rank = {"image": 3, "series": 2, "category": 0, "text": 0}.get(self.kind)
        if rank is not None and len(self.shape) != rank:
            raise refuse(f"{rank} axes for the kind '{self.kind}', the row axis left out", self.shape)
        if self.kind == "category" and not self.classes:
            raise refuse("the names of the classes", "none")
        if self.values and len(self.values) != len(self.classes):
            raise refuse(f"{len(self.classes)} values, one for each class", len(self.values))
        if len(set(self.written)) < len(self.written):
            raise refuse("classes that differ from each other", self.written)
        if len(self.columns) > 1 and (self.kind == "text" or self.values):
            raise refuse("one column", self.columns)
        if self.span and (len(self.columns) != 2 or self.kind in ("category", "text")):
            raise refuse("the first and the last of a run of number columns", self.columns)

    @property
    def dtype(self) -> str:
        """The array's dtype: "float32", for categories "int64", for texts "str"."""
        return _DTYPES[self.kind]

    @property
    def written(self) -> tuple[str, ...]:
        """The categories as the file writes them."""
        return self.values or self.classes

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values, unknown keys of the file among them."""
        return _to_json(self)

    @classmethod
    def from_json(cls, data: object) -> Field:
        """Read what ``to_json`` wrote; raises ``DataError``."""
        types = {"name": str, "kind": str, "span": bool}
        lists = {"columns": str, "shape": int, "classes": str, "values": str}
        return cls(**_read(cls, data, "fields", lists, **types))


@dataclass(frozen=True)
class Split:
    """How the rows are shared out: the parts held back for validation and test, and the seed of the shuffle.

    Without ``shuffle`` the rows keep their order, and the last ones are the test: right for a series.
    """

    validation: float = 0.15
    test: float = 0.15
    seed: int = 0
    shuffle: bool = True
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for name, share in (("validation", self.validation), ("test", self.test)):
            if not 0 <= share < 1:
                raise DataError("settings", column=name, expected="a share from 0 to below 1", got=share)
        if self.validation + self.test >= 1:
            got = f"{self.validation} + {self.test}"
            raise DataError(
                "settings", column="test", expected="validation and test below 1 together", got=got
            )
        if self.seed < 0:
            raise DataError("settings", column="seed", expected="a whole number, 0 or more", got=self.seed)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values, unknown keys of the file among them."""
        return _to_json(self)

    @classmethod
    def from_json(cls, data: object) -> Split:
        """Read what ``to_json`` wrote; raises ``DataError``."""
        return cls(**_read(cls, data, "split", validation=float, test=float, seed=int, shuffle=bool))


@dataclass(frozen=True)
class DataSettings:
    """All that a document says about its data.

    ``window`` above 0 makes a series of the rows: fields of kind "series" become windows of so many steps,
    every other field gives the value that follows its window.  ``targets`` names the fields that are there
    to be predicted.  ``drop_missing`` leaves out rows with a missing value in a column that is used;
    otherwise such a value is an error.  ``missing`` lists what a cell says when its value is missing.
    """

    source: Source = Source()
    fields: tuple[Field, ...] = ()
    split: Split = Split()
    targets: tuple[str, ...] = ()
    window: int = 0
    drop_missing: bool = False
    missing: tuple[str, ...] = MISSING
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        names = [each.name for each in self.fields]
        for name in names:
            if names.count(name) > 1:
                raise DataError(
                    "field", column=name, expected="one field of that name", got=names.count(name)
                )
        for target in self.targets:
            if target not in names:
                raise DataError("settings", column="targets", expected="names of fields", got=repr(target))
        if self.window < 0:
            raise DataError("settings", column="window", expected="0 or more steps", got=self.window)
        for each in self.fields:
            if each.kind == "series" and self.window and each.shape[0] != self.window:
                expected = f"{each.shape[0]} steps need a window of {each.shape[0]}, but it is {self.window}."
                raise DataError("window", column=each.name, expected=expected, got=self.window)

    def field(self, name: str) -> Field:
        """Return the field called ``name``; raises ``KeyError``."""
        for each in self.fields:
            if each.name == name:
                return each
        raise KeyError(name)

    def with_window(self, steps: int) -> DataSettings:
        """Return these settings with another number of steps, in the series' shapes too."""
        changed = tuple(
            replace(each, shape=(steps, *each.shape[1:])) if each.kind == "series" else each
            for each in self.fields
        )
        return replace(self, window=steps, fields=changed)

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values, unknown keys of the file among them."""
        return _to_json(self)

    @classmethod
    def from_json(cls, data: object) -> DataSettings:
        """Read what ``to_json`` wrote; raises ``DataError``."""
        lists: dict[str, Any] = {"targets": str, "missing": str, "fields": Field.from_json}
        types: dict[str, Any] = {"window": int, "drop_missing": bool}
        types |= {"source": Source.from_json, "split": Split.from_json}
        return cls(**_read(cls, data, "data", lists, **types))


_T = TypeVar("_T", Source, Field, Split, DataSettings)
_WORDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


def _to_json(thing: Source | Field | Split | DataSettings) -> dict[str, Any]:
    """Write every setting that is needed or differs from its default."""
    data: dict[str, Any] = {}
    for each in fields(thing):
        value = getattr(thing, each.name)
        if each.name == "extra" or (value == each.default and each.name not in ("kind", "shape")):
            continue
        if isinstance(value, tuple):
            value = [item.to_json() if isinstance(item, Field) else item for item in value]
        elif isinstance(value, (Source, Split)):
            value = value.to_json()
        data[each.name] = value
    return data | {key: value for key, value in thing.extra.items() if key not in data}


def _read(
    cls: type[_T], data: object, where: str, lists: Mapping[str, Any] | None = None, **types: Any
) -> dict[str, Any]:
    """Check the JSON values of one object against the types stated; unknown keys go to ``extra``."""
    if not isinstance(data, dict):
        raise DataError("settings", column=where, expected="an object { }", got=type(data).__name__)
    lists = lists or {}
    result: dict[str, Any] = {}
    for key, value in data.items():
        if key in types:
            result[key] = _value(value, types[key], f"{where}.{key}")
        elif key in lists:
            if not isinstance(value, (list, tuple)):
                raise DataError("settings", column=f"{where}.{key}", expected="a list", got=repr(value))
            result[key] = tuple(
                _value(item, lists[key], f"{where}.{key}[{n}]") for n, item in enumerate(value)
            )
        else:
            result.setdefault("extra", {})[str(key)] = value
    needs: tuple[str, ...] = ("name", "kind", "columns") if cls is Field else ()
    for needed in needs:
        if needed not in result:
            raise DataError("settings", column=f"{where}.{needed}", expected="a value", got="nothing")
    return result


def _value(value: Any, wanted: Any, where: str) -> Any:
    if wanted not in _WORDS:
        return wanted(value)
    fits = isinstance(value, (int, float) if wanted is float else wanted)
    if not fits or (isinstance(value, bool) and wanted is not bool):
        raise DataError("settings", column=where, expected=_WORDS[wanted], got=repr(value))
    return value
