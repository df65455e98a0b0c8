"""Operators and operations on symbolic tensors: run, described, read by Keras and read from Keras."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch

import engine
from engine import ops
from engine.errors import ShapeError
from engine.models import Functional

pytestmark = pytest.mark.filterwarnings("ignore:__array__")  # Keras' own tensors as numpy arrays


def _model(library: Any) -> Any:
    library.utils.clear_session()
    o = library.ops
    x, y = library.Input((4,), name="x"), library.Input((4,), name="y")
    part = (x + y)[:, 1:3]
    scaled = 2.0 * part - 1
    joined = o.concatenate([o.mean(scaled, axis=1, keepdims=True), part], axis=-1)
    powers = -(o.reshape(joined, (-1, 3, 1)) ** 2)
    kept = o.where(powers > -1, powers, 0)
    products = o.einsum("bij,bkj->bik", kept, kept)
    floors = abs(x) / (y**2 + 3) // 0.1 % 2
    truth = ~(floors > 1) & (x < 0.5) | (y < 0) ^ (x > 0)
    mixed = o.softmax(floors) + o.cast(truth, "float32")
    return library.Model(
        [x, y], [products, mixed, o.split(mixed, 2, axis=-1)[1], x[..., 0], 1 - x, 2 / (y**2 + 9)]
    )


def _data() -> list[Any]:
    generator = np.random.default_rng(7)
    return [generator.normal(size=(5, 4)).astype("float32") for _ in range(2)]


def test_operators_give_keras_numbers_and_configs(keras: Any) -> None:
    theirs, ours = _model(keras), _model(engine)
    for one, two in zip(ours.predict(_data(), verbose=0), theirs.predict(_data(), verbose=0), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-6)
    described, wanted = (json.loads(json.dumps(model.get_config())) for model in (ours, theirs))
    assert described["layers"][2:] == wanted["layers"][2:]
    assert described["output_layers"] == wanted["output_layers"]


def test_configs_go_both_ways(keras: Any) -> None:
    theirs, ours = _model(keras), _model(engine)
    wanted = theirs.predict(_data(), verbose=0)
    back = Functional.from_config(json.loads(json.dumps(theirs.get_config())))
    over = keras.Model.from_config(json.loads(json.dumps(ours.get_config())))
    for model in (back, over):
        for one, two in zip(model.predict(_data(), verbose=0), wanted, strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("key", "shape"),
    [
        (0, (4, 3)), ((slice(None), 1), (None, 3)), ((slice(None), slice(1, None)), (None, 3, 3)),
        ((..., 0), (None, 4)), ((slice(None), None), (None, 1, 4, 3)),
        ((slice(None), slice(None, None, 2)), (None, 2, 3)),
        ((slice(None), slice(None, None, -1)), (None, 4, 3)),
    ],
)  # fmt: skip
def test_slices_tell_their_shape_and_take_it(key: Any, shape: tuple[Any, ...]) -> None:
    x = engine.Input((4, 3))
    made = x[key]
    assert made.shape == shape
    data = torch.arange(24.0).reshape(2, 4, 3)
    model = engine.Model(x, made)
    assert np.array_equal(model(data).numpy(), data.numpy()[key])


def test_shapes_that_do_not_fit_are_refused() -> None:
    x, y = engine.Input((4,)), engine.Input((3,))
    with pytest.raises(ShapeError, match="do not fit"):
        x + y
    with pytest.raises(ValueError, match="Inner dimensions"):
        engine.Input((2, 4)) @ engine.Input((3, 4))
    with pytest.raises(ValueError, match="axis 5 is out of bounds"):
        ops.sum(x, axis=5)
    with pytest.raises(ValueError, match="Too many indices"):
        x[0, 0, 0]


@pytest.mark.parametrize("ask", [bool, int, float, len, np.asarray])
def test_symbolic_tensors_have_no_numbers(ask: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="symbolic"):
        ask(engine.Input((4,)))


def test_symbolic_tensors_are_not_iterated_over() -> None:
    with pytest.raises(NotImplementedError, match="unstack"):
        list(engine.Input((4,)))


def test_shapes_are_found_where_only_a_run_tells() -> None:
    x = engine.Input((8, 8, 3))
    assert ops.max_pool(x, 2).shape == (None, 4, 4, 3)
    assert ops.transpose(x).shape == (3, 8, 8, None)
    assert ops.top_k(ops.reshape(x, (-1, 192)), 5)[1].dtype == "int32"
    assert ops.matmul(engine.KerasTensor((None, 3, 4)), engine.KerasTensor((3, None, 4, 5))).shape == (
        3,
        None,
        3,
        5,
    )


def test_an_operation_of_ones_own() -> None:
    class Doubled(engine.Operation):
        def __init__(self, by: float = 2.0, name: str | None = None) -> None:
            super().__init__(name=name)
            self.by = by

        def call(self, x: Any) -> Any:
            return x * self.by

    x = engine.Input((3,))
    model = engine.Model(x, Doubled(3.0, name="thrice")(x))
    assert torch.equal(model(torch.ones(2, 3)), torch.full((2, 3), 3.0))
    assert Doubled(3.0, name="thrice").get_config() == {"name": "thrice", "by": 3.0}
