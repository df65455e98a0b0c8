"""Small helpers.  Keras: ``keras.utils``.  Each is loaded when it is first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    name: f"engine.{home}"
    for home, names in {
        "layers.layer": ("clear_session",),
        "backend": ("is_keras_tensor", "standardize_dtype"),
        "random": ("set_random_seed",),
        "registry": (
            "CustomObjectScope", "custom_object_scope", "get_custom_objects", "get_registered_name",
            "get_registered_object", "register_keras_serializable",
        ),
        "serialization": ("deserialize_keras_object", "serialize_keras_object"),
        "training.py_dataset": ("PyDataset", "Sequence"),
        "training.stream": ("pack_x_y_sample_weight", "unpack_x_y_sample_weight"),
        "utils.audio": ("audio_dataset_from_directory",),
        "utils.config": ("Config",),
        "utils.dataset_utils": ("split_dataset",),
        "utils.directories": (
            "image_dataset_from_directory", "text_dataset_from_directory", "timeseries_dataset_from_array",
        ),
        "utils.dot": ("model_to_dot",),
        "utils.feature_space": ("FeatureSpace",),
        "utils.file_utils": ("get_file",),
        "utils.image_utils": ("array_to_img", "img_to_array", "load_img", "save_img", "smart_resize"),
        "utils.io_utils": (
            "disable_interactive_logging", "enable_interactive_logging", "is_interactive_logging_enabled",
            "set_logging_verbosity",
        ),
        "utils.numerical_utils": ("normalize", "to_categorical"),
        "utils.plotting": ("plot_model",),
        "utils.progbar": ("Progbar",),
        "utils.sequence_utils": ("pad_sequences",),
        "utils.source_inputs": ("get_source_inputs",),
    }.items()
    for name in names
}  # fmt: skip

__all__ = sorted(_HOMES)  # loaded when used


def __getattr__(name: str) -> Any:
    """Load a name when it is first asked for (PEP 562)."""
    if name == "bounding_boxes":
        return import_module("engine.utils.bounding_boxes")
    if name in _HOMES:
        found = getattr(import_module(_HOMES[name]), name)
        globals()[name] = found
        return found
    raise AttributeError(f"engine.utils has no {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, "bounding_boxes"})
