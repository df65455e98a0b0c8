"""Initial weights without seeds of their own: after ``set_random_seed`` they are those of Keras on torch."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import engine
from engine import layers, models
from engine.layers.rnn_simple import SimpleRNN
from engine.utils import set_random_seed

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SEQUENCE = (2, 6, 5)
FILM = {1: (2, 3, 8, 3), 2: (2, 3, 6, 6, 3), 3: (2, 3, 4, 4, 4, 2)}
RECURRENT: list[dict[str, Any]] = [
    {},
    {"dropout": 0.2, "recurrent_dropout": 0.1},
    {"bias_initializer": "random_normal"},
    {"seed": 3},
    {"kernel_initializer": "he_uniform", "use_bias": False},
]
CASES: list[tuple[str, tuple[int, ...], dict[str, Any]]] = [
    *((name, SEQUENCE, {"units": 4} | more) for name in ("SimpleRNN", "LSTM", "GRU") for more in RECURRENT),
    *(
        (f"ConvLSTM{rank}D", shape, {"filters": 3, "kernel_size": 2} | more)
        for rank, shape in FILM.items()
        for more in RECURRENT
    ),
    ("Dense", (2, 6), {"units": 3, "bias_initializer": "random_normal"}),
    ("Conv2D", (2, 8, 8, 3), {"filters": 3, "kernel_size": 2}),
    ("SeparableConv2D", (2, 8, 8, 3), {"filters": 3, "kernel_size": 2}),
    ("GaussianNoise", (2, 6), {"stddev": 0.2}),
    ("RandomCrop", (2, 8, 8, 3), {"height": 4, "width": 4}),
]


@pytest.mark.parametrize(("name", "shape", "arguments"), CASES)
def test_a_layer_starts_as_keras_starts_it(
    keras: Any, name: str, shape: tuple[int, ...], arguments: dict[str, Any]
) -> None:
    found = []
    for home in (keras, engine):
        home.utils.set_random_seed(7)
        layer = getattr(home.layers, name)(**arguments)
        layer.build(shape)
        found.append((layer.get_weights(), random.getstate()))
    (theirs, their_place), (ours, our_place) = found
    assert our_place == their_place, "the next layer would draw other seeds"
    assert len(ours) == len(theirs)
    for one, two in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, two)


def wide(home: Any) -> Any:
    """Return a model with two outputs and most of what draws at random."""
    kind = home.layers
    x = start = kind.Input((6, 8))
    x = kind.MultiHeadAttention(2, 4, dropout=0.1)(x, x)
    x = kind.Dropout(0.2)(kind.LayerNormalization()(x))
    x = kind.Bidirectional(kind.SimpleRNN(3, return_sequences=True))(x)
    x = kind.RNN([kind.LSTMCell(3), kind.SimpleRNNCell(2)], return_sequences=True)(x)
    outputs = [kind.Dense(3)(x), kind.EinsumDense("abc,cd->abd", output_shape=(6, 4))(x)]
    return home.models.Model(start, outputs)


def test_a_whole_model_and_its_clone_start_as_in_keras(keras: Any) -> None:
    found = []
    for home in (keras, engine):
        home.utils.set_random_seed(7)
        model = wide(home)
        clone = home.models.clone_model(model)
        found.append((model.get_weights() + clone.get_weights(), random.getstate()))
    (theirs, their_place), (ours, our_place) = found
    assert our_place == their_place
    for one, two in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, two)


def test_a_seed_that_a_class_of_ones_own_gives_counts() -> None:
    class Own(SimpleRNN):
        def __init__(self, units: int) -> None:
            super().__init__(units, dropout=0.5, seed=3)

    set_random_seed(1)
    layer = Own(4)
    assert layer.cell.seed_generator.initial_seed == layer.seed == 3
    assert models.Sequential([layers.Input((5, 2)), layer]).output_shape == (None, 4)


def test_an_input_that_leads_nowhere_stands_where_keras_lists_it(keras: Any) -> None:
    orders = []
    for home in (keras, engine):
        kind = home.layers
        used, unused = kind.Input((3,), name="used"), kind.Input((2,), name="unused")
        made = kind.Dense(2, name="last")(kind.Dense(2, name="first")(used))
        orders.append([layer.name for layer in home.models.Model([used, unused], made).layers])
    assert orders[1] == orders[0]
