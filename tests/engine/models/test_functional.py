from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import EngineError, ShapeError
from engine.layers import (
    Activation,
    Add,
    Concatenate,
    Dense,
    Dropout,
    Flatten,
    Layer,
    Permute,
    Rescaling,
    Reshape,
    concatenate,
)
from engine.models import Functional, Input, Model, Sequential, clone_model, model_from_json

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"  # Keras' own way from torch to numpy
)


def branching(kit: Any) -> Any:
    """The same model from our layers or from Keras'."""
    layers = kit
    a = layers.Input((4,), name="a")
    b = layers.Input((3,), name="b")
    shared = layers.Dense(5, activation="tanh", name="shared")
    bridge = layers.Dense(4, name="bridge")(b)
    left, right = shared(a), shared(bridge)
    joined = layers.Concatenate(name="joined")([layers.Add(name="sum")([left, right]), a])
    one = layers.Dense(1, name="one")(joined)
    two = layers.Dense(2, activation="softmax", name="two")(layers.Reshape((9,), name="same")(joined))
    return [a, b], [one, two]


def ours() -> Model:
    import engine.layers as layers

    return Model(*branching(layers), name="net")


def data() -> list[np.ndarray[Any, Any]]:
    rng = np.random.default_rng(0)
    return [rng.normal(size=(6, 4)).astype("float32"), rng.normal(size=(6, 3)).astype("float32")]


def test_parity_with_keras_of_order_numbers_and_gradients(keras: Any) -> None:
    theirs = keras.Model(*branching(keras.layers), name="net")
    model = ours()
    assert [layer.name for layer in model.layers] == [layer.name for layer in theirs.layers]
    assert [w.shape for w in model.get_weights()] == [w.shape for w in theirs.get_weights()]
    model.set_weights(theirs.get_weights())
    for mine, other in zip(model(data()), theirs(data()), strict=True):
        np.testing.assert_allclose(mine.detach().numpy(), other.detach().cpu().numpy(), atol=1e-5)
        mine.sum().backward(retain_graph=True)
        other.sum().backward(retain_graph=True)
    for weight, variable in zip(model.weights, theirs.variables, strict=True):
        np.testing.assert_allclose(weight.grad.numpy(), variable.value.grad.cpu().numpy(), atol=1e-5)


def test_configs_are_read_by_keras_and_keras_configs_by_us(keras: Any) -> None:
    theirs = keras.Model(*branching(keras.layers), name="net")
    model = model_from_json(theirs.to_json())
    model.set_weights(theirs.get_weights())
    np.testing.assert_allclose(
        model(data())[0].detach().numpy(), theirs(data())[0].detach().cpu().numpy(), atol=1e-5
    )
    back = keras.models.model_from_json(model.to_json())
    assert [layer.name for layer in back.layers] == [layer.name for layer in theirs.layers]
    assert back.output_names == model.output_names


def test_sequential_configs_cross_both_ways(keras: Any) -> None:
    model = Sequential([Input((2, 3)), Flatten(), Dense(4, "relu"), Dropout(0.5), Dense(1)], name="chain")
    theirs = keras.models.model_from_json(model.to_json())
    assert theirs.count_params() == model.count_params() == 33
    again = model_from_json(theirs.to_json())
    again.set_weights(model.get_weights())
    x = np.ones((2, 2, 3), "float32")
    torch.testing.assert_close(again(x), model(x))


def test_inputs_come_as_list_or_dict_and_outputs_keep_their_structure() -> None:
    model = ours()
    a, b = data()
    by_list, by_name = model([a, b]), model({"b": b, "a": a})
    torch.testing.assert_close(by_list[1], by_name[1])
    assert (model.input_names, model.output_names) == (["a", "b"], ["one", "two"])
    x = Input((2,))
    named = Model({"x": x}, {"out": Dense(1)(x), "same": x})
    made = named({"x": np.ones((3, 2))})
    assert list(made) == ["out", "same"]
    assert named.output_names == [named.layers[1].name, named.layers[0].name]
    with pytest.raises(ShapeError, match="Missing: b"):
        model({"a": a})


