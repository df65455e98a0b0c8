"""Tables of mixed columns as one encoded tensor: numbers, categories and texts, each in its own way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from engine import layers
from engine.backend import convert_to_tensor
from engine.errors import EngineError, ParamError
from engine.layers.layer import Layer
from engine.params import Anything
from engine.serialization import deserialize_keras_object, serialize_keras_object
from engine.symbolic import KerasTensor
from engine.utils.feature_kinds import KINDS, Cross, Feature, FeatureKinds, check_mode


class FeatureSpace(FeatureKinds, Layer):  # type: ignore[misc]  # Keras' ``float`` hides that of torch modules
    """Encodes a table with columns of every kind into one tensor (or one per column).

    ``features`` says for each column how: ``"float"``, ``"float_normalized"``, ``"float_rescaled"``,
    ``"float_discretized"``, ``"integer_categorical"``, ``"string_categorical"``, ``"integer_hashed"``,
    ``"string_hashed"``, or what the class methods of these names return for other arguments.  Categories
    become one-hot vectors.  ``adapt`` learns vocabularies, means and bins from data; then it is called on
    dicts of columns or of the values of one row.  In a functional model ``get_inputs()`` and
    ``get_encoded_features()`` stand for it.  Raises ``ParamError`` and ``EngineError``.  Keras:
    ``keras.utils.FeatureSpace``.

    Args:
        features: The way of encoding by column.
        output_mode: ``"concat"`` for one tensor, ``"dict"`` for a tensor by column.
        crosses: Groups of columns whose values count together, as tuples of names.
        crossing_dim: Places of a cross.
        hashing_dim: Places of a hashed column.
        num_discretization_bins: Bins of a discretized column.
    """

    in_palette = False

    def __init__(
        self,
        features: Anything,
        output_mode: str = "concat",
        crosses: Anything = None,
        crossing_dim: int | None = 32,
        hashing_dim: int = 32,
        num_discretization_bins: int = 32,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name)
        if not features:
            raise ParamError(
                f"The `features` argument cannot be None or empty. Received: features={features!r}",
                code="param",
                param="features",
                got=features,
            )
        self.output_mode = check_mode(output_mode, ("dict", "concat"))
        self.crossing_dim = crossing_dim
        self.hashing_dim = hashing_dim
        self.num_discretization_bins = num_discretization_bins
        self.features = {name: self._feature(name, value) for name, value in features.items()}
        self.crosses = [self._cross(cross) for cross in crosses or ()]
        self.inputs = {
            name: layers.Input((1,), dtype=feature.dtype, name=name)
            for name, feature in self.features.items()
        }
        self.preprocessors = {name: feature.preprocessor for name, feature in self.features.items()}
        self.crossers = {
            cross.name: layers.HashedCrossing(cross.crossing_dim, name=cross.name) for cross in self.crosses
        }
        self.one_hot_encoders: dict[str, Any] = {}
        self.encoded_features: Any = None
        self._is_adapted = False

    def _feature(self, name: str, feature: Any) -> Feature:
        if isinstance(feature, Feature):
            return feature
        if isinstance(feature, dict):
            made: Feature = deserialize_keras_object(feature)
            return made
        if feature in ("integer_hashed", "string_hashed"):
            hashed: Feature = getattr(self, feature)(self.hashing_dim, name=name)
            return hashed
        if feature == "float_discretized":
            return self.float_discretized(self.num_discretization_bins, name=name)
        if feature not in KINDS:
            raise ParamError(
                f"Invalid feature type: {feature}. It is one of {', '.join(KINDS)}, or what a class method "
                "of FeatureSpace returns.",
                code="param",
                param="features",
                got=feature,
            )
        plain: Feature = getattr(self, feature)(name=name)
        return plain

    def _cross(self, cross: Any) -> Cross:
        if isinstance(cross, dict):
            cross = deserialize_keras_object(cross)
        if isinstance(cross, Cross):
            return cross
        unknown = [name for name in cross if name not in self.features]
        if not self.crossing_dim or unknown:
            raise ParamError(
                "All features referenced in the `crosses` argument should be present in the `features` dict. "
                f"Received unknown features: {unknown}"
                if unknown
                else "When specifying `crosses`, the argument `crossing_dim` (dimensionality of the crossing "
                f"space) should be specified as well. Received: crossing_dim={self.crossing_dim}",
                code="param",
                param="crosses",
                got=cross,
            )
        return Cross(cross, self.crossing_dim)

    # -- learning ----------------------------------------------------------------------------------

    def _adaptable(self) -> list[str]:
        """Return the columns whose layers learn from data and have not been told what."""

        def learns(layer: Any) -> bool:
            if isinstance(layer, layers.Discretization) and layer.num_bins is None:
                return False
            if isinstance(layer, layers.Normalization) and layer.input_mean is not None:
                return False
            if isinstance(layer, layers.TextVectorization) and layer.get_config().get("vocabulary"):
                return False
            return hasattr(layer, "adapt")

        return [name for name in self.features if learns(self.preprocessors[name])]

    def adapt(self, dataset: Any) -> None:
        """Learn vocabularies, means and bins from a dict of columns, or from batches or rows that are such
        dicts (a ``DataLoader``, a list).
        """
        columns = _columns(dataset)
        for name in self._adaptable():
            values = columns[name]
            self.preprocessors[name].adapt(values[:, None] if values.ndim == 1 else values)
        self._is_adapted = True
        self.get_encoded_features()
        self.built = True

    def _check_adapted(self) -> None:
        if not self._is_adapted:
            if self._adaptable():
                raise EngineError(
                    "You need to call `.adapt(dataset)` on the FeatureSpace before you can start using it.",
                    code="not_adapted",
                )
            self._is_adapted = True

    def get_inputs(self) -> dict[str, Any]:
        """Return an Input of a functional model for each column."""
        self.get_encoded_features()
        return self.inputs

    def get_encoded_features(self) -> Any:
        """Return what comes out for those Inputs."""
        self._check_adapted()
        if self.encoded_features is None:
            self.encoded_features = self._encoded(self.inputs)
            self.built = True
        return self.encoded_features

    # -- encoding ----------------------------------------------------------------------------------

    def __call__(self, data: Any) -> Any:
        """Return the encoded columns of a dict of columns, or of the values of one row."""
        self.get_encoded_features()
        if not isinstance(data, Mapping):
            raise ParamError(
                f"A FeatureSpace can only be called with a dict. Received: data={data!r} (of type "
                f"{type(data).__name__})",
                code="param",
                param="data",
            )
        given = {name: _values(value) for name, value in data.items()}
        lone = any(value.ndim == 0 for value in given.values())
        rows = {name: _column(value) for name, value in given.items()}
        encoded = self._encoded(rows)
        if not lone:
            return encoded
        if isinstance(encoded, dict):
            return {name: value[0] for name, value in encoded.items()}
        return encoded[0]

    def _encoded(self, columns: Mapping[str, Any]) -> Any:
        found = {name: self.preprocessors[name](columns[name]) for name in columns if name in self.features}
        crossed = {
            cross.name: self.crossers[cross.name]([found[name] for name in cross.feature_names])
            for cross in self.crosses
        }
        modes = {name: self.features[name].output_mode for name in found}
        modes |= {cross.name: cross.output_mode for cross in self.crosses}
        made = {
            name: self._one_hot(name, value) if modes[name] == "one_hot" else value
            for name, value in [*sorted(found.items()), *sorted(crossed.items())]
        }
        if self.output_mode == "dict":
            return made
        for name, value in made.items():
            kind = str(value.dtype).removeprefix("torch.")
            if "int" in kind or kind == "string":
                raise EngineError(
                    f"Cannot concatenate features because feature '{name}' has not been encoded (it has "
                    f"dtype {kind}). Consider using `output_mode='dict'`.",
                    code="dtype",
                )
        parts = list(made.values())
        if isinstance(parts[0], KerasTensor):
            return layers.Concatenate(axis=-1)(parts) if len(parts) > 1 else parts[0]
        return torch.cat(parts, dim=-1)

    def _one_hot(self, name: str, value: Any) -> Any:
        if name not in self.one_hot_encoders:
            self.one_hot_encoders[name] = layers.CategoryEncoding(
                num_tokens=self._places(name, value), output_mode="multi_hot"
            )
        return self.one_hot_encoders[name](value)

    def _places(self, name: str, value: Any) -> int:
        """Return how many categories a column has."""
        kind = str(value.dtype).removeprefix("torch.")
        layer: Any = self.preprocessors.get(name) or self.crossers.get(name)
        if "int" not in kind:
            raise EngineError(
                f"Feature '{name}' has `output_mode='one_hot'`. Thus its preprocessor should return an "
                f"integer dtype. Instead it returns a {kind} dtype.",
                code="dtype",
            )
        if hasattr(layer, "vocabulary_size"):
            return int(layer.vocabulary_size())
        for word in ("num_tokens", "num_bins"):
            if getattr(layer, word, None):
                return int(getattr(layer, word))
        if isinstance(layer, layers.Discretization) and layer.bin_boundaries:
            return len(layer.bin_boundaries) + 1
        raise EngineError(
            f"Feature '{name}' has `output_mode='one_hot'`. However it isn't a standard feature and the "
            "dimensionality of its output space is not known, thus it cannot be one-hot encoded. Try using "
            "`output_mode='int'`.",
            code="param",
        )

    # -- saving ------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Return the arguments, features and crosses as configs."""
        return {
            "features": serialize_keras_object(self.features),
            "output_mode": self.output_mode,
            "crosses": serialize_keras_object(self.crosses),
            "crossing_dim": self.crossing_dim,
            "hashing_dim": self.hashing_dim,
            "num_discretization_bins": self.num_discretization_bins,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return the space that ``get_config`` described."""
        return cls(**config)

    def get_build_config(self) -> dict[str, Any]:
        """Return the shapes that the layers of the columns were built for."""
        return {name: layer.get_build_config() for name, layer in self.preprocessors.items()}

    def build_from_config(self, config: dict[str, Any] | None) -> None:
        """Build the layers of the columns as ``get_build_config`` told."""
        for name, shapes in (config or {}).items():
            layer = self.preprocessors[name]
            if shapes and not layer.built:
                layer.build_from_config(shapes)
        self._is_adapted = True

    def save(self, filepath: Any) -> None:
        """Write all to a ``.keras`` file, which ``saving.load_model`` reads."""
        from engine.saving.archive import save_model

        save_model(self, filepath)


def _values(value: Any) -> Any:
    """Return what came as a tensor, texts as an array."""
    if isinstance(value, torch.Tensor):
        return value
    array = np.asarray(value)
    return array if array.dtype.kind in "OUS" else convert_to_tensor(value)


def _column(value: Any) -> Any:
    if value.ndim == 0:
        return value.reshape(1, 1)
    return value[:, None] if value.ndim == 1 else value


def _columns(dataset: Any) -> dict[str, np.ndarray[Any, Any]]:
    """Return the columns of a table as arrays."""
    if isinstance(dataset, Mapping):
        return {name: np.asarray(value) for name, value in dataset.items()}
    parts: list[Mapping[str, Any]] = []
    if hasattr(dataset, "__iter__") and not isinstance(dataset, (str, bytes)):
        parts = list(dataset)
    if not parts or not all(isinstance(part, Mapping) for part in parts):
        raise ParamError(
            "`adapt()` can only be called on a dict of arrays/lists, or on batches of such dicts. "
            f"Received instead: {dataset!r} (of type {type(dataset).__name__})",
            code="param",
            param="dataset",
        )
    return {name: np.concatenate([np.atleast_1d(part[name]) for part in parts]) for name in parts[0]}
