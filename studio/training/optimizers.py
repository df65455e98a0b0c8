"""What an optimizer can be given, read from its class: the form has no list of its own."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

NAMES = ("Adam", "AdamW", "RMSprop", "SGD", "Adagrad", "Adadelta", "Adamax", "Nadam", "Lion")
"""Those whose settings are a few positive numbers; files may name any other."""


@dataclass(frozen=True, slots=True)
class Option:
    """One parameter of an optimizer and its default, a number or a truth value."""

    name: str
    default: float | bool


def own_names() -> tuple[str, ...]:
    """Return the optimizers that packages of the user's registered; imports torch."""
    from engine import optimizers

    return optimizers.FAMILY.registered()


def options_of(name: str) -> tuple[Option, ...]:
    """Return the parameters of the optimizer called ``name``, learning rate first; imports torch."""
    from engine import optimizers

    found = optimizers.FAMILY.get(name)
    cls = found if isinstance(found, type) else type(found)
    return tuple(
        Option(each.name, each.default)
        for each in inspect.signature(cls).parameters.values()
        if isinstance(each.default, (bool, float, int))
    )


def config_of(setting: Any) -> tuple[str, dict[str, Any]]:
    """Return name and parameters of the setting ``optimizer``: a bare name, or what Keras writes."""
    if isinstance(setting, str):
        return next((one for one in NAMES if one.lower() == setting.lower()), setting), {}
    name = setting.get("class_name")
    config = setting.get("config") or {}
    return (name if isinstance(name, str) else "Adam"), dict(config)