def test_nested_models_share_their_weights() -> None:
    x = Input((3,))
    inner = Model(x, Dense(2)(x), name="inner")
    y = Input((3,))
    outer = Model(y, Add()([inner(y), inner(y)]))
    data = np.ones((1, 3), "float32")
    torch.testing.assert_close(outer(data), 2 * inner(data))
    assert len(outer.weights) == 2
    assert outer.from_config(outer.get_config()).count_params() == outer.count_params()
    assert outer.compute_output_shape((7, 3)) == (7, 2)


def test_plan_frees_nothing_that_is_an_output_and_sees_new_hooks() -> None:
    x = Input((2,))
    first = Dense(2)
    h = first(x)
    model = Model(x, [h, Activation("relu")(h), x])
    data = torch.ones(1, 2)
    assert len(model.plan.run([data])) == 3
    seen: list[str] = []
    first.register_forward_hook(lambda layer, args, out: seen.append(layer.name))
    model.plan.run([data])
    assert seen == [first.name]


def test_training_reaches_the_layers() -> None:
    model = Sequential([Input((100,)), Dropout(0.5, seed=1)])
    ones = np.ones((1, 100), "float32")
    assert float(model(ones).sum()) == 100.0
    assert set(model(ones, training=True).flatten().tolist()) == {0.0, 2.0}
    model.train()
    assert float(model(ones).sum()) == 100.0


def test_an_error_inside_names_its_layer() -> None:
    class Broken(Layer):
        def call(self, inputs: Any) -> Any:
            return inputs @ torch.ones(99, 99) if inputs.shape[0] > 5 else inputs

        def compute_output_shape(self, input_shape: Any) -> Any:
            return input_shape

    model = Sequential([Input((4,)), Broken(name="culprit")])
    with pytest.raises(RuntimeError) as caught:
        model.plan.run([torch.ones(6, 4)])
    assert caught.value.layer_name == "culprit"  # type: ignore[attr-defined]  # set by the plan


def test_wrong_inputs_are_refused_with_shapes() -> None:
    model = Sequential([Input((4,)), Dense(2)])
    with pytest.raises(ShapeError, match="size 4 on axis 1"):
        model(np.ones((2, 5)))
    with pytest.raises(ShapeError, match="2 axes"):
        model(np.ones((2, 5, 5)))
    x = Input((3,))
    with pytest.raises(ShapeError, match="differ on axis 1"):
        Add()([x, Input((4,))])
    with pytest.raises(EngineError, match="not among the model's inputs"):
        Model(Input((3,)), Dense(1)(x))
    with pytest.raises(EngineError, match="called 'twin'"):
        Model(x, Dense(1, name="twin")(Dense(2, name="twin")(x)))


def test_sequential_grows_shrinks_and_builds_late() -> None:
    model = Sequential([Dense(3, name="a"), Dense(2, name="b")])
    with pytest.raises(AttributeError, match="output_shape"):
        _ = model.output_shape
    assert model(np.ones((5, 7))).shape == (5, 2)
    assert model.pop().name == "b"
    assert (model.output_shape, len(model.weights)) == ((None, 3), 2)
    model.add(Dense(9))
    assert model(np.ones((5, 7))).shape == (5, 9)
    early = Sequential()
    early.add(Dense(3, input_shape=(2,)))
    assert early.output_shape == (None, 3)


def test_a_thousand_layers_build_and_run() -> None:
    x = inputs = Input((2,))
    for _ in range(1000):
        x = Activation("linear")(x)
    model = Model(inputs, x)
    assert model(np.ones((1, 2))).tolist() == [[1.0, 1.0]]
    assert len(model.layers) == 1001


