"""Answers of a model to rows of a dataset, by the names of inputs and outputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from studio.data_source.reading import Dataset
from studio.runs.events import Predicted
from studio.translate.build import Built
from studio.translate.program import SHOWN


def predict(built: Built, dataset: Dataset, rows: Sequence[int]) -> Predicted:
    """Return the model's answers to some rows of the dataset."""
    chosen = np.asarray(rows, dtype="int64")
    inputs = {name: dataset.part(field, chosen) for name, field in built.program.inputs.items()}
    targets = {name: dataset.part(field, chosen) for name, field in built.program.targets.items()}
    given: Any = inputs if len(inputs) > 1 else next(iter(inputs.values()))
    answer = built.model.predict(given, batch_size=max(1, len(chosen)), verbose=0)
    outputs = answer if isinstance(answer, dict) else {next(iter(targets)): answer}
    plain = {name: np.asarray(outputs[name]) for name in targets}
    return Predicted(tuple(int(row) for row in chosen), inputs, targets, plain)


def sample(built: Built, dataset: Dataset) -> Predicted | None:
    """Return answers to the first rows of the test part (or of validation), or ``None`` without any."""
    rows = dataset.test if len(dataset.test) else dataset.validation
    return predict(built, dataset, rows[:SHOWN].tolist()) if len(rows) else None
