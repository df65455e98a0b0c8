from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from engine import config, dtype_policies, layers
from engine.models import Input, Model, Sequential

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"  # Keras' own way from torch to numpy
)
RNG = np.random.default_rng(0)
CASES: dict[str, tuple[Any, tuple[int, ...]]] = {
    "dense": (lambda kit, **own: kit.Dense(5, activation="relu", **own), (3, 4)),
    "convolution": (lambda kit, **own: kit.Conv2D(5, 3, **own), (2, 6, 6, 3)),
    "batch": (lambda kit, **own: kit.BatchNormalization(**own), (4, 5)),
    "lstm": (lambda kit, **own: kit.LSTM(4, **own), (2, 5, 3)),
    "both ways": (lambda kit, **own: kit.Bidirectional(kit.GRU(4, **own), **own), (2, 5, 3)),
    "each step": (lambda kit, **own: kit.TimeDistributed(kit.Dense(4, **own), **own), (2, 5, 3)),
    "flatten": (lambda kit, **own: kit.Flatten(**own), (2, 3, 4)),
}


@pytest.fixture(autouse=True)
def same_policy_after() -> Iterator[None]:
    before = config.dtype_policy()
    yield
    config.set_dtype_policy(before)


def test_names_mean_two_types() -> None:
    mixed = dtype_policies.DTypePolicy("mixed_bfloat16")
    assert (mixed.compute_dtype, mixed.variable_dtype, mixed.name) == (
        "bfloat16",
        "float32",
        "mixed_bfloat16",
    )
    assert dtype_policies.get(torch.float64).variable_dtype == "float64"
    assert dtype_policies.get(dtype_policies.serialize(mixed)) == mixed
    with pytest.raises(ValueError, match="Cannot convert 'float33'"):
        dtype_policies.DTypePolicy("float33")
    with pytest.raises(ValueError, match="Invalid `policy`"):
        config.set_dtype_policy(None)


def test_the_old_names_are_the_same_things() -> None:
    import engine

    engine.mixed_precision.set_global_policy("mixed_bfloat16")
    assert engine.mixed_precision.Policy is engine.DTypePolicy
    assert (
        engine.mixed_precision.global_policy()
        == config.dtype_policy()
        == engine.DTypePolicy("mixed_bfloat16")
    )


def test_new_layers_take_the_policy_in_force() -> None:
    config.set_dtype_policy("mixed_float16")
    layer = layers.Dense(2)
    assert (layer.dtype, layer.compute_dtype) == ("float32", "float16")
    config.set_dtype_policy("float32")
    assert layers.Dense(2).compute_dtype == "float32"
    layer.dtype_policy = "float32"
    assert layer(np.ones((1, 3))).dtype is torch.float32


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16", "float64"])
@pytest.mark.parametrize("name", CASES)
def test_numbers_and_types_are_those_of_keras(keras: Any, name: str, policy: str) -> None:
    make, shape = CASES[name]
    x = RNG.normal(size=shape).astype("float32")
    ours, theirs = make(layers, dtype=policy), make(keras.layers, dtype=policy)
    expected = theirs(x)
    ours(x)
    ours.set_weights(theirs.get_weights())
    made = ours(x)
    assert made.dtype is expected.dtype
    assert [str(weight.dtype) for weight in ours.weights] == [f"torch.{v.dtype}" for v in theirs.weights]
    torch.testing.assert_close(made.double(), expected.double(), atol=1e-2, rtol=1e-2)


def test_weights_and_their_gradients_stay_in_float32() -> None:
    model = Sequential([Input((4,)), layers.Dense(8, "tanh"), layers.Dense(1)])
    half = Sequential(
        [Input((4,)), layers.Dense(8, "tanh", dtype="mixed_bfloat16"), layers.Dense(1, dtype="float32")]
    )
    half.set_weights(model.get_weights())
    x = RNG.normal(size=(16, 4)).astype("float32")
    losses = []
    for one in (model, half):
        one.compile("sgd", "mse")
        losses.append(one.fit(x, x[:, :1], epochs=3, shuffle=False, verbose=0).history["loss"])
    assert all(weight.dtype is torch.float32 for weight in half.weights)
    np.testing.assert_allclose(losses[0], losses[1], rtol=0.02)
    assert losses[0] != losses[1]


