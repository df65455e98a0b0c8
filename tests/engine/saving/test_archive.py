"""Whole models between the engine and real Keras, both ways: outputs, compile arguments, optimizer,
training.
"""

from __future__ import annotations

import json
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from architectures import ALL

import engine

pytest.importorskip("h5py")
# Keras reads h5py's arrays in a way that numpy 2 warns of.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for key in sorted(value) for leaf in leaves(value[key])]
    return [leaf for item in value for leaf in leaves(item)] if isinstance(value, list) else [value]


def outputs(model: Any, x: Any) -> list[Any]:
    return leaves(model.predict(x, verbose=0))


def targets_for(model: Any, x: Any) -> Any:
    made = model.predict(x, verbose=0)
    if isinstance(made, dict):
        return {name: np.ones_like(value) for name, value in made.items()}
    return np.ones_like(made)


def prepared(k: Any, name: str, optimizer: Any = None) -> tuple[Any, Any, Any]:
    engine.utils.set_random_seed(3)
    k.utils.set_random_seed(3)
    model, x = ALL[name](k)
    y = targets_for(model, x)
    model.compile(
        optimizer or k.optimizers.Adam(0.01), "mse", metrics=None if isinstance(y, dict) else ["mae"]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(x, y, epochs=2, batch_size=4, verbose=0, shuffle=False)
    return model, x, y


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("way", ["to Keras", "from Keras"])
def test_models_come_back_whole(name: str, way: str, keras: Any, tmp_path: Path) -> None:
    one, two = (engine, keras) if way == "to Keras" else (keras, engine)
    model, x, y = prepared(one, name)
    path = tmp_path / "m.keras"
    model.save(path)
    twin = two.saving.load_model(path)
    for found, wanted in zip(
        leaves(twin.predict(x, verbose=0)), leaves(model.predict(x, verbose=0)), strict=True
    ):
        np.testing.assert_allclose(found, wanted, atol=1e-6, rtol=1e-6)
    for found, wanted in zip(twin.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(found, wanted)
    for one_slot, other in zip(twin.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(one_slot.numpy()), np.asarray(other.numpy()))
    if name not in ("normalized",):  # dropout draws other numbers
        for model_ in (model, twin):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model_.fit(x, y, epochs=1, batch_size=4, verbose=0, shuffle=False)
        for found, wanted in zip(twin.get_weights(), model.get_weights(), strict=True):
            np.testing.assert_allclose(found, wanted, atol=2e-4)


@pytest.mark.parametrize("name", ALL)
def test_own_files_are_exact(name: str, tmp_path: Path) -> None:
    model, x, _ = prepared(engine, name)
    model.save(tmp_path / "m.keras")
    twin = engine.saving.load_model(tmp_path / "m.keras")
    for found, wanted in zip(
        leaves(twin.predict(x, verbose=0)), leaves(model.predict(x, verbose=0)), strict=True
    ):
        np.testing.assert_array_equal(found, wanted)
    assert type(twin.optimizer) is type(model.optimizer)
    found, wanted = twin.get_compile_config(), model.get_compile_config()
    rates = [config["optimizer"]["config"].pop("learning_rate") for config in (found, wanted)]
    assert rates[0] == pytest.approx(rates[1])
    assert found == wanted
    plain = engine.saving.load_model(tmp_path / "m.keras", compile=False)
    assert not plain.compiled


@pytest.mark.parametrize("way", ["to Keras", "from Keras"])
def test_weights_alone_go_both_ways(way: str, keras: Any, tmp_path: Path) -> None:
    one, two = (engine, keras) if way == "to Keras" else (keras, engine)
    for name in ("several", "nested", "recurrent", "attention"):
        model, _, _ = prepared(one, name)
        twin, _ = ALL[name](two)
        model.save_weights(tmp_path / f"{name}.weights.h5")
        twin.load_weights(tmp_path / f"{name}.weights.h5")
        model.save_weights(tmp_path / f"{name}.weights.json", max_shard_size=5e-7)
        assert len(list(tmp_path.glob(f"{name}_*.weights.h5"))) > 1
        sharded, _ = ALL[name](two)
        sharded.load_weights(tmp_path / f"{name}.weights.json")
        for found, third, wanted in zip(
            twin.get_weights(), sharded.get_weights(), model.get_weights(), strict=True
        ):
            np.testing.assert_array_equal(found, wanted)
            np.testing.assert_array_equal(third, wanted)


@pytest.mark.parametrize("kind", ["schedule", "ema", "momentum"])
@pytest.mark.parametrize("way", ["to Keras", "from Keras"])
def test_optimizers_of_every_make_go_on(kind: str, way: str, keras: Any, tmp_path: Path) -> None:
    one, two = (engine, keras) if way == "to Keras" else (keras, engine)
    optimizer = {
        "schedule": lambda: one.optimizers.Adam(one.optimizers.schedules.ExponentialDecay(0.1, 2, 0.5)),
        "ema": lambda: one.optimizers.RMSprop(0.01, momentum=0.5, use_ema=True, clipnorm=1.0),
        "momentum": lambda: one.optimizers.SGD(0.01, momentum=0.9, weight_decay=0.01),
    }[kind]()
    model, x, y = prepared(one, "shared", optimizer)
    model.save(tmp_path / "m.keras")
    twin = two.saving.load_model(tmp_path / "m.keras")
    assert float(twin.optimizer.learning_rate) == pytest.approx(float(model.optimizer.learning_rate))
    assert int(twin.optimizer.iterations) == int(model.optimizer.iterations) == 4
    for each in (model, twin):
        each.fit(x, y, epochs=2, batch_size=4, verbose=0, shuffle=False)
    for found, wanted in zip(twin.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-5)


def test_the_archive_is_keras_own(tmp_path: Path) -> None:
    model, _, _ = prepared(engine, "sequential")
    model.save(tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as archive:
        assert archive.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
        assert json.loads(archive.read("metadata.json"))["keras_version"].startswith("3.")
        config = json.loads(archive.read("config.json"))
    assert config["class_name"] == "Sequential"
    assert config["build_config"]["input_shape"] == [None, 4]
    assert config["compile_config"]["optimizer"]["class_name"] == "Adam"


def test_a_folder_and_an_open_file_do_too(tmp_path: Path) -> None:
    model, x, _ = prepared(engine, "sequential")
    engine.saving.save_model(model, tmp_path / "m", zipped=False)
    with (tmp_path / "m.bin").open("wb") as file:
        engine.saving.save_model(model, file)
    with (tmp_path / "m.bin").open("rb") as file:
        twins = [engine.saving.load_model(tmp_path / "m"), engine.saving.load_model(file)]
    for twin in twins:
        np.testing.assert_array_equal(twin.predict(x, verbose=0), model.predict(x, verbose=0))
