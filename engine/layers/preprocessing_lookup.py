"""IndexLookup: from a word to its number in a vocabulary, and back."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from engine import config as settings
from engine.errors import EngineError, ParamError
from engine.layers.preprocessing_hash import bins_of
from engine.layers.preprocessing_hashing import checked_salt
from engine.layers.preprocessing_values import (
    Values,
    as_texts,
    check_mode,
    encoded,
    encoded_shape,
    to_tensor,
    values_of,
)
from engine.layers.preprocessing_vocabulary import _Vocabulary, listed
from engine.params import Anything, Flag
from engine.spec import Shape

_MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")
_DROPPED = int(np.iinfo(np.int64).max)


class IndexLookup(_Vocabulary):
    """Turns each word, or each whole number, into its place in a vocabulary, or a place into its word.

    The base of ``StringLookup`` and ``IntegerLookup``.  Places are: the mask (with ``output_mode="int"``),
    then the places for what is not in the vocabulary, then the words, the most frequent first.
    Keras: ``IndexLookup``.

    Args:
        max_tokens: How many places there are at most, those for masks and unknown words among them.
        num_oov_indices: How many places share the words that are not in the vocabulary.
        mask_token: The word that stands for nothing; it has place 0.
        oov_token: The word for a place of unknown ones, on the way back.
        vocabulary_dtype: "string" or "int64".
        vocabulary: The words in their order, or a text file with one on each line.
        idf_weights: How much each word counts for "tf_idf": the rarer, the more.
        invert: Whether places are turned into words.
        output_mode: "int" gives places, "one_hot" a row for each, "multi_hot", "count" and "tf_idf" one for
            each sample.
        sparse: Only False: torch has no sparse outputs.
        pad_to_max_tokens: Whether rows have ``max_tokens`` numbers, also where there are fewer words.
        oov_method: How unknown whole numbers share their places: "floormod" or "farmhash".
        salt: One or two whole numbers that make the hash another.
    """

    in_palette: ClassVar[bool] = False

    def __init__(
        self,
        max_tokens: Anything | None,
        num_oov_indices: Anything,
        mask_token: Anything | None,
        oov_token: Anything | None,
        vocabulary_dtype: Anything,
        vocabulary: Anything = None,
        idf_weights: Anything = None,
        invert: Flag = False,
        output_mode: Anything = "int",
        sparse: Flag = False,
        pad_to_max_tokens: Flag = False,
        oov_method: Anything = "floormod",
        salt: Anything = None,
        **kwargs: Any,
    ) -> None:
        owner = type(self).__name__
        size = kwargs.pop("vocabulary_size", None)
        fixed = kwargs.pop("has_input_vocabulary", vocabulary is not None)
        unknown = {key: value for key, value in kwargs.items() if key not in ("name", "trainable", "dtype")}
        if unknown:
            raise ParamError(
                f"{owner}: Unrecognized keyword argument(s): {unknown}",
                code="unknown_param",
                owner=owner,
                param=next(iter(unknown)),
            )
        output_mode = check_mode(owner, output_mode, _MODES, False)

        def refuse(problem: str, **got: Any) -> None:
            received = ", ".join(f"{name}={value!r}" for name, value in got.items())
            raise ParamError(
                f"{owner}: {problem} Received: {received}", code="param", owner=owner, param=next(iter(got))
            )

        if max_tokens is not None and max_tokens <= 1:
            refuse("If set, `max_tokens` must be greater than 1.", max_tokens=max_tokens)
        if pad_to_max_tokens and max_tokens is None:
            refuse("If pad_to_max_tokens is True, must set `max_tokens`.", max_tokens=max_tokens)
        if num_oov_indices < 0:
            refuse("`num_oov_indices` must be greater than or equal to 0.", num_oov_indices=num_oov_indices)
        if oov_method not in ("floormod", "farmhash"):
            refuse("`oov_method` is 'floormod' or 'farmhash'.", oov_method=oov_method)
        if salt is not None and vocabulary_dtype != "string" and oov_method != "farmhash":
            refuse("`salt` can only be used when `oov_method='farmhash'`.", oov_method=oov_method)
        if invert and output_mode != "int":
            refuse("`output_mode` must be `'int'` when `invert` is true.", output_mode=output_mode)
        if sparse:
            refuse(
                "`sparse` may only be true if `output_mode` is `'one_hot'`, `'multi_hot'`, `'count'` or "
                "`'tf_idf'`, and torch has no sparse outputs at all.",
                sparse=sparse,
                output_mode=output_mode,
            )
        if idf_weights is not None and output_mode != "tf_idf":
            refuse(
                "`idf_weights` should only be set if `output_mode` is `'tf_idf'`.", idf_weights=idf_weights
            )
        if vocabulary is not None and output_mode == "tf_idf" and idf_weights is None:
            refuse(
                "output_mode='tf_idf' weighs each word, so that a given vocabulary comes with `idf_weights`, "
                "one number for each word.",
                idf_weights=None,
            )
        super().__init__(**kwargs)
        self.max_tokens = max_tokens
        self.num_oov_indices = num_oov_indices
        self.mask_token = mask_token
        self.oov_token = oov_token
        self.vocabulary_dtype = vocabulary_dtype
        self.invert = invert
        self.output_mode = output_mode
        self.sparse = sparse
        self.pad_to_max_tokens = pad_to_max_tokens
        self.oov_method = oov_method
        self.salt = checked_salt(owner, salt)
        self.input_vocabulary = None if isinstance(vocabulary, str) else listed(vocabulary)
        self.input_idf_weights = listed(idf_weights)
        self._start_vocabulary(size, fixed)
        self.built = True
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)

    # -- looking up --------------------------------------------------------------------------------

    def _depth(self) -> int | None:
        return self.max_tokens if self.pad_to_max_tokens else self._frozen_size

    def call(self, inputs: Any) -> Any:
        """Return the places of the words, encoded, or the words of the places where ``invert``."""
        values = values_of(inputs)
        if self.invert:
            return self._words_at(values, inputs)
        if self._depth() is None and self.output_mode != "int":
            raise RuntimeError(
                f"When using `output_mode={self.output_mode}` and no words, the width of a row is not known: "
                f"you must set the layer's vocabulary, or call adapt() of '{self.name}' on some texts."
            )
        return self.encode(to_tensor(self.places(values), inputs))

    def places(self, values: Values) -> Values:
        """Return the place of each word; where masks do not count, they get one beyond all."""
        table = self._tables.get("places")
        if table is None:
            start = self._token_start()
            table = self._tables["places"] = {word: start + at for at, word in enumerate(self._words)}
        flat = values.ravel().tolist()
        made = np.asarray([table.get(word, -1) for word in flat], dtype=np.int64)
        masked = np.zeros(len(flat), dtype=bool)
        if self.mask_token is not None:
            masked = np.asarray([word == self.mask_token for word in flat], dtype=bool)
            made[masked] = 0 if self.output_mode == "int" else _DROPPED
        unknown = (made == -1) & ~masked
        if unknown.any():
            made[unknown] = self._unknown_places(values.ravel()[unknown])
        return made.reshape(values.shape)

    def _unknown_places(self, words: Values) -> Any:
        count = int(self.num_oov_indices)
        if count == 0:
            raise ParamError(
                f"Layer '{self.name}': With `num_oov_indices=0` every word should be in vocabulary: "
                f"there is no place for {words[:10].tolist()}. Make room by num_oov_indices=1.",
                code="param",
                owner=type(self).__name__,
                param="num_oov_indices",
            )
        if count == 1:
            return self._oov_start()
        if words.dtype.kind in "iu" and self.oov_method != "farmhash":
            return self._oov_start() + words % count
        salt = None if self.salt is None else (self.salt[0], self.salt[1])
        return self._oov_start() + bins_of(as_texts(words), count, salt)

    def encode(self, places: Tensor) -> Tensor:
        """Return places as ``output_mode`` says."""
        mode = "count" if self.output_mode == "tf_idf" else self.output_mode
        kind = torch.int64 if mode == "int" else getattr(torch, settings.floatx())
        made = encoded(places, mode, self._depth() or 0, kind)
        if self.output_mode != "tf_idf":
            return made
        if self.idf_weights is None:
            raise EngineError(
                "When `output_mode` is `'tf_idf'`, `idf_weights` must be provided.", code="param"
            )
        return made * to_tensor(self.idf_weights, made)

    def _words_at(self, places: Values, inputs: Any) -> Any:
        words = self.get_vocabulary()
        inside = (places >= self._token_start()) & (places < len(words))
        flat = [
            words[place] if known else self.oov_token
            for place, known in zip(places.flat, inside.flat, strict=True)
        ]
        if self.mask_token is not None:
            flat = [
                self.mask_token if place == 0 else word for place, word in zip(places.flat, flat, strict=True)
            ]
        if self.vocabulary_dtype == "string":
            return np.asarray(flat, dtype=object).reshape(places.shape)
        return to_tensor(np.asarray(flat, dtype=np.int64).reshape(places.shape), inputs)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the input's shape, with the places on an axis of their own unless ``output_mode="int"``."""
        shape = tuple(input_shape)
        mode = "multi_hot" if self.output_mode == "tf_idf" else self.output_mode
        return encoded_shape(shape, mode, self._depth())

    def compute_output_dtype(self, *dtypes: str) -> str:
        """Return the type of places, or of rows for other modes."""
        return "int64" if self.output_mode == "int" else settings.floatx()

    # -- config ------------------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; a vocabulary from a file lies beside the config, not in it."""
        config = super().get_config()
        return config | {
            "vocabulary": self.input_vocabulary,
            "idf_weights": self.input_idf_weights,
            "vocabulary_size": self._frozen_size,
            "oov_method": self.oov_method,
        }
