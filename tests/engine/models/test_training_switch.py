"""Who says whether a layer trains: the caller of the model, the call in the graph, the layer; as in Keras."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import engine
from engine import layers

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__"),  # Keras' own tensors as numpy arrays
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

R = np.random.default_rng(0)
X = R.normal(0.5, 1.2, (24, 4)).astype("float32")
Y = R.normal(size=(24, 1)).astype("float32")


def _transfer(lib: Any) -> Any:
    """Go the road of the guide: a frozen base, a new head; then all of it, compiled anew, more slowly."""
    base = lib.Sequential(
        [lib.layers.Input((4,)), lib.layers.Dense(5), lib.layers.BatchNormalization(), lib.layers.ReLU()]
    )
    rows = lib.layers.Input((4,))
    hidden = lib.layers.Dropout(0.0)(base(rows, training=False))
    model = lib.Model(rows, lib.layers.Dense(1)(hidden))
    draw = np.random.default_rng(1)
    model.set_weights([draw.uniform(0.2, 0.6, weight.shape) for weight in model.get_weights()])
    base.trainable = False
    model.compile(lib.optimizers.SGD(0.05), "mse")
    told = {"batch_size": 8, "shuffle": False, "verbose": 0}
    losses = [model.fit(X, Y, epochs=2, **told).history["loss"]]
    frozen = [np.array(weight) for weight in base.get_weights()]
    base.trainable = True
    model.compile(lib.optimizers.SGD(0.01), "mse")
    losses.append(model.fit(X, Y, epochs=2, **told).history["loss"])
    return losses, frozen, model.get_weights(), model.predict(X, verbose=0)


def test_the_road_of_the_transfer_guide_gives_the_numbers_of_keras(keras: Any) -> None:
    (losses, frozen, weights, answers), theirs = _transfer(engine), _transfer(keras)
    np.testing.assert_allclose(losses, theirs[0], rtol=1e-4)
    np.testing.assert_allclose(answers, theirs[3], rtol=1e-4, atol=1e-5)
    for ours, other in zip([*frozen, *weights], [*theirs[1], *theirs[2]], strict=True):
        np.testing.assert_allclose(ours, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("told", [True, False, None])
@pytest.mark.parametrize("written", [{}, {"training": True}, {"training": False}])
def test_the_caller_of_a_graph_goes_before_the_call_in_it(keras: Any, written: Any, told: Any) -> None:
    found = []
    for lib in (engine, keras):

        class Tells(lib.layers.Layer):  # type: ignore[misc, name-defined]  # of one library and the other
            def __init__(self, default: Any, **kwargs: Any) -> None:
                super().__init__(**kwargs)
                self.told: list[Any] = []

            def call(self, inputs: Any, training: Any = None) -> Any:
                self.told.append(training)
                return inputs

        first, inside = Tells(None), Tells(None)
        inner = lib.Sequential([lib.layers.Input((4,)), inside])
        rows = lib.layers.Input((4,))
        model = lib.Model(rows, inner(first(rows, **written), **written))
        first.told.clear()
        inside.told.clear()
        model(X, training=told) if told is not None else model(X)
        model.predict(X, batch_size=24, verbose=0)
        found.append((first.told, inside.told))
    assert found[0] == found[1]


def test_dropout_that_always_drops_rests_in_predict_alone() -> None:
    rows = layers.Input((20,))
    model = engine.Model(rows, layers.Dropout(0.5, seed=1337)(rows, training=True))
    ones = np.ones((4, 20), "float32")
    np.testing.assert_array_equal(model.predict(ones, batch_size=2, verbose=0), ones)
    np.testing.assert_array_equal(model.predict_on_batch(ones), ones)
    first, second = model(ones), model(ones)
    assert not torch.equal(first, second)
    assert set(first.unique().tolist()) == {0.0, 2.0}


def test_a_layer_that_trains_by_default_does_so_where_nobody_says_otherwise() -> None:
    class Shifts(layers.Layer):
        def call(self, inputs: Any, training: bool = True) -> Any:
            return inputs + 1 if training else inputs

    class Holds(layers.Layer):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.inner = Shifts()

        def call(self, inputs: Any) -> Any:
            return self.inner(inputs)

    zero = np.zeros((1, 4), "float32")
    rows = layers.Input((4,))
    for layer in (Shifts(), Holds(), engine.Sequential([Shifts()])):
        model = engine.Model(rows, layer(rows))
        assert [model(zero).max().item() for _ in range(2)] == [1, 1]
        assert model(zero, training=False).max().item() == 0
        assert model(zero, training=True).max().item() == 1
        assert model.predict(zero, verbose=0).max() == 0
    held = engine.Model(rows, Holds()(rows, training=False))
    assert (held(zero).max().item(), held(zero, training=True).max().item()) == (0, 1)
