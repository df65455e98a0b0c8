"""What a run tells: frozen, picklable values.  Every run ends in one ``Finished``, and in no more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np

Arrays: TypeAlias = "dict[str, np.ndarray[Any, Any]]"
Status: TypeAlias = Literal["completed", "stopped", "failed"]


@dataclass(frozen=True)
class Started:
    """Training begins: ``first_epoch`` is above 0 where a run goes on; ``batches`` are those of one epoch.

    ``first_batch`` is above 0 where single batches were trained before, in an epoch that has not ended.
    """

    epochs: int
    batches: int
    samples: int
    parameters: int
    device: str
    first_epoch: int = 0
    first_batch: int = 0


@dataclass(frozen=True)
class BatchEnd:
    """Progress, at most 30 times a second.

    ``step`` counts batches from 1 since ``Started``, ``batch`` those of the epoch; ``epoch`` counts from 0.
    ``logs`` are the epoch's means so far.  ``rate`` is samples per second since the run's begin.
    """

    step: int
    epoch: int
    batch: int
    logs: dict[str, float]
    rate: float


@dataclass(frozen=True)
class EpochEnd:
    """An epoch is over: ``logs`` with those of validation, ``seconds`` that it took, pauses left out."""

    epoch: int
    logs: dict[str, float]
    seconds: float


@dataclass(frozen=True)
class Paused:
    """The worker waits."""


@dataclass(frozen=True)
class Resumed:
    """The worker goes on."""


@dataclass(frozen=True)
class Scored:
    """The score on the test rows, by the names of the metrics."""

    logs: dict[str, float]


@dataclass(frozen=True, eq=False)
class Predicted:
    """Some rows of the test part and the answers to them.

    ``rows`` are row numbers of the dataset; ``inputs`` by Input, ``targets`` and ``outputs`` by Output.
    """

    rows: tuple[int, ...]
    inputs: Arrays
    targets: Arrays
    outputs: Arrays


@dataclass(frozen=True)
class Finished:
    """The end.  For ``failed`` runs ``error`` says why in plain words and ``code`` for programs.

    ``node`` is the id of the node that is to blame, where that is known; ``traceback`` is kept for reports.
    ``run_id`` is the name of the folder that keeps the run, where it was stored.  ``batches`` is above 0
    where single batches were trained in place of whole epochs: so many since the last epoch that ended.
    """

    status: Status
    epochs: int = 0
    seconds: float = 0.0
    error: str = ""
    code: str = ""
    node: str = ""
    traceback: str = ""
    run_id: str = ""
    batches: int = 0
    fields: dict[str, Any] = field(default_factory=dict)


Event: TypeAlias = Started | BatchEnd | EpochEnd | Paused | Resumed | Scored | Predicted | Finished
