"""The structure of a model as JSON, with how it was built and compiled, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from engine.errors import EngineError
from engine.layers.families import LAYERS


def to_json(model: Any) -> str:
    """Return the structure of ``model`` in Keras' format."""
    described = dict(LAYERS.serialize(model))
    if model.built and "build_config" not in described and getattr(model, "inputs", ()):
        shapes = [list(item.shape) for item in model.inputs]
        described["build_config"] = {"input_shape": shapes[0] if len(shapes) == 1 else shapes}
    if "compile_config" not in described and model.compiled:
        described["compile_config"] = model.get_compile_config()
    return json.dumps(described)


def from_json(
    text: bytes | str, custom_objects: Mapping[str, Any] | None, compile: bool, safe_mode: bool
) -> Any:
    """Return the model that ``to_json`` (or Keras) described, with new weights; raises ``EngineError``."""
    try:
        config = json.loads(text)
    except ValueError as error:
        raise EngineError(
            f"The structure of the model is no whole JSON text: {error}", code="archive"
        ) from None
    if not isinstance(config, dict) or "class_name" not in config or "config" not in config:
        raise EngineError("The file describes no model: 'class_name' or 'config' is missing.", code="archive")
    compiled = config.pop("compile_config", None)
    model = LAYERS.deserialize(config, custom_objects)
    if compile and compiled:
        model.compile_from_config(compiled)
        if model.built and model.optimizer is not None:
            model.optimizer.build(model.trainable_variables)
    return model
