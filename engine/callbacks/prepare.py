"""The list of callbacks that a run has: the user's, with a history and a display added."""

from __future__ import annotations

from typing import Any

from engine.callbacks.callback import CallbackList


def callback_list(
    model: Any, callbacks: Any, verbose: Any, epochs: int, steps: int | None, testing: bool = False
) -> CallbackList:
    """Return the callbacks of a run; ``verbose`` 0 prints nothing, "auto" and 1 a bar, 2 a line an epoch."""
    if isinstance(callbacks, CallbackList):
        callbacks = callbacks.callbacks
    level = 1 if verbose in ("auto", True) else int(verbose)
    made = CallbackList(callbacks, add_history=not testing, add_progbar=bool(level), model=model)
    made.testing = testing
    made.set_params({"verbose": level, "epochs": epochs, "steps": steps})
    return made
