"""What ``fit`` takes: arrays, frames, generators, torch loaders and datasets, classes of batches."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
import torch

import engine
from engine import layers
from engine.utils import PyDataset

X = np.random.default_rng(0).normal(size=(24, 4)).astype("float32")
Y = X.sum(1, keepdims=True)


def model() -> Any:
    engine.utils.set_random_seed(1)
    made = engine.Sequential([layers.Input((4,)), layers.Dense(1)])
    made.compile("sgd", "mse")
    return made


def trained(x: Any, y: Any = None, **options: Any) -> list[float]:
    made = model()
    history = made.fit(x, y, verbose=0, **({"epochs": 2, "shuffle": False} | options))
    return [round(loss, 5) for loss in history.history["loss"]]


class Batches(PyDataset):
    """Batches of four rows, which note who made them and what was called."""

    def __init__(self, endless: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.endless = endless
        self.calls: list[str] = []
        self.threads: set[str] = set()

    @property
    def num_batches(self) -> int | None:
        return None if self.endless else 6

    def __getitem__(self, index: int) -> Any:
        self.threads.add(threading.current_thread().name)
        rows = slice(index % 6 * 4, index % 6 * 4 + 4)
        return X[rows], Y[rows]

    def on_epoch_begin(self) -> None:
        self.calls.append("begin")

    def on_epoch_end(self) -> None:
        self.calls.append("end")


@pytest.fixture(scope="module")
def wanted() -> list[float]:
    return trained(X, Y, batch_size=4)


def test_every_source_gives_the_same_history(wanted: list[float]) -> None:
    pairs = torch.utils.data.TensorDataset(torch.from_numpy(X), torch.from_numpy(Y))
    loader = torch.utils.data.DataLoader(pairs, batch_size=4)

    def endless() -> Any:
        while True:
            for begin in range(0, 24, 4):
                yield X[begin : begin + 4], Y[begin : begin + 4]

    assert trained(torch.from_numpy(X), torch.from_numpy(Y), batch_size=4) == wanted
    assert trained(loader) == wanted
    assert trained(pairs, batch_size=4) == wanted
    assert trained(endless(), steps_per_epoch=6) == wanted
    assert trained(Batches()) == wanted
    assert trained(Batches(endless=True), steps_per_epoch=6) == wanted


def test_a_batch_of_ones_own_need_not_count_samples() -> None:
    pairs = [(np.ones((6, 4), "float32"), np.float32(3.0)), (np.ones(4, "float32"), np.zeros((1,)))]
    losses = []
    for x, y in pairs:
        made = engine.Sequential([layers.Lambda(lambda rows: rows.sum())])
        made.compile("sgd", "mse")
        losses += made.fit(iter([(x, y)] * 2), verbose=0).history["loss"]
    assert losses == [(24.0 - 3.0) ** 2, 16.0]


def test_batches_are_made_ahead_in_order(wanted: list[float]) -> None:
    data = Batches(workers=3, max_queue_size=2)
    assert trained(data) == wanted
    assert data.calls == ["begin", "end"] * 2
    assert "MainThread" not in data.threads


def test_frames_are_arrays(wanted: list[float]) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("abcd"))
    assert trained(frame, pandas.Series(Y[:, 0]), batch_size=4) == wanted


def test_an_epoch_of_some_steps_leaves_the_rest_for_the_next() -> None:
    seen: list[float] = []
    watch = engine.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: seen.append(batch))
    trained(X, Y, batch_size=4, steps_per_epoch=3, epochs=4, callbacks=[watch])
    assert seen == [0, 1, 2] * 4
    whole = trained(X, Y, batch_size=4, epochs=1)
    halves = trained(X, Y, batch_size=4, steps_per_epoch=3, epochs=2)
    assert np.mean(halves) == pytest.approx(whole[0], rel=1e-4)
    with pytest.warns(UserWarning, match="ran out of data"):
        trained(X, Y, batch_size=4, steps_per_epoch=4, epochs=2)


def test_a_generator_that_ends_ends_the_training() -> None:
    made = model()
    pairs = ((X[begin : begin + 4], Y[begin : begin + 4]) for begin in range(0, 24, 4))
    with pytest.warns(UserWarning, match="ran out of data"):
        history = made.fit(pairs, epochs=3, verbose=0)
    assert history.epoch == [0]


def test_blocks_change_places_with_shuffle_batch() -> None:
    from engine.training.data import Rows

    rows = Rows([np.arange(10)], device=torch.device("cpu"))
    generator = torch.Generator().manual_seed(3)
    found = [batch.inputs[0].tolist() for batch in rows.batches(4, generator, whole=True)]
    assert sorted(found[:2]) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert found[2] == [8, 9]


def test_a_model_that_computes_its_own_loss_and_metrics() -> None:
    class Own(engine.Model):
        def __init__(self) -> None:
            super().__init__()
            self.line = layers.Dense(1)

        def call(self, x: Any) -> Any:
            return {"sum": self.line(x)}

        def compute_loss(
            self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None
        ) -> Any:
            assert y.keys() == y_pred.keys() == {"sum"}
            return ((y["sum"] - y_pred["sum"]) ** 2).mean() * 3

        def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
            return {"bias": y_pred["sum"].mean(), "loss": torch.tensor(7.0)}

    made = Own()
    made.compile("sgd")
    history = made.fit(X, {"sum": Y}, verbose=0).history
    assert set(history) == {"bias", "loss"}
    assert history["loss"] == [7.0]
    assert made.predict(X, verbose=0)["sum"].shape == (24, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": Batches(), "y": Y}, "`y` should not be passed"),
        ({"x": (item for item in ()), "sample_weight": Y}, "sample weights should be included"),
        ({"x": Batches(), "validation_split": 0.5}, "`validation_split` is only supported"),
        ({"x": X, "y": Y, "class_weight": {0: 1.0}, "sample_weight": Y[:, 0]}, "at the same time"),
        ({"x": X[:5], "y": Y}, "Data cardinality is ambiguous"),
        ({"x": X[:1], "y": Y[:1], "validation_split": 0.5}, "not sufficient"),
    ],
)
def test_what_does_not_go_together_is_said(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        model().fit(**arguments, verbose=0)
    with pytest.raises(ValueError, match="not recognized"):
        model().evaluate(X, Y, nothing=1)
