"""Models that Keras describes are built here, and the other way, with the same numbers."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
import torch

import engine
from engine.structure import flatten

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"  # Keras' own way from torch to numpy
)


def inner(kit: Any) -> Any:
    x = kit.layers.Input((4,), name="in")
    return kit.Model(x, kit.layers.Dense(3, name="d")(x), name="inner")


def chain(kit: Any) -> Any:
    parts = [
        kit.layers.Dense(3, kernel_regularizer="l2", name="a"),
        kit.layers.Dropout(0.3),
        kit.layers.Dense(2),
    ]
    return kit.Sequential([kit.layers.Input((4,)), *parts], name="s")


def shared(kit: Any) -> Any:
    a, b = kit.layers.Input((4,), name="a"), kit.layers.Input((4,), name="b")
    dense = kit.layers.Dense(3, name="both")
    return kit.Model([a, b], kit.layers.Concatenate(name="c")([dense(a), dense(b)]), name="m")


def by_name(kit: Any) -> Any:
    a, b = kit.layers.Input((4,), name="a"), kit.layers.Input((3,), name="b")
    y = kit.layers.Dense(3, name="y")(a)
    return kit.Model({"a": a, "b": b}, {"y": y, "z": kit.layers.Add(name="z")([y, b])}, name="m")


def nested(kit: Any) -> Any:
    x, y, part = kit.layers.Input((4,), name="x"), kit.layers.Input((4,), name="y"), inner(kit)
    return kit.Model([x, y], kit.layers.Subtract(name="sub")([part(x), part(y)]), name="outer")


def nested_output(kit: Any) -> Any:
    x = kit.layers.Input((4,), name="x")
    return kit.Model(x, inner(kit)(x), name="outer")


def nested_chain(kit: Any) -> Any:
    x = kit.layers.Input((4,), name="x")
    return kit.Model(x, kit.layers.Dense(2, name="r")(chain(kit)(x)), name="outer")


def masks(kit: Any) -> Any:
    t = kit.layers.Input((6,), dtype="int32", name="t")
    steps = kit.layers.Embedding(9, 4, mask_zero=True, name="e")(t)
    return kit.Model(t, kit.layers.Dense(2, name="h")(kit.layers.LSTM(3, name="l")(steps)), name="m")


def pictures(kit: Any) -> Any:
    p = kit.layers.Input((8, 8, 3), name="p")
    c = kit.layers.BatchNormalization(name="n")(kit.layers.Conv2D(4, 3, padding="same", name="c")(p))
    joined = kit.layers.Add(name="j")(
        [kit.layers.Activation("relu")(c), kit.layers.Conv2D(4, 1, name="k")(p)]
    )
    return kit.Model(p, kit.layers.GlobalAveragePooling2D()(joined), name="m")


def operators(kit: Any) -> Any:
    x = kit.layers.Input((4,), name="x")
    return kit.Model(x, (x * 2 + 1)[:, :2] - kit.layers.Dense(2, name="d")(x), name="m")


def wrappers(kit: Any) -> Any:
    x = kit.layers.Input((5, 3), name="x")
    both = kit.layers.Bidirectional(kit.layers.GRU(3, return_sequences=True, name="g"), name="b")(x)
    return kit.Model(x, kit.layers.TimeDistributed(kit.layers.Dense(2, name="d"), name="t")(both), name="m")


def nestings(kit: Any) -> Any:
    x = kit.layers.Input((4,), name="x")
    h = kit.layers.Dense(3, name="h", trainable=False)(x)
    one, two = kit.layers.Dense(1, name="one")(h), kit.layers.Dense(2, name="two")(h)
    return kit.Model(x, [one, (two, h)], name="m")


def half(kit: Any) -> Any:
    x = kit.layers.Input((4,), name="x")
    first = kit.layers.Dense(3, dtype="mixed_bfloat16", name="h")(x)
    return kit.Model(x, kit.layers.Dense(2, dtype="float32", name="o")(first), name="m")


def middle(kit: Any) -> Any:
    x = kit.layers.Input((4,), name="x")
    one = kit.layers.Dense(3, name="one")(x)
    return kit.Model(one, kit.layers.Dense(2, name="two")(kit.layers.Dense(3, name="t")(one)), name="m")


MODELS = [
    chain, shared, by_name, nested, nested_output, nested_chain, masks, pictures, operators, wrappers,
    nestings, half, middle,
]  # fmt: skip
SOME = [shared, nested, nested_chain, masks, by_name]


def data(model: Any) -> Any:
    rng = np.random.default_rng(0)

    def one(tensor: Any) -> Any:
        shape = [2 if size is None else size for size in tensor.shape]
        if "int" in str(tensor.dtype):
            return rng.integers(0, 8, shape).astype("int32")
        return rng.normal(size=shape).astype("float32")

    given = model.input
    if isinstance(given, dict):
        return {name: one(tensor) for name, tensor in given.items()}
    return [one(tensor) for tensor in given] if isinstance(given, list) else one(given)


def same_numbers(one: Any, two: Any) -> None:
    x = data(one)
    left, right = flatten(one(x)), flatten(two(x))
    assert len(left) == len(right)
    for a, b in zip(left, right, strict=True):
        torch.testing.assert_close(a.float(), b.float(), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("build", MODELS, ids=lambda build: build.__name__)
def test_configs_go_both_ways(keras: Any, build: Any) -> None:
    theirs, ours = build(keras), build(engine)
    read = engine.models.model_from_json(theirs.to_json())
    read.set_weights(theirs.get_weights())
    same_numbers(read, theirs)
    back = keras.models.model_from_json(ours.to_json())
    back.set_weights(ours.get_weights())
    same_numbers(ours, back)
    assert [layer.name for layer in back.layers] == [layer.name for layer in ours.layers]


@pytest.mark.parametrize(
    "build", [shared, nested, nested_chain, masks, by_name], ids=lambda one: one.__name__
)
def test_copies_and_clones_run_alike(build: Any) -> None:
    model = build(engine)
    same_numbers(model, copy.deepcopy(model))
    same_numbers(model, pickle.loads(pickle.dumps(model)))
    clone = engine.models.clone_model(model, recursive=True)
    assert not {id(weight) for weight in clone.weights} & {id(weight) for weight in model.weights}
    clone.set_weights(model.get_weights())
    same_numbers(model, clone)


def test_clones_with_other_layers_and_calls() -> None:
    model = shared(engine)
    seen: list[str] = []

    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        seen.append(layer.name)
        made = layer(*args, **kwargs)
        return engine.layers.Dropout(0.5)(made) if layer.name == "both" else made

    same = engine.models.clone_model(model, clone_function=lambda layer: layer, call_function=call)
    assert seen == ["both", "both", "c"]
    assert sum(isinstance(layer, engine.layers.Dropout) for layer in same.layers) == 2
    same_numbers(model, same)

    def rename(layer: Any) -> Any:
        return type(layer).from_config({**layer.get_config(), "name": f"{layer.name}_2"})

    renamed = engine.models.clone_model(chain(engine), clone_function=rename)
    assert renamed.layers[0].name == "a_2"
    with pytest.raises(ValueError, match="same structure"):
        engine.models.clone_model(by_name(engine), input_tensors=[engine.layers.Input((4,))])


def test_inputs_may_be_left_out_where_they_are_optional() -> None:
    class Either(engine.layers.Layer):
        def call(self, x: Any, y: Any = None) -> Any:
            return x if y is None else x + y

        def compute_output_shape(self, x_shape: Any) -> Any:
            return x_shape

    a, b = engine.Input((2,), name="a"), engine.Input((2,), name="b", optional=True)
    model = engine.Model({"a": a, "b": b}, Either()(a, b))
    assert model({"a": np.ones((1, 2)), "b": None}).tolist() == [[1.0, 1.0]]
    assert model({"a": np.ones((1, 2)), "b": np.ones((1, 2))}).tolist() == [[2.0, 2.0]]
    with pytest.raises(ValueError, match="not optional"):
        model({"a": None, "b": np.ones((1, 2))})


def test_nestings_of_inputs_are_matched() -> None:
    model = by_name(engine)
    x = data(model)
    reversed_keys = dict(reversed(list(x.items())))
    torch.testing.assert_close(model(x)["z"], model(reversed_keys)["z"])
    with pytest.warns(UserWarning, match="doesn't match the expected structure"):
        model([x["a"], x["b"]])
    with pytest.warns(UserWarning, match="doesn't match the expected structure"):
        model({**x, "c": x["a"]})
    with pytest.raises(ValueError, match=r"named input\(s\) with keys"):
        model(x["a"])
    with pytest.raises(ValueError, match=r"expects 1 input\(s\)"):
        nested_output(engine)([x["a"], x["a"]])
