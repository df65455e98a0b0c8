"""The ``.h5`` format of older Keras: written here and read by Keras, and the other way."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from architectures import ALL

import engine
from engine import layers

h5py = pytest.importorskip("h5py")
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for key in sorted(value) for leaf in leaves(value[key])]
    return [leaf for item in value for leaf in leaves(item)] if isinstance(value, list) else [value]


def trained(k: Any, name: str) -> tuple[Any, Any]:
    model, x = ALL[name](k)
    out = model.predict(x, verbose=0)
    y = (
        {key: np.ones_like(value) for key, value in out.items()}
        if isinstance(out, dict)
        else np.ones_like(out)
    )
    model.compile("adam", "mse", metrics=None if isinstance(out, dict) else ["mae"])
    model.fit(x, y, epochs=1, verbose=0)
    return model, x


@pytest.mark.parametrize("name", ALL)
def test_keras_reads_what_is_written(name: str, keras: Any, tmp_path: Path) -> None:
    model, x = trained(engine, name)
    model.save(tmp_path / "m.h5")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        twin = keras.saving.load_model(tmp_path / "m.h5")
    for found, wanted in zip(
        leaves(twin.predict(x, verbose=0)), leaves(model.predict(x, verbose=0)), strict=True
    ):
        np.testing.assert_allclose(found, wanted, atol=1e-6)
    assert twin.compiled


@pytest.mark.parametrize("name", ALL)
def test_own_files_come_back_whole(name: str, tmp_path: Path) -> None:
    model, x = trained(engine, name)
    model.save(tmp_path / "m.h5")
    twin = engine.saving.load_model(tmp_path / "m.h5")
    for found, wanted in zip(
        leaves(twin.predict(x, verbose=0)), leaves(model.predict(x, verbose=0)), strict=True
    ):
        np.testing.assert_array_equal(found, wanted)
    for one, two in zip(twin.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy())
    assert not engine.saving.load_model(tmp_path / "m.h5", compile=False).compiled


@pytest.mark.parametrize("name", ["several", "nested", "recurrent", "words", "frozen"])
def test_files_of_keras_are_read_with_the_optimizer(name: str, keras: Any, tmp_path: Path) -> None:
    model, x = trained(keras, name)
    model.save(tmp_path / "m.h5")
    twin = engine.saving.load_model(tmp_path / "m.h5")
    for found, wanted in zip(
        leaves(twin.predict(x, verbose=0)), leaves(model.predict(x, verbose=0)), strict=True
    ):
        np.testing.assert_allclose(found, wanted, atol=1e-6)
    for one, two in zip(twin.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), np.asarray(two.numpy()))


class _Top(engine.Model):
    """A model with a weight of its own beside its layers."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.line = layers.Dense(2)
        self.shift = self.add_weight(name="shift", shape=(2,), initializer="ones")

    def call(self, x: Any) -> Any:
        return self.line(x) + self.shift


def test_the_models_own_weights_go_along(tmp_path: Path) -> None:
    one, two = _Top(), _Top()
    x = np.ones((1, 3), "float32")
    one(x), two(x)
    one.shift.assign(np.array([3.0, 4.0], "float32"))
    one.save(tmp_path / "m.h5", include_optimizer=False)
    two.load_weights(tmp_path / "m.h5")
    np.testing.assert_array_equal(two(x).detach(), one(x).detach())
    with h5py.File(tmp_path / "m.h5") as file:
        assert "training_config" not in file.attrs
        assert json.loads(file.attrs["model_config"])["class_name"] == "_Top"


def test_a_missing_folder_is_made_and_the_optimizer_can_stay_behind(tmp_path: Path) -> None:
    model = engine.Sequential([layers.Input((3,)), layers.Dense(2)])
    model.compile("adam", "mse")
    path = tmp_path / "one" / "two" / "m.h5"
    engine.saving.save_model(model, path, include_optimizer=False)
    with pytest.warns(UserWarning, match="not\\* compiled"):
        twin = engine.saving.load_model(path)
    assert not twin.compiled
    assert twin.to_json() == model.to_json()


