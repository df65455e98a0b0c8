"""Optimizers and learning-rate schedules.  Keras: https://keras.io/api/optimizers/."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import EngineError
from engine.optimizers import schedules
from engine.optimizers.adaptive import Adadelta, Adagrad, Adamax, Ftrl, Lamb, Lion, Nadam
from engine.optimizers.factored import Adafactor, Muon, ScheduleFreeAdamW
from engine.optimizers.gradient import SGD, Adam, AdamW, RMSprop
from engine.optimizers.loss_scale import LossScaleOptimizer
from engine.optimizers.multi import MultiOptimizer, OptimizerMap
from engine.optimizers.optimizer import Optimizer
from engine.registry import Family

_CLASSES: tuple[type, ...] = (
    SGD,
    RMSprop,
    Adam,
    AdamW,
    Adadelta,
    Adafactor,
    Adagrad,
    Adamax,
    Ftrl,
    Lamb,
    Lion,
    LossScaleOptimizer,
    MultiOptimizer,
    Muon,
    Nadam,
    OptimizerMap,
    ScheduleFreeAdamW,
)
FAMILY = Family("optimizer", "optimizers")
FAMILY.base = Optimizer
FAMILY.add(*_CLASSES, **{cls.__name__.lower(): cls for cls in _CLASSES})

__all__ = [
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lamb",
    "Lion",
    "LossScaleOptimizer",
    "MultiOptimizer",
    "Muon",
    "Nadam",
    "Optimizer",
    "OptimizerMap",
    "RMSprop",
    "ScheduleFreeAdamW",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]  # fmt: skip


def get(identifier: Any) -> Any:
    """Return the optimizer for a name (in small or large letters), a config, a class or an object."""
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, str) and identifier.lower() in FAMILY.names():
        identifier = identifier.lower()
    found = FAMILY.get(identifier)
    if found is not None and not isinstance(found, Optimizer):
        raise EngineError(
            f"Could not interpret optimizer identifier: {identifier!r}. An optimizer is a name, a config or "
            "an object of a class derived from Optimizer.",
            code="param",
        )
    return found


def serialize(optimizer: Any) -> Any:
    """Return the config of an optimizer, with its class name."""
    return FAMILY.serialize(optimizer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the optimizer that ``serialize`` described."""
    return FAMILY.deserialize(config, custom_objects)
