"""What a user's file is taken for, and that every proposal loads."""

import csv

import numpy as np
import pytest

from engine.config import resources_path
from studio.data_source.errors import DataError
from studio.data_source.fields import DataSettings
from studio.data_source.guesses import inspect_columns, inspect_csv, inspect_npz
from studio.data_source.reading import load
from tests.timing import times_longer

DATASETS = resources_path() / "datasets"


def outline(settings):
    return {field.name: (field.kind, field.shape) for field in settings.fields}


def test_penguins_are_understood():
    settings = inspect_csv(DATASETS / "penguins.csv")
    assert outline(settings) == {
        "numbers": ("numbers", (4,)),
        "species": ("category", ()),
        "island": ("category", ()),
        "sex": ("category", ()),
    }
    assert settings.targets == ("sex",)
    assert settings.drop_missing
    assert load(settings).rows == 333


def test_digits_without_a_header_are_pictures():
    settings = inspect_csv(DATASETS / "digits.csv.gz")
    assert outline(settings) == {"image": ("image", (8, 8, 1)), "c65": ("category", ())}
    assert not settings.source.header
    assert settings.field("image").columns == ("c1", "c64")
    assert load(settings).arrays["image"].shape == (1797, 8, 8, 1)


def test_a_label_may_stand_before_its_pixels(tmp_path):
    rng = np.random.default_rng(0)
    lines = ["label," + ",".join(f"pixel{number}" for number in range(64))]
    lines += [f"{row % 10}," + ",".join(str(v) for v in rng.integers(0, 256, 64)) for row in range(60)]
    path = tmp_path / "pixels.csv"
    path.write_text("\n".join(lines))
    settings = inspect_csv(path)
    assert outline(settings) == {"image": ("image", (8, 8, 1)), "label": ("category", ())}
    assert settings.targets == ("label",)
    assert settings.field("image").columns == ("pixel0", "pixel63")
    assert load(settings).arrays["label"].tolist() == [row % 10 for row in range(60)]


def test_cars_have_a_text_and_a_counted_origin():
    settings = inspect_csv(DATASETS / "auto-mpg.csv")
    assert outline(settings) == {
        "numbers": ("numbers", (7,)),
        "name": ("text", ()),
        "origin": ("category", ()),
    }
    assert settings.targets == ("origin",)
    data = load(settings)
    assert data.preview("name", 0) == "chevrolet chevelle malibu"
    assert data.summaries["origin"].counts == (245, 68, 79)


def test_a_quantity_at_the_end_is_a_number():
    settings = inspect_csv(DATASETS / "airline-passengers.csv")
    assert outline(settings)["passengers"] == ("numbers", (1,))
    assert settings.targets == ("passengers",)


def test_names_become_identifiers(tmp_path):
    path = tmp_path / "odd.csv"
    path.write_text("to_numbers;my column!;class;2nd\n" + "a;b;c;x\nb;a;c;y\n" * 6)
    settings = inspect_csv(path)
    assert settings.source.delimiter == ";"
    assert [field.name for field in settings.fields] == ["to_numbers_", "my_column", "class_", "field_2nd"]
    assert load(settings).rows == 12
    assert DataSettings.from_json(settings.to_json()) == settings


def test_a_slip_in_a_column_of_numbers_is_reported_and_not_hidden(tmp_path):
    path = tmp_path / "slip.csv"
    path.write_text("value,kind\n" + "".join(f"{n}.5,{'ab'[n % 2]}\n" for n in range(30)) + "12..5,a\n")
    settings = inspect_csv(path)
    assert settings.field("value").kind == "numbers"
    with pytest.raises(DataError, match="row 32, column 'value'"):
        load(settings)


def test_columns_are_described():
    settings = inspect_csv(DATASETS / "penguins.csv")
    columns = {each.name: each for each in inspect_columns(DATASETS / "penguins.csv", settings.source)}
    assert columns["sex"].missing == 11
    assert columns["species"].values == ("Adelie", "Chinstrap", "Gentoo")
    assert (columns["body_mass_g"].low, columns["body_mass_g"].high) == (2700, 6300)


def test_fashion_parts_are_joined():
    settings = inspect_npz(DATASETS / "fashion_5k.npz")
    assert outline(settings) == {"x": ("image", (28, 28, 1)), "y": ("category", ())}
    assert settings.field("x").columns == ("xtr", "xte")
    assert settings.targets == ("y",)
    assert load(settings).rows == 6000


def test_kinds_of_arrays(tmp_path):
    rows = 40
    np.savez(
        tmp_path / "data.npz",
        table=np.zeros((rows, 5)),
        colour=np.zeros((rows, 6, 7, 3)),
        steps=np.zeros((rows, 9, 2)),
        named=np.array(["cat", "dog"] * (rows // 2)),
        words=np.array([f"word {row}" for row in range(rows)]),
        flag=np.arange(rows) % 2 == 0,
        price=np.linspace(0, 1, rows),
        scale=np.ones(3),
        version=np.array(3),
    )
    settings = inspect_npz(tmp_path / "data.npz")
    assert outline(settings) == {
        "table": ("numbers", (5,)),
        "colour": ("image", (6, 7, 3)),
        "steps": ("series", (9, 2)),
        "named": ("category", ()),
        "words": ("text", ()),
        "flag": ("category", ()),
        "price": ("numbers", (1,)),
    }
    data = load(settings)
    assert data.arrays["steps"].shape == (rows, 9, 2)
    assert data.preview("named", 1) == "dog"
    assert data.preview("words", 3) == "word 3"
    assert data.summaries["flag"].counts == (20, 20)


def test_a_regression_in_an_npz_file_has_its_last_array_as_target(tmp_path):
    np.savez(tmp_path / "data.npz", x=np.zeros((9, 5)), y=np.linspace(0, 1, 9))
    assert inspect_npz(tmp_path / "data.npz").targets == ("y",)


def test_rows_of_an_npz_file_can_be_a_series(tmp_path):
    np.savez(tmp_path / "data.npz", x=np.arange(20.0).reshape(10, 2))
    settings = DataSettings.from_json(
        {
            "source": {"kind": "npz", "name": "data.npz"},
            "fields": [
                {"name": "s", "kind": "series", "columns": ["x"], "shape": [4, 2]},
                {"name": "then", "kind": "numbers", "columns": ["x"], "shape": [2]},
            ],
            "window": 4,
        }
    )
    data = load(settings, tmp_path)
    assert data.arrays["s"].shape == (6, 4, 2)
    assert data.arrays["then"][0].tolist() == [8, 9]


def test_a_large_table_is_fast(tmp_path):
    rng = np.random.default_rng(0)
    path = tmp_path / "large.csv"
    header = ",".join(f"v{number}" for number in range(8))
    np.savetxt(path, rng.normal(size=(100_000, 8)), fmt="%.5f", delimiter=",", header=header, comments="")
    settings = inspect_csv(path)
    assert load(settings).rows == 100_000

    def read() -> list[list[float]]:
        with path.open() as lines:
            return [[float(cell) for cell in row] for row in list(csv.reader(lines))[1:]]

    assert times_longer(lambda: load(settings), read, 3) < 6
