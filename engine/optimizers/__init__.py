"""Optimizers and learning-rate schedules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.optimizers import schedules
from engine.optimizers.gradient import SGD, Adam, AdamW, RMSprop
from engine.optimizers.optimizer import Optimizer
from engine.registry import Family

FAMILY = Family("optimizer", "optimizers")
FAMILY.add(SGD, RMSprop, Adam, AdamW)
FAMILY.add(sgd=SGD, rmsprop=RMSprop, adam=Adam, adamw=AdamW)

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "RMSprop", "deserialize", "get", "schedules", "serialize"]


def get(identifier: Any) -> Any:
    """Return the optimizer for a name, a config, a class or an object."""
    return identifier if isinstance(identifier, Optimizer) else FAMILY.get(identifier)


def serialize(optimizer: Any) -> Any:
    """Return the config of an optimizer, with its class name."""
    return FAMILY.serialize(optimizer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the optimizer that ``serialize`` described."""
    return FAMILY.deserialize(config, custom_objects)
