"""Speed of using a model, side by side: ``predict``, ``evaluate`` and ``model(x)`` on one sample.

``python -m tests.benchmarks.infer`` prints a table per road; by hand is the loop over slices of a tensor
under ``torch.inference_mode``, for one sample the bare module.  One process, one thread, in turns, medians.
"""

from __future__ import annotations

import argparse
import os
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import nn

import engine
from tests.benchmarks.networks import CASES, Case
from tests.benchmarks.train import in_turns

CALLS = 200


def _predict_by_hand(case: Case, model: nn.Module, x: torch.Tensor) -> Callable[[], object]:
    @torch.inference_mode()
    def run() -> object:
        return torch.cat([model(part) for part in x.split(case.batch)]).numpy()

    return run


def _evaluate_by_hand(case: Case, model: nn.Module, x: torch.Tensor, y: torch.Tensor) -> Callable[[], object]:
    criterion = nn.CrossEntropyLoss()

    @torch.inference_mode()
    def run() -> object:
        total, right = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        for part, classes in zip(x.split(case.batch), y.split(case.batch), strict=True):
            scores = model(part)
            total += criterion(scores, classes) * len(part)
            right += (scores.argmax(-1) == classes).sum()
        return total.item(), right.item()

    return run


def _call(model: Any, sample: Any) -> Callable[[], None]:
    @torch.inference_mode()
    def run() -> None:
        for _ in range(CALLS):
            model(sample)

    return run


def roads(case: Case) -> dict[str, list[Callable[[], object]]]:
    """Return for each road the three to be timed: by hand, the engine, Keras on torch."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    x, y = case.data()
    module = case.by_hand().eval()
    tensors = torch.from_numpy(x), torch.from_numpy(y)
    models = [case.by_name(library) for library in (engine, keras)]
    for library, model in zip((engine, keras), models, strict=True):
        loss = library.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])

    def predict(model: Any) -> Callable[[], object]:
        return lambda: model.predict(x, batch_size=case.batch, verbose=0)

    def evaluate(model: Any) -> Callable[[], object]:
        return lambda: model.evaluate(x, y, batch_size=case.batch, verbose=0)

    return {
        "predict": [_predict_by_hand(case, module, tensors[0]), *map(predict, models)],
        "evaluate": [_evaluate_by_hand(case, module, *tensors), *map(evaluate, models)],
        "one sample": [_call(each, tensors[0][:1]) for each in (module, *models)],
    }


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default=",".join(CASES), help="rows to run, separated by commas")
    parser.add_argument("--rounds", type=int, default=9, help="how often each is timed")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    print(
        f"{'milliseconds a batch, or a call':54}{'by hand':>10}{'engine':>10}{'/hand':>9}{'Keras/hand':>12}"
    )
    for name in arguments.rows.split(","):
        case = CASES[name]
        for road, runs in roads(case).items():
            times = CALLS if road == "one sample" else case.steps
            hand, ours, theirs = (seconds / times for seconds in in_turns(runs, arguments.rounds))
            print(
                f"{case.title + ': ' + road:54}{hand * 1e3:10.3f}{ours * 1e3:10.3f}"
                f"{ours / hand:9.2f}{theirs / hand:12.1f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
