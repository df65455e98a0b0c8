"""A catalog of six layers, small enough to check by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from engine.errors import ParamError, ShapeError
from engine.params import Param
from engine.spec import InputSpec, TensorSpec


@dataclass(frozen=True)
class Port:
    name: str
    variadic: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Inference:
    outputs: tuple[TensorSpec, ...]
    weights: tuple[tuple[str, tuple[int | None, ...], bool], ...] = ()
    macs: int = 0


@dataclass(frozen=True)
class Layer:
    name: str
    inputs: tuple[Port, ...] = (Port("inputs"),)
    category: str = "Core"
    rare: bool = False
    module: str = "engine.layers"
    summary: str = ""
    params: tuple[Param, ...] = ()

    def outputs(self, params: Mapping[str, Any], /) -> tuple[str, ...]:
        return ("sequence", "hidden") if params.get("return_state") else ("output",)

    def check(self, params: Mapping[str, Any], /) -> None:
        if self.name == "Dense" and not params.get("units", 0) > 0:
            raise ParamError("units is at least 1.", code="param", param="units", got=params.get("units"))

    def infer(self, params: Mapping[str, Any], inputs: Mapping[str, Any], /) -> Inference:
        Catalog.inferred.append(self.name)
        spec = inputs["inputs"]
        if self.name == "Add":
            if len({each.shape for each in spec}) > 1:
                raise ShapeError("Add needs equal shapes.", code="merge")
            return Inference((spec[0],))
        if self.name == "Dense":
            units, width = params["units"], spec.shape[-1]
            weights = (("kernel", (width, units), True), ("bias", (units,), True))
            return Inference((TensorSpec((*spec.shape[:-1], units)),), weights, width * units)
        if self.name == "LSTM":
            InputSpec(ndim=3).check(spec, "lstm")
            return Inference((TensorSpec((None, params["units"])),) * len(self.outputs(params)))
        if self.name == "Flatten":
            return Inference((TensorSpec((None, prod(spec.shape[1:]))),))
        if self.name == "Reshape":
            return Inference((TensorSpec((None, *params["target_shape"])),))
        return Inference((spec,))


class Catalog:
    inferred: list[str] = []

    def __init__(self) -> None:
        self.layers = {name: Layer(name) for name in ("Dense", "LSTM", "Flatten", "Reshape", "Dropout")}
        self.layers["Add"] = Layer("Add", (Port("inputs", variadic=True),))
        Catalog.inferred = []

    def get(self, name: str, /) -> Layer | None:
        return self.layers.get(name)

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers.values())
