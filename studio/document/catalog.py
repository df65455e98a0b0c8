"""What the document needs to know of layers; ``engine.catalog`` provides it once it has been loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, TypeAlias

from engine.params import Param
from engine.spec import Shape, TensorSpec

Specs: TypeAlias = Mapping[str, TensorSpec | tuple[TensorSpec, ...]]


class Port(Protocol):
    """An input of a layer: one wire, or any number in order where it is ``variadic``."""

    @property
    def name(self) -> str: ...
    @property
    def variadic(self) -> bool: ...
    @property
    def optional(self) -> bool: ...


class Inference(Protocol):
    """What a layer makes of its inputs: ``weights`` are (name, shape, trainable), ``macs`` is per sample."""

    @property
    def outputs(self) -> tuple[TensorSpec, ...]: ...
    @property
    def weights(self) -> tuple[tuple[str, Shape, bool], ...]: ...
    @property
    def macs(self) -> int: ...


class LayerSpec(Protocol):
    """One kind of layer."""

    @property
    def name(self) -> str: ...
    @property
    def module(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def rare(self) -> bool: ...
    @property
    def summary(self) -> str: ...
    @property
    def params(self) -> tuple[Param, ...]: ...
    @property
    def inputs(self) -> tuple[Port, ...]: ...

    def outputs(self, params: Mapping[str, Any], /) -> tuple[str, ...]:
        """Return the names of the output ports for these parameters."""

    def check(self, params: Mapping[str, Any], /) -> None:
        """Raise ``engine.errors.ParamError`` for the first parameter that does not do."""

    def infer(self, params: Mapping[str, Any], inputs: Specs, /) -> Inference:
        """Return shapes and weights; raises ``engine.errors.ShapeError`` for inputs that do not fit."""


class Catalog(Protocol):
    """All kinds of layers that there are."""

    def get(self, name: str, /) -> LayerSpec | None:
        """Return the layer called ``name``, or ``None``."""

    def __iter__(self) -> Iterator[LayerSpec]: ...
