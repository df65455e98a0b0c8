"""Masks on symbolic tensors: layers of a graph learn while it is drawn which inputs will be masked."""

from __future__ import annotations

from typing import Any

import torch

from engine.layers.arguments import tensor_arguments
from engine.layers.layer import Layer
from engine.layers.masks import makes_masks
from engine.layers.symbolic import KerasTensor, Node
from engine.ops.operation import Operation
from engine.structure import flatten, map_structure


class MaskOf(Operation):
    """Reads the mask that came with a tensor: it makes a mask usable as a step of a graph."""

    def call(self, x: Any) -> Any:
        """Return the mask of ``x``."""
        return x._keras_mask


def _mask_of(output: KerasTensor, shape: Any) -> KerasTensor:
    made, node = KerasTensor(shape, "bool"), Node(MaskOf(), (output,), {})
    made.node, made.index, node.output_struct = node, 0, made
    return made


def mask_symbol(leaf: Any) -> Any:
    """Return the mask that will come with a symbolic tensor, itself symbolic, or ``None``."""
    return getattr(leaf, "_keras_mask", None)


def zeros_with_mask(leaf: KerasTensor, size: int, dtype: Any = None, device: Any = None) -> torch.Tensor:
    """Return zeros like a symbolic tensor, ``size`` long where that is unknown, with a mask if one comes."""

    def sizes(symbol: KerasTensor) -> list[int]:
        return [size if axis is None else axis for axis in symbol.shape]

    made = torch.zeros(sizes(leaf), dtype=dtype or getattr(torch, leaf.dtype), device=device)
    mask = mask_symbol(leaf)
    if mask is not None:
        made._keras_mask = torch.ones(  # type: ignore[attr-defined]  # where masks travel
            sizes(mask), dtype=torch.bool, device=device
        )
    return made


def hang_masks(layer: Layer, args: tuple[Any, ...], kwargs: dict[str, Any], outputs: Any) -> None:
    """Hang symbolic masks on the symbolic outputs of a call, as a real call hangs real ones."""
    inner = getattr(layer, "outputs", None)
    if inner:  # a model of its own, whose layers hang the masks
        masks = [mask_symbol(symbol) for symbol in flatten(inner)]
    else:
        first = next(iter(tensor_arguments(layer, args, kwargs).values()), None)
        if all(mask_symbol(leaf) is None for leaf in flatten(first)) and not makes_masks(layer):
            return
        if not layer.supports_masking:
            return
        masks = _masks_made(layer, first)
    for output, mask in zip(flatten(outputs), masks, strict=False):
        if mask is not None:
            output._keras_mask = _mask_of(output, mask.shape)


def _masks_made(layer: Layer, first: Any) -> list[Any]:
    """Return the masks that ``compute_mask`` makes for small inputs, tried twice for unknown sizes."""

    def run(size: int) -> list[Any]:
        inputs = map_structure(
            lambda leaf: zeros_with_mask(leaf, size) if isinstance(leaf, KerasTensor) else leaf, first
        )
        masks = map_structure(lambda leaf: getattr(leaf, "_keras_mask", None), inputs)
        with torch.no_grad():
            made = layer.compute_mask(inputs, None if all(mask is None for mask in flatten(masks)) else masks)
        return flatten(made)

    found: list[Any] = []
    for one, two in zip(run(2), run(3), strict=True):
        if one is None:
            found.append(None)
            continue
        shape = [a if a == b else None for a, b in zip(one.shape, two.shape, strict=True)]
        found.append(KerasTensor(shape, "bool"))
    return found
