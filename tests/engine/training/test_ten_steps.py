"""Ten steps beside real Keras: the same losses, and weights no further off than rounding takes Keras."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Keras' own, under numpy 2

STEPS, BATCH = 10, 16
numbers = np.random.default_rng(11)
LABELS = numbers.integers(0, 3, STEPS * BATCH)
ROWS = numbers.normal(size=(STEPS * BATCH, 6)).astype("float32")
PICTURES = numbers.normal(size=(STEPS * BATCH, 8, 8, 2)).astype("float32")
SERIES = numbers.normal(size=(STEPS * BATCH, 7, 5)).astype("float32")


def perceptron(k: Any) -> Any:
    return k.Sequential(
        [k.layers.Input((6,)), k.layers.Dense(16, activation="relu"), k.layers.Dense(3, activation="softmax")]
    )


def convolution(k: Any) -> Any:
    return k.Sequential(
        [
            k.layers.Input((8, 8, 2)),
            k.layers.Conv2D(4, 3, activation="relu"),
            k.layers.BatchNormalization(),
            k.layers.MaxPooling2D(),
            k.layers.Flatten(),
            k.layers.Dense(3, activation="softmax"),
        ]
    )


def recurrent(k: Any) -> Any:
    return k.Sequential([k.layers.Input((7, 5)), k.layers.LSTM(8), k.layers.Dense(3, activation="softmax")])


def attention(k: Any) -> Any:
    given = k.layers.Input((7, 5))
    attended = k.layers.MultiHeadAttention(2, 4)(given, given)
    x = k.layers.LayerNormalization()(k.layers.add([given, attended]))
    return k.Model(given, k.layers.Dense(3, activation="softmax")(k.layers.GlobalAveragePooling1D()(x)))


def trained(k: Any, make: Any, optimizer: str, weights: Any, order: Any, x: Any) -> tuple[Any, list[Any]]:
    """Return the loss of each of ten steps and the weights after them."""
    model = make(k)
    if weights is not None:
        model.set_weights(weights)
    rate = 0.05 if optimizer == "SGD" else 0.005
    model.compile(
        optimizer=getattr(k.optimizers, optimizer)(learning_rate=rate), loss="sparse_categorical_crossentropy"
    )
    losses = []
    for step in range(STEPS):
        rows = slice(step * BATCH, (step + 1) * BATCH)
        losses.append(float(model.train_on_batch(x[rows][order], LABELS[rows][order])))
    return losses, model.get_weights()


@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "RMSprop"])
@pytest.mark.parametrize(
    ("make", "x"), [(perceptron, ROWS), (convolution, PICTURES), (recurrent, SERIES), (attention, SERIES)]
)
def test_losses_and_weights_after_ten_steps(keras: Any, make: Any, x: Any, optimizer: str) -> None:
    keras.utils.set_random_seed(5)
    weights = make(keras).get_weights()
    straight = np.arange(BATCH)
    losses, reached = trained(keras, make, optimizer, weights, straight, x)
    orders = [straight[::-1].copy(), np.random.default_rng(2).permutation(BATCH)]
    reordered = [trained(keras, make, optimizer, weights, order, x)[1] for order in orders]
    own_losses, own = trained(engine, make, optimizer, weights, straight, x)
    np.testing.assert_allclose(own_losses, losses, atol=1e-4, rtol=1e-4)
    rounding = max(apart(reached, other) for other in reordered)
    assert apart(reached, own) <= 3 * max(rounding, 2 * float(np.finfo("float32").eps))


def apart(ones: Any, others: Any) -> float:
    return max(float(np.abs(one - two).max()) for one, two in zip(ones, others, strict=True))
