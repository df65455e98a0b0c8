"""The dry call: what a layer would answer, without making a number.

``declared`` runs ``build`` while ``add_weight`` only writes down what it is asked for, so that parameter
counts come from the one place that states the weights.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

if TYPE_CHECKING:
    from engine.layers.layer import Layer

_local = threading.local()


class WeightSpec(NamedTuple):
    """A weight that ``build`` asks for: its path in the layer, shape, and whether training changes it."""

    name: str
    shape: tuple[int, ...]
    trainable: bool


def declaring() -> bool:
    """Return whether weights are only being written down, in this thread."""
    return getattr(_local, "found", None) is not None


def declare(layer: Layer, name: str, shape: tuple[int, ...], trainable: bool) -> None:
    """Write down a weight."""
    _local.found.append(WeightSpec(f"{layer.name}/{name}", shape, trainable and layer.trainable))


@contextmanager
def declared() -> Iterator[list[WeightSpec]]:
    """Gather the weights that are declared inside the ``with`` block, in this thread."""
    outer = getattr(_local, "found", None)
    found: list[WeightSpec] = []
    _local.found = found
    try:
        yield found
    finally:
        _local.found = outer


def build_by_running(layer: Layer, input_shape: Any) -> None:
    """Build what lies inside ``layer`` by a run on zeros of ``input_shape`` (a shape, or a nesting)."""
    from engine.layers.symbolic import KerasTensor
    from engine.layers.tracing import run_on_zeros
    from engine.structure import map_shapes

    run_on_zeros(layer, (map_shapes(KerasTensor, input_shape),), {}, 2)


def shape_by_meta(layer: Layer, input_shape: Any) -> Any:
    """Return the output shape of a layer that has no formula, by running it on torch's meta device.

    The batch axis (any unknown axis) runs as 3 and as 5: what changes with it is unknown in the answer.
    """
    single = isinstance(input_shape, tuple) and all(
        size is None or isinstance(size, int) for size in input_shape
    )
    shapes = [input_shape] if single else list(input_shape)

    def run(size: int) -> Any:
        tensors = [
            torch.empty([size if axis is None else axis for axis in shape], device="meta") for shape in shapes
        ]
        with declared(), torch.no_grad():
            twin = type(layer).from_config(layer.get_config())
            twin.build(input_shape)
            twin.built = True
            return twin.call(tensors[0] if single else tensors)

    def merge(one: Any, two: Any) -> Any:
        if isinstance(one, (tuple, list)):
            return [merge(left, right) for left, right in zip(one, two, strict=True)]
        return tuple(
            left if left == right else None for left, right in zip(one.shape, two.shape, strict=True)
        )

    return merge(run(3), run(5))
