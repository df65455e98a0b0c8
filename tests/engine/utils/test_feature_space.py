"""Tables of mixed columns as one encoded tensor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import engine
from engine import layers
from engine.utils import FeatureSpace


def table() -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {f"float_{i}": [0.1 * j for j in range(10)] for i in (1, 2, 3)}
    columns |= {f"int_{i}": list(range(10)) for i in (1, 2, 3)}
    return columns | {f"string_{i}": [str(j) for j in range(10)] for i in (1, 2)}


FEATURES = {
    "float_1": "float", "float_2": "float_normalized", "float_3": "float_discretized",
    "int_1": "integer_categorical", "int_2": "integer_hashed", "int_3": "integer_categorical",
    "string_1": "string_categorical", "string_2": "string_hashed",
}  # fmt: skip


def space(**options: Any) -> FeatureSpace:
    words = {"crosses": [("float_3", "string_1"), ("string_2", "int_2")], **options}
    return FeatureSpace(FEATURES, **words)


def test_all_columns_are_put_side_by_side() -> None:
    made = space()
    made.adapt(table())
    whole = made(table())
    # 1 + 1 + 32 bins + (9 + 1 more for 0, 1 unknown) twice + 32 + 11 + 32 + two crosses of 32
    assert whole.shape == (10, 195)
    row = made({name: values[3] for name, values in table().items()})
    np.testing.assert_array_equal(row, whole[3])
    tensors = {name: np.asarray(values)[:, None] for name, values in table().items()}
    np.testing.assert_array_equal(made(tensors), whole)
    parts = space(output_mode="dict")
    parts.adapt([{name: values[:5] for name, values in table().items()},
                 {name: values[5:] for name, values in table().items()}])  # fmt: skip
    found = parts(table())
    order = [*sorted(FEATURES), "float_3_X_string_1", "string_2_X_int_2"]
    assert list(found) == order
    np.testing.assert_array_equal(torch.cat([found[name] for name in order], -1), whole)
    assert parts({name: values[0] for name, values in table().items()})["int_2"].shape == (32,)


def test_each_kind_of_column_does_what_its_layer_does() -> None:
    kind = FeatureSpace
    made = FeatureSpace(
        {
            "float_1": kind.float_rescaled(2.0, 1.0),
            "float_2": kind.float_normalized(),
            "float_3": kind.float_discretized(3, bin_boundaries=[0.25, 0.55], output_mode="int"),
            "int_1": kind.integer_categorical(max_tokens=4, output_mode="int"),
            "int_2": kind.integer_hashed(7, output_mode="int"),
            "string_1": kind.string_categorical(num_oov_indices=2, output_mode="int"),
            "string_2": kind.string_hashed(5, output_mode="one_hot"),
        },
        crosses=[kind.cross(("int_1", "int_2"), crossing_dim=6, output_mode="int")],
        output_mode="dict",
    )
    made.adapt({name: values for name, values in table().items() if name != "int_3"})
    found = {name: np.asarray(value) for name, value in made(table()).items()}
    column = np.asarray(table()["float_1"], "float32")[:, None]
    np.testing.assert_allclose(found["float_1"], 2 * column + 1, rtol=1e-6)
    np.testing.assert_allclose(found["float_2"], (column - column.mean()) / column.std(), rtol=1e-4)
    np.testing.assert_array_equal(found["float_3"][:, 0], [0, 0, 0, 1, 1, 1, 2, 2, 2, 2])
    assert found["int_1"].max() == 3
    assert set(found["string_1"].ravel()) == set(range(2, 12))
    hashed = layers.Hashing(7)(np.arange(10)[:, None])
    np.testing.assert_array_equal(found["int_2"], hashed)
    np.testing.assert_array_equal(found["string_2"].sum(-1), np.ones(10))
    assert found["int_1_X_int_2"].max() < 6


def test_it_begins_a_functional_model() -> None:
    made = space()
    made.adapt(table())
    head = layers.Dense(1)(made.get_encoded_features())
    model = engine.Model(made.get_inputs(), head)
    model.compile("adam", "mse")
    columns = {name: np.asarray(values)[:, None] for name, values in table().items()}
    history = model.fit(columns, np.ones((10, 1)), epochs=3, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]
    first = model.layers[-1]
    wanted = first(made(table())).detach()
    np.testing.assert_allclose(model.predict(columns, verbose=0), wanted, atol=1e-6)


def test_it_is_saved_with_what_it_learned(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    made = space()
    made.adapt(table())
    made.save(tmp_path / "space.keras")
    twin = engine.saving.load_model(tmp_path / "space.keras")
    np.testing.assert_array_equal(twin(table()), made(table()))


def test_a_layer_of_ones_own_encodes_a_column() -> None:
    texts = {"text": ["one two", "two three", "three four"]}
    layer = layers.TextVectorization(output_mode="tf_idf")
    made = FeatureSpace({"text": FeatureSpace.feature("string", layer, "float")})
    made.adapt(texts)
    np.testing.assert_array_equal(made(texts), layer(np.asarray(texts["text"])[:, None]))


def test_errors_say_what_is_wrong() -> None:
    with pytest.raises(ValueError, match=r"need to call `\.adapt"):
        space()(table())
    with pytest.raises(ValueError, match="cannot be None or empty"):
        FeatureSpace({})
    with pytest.raises(ValueError, match="Invalid feature type: strange"):
        FeatureSpace({"a": "strange"})
    with pytest.raises(ValueError, match=r"unknown features: \['b'\]"):
        FeatureSpace({"a": "float"}, crosses=[("a", "b")])
    with pytest.raises(ValueError, match="argument `crossing_dim`"):
        FeatureSpace({"a": "float", "b": "float"}, crosses=[("a", "b")], crossing_dim=None)
    with pytest.raises(ValueError, match="Invalid value for argument `output_mode`"):
        FeatureSpace({"a": "float"}, output_mode="other")
    with pytest.raises(ValueError, match="Invalid value for argument `output_mode`"):
        FeatureSpace.string_hashed(3, output_mode="other")
    plain = FeatureSpace({"a": "float"})
    with pytest.raises(ValueError, match="only be called with a dict"):
        plain([1.0])
    with pytest.raises(ValueError, match=r"`adapt\(\)` can only be called"):
        plain.adapt(3)
    whole = FeatureSpace({"a": FeatureSpace.integer_hashed(3, output_mode="int")})
    with pytest.raises(ValueError, match="Cannot concatenate features because feature 'a'"):
        whole({"a": [1, 2]})
