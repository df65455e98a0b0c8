"""Callbacks that keep models and runs: checkpoints, backups, averaged weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine import callbacks, layers

X = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
Y = X[:, :1].copy()


def model(**options: Any) -> Any:
    engine.utils.set_random_seed(1)
    made = engine.Sequential([layers.Input((4,)), layers.Dense(1, name="line")])
    made.compile(engine.optimizers.Adam(0.05, **options), "mse", metrics=["mae"])
    return made


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_whole_models_are_kept_by_epoch_and_by_batch(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    made = model()
    keep = callbacks.ModelCheckpoint(tmp_path / "{epoch}-{val_loss:.3f}.keras")
    every = callbacks.ModelCheckpoint(tmp_path / "b" / "{epoch}-{batch}.weights.h5", save_weights_only=True,
                                      save_freq=3)  # fmt: skip
    history = made.fit(
        X, Y, batch_size=8, epochs=2, verbose=0, validation_data=(X, Y), callbacks=[keep, every]
    )
    losses = history.history["val_loss"]
    assert names(tmp_path) == sorted(["b", *(f"{n + 1}-{loss:.3f}.keras" for n, loss in enumerate(losses))])
    assert names(tmp_path / "b") == ["1-3.weights.h5", "2-2.weights.h5"]
    twin = engine.saving.load_model(tmp_path / f"2-{losses[1]:.3f}.keras")
    np.testing.assert_array_equal(twin.predict(X, verbose=0), made.predict(X, verbose=0))
    assert int(twin.optimizer.iterations) == 8


def test_the_best_is_kept_and_the_first_must_beat_the_threshold(tmp_path: Path) -> None:
    path = tmp_path / "best.weights.safetensors"
    made = model()
    never = callbacks.ModelCheckpoint(
        path, "mae", save_best_only=True, save_weights_only=True, mode="max", initial_value_threshold=1e9
    )
    made.fit(X, Y, epochs=2, verbose=0, callbacks=[never])
    assert not path.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"filepath": "m.txt"}, "must end in `.keras`"),
        ({"filepath": "m.h5", "save_weights_only": True}, "must end in `.weights.h5`"),
        ({"filepath": "m.keras", "save_freq": "batch"}, "Unrecognized save_freq"),
    ],
)
def test_wrong_checkpoints_are_refused(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        callbacks.ModelCheckpoint(**arguments)


def test_a_folder_and_an_unknown_name_are_named(tmp_path: Path) -> None:
    made = model()
    (tmp_path / "m.keras").mkdir()
    with pytest.raises(OSError, match="non-directory"):
        made.fit(X, Y, verbose=0, callbacks=[callbacks.ModelCheckpoint(tmp_path / "m.keras")])
    with pytest.raises(KeyError, match="nothing"):
        made.fit(X, Y, verbose=0, callbacks=[callbacks.ModelCheckpoint(tmp_path / "{nothing}.keras")])


class _Crash(callbacks.Callback):
    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if epoch == self.at:
            raise RuntimeError("power cut")


def test_a_run_goes_on_after_a_crash_as_if_nothing_was(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    whole = model()
    whole.fit(X, Y, epochs=4, verbose=0, shuffle=False)
    folder = tmp_path / "backup"
    with pytest.raises(RuntimeError, match="power cut"):
        model().fit(
            X, Y, epochs=4, verbose=0, shuffle=False,
            callbacks=[callbacks.BackupAndRestore(folder, double_checkpoint=True), _Crash(2)],
        )  # fmt: skip
    assert {"latest.weights.h5", "latest.weights.h5.bkp"} <= set(names(folder))
    (folder / "latest.weights.h5").write_bytes(b"half a file")  # the copy before it serves
    again = model()
    history = again.fit(
        X, Y, epochs=4, verbose=0, shuffle=False, callbacks=[callbacks.BackupAndRestore(folder)]
    )
    assert history.epoch == [1, 2, 3]
    for one, two in zip(again.get_weights(), whole.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    assert not folder.exists()
    watcher = callbacks.BackupAndRestore(folder)
    watcher.set_model(engine.Sequential([layers.Dense(1)]))
    with pytest.raises(ValueError, match="built"):
        watcher.on_train_begin()


def test_evaluation_uses_the_averages() -> None:
    made = model(use_ema=True, ema_momentum=0.5)
    swap, seen = callbacks.SwapEMAWeights(), []

    class Look(callbacks.Callback):
        def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
            seen.append([array.copy() for array in made.get_weights()])

    made.fit(X, Y, epochs=1, batch_size=8, verbose=0)
    for weight in made.weights:
        weight.assign_add(1.0)
    raw = [array.copy() for array in made.get_weights()]
    made.evaluate(X, Y, verbose=0, callbacks=[swap, Look()])
    np.testing.assert_allclose(seen[0][0], raw[0] - 1.0, atol=1e-6)
    np.testing.assert_array_equal(made.get_weights()[0], raw[0])
    made.predict(X, verbose=0, callbacks=[swap])
    np.testing.assert_array_equal(made.get_weights()[0], raw[0])
    with pytest.raises(ValueError, match="use_ema=True"):
        model().fit(X, Y, verbose=0, validation_data=(X, Y), callbacks=[callbacks.SwapEMAWeights()])
