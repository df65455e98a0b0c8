"""Calls on one plain tensor: the short way into the graph gives what the whole call gives."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch

import engine
from engine import layers
from engine.errors import ShapeError
from engine.models.model import Model

X = torch.from_numpy(np.random.default_rng(0).normal(size=(6, 4)).astype("float32"))


def chain() -> Any:
    return engine.Sequential(
        [layers.Input((4,)), layers.Dense(5, activation="tanh"), layers.Dropout(0.5), layers.Dense(2)]
    )


def graph() -> Any:
    given = layers.Input((4,))
    hidden = layers.Dense(5, activation="relu")(given)
    return engine.Model(given, layers.Dense(2)(layers.concatenate([given, hidden])))


@pytest.mark.parametrize("make", [chain, graph])
def test_the_second_call_goes_straight_and_says_the_same(make: Any) -> None:
    model = make()
    first = model(X)
    assert model._direct is not None
    assert model._direct.fits(X)
    torch.testing.assert_close(model(X), first)
    torch.testing.assert_close(model(X.numpy()), first)
    torch.testing.assert_close(model(X, training=False), first)
    grads = torch.autograd.grad(model(X).sum(), model.trainable_weights)
    assert all(grad.abs().sum() > 0 for grad in grads[-2:])


def test_what_needs_a_whole_call_gets_one() -> None:
    model = chain()
    model(X)
    model(X)
    seen: list[str] = []
    handle = model.register_forward_hook(lambda *_: seen.append("model"))
    model.layers[0].register_forward_hook(lambda *_: seen.append("layer"))
    model(X)
    assert seen == ["layer", "model"]
    handle.remove()
    seen.clear()
    everywhere = torch.nn.modules.module.register_module_forward_hook(lambda *_: seen.append("all"))
    model(X)
    everywhere.remove()
    assert "all" in seen
    masked = X.clone()
    masked._keras_mask = torch.ones(6, dtype=torch.bool)  # type: ignore[attr-defined]
    assert not model._direct.fits(masked)
    assert not model._direct.fits(X.numpy())


def test_it_follows_what_is_done_to_the_model() -> None:
    model = chain()
    model(X)
    model.add(layers.Dense(3))
    assert model(X).shape == (6, 3)
    assert model(X).shape == (6, 3)
    model.pop()
    assert model(X).shape == (6, 2)
    model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
    assert not model(X).any()
    twin = copy.deepcopy(model)
    twin.set_weights([np.ones_like(weight) for weight in twin.get_weights()])
    assert all(twin(X).any() for _ in range(3))
    assert not model(X).any()
    with pytest.raises(ShapeError):
        model(X[:, :3])


def test_inside_a_training_call_the_model_trains_too() -> None:
    inner = engine.Sequential([layers.Input((4,)), layers.Dropout(0.9)])
    inner(X)
    inner(X)

    class Outer(Model):
        def __init__(self) -> None:
            super().__init__()
            self.inner = inner

        def call(self, inputs: Any, training: bool = False) -> Any:
            return self.inner(inputs)

    outer = Outer()
    assert torch.equal(outer(X), X)
    assert not torch.equal(outer(X, training=True), X)
    assert torch.equal(inner(X), X)


def test_loss_terms_of_the_last_call_alone_count() -> None:
    model = engine.Sequential(
        [layers.Input((4,)), layers.Dense(3, activity_regularizer="l2"), layers.Dense(1)]
    )
    for _ in range(3):
        model(X)
    assert len(model.losses) == 1


def test_an_error_names_the_layer() -> None:
    class Breaks(layers.Layer):
        def call(self, inputs: Any) -> Any:
            if len(inputs) == 5:
                raise ValueError("five")
            return inputs

    model = engine.Sequential([layers.Input((4,)), Breaks(name="broken")])
    model(X)
    with pytest.raises(ValueError, match="five") as caught:
        model(X[:5])
    assert caught.value.layer_name == "broken"  # type: ignore[attr-defined]


def test_a_thousand_layers() -> None:
    x = given = layers.Input((4,))
    for _ in range(1000):
        x = layers.Activation("tanh")(x)
    model = engine.Model(given, x)
    assert model(X).shape == (6, 4)
    assert model.predict(X.numpy(), verbose=0).shape == (6, 4)
    assert len(engine.models.clone_model(model).layers) == 1001
