"""Callbacks: what they do, and that nobody pays for hooks that nobody has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine import callbacks

X = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
Y = X[:, :1].copy()


def model(rate: float = 0.1) -> Any:
    engine.utils.set_random_seed(1)
    made = engine.Sequential([engine.layers.Input((4,)), engine.layers.Dense(1, name="line")])
    made.compile(engine.optimizers.SGD(rate), "mse", metrics=["mae"])
    return made


def run(made: Any, *given: Any, **options: Any) -> dict[str, list[Any]]:
    arguments: dict[str, Any] = {"epochs": 6, "verbose": 0, "validation_data": (X, Y)} | options
    return dict(made.fit(X, Y, callbacks=list(given), **arguments).history)


def test_early_stopping_restores_the_best_weights() -> None:
    made, kept = model(0.0), []

    def spoil(epoch: int, logs: Any) -> None:
        kept.append([array.copy() for array in made.get_weights()])

    def worsen(epoch: int, logs: Any = None) -> None:
        if epoch:
            made.set_weights([array + 1 for array in made.get_weights()])

    history = run(
        made,
        callbacks.LambdaCallback(on_epoch_begin=worsen, on_epoch_end=spoil),
        callbacks.EarlyStopping(patience=2, restore_best_weights=True),
    )
    assert len(history["loss"]) == 3
    for found, wanted in zip(made.get_weights(), kept[0], strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_a_monitor_that_is_missing_is_told() -> None:
    with pytest.raises(ValueError, match="monitor=val_nothing"):
        run(model(), callbacks.EarlyStopping(monitor="val_nothing"), epochs=1)
    with pytest.warns(UserWarning, match="'val_mae'.*loss"):
        run(model(), callbacks.EarlyStopping(monitor="val_mae"), epochs=1, validation_data=None)


def test_the_rate_falls_on_a_plateau() -> None:
    made = model(0.0)
    made.optimizer.learning_rate = 1e-12
    history = run(made, callbacks.ReduceLROnPlateau(patience=2, factor=0.5))
    assert history["learning_rate"] == pytest.approx([1e-12] * 3 + [5e-13] * 2 + [2.5e-13])


def test_checkpoints_keep_the_best(tmp_path: Path) -> None:
    made = model()
    pattern = str(tmp_path / "deep" / "at-{epoch:02d}.weights.safetensors")
    run(made, callbacks.ModelCheckpoint(pattern, save_weights_only=True, save_best_only=True), epochs=3)
    assert sorted(path.name for path in (tmp_path / "deep").iterdir()) == [
        f"at-{epoch:02d}.weights.safetensors" for epoch in (1, 2, 3)
    ]
    twin = model()
    twin.load_weights(tmp_path / "deep" / "at-03.weights.safetensors")
    np.testing.assert_array_equal(twin.predict(X, verbose=0), made.predict(X, verbose=0))


def test_a_table_of_epochs_is_written(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    history = run(model(), callbacks.CSVLogger(path), epochs=2)
    lines = path.read_text().splitlines()
    assert lines[0] == "epoch,loss,mae,val_loss,val_mae"
    assert float(lines[2].split(",")[1]) == history["loss"][1]
    run(model(), callbacks.CSVLogger(path, append=True), epochs=1)
    assert len(path.read_text().splitlines()) == 4


def test_a_schedule_sets_the_rate() -> None:
    history = run(model(), callbacks.LearningRateScheduler(lambda epoch, rate: 0.1 / (epoch + 1)), epochs=2)
    assert history["learning_rate"] == pytest.approx([0.1, 0.05])


def test_training_ends_on_a_number_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    made, batches = model(), []
    spoiled = X.copy()
    spoiled[4:8] = np.nan
    count = callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: batches.append(batch))
    with pytest.warns(RuntimeWarning, match="nan"):
        made.fit(
            spoiled, Y, batch_size=4, shuffle=False, verbose=0, callbacks=[count, callbacks.TerminateOnNaN()]
        )
    assert batches == [0, 1]
    assert "Batch 1: Invalid loss" in capsys.readouterr().out


def test_the_hooks_come_in_the_order_of_keras(keras: Any) -> None:
    names = [name for name in callbacks.callback.HOOKS if "predict" not in name]

    def recorder(base: Any, seen: list[str]) -> Any:
        def hook(name: str) -> Any:
            return lambda self, *args, **kwargs: seen.append(name)

        return type("Recorder", (base,), {name: hook(name) for name in names})()

    twin = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
    twin.compile("sgd", "mse")
    ours: list[str] = []
    theirs: list[str] = []
    options: dict[str, Any] = {"batch_size": 8, "epochs": 2, "verbose": 0, "validation_data": (X, Y)}
    model().fit(X, Y, callbacks=[recorder(callbacks.Callback, ours)], **options)
    twin.fit(X, Y, callbacks=[recorder(keras.callbacks.Callback, theirs)], **options)
    assert [name for name in ours if "test_batch" not in name] == [
        name for name in theirs if "test_batch" not in name
    ]


def test_batch_logs_are_read_only_when_looked_at() -> None:
    losses: list[float] = []
    watcher = callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: losses.append(logs["loss"]))
    history = run(model(), watcher, batch_size=8, epochs=1)
    assert len(losses) == 4
    assert losses[-1] == history["loss"][0]


def test_the_display_prints_lines(capsys: pytest.CaptureFixture[str]) -> None:
    run(model(), verbose=2, epochs=2)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Epoch 1/2"
    assert lines[1].startswith("1/1 ")
    assert " - loss: " in lines[1]
    assert " - val_mae: " in lines[3]


def test_unknown_hooks_are_refused() -> None:
    with pytest.raises(TypeError, match="'on_epoch_over'"):
        callbacks.LambdaCallback(on_epoch_over=print)
