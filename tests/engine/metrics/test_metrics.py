"""Metrics say Keras' numbers over batches, with and without weights."""

import numpy as np
import pytest

from engine import metrics
from engine.errors import ShapeError

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword")
# ^ keras' own variables under numpy 2
CLASSES = [
    "Accuracy",
    "BinaryAccuracy",
    "CategoricalAccuracy",
    "SparseCategoricalAccuracy",
    "TopKCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy",
    "MeanSquaredError",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredLogarithmicError",
    "LogCoshError",
    "Hinge",
    "SquaredHinge",
    "CategoricalHinge",
    "KLDivergence",
    "Poisson",
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy",
    "RootMeanSquaredError",
]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", CLASSES)
def test_two_batches_are_keras(keras, name, weighted):
    arguments = {"k": 2} if "TopK" in name else {}
    ours, theirs = getattr(metrics, name)(**arguments), getattr(keras.metrics, name)(**arguments)
    assert ours.name == theirs.name
    rng = np.random.default_rng(5)
    for _ in range(2):
        scores = rng.random((6, 4), dtype=np.float32)
        scores /= scores.sum(-1, keepdims=True)
        labels = rng.integers(0, 4, 6)
        targets = labels if name.startswith("Sparse") else np.eye(4, dtype="float32")[labels]
        if name == "Accuracy":
            targets, scores = labels, rng.integers(0, 4, 6)
        weight = rng.random(6, dtype=np.float32) if weighted else None
        ours.update_state(targets, scores, sample_weight=weight)
        theirs.update_state(targets, scores, sample_weight=weight)
    assert float(ours.result()) == pytest.approx(float(theirs.result()), rel=1e-5, abs=1e-6)
    ours.reset_state()
    assert float(ours.result()) == 0.0


@pytest.mark.parametrize(
    ("true", "pred", "form"),
    [
        ((None, 1), (None, 1), metrics.BinaryAccuracy),
        ((None,), (None, 1), metrics.BinaryAccuracy),
        ((None, 10), (None, 10), metrics.CategoricalAccuracy),
        ((None,), (None, 10), metrics.SparseCategoricalAccuracy),
        ((None, 1), (None, 10), metrics.SparseCategoricalAccuracy),
    ],
)
def test_accuracy_takes_the_form_that_the_shapes_tell(true, pred, form):
    metric = metrics.resolve("accuracy", true, pred)
    assert type(metric) is form
    assert metric.name == "accuracy"


def test_names_stay_as_asked():
    assert metrics.resolve("mae", (None, 1), (None, 1)).name == "mae"
    with pytest.raises(ValueError, match="accuracy"):
        metrics.resolve("binary_acuracy", (None, 1), (None, 1))


@pytest.mark.parametrize("name", CLASSES)
def test_config_round_trip(name):
    metric = getattr(metrics, name)()
    assert metrics.deserialize(metrics.serialize(metric)).get_config() == metric.get_config()


def test_a_metric_of_ones_own_keeps_states_and_resets_them() -> None:
    import torch

    from engine.metrics import Metric

    class Count(Metric):
        def __init__(self) -> None:
            super().__init__(name="count")
            self.seen = self.add_weight(name="seen", initializer="ones")

        def update_state(
            self, y_true: torch.Tensor, y_pred: torch.Tensor, sample_weight: object = None
        ) -> None:
            self.seen.assign_add(float(len(y_true)))

        def result(self) -> torch.Tensor:
            return self.seen * 2

    count = Count()
    assert [state.path for state in count.variables] == ["count/seen"]
    assert float(count(torch.zeros(3), torch.zeros(3))) == 8.0
    count.reset_state()  # to zeros, whatever a state began with
    assert float(count.result()) == 0.0


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("CategoricalAccuracy", {}),
        ("TopKCategoricalAccuracy", {"k": 2}),
        ("OneHotMeanIoU", {"num_classes": 3}),
    ],
)
def test_one_hot_targets_may_be_truth_values(keras, name, arguments):
    targets = np.eye(3, dtype=bool)[[0, 2, 1, 1]]
    scores = np.array([[0.7, 0.2, 0.1], [0.1, 0.3, 0.6], [0.5, 0.3, 0.2], [0.1, 0.8, 0.1]], "float32")
    found = getattr(metrics, name)(**arguments)(targets, scores)
    wanted = getattr(keras.metrics, name)(**arguments)(targets, scores)
    assert float(found) == pytest.approx(float(wanted))


@pytest.mark.parametrize("kind", ["F1Score", "R2Score", "AUC"])
def test_batches_of_another_width_are_refused(kind):
    metric = getattr(metrics, kind)(**({"multi_label": True} if kind == "AUC" else {}))
    metric.update_state(np.ones((4, 2)), np.ones((4, 2)))
    with pytest.raises(ShapeError, match="same number of outputs"):
        metric.update_state(np.ones((4, 3)), np.ones((4, 3)))


@pytest.mark.parametrize("metric", [metrics.AUC(), metrics.Precision(), metrics.PrecisionAtRecall(0.5)])
def test_targets_of_another_shape_are_refused(metric):
    with pytest.raises(ShapeError, match="same shape"):
        metric.update_state(np.ones(4), np.ones((4, 3)))
