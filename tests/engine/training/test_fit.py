"""What ``fit`` promises beside its numbers: stops, errors, data of many kinds, no sync, no slow imports."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch

import engine
from engine.callbacks import Callback
from engine.errors import EngineError, ShapeError

X = np.random.default_rng(0).normal(size=(64, 5)).astype("float32")
Y = (X.sum(1) > 0).astype("int64")


def model(units: int = 2, **compiled: Any) -> Any:
    engine.utils.set_random_seed(7)
    last = engine.layers.Dense(units, activation="softmax", name="kind")
    made = engine.Sequential([engine.layers.Input((5,), name="rows"), last])
    usual = {"optimizer": "adam", "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"]}
    made.compile(**(usual | compiled))
    return made


class Stopper(Callback):
    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at
        self.seen: list[str] = []

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        self.seen.append(f"batch {batch}")
        if batch == self.at:
            self.model.stop_training = True

    def on_test_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        self.seen.append("test")

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        self.seen.append(f"epoch {sorted(logs or {})}")

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        self.seen.append("end")


def test_stop_acts_within_the_batch_and_validates_what_was_learned() -> None:
    stopper = Stopper(2)
    model().fit(X, Y, batch_size=8, epochs=5, verbose=0, validation_data=(X, Y), callbacks=[stopper])
    logs = "epoch ['accuracy', 'loss', 'val_accuracy', 'val_loss']"
    assert stopper.seen == ["batch 0", "batch 1", "batch 2", "test", logs, "end"]


def test_validation_ends_where_it_is_told_to() -> None:
    class Short(Callback):
        seen = 0

        def on_test_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
            self.seen += 1
            self.model.stop_evaluating = batch == 1

    short = Short()
    model().fit(X, Y, batch_size=8, verbose=0, validation_data=(X, Y), callbacks=[short])
    assert short.seen == 2


def test_an_interrupt_leaves_the_model_usable() -> None:
    class Interrupt(Callback):
        def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
            if batch == 3:
                raise KeyboardInterrupt

    made = model()
    with pytest.raises(KeyboardInterrupt):
        made.fit(X, Y, batch_size=8, verbose=0, callbacks=[Interrupt()])
    assert int(made.optimizer.iterations) == 4
    history = made.fit(X, Y, batch_size=8, epochs=40, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]


def test_shuffles_repeat_with_the_seed() -> None:
    runs = [model().fit(X, Y, batch_size=8, epochs=2, verbose=0).history["loss"] for _ in range(2)]
    straight = model().fit(X, Y, batch_size=8, epochs=2, verbose=0, shuffle=False).history["loss"]
    assert runs[0] == runs[1]
    assert runs[0] != straight


def test_no_number_is_read_per_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    reads = []
    for name in ("item", "tolist", "__float__", "__bool__", "__int__", "cpu"):
        plain = getattr(torch.Tensor, name)
        monkeypatch.setattr(
            torch.Tensor, name, lambda self, *args, _plain=plain: (reads.append(1), _plain(self, *args))[1]
        )
    made = model()
    made.fit(X, Y, batch_size=32, verbose=0)
    reads.clear()
    made.fit(X, Y, batch_size=32, verbose=0)
    few = len(reads)
    reads.clear()
    made.fit(X, Y, batch_size=2, verbose=0)
    assert len(reads) == few


def test_the_first_fit_imports_no_compiler() -> None:
    code = (
        "import sys, numpy as np, engine\n"
        "m = engine.Sequential([engine.layers.Input((3,)), engine.layers.Dense(4, activation='relu'),"
        " engine.layers.Dense(1)])\n"
        "m.compile('adam', 'mse', metrics=['mae'])\n"
        "m.fit(np.ones((8, 3)), np.ones(8), verbose=0)\n"
        "m.evaluate(np.ones((8, 3)), np.ones(8), verbose=0); m.predict(np.ones((8, 3)), verbose=0)\n"
        "assert 'torch._dynamo' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_data_of_many_kinds_trains_alike() -> None:
    def generator() -> Any:
        while True:
            for begin in range(0, 64, 16):
                yield X[begin : begin + 16], Y[begin : begin + 16]

    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(torch.from_numpy(X), torch.from_numpy(Y)), batch_size=16
    )
    options: dict[str, Any] = {"epochs": 2, "verbose": 0, "shuffle": False}
    wanted = model().fit(X, Y, batch_size=16, **options).history["loss"]
    found = [
        model().fit(torch.from_numpy(X), torch.from_numpy(Y), batch_size=16, **options),
        model().fit({"rows": X.astype("float64")}, Y.astype("uint8"), batch_size=16, **options),
        model().fit(X.tolist(), Y.tolist(), batch_size=16, **options),
        model().fit(loader, **options),
        model().fit(generator(), steps_per_epoch=4, **options),
        model(run_eagerly=True).fit(X, Y, batch_size=16, **options),
    ]
    for history in found:
        assert history.history["loss"] == pytest.approx(wanted, abs=1e-6)


def test_a_train_step_of_ones_own_is_used() -> None:
    class Own(engine.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = engine.layers.Dense(2, activation="softmax")

        def call(self, x: Any) -> Any:
            return self.dense(x)

        def train_step(self, data: Any) -> Any:
            x, y = data
            loss = self.compute_loss(y=y, y_pred=self(x, training=True))
            self.optimizer.apply(torch.autograd.grad(loss, self.trainable_weights), self.trainable_weights)
            return {"loss": loss, "steps": int(self.optimizer.iterations)}

    made = Own()
    made.compile("adam", "sparse_categorical_crossentropy")
    assert made.fit(X, Y, epochs=2, verbose=0).history["steps"] == [2, 4]


def test_gradients_are_shown_to_those_who_ask() -> None:
    class Gradients(Callback):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[tuple[int, dict[str, Any]]] = []

        def on_grad_computed(self, batch: int, grads: Mapping[str, Any]) -> None:
            self.seen.append((batch, {path: tuple(grad.shape) for path, grad in grads.items()}))

    watcher = Gradients()
    made = model()
    made.fit(X, Y, verbose=0, callbacks=[watcher])
    shapes = {f"{made.name}/kind/kernel": (5, 2), f"{made.name}/kind/bias": (2,)}
    assert watcher.seen == [(index, shapes) for index in (0, 1)]


def test_a_loss_that_is_no_number_is_told() -> None:
    with pytest.warns(RuntimeWarning, match=r"nan in epoch 1.*learning rate"):
        model().fit(np.full_like(X, np.nan), Y, verbose=0)


@pytest.mark.parametrize(
    ("x", "y", "error", "text"),
    [
        (X, Y[:10], ShapeError, "x: 64, y: 10"),
        (X[:, :3], Y, ShapeError, r"Input 'rows' expected data of shape \(None, 5\).*\(64, 3\)"),
        (X, Y + 3, EngineError, r"labels run 3..4 but the last layer has 2 units"),
        (X, np.eye(2)[Y], ShapeError, "categorical_crossentropy"),
        (X[:0], Y[:0], ShapeError, "no rows"),
        (np.array([["a"] * 5] * 64), Y, EngineError, "must be numbers"),
    ],
)
def test_mistakes_are_told_in_plain_words(x: Any, y: Any, error: Any, text: str) -> None:
    with pytest.raises(error, match=text):
        model().fit(x, y, verbose=0)


def test_fit_wants_compile_first() -> None:
    made = engine.Sequential([engine.layers.Dense(1)])
    with pytest.raises(EngineError, match=r"Call compile\(\) before fit\(\)"):
        made.fit(X, Y)


def test_metrics_kept_as_attributes_are_reset_every_epoch() -> None:
    class Net(engine.Model):
        def __init__(self) -> None:
            super().__init__()
            self.out = engine.layers.Dense(1)
            self.rows = engine.metrics.Sum(name="rows")

        def call(self, x: Any) -> Any:
            return self.out(x)

        def train_step(self, data: Any) -> Any:
            self.rows.update_state(float(len(data[0])))
            return super().train_step(data)

    net = Net()
    net.compile("sgd", "mse")
    found = net.fit(X, X[:, :1], epochs=2, batch_size=16, verbose=0).history
    assert found["rows"] == [64.0, 64.0]
    assert [metric.name for metric in net.metrics] == ["loss", "rows"]


def test_a_stateful_layer_starts_fit_as_it_was_left() -> None:
    entry = engine.layers.Input(batch_shape=(4, 3, 2))
    net = engine.Sequential([entry, engine.layers.LSTM(2, stateful=True), engine.layers.Dense(1)])
    net.compile("sgd", "mse")
    rows = np.ones((8, 3, 2), "float32")
    net.predict(rows, batch_size=4, verbose=0)
    kept = [state.clone() for state in net.layers[0].states]
    net.fit(rows, rows[:, 0, :1], batch_size=4, epochs=0, verbose=0)
    assert all(torch.equal(one, two) for one, two in zip(kept, net.layers[0].states, strict=True))
    net.fit(rows, rows[:, 0, :1], batch_size=4, verbose=0)


def test_terminate_on_nan_may_raise() -> None:
    net = model()
    net.compile("sgd", "sparse_categorical_crossentropy")
    watch = engine.callbacks.TerminateOnNaN(raise_error=True)
    with pytest.raises(RuntimeError, match="Loss value: nan"):
        net.fit(X * np.float32(np.nan), Y, verbose=0, callbacks=[watch])
