from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine
from engine import Input, KerasTensor, layers
from engine.models import Function, Model, Sequential


def test_a_function_runs_and_goes_into_other_graphs() -> None:
    x, y = KerasTensor((None, 3)), KerasTensor((None, 3))
    both = x + y
    function = Function([x, y], {"twice": both * 2, "square": both**2})
    made = function([np.ones((2, 3)), np.ones((2, 3))])
    assert (made["twice"].tolist(), made["square"].tolist()) == ([[4.0] * 3] * 2, [[4.0] * 3] * 2)
    assert function.compute_output_shape([(5, 3), (5, 3)])["twice"] == (5, 3)
    a = Input((3,))
    model = Model(a, function([a, a])["twice"])
    assert model(np.ones((1, 3))).tolist() == [[4.0] * 3]
    with pytest.raises(ValueError, match="invalid input structure"):
        function(np.ones((2, 3)))
    with pytest.raises(ValueError, match="incompatible inputs"):
        function([np.ones((2, 4)), np.ones((2, 3))])
    with pytest.raises(ValueError, match="cannot be empty"):
        Function(x, [])


def test_a_model_may_begin_in_the_middle() -> None:
    x = Input((4,))
    one = layers.Dense(3, name="one")(x)
    two = layers.Dense(2, name="two")(one)
    whole, rest = Model(x, two), Model(one, two)
    assert [layer.name for layer in rest.layers][1:] == ["two"]
    assert rest.input_shape == (None, 3)
    data = np.ones((1, 4), "float32")
    assert rest(whole.get_layer("one")(data)).tolist() == whole(data).tolist()
    features = Model(whole.input, whole.get_layer("one").output)
    assert features(data).shape == (1, 3)
    with pytest.raises(ValueError, match="Output with path `b` is not connected to `inputs`"):
        Model(x, {"a": one, "b": layers.Dense(1)(Input((4,)))})


def test_sequential_tells_what_is_wrong() -> None:
    class Two(layers.Layer):
        def call(self, one: Any, two: Any) -> Any:
            return one + two

    with pytest.raises(ValueError, match="Only instances of"):
        Sequential([{}])
    with pytest.raises(ValueError, match="single required positional"):
        Sequential([Two()]).build((None, 2))
    with pytest.raises(ValueError, match="no layers"):
        Sequential()(np.ones((1, 2)))
    model = Sequential([Input((2,)), layers.Dense(1)])
    with pytest.raises(ValueError, match="already been configured"):
        model.build((None, 3))
    with pytest.raises(AttributeError, match=r"Use `add\(\)`"):
        model.layers = []
    assert not hasattr(Sequential([layers.Dense(1)]), "inputs")


def test_sequential_of_layers_that_take_dicts() -> None:
    class Names(layers.Layer):
        def call(self, inputs: Any) -> Any:
            return {name: value + 1 for name, value in inputs.items()}

    made = Sequential([Names(), Names()])({"a": np.zeros((1, 2)), "b": np.ones((1, 2))})
    assert {name: value.tolist() for name, value in made.items()} == {"a": [[2.0, 2.0]], "b": [[3.0, 3.0]]}


def test_the_state_of_a_model_as_a_tree() -> None:
    model = Sequential([Input((2,), name="i"), layers.Dense(1, name="d")], name="net")
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    tree = model.get_state_tree("numpy_array")
    assert set(tree["trainable_variables"]["net"]["d"]) == {"kernel", "bias"}
    tree["trainable_variables"]["net"]["d"]["bias"] = np.array([7.0], "float32")
    model.set_state_tree(tree)
    assert model.layers[0].bias.tolist() == [7.0]
    with pytest.raises(ValueError, match="value_format"):
        model.get_state_tree("pickle")
    with pytest.raises(ValueError, match="Unknown variable name"):
        model.set_state_tree({"others": {}})


def test_a_summary_shows_connections_ranges_and_models_inside() -> None:
    x = Input((4,), name="x")
    part = Sequential([Input((4,)), layers.Dense(3, name="deep")], name="part")
    model = Model(
        x, layers.Add(name="sum")([part(x), layers.Dense(3, name="d", trainable=False)(x)]), name="net"
    )
    seen: list[str] = []
    model.summary(line_length=120, print_fn=seen.append, expand_nested=True, show_trainable=True)
    text = seen[0]
    for piece in ('Model: "net"', "part[0][0], d[0][0]", "└ deep (Dense)"):
        assert piece in text
    assert [line.split("params:")[1] for line in text.splitlines() if "params:" in line] == [
        " 30 (120.00 B)", " 15 (60.00 B)", " 15 (60.00 B)",
    ]  # fmt: skip
    model.summary(line_length=120, print_fn=seen.append, layer_range=("d", "sum"))
    assert "part (Sequential)" not in seen[1]
    assert "sum (Add)" in seen[1]
    with pytest.raises(ValueError, match="layer_range"):
        model.summary(layer_range=("nobody", "sum"))


def test_a_long_chain_of_sums_is_no_depth() -> None:
    x = y = Input((1,))
    for _ in range(2000):
        y = y + 1
    model = Model(x, y)
    assert model(np.zeros((1, 1))).tolist() == [[2000.0]]
    assert len(engine.models.clone_model(model).operations) == 2001
