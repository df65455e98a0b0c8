"""The bundled datasets: what is in them, and that a script reads exactly what the app reads."""

import csv
import gzip
import hashlib
import re

import numpy as np
import pytest

from engine.config import resources_path
from studio.data_source.bundled import bundled, files_of
from studio.data_source.errors import DataError
from studio.data_source.fields import DataSettings, Source
from studio.data_source.plan import (
    FUNCTIONS,
    Count,
    DataFile,
    Var,
    function_names,
    function_source,
    imports,
    plan,
)
from studio.data_source.reading import load, source_paths
from tests.timing import times_longer

DATASETS = {each.key: each for each in bundled()}
SHAPES = {
    "digits": (1797, {"image": (8, 8, 1), "label": ()}),
    "wine": (178, {"measures": (13,), "cultivar": ()}),
    "sunspots": (285, {"series": (24, 1), "next": (1,)}),
    "auto_mpg": (392, {"numbers": (5,), "origin": (), "mpg": (1,), "cylinders": ()}),
    "iris": (150, {"measures": (4,), "species": ()}),
    "breast_cancer": (569, {"measures": (30,), "diagnosis": ()}),
    "diabetes": (442, {"measures": (10,), "progression": (1,)}),
    "penguins": (333, {"measures": (4,), "island": (), "sex": (), "species": ()}),
    "titanic": (756, {"age": (1,), "passenger_class": (), "sex": (), "survived": ()}),
    "seattle_weather": (1461, {"measures": (4,), "weather": ()}),
    "airline": (132, {"series": (12, 1), "next": (1,)}),
    "fashion_mnist": (6000, {"image": (28, 28, 1), "label": ()}),
}
COUNTS = {
    ("digits", "label"): (178, 182, 177, 183, 181, 182, 181, 179, 174, 180),
    ("wine", "cultivar"): (59, 71, 48),
    ("auto_mpg", "origin"): (245, 68, 79),
    ("auto_mpg", "cylinders"): (4, 199, 3, 83, 103),
    ("iris", "species"): (50, 50, 50),
    ("breast_cancer", "diagnosis"): (212, 357),
    ("penguins", "species"): (146, 68, 119),
    ("titanic", "survived"): (443, 313),
    ("seattle_weather", "weather"): (53, 101, 641, 26, 640),
    ("fashion_mnist", "label"): (600,) * 10,
}


def script_of(settings, folder):
    """Print a plan as plainly as a script would, with the functions' own source text."""

    def text(argument):
        match argument:
            case Var(name):
                return name
            case Count(name):
                return f"len({name})"
            case DataFile(name):
                return repr(str(folder / name))
        return repr(argument)

    calls = plan(settings)
    lines = [f"import {module}" for module in imports(calls)] + ["import numpy as np"]
    lines += [function_source(name) for name in function_names(calls)]
    for call in calls:
        arguments = [text(each) for each in call.arguments]
        arguments += [f"{name}={text(each)}" for name, each in call.keywords]
        lines.append(f"{', '.join(call.targets)} = {call.function}({', '.join(arguments)})")
    return "\n".join(lines)


def test_every_dataset_is_tested():
    assert set(SHAPES) == set(DATASETS)


@pytest.mark.parametrize("key", SHAPES)
def test_shapes_values_and_parts(key):
    data = load(DATASETS[key].settings)
    rows, shapes = SHAPES[key]
    assert data.rows == rows
    assert {name: array.shape[1:] for name, array in data.arrays.items()} == shapes
    for field in data.settings.fields:
        array = data.arrays[field.name]
        assert len(array) == rows
        assert array.dtype == field.dtype
        assert np.isfinite(array).all()
        assert field.shape == array.shape[1:]
        if field.kind == "category":
            assert set(np.unique(array)) == set(range(len(field.classes)))
    parts = np.concatenate([data.train, data.validation, data.test])
    assert sorted(parts) == list(range(rows))
    assert set(data.settings.targets) < set(shapes)


@pytest.mark.parametrize(("key", "field"), COUNTS)
def test_class_counts(key, field):
    assert load(DATASETS[key].settings).summaries[field].counts == COUNTS[key, field]


