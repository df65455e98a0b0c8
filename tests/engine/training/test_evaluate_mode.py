"""Testing runs under torch's inference mode only where nothing of a batch can stay behind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import engine
from engine import layers, losses, metrics


class Keeps(metrics.Metric):
    """A metric of one's own that keeps what it was shown."""

    def __init__(self) -> None:
        super().__init__(name="keeps")
        self.seen: list[torch.Tensor] = []

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        self.seen.append(y_pred)

    def reset_state(self) -> None:
        self.seen = []

    def result(self) -> torch.Tensor:
        return torch.tensor(float(len(self.seen)))


def data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(96, 4)).astype("float32"), rng.integers(0, 3, 96)


def made(*inside: layers.Layer) -> engine.Sequential:
    return engine.Sequential([engine.Input((4,)), layers.Dense(8), *inside, layers.Dense(3)])


def modes(model: engine.Sequential, asked: list[Any]) -> list[bool]:
    """Evaluate and return for each batch whether it ran in inference mode."""
    model.compile("adam", losses.SparseCategoricalCrossentropy(from_logits=True), metrics=asked)
    found: list[bool] = []
    plan = model.plan.run

    def run(*args: Any) -> Any:
        found.append(torch.is_inference_mode_enabled())
        return plan(*args)

    model.plan.run = run
    model.evaluate(*data(), verbose=0)
    return found[-3:]


def test_the_first_batch_may_make_things_that_stay_the_others_need_not() -> None:
    assert modes(made(layers.BatchNormalization()), ["accuracy"]) == [False, True, True]


@pytest.mark.parametrize(
    ("inside", "asked"),
    [
        ([layers.Lambda(lambda x: x * 2)], ["accuracy"]),
        ([layers.TorchModuleWrapper(torch.nn.Linear(8, 8))], ["accuracy"]),
        ([], [Keeps()]),
        ([], [lambda y_true, y_pred: y_pred.mean()]),
        ([], [metrics.MeanIoU(3, sparse_y_pred=False)]),
    ],
)
def test_what_may_keep_tensors_gets_usual_ones(inside: list[Any], asked: list[Any]) -> None:
    assert modes(made(*inside), asked) == [False, False, False]


def test_training_goes_on_after_testing_with_the_same_numbers() -> None:
    histories = []
    for tested in (False, True):
        engine.utils.set_random_seed(1)
        model = made(layers.BatchNormalization(), layers.Activation("relu"))
        model.compile(
            "adam",
            losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy", "sparse_top_k_categorical_accuracy"],
        )
        for _ in range(2):
            if tested:
                first = model.evaluate(*data(), verbose=0)
                assert model.evaluate(*data(), verbose=0) == first
            history = model.fit(*data(), epochs=1, verbose=0, shuffle=False)
        histories.append(history.history)
    assert histories[0] == histories[1]
