"""Before training a model is tried on a few rows: random numbers go on as if it had not been."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Keras' own, under numpy 2

TABLE = np.random.default_rng(0).normal(size=(32, 6)).astype("float32")


def _noisy(k: Any) -> Any:
    class Noise(k.layers.Layer):  # type: ignore[misc]  # the base is chosen at run time
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.seed_generator = k.random.SeedGenerator(1337)

        def call(self, inputs: Any) -> Any:
            return inputs + k.random.normal(k.ops.shape(inputs), seed=self.seed_generator)

    class Model(k.Model):  # type: ignore[misc]  # the base is chosen at run time
        def __init__(self) -> None:
            super().__init__()
            self.noise, self.dense = Noise(), k.layers.Dense(2)

        def call(self, inputs: Any) -> Any:
            return self.dense(self.noise(inputs))

    return Model()


@pytest.mark.parametrize("called_before", [False, True])
def test_noise_of_training_is_that_of_keras(keras: Any, called_before: bool) -> None:
    histories, states = [], []
    for k in (keras, engine):
        k.utils.set_random_seed(0)
        model = _noisy(k)
        if called_before:
            model(TABLE[:2])
        model.compile("sgd", "mse")
        run = model.fit(TABLE, TABLE[:, :2], batch_size=8, epochs=2, shuffle=False, verbose=0)
        histories.append(run.history["loss"])
        state = model.noise.seed_generator.state
        states.append(np.asarray(state.value.detach()).tolist())
    np.testing.assert_allclose(histories[1], histories[0], rtol=1e-5)
    assert states[1] == states[0]