def test_mixed_float16_models_train_with_a_scaled_loss() -> None:
    config.set_dtype_policy("mixed_float16")
    x = RNG.normal(size=(32, 4)).astype("float32")
    model = Sequential([Input((4,)), layers.Dense(8, "relu"), layers.Dense(1)])
    model.compile("adam", "mse")
    assert type(model.optimizer).__name__ == "LossScaleOptimizer"
    losses = model.fit(x, x[:, :1], epochs=10, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    model.compile("adam", "mse", auto_scale_loss=False)
    assert type(model.optimizer).__name__ == "Adam"


def test_layers_inside_with_a_type_of_their_own_keep_it() -> None:
    class Outer(layers.Layer):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.full = layers.Dense(2, dtype="float32")
            self.short = layers.Dense(2, dtype="mixed_bfloat16")
            self.seen: list[torch.dtype] = []

        def build(self, input_shape: Any) -> None:
            self.scale = self.add_weight((2,), "ones")
            self.fixed = self.add_weight((2,), "ones", autocast=False)

        def call(self, inputs: torch.Tensor) -> torch.Tensor:
            self.seen = [inputs.dtype, self.scale.dtype, self.fixed.dtype]
            full = self.full(inputs)
            self.seen.append(full.dtype)
            return self.short(full) * self.scale

    layer = Outer(dtype="mixed_bfloat16")
    assert layer(np.ones((1, 3))).dtype is torch.bfloat16
    assert layer.seen == [torch.bfloat16, torch.bfloat16, torch.float32, torch.float32]
    assert layer.scale.dtype is torch.float32  # type: ignore[comparison-overlap]  # put back after the call


def test_graphs_cast_between_types_without_layers_for_it() -> None:
    x = Input((4,))
    model = Model(x, layers.Dense(2)(layers.Dense(3, dtype="mixed_bfloat16")(x)))
    assert [type(layer).__name__ for layer in model.layers] == ["InputLayer", "Dense", "Dense"]
    assert [layer.output.dtype for layer in model.layers] == ["float32", "bfloat16", "float32"]
    assert model(np.ones((1, 4))).dtype is torch.float32


def test_config_says_the_policy_as_keras_does(keras: Any) -> None:
    made = layers.Dense(2, dtype="mixed_bfloat16").get_config()["dtype"]
    assert made == keras.layers.Dense(2, dtype="mixed_bfloat16").get_config()["dtype"]
    assert layers.Dense.from_config({"units": 2, "dtype": made}).compute_dtype == "bfloat16"


def test_a_map_gives_each_layer_the_policy_of_its_path() -> None:
    policies = dtype_policies.DTypePolicyMap(
        "float32", {"outer/.*": "mixed_bfloat16", "outer/last": "float16"}
    )
    assert policies["outer/first"].name == "mixed_bfloat16"
    assert policies["outer/last"].name == "float16"
    assert policies["elsewhere"].name == "float32"
    assert (policies.name, policies.compute_dtype, len(policies)) == ("map_float32", "float32", 2)
    policies["outer/f.*"] = "float64"
    with pytest.raises(ValueError, match="matches multiple dtype policy"):
        policies["outer/first"]
    assert policies.pop("outer/f.*").name == "float64"
    with pytest.raises(ValueError, match="already exist in the DTypePolicyMap"):
        policies["outer/last"] = "float32"
    with pytest.raises(ValueError, match="Cannot interpret the assigned value"):
        policies["new"] = 123
    with pytest.raises(TypeError, match="must be a dict"):
        dtype_policies.DTypePolicyMap(policy_map=123)  # type: ignore[arg-type]  # that is refused
    with pytest.raises(KeyError):
        del policies["unknown"]
    twin = dtype_policies.deserialize(dtype_policies.serialize(policies))
    assert twin == policies
    assert "mapping=[('outer/.*', 'mixed_bfloat16')" in repr(twin)


def test_layers_look_for_their_path_when_they_are_built() -> None:
    policies = dtype_policies.DTypePolicyMap(None, {"half": "mixed_bfloat16"})
    half, whole = (layers.Dense(2, dtype=policies, name=name) for name in ("half", "whole"))
    x = np.ones((1, 3), "float32")
    assert (half(x).dtype, whole(x).dtype) == (torch.bfloat16, torch.float32)
    assert (half.dtype_policy.name, half.variable_dtype) == ("mixed_bfloat16", "float32")
    named = dtype_policies.DTypePolicyMap("float32", {"half": "mixed_bfloat16"})
    twin = layers.Dense.from_config(layers.Dense(2, dtype=named, name="half").get_config())
    assert twin(x).dtype == torch.bfloat16


def test_a_map_stays_the_policy_of_a_layer_that_is_told_another() -> None:
    policies = dtype_policies.DTypePolicyMap()
    layer, other = (layers.Dense(2, dtype=policies, name=name) for name in ("told", "other"))
    for made in (layer, other):
        made.build((None, 1))
    layer.dtype_policy = "float64"
    layer.dtype_policy = "mixed_bfloat16"
    assert policies["told"] == layer.dtype_policy == dtype_policies.DTypePolicy("mixed_bfloat16")
    assert (layer.compute_dtype, other.dtype_policy.name) == ("bfloat16", "float32")
