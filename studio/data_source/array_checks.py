"""What exactly is wrong with an .npz file: seen in the headers of its arrays, before any is loaded."""

from __future__ import annotations

import math
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from studio.data_source.errors import DataError, listed, nearest
from studio.data_source.fields import DataSettings, Field

Headers = dict[str, tuple[tuple[int, ...], "np.dtype[Any]"]]


def headers_of(path: Path) -> Headers:
    """Return shape and dtype of each array in the file without reading it; raises ``DataError``.

    An array of Python objects is refused here, before numpy is asked to open it.
    """
    found: Headers = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".npy"):
                    found[name.removesuffix(".npy")] = _header(archive, name)
    except zipfile.BadZipFile:
        raise DataError("not_npz", path=path) from None
    except (OSError, ValueError, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
        raise DataError("unreadable", path=path, got=str(error)) from None
    if not found:
        raise DataError("not_npz", path=path)
    for name, (_, dtype) in found.items():
        if dtype.hasobject:
            raise DataError("pickled", path=path, column=name)
    return found


def _header(archive: zipfile.ZipFile, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    with archive.open(name) as member:
        version = np.lib.format.read_magic(member)
        read = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        shape, _, dtype = read(member)
        rest = archive.getinfo(name).file_size - member.tell()
    if not dtype.hasobject and math.prod(shape) * dtype.itemsize > rest:
        raise ValueError(f"The array '{name.removesuffix('.npy')}' is cut short.")
    return shape, dtype


def check_arrays(path: Path, headers: Headers, settings: DataSettings) -> None:
    """Raise ``DataError`` where a field's array is not there, or is of another shape or type."""
    for each in settings.fields:
        for name in each.columns:
            if name not in headers:
                known = list(headers)
                near = nearest(name, known)
                raise DataError("no_array", path=path, column=name, got=listed(known), near=near)
            shape, dtype = headers[name]
            _check_type(path, name, each, dtype)
            if each.kind == "text" or each.values:
                wanted: tuple[int, ...] = ()
            else:
                wanted = each.shape[1:] if each.kind == "series" and settings.window else each.shape
            if not shape or math.prod(shape[1:]) != math.prod(wanted) or (each.kind == "text" and shape[1:]):
                raise DataError("shape", path=path, column=name, expected=wanted, got=shape[1:])


def _check_type(path: Path, name: str, each: Field, dtype: np.dtype[Any]) -> None:
    kinds = {"category": "iub", "text": "U"}.get(each.kind, "iubf")
    expected = {"category": "whole numbers (classes)", "text": "texts"}.get(each.kind, "numbers")
    if each.values:
        kinds, expected = "U", "texts (the names of classes)"
    if dtype.kind not in kinds:
        raise DataError("array_type", path=path, column=name, expected=expected, got=str(dtype))


def find_fault(path: Path, settings: DataSettings) -> None:
    """Raise ``DataError`` for the first value of a text array that is none of the categories."""
    with np.load(path, allow_pickle=False) as arrays:
        for each in settings.fields:
            for row, value in enumerate(arrays[each.columns[0]] if each.values else ()):
                if str(value) not in each.written:
                    known = list(each.written)
                    raise DataError(
                        "unknown_category",
                        path=path,
                        row=row,
                        column=each.columns[0],
                        got=str(value),
                        expected=listed(known),
                        near=nearest(str(value), known),
                    )
