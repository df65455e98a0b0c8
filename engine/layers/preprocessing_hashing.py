"""Layers that sort categories into a fixed number of bins by their hash, without learning a vocabulary."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import torch

from engine import config as settings
from engine.errors import ParamError, ShapeError
from engine.layers.preprocessing_hash import CROSS_KEY, bins_of, fingerprint64, join_fingerprints
from engine.layers.preprocessing_values import (
    Values,
    _OnValues,
    as_texts,
    check_mode,
    encoded,
    encoded_shape,
    is_text,
    to_tensor,
    values_of,
)
from engine.params import Anything, Flag
from engine.spec import Shape

_MODES = ("int", "one_hot", "multi_hot", "count")


def checked_salt(owner: str, salt: Any) -> list[int] | None:
    """Return a salt as a list of two whole numbers, or ``None``; raises ``ParamError`` for anything else."""
    if salt is None:
        return None
    if isinstance(salt, int) and not isinstance(salt, bool):
        return [salt, salt]
    if isinstance(salt, (tuple, list)) and len(salt) == 2:
        return list(salt)
    raise ParamError(
        f"The `salt` argument for `{owner}` can only be a tuple of size 2 integers, or a single integer. "
        f"Received: salt={salt!r}",
        code="param",
        owner=owner,
        param="salt",
        got=salt,
    )


class Hashing(_OnValues):
    """Sorts texts or whole numbers into a fixed number of bins by their hash: no vocabulary, some collisions.

    Input of any shape; output of the same shape with bins from 0 to ``num_bins - 1``, or encoded as
    ``output_mode`` says.  The numbers are those of Keras: FarmHash64, or SipHash64 with a salt.
    Keras: ``keras.layers.Hashing``.

    Args:
        num_bins: How many bins there are, the one for masked values among them.
        mask_value: A value that goes to bin 0, which nothing else then enters.
        salt: One or two whole numbers that make the hash another, hard to guess.
        output_mode: "int" gives the bin, "one_hot" a row of zeros and a one for each value, "multi_hot" and
            "count" a row for each sample.
        sparse: Only False: torch has no sparse outputs.
    """

    in_palette: ClassVar[bool] = False

    def __init__(
        self,
        num_bins: Anything | None,
        mask_value: Anything = None,
        salt: Anything = None,
        output_mode: Anything = "int",
        sparse: Flag = False,
        **kwargs: Any,
    ) -> None:
        output_mode = check_mode("Hashing", output_mode, _MODES, sparse)
        if kwargs.get("dtype") is None:
            kwargs["dtype"] = "int64" if output_mode == "int" else settings.floatx()
        super().__init__(**kwargs)
        if not isinstance(num_bins, int) or num_bins <= 0:
            raise ParamError(
                "The `num_bins` for `Hashing` cannot be `None` or non-positive values: it is a whole number "
                f"of at least 1. Received: num_bins={num_bins!r}",
                code="param",
                owner="Hashing",
                param="num_bins",
                got=num_bins,
            )
        if output_mode == "int" and self.compute_dtype not in ("int32", "int64"):
            raise ParamError(
                'When `output_mode="int"`, `dtype` should be an integer type, "int32" or "int64". '
                f"Received: dtype={self.compute_dtype}",
                code="param",
                owner="Hashing",
                param="dtype",
                got=self.compute_dtype,
            )
        self.num_bins = num_bins
        self.mask_value = mask_value
        self.salt = checked_salt("Hashing", salt)
        self.output_mode = output_mode
        self.sparse = sparse

    def call(self, inputs: Any) -> Any:
        """Return the bins of the values, encoded."""
        values = values_of(inputs)
        bins = self.num_bins
        masked = None
        if self.mask_value is not None and bins > 1:
            bins -= 1
            masked = values == self.mask_value
        salt = None if self.salt is None else (self.salt[0], self.salt[1])
        places = bins_of(as_texts(values), bins, salt)
        if masked is not None:
            places = np.where(masked, 0, places + 1)
        kind = getattr(torch, self.compute_dtype)
        return encoded(to_tensor(places, inputs), self.output_mode, self.num_bins, kind)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the input's shape, with the bins on an axis of their own unless ``output_mode="int"``."""
        return encoded_shape(tuple(input_shape), self.output_mode, self.num_bins)


