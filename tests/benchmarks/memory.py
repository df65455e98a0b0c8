"""Memory of training, side by side: a hand-written torch loop, the engine, and Keras on torch.

``python -m tests.benchmarks.memory`` prints a table; ``--rows cnn,lstm`` picks rows.  Each way runs in a
process of its own at one thread: counted is how far the most memory that it ever held during three epochs
lies above what it held before, libraries loaded and data there.  That is weights, moments, gradients, what a
step keeps for them, and all that the library makes itself.  Needs the ``/proc`` of Linux.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import torch

from tests.benchmarks.networks import CASES, Case
from tests.benchmarks.train import hand_loop, library

WAYS = ("hand", "engine", "keras")
_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def _mebibytes(field: str) -> float:
    """Return a number of this process that Linux keeps: ``VmRSS`` is now, ``VmHWM`` the most so far."""
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def growth(way: str, row: str, epochs: int = 3) -> float:
    """Return by how many MiB this process grew at most while it trained ``row`` in one of ``WAYS``."""
    warnings.simplefilter("ignore")
    os.environ.setdefault("KERAS_BACKEND", "torch")
    torch.set_num_threads(1)
    case = CASES[row]
    x, y = case.data()
    warm_up = CASES["tiny"]
    module = None if way == "hand" else import_module(way)

    def epoch(case: Case, x: Any, y: Any) -> Callable[[], None]:
        return hand_loop(case, x, y) if module is None else library(module, case, x, y)

    epoch(warm_up, *warm_up.data())()  # what a library makes once is none of a step's
    _RESET.write_text("5")  # from here on VmHWM counts afresh
    before = _mebibytes("VmRSS")
    run = epoch(case, x, y)
    for _ in range(epochs):
        run()
    return _mebibytes("VmHWM") - before


def measure(row: str) -> list[float]:
    """Return the MiB of each way, each measured in a fresh process."""
    call = "from tests.benchmarks.memory import growth; print(growth({!r}, {!r}))"
    return [
        float(
            subprocess.run(
                [sys.executable, "-c", call.format(way, row)], check=True, capture_output=True, text=True
            ).stdout
        )
        for way in WAYS
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default=",".join(CASES), help="rows to run, separated by commas")
    print(f"{'MiB in training':42}{'by hand':>10}{'engine':>10}{'Keras':>10}{'/hand':>9}{'/Keras':>9}")
    for row in parser.parse_args().rows.split(","):
        hand, ours, theirs = measure(row)
        print(
            f"{CASES[row].title:42}{hand:10.1f}{ours:10.1f}{theirs:10.1f}"
            f"{ours / hand:9.2f}{ours / theirs:9.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
