"""Weights in the ``.h5`` files of older Keras: a group for each layer, named arrays in it.

The order of the arrays is that of ``trainable_weights`` and then ``non_trainable_weights``.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch

from engine.backend import convert_to_numpy
from engine.errors import EngineError
from engine.saving.h5 import Entry, group_at

_HEADER = 64512
"""The bytes that an attribute may have: HDF5 keeps attributes in an object's header."""
TOP = "top_level_model_weights"


def names_of(group: Any, attribute: str) -> list[str]:
    """Return a list of names that is an attribute, or cut into several of them."""
    found: list[Any] = list(group.attrs.get(attribute, ()))
    part = 0
    while f"{attribute}{part}" in group.attrs:
        found += list(group.attrs[f"{attribute}{part}"])
        part += 1
    return [name.decode() if isinstance(name, bytes) else str(name) for name in found]


def write_names(group: Any, attribute: str, names: Sequence[str]) -> None:
    """Write a list of names as an attribute, cut into several where one would be too large."""
    plain = np.asarray([name.encode() for name in names])
    parts = max(1, -(-plain.nbytes // _HEADER))
    if parts == 1:
        group.attrs[attribute] = list(plain)
        return
    for index, part in enumerate(np.array_split(plain, parts + 1)):
        group.attrs[f"{attribute}{index}"] = part


def write_arrays(group: Any, weights: Iterable[Any]) -> None:
    """Write weights by their paths; one that has another's path gets a number."""
    taken: dict[str, Any] = {}
    for weight in weights:
        path, count = weight.path, 0
        while path in taken:
            count += 1
            path = f"{weight.path}_{count}"
        taken[path] = weight
    write_names(group, "weight_names", list(taken))
    for path, weight in taken.items():
        group[path] = convert_to_numpy(weight)


def read_arrays(parent: Any, name: str) -> list[Any]:
    """Return the arrays of the group ``name``, in order; raises ``EngineError`` where they are missing."""
    inner = group_at(parent, name)
    if inner is None:
        raise EngineError(f"The file names a layer '{name}' and has no group for it.", code="weights_file")
    entry = Entry(inner)
    try:
        return [entry[weight] for weight in names_of(inner, "weight_names")]
    except KeyError as error:
        raise EngineError(f"The file has no array {error} of layer '{name}'.", code="weights_file") from None


def weights_of(layer: Any) -> list[Any]:
    """Return the weights of a layer in the order of these files."""
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def write(group: Any, model: Any) -> None:
    """Write the weights of every layer of ``model``, and those of the model itself."""
    write_names(group, "layer_names", [layer.name for layer in model.layers])
    for layer in sorted(model.layers, key=lambda layer: layer.name):  # a name may begin with another
        write_arrays(group.create_group(layer.name), weights_of(layer))
    write_arrays(group.create_group(TOP), model._own_weights())


def read(group: Any, model: Any, skip_mismatch: bool, by_name: bool) -> None:
    """Set the weights of ``model``, layer by layer in order or ``by_name``; raises ``EngineError``.

    With ``skip_mismatch`` what does not fit is left as it is, with a warning.
    """
    stored = [(name, read_arrays(group, name)) for name in names_of(group, "layer_names")]
    if by_name:
        named = dict(stored)
        pairs = [(layer, layer.name, named[layer.name]) for layer in model.layers if layer.name in named]
    else:
        layers = [layer for layer in model.layers if weights_of(layer)]
        full = [(name, arrays) for name, arrays in stored if arrays]
        if len(full) != len(layers):
            raise EngineError(
                f"Layer count mismatch when loading weights from file: the model has {len(layers)} layers "
                f"with weights, the file {len(full)} saved layers.",
                code="weights_mismatch",
            )
        pairs = [(layer, name, arrays) for layer, (name, arrays) in zip(layers, full, strict=True)]
    for layer, name, arrays in pairs:
        _set(layer, f"layer '{layer.name}' ('{name}' in the file)", weights_of(layer), arrays, skip_mismatch)
    if TOP in group:
        _set(model, "the model itself", model._own_weights(), read_arrays(group, TOP), skip_mismatch)


def _set(thing: Any, what: str, own: list[Any], arrays: list[Any], skip: bool) -> None:
    if len(own) != len(arrays):
        _mismatch(
            f"Weight count mismatch for {what}: it has {len(own)} weights, the file {len(arrays)}.", skip
        )
        return
    fitting = []
    for weight, array in zip(own, arrays, strict=True):
        if tuple(weight.shape) == tuple(array.shape):
            fitting.append((weight, array))
            continue
        _mismatch(
            f"Shape mismatch in {what} for weight '{weight.path}': it has shape {tuple(weight.shape)}, the "
            f"array in the file {tuple(array.shape)}.",
            skip,
        )
    with torch.no_grad():
        for weight, array in fitting:
            weight.assign(array)
    if own and hasattr(thing, "finalize_state"):
        thing.finalize_state()


def _mismatch(message: str, skip: bool) -> None:
    if not skip:
        raise EngineError(message, code="weights_mismatch")
    warnings.warn(f"{message} Skipping: it keeps what it has.", stacklevel=6)
