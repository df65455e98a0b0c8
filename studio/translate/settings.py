"""How a document is trained, read with care: a file may hold anything there.

The group of settings ``"training"`` holds ``optimizer`` (a name, or ``class_name`` and ``config`` as Keras
writes them), ``epochs``, ``batch_size``, ``seed``, ``device`` ("auto", "cpu", "cuda", "mps") and ``style``
("functional" or "sequential", how the script writes a plain chain).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from studio.document.state import State
from studio.document.values import EMPTY, Frozen
from studio.translate.errors import TranslateError

DEFAULT_OPTIMIZER = Frozen(class_name="Adam", config={"learning_rate": 0.001})
DEVICES = ("auto", "cpu", "cuda", "mps")


@dataclass(frozen=True)
class TrainingSettings:
    """The settings of one training run; ``style`` is a wish that a graph with branches cannot grant."""

    optimizer: Any = DEFAULT_OPTIMIZER
    epochs: int = 10
    batch_size: int = 32
    seed: int = 0
    device: str = "auto"
    style: str = "functional"


def training_settings(state: State) -> TrainingSettings:
    """Return the document's training settings; raises ``TranslateError`` (code ``"setting"``)."""
    given = state.setting("training") or EMPTY

    def whole(name: str, default: int, least: int) -> int:
        value = given.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value < 2**31:
            raise _wrong(name, f"a whole number of at least {least}", value, "whole", least)
        return value

    optimizer = given.get("optimizer", DEFAULT_OPTIMIZER)
    named = isinstance(optimizer, Frozen) and isinstance(optimizer.get("class_name"), str)
    if not named and not (isinstance(optimizer, str) and optimizer):
        raise _wrong("optimizer", "a name, or class_name and config", optimizer, "optimizer")
    device = given.get("device", "auto")
    if not isinstance(device, str) or not re.fullmatch(r"(auto|cpu|cuda|mps)(:[0-9]{1,3})?", device):
        raise _wrong("device", "auto, cpu, cuda or mps", device, "device")
    style = "sequential" if given.get("style") == "sequential" else "functional"
    return TrainingSettings(
        optimizer, whole("epochs", 10, 1), whole("batch_size", 32, 1), whole("seed", 0, 0), device, style
    )


def _wrong(name: str, expected: str, got: object, fault: str, least: int = 0) -> TranslateError:
    return TranslateError(
        f"The training setting '{name}' was expected to be {expected}. Received: {got!r}",
        code="setting",
        setting=name,
        expected=expected,
        got=repr(got),
        fault=fault,
        least=least,
    )
