"""With a seed, layers of noise draw the very patterns of Keras."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import engine

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Keras' own, under numpy 2

X = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Dropout", {"rate": 0.5}),
        ("Dropout", {"rate": 0.3, "noise_shape": (None, 1, None)}),
        ("SpatialDropout1D", {"rate": 0.5}),
        ("GaussianNoise", {"stddev": 0.5}),
        ("GaussianDropout", {"rate": 0.3}),
        ("AlphaDropout", {"rate": 0.3}),
    ],
)
def test_patterns_of_a_seed_are_those_of_keras(keras: Any, name: str, arguments: dict[str, Any]) -> None:
    ours, theirs = (getattr(k.layers, name)(seed=5, **arguments) for k in (engine, keras))
    for _ in range(2):
        torch.testing.assert_close(ours(X, training=True), theirs(X, training=True))


def test_training_with_seeded_dropout_is_that_of_keras(keras: Any) -> None:
    losses = []
    for k in (keras, engine):
        k.utils.set_random_seed(0)
        inputs = k.Input((4,))
        model = k.Model(inputs, k.layers.Dense(1)(k.layers.Dropout(0.4, seed=1)(inputs)))
        model.compile("adam", "mse")
        run = model.fit(X[0], X[0, :, :1], batch_size=1, epochs=2, shuffle=False, verbose=0)
        losses.append(run.history["loss"])
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-5)
