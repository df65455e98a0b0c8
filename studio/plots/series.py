"""The numbers behind a curve: arrays that grow, cheap to append to and cheap to draw.  No Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


class Series:
    """Points that only ever get more.  Storage doubles, so a million appends stay cheap."""

    def __init__(self) -> None:
        self._store: Numbers = np.empty((2, 64))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, x: float, y: float) -> None:
        """Add a point; a value that is no finite number leaves a gap in the line."""
        if self._count == self._store.shape[1]:
            self._store = np.concatenate([self._store, np.empty_like(self._store)], axis=1)
        self._store[:, self._count] = x, y if math.isfinite(y) else math.nan
        self._count += 1

    def clear(self) -> None:
        """Forget all points."""
        self._count = 0

    @property
    def x(self) -> Numbers:
        """The places of all points."""
        return self._store[0, : self._count]

    @property
    def y(self) -> Numbers:
        """The values of all points."""
        return self._store[1, : self._count]

    def last(self) -> float | None:
        """Return the newest value, or ``None`` where there is none yet."""
        return float(self.y[-1]) if self._count else None

    def nearest(self, x: float) -> tuple[float, float] | None:
        """Return the point whose place is nearest to ``x``; places are in rising order."""
        if not self._count:
            return None
        right = int(np.searchsorted(self.x, x))
        at = min((i for i in (right - 1, right) if 0 <= i < self._count), key=lambda i: abs(self.x[i] - x))
        return float(self.x[at]), float(self.y[at])


@dataclass
class Curve:
    """One quantity over the epochs: per batch on the training rows, and per epoch on both parts."""

    batches: Series = field(default_factory=Series)
    training: Series = field(default_factory=Series)
    validation: Series = field(default_factory=Series)

    def parts(self) -> tuple[Series, Series, Series]:
        """Return the three lines."""
        return self.batches, self.training, self.validation

    def clear(self) -> None:
        """Forget all points."""
        for series in self.parts():
            series.clear()
