"""What ``compile`` makes of losses and metrics: names, order, containers, beside real Keras."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import torch

import engine
from engine import layers
from engine.metrics.compiled import CompileMetrics
from engine.models import Model
from engine.training.compile_loss import CompileLoss

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__"),  # Keras' own tensors as numpy arrays
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

R = np.random.default_rng(3)
X = R.normal(size=(12, 3)).astype("float32")
TWO, ONE = R.normal(size=(12, 2)).astype("float32"), R.normal(size=(12, 1)).astype("float32")
WEIGHTS = R.uniform(0.5, 2, 12).astype("float32")

OUTPUTS: dict[str, Callable[..., Any]] = {
    "dict": lambda z, a: {"z": z, "a": a},
    "list": lambda z, a: [z, a],
    "one": lambda z, a: z,
}


def _pair(keras: Any, form: str) -> list[Any]:
    made = []
    for lib in (engine, keras):
        rows = lib.layers.Input((3,))
        last = [lib.layers.Dense(2, name="zz")(rows), lib.layers.Dense(1, name="aa")(rows)]
        made.append(lib.Model(rows, OUTPUTS[form](*last)))
    made[0].set_weights(made[1].get_weights())
    return made


def _targets(form: str) -> Any:
    return OUTPUTS[form](TWO, ONE)


METRICS: dict[str, list[Any]] = {
    "dict": [None, {"z": ["mae"], "a": ["mae", "mse"]}, {"a": "mse"}],
    "list": [None, [["mae", "mse"], ["mae"]], {"aa": ["mse"]}],
    "one": [None, ["mae", "mse"]],
}
CASES = [(form, index) for form, given in METRICS.items() for index in range(len(given))]


@pytest.mark.parametrize("weighed", [False, True])
@pytest.mark.parametrize(("form", "index"), CASES)
def test_results_have_the_names_the_order_and_the_numbers_of_keras(
    keras: Any, form: str, index: int, weighed: bool
) -> None:
    metrics, y = METRICS[form][index], _targets(form)
    pair = _pair(keras, form)
    given = {"sample_weight": OUTPUTS[form](WEIGHTS, WEIGHTS)} if weighed else {}
    for model in pair:
        model.compile("sgd", "mse", metrics=metrics, weighted_metrics=metrics if weighed else None)
    for road in ("evaluate", "test_on_batch", "train_on_batch"):
        silent = {"verbose": 0} if road == "evaluate" else {}
        ours, theirs = (getattr(model, road)(X, y, **given, **silent) for model in pair)
        assert type(ours) is type(theirs)
        np.testing.assert_allclose(ours, theirs, rtol=1e-4)
        ours, theirs = (getattr(model, road)(X, y, return_dict=True, **given, **silent) for model in pair)
        assert list(ours) == list(theirs)
        assert {type(value) for value in ours.values()} == {float}
        np.testing.assert_allclose(list(ours.values()), list(theirs.values()), rtol=1e-4)
    ours, theirs = pair
    assert ours.metrics_names == theirs.metrics_names
    assert [type(item).__name__ for item in ours.metrics][1:] == [
        type(item).__name__.replace("Mean", "LossTracker") for item in theirs.metrics
    ][1:]
    assert list(ours.get_metrics_result()) == list(theirs.get_metrics_result())


def test_one_container_holds_the_metrics_of_compile() -> None:
    model = engine.Sequential([layers.Input((3,)), layers.Dense(2)])
    assert model.metrics == []
    model.compile("sgd", "mse", metrics=["mae"], weighted_metrics=["mae"])
    tracker, container = model.metrics
    assert (tracker.name, container.name, container.metrics) == ("loss", "compile_metrics", [])
    with pytest.raises(ValueError, match="not yet been built"):
        container.result()
    model.evaluate(X, TWO, sample_weight=WEIGHTS, verbose=0)
    errors = np.abs(model.predict(X, verbose=0) - TWO).mean(-1)
    assert container.result()["mae"] == pytest.approx(errors.mean(), rel=1e-5)
    weighed = (errors * WEIGHTS).sum() / WEIGHTS.sum()
    assert container.result()["weighted_mae"] == pytest.approx(weighed, rel=1e-5)
    assert len(container.variables) == 4
    assert len(model.metrics_variables) == 6
    model.reset_metrics()
    assert all(float(value) == 0 for value in model.get_metrics_result().values())


def test_metrics_of_layers_and_attributes_are_told_and_those_of_models_inside_are_not() -> None:
    class Watched(layers.Layer):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.size = engine.metrics.Mean(name="size")

        def call(self, inputs: Any) -> Any:
            self.size.update_state(inputs.abs())
            return inputs

    inner = engine.Sequential([layers.Input((3,)), layers.Dense(3)])
    inner.compile("sgd", "mse", metrics=["mae"])
    model = engine.Sequential([layers.Input((3,)), Watched(), inner, layers.Dense(2)])
    model.compile("sgd", "mse")
    assert model.metrics_names == ["loss", "size"]
    found = model.evaluate(X, TWO, verbose=0, return_dict=True)
    assert found["size"] == pytest.approx(np.abs(X).mean(), rel=1e-5)
    assert sorted(model.fit(X, TWO, verbose=0).history) == ["loss", "size"]


def test_metrics_and_resets_of_a_model_of_ones_own_are_asked() -> None:
    class Own(Model):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.last = layers.Dense(2)
            self.mine = engine.metrics.Mean(name="mine")
            self.resets = 0

        def call(self, inputs: Any) -> Any:
            return self.last(inputs)

        def compute_loss(self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool = True) -> Any:
            loss = ((y - y_pred) ** 2).mean()
            self.mine.update_state(loss)
            return loss

        def reset_metrics(self) -> None:
            self.resets += 1
            self.mine.reset_state()

        @property
        def metrics(self) -> list[Any]:
            return [self.mine]

    model = Own()
    model.compile("sgd")
    assert list(model.fit(X, TWO, epochs=2, verbose=0).history) == ["mine"]
    assert model.resets == 2
    assert isinstance(model.evaluate(X, TWO, verbose=0), float)


def test_a_loss_without_side_effects() -> None:
    model = engine.Sequential([layers.Input((3,)), layers.Dense(2, kernel_regularizer="l2", name="last")])
    model.compile("sgd", "mse")
    pred = torch.from_numpy(TWO + 1).requires_grad_()
    before = model.get_weights()
    zeros = [torch.zeros_like(weight) for weight in model.trainable_variables]
    loss, (_, fixed, states) = model.stateless_compute_loss(
        zeros, model.non_trainable_variables, model.metrics_variables, X, torch.from_numpy(TWO), pred
    )
    assert loss.item() == pytest.approx(1.0)
    assert (fixed, len(states)) == ([], 2)
    loss.backward()
    assert pred.grad is not None
    for now, then in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)
    with pytest.raises(ValueError, match="1:1"):
        model.stateless_compute_loss(zeros[:1], [], [], X, TWO, pred)


def test_compute_metrics_takes_what_the_model_gives(keras: Any) -> None:
    pair = _pair(keras, "dict")
    found = []
    for model, to in zip(pair, (torch.from_numpy, keras.ops.convert_to_tensor), strict=True):
        model.compile("sgd", "mse", metrics={"z": ["mae"]}, weighted_metrics={"a": ["mae"]})
        y = {"z": to(TWO), "a": to(ONE)}
        numbers = model.compute_metrics(to(X), y, model(to(X)), sample_weight=to(WEIGHTS))
        found.append({name: float(value.detach()) for name, value in numbers.items()})
    assert list(found[0]) == list(found[1])
    assert found[0] == pytest.approx(found[1], rel=1e-5)


def test_containers_follow_the_nesting_of_the_outputs() -> None:
    deep = {"a": ONE, "b": {"c": TWO, "d": [ONE, ONE]}}
    asked = {"a": "mse", "b": {"c": ["mae"], "d": [None, "mse"]}}
    one = CompileMetrics(asked, None, output_names=["p", "q", "r", "s"])
    one.update_state(deep, {"a": ONE + 2, "b": {"c": TWO + 3, "d": [ONE, ONE + 1]}})
    told = {name: float(value) for name, value in one.result().items()}
    assert told == pytest.approx({"p_mse": 4.0, "q_mae": 3.0, "s_mse": 1.0}, rel=1e-5)
    for wrong, named in (("mae", None), ([["mae"]] * 3, ["p", "q"]), ({"x": "mae"}, ["p", "q"])):
        with pytest.raises(ValueError, match="metrics"):
            CompileMetrics(wrong, None, output_names=named).build([ONE, TWO], [ONE, TWO])
    both = CompileLoss({"a": "mse", "b": "mae"}, {"a": 1.0, "b": 0.5})
    pred: Mapping[str, Any] = {"b": TWO + 2, "a": ONE + 2}
    assert float(both({"a": ONE, "b": TWO}, pred)) == pytest.approx(5.0, rel=1e-5)
    assert {tracker.name: float(tracker.result()) for tracker in both.metrics} == pytest.approx(
        {"a_loss": 4.0, "b_loss": 2.0}, rel=1e-5
    )
    with pytest.raises(ValueError, match="different structures"):
        both([ONE, TWO, ONE], pred)
    with pytest.raises(ValueError, match="loss_weights"):
        CompileLoss("mse", "much")
