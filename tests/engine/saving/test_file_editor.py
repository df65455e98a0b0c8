"""Looking into files of weights, changing them and writing them again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine import layers
from engine.saving import KerasFileEditor

pytest.importorskip("h5py")


def model(more: bool = False) -> Any:
    line = [layers.Input((2,)), layers.Dense(3, name="first")]
    if more:
        line.append(layers.Dense(3, name="added"))
    return engine.Sequential([*line, layers.Dense(3, name="last")])


@pytest.fixture
def editor(tmp_path: Path) -> KerasFileEditor:
    model().save(tmp_path / "m.keras")
    return KerasFileEditor(tmp_path / "m.keras")


def test_a_file_is_fitted_to_a_model_that_grew(
    editor: KerasFileEditor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert editor.config["class_name"] == "Sequential"
    assert editor.metadata["keras_version"] == engine.version()
    assert editor.compare(model()) == {"status": "success", "error_count": 0, "match_count": 4}
    capsys.readouterr()
    assert editor.compare(model(more=True)) == {"status": "error", "error_count": 1, "match_count": 4}
    assert (
        "Object /layers/dense_2 present in reference model, missing from saved file"
        in capsys.readouterr().out
    )
    kernel = np.arange(9, dtype="float32").reshape(3, 3)
    editor.rename_object("dense_1", "dense_2")
    editor.add_object("layers/dense_1", weights={"0": kernel})
    editor.add_weights("layers/dense_1", {"1": np.zeros(7)})
    assert editor.compare(model(more=True))["error_count"] == 1
    assert "shape mismatch for /layers/dense_1/1: (3,) in reference model, (7,)" in capsys.readouterr().out
    editor.delete_weight("dense_1", "1")
    editor.add_weights("dense_1", {"1": np.ones(3)})
    grown = model(more=True)
    assert editor.compare(grown)["match_count"] == 6
    editor.save(tmp_path / "new.weights.h5")
    grown.load_weights(tmp_path / "new.weights.h5")
    np.testing.assert_array_equal(grown.layers[1].kernel.numpy(), kernel)
    assert KerasFileEditor(tmp_path / "new.weights.h5").compare(grown)["status"] == "success"
    editor.delete_object("layers/dense_1")
    assert "dense_1" not in editor.weights_dict["layers"]


def test_the_summary_shows_names_and_shapes(
    editor: KerasFileEditor, capsys: pytest.CaptureFixture[str]
) -> None:
    editor.summary()
    text = capsys.readouterr().out
    assert "dense_1 ('last')" in text
    assert "└─ 1: shape=(3,), dtype=float32" in text


def test_objects_with_weights_and_objects_inside_keep_both(tmp_path: Path) -> None:
    line = [layers.Input((4, 3)), layers.Bidirectional(layers.LSTM(2)), layers.Dense(1)]
    made = engine.Sequential(line)
    made.compile("adam", "mse")
    made.fit(np.ones((2, 4, 3)), np.ones((2, 1)), verbose=0)
    made.save(tmp_path / "m.keras")
    found = KerasFileEditor(tmp_path / "m.keras")
    assert found.compare(made)["status"] == "success"
    found.resave_weights(tmp_path / "same.weights.h5")
    twin = engine.Sequential([layers.Input((4, 3)), layers.Bidirectional(layers.LSTM(2)), layers.Dense(1)])
    twin.compile("adam", "mse")
    twin.optimizer.build(twin.trainable_variables)
    twin.load_weights(tmp_path / "same.weights.h5")
    for one, two in zip(twin.get_weights(), made.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda e: e.rename_object("dense", "a/b"), "should be a leaf name"),
        (lambda e: e.rename_object("none", "b"), "does not appear in the model"),
        (lambda e: e.delete_object("layers/none"), "'layers/none' not found in model"),
        (lambda e: e.delete_object("0"), "occurs more than once"),
        (lambda e: e.delete_weight("dense", "7"), "Weight 7 not found in object dense"),
        (lambda e: e.add_object("none/dense", {}), "Path 'none' not found"),
        (lambda e: e.add_object("dense", [1]), "should be a dict"),
        (lambda e: e.save("m.h5"), "expected a `.weights.h5` extension"),
        (lambda e: KerasFileEditor("m.txt"), "Invalid filename"),
    ],
)
def test_what_is_not_there_is_told(editor: KerasFileEditor, act: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        act(editor)
