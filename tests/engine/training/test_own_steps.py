"""Models that write their steps themselves, and data that comes in other nestings than the model's."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

import engine
from engine import layers
from engine.models import Model
from engine.training.stream import unpack_x_y_sample_weight

X = np.random.default_rng(0).normal(size=(10, 3)).astype("float32")
Y = X.sum(-1, keepdims=True)


class Steps(Model):
    """Two parts and no ``call``, as a pair of networks that train each other would be."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.part = layers.Dense(1)
        self.part.build((None, 3))
        self.seen: list[Any] = []
        self.mean = engine.metrics.Mean(name="mean")
        self.built = True

    def _note(self, data: Any) -> Any:
        self.seen.append(
            engine.tree.map_structure(lambda leaf: None if leaf is None else tuple(leaf.shape), data)
        )
        return unpack_x_y_sample_weight(data)

    def train_step(self, data: Any) -> Any:
        x, y, _ = self._note(data)
        loss = ((self.part(x) - y) ** 2).mean() if y is not None else self.part(x).mean()
        grads = torch.autograd.grad(loss, [weight.value for weight in self.trainable_weights])
        self.optimizer.apply(grads, self.trainable_weights)
        self.mean.update_state(loss.detach())
        return {"mean": self.mean.result()}

    def test_step(self, data: Any) -> Any:
        x, y, _ = self._note(data)
        self.mean.update_state((self.part(x) - y).abs().mean())
        return {"mean": self.mean.result()}

    def predict_step(self, data: Any) -> Any:
        x, _, _ = self._note(data)
        answer = self.part(x)
        return {"answer": answer, "double": 2 * answer}


def test_a_model_without_a_call_trains_from_arrays_and_from_batches() -> None:
    model = Steps()
    model.compile(engine.optimizers.SGD(0.1))
    logs = model.fit(X, Y, batch_size=5, epochs=20, validation_data=(X, Y), verbose=0).history
    assert sorted(logs) == ["mean", "val_mean"]
    assert logs["mean"][-1] < 0.1 * logs["mean"][0]
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(logs["val_mean"][-1], abs=1e-5)
    told = model.predict(X, batch_size=5, verbose=0)
    np.testing.assert_allclose(told["double"], 2 * told["answer"])
    assert told["answer"].shape == (10, 1)
    assert set(model.predict_on_batch(X)) == {"answer", "double"}

    def batches() -> Iterator[Any]:
        yield from ((X[:5], Y[:5]), (X[5:], Y[5:]))

    model.seen.clear()
    model.fit(batches(), verbose=0)
    model.fit(X, batch_size=5, verbose=0)
    model.train_on_batch(X, Y)
    assert model.seen == [((5, 3), (5, 1))] * 2 + [(5, 3)] * 2 + [((10, 3), (10, 1))]


def test_dicts_and_lists_reach_a_step_as_they_were_given() -> None:
    class Notes(Steps):
        def train_step(self, data: Any) -> Any:
            self._note(data)
            return {}

        def predict_step(self, data: Any) -> Any:
            return self._note(data)[0]

    model = Notes()
    model.compile("sgd")
    small = X[:, :1]
    weights = np.ones(10, "float32")
    model.fit({"b": X, "a": small}, {"q": Y, "p": X}, batch_size=10, verbose=0)
    model.fit([X, small], verbose=0)
    model.fit([X, small], Y, sample_weight=weights, verbose=0)
    model.fit(iter([({"b": X, "a": small}, Y)]), verbose=0)
    named = {"b": (10, 3), "a": (10, 1)}
    assert model.seen == [
        (named, {"q": (10, 1), "p": (10, 3)}),
        ([(10, 3), (10, 1)],),
        ([(10, 3), (10, 1)], (10, 1), (10,)),
        (named, (10, 1)),
    ]
    found = model.predict({"b": X, "a": small}, verbose=0)
    np.testing.assert_array_equal(found["b"], X)
    np.testing.assert_array_equal(found["a"], small)


def test_dicts_reach_a_model_of_code_by_name() -> None:
    class Difference(Model):
        def call(self, inputs: Any) -> Any:
            return inputs["b"] - inputs["a"]

    data = {"b": 3 * X, "a": X}
    np.testing.assert_allclose(Difference().predict(data, verbose=0), 2 * X, rtol=1e-6)


def _two(form: Any) -> Any:
    one, other = layers.Input((3,), name="i1"), layers.Input((3,), name="i2")
    model = engine.Model(form(one, other), layers.Dense(1)(layers.Add()([one, other])))
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize("road", ["predict", "fit", "evaluate", "train_on_batch"])
def test_a_list_for_named_inputs_is_a_warning_as_calling_is(road: str) -> None:
    y = () if road == "predict" else (Y,)
    silent = {} if road == "train_on_batch" else {"verbose": 0}
    model = _two(lambda one, other: {"i1": one, "i2": other})
    with pytest.warns(
        UserWarning, match="structure of `inputs` doesn't match the expected structure"
    ) as seen:
        getattr(model, road)([X, X], *y, **silent)
    assert len(seen) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        getattr(model, road)({"i1": X, "i2": X}, *y, **silent)
        getattr(_two(lambda one, other: [one, other]), road)((X, X), *y, **silent)
    mixed = _two(lambda one, other: {"i2": one, "i1": other})
    with pytest.raises(ValueError, match="structure of `inputs`"):
        getattr(mixed, road)([X, X], *y, **silent)


def test_none_for_an_input_that_needs_data_is_refused_by_name() -> None:
    rows = layers.Input((3,), name="rows")
    model = engine.Model(rows, layers.Dense(1)(rows))
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="'rows' is not optional"):
        model.fit([None], Y, verbose=0)
    with pytest.raises(ValueError, match="'i2' is not optional"):
        _two(lambda one, other: [one, other]).predict([X, None], verbose=0)
    with pytest.raises(ValueError, match="'i1' is not optional"):
        _two(lambda one, other: [one, other]).fit(iter([((None, X), Y)]), verbose=0)
