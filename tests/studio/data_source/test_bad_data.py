"""Bad files: what is wrong is said with row and column, and nothing hostile is opened."""

import gzip
import io
import zipfile

import numpy as np
import pytest

from studio.data_source.errors import DataError
from studio.data_source.fields import DataSettings, Field, Source, Split
from studio.data_source.guesses import inspect_csv, inspect_npz
from studio.data_source.reading import load

GOOD = "height,weight,sex\n1.5,60,f\n1.75,70,m\n1.8,80,m\n1.6,61,f\n"
NO_SPLIT = Split(0, 0)
BODY = Field("body", "numbers", ("height", "weight"), (2,))
SEX = Field("sex", "category", ("sex",), (), ("f", "m"))


def settings_for(name, **options):
    fields = options.pop("fields", (BODY, SEX))
    return DataSettings(Source("csv", name), fields, options.pop("split", NO_SPLIT), **options)


def refusal(tmp_path, content, **options):
    data = content.encode() if isinstance(content, str) else content
    (tmp_path / "people.csv").write_bytes(data)
    with pytest.raises(DataError) as error:
        load(settings_for("people.csv", **options), tmp_path)
    assert "people.csv" in str(error.value)
    return error.value


def test_the_good_file_loads(tmp_path):
    (tmp_path / "people.csv").write_text(GOOD)
    data = load(settings_for("people.csv"), tmp_path)
    assert data.arrays["body"].tolist() == [
        [1.5, 60],
        [1.75, 70],
        [np.float32(1.8), 80],
        [np.float32(1.6), 61],
    ]
    assert data.arrays["sex"].tolist() == [0, 1, 1, 0]
    assert load(settings_for(str(tmp_path / "people.csv"))).rows == 4


@pytest.mark.parametrize(
    ("before", "after", "code", "row", "column"),
    [
        ("1.75,70,m", "1.75,70", "ragged", 3, None),
        ("1.75,70,m", "1.75,70,m,x", "ragged", 3, None),
        ("1.75,70,m", "1.75,heavy,m", "not_a_number", 3, "weight"),
        ("1.75,70,m", "1.75,,m", "missing_value", 3, "weight"),
        ("1.75,70,m", "NA,70,m", "missing_value", 3, "height"),
        ("1.75,70,m", "nan,70,m", "missing_value", 3, "height"),
        ("1.75,70,m", "inf,70,m", "not_finite", 3, "height"),
        ("1.75,70,m", "1e39,70,m", "not_finite", 3, "height"),
        ("1.75,70,m", "1.75,70,M", "unknown_category", 3, "sex"),
        ("1.75,70,m", "1.75,70,", "missing_value", 3, "sex"),
        ("1.75,70,m", "\n1.75,70kg,m", "not_a_number", 4, "weight"),
        ("height,weight", "height,height", "duplicate_header", 1, "height"),
        ("height,weight", "height,wieght", "no_column", None, "weight"),
    ],
)
def test_a_bad_table_is_named_by_row_and_column(tmp_path, before, after, code, row, column):
    error = refusal(tmp_path, GOOD.replace(before, after))
    assert (error.code, error.fields.get("row"), error.fields.get("column")) == (code, row, column)
    if row:
        assert f"row {row}" in str(error)
    if column:
        assert f"'{column}'" in str(error)


def test_the_first_fault_from_the_top_is_named(tmp_path):
    error = refusal(tmp_path, GOOD.replace("1.6,61,f", "1.6,x,f").replace("1.8,80,m", "1.8,80"))
    assert (error.code, error.fields["row"]) == ("ragged", 4)


