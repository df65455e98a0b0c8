"""Training speed, side by side: a hand-written torch loop, the engine, and Keras on torch.

``python -m tests.benchmarks.train`` prints a table; ``--rows cnn,lstm`` picks rows, ``--rounds 5`` says how
often each is timed.  All three run in one process at one thread, in turns, and the median of the rounds
counts.  The hand-written loop slices tensors in a shuffled order, steps with ``torch.optim.Adam(fused=True)``
and sums the loss.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

import engine


class Case(NamedTuple):
    """A row of the table: shapes, and the same network in torch's and in Keras' words."""

    shape: tuple[int, ...]
    classes: int
    batch: int
    steps: int
    by_hand: Callable[[], nn.Module]
    layers: Callable[[Any], list[Any]]


class _LastOfLSTM(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(16, 128, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        sequence, _ = self.lstm(x)
        return sequence[:, -1]


class _ChannelsFirst(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.permute(0, 3, 1, 2)


def _mlp() -> nn.Module:
    return nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))


def _mlp_layers(k: Any) -> list[Any]:
    return [k.Dense(512, activation="relu"), k.Dense(512, activation="relu"), k.Dense(10)]


def _cnn() -> nn.Module:
    return nn.Sequential(
        _ChannelsFirst(), nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 12 * 12, 128), nn.ReLU(), nn.Linear(128, 10),
    )  # fmt: skip


def _cnn_layers(k: Any) -> list[Any]:
    return [
        k.Conv2D(32, 3, activation="relu"), k.Conv2D(64, 3, activation="relu"), k.MaxPooling2D(2),
        k.Flatten(), k.Dense(128, activation="relu"), k.Dense(10),
    ]  # fmt: skip


CASES = {
    "tiny": Case(
        (4,), 3, 8, 400,
        lambda: nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 3)),
        lambda k: [k.Dense(16, activation="relu"), k.Dense(3)],
    ),
    "mlp32": Case((784,), 10, 32, 60, _mlp, _mlp_layers),
    "mlp128": Case((784,), 10, 128, 30, _mlp, _mlp_layers),
    "cnn": Case((28, 28, 1), 10, 32, 12, _cnn, _cnn_layers),
    "lstm": Case(
        (80, 16), 10, 32, 12,
        lambda: nn.Sequential(_LastOfLSTM(), nn.Linear(128, 10)),
        lambda k: [k.LSTM(128), k.Dense(10)],
    ),
}  # fmt: skip
TITLES = {
    "tiny": "MLP 4-16-3, batch 8",
    "mlp32": "MLP 784-512-512-10, batch 32",
    "mlp128": "MLP 784-512-512-10, batch 128",
    "cnn": "CNN 28x28, conv 32, conv 64, batch 32",
    "lstm": "LSTM 128 over 80 steps, batch 32",
}


def hand_loop(case: Case, x: Any, y: Any) -> Callable[[], None]:
    """Return an epoch of the loop that one would write oneself."""
    model = case.by_hand()
    inputs, labels = torch.from_numpy(x), torch.from_numpy(y)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
    criterion = nn.CrossEntropyLoss()

    def epoch() -> None:
        torch.set_flush_denormal(True)
        total = torch.zeros(())
        for rows in torch.randperm(len(inputs)).split(case.batch):
            loss = criterion(model(inputs[rows]), labels[rows])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(rows)
        total.item()
        torch.set_flush_denormal(False)

    return epoch


def library(keras: Any, case: Case, x: Any, y: Any) -> Callable[[], None]:
    """Return an epoch of ``fit`` in the engine or in Keras."""
    model = keras.Sequential([keras.layers.Input(case.shape), *case.layers(keras.layers)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss)
    return lambda: model.fit(x, y, batch_size=case.batch, epochs=1, verbose=0)


def measure(case: Case, rounds: int) -> list[float]:
    """Return the median seconds per step by hand, in the engine and in Keras."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    numbers = np.random.default_rng(0)
    rows = case.batch * case.steps
    x = numbers.normal(size=(rows, *case.shape)).astype("float32")
    y = numbers.integers(0, case.classes, rows)
    runs = [hand_loop(case, x, y), library(engine, case, x, y), library(keras, case, x, y)]
    for run in runs:
        run()
    times: list[list[float]] = [[] for _ in runs]
    for _ in range(rounds):
        for run, found in zip(runs, times, strict=True):
            begin = time.perf_counter()
            run()
            found.append((time.perf_counter() - begin) / case.steps)
    return [statistics.median(found) for found in times]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default=",".join(CASES), help="rows to run, separated by commas")
    parser.add_argument("--rounds", type=int, default=9, help="how often each is timed")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    print(f"{'milliseconds per step':40}{'by hand':>10}{'engine':>10}{'Keras':>10}{'/hand':>9}{'/Keras':>9}")
    for name in arguments.rows.split(","):
        hand, ours, theirs = measure(CASES[name], arguments.rounds)
        print(
            f"{TITLES[name]:40}{hand * 1e3:10.3f}{ours * 1e3:10.3f}{theirs * 1e3:10.3f}"
            f"{ours / hand:9.2f}{ours / theirs:9.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
