"""Data and losses beyond plain arrays: nested outputs, texts, inputs left out, targets that broadcast."""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np
import pytest

import engine
from engine import layers
from engine.errors import ShapeError
from engine.training.nested import parts_of

X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
ONE, TWO = X[:, :1].copy(), X[:, 1:2].copy()


def test_a_loss_may_take_several_outputs_together() -> None:
    given = layers.Input((3,))
    outputs = {
        word: tuple(layers.Dense(1, name=f"{word}{number}")(given) for number in (0, 1)) for word in "ab"
    }
    model = engine.Model(given, outputs)
    seen: list[Any] = []

    def joint(true: Any, pred: Any) -> Any:
        seen.append((type(true), type(pred), len(true)))
        return (true[0] - pred[0]).abs().mean(-1) + (true[1] - pred[1]).abs().mean(-1)

    weights = {"a": [1.0, (0.0, 0.5)], "b": 2.0}
    model.compile("sgd", {"a": [joint, (None, "mse")], "b": joint}, loss_weights=weights)
    y = {"b": (TWO, TWO), "a": (ONE, TWO)}
    logs = model.fit(X, y, verbose=0).history
    assert sorted(logs) == ["a/a1_loss", "a_loss", "b_loss", "loss"]
    assert seen
    assert all(found == (tuple, tuple, 2) for found in seen)
    logs = {name: values[0] for name, values in logs.items()}
    assert logs["loss"] == pytest.approx(
        logs["a_loss"] + 0.5 * logs["a/a1_loss"] + 2 * logs["b_loss"], rel=1e-5
    )
    assert set(model.predict(X, verbose=0)) == {"a", "b"}


def test_parts_by_their_places() -> None:
    Pair = namedtuple("Pair", ["left", "right"])
    structure = Pair(None, None)
    found = parts_of(["whole", Pair("l", "r")], None, structure, ["left", "right"])
    assert [(part.loss, part.name, part.of(["p", "q"])) for part in found] == [
        ("whole", "left_right", Pair("p", "q")), ("l", "left", "p"), ("r", "right", "q"),
    ]  # fmt: skip
    with pytest.raises(KeyError, match="can't be found"):
        parts_of({"a": {"z": "mse"}}, None, {"a": {"b": None}}, ["b"])
    with pytest.raises(ValueError, match="match the number of losses"):
        parts_of(["one", ("two", "three")], [1.0, 2.0], (None, None), ["a", "b"])


def test_a_list_of_losses_on_one_output_counts_them_all() -> None:
    given = layers.Input((3,))
    model = engine.Model(given, [layers.Dense(1, name="a")(given), layers.Dense(1, name="b")(given)])
    model.compile("sgd", ["mse", ["mse", "mae"]])
    logs = model.fit(X, [ONE, TWO], verbose=0).history
    assert sorted(logs) == ["a_loss", "b_loss", "loss"]
    truth = model.evaluate(X, [ONE, TWO], verbose=0, return_dict=True)
    a, b = model.predict(X, verbose=0)
    wanted = np.mean((a - ONE) ** 2) + np.mean((b - TWO) ** 2) + np.mean(np.abs(b - TWO))
    assert truth["loss"] == pytest.approx(wanted, rel=1e-5)


TEXTS = np.array(["good film", "bad film", "very good", "very bad"])
MOODS = np.array([1, 0, 1, 0])


@pytest.mark.parametrize("declared", [True, False])
@pytest.mark.parametrize(
    "form", [np.asarray, lambda texts: texts.astype(object), lambda texts: texts.tolist()]
)
def test_texts_go_through_fit_evaluate_and_predict(declared: bool, form: Any) -> None:
    words = layers.TextVectorization(max_tokens=20, output_sequence_length=4)
    words.adapt(TEXTS)
    begin = [layers.Input((1,), dtype="string")] if declared else []
    engine.utils.set_random_seed(0)
    model = engine.Sequential(
        [*begin, words, layers.Embedding(20, 4), layers.GlobalAveragePooling1D(), layers.Dense(1, "sigmoid")]
    )
    model.compile(engine.optimizers.Adam(0.1), "binary_crossentropy", metrics=["accuracy"])
    model.fit(form(TEXTS), MOODS, batch_size=2, epochs=15, verbose=0)
    assert model.evaluate(form(TEXTS), MOODS, verbose=0)[1] == 1.0
    found = model.predict(form(TEXTS), verbose=0)
    assert found.shape == (4, 1)
    np.testing.assert_allclose(model(TEXTS).detach().numpy(), found, atol=1e-6)