def test_errors_help(tmp_path):
    assert "Did you mean 'wieght'?" in str(refusal(tmp_path, GOOD.replace("weight", "wieght")))
    error = refusal(tmp_path, GOOD.replace("60,f", "60 kg,f"))
    assert str(error) == (
        "people.csv, row 2, column 'weight': expected a number but found '60 kg'. Correct the cell, or read "
        "this column as a category."
    )
    assert len(str(refusal(tmp_path, GOOD.replace("60,f", "x" * 5000 + ",f")))) < 500


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\n\n", "empty_file"),
        (b"height,weight,sex\n", "no_rows"),
        (GOOD.encode("utf-16"), "not_utf8"),
        (GOOD.replace(",m", ",\xe9").encode("latin-1"), "not_utf8"),
        (b'height,weight,sex\n1,2,"' + b"x" * 200_000, "unreadable"),
    ],
)
def test_files_that_are_no_tables(tmp_path, content, code):
    assert refusal(tmp_path, content).code == code


def test_the_line_that_is_not_utf8_is_named(tmp_path):
    error = refusal(tmp_path, GOOD.replace("70,m", "70,\xe9").encode("latin-1"))
    assert error.fields["row"] == 3


def test_a_byte_order_mark_and_spaces_do_no_harm(tmp_path):
    (tmp_path / "people.csv").write_text("\ufeff" + GOOD.replace(",", ", "), encoding="utf-8")
    assert load(settings_for("people.csv"), tmp_path).rows == 4


