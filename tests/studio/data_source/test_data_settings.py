"""Settings: checked when made, strict when read, and written without loss."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.data_source.errors import DataError
from studio.data_source.fields import RESERVED, DataSettings, Field, Source, Split
from studio.data_source.plan import FUNCTIONS
from studio.data_source.portable import after_windows, split_rows, to_windows

NUMBERS = {"name": "x", "kind": "numbers", "columns": ["a", "b"], "shape": [2]}
LABEL = {"name": "y", "kind": "category", "columns": ["c"], "shape": [], "classes": ["no", "yes"]}
SETTINGS = {
    "source": {"kind": "csv", "name": "cats.csv", "delimiter": ";", "header": False},
    "fields": [NUMBERS, LABEL],
    "split": {"validation": 0.1, "test": 0.25, "seed": 7, "shuffle": False},
    "targets": ["y"],
    "drop_missing": True,
    "missing": ["", "-"],
}


def changed(key, value):
    data = json.loads(json.dumps(SETTINGS))
    *outer, last = key.split(".")
    place = data
    for step in outer:
        place = place[int(step) if step.isdigit() else step]
    place[last] = value
    return data


def test_json_round_trip_keeps_everything():
    settings = DataSettings.from_json(SETTINGS)
    assert settings.fields[1].classes == ("no", "yes")
    assert settings.source == Source("csv", "cats.csv", header=False, delimiter=";")
    assert settings.split == Split(0.1, 0.25, 7, False)
    text = json.dumps(settings.to_json())
    assert DataSettings.from_json(json.loads(text)) == settings
    assert DataSettings.from_json({}) == DataSettings()


def test_unknown_keys_are_kept():
    data = changed("augment", {"flip": True})
    data["fields"][0]["unit"] = "mm"
    settings = DataSettings.from_json(data)
    assert settings.extra == {"augment": {"flip": True}}
    written = settings.to_json()
    assert written["augment"] == {"flip": True}
    assert written["fields"][0]["unit"] == "mm"
    assert hash(settings) == hash(DataSettings.from_json(data))


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("source", [], "'source': expected an object"),
        ("source.kind", "web", "one of none, bundled, csv, npz"),
        ("source.kind", 3, "'source.kind': expected a text. Received: 3"),
        ("source.name", "", "a name or a path"),
        ("source.delimiter", "", "one character"),
        ("fields", {}, "'data.fields': expected a list"),
        ("fields.0.name", "two words", "a name of letters"),
        ("fields.0.name", "class", "a name of letters"),
        ("fields.0.name", "to_numbers", "another name"),
        ("fields.0.name", "y", "one field of that name"),
        ("fields.0.kind", "sound", "a kind out of"),
        ("fields.0.columns", [], "at least one column"),
        ("fields.0.columns", [1], r"'fields.columns\[0\]': expected a text"),
        ("fields.0.shape", [0], "sizes of at least 1"),
        ("fields.0.shape", [2.0], "a whole number"),
        ("fields.0.shape", [True], "a whole number"),
        ("fields.0.kind", "image", "3 axes"),
        ("fields.0.span", "yes", "true or false"),
        ("fields.1.classes", [], "the names of the classes"),
        ("fields.1.classes", ["a", "a"], "differ"),
        ("fields.1.values", ["1"], "2 values"),
        ("split.test", 0.9, "below 1 together"),
        ("split.test", -0.1, "a share"),
        ("split.test", float("nan"), "a share"),
        ("split.validation", "much", "a number"),
        ("split.seed", -1, "0 or more"),
        ("split.seed", 1.5, "a whole number"),
        ("targets", ["z"], "names of fields"),
        ("window", -1, "0 or more"),
        ("missing", "NA", "a list"),
    ],
)
def test_wrong_settings_are_refused(key, value, said):
    with pytest.raises(DataError, match=said):
        DataSettings.from_json(changed(key, value))


@pytest.mark.parametrize("key", ["name", "kind", "columns"])
def test_a_field_needs_its_keys(key):
    data = {name: value for name, value in NUMBERS.items() if name != key}
    with pytest.raises(DataError, match=f"fields.{key}"):
        Field.from_json(data)


def test_steps_and_window_agree():
    series = Field("series", "series", ("v",), (5, 1))
    with pytest.raises(DataError, match="5 steps need a window of 5"):
        DataSettings(fields=(series,), window=4)
    assert DataSettings(fields=(series,), window=5).with_window(9).field("series").shape == (9, 1)


def test_every_portable_function_is_a_reserved_name():
    assert set(FUNCTIONS) <= RESERVED


@given(
    count=st.integers(0, 400),
    validation=st.floats(0, 0.49),
    test=st.floats(0, 0.49),
    seed=st.integers(0, 2**32),
    shuffle=st.booleans(),
)
def test_split_is_complete_disjoint_and_seeded(count, validation, test, seed, shuffle):
    parts = split_rows(count, validation, test, seed, shuffle)
    assert sorted(np.concatenate(parts).tolist()) == list(range(count))
    assert len(parts[1]) == round(count * validation)
    assert len(parts[2]) == round(count * test)
    for part, again in zip(parts, split_rows(count, validation, test, seed, shuffle), strict=True):
        np.testing.assert_array_equal(part, again)
    if not shuffle:
        assert np.concatenate(parts).tolist() == list(range(count))


@given(count=st.integers(2, 60), steps=st.integers(1, 59), features=st.integers(1, 3))
def test_each_window_is_followed_by_its_value(count, steps, features):
    steps = min(steps, count - 1)
    values = np.arange(count * features, dtype="float32").reshape(count, features)
    windows, following = to_windows(values, steps), after_windows(values, steps)
    assert windows.shape == (count - steps, steps, features)
    assert following.shape == (count - steps, features)
    for row in range(count - steps):
        np.testing.assert_array_equal(windows[row], values[row : row + steps])
        np.testing.assert_array_equal(following[row], values[row + steps])
