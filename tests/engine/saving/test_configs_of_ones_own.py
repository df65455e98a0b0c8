"""Configs of classes of one's own, of layers that stand in two places, and of nameless functions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import engine
from engine import layers, models, saving
from engine.serialization import (
    ObjectSharingScope,
    SafeModeScope,
    deserialize_keras_object,
    serialize_keras_object,
)


class Own(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def get_config(self):
        return dict(units=self.units, **super().get_config())


class OwnDense(layers.Dense):
    def __init__(self, units, extra=1, **kwargs):
        super().__init__(units, **kwargs)
        self.extra = extra

    def get_config(self):
        return dict(extra=self.extra, **super().get_config())


class Around(layers.Wrapper):
    def call(self, x):
        return self.layer(x)


def again(thing, **given):
    return deserialize_keras_object(json.loads(json.dumps(serialize_keras_object(thing))), **given)


@pytest.mark.parametrize("layer", [Own(3), OwnDense(3, 2, use_bias=False)])
def test_a_config_of_ones_own_adds_to_that_of_the_class_below(layer):
    twin = again(layer, custom_objects={"Own": Own, "OwnDense": OwnDense})
    assert serialize_keras_object(twin) == serialize_keras_object(layer)
    assert set(Own(3).get_config()) == {"name", "trainable", "dtype", "units"}


def test_a_layer_in_two_places_stays_one():
    with ObjectSharingScope():
        shared = layers.Dense(1)
        one, two = layers.Input((2,)), layers.Input((2,))
        model = models.Model([one, two], [shared(one), Around(shared)(two)])
        twin = again(model, custom_objects={"Around": Around})
    assert twin.layers[2] is twin.layers[3].layer


def test_a_scope_lets_nameless_functions_be_found_again():
    layer = layers.Lambda(lambda x: x**2)
    with SafeModeScope(False):
        assert torch.equal(again(layer)(torch.ones(2) * 3), torch.ones(2) * 9)
    with SafeModeScope(True), pytest.raises(ValueError, match="arbitrary code execution"):
        again(layer, safe_mode=False)


@pytest.mark.parametrize(
    ("config", "words"),
    [({"layers": []}, "'name' and 'layers' keys"), ({"name": "a", "layers": [{}]}, "'config' key")],
)
def test_what_is_no_chain_is_refused(config, words):
    with pytest.raises(ValueError, match=words):
        saving.deserialize_keras_object({"class_name": "Sequential", "module": "keras", "config": config})


def test_a_list_that_holds_itself_is_saved(tmp_path: Path) -> None:
    @engine.saving.register_keras_serializable("cyclic")
    class Cyclic(engine.Model):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.blocks: list[Any] = []
            self.blocks.append(self.blocks)
            self.table: dict[str, Any] = {}
            self.table["again"] = self.table
            self.out = layers.Dense(2)

        def call(self, x: Any) -> Any:
            return self.out(x)

    model = Cyclic()
    x = np.ones((1, 3), "float32")
    wanted = model(x).detach()
    model.save(tmp_path / "m.keras")
    np.testing.assert_array_equal(engine.saving.load_model(tmp_path / "m.keras")(x).detach(), wanted)


class _Growth:
    """A function object without ``from_config``."""

    def __call__(self, x: Any) -> Any:
        return x * 2

    def get_config(self) -> dict[str, Any]:
        return {}


@engine.saving.register_keras_serializable("unread")
class _Unread(layers.Layer):
    """Its config holds a layer that nobody makes again."""

    def __init__(self, inner: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, x: Any) -> Any:
        return self.inner(x)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "inner": self.inner}


def test_objects_that_cannot_be_made_again_are_told(tmp_path: Path) -> None:
    engine.saving.register_keras_serializable("unread")(_Growth)
    entry = engine.Input((3,))
    for layer, words in (
        (layers.Dense(1, activation=_Growth()), "Unable to reconstruct an instance of '_Growth'"),
        (_Unread(layers.Dense(2)), "are explicitly deserialized"),
    ):
        engine.Model(entry, layer(entry)).save(tmp_path / "m.keras")
        with pytest.raises(TypeError, match=words):
            engine.saving.load_model(tmp_path / "m.keras")


def test_functions_of_ones_own_are_saved_by_their_registered_name() -> None:
    @engine.saving.register_keras_serializable("functions")
    def distance(y_true: Any, y_pred: Any) -> Any:
        return (y_true - y_pred) ** 2

    model = engine.Sequential([layers.Input((1,)), layers.Dense(1)])
    model.compile("sgd", loss=distance, metrics=[distance])
    config = model.get_compile_config()
    assert config["loss"]["config"] == "functions>distance"
    twin = engine.Sequential([layers.Input((1,)), layers.Dense(1)])
    twin.compile_from_config(config)
    assert twin.loss is distance


class _Blocks(models.Model):
    """Layers in tuples in a list."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.blocks = [(layers.Dense(3, use_bias=False),), (layers.Dense(3, use_bias=False),)]

    def call(self, x: Any) -> Any:
        for (one,) in self.blocks:
            x = one(x)
        return x


def test_lists_that_older_files_left_out_are_told(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    one, two = _Blocks(), _Blocks()
    x = np.ones((1, 3), "float32")
    one(x), two(x)
    path = tmp_path / "m.weights.h5"
    one.save_weights(path)
    with h5py.File(path, "r+") as file:
        groups = list(file["blocks"])
        assert groups == ["container", "container_1"]
        for index, name in enumerate(groups):  # older Keras kept them under the model's own list alone
            file.copy(f"blocks/{name}/dense", f"layers/dense{'_1' * index}")
            del file[f"blocks/{name}"]
    with pytest.warns(UserWarning, match="Skipping nested container"):
        two.load_weights(path)
    np.testing.assert_array_equal(two(x).detach(), one(x).detach())
