"""What the catalog says of one layer.  Imports no torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from engine.params import Param
from engine.spec import Shape, TensorSpec

PortSpecs: TypeAlias = Mapping[str, TensorSpec | tuple[TensorSpec, ...]]

CATEGORIES = (
    "core",
    "activation",
    "convolution",
    "pooling",
    "recurrent",
    "attention",
    "normalization",
    "regularization",
    "reshaping",
    "merge",
    "preprocessing",
    "augmentation",
)
"""The drawers of the palette, in their order; further ones follow."""


@dataclass(frozen=True)
class Port:
    """An input of a layer: one tensor, or any number in order where it is ``variadic``."""

    name: str
    variadic: bool = False
    optional: bool = False


class Weight(NamedTuple):
    """A weight that a layer would make: its path in the layer, shape, and whether training changes it."""

    name: str
    shape: Shape
    trainable: bool


@dataclass(frozen=True)
class Inference:
    """What a layer would make of its inputs; ``macs`` are multiply-adds for one sample."""

    outputs: tuple[TensorSpec, ...]
    weights: tuple[Weight, ...]
    macs: int

    @property
    def params(self) -> int:
        """How many numbers the weights hold."""
        total = 0
        for weight in self.weights:
            count = 1
            for size in weight.shape:
                count *= size or 0
            total += count
        return total


@dataclass(frozen=True)
class LayerSpec:
    """One kind of layer: what it is called, takes and means.

    The methods answer for given parameters (values of the constructor's arguments, those at their default
    may be left out); they raise ``ParamError`` for parameters and ``ShapeError`` for inputs that do not do.
    """

    name: str
    module: str
    category: str
    summary: str
    doc: str
    params: tuple[Param, ...]
    inputs: tuple[Port, ...]
    call_options: tuple[Param, ...]
    cls: Any = field(repr=False, compare=False)
    dry: Callable[..., Any] = field(repr=False, compare=False)
    rare: bool = False
    """Whether few drawings need it."""

    def outputs(self, params: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the names of the outputs for these parameters."""
        names: tuple[str, ...] = self.cls.port_names(params)
        return names

    def check(self, params: Mapping[str, Any]) -> None:
        """Raise ``ParamError`` for the first parameter that does not do."""
        self.make(params)

    def normalise(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return all parameters, each in the normal form of its kind, as JSON-able values."""
        config: dict[str, Any] = self.make(params).get_config()
        return {param.name: config[param.name] for param in self.params if param.name in config}

    def infer(self, params: Mapping[str, Any], inputs: PortSpecs) -> Inference:
        """Return outputs, weights and cost, without making a number; ``inputs`` are by port name."""
        found: Inference = self.dry(self.cls, params, inputs)
        return found

    def make(self, params: Mapping[str, Any], name: str | None = None) -> Any:
        """Return a layer with these parameters, not built."""
        config = dict(params)
        config["name"] = name or "layer"
        return self.cls.from_config(config)
