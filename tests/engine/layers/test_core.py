"""Layers of this room held against Keras: outputs and gradients from the same weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import engine.layers as layers
from engine.errors import EngineError, ParamError, ShapeError
from engine.models import Input, Model

RNG = np.random.default_rng(1)
ONE = [
    ("Dense", {"units": 3, "activation": "gelu"}, (4, 5)),
    ("Dense", {"units": 3, "use_bias": False}, (2, 3, 5)),
    ("Dense", {"units": 1, "activation": "sigmoid"}, (2, 3, 4, 5)),
    ("Activation", {"activation": "softmax"}, (4, 5)),
    ("ReLU", {"max_value": 1.0, "negative_slope": 0.1, "threshold": 0.2}, (4, 5)),
    ("ReLU", {}, (4, 5)),
    ("LeakyReLU", {}, (4, 5)),
    ("ELU", {"alpha": 0.7}, (4, 5)),
    ("Softmax", {"axis": 1}, (4, 5, 3)),
    ("Softmax", {"axis": (1, 2)}, (4, 5, 3)),
    ("Identity", {}, (4, 5)),
    ("Dropout", {"rate": 0.5}, (4, 5)),
    ("Flatten", {}, (4, 5, 3)),
    ("Flatten", {"data_format": "channels_first"}, (4, 5, 3, 2)),
    ("Flatten", {}, (4,)),
    ("Reshape", {"target_shape": (-1, 3)}, (4, 6)),
    ("Permute", {"dims": (3, 1, 2)}, (4, 5, 3, 2)),
    ("RepeatVector", {"n": 3}, (4, 5)),
    ("Rescaling", {"scale": 0.5, "offset": [1.0, 2.0]}, (4, 2)),
    ("Normalization", {"mean": [1.0, 2.0], "variance": [4.0, 9.0]}, (4, 2)),
    ("Normalization", {"mean": 3.0, "variance": 2.0, "axis": None, "invert": True}, (4, 2)),
]
SEVERAL = ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"]


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own
@pytest.mark.parametrize(("name", "params", "shape"), ONE, ids=lambda value: str(value))
def test_one_input(keras: Any, name: str, params: dict[str, Any], shape: tuple[int, ...]) -> None:
    mine, other = getattr(layers, name)(**params), getattr(keras.layers, name)(**params)
    data = RNG.normal(size=shape).astype("float32")
    x, y = torch.tensor(data, requires_grad=True), torch.tensor(data, requires_grad=True)
    theirs = other(y)
    mine.ensure_built(shape)
    mine.set_weights(other.get_weights())
    made = mine(x)
    np.testing.assert_allclose(made.detach().numpy(), theirs.detach().cpu().numpy(), atol=1e-5)
    made.square().sum().backward()
    theirs.square().sum().backward()
    assert x.grad is not None
    assert y.grad is not None
    np.testing.assert_allclose(x.grad.numpy(), y.grad.numpy(), atol=1e-4)
    for weight, variable in zip(mine.weights, other.weights, strict=True):
        np.testing.assert_allclose(weight.grad.numpy(), variable.value.grad.cpu().numpy(), atol=1e-4)


@pytest.mark.parametrize("name", SEVERAL)
@pytest.mark.parametrize("shapes", [[(4, 5), (4, 5)], [(4, 1, 5), (4, 3, 5)], [(4, 5), (4, 3, 5)]], ids=str)
def test_several_inputs(keras: Any, name: str, shapes: list[tuple[int, ...]]) -> None:
    arrays = [RNG.normal(size=shape).astype("float32") for shape in shapes]
    mine, other = getattr(layers, name)(), getattr(keras.layers, name)()
    if name == "Concatenate" and shapes[0] != shapes[1]:
        with pytest.raises(ShapeError):
            mine.compute_output_shape(shapes)
        return
    theirs = other([torch.tensor(array) for array in arrays]).detach().cpu().numpy()
    np.testing.assert_allclose(mine(arrays).numpy(), theirs, atol=1e-6)
    assert mine.compute_output_shape(shapes) == theirs.shape


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras' own
@pytest.mark.parametrize("axis", [-1, 1, (1, 2), None])
def test_adapt_learns_what_keras_learns(keras: Any, axis: Any) -> None:
    data = RNG.normal(3.0, 2.0, size=(50, 4, 3)).astype("float32")
    mine, other = layers.Normalization(axis=axis), keras.layers.Normalization(axis=axis)
    mine.adapt(data)
    other.adapt(data)
    np.testing.assert_allclose(mine(data).detach().numpy(), other(data).detach().cpu().numpy(), atol=1e-4)
    with pytest.raises(EngineError, match="nothing to learn"):
        layers.Normalization(mean=0.0, variance=1.0).adapt(data)


def test_dropout_repeats_from_a_seed_and_keeps_the_mean() -> None:
    x = torch.ones(100, 100)
    one, two = (layers.Dropout(0.25, seed=7)(x, training=True) for _ in range(2))
    torch.testing.assert_close(one, two)
    assert abs(float(one.mean()) - 1.0) < 0.05
    rows = layers.Dropout(0.5, noise_shape=(None, 1), seed=1)(x, training=True)
    assert set(rows.std(dim=1).tolist()) == {0.0}
    with pytest.raises(ParamError, match="between 0 and 1"):
        layers.Dropout(1.5)


def test_a_kernel_lies_as_torch_reads_it() -> None:
    layer = layers.Dense(3)
    layer(np.ones((2, 5)))
    assert layer.kernel.shape == (5, 3)
    assert layer.kernel.t().is_contiguous()
    assert layer.get_weights()[0].shape == (5, 3)


def test_masks_travel_from_embedding_to_lstm_in_calls_and_plans() -> None:
    x = Input((4,), dtype="int64")
    embedding, lstm = layers.Embedding(9, 3, mask_zero=True), layers.LSTM(2)
    model = Model(x, lstm(layers.Dropout(0.5)(embedding(x))))
    padded = np.array([[5, 6, 0, 0]])
    torch.testing.assert_close(model(padded), lstm(embedding(np.array([[5, 6]]))))
    torch.testing.assert_close(model.plan.run([torch.tensor(padded)])[0], model(padded))


def test_penalties_are_gathered_once_a_call() -> None:
    dense = layers.Dense(2, kernel_regularizer="l2", activity_regularizer="l1")
    x = Input((3,))
    model = Model(x, dense(x))
    for _ in range(2):
        model.plan.run([torch.ones(1, 3)], True)
    assert len(model.losses) == 2


def test_a_layer_of_ones_own_needs_no_shape_formula() -> None:
    class Scale(layers.Layer):
        def __init__(self, factor: float = 2.0, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.factor = factor

        def build(self, input_shape: Any) -> None:
            self.bias = self.add_weight((input_shape[-1],), "zeros", name="bias")

        def call(self, inputs: Any) -> Any:
            return torch.cat([inputs * self.factor + self.bias] * 2, dim=-1)

    x = Input((3,))
    layer = Scale(factor=3.0)
    assert layer(x).shape == (None, 6)
    assert layer.get_config()["factor"] == 3.0
    assert Scale.from_config(layer.get_config()).compute_output_shape((None, 5)) == (None, 10)
