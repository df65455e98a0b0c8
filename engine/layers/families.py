"""The families whose members are parameters of layers, by the name that annotations use."""

from __future__ import annotations

from engine import activations, constraints, initializers, regularizers
from engine.registry import Family

LAYERS = Family("layer", "layers")
FAMILIES: dict[str, Family] = {
    "activations": activations.FAMILY,
    "initializers": initializers.FAMILY,
    "regularizers": regularizers.FAMILY,
    "constraints": constraints.FAMILY,
    "layers": LAYERS,
}
