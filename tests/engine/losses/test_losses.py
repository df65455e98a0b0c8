"""Losses say Keras' numbers, with and without weights, and their gradients too."""

import numpy as np
import pytest
import torch

from engine import losses

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy keyword"  # keras' variables under numpy 2
)
CLASSES = [
    "MeanSquaredError",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredLogarithmicError",
    "CosineSimilarity",
    "Huber",
    "LogCosh",
    "Hinge",
    "SquaredHinge",
    "CategoricalHinge",
    "KLDivergence",
    "Poisson",
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy",
]
LOGITS = {"BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy"}
VARIANTS = [(name, {}) for name in CLASSES] + [
    *((name, {"reduction": how}) for name in ("Huber", "CategoricalCrossentropy") for how in ("sum", "none")),
    *((name, {"from_logits": True}) for name in sorted(LOGITS)),
    ("BinaryCrossentropy", {"label_smoothing": 0.1}),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}),
    ("SparseCategoricalCrossentropy", {"ignore_class": 2}),
    ("Huber", {"delta": 0.2}),
]


def rows(name):
    rng = np.random.default_rng(3)
    scores = rng.random((6, 4), dtype=np.float32)
    scores /= scores.sum(-1, keepdims=True)
    labels = rng.integers(0, 4, 6)
    return (labels if name.startswith("Sparse") else np.eye(4, dtype="float32")[labels]), scores


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("name", "arguments"), VARIANTS)
def test_value_and_gradient_are_keras(keras, name, arguments, weighted):
    targets, scores = rows(name)
    weight = np.arange(1, 7, dtype="float32") if weighted else None
    results = []
    for library in (keras.losses, losses):
        pred = torch.tensor(scores, requires_grad=True)
        loss = getattr(library, name)(**arguments)(torch.tensor(targets), pred, sample_weight=weight)
        (gradient,) = torch.autograd.grad(loss.sum(), pred)
        results.append((loss.detach().numpy(), gradient.numpy()))
    np.testing.assert_allclose(results[1][0], results[0][0], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(results[1][1], results[0][1], rtol=1e-5, atol=1e-5)


def test_a_number_by_hand():
    assert losses.get("mse")([[1.0, 3.0]], [[2.0, 5.0]]).item() == pytest.approx(2.5)
    assert losses.Huber()([[0.0]], [[3.0]]).item() == pytest.approx(2.5)
    half = losses.BinaryCrossentropy()([[1.0]], [[0.5]])
    assert half.item() == pytest.approx(np.log(2.0), rel=1e-6)


@pytest.mark.parametrize("name", CLASSES)
def test_config_round_trip(name):
    loss = getattr(losses, name)()
    twin = losses.deserialize(losses.serialize(loss))
    assert type(twin) is type(loss)
    assert twin.get_config() == loss.get_config()


def test_labels_for_one_hot_loss_name_the_sparse_one():
    with pytest.raises(ValueError, match="sparse_categorical_crossentropy"):
        losses.CategoricalCrossentropy()(np.array([1, 2]), np.full((2, 3), 1 / 3, "float32"))


def test_unknown_loss_suggests_the_nearest():
    with pytest.raises(ValueError, match="mean_squared_error"):
        losses.get("mean_squared_eror")
