"""TextVectorization: from texts to the numbers of their words."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from torch import Tensor

from engine import config as settings
from engine.errors import ParamError
from engine.layers.preprocessing_lookup import _DROPPED
from engine.layers.preprocessing_lookup_layers import StringLookup
from engine.layers.preprocessing_values import (
    Values,
    _OnValues,
    adapt_to_words,
    check_mode,
    to_tensor,
    values_of,
)
from engine.params import Anything, Flag
from engine.spec import Shape

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)
_WORD = re.compile(r"[^ \t\n\v\f\r]+")
_STANDARDS = ("lower_and_strip_punctuation", "lower", "strip_punctuation")


class TextVectorization(_OnValues):
    """Turns texts into rows of numbers, one for each word: lower case, split, looked up in a vocabulary.

    Input (batch,) or (batch, 1) of texts, in an array or a list; output (batch, words) of whole numbers,
    filled up with 0, or with other output modes (batch, vocabulary).  The vocabulary is given or learned by
    adapt(), the most frequent word first.  Texts are no tensors: it stands before a model, not in it.
    Keras: ``keras.layers.TextVectorization``.

    Args:
        max_tokens: How many words the vocabulary has at most, the empty and the unknown one among them.
        standardize: What is done to a text first: "lower_and_strip_punctuation", "lower",
            "strip_punctuation", None, or a function of an array of texts.
        split: How a text is taken apart: "whitespace", "character", None, or a function of an array of texts.
        ngrams: Up to how many neighbours are joined to a word of their own, or which numbers of them.
        output_mode: "int" gives the numbers of the words, "multi_hot", "count" and "tf_idf" a row for each
            text.
        output_sequence_length: To how many words each text is cut or filled up.
        pad_to_max_tokens: Whether rows have ``max_tokens`` numbers, also where there are fewer words.
        vocabulary: The words in their order, or a text file with one on each line.
        idf_weights: How much each word counts for "tf_idf": the rarer, the more.
        sparse: Only False: torch has no sparse outputs.
        ragged: Only False: torch has no rows of different lengths.
        encoding: How bytes stand for letters.
    """

    in_palette: ClassVar[bool] = False

    def __init__(
        self,
        max_tokens: Anything = None,
        standardize: Anything | None = "lower_and_strip_punctuation",
        split: Anything | None = "whitespace",
        ngrams: Anything = None,
        output_mode: Anything = "int",
        output_sequence_length: Anything = None,
        pad_to_max_tokens: Flag = False,
        vocabulary: Anything = None,
        idf_weights: Anything = None,
        sparse: Flag = False,
        ragged: Flag = False,
        encoding: str = "utf-8",
        **kwargs: Any,
    ) -> None:
        fixed = kwargs.pop("has_input_vocabulary", vocabulary is not None)
        size = kwargs.pop("vocabulary_size", None)
        super().__init__(**kwargs)
        modes = ("int", "one_hot", "multi_hot", "count", "tf_idf")
        output_mode = check_mode("TextVectorization", output_mode, modes, sparse)
        if not (standardize is None or callable(standardize) or standardize in _STANDARDS):
            raise _bad("standardize", standardize, f"None, a function or one of {_STANDARDS}")
        if not (split is None or callable(split) or split in ("whitespace", "character")):
            raise _bad("split", split, "None, a function, 'whitespace' or 'character'")
        ngrams = tuple(ngrams) if isinstance(ngrams, list) else ngrams
        widths = ngrams if isinstance(ngrams, tuple) else () if ngrams is None else (ngrams,)
        if not all(isinstance(width, int) for width in widths):
            raise _bad("ngrams", ngrams, "None, an integer, or a tuple of integers")
        length = output_sequence_length
        if output_mode == "int" and not (length is None or isinstance(length, int)):
            raise _bad("output_sequence_length", length, "None or an integer when `output_mode` is 'int'")
        if output_mode != "int" and length is not None:
            raise ParamError(
                "`output_sequence_length` must not be set if `output_mode` is not 'int'. Received: "
                f"output_sequence_length={length}",
                code="param",
                owner="TextVectorization",
                param="output_sequence_length",
                got=length,
            )
        if ragged:
            raise _bad("ragged", ragged, "False: `ragged=True` cannot be used with torch")
        self.max_tokens = max_tokens
        self.standardize = standardize
        self.split = split
        self.ngrams = ngrams
        self.output_mode = output_mode
        self.output_sequence_length = length
        self.pad_to_max_tokens = pad_to_max_tokens
        self.sparse, self.ragged, self.encoding = sparse, ragged, encoding
        self._widths = tuple(range(1, ngrams + 1)) if isinstance(ngrams, int) else ngrams
        self._lookup_layer = StringLookup(
            max_tokens=max_tokens,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            pad_to_max_tokens=pad_to_max_tokens,
            mask_token="",
            output_mode=output_mode,
            has_input_vocabulary=fixed,
            encoding=encoding,
            vocabulary_size=size,
        )
        self.built = True

    # -- learning ----------------------------------------------------------------------------------

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Learn the words of texts in an array or in batches, forgetting those from before."""
        adapt_to_words(self, data, steps)

    def update_state(self, data: Any) -> None:
        """Count the words of a batch of texts."""
        self._lookup_layer.count_documents(self._tokens(values_of(data)))

    def finalize_state(self) -> None:
        """Make the vocabulary of what was counted."""
        self._lookup_layer.finalize_state()

    def reset_state(self) -> None:
        """Forget what was counted."""
        self._lookup_layer.reset_state()

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """Return the words in the order of their numbers, the empty and the unknown one first or left out."""
        return self._lookup_layer.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> int:
        """Return how many words there are, the special ones among them."""
        return self._lookup_layer.vocabulary_size()

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Set the words (a list, an array, a text file) and how much each counts; raises ``ParamError``."""
        self._lookup_layer.set_vocabulary(vocabulary, idf_weights)

    # -- from texts to words -----------------------------------------------------------------------

    def _standardized(self, texts: Values) -> Values:
        if callable(self.standardize):
            return values_of(self.standardize(np.asarray(texts.tolist(), dtype=np.str_).reshape(texts.shape)))
        if self.standardize is None:
            return texts
        flat = texts.ravel().tolist()
        if "lower" in self.standardize:
            flat = [text.translate(_LOWER) for text in flat]
        if "strip" in self.standardize:
            flat = [text.translate(_NO_PUNCTUATION) for text in flat]
        return np.asarray(flat, dtype=object).reshape(texts.shape)

    def _tokens(self, texts: Values) -> list[list[str]]:
        """Return the words of each text; raises ``ParamError`` for tables of texts."""
        texts = self._standardized(texts)
        rows: Sequence[Sequence[str]]
        if self.split is None:
            rows = [[text] for text in texts.tolist()] if texts.ndim == 1 else texts.tolist()
            rows = [[texts.item()]] if texts.ndim == 0 else rows
        else:
            if texts.ndim > 1 and texts.shape[-1] != 1:
                raise ParamError(
                    "TextVectorization cuts one text per row into words. Expected: shape (batch,), or the "
                    f"last shape dimension must be 1. Received: inputs.shape={texts.shape}",
                    code="param",
                    owner="TextVectorization",
                )
            flat = texts.ravel().tolist()
            if self.split == "whitespace":
                rows = [_WORD.findall(text) for text in flat]
            elif self.split == "character":
                rows = [list(text) for text in flat]
            else:
                rows = [[str(word) for word in row] for row in self.split(np.asarray(flat, dtype=np.str_))]
        if self._widths is None:
            return [list(row) for row in rows]
        return [
            [" ".join(row[at : at + width]) for width in self._widths for at in range(len(row) - width + 1)]
            for row in rows
        ]

    def call(self, inputs: Any) -> Tensor:
        """Return the numbers of the words of each text, or a row for each text."""
        texts = values_of(inputs)
        rows = self._tokens(texts)
        lookup = self._lookup_layer
        length = max((len(row) for row in rows), default=0)
        if self.output_mode == "int" and self.output_sequence_length is not None:
            length = self.output_sequence_length
        places = np.full((len(rows), length), 0 if self.output_mode == "int" else _DROPPED, dtype=np.int64)
        words = np.asarray([word for row in rows for word in row], dtype=object)
        found, start = lookup.places(words), 0
        for number, row in enumerate(rows):
            kept = min(len(row), length)
            places[number, :kept] = found[start : start + kept]
            start += len(row)
        if (
            self.split is None
            and texts.ndim == 1
            and self.output_sequence_length is None
            and self._widths is None
        ):
            places = places[:, 0] if self.output_mode == "int" else places
        if texts.ndim == 0:
            places = places[0]
        made = to_tensor(places)
        return made if self.output_mode == "int" else lookup.encode(made)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return (batch, words), or (batch, vocabulary)."""
        shape = tuple(input_shape)
        if self.output_mode == "int":
            return (shape[0], self.output_sequence_length)
        if self.split is None:
            shape = (*shape, 1) if len(shape) <= 1 else shape
        else:
            shape = (*(shape[:-1] if len(shape) > 1 else shape), None)
        return self._lookup_layer.compute_output_shape(shape)

    def compute_output_dtype(self, *dtypes: str) -> str:
        """Return the type of numbers of words, or of rows for other modes."""
        return "int64" if self.output_mode == "int" else settings.floatx()

    # -- config and files --------------------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; a learned vocabulary lies beside the config, not in it."""
        config = super().get_config()
        return config | {
            "vocabulary": self._lookup_layer.input_vocabulary,
            "idf_weights": self._lookup_layer.input_idf_weights,
            "vocabulary_size": self.vocabulary_size(),
        }

    def get_build_config(self) -> dict[str, Any] | None:
        """Return nothing: there is nothing to build."""
        return None

    def save_own_variables(self, store: Any) -> None:
        """Put the weights of the words into ``store``."""
        self._lookup_layer.save_own_variables(store)

    def load_own_variables(self, store: Any) -> None:
        """Take the weights of the words from ``store``."""
        self._lookup_layer.load_own_variables(store)

    def save_assets(self, dir_path: Any) -> None:
        """Write the vocabulary to ``vocabulary.txt``."""
        self._lookup_layer.save_assets(dir_path)

    def load_assets(self, dir_path: Any) -> None:
        """Read the vocabulary from ``vocabulary.txt``."""
        self._lookup_layer.load_assets(dir_path)


def _bad(name: str, got: Any, expected: str) -> ParamError:
    return ParamError(
        f"TextVectorization: `{name}` must be {expected}. Received: {name}={got!r}",
        code="param",
        owner="TextVectorization",
        param=name,
        expected=expected,
        got=got,
    )
