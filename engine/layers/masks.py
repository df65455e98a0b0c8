"""Masks that hang on tensors: which places of a batch are data and which are padding."""

from __future__ import annotations

import warnings
from typing import Any, TypeVar

import torch

from engine.layers.layer import Layer
from engine.structure import flatten, map_structure

T = TypeVar("T")


def get_keras_mask(x: Any) -> Any:
    """Return the mask that hangs on a tensor, or ``None``."""
    return getattr(x, "_keras_mask", None)


def set_keras_mask(x: Any, mask: Any) -> None:
    """Hang a mask on a tensor; ``None`` takes it away."""
    x._keras_mask = mask


def detached(x: torch.Tensor) -> torch.Tensor:
    """Return ``x`` cut off from its gradients, its mask along."""
    made = x.detach()
    if (mask := getattr(x, "_keras_mask", None)) is not None:
        made._keras_mask = mask  # type: ignore[attr-defined]  # where masks travel
    return made


def with_masks(names: Any, args: tuple[Any, ...], kwargs: dict[str, Any], tensors: dict[str, Any]) -> Any:
    """Put the masks that hang on the tensors into ``kwargs``; return the mask that goes on from here."""
    given = set(list(names)[: len(args)])
    before = None
    for index, (name, value) in enumerate(tensors.items()):
        mask = _mask_of(value)
        if index == 0:
            before = mask
        if mask is None:
            continue
        argument = "mask" if index == 0 and "mask" in names else f"{name}_mask"
        if argument in names and argument not in given and kwargs.get(argument) is None:
            kwargs[argument] = mask
    told = kwargs.get("mask")
    return before if told is None else told


def _mask_of(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return getattr(value, "_keras_mask", None)
    masks = map_structure(lambda leaf: getattr(leaf, "_keras_mask", None), value)
    return None if all(mask is None for mask in flatten(masks)) else masks


def finish(layer: Layer, inputs: Any, mask: Any, outputs: Any) -> None:
    """Gather the activity penalty and hang the mask on the output, after a call."""
    if layer.activity_regularizer is not None:
        for output in flatten(outputs):
            penalty = layer.activity_regularizer(output)
            if output.dim():  # for each sample
                penalty = penalty / output.shape[0] if output.shape[0] else torch.zeros_like(penalty)
            layer.add_loss(penalty)
    if mask is None and not makes_masks(layer):
        return
    if not layer.supports_masking:
        warnings.warn(
            f"Layer '{layer.name}' (of type {type(layer).__name__}) was passed an input with a mask, but "
            "does not support masking: layers after it will not see the mask.",
            stacklevel=2,
        )
        return
    results = flatten(outputs)
    if all(getattr(result, "_keras_mask", None) is not None for result in results):
        return
    made = layer.compute_mask(inputs, mask)
    if made is not None:
        for result, one in zip(results, flatten(made), strict=False):
            if one is not None and getattr(result, "_keras_mask", None) is None:
                result._keras_mask = one


def makes_masks(layer: Layer) -> bool:
    """Return whether a layer may make a mask where none came."""
    method = type(layer).compute_mask
    own = method is not Layer.compute_mask and not getattr(method, "only_passes_on", False)
    return own and layer.supports_masking and not layer.variadic


def only_passes_on(method: T) -> T:
    """Mark a ``compute_mask`` that answers no mask where none came: such layers need no whole call."""
    method.only_passes_on = True  # type: ignore[attr-defined]  # functions take attributes
    return method
