"""The kinds of columns that a ``FeatureSpace`` knows."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Any

from engine import layers
from engine.errors import ParamError
from engine.naming import auto_name
from engine.serialization import deserialize_keras_object, serialize_keras_object

KINDS = (
    "float", "float_normalized", "float_rescaled", "float_discretized", "integer_categorical",
    "string_categorical", "integer_hashed", "string_hashed",
)  # fmt: skip
_MODES = ("int", "one_hot", "float")


def check_mode(output_mode: Any, modes: tuple[str, ...]) -> str:
    """Return the mode, if it is one of ``modes``; raises ``ParamError``."""
    if output_mode not in modes:
        raise ParamError(
            f"Invalid value for argument `output_mode`. Expected one of {set(modes)}. "
            f"Received: output_mode={output_mode}",
            code="param",
            param="output_mode",
            got=output_mode,
        )
    return str(output_mode)


class Cross:
    """Several columns taken as one: every pair (triple, ...) of their values is hashed to a place."""

    def __init__(self, feature_names: Any, crossing_dim: int, output_mode: str = "one_hot") -> None:
        self.feature_names = tuple(feature_names)
        self.crossing_dim = crossing_dim
        self.output_mode = check_mode(output_mode, ("int", "one_hot"))

    @property
    def name(self) -> str:
        """The names of the columns, joined."""
        return "_X_".join(self.feature_names)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        return {
            "feature_names": self.feature_names,
            "crossing_dim": self.crossing_dim,
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Cross:
        """Return the cross that ``get_config`` described."""
        return cls(**config)


class Feature:
    """One column: the type of what comes, the layer that encodes it, and in which form it goes on."""

    def __init__(self, dtype: str, preprocessor: Any, output_mode: str) -> None:
        self.dtype = dtype
        self.output_mode = check_mode(output_mode, _MODES)
        self.preprocessor: Any = (
            deserialize_keras_object(preprocessor) if isinstance(preprocessor, dict) else preprocessor
        )

    def get_config(self) -> dict[str, Any]:
        """Return the arguments, the layer as a config."""
        return {
            "dtype": self.dtype,
            "preprocessor": serialize_keras_object(self.preprocessor),
            "output_mode": self.output_mode,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Feature:
        """Return the feature that ``get_config`` described."""
        return cls(**config)


def _named(kind: str, name: str | None) -> str:
    return f"{name or auto_name(kind)}_preprocessor"


class FeatureKinds:
    """The kinds of columns as class methods; mixed into ``FeatureSpace``."""

    @classmethod
    def cross(cls, feature_names: Any, crossing_dim: int, output_mode: str = "one_hot") -> Cross:
        """Return columns taken as one, hashed to ``crossing_dim`` places."""
        return Cross(feature_names, crossing_dim, output_mode)

    @classmethod
    def feature(cls, dtype: str, preprocessor: Any, output_mode: str) -> Feature:
        """Return a column of type ``dtype`` that a layer of your own encodes."""
        return Feature(dtype, preprocessor, output_mode)

    @classmethod
    def float(cls, name: str | None = None) -> Feature:
        """Return a column of numbers that stay as they are."""
        return Feature("float32", layers.Identity(name=_named("float", name), dtype="float32"), "float")

    @classmethod
    def float_rescaled(
        cls, scale: builtins.float = 1.0, offset: builtins.float = 0.0, name: str | None = None
    ) -> Feature:
        """Return a column of numbers, times ``scale`` plus ``offset``."""
        layer = layers.Rescaling(scale, offset, name=_named("float_rescaled", name))
        return Feature("float32", layer, "float")

    @classmethod
    def float_normalized(cls, name: str | None = None) -> Feature:
        """Return a column of numbers, brought to mean 0 and variance 1."""
        layer = layers.Normalization(axis=-1, name=_named("float_normalized", name))
        return Feature("float32", layer, "float")

    @classmethod
    def float_discretized(
        cls, num_bins: int, bin_boundaries: Any = None, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """Return a column of numbers that go into bins."""
        words: dict[str, Any] = (
            {"bin_boundaries": bin_boundaries} if bin_boundaries else {"num_bins": num_bins}
        )
        layer = layers.Discretization(**words, name=_named("float_discretized", name))
        return Feature("float32", layer, output_mode)

    @classmethod
    def integer_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Return a column of whole numbers that stand for categories."""
        layer = layers.IntegerLookup(
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            name=_named("integer_categorical", name),
        )
        return Feature("int32", layer, output_mode)

    @classmethod
    def string_categorical(
        cls,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        output_mode: str = "one_hot",
        name: str | None = None,
    ) -> Feature:
        """Return a column of texts that stand for categories."""
        layer = layers.StringLookup(
            max_tokens=max_tokens, num_oov_indices=num_oov_indices, name=_named("string_categorical", name)
        )
        return Feature("string", layer, output_mode)

    @classmethod
    def string_hashed(cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None) -> Feature:
        """Return a column of texts, hashed to ``num_bins`` places."""
        return Feature("string", layers.Hashing(num_bins, name=_named("string_hashed", name)), output_mode)

    @classmethod
    def integer_hashed(cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None) -> Feature:
        """Return a column of whole numbers, hashed to ``num_bins`` places."""
        return Feature("int32", layers.Hashing(num_bins, name=_named("integer_hashed", name)), output_mode)
