"""Models of every make, written once for Keras and the engine alike: name to a maker and its data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def _data(*shape: int) -> np.ndarray[Any, Any]:
    return np.random.default_rng(len(shape)).normal(size=shape).astype("float32")


def _words(rows: int, steps: int) -> np.ndarray[Any, Any]:
    return np.random.default_rng(7).integers(0, 9, (rows, steps)).astype("int32")


def sequential(k: Any) -> Any:
    layers = [k.layers.Input((4,)), k.layers.Dense(5, activation="relu", kernel_regularizer="l2")]
    layers += [k.layers.BatchNormalization(), k.layers.Dense(2, kernel_constraint="max_norm")]
    return k.Sequential(layers), _data(8, 4)


def several(k: Any) -> Any:
    one, two = k.Input((4,), name="one"), k.Input((3,), name="two")
    joined = k.layers.Concatenate()([one, two])
    hidden = k.layers.LeakyReLU(0.1)(k.layers.Dense(4)(joined))
    outputs = {"a": k.layers.Dense(1, name="a")(hidden), "b": k.layers.Dense(2, name="b")(hidden)}
    return k.Model([one, two], outputs), [_data(8, 4), _data(8, 3)]


def shared(k: Any) -> Any:
    one, two = k.Input((4,)), k.Input((4,))
    line = k.layers.Dense(3, name="shared")
    return k.Model([one, two], k.layers.Add()([line(one), line(two)])), [_data(8, 4), _data(8, 4) + 1]


def nested(k: Any) -> Any:
    inner = k.Sequential([k.layers.Input((4,)), k.layers.Dense(4), k.layers.LayerNormalization()])
    entry = k.Input((4,))
    half = k.Model(entry, k.layers.Dense(3)(inner(entry)))
    outer = k.Input((4,))
    return k.Model(outer, k.layers.Dense(1)(half(outer))), _data(8, 4)


def recurrent(k: Any) -> Any:
    layers = [k.layers.Input((5, 3)), k.layers.Bidirectional(k.layers.LSTM(2, return_sequences=True))]
    layers += [k.layers.GRU(3, return_sequences=True), k.layers.SimpleRNN(2)]
    return k.Sequential(layers), _data(4, 5, 3)


def cells(k: Any) -> Any:
    stack = k.layers.RNN([k.layers.GRUCell(3), k.layers.LSTMCell(2)], return_sequences=True)
    layers = [k.layers.Input((5, 3)), stack, k.layers.TimeDistributed(k.layers.Dense(2))]
    return k.Sequential(layers), _data(4, 5, 3)


def pictures(k: Any) -> Any:
    layers = [k.layers.Input((8, 8, 3)), k.layers.Conv2D(4, 3, strides=2, padding="same", activation="gelu")]
    layers += [k.layers.BatchNormalization(), k.layers.DepthwiseConv2D(3), k.layers.SeparableConv2D(2, 2)]
    layers += [k.layers.Conv2DTranspose(2, 2, strides=2), k.layers.MaxPooling2D(), k.layers.Flatten()]
    return k.Sequential([*layers, k.layers.Dense(2, activation="softmax")]), _data(4, 8, 8, 3)


def words(k: Any) -> Any:
    layers = [k.layers.Input((6,), dtype="int32"), k.layers.Embedding(9, 4, mask_zero=True)]
    return k.Sequential([*layers, k.layers.LSTM(3), k.layers.Dense(1, activation="sigmoid")]), _words(4, 6)


def attention(k: Any) -> Any:
    entry = k.Input((5, 4))
    found = k.layers.MultiHeadAttention(2, 3)(entry, entry)
    summed = k.layers.LayerNormalization()(k.layers.Add()([entry, found]))
    return k.Model(entry, k.layers.GlobalAveragePooling1D()(summed)), _data(4, 5, 4)


def frozen(k: Any) -> Any:
    layers = [k.layers.Input((4,)), k.layers.Dense(3, trainable=False), k.layers.PReLU(), k.layers.Dense(1)]
    return k.Sequential(layers), _data(8, 4)


def long_texts(k: Any) -> Any:
    layers = [k.layers.Input((10, 3)), k.layers.Conv1D(4, 3, padding="causal", dilation_rate=2)]
    layers += [k.layers.GroupNormalization(2), k.layers.GlobalMaxPooling1D(), k.layers.Dense(2)]
    return k.Sequential(layers), _data(4, 10, 3)


def normalized(k: Any) -> Any:
    layers = [k.layers.Input((4,)), k.layers.Normalization(mean=[1.0, 2, 3, 4], variance=[1.0, 4, 9, 16])]
    return k.Sequential([*layers, k.layers.Dropout(0.5), k.layers.Dense(1)]), _data(8, 4)


def operators(k: Any) -> Any:
    entry = k.Input((6, 4))
    later = entry[:, 1:] * 2.0 + entry[:, :-1]
    return k.Model(entry, k.layers.Dense(2)(k.layers.Permute((2, 1))(later))), _data(4, 6, 4)


ALL: dict[str, Callable[[Any], Any]] = {
    maker.__name__: maker
    for maker in (
        sequential, several, shared, nested, recurrent, cells, pictures, words, attention, frozen, long_texts,
        normalized, operators,
    )
}  # fmt: skip
