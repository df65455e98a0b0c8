"""Every operation of neural networks proper.  Keras: ``keras.ops.nn``."""

from __future__ import annotations

from typing import Any as _Any

from engine.ops import nn_activations, nn_ctc, nn_scores, nn_windows
from engine.ops.functions import class_or_error, public

assert all((nn_activations, nn_ctc, nn_scores, nn_windows))  # each adds its own to the table

globals().update(public("nn"))
swish = nn_activations.swish
hard_swish = nn_activations.hard_swish
__all__ = [*public("nn"), "hard_swish", "swish"]  # names of the table


def __getattr__(name: str) -> _Any:
    """Return the class of an operation (``Relu``) when it is asked for."""
    return class_or_error("nn", name)
