"""Training beside real Keras: from the same weights, the same numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Keras' own, under numpy 2

numbers = np.random.default_rng(3)
TABLE = numbers.normal(size=(80, 6)).astype("float32")
PICTURES = numbers.normal(size=(80, 8, 8, 1)).astype("float32")
LABELS = numbers.integers(0, 3, 80)


def dense(k: Any) -> Any:
    return k.Sequential(
        [k.layers.Input((6,)), k.layers.Dense(8, activation="tanh"), k.layers.Dense(3, activation="softmax")]
    )


def convolution(k: Any) -> Any:
    return k.Sequential(
        [
            k.layers.Input((8, 8, 1)),
            k.layers.Conv2D(4, 3, padding="same", activation="relu"),
            k.layers.MaxPooling2D(),
            k.layers.Flatten(),
            k.layers.Dense(3, activation="softmax"),
        ]
    )


def penalised(k: Any) -> Any:
    return k.Sequential(
        [
            k.layers.Input((6,)),
            k.layers.Dense(8, activation="relu", kernel_regularizer="l2", activity_regularizer="l1"),
            k.layers.Dense(3, activation="softmax"),
        ]
    )


def two_outputs(k: Any) -> Any:
    inputs = k.layers.Input((6,), name="table")
    hidden = k.layers.Dense(8, activation="tanh")(inputs)
    kind = k.layers.Dense(3, activation="softmax", name="kind")(hidden)
    size = k.layers.Dense(1, name="size")(hidden)
    return k.Model(inputs, [kind, size])


def twins(keras: Any, make: Any, **compiled: Any) -> tuple[Any, Any]:
    """Return the engine's model and Keras' with the same weights, compiled alike."""
    ours, theirs = make(engine), make(keras)
    ours.set_weights(theirs.get_weights())
    optimizer, arguments = compiled.pop("optimizer", ("SGD", {"learning_rate": 0.05}))
    for k, model in ((engine, ours), (keras, theirs)):
        model.compile(optimizer=getattr(k.optimizers, optimizer)(**arguments), **compiled)
    return ours, theirs


def assert_same(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert list(ours) == list(theirs)
    for name, wanted in theirs.items():
        np.testing.assert_allclose(ours[name], wanted, atol=1e-4, err_msg=name)


@pytest.mark.parametrize(
    "optimizer",
    [("SGD", {"learning_rate": 0.1, "momentum": 0.9}), ("Adam", {"learning_rate": 0.01}), ("RMSprop", {})],
)
@pytest.mark.parametrize(("make", "data"), [(dense, TABLE), (convolution, PICTURES), (penalised, TABLE)])
def test_ten_steps_equal_keras(keras: Any, make: Any, data: Any, optimizer: Any) -> None:
    ours, theirs = twins(
        keras, make, optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    options = {"batch_size": 16, "epochs": 2, "shuffle": False, "verbose": 0, "validation_split": 0.1}
    assert_same(ours.fit(data, LABELS, **options).history, theirs.fit(data, LABELS, **options).history)
    np.testing.assert_allclose(
        ours.evaluate(data, LABELS, verbose=0), theirs.evaluate(data, LABELS, verbose=0), atol=1e-4
    )
    np.testing.assert_allclose(ours.predict(data, verbose=0), theirs.predict(data, verbose=0), atol=1e-4)


@pytest.mark.parametrize("form", ["dict", "list"])
def test_two_outputs_equal_keras(keras: Any, form: str) -> None:
    sizes = TABLE[:, :1].copy()
    loss: Any = {"kind": "sparse_categorical_crossentropy", "size": "mse"}
    metrics: Any = {"kind": ["accuracy"], "size": ["mae"]}
    weights: Any = {"kind": 1.0, "size": 0.3}
    y: Any = {"kind": LABELS, "size": sizes}
    if form == "list":
        loss, metrics, weights, y = (list(item.values()) for item in (loss, metrics, weights, y))
    ours, theirs = twins(keras, two_outputs, loss=loss, metrics=metrics, loss_weights=weights)
    options = {"epochs": 3, "shuffle": False, "verbose": 0, "validation_data": (TABLE, y)}
    assert_same(ours.fit(TABLE, y, **options).history, theirs.fit(TABLE, y, **options).history)
    found, wanted = (model.evaluate(TABLE, y, verbose=0, return_dict=True) for model in (ours, theirs))
    assert_same(found, wanted)
    for one, two in zip(ours.predict(TABLE, verbose=0), theirs.predict(TABLE, verbose=0), strict=True):
        np.testing.assert_allclose(one, two, atol=1e-4)


def test_sample_and_class_weights_equal_keras(keras: Any) -> None:
    weights = np.linspace(0, 2, 80).astype("float32")
    for extra in ({"sample_weight": weights}, {"class_weight": {0: 1.0, 1: 5.0, 2: 0.5}}):
        ours, theirs = twins(
            keras, dense, loss="sparse_categorical_crossentropy",
            metrics=["accuracy"], weighted_metrics=["accuracy"],
        )  # fmt: skip
        options = {"epochs": 2, "shuffle": False, "verbose": 0, **extra}
        assert_same(ours.fit(TABLE, LABELS, **options).history, theirs.fit(TABLE, LABELS, **options).history)


def test_single_batches_equal_keras(keras: Any) -> None:
    ours, theirs = twins(keras, dense, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    for _ in range(3):
        found = ours.train_on_batch(TABLE[:16], LABELS[:16])
        np.testing.assert_allclose(found, theirs.train_on_batch(TABLE[:16], LABELS[:16]), atol=1e-4)
    found, wanted = (
        model.test_on_batch(TABLE[:16], LABELS[:16], return_dict=True) for model in (ours, theirs)
    )
    assert_same(dict(sorted(found.items())), dict(sorted(wanted.items())))
    np.testing.assert_allclose(
        ours.predict_on_batch(TABLE[:4]), theirs.predict_on_batch(TABLE[:4]), atol=1e-4
    )


@pytest.mark.parametrize(
    ("units", "activation", "loss", "labels"),
    [
        (1, "sigmoid", "binary_crossentropy", LABELS > 0),
        (3, "softmax", "categorical_crossentropy", np.eye(3, dtype="float32")[LABELS]),
        (3, "softmax", "crossentropy", LABELS[:, None]),
    ],
)
def test_words_find_their_form(keras: Any, units: int, activation: str, loss: str, labels: Any) -> None:
    def make(k: Any) -> Any:
        return k.Sequential([k.layers.Input((6,)), k.layers.Dense(units, activation=activation)])

    ours, theirs = twins(keras, make, loss=loss, metrics=["accuracy"])
    labels = labels.astype("float32")
    options = {"epochs": 2, "shuffle": False, "verbose": 0}
    assert_same(ours.fit(TABLE, labels, **options).history, theirs.fit(TABLE, labels, **options).history)
