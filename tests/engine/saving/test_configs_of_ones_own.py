"""Configs of classes of one's own, of layers that stand in two places, and of nameless functions."""

from __future__ import annotations

import json

import pytest
import torch

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
