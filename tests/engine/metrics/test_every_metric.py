"""Every metric of Keras, over its important arguments, with and without weights, batch after batch."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest
import torch

from engine import metrics

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
# ^ keras' own variables under numpy 2

BINARY = [
    *(("AUC", arguments) for arguments in (
        {}, {"num_thresholds": 20}, {"curve": "PR"}, {"curve": "PRGAIN"}, {"from_logits": True},
        {"curve": "PR", "summation_method": "majoring"}, {"summation_method": "minoring"},
        {"thresholds": [0.2, 0.31, 0.9]}, {"multi_label": True}, {"multi_label": True, "curve": "PR"},
        {"multi_label": True, "label_weights": [1.0, 2.0, 0.5], "num_labels": 3},
        {"multi_label": True, "thresholds": [0.2, 0.31, 0.9]}, {"label_weights": [1.0, 2.0, 0.5]},
    )),
    *((name, {}) for name in ("TruePositives", "FalsePositives", "TrueNegatives", "FalseNegatives")),
    *((name, arguments) for name in ("Precision", "Recall") for arguments in (
        {}, {"thresholds": [0.3, 0.7]}, {"thresholds": [0.0, 0.5, 1.0]}, {"top_k": 2}, {"class_id": 1},
        {"top_k": 1, "class_id": 2},
    )),
    ("TruePositives", {"thresholds": [0.1, 0.6]}), ("FalseNegatives", {"thresholds": 0.25}),
    ("SensitivityAtSpecificity", {"specificity": 0.6}), ("SpecificityAtSensitivity", {"sensitivity": 0.4}),
    ("PrecisionAtRecall", {"recall": 0.5, "num_thresholds": 50}), ("RecallAtPrecision", {"precision": 0.6}),
    ("RecallAtPrecision", {"precision": 0.6, "class_id": 0, "num_thresholds": 1}),
    ("BinaryIoU", {}), ("BinaryIoU", {"target_class_ids": [1], "threshold": 0.3}),
    *(("FBetaScore", {"average": average, "beta": 2.0, "threshold": 0.4})
      for average in (None, "micro", "macro", "weighted")),
    ("F1Score", {}), ("F1Score", {"average": "macro", "threshold": 0.5}),
    ("BinaryAccuracy", {"threshold": 0.3}), ("BinaryCrossentropy", {"label_smoothing": 0.1}),
]  # fmt: skip
NUMBERS = [
    ("R2Score", {}), ("R2Score", {"class_aggregation": None}), ("R2Score", {"num_regressors": 2}),
    ("R2Score", {"class_aggregation": "variance_weighted_average"}), ("CosineSimilarity", {}),
    ("CosineSimilarity", {"axis": 1}), ("PearsonCorrelation", {}), ("ConcordanceCorrelation", {}),
    ("RootMeanSquaredError", {}), ("LogCoshError", {}), ("MeanSquaredError", {"dtype": "float64"}),
]  # fmt: skip
LABELS = [
    ("SparseCategoricalCrossentropy", {"ignore_class": 1}), ("SparseTopKCategoricalAccuracy", {"k": 2}),
    ("IoU", {"num_classes": 3, "target_class_ids": [0, 2], "sparse_y_pred": False}),
    ("MeanIoU", {"num_classes": 3, "sparse_y_pred": False, "ignore_class": 1}),
    ("MeanIoU", {"num_classes": 3, "sparse_y_pred": False, "dtype": "float32"}),
]  # fmt: skip
ONE_HOT = [
    ("OneHotIoU", {"num_classes": 3, "target_class_ids": [1]}), ("OneHotMeanIoU", {"num_classes": 3}),
    ("TopKCategoricalAccuracy", {"k": 2}), ("CategoricalCrossentropy", {"from_logits": True}),
]  # fmt: skip


def batches(kind: str) -> Any:
    rng = np.random.default_rng(11)
    for _ in range(3):
        scores = rng.random((8, 3), "float32")
        labels = rng.integers(0, 3, 8)
        true = {
            "binary": (rng.random((8, 3)) > 0.5).astype("float32"),
            "numbers": rng.random((8, 3), "float32"),
            "labels": labels,
            "one_hot": np.eye(3, dtype="float32")[labels],
        }[kind]
        yield true, scores, rng.integers(1, 4, 8).astype("float32")


ALL = [
    (name, arguments, kind)
    for kind, rows in (("binary", BINARY), ("numbers", NUMBERS), ("labels", LABELS), ("one_hot", ONE_HOT))
    for name, arguments in rows
]


@pytest.mark.filterwarnings("ignore:.*weight.*float:UserWarning")
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("name", "arguments", "kind"), ALL)
def test_three_batches_are_keras(
    keras: Any, name: str, arguments: dict[str, Any], kind: str, weighted: bool
) -> None:
    ours, theirs = getattr(metrics, name)(**arguments), getattr(keras.metrics, name)(**arguments)
    for true, scores, weight in batches(kind):
        if name == "BinaryIoU":  # its weights are those of the single numbers
            weight = np.repeat(weight, 3).reshape(8, 3)
        for metric in (ours, theirs):
            metric.update_state(true, scores, sample_weight=weight if weighted else None)
        np.testing.assert_allclose(ours.result().numpy(), theirs.result().cpu().numpy(), rtol=1e-5, atol=1e-6)
    assert [state.name for state in ours.variables] == [state.name for state in theirs.variables]
    for got, wanted in zip(ours.variables, theirs.variables, strict=True):
        np.testing.assert_allclose(got.numpy(), wanted.numpy(), rtol=1e-5, atol=1e-5)
    config = ours.get_config()
    assert set(theirs.get_config()) <= set(config)
    assert metrics.deserialize(metrics.serialize(ours)).get_config() == config
    ours.reset_state()
    assert all(not state.numpy().any() for state in ours.variables)


def test_every_name_and_signature_is_keras(keras: Any) -> None:
    for name in dir(keras.metrics):
        if name.startswith("_") or name in ("get", "serialize", "deserialize"):
            continue
        wanted = inspect.signature(getattr(keras.metrics, name)).parameters.values()
        got = inspect.signature(getattr(metrics, name)).parameters.values()
        assert [(each.name, each.default) for each in got] == [
            (each.name, each.default) for each in wanted
        ], name


def test_states_can_be_passed_around(keras: Any) -> None:
    metric = metrics.MeanSquaredError()
    states: list[Any] = list(metric.variables)
    for true, scores, _ in batches("numbers"):
        states = metric.stateless_update_state(states, true, scores)
    assert float(metric.result()) == 0.0
    twin = keras.metrics.MeanSquaredError()
    for true, scores, _ in batches("numbers"):
        twin.update_state(true, scores)
    assert float(metric.stateless_result(states)) == pytest.approx(float(twin.result()), rel=1e-6)
    with pytest.raises(ValueError, match="1:1"):
        metric.stateless_result(states[:1])
    assert [float(state) for state in metric.stateless_reset_state()] == [0.0, 0.0]


def test_metrics_inside_metrics_count_as_states() -> None:
    class Pair(metrics.Metric):
        def __init__(self) -> None:
            super().__init__(name="pair")
            self.parts = {"a": metrics.Mean(), "b": [metrics.Sum()]}

    assert [state.name for state in Pair().variables] == ["total", "count", "total"]


def test_an_update_leaves_no_trace_of_gradients_and_counts_the_rows() -> None:
    metric = metrics.SparseCategoricalAccuracy()
    pred = torch.rand(4, 3, requires_grad=True)
    metric.update_state(torch.tensor([0, 1, 2, 0]), pred)
    assert not metric.total.requires_grad
    assert float(metric.count) == 4.0
