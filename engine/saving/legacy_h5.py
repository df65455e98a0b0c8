"""Whole models in the ``.h5`` files of older Keras, read and written.

A file holds the structure as JSON in the attribute ``model_config``, the arguments of ``compile`` in
``training_config``, a group of arrays for each layer, and the optimizer's state.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.errors import EngineError
from engine.saving import describe, legacy_weights
from engine.saving.files import replacing
from engine.saving.h5 import Reader, Writer, group_at
from engine.serialization import serialize_keras_object
from engine.structure import map_structure

_OLD_LAMBDA = ("module", "function_type", "output_shape_type", "output_shape_module")


def save_model(model: Any, path: Path, include_optimizer: bool, version: str) -> None:
    """Write structure, weights and, if wanted, compile arguments and optimizer of ``model`` to an ``.h5``
    file.  The file says it is of ``version`` of Keras.

    A missing folder is made, as Keras does for this format alone.
    """
    structure = {
        "class_name": type(model).__name__,
        "config": serialize_keras_object(model.get_config()),
    }
    optimizer = model.optimizer if include_optimizer else None
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as part:
        writer = Writer(str(part))
        try:
            root = writer.root
            root.attrs["keras_version"] = version
            root.attrs["backend"] = "torch"
            root.attrs["model_config"] = json.dumps(structure).encode()
            if optimizer is not None:
                root.attrs["training_config"] = json.dumps(_training(model)).encode()
            group = root.create_group("model_weights")
            group.attrs["keras_version"] = version.encode()
            group.attrs["backend"] = b"torch"
            legacy_weights.write(group, model)
            if optimizer is not None:
                legacy_weights.write_arrays(root.create_group("optimizer_weights"), optimizer.variables)
        finally:
            writer.close()


def _training(model: Any) -> dict[str, Any]:
    found = serialize_keras_object(model.get_compile_config())
    optimizer = found.pop("optimizer")
    found["optimizer_config"] = {
        "class_name": optimizer.get("registered_name") or optimizer["class_name"],
        "config": optimizer["config"],
    }
    found["loss"] = map_structure(_whole_name, found.get("loss"))
    return dict(found)


def _whole_name(loss: Any) -> Any:
    """Return the name of a loss function in full: Keras reads no short one ("mse") from these files."""
    from engine.losses import FAMILY

    known = isinstance(loss, str) and loss in FAMILY.names()
    return FAMILY.find(loss).__name__ if known else loss


def load_model(path: Any, custom_objects: Mapping[str, Any] | None, compile: bool, safe_mode: bool) -> Any:
    """Return the model in a legacy file, compiled and with its optimizer's state if ``compile``; raises
    ``EngineError``.
    """
    reader = Reader(str(path))
    try:
        root = reader.root
        config = root.attrs.get("model_config")
        if config is None:
            raise EngineError(
                f"No model config found in the file at {path}. It holds weights alone, no structure: make "
                "the model and call load_weights().",
                code="weights_file",
            )
        structure = _modern(describe.parsed(config))
        structure.pop("compile_config", None)
        model = describe.made(structure, custom_objects, safe_mode)
        if not model.built and getattr(model, "_build_shapes", None):
            model.build(*model._build_shapes.values())
        _load(model, reader, False, False)
        if compile:
            training = root.attrs.get("training_config")
            if training is None:
                warnings.warn(
                    "No training configuration found in the save file, so the model was *not* compiled. "
                    "Compile it manually.",
                    stacklevel=4,
                )
            else:
                _compile(model, _modern(json.loads(training)), root, custom_objects)
    finally:
        reader.close()
    return model


def _compile(model: Any, found: dict[str, Any], root: Any, custom_objects: Any) -> None:
    from engine.registry import CustomObjectScope

    with CustomObjectScope(custom_objects):
        model.compile_from_config(
            {
                "optimizer": found.get("optimizer_config") or found.get("optimizer") or "rmsprop",
                "loss": found.get("loss"),
                "metrics": found.get("metrics"),
                "loss_weights": found.get("loss_weights"),
                "weighted_metrics": found.get("weighted_metrics"),
            }
        )
    optimizer = model.optimizer
    if optimizer is None or "optimizer_weights" not in root:
        return
    optimizer.build(model.trainable_variables)
    arrays = legacy_weights.read_arrays(root, "optimizer_weights")
    if len(arrays) <= 2 < len(optimizer.variables):
        return  # step count and learning rate alone: it was never used
    try:
        optimizer.set_weights(arrays)
    except ValueError as error:
        warnings.warn(
            f"The optimizer's state in the file does not fit: {error} It starts afresh.", stacklevel=5
        )


def load_weights(model: Any, path: Any, skip_mismatch: bool, by_name: bool) -> None:
    """Set the weights of ``model``, layer by layer in order or ``by_name``; raises ``EngineError``."""
    reader = Reader(str(path))
    try:
        _load(model, reader, skip_mismatch, by_name)
    finally:
        reader.close()


def _load(model: Any, reader: Reader, skip_mismatch: bool, by_name: bool) -> None:
    group = reader.root
    if "layer_names" not in group.attrs and "model_weights" in group:
        group = group_at(group, "model_weights")
    legacy_weights.read(group, model, skip_mismatch, by_name)


def _modern(config: Any) -> Any:
    """Return a config with what older Keras wrote otherwise as it is written today: shapes of inputs, tuples,
    axes in lists of one, functions of ``Lambda`` as three values.
    """
    if isinstance(config, list):
        return [_modern(item) for item in config]
    if not isinstance(config, dict):
        return config
    if config.get("class_name") == "__tuple__":
        return [_modern(item) for item in config.get("items", ())]
    made = {name: _modern(value) for name, value in config.items()}
    inner = made.get("config")
    if isinstance(inner, dict) and "class_name" in made:
        _modernize(made["class_name"], inner)
    return made


def _modernize(kind: str, inner: dict[str, Any]) -> None:
    shape = inner.pop("batch_input_shape", None)
    if shape is not None:
        inner["batch_shape" if kind == "InputLayer" else "input_shape"] = (
            shape if kind == "InputLayer" else shape[1:]
        )
    axis = inner.get("axis")
    if isinstance(axis, list) and len(axis) == 1:
        inner["axis"] = axis[0]
    if kind == "Lambda":
        for name in _OLD_LAMBDA:
            inner.pop(name, None)
        function = inner.get("function")
        if isinstance(function, list) and len(function) == 3:
            words = dict(zip(("code", "defaults", "closure"), function, strict=True))
            inner["function"] = {"class_name": "__lambda__", "config": words}
