"""What is told how training goes, and what acts on it.  Keras: https://keras.io/api/callbacks/."""

from __future__ import annotations

from engine.callbacks.averaging import SwapEMAWeights
from engine.callbacks.callback import Callback, CallbackList, LambdaCallback
from engine.callbacks.checkpoint import BackupAndRestore, ModelCheckpoint
from engine.callbacks.history import CSVLogger, History
from engine.callbacks.progress import ProgbarLogger
from engine.callbacks.remote import RemoteMonitor
from engine.callbacks.tensorboard import TensorBoard
from engine.callbacks.watching import (
    EarlyStopping,
    LearningRateScheduler,
    MonitorCallback,
    ReduceLROnPlateau,
    TerminateOnNaN,
)

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "MonitorCallback",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "RemoteMonitor",
    "SwapEMAWeights",
    "TensorBoard",
    "TerminateOnNaN",
]
