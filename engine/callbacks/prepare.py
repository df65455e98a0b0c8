"""The list of callbacks that a run has: the user's, with a history and a display added."""

from __future__ import annotations

from typing import Any

from engine.callbacks.callback import CallbackList
from engine.callbacks.history import History
from engine.callbacks.progress import ProgbarLogger


def callback_list(
    model: Any, callbacks: Any, verbose: Any, epochs: int, steps: int | None, testing: bool = False
) -> CallbackList:
    """Return the callbacks of a run; ``verbose`` 0 prints nothing, "auto" and 1 a bar, 2 a line an epoch."""
    if isinstance(callbacks, CallbackList):
        callbacks = callbacks.callbacks
    elif callbacks is None:
        callbacks = []
    elif not isinstance(callbacks, (list, tuple)):
        callbacks = [callbacks]
    found = list(callbacks)
    level = 1 if verbose in ("auto", True) else int(verbose)
    # The display is told last, so that it shows what other callbacks added to the logs.
    if not testing and not any(isinstance(item, History) for item in found):
        found.append(History())
    if level and not any(isinstance(item, ProgbarLogger) for item in found):
        found.append(ProgbarLogger(level))
    params = {"verbose": level, "epochs": epochs, "steps": steps}
    return CallbackList(found, model, params, testing)
