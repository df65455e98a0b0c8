"""The structure of a model as JSON, with how it was built and compiled, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from engine.errors import EngineError, UnknownNameError
from engine.serialization import ObjectSharingScope, deserialize_keras_object, serialize_keras_object


def to_json(model: Any) -> str:
    """Return the structure of ``model`` in Keras' format; an object that stands twice is one when read."""
    with ObjectSharingScope():
        described = dict(serialize_keras_object(model))
    if model.built and "build_config" not in described and getattr(model, "inputs", None):
        shapes = [list(item.shape) for item in model.inputs]
        described["build_config"] = {"input_shape": shapes[0] if len(shapes) == 1 else shapes}
    return json.dumps(described)


def from_json(
    text: bytes | str, custom_objects: Mapping[str, Any] | None, compile: bool, safe_mode: bool
) -> Any:
    """Return the model that ``to_json`` (or Keras) described, with new weights; raises ``EngineError``."""
    config = parsed(text)
    if not compile:
        config["compile_config"] = None
    return made(config, custom_objects, safe_mode)


def parsed(text: bytes | str) -> dict[str, Any]:
    """Return the config of a model from its JSON text; raises ``EngineError`` where it is none."""
    try:
        config = json.loads(text)
    except ValueError as error:
        raise EngineError(f"The structure of the model is no JSON text: {error}", code="archive") from None
    if not isinstance(config, dict) or "class_name" not in config or "config" not in config:
        raise EngineError("The file describes no model: 'class_name' or 'config' is missing.", code="archive")
    return config


def made(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None, safe_mode: bool) -> Any:
    """Return the model of a config; raises ``EngineError``."""
    with ObjectSharingScope():
        try:
            model = deserialize_keras_object(config, custom_objects, safe_mode=safe_mode)
        except UnknownNameError as error:
            raise EngineError(
                f"{error} Is it your own? Pass it as custom_objects={{'{error.fields.get('name')}': ...}}, "
                "or register it with @engine.saving.register_keras_serializable().",
                code="unknown_name",
                **error.fields,
            ) from error
        except (KeyError, AttributeError, IndexError) as error:
            raise EngineError(
                f"The structure of the model is damaged or was written by another version: {error!r}",
                code="archive",
            ) from error
    if not hasattr(model, "save"):  # a model, or a FeatureSpace
        raise EngineError(f"The file describes no model. It describes: {model!r}", code="archive")
    return model
