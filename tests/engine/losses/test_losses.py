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
    "BinaryFocalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "CTC",
    "Circle",
    "Dice",
    "Tversky",
]
LOGITS = {"BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy"}
VARIANTS = [(name, {}) for name in CLASSES] + [
    *((name, {"reduction": how}) for name in ("Huber", "CategoricalCrossentropy") for how in ("sum", "none")),
    *((name, {"from_logits": True}) for name in sorted(LOGITS)),
    ("BinaryCrossentropy", {"label_smoothing": 0.1}),
    ("CategoricalCrossentropy", {"label_smoothing": 0.1}),
    ("SparseCategoricalCrossentropy", {"ignore_class": 2}),
    ("Huber", {"delta": 0.2}),
    ("CosineSimilarity", {"axis": 0}),
    ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.2}),
    ("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.2, "reduction": "mean"}),
    ("BinaryFocalCrossentropy", {"apply_class_balancing": True, "alpha": 0.4, "gamma": 3.0}),
    ("BinaryFocalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}),
    ("CategoricalFocalCrossentropy", {"alpha": 0.5, "gamma": 1.5, "from_logits": True}),
    ("CategoricalFocalCrossentropy", {"label_smoothing": 0.1}),
    ("CategoricalGeneralizedCrossEntropy", {"q": 0.2}),
    ("Circle", {"gamma": 10.0, "margin": 0.2, "remove_diagonal": False}),
    ("Dice", {"axis": 1, "reduction": "none"}),
    ("Tversky", {"alpha": 0.3, "beta": 0.8, "axis": 0, "reduction": "sum"}),
    *((name, {"reduction": "mean_with_sample_weight"}) for name in ("Hinge", "CTC", "MeanSquaredError")),
]
WHOLE = {"Dice", "Tversky"}  # one number for all rows: nothing to weigh row by row


def rows(name):
    rng = np.random.default_rng(3)
    scores = rng.random((6, 4), dtype=np.float32)
    scores /= scores.sum(-1, keepdims=True)
    labels = rng.integers(0, 4, 6)
    if name == "CTC":
        return np.array([[1, 2, 0], [3, 0, 0]] * 3), rng.normal(size=(6, 7, 4)).astype("float32")
    if name == "Circle":
        return labels, scores / np.linalg.norm(scores, axis=-1, keepdims=True)
    if name == "CategoricalGeneralizedCrossEntropy":
        return labels, scores
    return (labels if name.startswith("Sparse") else np.eye(4, dtype="float32")[labels]), scores


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("name", "arguments"), VARIANTS)
def test_value_and_gradient_are_keras(keras, name, arguments, weighted):
    targets, scores = rows(name)
    weight = np.arange(1, 7, dtype="float32") if weighted else None
    if weighted and arguments.get("axis") == 0:
        weight = np.arange(1, 5, dtype="float32")
    elif weighted and name in WHOLE:
        weight = np.float32(0.5) if arguments.get("axis") is None else np.arange(1, 7, dtype="float32")
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
