"""Layers that compute again instead of remembering: same numbers, more calls."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch

import engine
from engine import layers


class Counting:
    """An activation that counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, x: Any) -> Any:
        self.calls += 1
        return torch.tanh(x)


def trained(mode: str | None, activation: Any, **options: Any) -> tuple[Any, list[Any]]:
    engine.utils.set_random_seed(1)
    with engine.RematScope(mode, **options):
        line = [layers.Input((4,)), layers.Dense(5, activation=activation, name="wide")]
        line += [layers.Dropout(0.5, seed=3), layers.BatchNormalization(), layers.Dense(1)]
    model = engine.Sequential(line)
    model.compile("sgd", "mse")
    x = np.random.default_rng(0).normal(size=(8, 4)).astype("float32")
    history = model.fit(x, x[:, :1], epochs=2, batch_size=4, verbose=0, shuffle=False)
    return history.history["loss"], model.get_weights()


@pytest.mark.parametrize(
    ("options", "again"),
    [
        ({"mode": "full"}, True),
        ({"mode": "activations"}, True),
        ({"mode": "larger_than", "output_size_threshold": 4}, True),
        ({"mode": "larger_than", "output_size_threshold": 5000}, False),
        ({"mode": "list_of_layers", "layer_names": ["wide"]}, True),
        ({"mode": "list_of_layers", "layer_names": ["other"]}, False),
    ],
)
def test_numbers_stay_and_calls_double(options: dict[str, Any], again: bool) -> None:
    plain, saving = Counting(), Counting()
    losses, weights = trained(None, plain)
    other_losses, other_weights = trained(activation=saving, **options)
    assert other_losses == losses
    for one, two in zip(other_weights, weights, strict=True):
        np.testing.assert_array_equal(one, two)
    steps = 4
    assert saving.calls - plain.calls == (steps if again else 0)


def test_half_precision_is_computed_again_in_half() -> None:
    with engine.RematScope():
        layer = layers.Dense(3, dtype="mixed_bfloat16", kernel_initializer="ones")
    x = torch.ones(2, 4)
    layer(x).sum().backward()
    np.testing.assert_array_equal(layer.kernel.grad, np.full((4, 3), 2.0))


def test_inner_scopes_and_copies() -> None:
    activation = Counting()
    with engine.RematScope("full"), engine.RematScope(None):
        plain = layers.Dense(2, activation=activation)
    plain(torch.ones(1, 2)).sum().backward()
    assert activation.calls == 1
    with engine.RematScope("full"):
        layer = layers.Dense(2, activation="tanh")
    layer(torch.ones(1, 2))
    twin = copy.deepcopy(layer)
    twin.kernel.assign(np.zeros((2, 2)))
    assert float(twin(torch.ones(1, 2)).detach().sum()) == 0.0
    assert float(layer(torch.ones(1, 2)).detach().abs().sum()) != 0.0
    with pytest.raises(ValueError, match="Invalid mode 'invalid'"):
        engine.RematScope("invalid")


def test_functions_and_layers_are_wrapped() -> None:
    calls = []

    def scaled(x: Any, scale: float = 1.0, offset: float = 0.0) -> Any:
        calls.append(scale)
        noise = engine.random.uniform(tuple(x.shape))
        return torch.exp(x * scale) * noise + offset

    x = torch.ones(3, requires_grad=True)
    engine.utils.set_random_seed(5)
    found = engine.remat(scaled)(x, scale=2.0, offset=1.0)
    found.sum().backward()
    assert len(calls) == 2
    # The gradient of exp(2x)·noise is twice the value without the offset: the noise was the same again.
    np.testing.assert_allclose(x.grad, 2 * (found.detach() - 1.0), rtol=1e-6)
    drop = layers.Dropout(0.5, seed=1)
    y = torch.ones(100, requires_grad=True)
    out = engine.remat(drop)(y, training=True)
    out.sum().backward()
    np.testing.assert_array_equal(y.grad, out.detach())
    with torch.no_grad():
        engine.remat(scaled)(x)
    assert len(calls) == 3


def test_wrapped_layers_take_arrays_and_stand_in_models() -> None:
    x = np.random.default_rng(2).normal(size=(6, 4)).astype("float32")
    np.testing.assert_array_equal(engine.remat(layers.ReLU())(x), np.maximum(x, 0))
    entry = engine.Input((4,))
    middle = layers.Lambda(engine.remat(layers.ReLU()))(layers.Dense(4)(entry))
    model = engine.Model(entry, layers.Dense(1)(middle))
    model.compile("sgd", "mse")
    history = model.fit(x, x[:, :1], epochs=3, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]