def test_missing_file_folder_and_broken_gzip(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        load(settings_for("nowhere.csv"), tmp_path)
    with pytest.raises(DataError, match="folder"):
        load(settings_for("."), tmp_path)
    whole = gzip.compress(GOOD.encode() * 1000)
    for broken in (b"no gzip", whole[: len(whole) // 2]):
        (tmp_path / "people.csv.gz").write_bytes(broken)
        with pytest.raises(DataError) as error:
            load(settings_for("people.csv.gz"), tmp_path)
        assert error.value.code == "unreadable"


def test_rows_with_missing_values_are_left_out_on_wish(tmp_path):
    (tmp_path / "people.csv").write_text(GOOD.replace("1.75", "").replace("61,f", "61,?"))
    data = load(settings_for("people.csv", drop_missing=True), tmp_path)
    assert (data.rows, data.dropped) == (2, 2)
    assert (data.summaries["body"].missing, data.summaries["sex"].missing) == (1, 1)
    error = refusal(tmp_path, "height,weight,sex\n,1,f\n,2,m\n", drop_missing=True)
    assert (error.code, "All 2 rows" in str(error)) == ("no_rows", True)
    error = refusal(tmp_path, GOOD.replace("1.75", "").replace("80,m", "many,m"), drop_missing=True)
    assert (error.code, error.fields["row"]) == ("not_a_number", 4)


def test_runs_of_columns_can_drop_rows_too(tmp_path):
    run = Field("body", "numbers", ("height", "weight"), (2,), span=True)
    (tmp_path / "people.csv").write_text(GOOD.replace("1.75", ""))
    data = load(settings_for("people.csv", fields=(run, SEX), drop_missing=True), tmp_path)
    assert data.arrays["body"][:, 1].tolist() == [60, 80, 61]
    assert data.summaries["body"].missing == 1


def test_shapes_windows_and_splits_that_do_not_fit(tmp_path):
    wrong = Field("body", "numbers", ("height", "weight"), (3,))
    assert refusal(tmp_path, GOOD, fields=(wrong,)).code == "columns_shape"
    pair = Field("pair", "category", ("sex", "height"), (), ("f", "m"))
    (tmp_path / "people.csv").write_text(GOOD)
    with pytest.raises(DataError, match="one column"):
        load(settings_for("people.csv", fields=(pair,)), tmp_path)
    error = refusal(tmp_path, GOOD, split=Split(0.1, 0.1))
    assert (error.code, "validation part" in str(error)) == ("too_few_rows", True)
    series = Field("s", "series", ("height",), (4, 1))
    error = refusal(tmp_path, GOOD, fields=(series,), window=4)
    assert (error.code, "at least 5 rows" in str(error)) == ("too_few_rows", True)
    with pytest.raises(DataError, match="at least 1 step"):
        load(settings_for("people.csv", fields=(series,)), tmp_path)
    assert refusal(tmp_path, GOOD, fields=()).code == "no_fields"


class Hostile:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (self.path, "w"))


@pytest.mark.parametrize("entry", [inspect_npz, "load"])
def test_a_pickle_in_an_npz_file_is_refused_and_not_run(tmp_path, entry):
    trap, path = tmp_path / "trapped", tmp_path / "data.npz"
    np.savez(path, x=np.zeros((3, 2)), y=np.array([Hostile(str(trap))], dtype=object), allow_pickle=True)
    field = Field("x", "numbers", ("x",), (2,))
    with pytest.raises(DataError, match="Python objects") as error:
        load(DataSettings(Source("npz", str(path)), (field,))) if entry == "load" else entry(path)
    assert (error.value.code, error.value.fields["column"]) == ("pickled", "y")
    assert not trap.exists()


def array_refusal(tmp_path, field, **arrays):
    np.savez(tmp_path / "data.npz", **arrays)
    fields = field if isinstance(field, tuple) else (field,)
    with pytest.raises(DataError) as error:
        load(DataSettings(Source("npz", "data.npz"), fields, NO_SPLIT), tmp_path)
    return error.value


def test_arrays_that_do_not_fit(tmp_path):
    x = Field("x", "numbers", ("x",), (2,))
    y = Field("y", "category", ("y",), (), ("a", "b", "c"))
    named = Field("y", "category", ("y",), (), ("a", "b"), ("a", "b"))
    zeros = np.zeros((4, 2))
    assert array_refusal(tmp_path, x, xx=zeros).code == "no_array"
    assert array_refusal(tmp_path, x, x=np.zeros((4, 3))).code == "shape"
    assert array_refusal(tmp_path, x, x=np.float32(3)).code == "shape"
    assert array_refusal(tmp_path, x, x=zeros.astype(complex)).code == "array_type"
    assert array_refusal(tmp_path, y, y=np.zeros(4)).code == "array_type"
    assert array_refusal(tmp_path, (x, y), x=zeros, y=np.zeros(3, int)).code == "length"
    assert array_refusal(tmp_path, x, x=np.zeros((0, 2))).code == "no_rows"
    error = array_refusal(tmp_path, y, y=np.array([0, 1, 3]))
    assert (error.code, error.fields["row"], error.fields["got"]) == ("label_range", 2, 3)
    error = array_refusal(tmp_path, x, x=np.array([[1, 2], [3, 1e300]]))
    assert (error.code, error.fields["row"]) == ("array_not_finite", 1)
    error = array_refusal(tmp_path, named, y=np.array(["a", "b", "B"]))
    assert (error.code, error.fields["row"], error.fields["got"]) == ("unknown_category", 2, "B")


def test_files_that_are_no_npz(tmp_path):
    path = tmp_path / "data.npz"
    stream = io.BytesIO()
    np.save(stream, np.zeros(3))
    for content in (b"", b"text", stream.getvalue()):
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"not an \.npz file"):
            inspect_npz(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no arrays")
    with pytest.raises(DataError, match=r"not an \.npz file"):
        inspect_npz(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", stream.getvalue()[:-8])
    with pytest.raises(DataError, match="cut short"):
        inspect_npz(path)
    np.savez(path, x=np.ones((30, 30)))
    whole = path.read_bytes()
    path.write_bytes(whole[:2000])
    with pytest.raises(DataError, match=r"not an \.npz file"):
        inspect_npz(path)
    path.write_bytes(whole[:2000] + b"damaged" + whole[2007:])
    field = Field("x", "numbers", ("x",), (30,))
    for look in (inspect_npz, lambda path: load(DataSettings(Source("npz", str(path)), (field,)))):
        with pytest.raises(DataError, match="CRC") as error:
            look(path)
        assert error.value.code == "unreadable"


def test_looking_at_bad_tables(tmp_path):
    path = tmp_path / "people.csv"
    for content, code in ((b"", "empty_file"), (b"a,b\n", "no_rows"), (b"a,b\n1,2\n3\n", "ragged")):
        path.write_bytes(content)
        with pytest.raises(DataError) as error:
            inspect_csv(path)
        assert error.value.code == code
    with pytest.raises(DataError, match="no such file"):
        inspect_csv(tmp_path / "nowhere.csv")
