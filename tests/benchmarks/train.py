"""Training speed, side by side: a hand-written torch loop, the engine, and Keras on torch.

``python -m tests.benchmarks.train`` prints a table; ``--rows cnn,lstm`` picks rows, ``--rounds 5`` says how
often each is timed.  All three run in one process at one thread, in turns, and the median of the rounds
counts.  All three gather the mean loss and the accuracy.  The hand-written loop slices tensors in a shuffled
order, steps with ``torch.optim.Adam(fused=True)`` and reads its two numbers at the end of the epoch.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn

import engine
from tests.benchmarks.networks import CASES, Case


def hand_loop(case: Case, x: Any, y: Any) -> Callable[[], None]:
    """Return an epoch of the loop that one would write oneself."""
    model = case.by_hand()
    inputs, labels = torch.from_numpy(x), torch.from_numpy(y)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
    criterion = nn.CrossEntropyLoss()

    def epoch() -> None:
        torch.set_flush_denormal(True)
        total, right = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        for rows in torch.randperm(len(inputs)).split(case.batch):
            classes = labels[rows]
            scores = model(inputs[rows])
            loss = criterion(scores, classes)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                total += loss * len(rows)
                right += (scores.argmax(-1) == classes).sum()
        total.item(), right.item()
        torch.set_flush_denormal(False)

    return epoch


def library(keras: Any, case: Case, x: Any, y: Any) -> Callable[[], None]:
    """Return an epoch of ``fit`` in the engine or in Keras."""
    model = case.by_name(keras)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss, metrics=["accuracy"])
    return lambda: model.fit(x, y, batch_size=case.batch, epochs=1, verbose=0)


def in_turns(runs: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """Return the median seconds of each run, timed one after the other, round by round."""
    for run in runs:
        run()
    times: list[list[float]] = [[] for _ in runs]
    for _ in range(rounds):
        for run, found in zip(runs, times, strict=True):
            begin = time.perf_counter()
            run()
            found.append(time.perf_counter() - begin)
    return [statistics.median(found) for found in times]


def measure(case: Case, rounds: int) -> list[float]:
    """Return the median seconds per step by hand, in the engine and in Keras."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    x, y = case.data()
    runs = [hand_loop(case, x, y), library(engine, case, x, y), library(keras, case, x, y)]
    return [seconds / case.steps for seconds in in_turns(runs, rounds)]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default=",".join(CASES), help="rows to run, separated by commas")
    parser.add_argument("--rounds", type=int, default=9, help="how often each is timed")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    print(f"{'milliseconds per step':42}{'by hand':>10}{'engine':>10}{'Keras':>10}{'/hand':>9}{'/Keras':>9}")
    for name in arguments.rows.split(","):
        hand, ours, theirs = measure(CASES[name], arguments.rounds)
        print(
            f"{CASES[name].title:42}{hand * 1e3:10.3f}{ours * 1e3:10.3f}{theirs * 1e3:10.3f}"
            f"{ours / hand:9.2f}{ours / theirs:9.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
