"""Whole models and weights in the ``.h5`` files of older Keras: read, not written.

A file holds the structure as JSON in the attribute ``model_config`` and a group of arrays for each layer.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from typing import Any

import torch

from engine.errors import EngineError
from engine.saving import describe
from engine.saving.h5 import Entry, Reader, group_at


def load_model(path: Any, custom_objects: Mapping[str, Any] | None, compile: bool, safe_mode: bool) -> Any:
    """Return the model in a legacy file, without the optimizer's state; raises ``EngineError``."""
    reader = Reader(str(path))
    try:
        config = reader.root.attrs.get("model_config")
        if config is None:
            raise EngineError(
                f"{path} holds weights alone, no structure: make the model and call load_weights().",
                code="weights_file",
            )
        model = describe.from_json(config, custom_objects, False, safe_mode)
        _load(model, reader, False, False)
        training = reader.root.attrs.get("training_config")
        if compile and training is not None:
            found = json.loads(training)
            model.compile_from_config(
                {
                    "optimizer": found.get("optimizer_config") or found.get("optimizer") or "rmsprop",
                    "loss": found.get("loss"),
                    "metrics": found.get("metrics"),
                    "loss_weights": found.get("loss_weights"),
                    "weighted_metrics": found.get("weighted_metrics"),
                }
            )
    finally:
        reader.close()
    return model


def load_weights(model: Any, path: Any, skip_mismatch: bool, by_name: bool) -> None:
    """Set the weights of ``model``, layer by layer in order or ``by_name``; raises ``EngineError``."""
    reader = Reader(str(path))
    try:
        _load(model, reader, skip_mismatch, by_name)
    finally:
        reader.close()


def _names(group: Any, attribute: str) -> list[str]:
    found: list[Any] = list(group.attrs.get(attribute, ()))
    part = 0
    while f"{attribute}{part}" in group.attrs:  # long lists are cut into several attributes
        found += list(group.attrs[f"{attribute}{part}"])
        part += 1
    return [name.decode() if isinstance(name, bytes) else str(name) for name in found]


def _arrays(group: Any, name: str) -> list[Any]:
    inner = group_at(group, name)
    if inner is None:
        raise EngineError(f"The file names a layer '{name}' and has no group for it.", code="weights_file")
    entry = Entry(inner)
    try:
        return [entry[weight] for weight in _names(inner, "weight_names")]
    except KeyError as error:
        raise EngineError(f"The file has no array {error} of layer '{name}'.", code="weights_file") from None


def _weights(layer: Any) -> list[Any]:
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def _load(model: Any, reader: Reader, skip_mismatch: bool, by_name: bool) -> None:
    group = reader.root
    if "layer_names" not in group.attrs and "model_weights" in group:
        group = group_at(group, "model_weights")
    stored = {name: arrays for name in _names(group, "layer_names") if (arrays := _arrays(group, name))}
    layers = [layer for layer in model.layers if _weights(layer)]
    if by_name:
        pairs = [(layer, stored[layer.name]) for layer in layers if layer.name in stored]
    elif len(stored) != len(layers):
        raise EngineError(
            f"Layer count mismatch when loading weights from file: the model has {len(layers)} layers with "
            f"weights, the file {len(stored)} saved layers.",
            code="weights_mismatch",
        )
    else:
        pairs = list(zip(layers, stored.values(), strict=True))
    for layer, arrays in pairs:
        own = _weights(layer)
        shapes = [tuple(array.shape) for array in arrays]
        if shapes != [tuple(weight.shape) for weight in own]:
            message = (
                f"Layer '{layer.name}' expected weights of shapes {[tuple(item.shape) for item in own]}, but "
                f"the file has {shapes}."
            )
            if not skip_mismatch:
                raise EngineError(message, code="weights_mismatch", layer=layer.name)
            warnings.warn(f"{message} It keeps the weights it has.", stacklevel=4)
            continue
        with torch.no_grad():
            for weight, array in zip(own, arrays, strict=True):
                weight.assign(array)
