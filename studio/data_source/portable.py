"""How files become arrays: the one truth, for the app and for every exported script.

The app calls these functions, and the text of each goes into the scripts that use it, word for word.
That is why a function here uses numpy and the standard library alone, none of its neighbours, and no more
checks than a reader of a script wants to see: what is wrong with a file is found out in ``checks``.
"""

import csv
import gzip

import numpy as np


def read_table(
    path: str, header: bool = True, names: tuple[str, ...] = (), delimiter: str = ","
) -> dict[str, list[str]]:
    """Read a CSV file, gzipped or not, as a dictionary: column name -> list of texts."""
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter=delimiter, skipinitialspace=True) if row]
    first = rows.pop(0) if header else [f"c{number + 1}" for number in range(len(rows[0]))]
    columns = [list(column) for column in zip(*rows, strict=True)]
    return dict(zip(names or first, columns, strict=True))


def read_arrays(path: str) -> dict[str, np.ndarray]:
    """Read all arrays of an .npz file as a dictionary: name -> array."""
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def drop_missing(
    table: dict[str, list[str]], columns: tuple[str, ...], missing: tuple[str, ...]
) -> dict[str, list[str]]:
    """Leave out the rows in which one of the columns holds nothing, or a sign for missing."""
    rows = zip(*(table[column] for column in columns), strict=True)
    keep = [number for number, row in enumerate(rows) if not any(cell.strip() in missing for cell in row)]
    return {name: [cells[number] for number in keep] for name, cells in table.items()}


def columns_between(table: dict[str, list[str]], first: str, last: str) -> tuple[str, ...]:
    """Return the names of the neighbouring columns from first to last."""
    names = list(table)
    return tuple(names[names.index(first) : names.index(last) + 1])


def to_numbers(table: dict[str, list[str]], columns: tuple[str, ...], shape: tuple[int, ...]) -> np.ndarray:
    """Turn columns of numbers into one float32 array of shape (rows, *shape)."""
    array = np.stack([np.array(table[column], dtype="float32") for column in columns], axis=-1)
    return array.reshape(len(array), *shape)


def to_codes(table: dict[str, list[str]], column: str, values: tuple[str, ...]) -> np.ndarray:
    """Turn a column of categories into whole numbers: 0 for the first of the values, 1 for the next."""
    codes = {value: code for code, value in enumerate(values)}
    return np.array([codes[cell] for cell in table[column]], dtype="int64")


def to_texts(table: dict[str, list[str]], column: str) -> np.ndarray:
    """Turn a column into an array of texts."""
    return np.array(table[column], dtype=str)


def to_array(
    arrays: dict[str, np.ndarray], names: tuple[str, ...], shape: tuple[int, ...], dtype: str
) -> np.ndarray:
    """Join arrays, row after row, into one array of shape (rows, *shape)."""
    array = np.concatenate([arrays[name] for name in names])
    return array.reshape(len(array), *shape).astype(dtype)


def to_windows(values: np.ndarray, steps: int) -> np.ndarray:
    """Cut a series into overlapping windows of so many steps; each has a value that follows it."""
    return np.array([values[start : start + steps] for start in range(len(values) - steps)])


def after_windows(values: np.ndarray, steps: int) -> np.ndarray:
    """Return the value that follows each window of so many steps."""
    return values[steps:]


def split_rows(
    count: int, validation: float, test: float, seed: int, shuffle: bool = True
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Share out the row numbers: for training, for validation (while training), for the test at the end."""
    rows = np.random.default_rng(seed).permutation(count) if shuffle else np.arange(count)
    tested = count - round(count * test)
    trained = tested - round(count * validation)
    return rows[:trained], rows[trained:tested], rows[tested:]