def test_texts_beside_numbers_and_from_a_generator() -> None:
    word = layers.Input((1,), dtype="string", name="word")
    size = layers.Input((2,), name="size")
    looked = layers.Flatten()(layers.Embedding(3, 2)(layers.StringLookup(vocabulary=["a", "b"])(word)))
    model = engine.Model([word, size], layers.Dense(1)(layers.concatenate([looked, size])))
    model.compile("sgd", "mse")
    texts, sizes, y = np.array([["a"], ["b"], ["c"], ["a"]]), np.ones((4, 2)), np.ones((4, 1))
    model.fit({"word": texts, "size": sizes}, y, batch_size=3, verbose=0)
    model.fit(((texts, sizes), y) for _ in range(2))
    assert model.predict([texts, sizes], verbose=0).shape == (4, 1)


def test_texts_for_a_model_of_numbers_are_refused() -> None:
    model = engine.Sequential([layers.Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="Data must be numbers"):
        model.fit(TEXTS, MOODS, verbose=0)


def test_an_optional_input_may_be_left_out() -> None:
    class Either(layers.Layer):
        def call(self, inputs: Any, other: Any = None) -> Any:
            return inputs if other is None else inputs + other

    x = layers.Input((3,), name="x")
    o = layers.Input((3,), name="o", optional=True)
    model = engine.Model({"x": x, "o": o}, layers.Dense(1)(Either()(x, o)))
    model.compile("sgd", "mse")
    for other in (None, X):
        model.fit({"x": X, "o": other}, ONE, batch_size=3, verbose=0)
        model.evaluate({"x": X, "o": other}, ONE, verbose=0)
        assert model.predict({"x": X, "o": other}, verbose=0).shape == (8, 1)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Keras' own, under numpy 2
def test_targets_that_broadcast_are_a_warning_as_keras_takes_them(keras: Any) -> None:
    def make(k: Any) -> Any:
        model = k.Sequential([k.layers.Input((3,)), k.layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    ours, theirs = make(engine), make(keras)
    ours.set_weights(theirs.get_weights())
    with pytest.warns(UserWarning, match=r"shape \(1,\) per row.*shape \(2,\) per row.*repeated"):
        found = ours.evaluate(X, X[:, :2], verbose=0)
    assert found == pytest.approx(theirs.evaluate(X, X[:, :2], verbose=0), rel=1e-5)
    wide = engine.Sequential([layers.Input((3,)), layers.Dense(3)])
    wide.compile("sgd", "mse")
    with pytest.raises(ShapeError, match="same shape"):
        wide.fit(X, X[:, :2], verbose=0)
    sure = engine.Sequential([layers.Input((3,)), layers.Dense(1, activation="sigmoid")])
    sure.compile("sgd", "binary_crossentropy")
    with pytest.raises(ShapeError, match="same shape"):
        sure.fit(X, X[:, :2], verbose=0)


def test_sound_becomes_a_spectrogram_inside_fit() -> None:
    sound = np.random.default_rng(0).normal(size=(4, 2000)).astype("float32")
    model = engine.Sequential(
        [layers.MelSpectrogram(fft_length=256, sequence_stride=128), layers.Flatten(), layers.Dense(1)]
    )
    model.compile("sgd", "mse")
    model.fit(sound, np.ones((4, 1)), batch_size=2, verbose=0)
    assert model.predict(sound, verbose=0).shape == (4, 1)
