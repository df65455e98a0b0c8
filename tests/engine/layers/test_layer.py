from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch

from engine import random
from engine.layers import LSTM, Dense, Dropout, Embedding, Input, Layer, Masking
from engine.layers.variable import Variable
from engine.metrics import MeanSquaredError
from engine.models import KerasTensor, Model


class Sum(Layer):
    """A layer of two inputs and a layer inside."""

    def __init__(self, units: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.inner = Dense(units)

    def call(self, one: Any, two: Any = None) -> Any:
        return self.inner(one) if two is None else self.inner(one) + self.inner(two)


def test_the_activity_penalty_is_a_mean_over_the_batch() -> None:
    class Same(Layer):
        def call(self, x: Any) -> Any:
            return x

    layer = Same(activity_regularizer="l2")
    layer(np.full((5, 5), 2.0))
    layer(np.full((5, 5), 2.0))  # only the last call counts
    assert [round(float(term), 6) for term in layer.losses] == [0.2]
    config = layer.get_config()
    assert Same.from_config(config).activity_regularizer is not None
    assert "activity_regularizer" not in Same().get_config()


def test_weights_lie_below_the_layers_that_were_at_work() -> None:
    class Inner(Layer):
        def build(self, input_shape: Any) -> None:
            self.scale = self.add_weight(name="scale")

        def call(self, x: Any) -> Any:
            return x * self.scale

    class Outer(Layer):
        def __init__(self) -> None:
            super().__init__(name="outer")
            self.inside = Inner(name="inside")

        def call(self, x: Any) -> Any:
            return self.inside(x)

    layer = Outer()
    assert layer.path is None
    assert layer(KerasTensor((4, 1))).shape == (4, 1)
    assert [weight.path for weight in layer.weights] == ["outer/inside/scale"]
    assert (layer.path, layer.inside.path) == ("outer", "outer/inside")
    assert layer.get_build_config() == {"input_shape": (4, 1)}


def test_variables_hold_seeds_and_metrics_hold_their_own() -> None:
    class Noisy(Layer):
        def __init__(self) -> None:
            super().__init__()
            self.generators = [random.SeedGenerator(3), random.SeedGenerator(4)]
            self.dense = Dense(2)
            self.metric = MeanSquaredError(name="seen")

        def call(self, x: Any) -> Any:
            return self.dense(x) + random.normal((2,), seed=self.generators[0])

    layer = Noisy()
    layer(np.ones((1, 3)))
    assert (len(layer.variables), len(layer.weights), len(layer.non_trainable_variables)) == (4, 2, 2)
    assert [state.tolist() for state in layer.variables[:2]] == [[3, 1], [4, 0]]
    assert layer.metrics == [layer.metric]
    layer.generators[0].state.assign([9, 0])
    assert layer.generators[0].next().tolist() == [9, 0]


def test_a_stateless_call_changes_nothing() -> None:
    class Counting(Layer):
        def __init__(self) -> None:
            super().__init__()
            self.seed = random.SeedGenerator(1)
            self.calls = self.add_weight(initializer="zeros", trainable=False)
            self.scale = self.add_weight(initializer="zeros", regularizer="l1")
            self._build_at_init()

        def call(self, x: Any) -> Any:
            self.calls.assign_add(1.0)
            self.add_loss(x.sum())
            return x * self.scale + random.normal((), seed=self.seed)

    layer = Counting()
    scale = torch.tensor(2.0, requires_grad=True)
    out, after, losses = layer.stateless_call(
        [scale], layer.non_trainable_variables, torch.ones(3), return_losses=True
    )
    out.sum().backward()
    assert (float(scale.grad or 0), [value.tolist() for value in after]) == (3.0, [1.0, [1, 1]])
    assert [round(term.item(), 4) for term in losses] == [3.0, 0.02]
    assert (layer.calls.item(), layer.scale.item(), layer.losses[:-1]) == (0.0, 0.0, [])
    assert layer.seed.next().tolist() == [1, 0]
    with pytest.raises(ValueError, match="1:1"):
        layer.stateless_call([], layer.non_trainable_variables, torch.ones(3))


def test_build_takes_one_shape_for_each_tensor() -> None:
    class Two(Layer):
        def build(self, right_shape: Any, left_shape: Any) -> None:
            self.shapes = (left_shape, right_shape)

        def call(self, left: Any, right: Any) -> Any:
            return left[:, 0] + right[:, 0]

    class Wrong(Two):
        def build(self, left_shape: Any, other_shape: Any) -> None:
            pass

    layer = Two()
    layer(np.ones((2, 3)), right=np.ones((2, 4)))
    assert layer.shapes == ((2, 3), (2, 4))
    with pytest.raises(ValueError, match="does not have argument `other`"):
        Wrong()(np.ones((2, 3)), np.ones((2, 4)))


def test_symbolic_calls_build_what_lies_inside() -> None:
    layer = Sum()
    out = layer(Input((3,)), two=Input((3,)))
    assert out.shape == (None, 2)
    assert len(layer.weights) == 2
    made = Sum().compute_output_spec(KerasTensor((None, 3)))
    assert (made.shape, made.dtype) == ((None, 2), "float32")


def test_switches_go_by_name() -> None:
    with pytest.raises(ValueError, match="Only input tensors may be passed as positional"):
        Dropout(0.5)(np.ones((2, 2)), True)
    with pytest.raises(ValueError, match="cannot mix tensors"):
        Sum()(np.ones((2, 2)), two=[np.ones((2, 2)), "text"])


@pytest.mark.parametrize(
    "mistake", [{"trainable": "yes"}, {"name": "a/b"}, {"unit": 3}, {"dtype": "float33"}]
)
def test_wrong_base_arguments_are_refused(mistake: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Dense(2, **mistake)


def test_what_is_forgotten_is_told() -> None:
    class Careless(Layer):
        def __init__(self) -> None:
            self.width = 3

    with pytest.raises(RuntimeError, match="forgot to call"):
        Careless()(np.ones((1, 2)))
    with pytest.raises(NotImplementedError, match="`call` method"):
        Layer()(np.ones((1, 2)))

    class Late(Layer):
        def call(self, x: Any) -> Any:
            return x * self.add_weight(initializer="ones")

    with pytest.raises(ValueError, match="cannot add new elements of state"):
        Late()(np.ones((1, 2)))


def test_masks_travel_in_plain_calls() -> None:
    ids = np.array([[1, 2, 0, 0], [3, 0, 0, 0]])
    embedding, lstm = Embedding(5, 3, mask_zero=True), LSTM(2)
    padded = lstm(embedding(ids))
    alone = lstm(embedding(ids[:1, :2]))
    torch.testing.assert_close(padded[:1], alone)
    steps = embedding(ids)
    explicit = lstm(steps.clone(), mask=torch.as_tensor(ids != 0))
    torch.testing.assert_close(padded, explicit)
    rows = np.ones((2, 4, 3), "float32")
    rows[:, 2:] = 0
    torch.testing.assert_close(lstm(Masking()(rows)), lstm(rows[:, :2]))


def test_masks_travel_into_models_inside_models() -> None:
    ids = np.array([[1, 2, 0, 0]])
    embedding, lstm = Embedding(5, 3, mask_zero=True), LSTM(2)
    x = Input((None, 3))
    reader = Model(x, lstm(x))
    entry = Input((None,), dtype="int32")
    model = Model(entry, reader(embedding(entry)))
    torch.testing.assert_close(model(ids), lstm(embedding(ids[:, :2])))
    writer = Model(entry, embedding(entry))
    torch.testing.assert_close(Model(entry, lstm(writer(entry)))(ids), model(ids))


def test_numpys_functions_take_weights() -> None:
    weight = Variable([[1.0, -2.0], [3.0, 4.0]], dtype="float32")
    assert np.min(weight) == -2.0
    assert np.mean(weight) == 1.5
    assert np.max(weight, axis=0).tolist() == [3.0, 4.0]
    assert np.concatenate([weight, weight]).shape == (4, 2)
    assert np.array(weight, dtype="float64").dtype == "float64"


def test_weights_are_variables_with_the_words_of_keras() -> None:
    weight = Variable([[1.0, 2.0]], dtype="float32", name="w")
    weight.assign_add([[1.0, 1.0]])
    weight.assign_sub([[0.0, 1.0]])
    assert (weight.numpy().tolist(), tuple(weight.shape), weight.ndim) == ([[2.0, 2.0]], (1, 2), 2)
    with pytest.raises(ValueError, match="must match"):
        weight.assign([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="`shape`"):
        Variable("ones")
    assert Variable("ones", shape=(2,), trainable=False).requires_grad is False
    twin = copy.deepcopy(weight)
    assert (twin.name, type(twin)) == ("w", Variable)


def test_add_weight_takes_shape_initializer_and_type_by_position() -> None:
    layer = Layer()
    weight = layer.add_weight((3, 4), "ones", "float64")
    assert (weight.dtype, weight.path, weight.sum().item()) == (torch.float64, f"{layer.name}/variable", 12.0)
    assert layer.add_weight(dtype="int32", trainable=False).name == "variable_1"
    with pytest.raises(ValueError, match="keyword argument"):
        layer.add_weight("matrix", shape=(3, 4))
    with pytest.raises(TypeError, match="at most 3"):
        layer.add_weight((3, 4), "zeros", "float32", "name")


def test_freezing_restores_what_was_to_be_trained() -> None:
    layer = Dense(2, trainable=False)
    layer.build((None, 3))
    assert (len(layer.trainable_weights), len(layer.non_trainable_weights)) == (0, 2)
    layer.trainable = True
    assert [weight.name for weight in layer.trainable_variables] == ["kernel", "bias"]