class HashedCrossing(_OnValues):
    """Joins two or more features and sorts each combination into a bin by its hash.

    Input: a list of features, texts or whole numbers, of shape (batch,) or (batch, 1).  The numbers are those
    of Keras.  Keras: ``keras.layers.HashedCrossing``.

    Args:
        num_bins: How many bins there are.
        output_mode: "int" gives the bin, "one_hot" a row of zeros and a one.
        sparse: Only False: torch has no sparse outputs.
    """

    variadic: ClassVar[bool] = True
    in_palette: ClassVar[bool] = False

    def __init__(
        self, num_bins: Anything | None, output_mode: Anything = "int", sparse: Flag = False, **kwargs: Any
    ) -> None:
        output_mode = check_mode("HashedCrossing", output_mode, ("int", "one_hot"), sparse)
        if kwargs.get("dtype") is None and output_mode == "int":
            kwargs["dtype"] = "int64"
        super().__init__(**kwargs)
        if not isinstance(num_bins, int) or num_bins <= 0:
            raise ParamError(
                "HashedCrossing: `num_bins` is a whole number of at least 1. "
                f"Received: num_bins={num_bins!r}",
                code="param",
                owner="HashedCrossing",
                param="num_bins",
                got=num_bins,
            )
        self.num_bins = num_bins
        self.output_mode = output_mode
        self.sparse = sparse

    def call(self, inputs: Any) -> Any:
        """Return the bin of each combination, encoded; raises ``ParamError`` and ``ShapeError``."""
        if not isinstance(inputs, (list, tuple)):
            raise self._refused("should be called on a list or tuple of inputs", inputs)
        if len(inputs) < 2:
            raise self._refused("should be called on at least two inputs", inputs)
        features = [values_of(one) for one in inputs]
        self._check_shapes([one.shape for one in features])
        if any(one.dtype.kind not in "iubO" for one in features):
            raise self._refused(
                "takes texts or whole numbers: its inputs should have an integer or string dtype",
                inputs,
            )
        columns = [self._fingerprints(one) for one in features]
        made = []
        for row in zip(*columns, strict=True):
            joined = CROSS_KEY
            for value in row:
                joined = join_fingerprints(joined, value)
            made.append(joined % self.num_bins)
        places = to_tensor(np.asarray(made, dtype=np.int64).reshape(features[0].shape), inputs[0])
        return encoded(places, self.output_mode, self.num_bins, getattr(torch, self.compute_dtype))

    @staticmethod
    def _fingerprints(values: Values) -> list[int]:
        flat = values.ravel().tolist()
        if not is_text(values):
            return [int(value) & 0xFFFFFFFFFFFFFFFF for value in flat]
        known = {text: fingerprint64(text.encode()) for text in set(flat)}
        return [known[text] for text in flat]

    def _refused(self, why: str, inputs: Any) -> ParamError:
        return ParamError(
            f"`HashedCrossing` {why}. Received: inputs={inputs!r}",
            code="param",
            owner="HashedCrossing",
            param="inputs",
        )

    def _check_shapes(self, shapes: list[Any]) -> None:
        first = tuple(shapes[0])
        if len(first) > 2 or (len(first) == 2 and first[-1] != 1):
            raise ShapeError(
                "All `HashedCrossing` inputs should have shape `()`, `(batch_size)` or `(batch_size, 1)`. "
                f"Received: {shapes}",
                code="max_rank",
                layer=self.name,
                expected=2,
                got=len(first),
                shape=first,
            )
        if any(tuple(shape) != first for shape in shapes):
            raise ShapeError(
                f"All `HashedCrossing` inputs should have equal shape. Received: {shapes}",
                code="merge_shapes",
                layer=self.name,
                shapes=tuple(shapes),
            )

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape of the features, with the bins on an axis of their own for "one_hot"."""
        shapes = [tuple(shape) for shape in input_shape if isinstance(shape, (tuple, list))]
        if len(shapes) < 2 or len(shapes) != len(input_shape):
            raise ShapeError(
                f"Layer '{self.name}' crosses features with one another: it takes a list of two or more. "
                f"Received: input_shape={input_shape}",
                code="input_count",
                layer=self.name,
                expected=2,
                got=len(shapes),
            )
        if len({shape[-1:] for shape in shapes}) > 1:
            raise ShapeError(
                f"Layer '{self.name}' crosses features row by row, which are of one shape. "
                f"Received: input_shape={input_shape}",
                code="merge_shapes",
                layer=self.name,
                shapes=tuple(shapes),
            )
        return encoded_shape(shapes[0], self.output_mode, self.num_bins)
