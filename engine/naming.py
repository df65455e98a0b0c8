"""Names that are given automatically: ``dense``, ``dense_1``, ...  Imports no torch."""

from __future__ import annotations

import re
from collections import Counter

_uids: Counter[str] = Counter()


def snake_case(name: str) -> str:
    """Return ``"conv2d"`` for ``"Conv2D"``, as Keras names its layers."""
    split = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", name))
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", split).lower()


def auto_name(base: str) -> str:
    """Return ``base``, ``base_1``, ... not given before in this process (until ``forget_names``)."""
    _uids[base] += 1
    count = _uids[base]
    return base if count == 1 else f"{base}_{count - 1}"


def get_uid(prefix: str = "") -> int:
    """Return how often a name with this beginning was asked for, this time included."""
    _uids[prefix] += 1
    return _uids[prefix]


def name_of(thing: object) -> str:
    """Return an automatic name for an object that was given none, after its class."""
    return auto_name(snake_case(type(thing).__name__))


def forget_names() -> None:
    """Start the numbering afresh."""
    _uids.clear()
