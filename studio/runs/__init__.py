"""Training runs: a worker thread that takes commands and leaves events, and the folder that keeps runs.

No Qt: window and command line drain the same events.
"""

from studio.runs.events import (
    BatchEnd,
    EpochEnd,
    Event,
    Finished,
    Paused,
    Predicted,
    Resumed,
    Scored,
    Started,
)
from studio.runs.store import StoredRun, last_run, runs_folder
from studio.runs.timing import Timing
from studio.runs.worker import Run

__all__ = [
    "BatchEnd", "EpochEnd", "Event", "Finished", "Paused", "Predicted", "Resumed", "Run", "Scored", "Started",
    "StoredRun", "Timing", "last_run", "runs_folder",
]  # fmt: skip
