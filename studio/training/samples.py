"""From a run's answers to the cards that show them."""

from __future__ import annotations

from typing import Any

import numpy as np

from studio.data_source.fields import Field
from studio.data_source.reading import Dataset
from studio.runs.events import Predicted
from studio.training.results import Sample


def samples_of(predicted: Predicted, dataset: Dataset, targets: dict[str, str]) -> list[Sample]:
    """Return a card for each row; ``targets`` maps the name of an Output to the field that it predicts.

    With several outputs a card says the answers of all, and is green only where every class is right.
    """
    return [_sample(predicted, dataset, targets, at) for at in range(len(predicted.rows))]


def _sample(predicted: Predicted, dataset: Dataset, targets: dict[str, str], at: int) -> Sample:
    said, truth, verdicts = [], [], []
    for name, outputs in predicted.outputs.items():
        field = dataset.settings.field(targets[name])
        answer, right_one = outputs[at], predicted.targets[name][at]
        verdict = None
        if field.kind == "category":
            chosen = _class(answer)
            verdict = chosen == int(np.asarray(right_one).reshape(-1)[0])
            said.append(field.classes[chosen] if chosen < len(field.classes) else str(chosen))
            truth.append(field.classes[int(np.asarray(right_one).reshape(-1)[0])])
        else:
            said.append(_numbers(answer))
            truth.append(_numbers(right_one))
        verdicts.append(verdict)
    if len(said) > 1:  # which is which
        said = [f"{name} {one}" for name, one in zip(predicted.outputs, said, strict=True)]
        truth = [f"{name} {one}" for name, one in zip(predicted.outputs, truth, strict=True)]
    known = [verdict for verdict in verdicts if verdict is not None]
    return Sample(
        ", ".join(said),
        ", ".join(truth),
        all(known) if known else None,
        _picture(predicted, dataset, at),
        _row(dataset, predicted.rows[at], set(targets.values())),
    )


def _class(answer: np.ndarray[Any, Any]) -> int:
    flat = np.asarray(answer).reshape(-1)
    return int(flat.argmax()) if len(flat) > 1 else int(flat[0] >= 0.5)


def _numbers(values: np.ndarray[Any, Any]) -> str:
    flat = np.asarray(values, dtype="float64").reshape(-1)
    shown = " ".join(f"{float(value):.4g}" for value in flat[:3])
    return shown + (" …" if len(flat) > 3 else "")


def _image_field(dataset: Dataset) -> Field | None:
    return next((each for each in dataset.settings.fields if each.kind == "image"), None)


def _picture(predicted: Predicted, dataset: Dataset, at: int) -> np.ndarray[Any, Any] | None:
    field = _image_field(dataset)
    if field is None:
        return None
    values = np.asarray(dataset.arrays[field.name][predicted.rows[at]], dtype="float64")
    summary = dataset.summaries[field.name]
    low, high = float(summary.low or 0.0), float(summary.high or 1.0)
    scaled = (values - low) / max(high - low, 1e-9)
    return scaled if scaled.shape[2] == 3 else scaled[..., 0]


def _row(dataset: Dataset, row: int, targets: set[str]) -> str:
    parts = []
    for each in dataset.settings.fields:
        if each.name in targets or each.kind == "image":
            continue
        value = dataset.preview(each.name, row)
        if isinstance(value, str):
            parts.append(value)
        else:
            flat = np.asarray(value, dtype="float64").reshape(-1)
            parts.append(" ".join(f"{one:.4g}" for one in flat[:5]) + (" …" if len(flat) > 5 else ""))
    return ", ".join(parts)