def test_subclassed_model_tracks_layers_in_lists() -> None:
    class Net(Model):
        def __init__(self, width: int = 4, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.width = width
            self.blocks: list[Layer] = []
            for _ in range(2):
                self.blocks.append(Dense(width, "relu"))
            self.head = Dense(1)

        def call(self, inputs: Any, training: bool = False) -> Any:
            for block in self.blocks:
                inputs = block(inputs)
            return self.head(inputs)

    model = Net(3)
    assert model(np.ones((2, 5))).shape == (2, 1)
    assert len(model.weights) == 6
    assert model.get_config()["width"] == 3
    assert [out.shape for out in model.plan.run([torch.ones(2, 5)])] == [(2, 1)]
    x = Input((5,))
    assert Model(x, model(x)).output_shape == (None, 1)


def test_weights_files_hold_paths_and_refuse_misfits(tmp_path: Any) -> None:
    model = ours()
    path = tmp_path / "net.safetensors"
    model.save_weights(path)
    twin = clone_model(model)
    assert isinstance(twin, Functional)
    twin.load_weights(path)
    for one, two in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    with pytest.raises(EngineError, match="do not fit"):
        Sequential([Input((4,)), Dense(2)]).load_weights(path)
    path.write_bytes(b"no tensors here")
    with pytest.raises(EngineError, match="no whole"):
        twin.load_weights(path)


def test_weights_files_fit_layers_that_are_numbered_further_on(tmp_path: Any) -> None:
    def net(*widths: int) -> Sequential:
        return Sequential([Input((3,)), *(Dense(width) for width in widths)])

    path = tmp_path / "net.safetensors"
    first = net(*(3,) * 11)  # dense_9 stands before dense_10
    first.save_weights(path)
    second = net(*(3,) * 11)
    assert {layer.name for layer in first.layers}.isdisjoint(layer.name for layer in second.layers)
    second.load_weights(path)
    for one, two in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    for other in (net(*(3,) * 10), net(*(3,) * 10, 4)):
        with pytest.raises(EngineError, match="do not fit"):
            other.load_weights(path)


def test_summary_lists_every_layer_and_the_total() -> None:
    lines: list[str] = []
    model = ours()
    model.summary(print_fn=lines.append)
    text = "\n".join(lines)
    assert all(layer.name in text for layer in model.layers)
    assert f"Total params: {model.count_params():,}" in text
    narrow = "\n".join(lines).splitlines()
    assert len({len(line) for line in narrow if line.startswith(("│", "├", "┏"))}) == 1


def test_freezing_reaches_inside_and_back() -> None:
    model = ours()
    model.trainable = False
    assert not model.trainable_variables
    model.trainable = True
    assert len(model.trainable_variables) == len(model.weights)


def test_functional_forms_and_json() -> None:
    x = Input((2, 6))
    y = concatenate([Permute((2, 1))(x), Reshape((6, 2))(Rescaling(0.5)(x))], axis=1)
    assert y.shape == (None, 12, 2)
    assert json.loads(Model(x, y).to_json())["class_name"] == "Functional"
    assert Concatenate(axis=1).compute_output_shape([(None, 2), (None, 3)]) == (None, 5)


def test_operators_between_symbolic_tensors_are_layers() -> None:
    x, y = Input((2,)), Input((2,))
    model = Model([x, y], [1.0 - x, x + y, (x - y) * 0.5, -(x * y) / 2.0])
    a, b = np.array([[1.0, 2.0]]), np.array([[3.0, 5.0]])
    for made, wanted in zip(model([a, b]), [1 - a, a + b, (a - b) / 2, -(a * b) / 2], strict=True):
        np.testing.assert_allclose(made.numpy(), wanted)
    twin = Functional.from_config(model.get_config())
    torch.testing.assert_close(twin([a, b])[3], model([a, b])[3])


def test_a_subclass_may_say_its_graph() -> None:
    class Scaled(Model):
        def __init__(self, units: int) -> None:
            start = Input((3,))
            super().__init__(inputs=start, outputs=Dense(units, name="last")(start), name="scaled")
            self.units = units

        def call(self, inputs: Any, training: bool = False) -> Any:
            return super().call(inputs, training=training) * 2

    made = Scaled(2)
    assert isinstance(made, Scaled)
    assert (made.name, made.units, made.output_shape) == ("scaled", 2, (None, 2))
    rows = np.ones((4, 3), "float32")
    once = made.get_layer("last")(rows).detach().numpy()
    np.testing.assert_allclose(made.predict(rows, verbose=0), once * 2, rtol=1e-6)
