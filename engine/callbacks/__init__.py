"""What is told how training goes, and what acts on it.  Keras: https://keras.io/api/callbacks/."""

from __future__ import annotations

from engine.callbacks.callback import Callback, CallbackList, LambdaCallback
from engine.callbacks.checkpoint import ModelCheckpoint
from engine.callbacks.history import CSVLogger, History
from engine.callbacks.progress import ProgbarLogger
from engine.callbacks.watching import (
    EarlyStopping,
    LearningRateScheduler,
    ReduceLROnPlateau,
    TerminateOnNaN,
)

__all__ = [
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "TerminateOnNaN",
]
