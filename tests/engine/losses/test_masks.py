"""Masks, dtypes, ranks and losses of one's own mean what they mean in Keras."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
import torch

import engine
from engine import layers, losses

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
# ^ keras' own variables under numpy 2


def test_every_name_and_signature_is_keras(keras: Any) -> None:
    for name in dir(keras.losses):
        theirs = getattr(keras.losses, name)
        if name.startswith("_") or name in ("get", "serialize", "deserialize"):
            continue
        ours: Any = getattr(losses, name)
        wanted = {each.name: each.default for each in inspect.signature(theirs).parameters.values()}
        got = {each.name: each.default for each in inspect.signature(ours).parameters.values()}
        assert list(got) == list(wanted), name
        assert got == wanted, name
        if inspect.isclass(theirs) and not {"fn"} & set(wanted):
            assert ours().name.startswith(theirs().name), name


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "mean_with_sample_weight", "none"])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_mask_on_the_prediction_leaves_steps_out(keras: Any, reduction: str, weighted: bool) -> None:
    rng = np.random.default_rng(0)
    true, scores = rng.random((2, 3, 4), "float32"), rng.random((2, 3, 4), "float32")
    weight = rng.random((2, 3), "float32") if weighted else None
    numbers = []
    for library in (keras.losses, losses):
        pred: Any = torch.tensor(scores)
        pred._keras_mask = torch.tensor([[True, True, False], [True, False, False]])
        found = library.MeanAbsoluteError(reduction=reduction)(torch.tensor(true), pred, weight)
        numbers.append(found.numpy())
    np.testing.assert_allclose(numbers[1], numbers[0], rtol=1e-6)


def test_all_masked_is_nothing() -> None:
    pred: Any = torch.rand(2, 3)
    pred._keras_mask = torch.zeros(2, dtype=torch.bool)
    assert losses.MeanSquaredError()(torch.rand(2, 3), pred).item() == 0.0


def test_an_ignored_class_does_not_count_as_a_sample(keras: Any) -> None:
    scores = np.random.default_rng(1).random((2, 5, 3), "float32")
    labels = np.array([[0, 1, -1, 2, -1], [2, -1, -1, -1, 0]])
    for arguments in ({}, {"from_logits": True}, {"reduction": "sum"}):
        ours = losses.SparseCategoricalCrossentropy(ignore_class=-1, **arguments)
        theirs = keras.losses.SparseCategoricalCrossentropy(ignore_class=-1, **arguments)
        assert float(ours(labels, scores)) == pytest.approx(float(theirs(labels, scores)), rel=1e-5)


@pytest.mark.parametrize("axis", [1, -1])
def test_classes_may_lie_on_another_axis(keras: Any, axis: int) -> None:
    scores = np.random.default_rng(2).random((2, 3, 3), "float32")
    labels = np.array([[0, 1, 2], [2, 2, 1]])
    ours = losses.sparse_categorical_crossentropy(torch.tensor(labels), torch.tensor(scores), axis=axis)
    theirs = keras.losses.sparse_categorical_crossentropy(labels, torch.tensor(scores), axis=axis)
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-5)


def test_a_loss_of_ones_own_gets_floats_and_keeps_structures() -> None:
    class Both(losses.Loss):
        def call(self, y_true: Any, y_pred: Any) -> torch.Tensor:
            assert y_true["a"].dtype is torch.float32
            return torch.stack([(y_true[key] - y_pred[key]).abs() for key in "ab"]).sum(0)

    true = {"a": np.array([1, 2]), "b": np.array([0, 0])}
    pred = {"a": torch.tensor([2.0, 2.0]), "b": torch.tensor([0.0, 3.0])}
    assert Both()(true, pred).item() == pytest.approx(2.0)


def test_the_dtype_is_that_of_the_loss() -> None:
    loss = losses.MeanSquaredError(dtype="float16")
    assert loss(np.ones((2, 2)), np.zeros((2, 2))).dtype is torch.float16
    assert losses.MeanSquaredError()(np.ones((2, 2)), np.zeros((2, 2), "float16")).dtype is torch.float32


@pytest.mark.parametrize("name", ["MeanSquaredError", "MeanAbsoluteError", "Huber", "BinaryCrossentropy"])
def test_one_kernel_says_what_many_say(name: str) -> None:
    true, pred = torch.rand(5, 1), torch.rand(5, 1)
    loss, plain = getattr(losses, name)(), getattr(losses, name)(reduction="none")
    assert loss(true, pred).item() == pytest.approx(plain(true, pred).mean().item(), rel=1e-6)
    assert loss(true.squeeze(-1), pred).item() == pytest.approx(loss(true, pred).item(), rel=1e-6)


def test_scores_of_a_softmax_need_no_second_division() -> None:
    raw = torch.randn(6, 4, requires_grad=True)
    labels = torch.randint(0, 4, (6,))
    direct = losses.SparseCategoricalCrossentropy(from_logits=True)(labels, raw)
    through = losses.SparseCategoricalCrossentropy()(labels, torch.softmax(raw, -1))
    twice = losses.SparseCategoricalCrossentropy()(labels, 3.0 * torch.softmax(raw, -1))
    for found in (through, twice):
        assert found.item() == pytest.approx(direct.item(), rel=1e-5)
        gradients = [torch.autograd.grad(each, raw, retain_graph=True)[0] for each in (direct, found)]
        torch.testing.assert_close(*gradients, rtol=1e-4, atol=1e-6)


def test_metrics_of_training_leave_padding_out_as_those_of_testing_do() -> None:
    start = layers.Input((6,), dtype="int32")
    model = engine.Model(start, layers.Embedding(12, 5, mask_zero=True)(start))
    model.compile(engine.optimizers.SGD(0.0), "mse", metrics=["mae"])
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 3, (8, 6)).astype("int32"), rng.random((8, 6, 5), "float32")
    tested = model.evaluate(x, y, verbose=0)
    history = model.fit(x, y, verbose=0).history
    assert [history["loss"][0], history["mae"][0]] == pytest.approx(tested)
    assert model.train_on_batch(x, y) == pytest.approx(tested)