def test_what_does_not_fit_is_told_or_skipped(tmp_path: Path) -> None:
    def model(units: int, more: bool = False) -> Any:
        line = [layers.Input((3,)), layers.Dense(units, name="a"), layers.Dense(1, name="b")]
        return engine.Sequential([*line, layers.Dense(1, name="c")] if more else line)

    path = tmp_path / "m.h5"
    made = model(2)
    made.save(path)
    with pytest.raises(ValueError, match="Layer count mismatch"):
        model(2, more=True).load_weights(path)
    other = model(4)
    before = other.get_weights()
    with pytest.raises(ValueError, match="Shape mismatch in layer 'a'"):
        other.load_weights(path)
    with pytest.warns(UserWarning, match="Skipping"):
        other.load_weights(path, skip_mismatch=True)
    np.testing.assert_array_equal(other.get_weights()[0], before[0])
    np.testing.assert_array_equal(other.get_weights()[3], made.get_weights()[3])
    named = model(2, more=True)
    named.load_weights(path, by_name=True)
    np.testing.assert_array_equal(named.get_weights()[0], made.get_weights()[0])
    with pytest.raises(ValueError, match="No model config"):
        _without_structure(path)
    with pytest.raises(ValueError, match="Invalid keyword arguments"):
        made.load_weights(path, strange=1)


def _without_structure(path: Path) -> None:
    with h5py.File(path, "r+") as file:
        del file.attrs["model_config"]
    engine.saving.load_model(path)


def test_many_layers_need_more_than_one_attribute(keras: Any, tmp_path: Path) -> None:
    name = "a_name_of_many_letters_" * 40
    line = [layers.Dense(1, name=f"{name}{index}") for index in range(90)]
    model = engine.Sequential([layers.Input((1,)), *line])
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5") as file:
        assert "layer_names0" in file["model_weights"].attrs
    twin = keras.saving.load_model(tmp_path / "m.h5")
    for found, wanted in zip(twin.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_words_of_older_keras_are_understood(tmp_path: Path) -> None:
    model = engine.Sequential([layers.Input((3,)), layers.LayerNormalization(), layers.Dense(2)])
    model.save(tmp_path / "m.h5")
    with h5py.File(tmp_path / "m.h5", "r+") as file:
        config = json.loads(file.attrs["model_config"])
        entry, normal, _ = config["config"]["layers"]
        shape = entry["config"].pop("batch_shape")
        entry["config"]["batch_input_shape"] = {"class_name": "__tuple__", "items": shape}
        normal["config"]["axis"] = [-1]
        for layer in config["config"]["layers"]:
            layer.pop("module"), layer.pop("registered_name")
        file.attrs["model_config"] = json.dumps(config)
    twin = engine.saving.load_model(tmp_path / "m.h5", compile=False)
    x = np.arange(6, dtype="float32").reshape(2, 3)
    np.testing.assert_array_equal(twin.predict(x, verbose=0), model.predict(x, verbose=0))


def test_arguments_of_a_lambda_layer_come_back_as_numbers(tmp_path: Path) -> None:
    mean = np.arange(3, dtype="float32")

    @engine.saving.register_keras_serializable("legacy_h5")
    def centred(x: Any, mean: Any) -> Any:
        return x - engine.ops.convert_to_tensor(mean)

    entry = engine.Input((3,))
    model = engine.Model(entry, layers.Lambda(centred, arguments={"mean": mean})(entry))
    for name in ("m.h5", "m.keras"):
        model.save(tmp_path / name)
        twin = engine.saving.load_model(tmp_path / name, compile=False)
        np.testing.assert_array_equal(twin.layers[1].arguments["mean"], mean)
        np.testing.assert_array_equal(twin.predict(np.ones((1, 3)), verbose=0), [[1.0, 0.0, -1.0]])
