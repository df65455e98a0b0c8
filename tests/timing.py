"""How much longer one thing takes than another: tests judge by that, never by seconds of a machine."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable


def times_longer(act: Callable[[], object], beside: Callable[[], object], rounds: int = 5) -> float:
    """Return the processor time of an act in that of another, each the best of some rounds in turn."""
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for at, each in enumerate((act, beside)):
            gc.collect()
            start = time.process_time()
            each()
            best[at] = min(best[at], time.process_time() - start)
    print("RATIO", best)
    return best[0] / max(best[1], 1e-6)