@pytest.mark.parametrize("key", SHAPES)
def test_a_script_of_the_plan_gives_the_same_arrays(key):
    settings = DATASETS[key].settings
    namespace: dict[str, object] = {}
    exec(script_of(settings, resources_path() / "datasets"), namespace)  # our own text, as a script would run
    data = load(settings)
    for name, array in data.arrays.items():
        np.testing.assert_array_equal(namespace[name], array, strict=True)
    for variable, rows in zip(
        plan(settings)[-1].targets, (data.train, data.validation, data.test), strict=True
    ):
        np.testing.assert_array_equal(namespace[variable], rows, strict=True)


@pytest.mark.parametrize("key", SHAPES)
def test_settings_survive_json(key):
    settings = DATASETS[key].settings
    assert DataSettings.from_json(settings.to_json()) == settings


def test_pictures_stand_as_in_the_file():
    data = load(DATASETS["digits"].settings)
    with gzip.open(resources_path() / "datasets" / "digits.csv.gz", "rt") as file:
        row = [int(cell) for cell in next(csv.reader(file))]
    assert data.arrays["image"][0].ravel().tolist() == row[:64]
    assert data.preview("label", 0) == str(row[64])
    assert data.preview("image", 0).shape == (8, 8, 1)
    summary = data.summaries["image"]
    assert (summary.low, summary.high) == (0, 16)
    assert summary.mean == pytest.approx(4.8841646)


def test_a_series_tells_the_next_value():
    data = load(DATASETS["sunspots"].settings)
    assert data.arrays["series"][0, :4, 0].tolist() == [5, 11, 16, 23]
    np.testing.assert_array_equal(data.arrays["series"][1:, -1], data.arrays["next"][:-1])
    assert data.test[-1] == data.rows - 1
    assert data.train.tolist() == list(range(len(data.train)))


def test_another_window_changes_shapes_and_rows():
    data = load(DATASETS["sunspots"].settings.with_window(10))
    assert data.arrays["series"].shape == (299, 10, 1)
    assert data.arrays["next"].shape == (299, 1)


def test_dropped_rows_and_missing_cells_are_counted():
    penguins = load(DATASETS["penguins"].settings)
    assert penguins.dropped == 11
    assert (penguins.summaries["sex"].missing, penguins.summaries["measures"].missing) == (11, 8)
    titanic = load(DATASETS["titanic"].settings)
    assert titanic.dropped == 557
    assert titanic.summaries["passenger_class"].missing == 1


def test_descriptions_name_what_is_left_out():
    assert "11" in DATASETS["penguins"].description
    assert "557" in DATASETS["titanic"].description


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(DataError, match="Did you mean 'digits'") as refusal:
        load(DataSettings(Source("bundled", "digit")))
    assert refusal.value.code == "no_bundled"


def test_nothing_chosen_is_said():
    assert plan(DataSettings()) == ()
    with pytest.raises(DataError, match="No data is chosen"):
        load(DataSettings())


def test_a_field_may_share_a_name_with_a_variable_of_the_plan():
    settings = DATASETS["iris"].settings
    data = settings.to_json()
    data["fields"][0]["name"] = "table"
    data["fields"][1]["name"] = "test_rows"
    data["targets"] = ["test_rows"]
    renamed = DataSettings.from_json(data)
    before, after = load(settings), load(renamed)
    np.testing.assert_array_equal(after.arrays["table"], before.arrays["measures"])
    np.testing.assert_array_equal(after.arrays["test_rows"], before.arrays["species"])
    np.testing.assert_array_equal(after.test, before.test)


def test_portable_functions_need_only_numpy_and_the_standard_library():
    for name in FUNCTIONS:
        source = function_source(name)
        assert '"""' in source
        assert not re.search(r"studio|engine|import", source)


def test_files_are_those_of_the_licence_list():
    folder = resources_path() / "datasets"
    listed = dict(
        reversed(line.split()) for line in (folder / "LICENSES.md").read_text("utf-8").splitlines()
        if re.match(r"[0-9a-f]{64}  ", line)
    )  # fmt: skip
    assert set(listed) == {path.name for path in folder.iterdir()} - {"LICENSES.md"}
    for name, digest in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    used = {file.name for each in bundled() for file in files_of(each.settings.source)}
    assert used == set(listed)
    assert all(path.is_file() for path in source_paths(Source("bundled", "diabetes"), folder))


def test_pictures_load_fast():
    settings = DATASETS["fashion_mnist"].settings
    (path,) = source_paths(settings.source, resources_path() / "datasets")

    def unpack() -> list[np.ndarray]:
        with np.load(path) as arrays:
            return [arrays[name] for name in arrays]

    assert times_longer(lambda: load(settings), unpack, 3) < 6
