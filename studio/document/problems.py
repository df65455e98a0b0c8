"""What is wrong with a drawing, as codes with fields; ``studio.words`` says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from studio.document.values import EMPTY, Frozen


@dataclass(frozen=True, slots=True)
class Repair:
    """A way to mend a problem; ``studio.document.repairs.repair`` makes the edit."""

    code: str
    fields: Frozen = EMPTY


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that keeps the model from training (``error``) or is probably a slip (``warning``)."""

    code: str
    severity: Literal["error", "warning"]
    graph: str
    node: str = ""
    port: str = ""
    fields: Frozen = EMPTY
    repairs: tuple[Repair, ...] = ()
