"""What lies in dicts is numbered by sorted keys, as in Keras: weights and files hang on it."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine.models import Model
from engine.structure import flatten, map_structure, paths

pytestmark = pytest.mark.filterwarnings("ignore:__array__")  # Keras' own tensors as numpy arrays

X = np.random.default_rng(0).random((2, 4), "float32")


def _heads(lib: Any) -> Any:
    rows = lib.Input((4,), name="rows")
    return lib.Model(rows, {"second": lib.layers.Dense(3)(rows), "first": lib.layers.Dense(3)(rows)})


def test_leaves_of_dicts_come_by_sorted_keys() -> None:
    nest = {"b": 1, "a": [2, {"d": 3, "c": 4}]}
    assert (flatten(nest), paths(nest)) == ([2, 4, 3, 1], ["a.0", "a.1.c", "a.1.d", "b"])
    assert list(map_structure(str, nest)) == ["b", "a"]
    assert flatten(OrderedDict(b=1, a=2)) == [1, 2]


@pytest.mark.parametrize("whole", [True, False])
def test_outputs_in_a_dict_keep_their_weights_in_files_of_keras(
    keras: Any, tmp_path: Path, whole: bool
) -> None:
    theirs = _heads(keras)
    if whole:
        theirs.save(tmp_path / "heads.keras")
        ours = engine.saving.load_model(tmp_path / "heads.keras")
    else:
        ours = _heads(engine)
        ours.set_weights(theirs.get_weights())
    told, wanted = ours.predict(X, verbose=0), theirs.predict(X, verbose=0)
    if whole:
        assert ours.output_names == theirs.output_names
    for name in wanted:
        np.testing.assert_allclose(told[name], wanted[name], atol=1e-6)


def test_inputs_in_a_dict_are_told_apart_by_name(keras: Any) -> None:
    def two(lib: Any) -> Any:
        given = {"z": lib.Input((4,), name="z"), "a": lib.Input((4,), name="a")}
        return lib.Model(given, lib.layers.Subtract()([given["z"], lib.layers.Dense(4)(given["a"])]))

    ours, theirs = two(engine), two(keras)
    ours.set_weights(theirs.get_weights())
    data = {"z": X, "a": 2 * X}
    assert [tensor.name for tensor in ours.inputs] == ["a", "z"]
    np.testing.assert_allclose(ours.predict(data, verbose=0), theirs.predict(data, verbose=0), atol=1e-6)


def test_a_model_of_code_that_answers_a_dict_learns_by_name() -> None:
    class Heads(Model):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.left, self.right = engine.layers.Dense(2), engine.layers.Dense(3)

        def call(self, inputs: Any) -> Any:
            return {"z": self.left(inputs), "b": self.right(inputs)}

    model = Heads()
    model.compile("sgd", {"z": "mse", "b": "mae"})
    logs = model.fit(X, {"z": np.ones((2, 2)), "b": np.zeros((2, 3))}, verbose=0).history
    assert sorted(logs) == ["b_loss", "loss", "z_loss"]
    assert {name: part.shape for name, part in model.predict(X, verbose=0).items()} == {
        "z": (2, 2),
        "b": (2, 3),
    }
