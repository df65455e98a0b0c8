"""StringLookup and IntegerLookup: vocabularies of words and of whole numbers."""

from __future__ import annotations

from typing import Any

from engine.errors import ParamError
from engine.layers.preprocessing_lookup import IndexLookup
from engine.params import Anything, Flag


class StringLookup(IndexLookup):
    """Turns each word into its place in a vocabulary, or a place into its word.

    Input: texts in an array or a list of any shape; output whole numbers of that shape, or encoded as
    ``output_mode`` says.  The vocabulary is given or learned by adapt(), the most frequent word first.
    Texts are no tensors: it stands before a model, not in it.  Keras: ``keras.layers.StringLookup``.

    Args:
        max_tokens: How many places there are at most, those for masks and unknown words among them.
        num_oov_indices: How many places share the words that are not in the vocabulary.
        mask_token: The word that stands for nothing; it has place 0.
        oov_token: The word for a place of unknown ones, on the way back.
        vocabulary: The words in their order, or a text file with one on each line.
        idf_weights: How much each word counts for "tf_idf": the rarer, the more.
        invert: Whether places are turned into words.
        output_mode: "int" gives places, "one_hot" a row for each, "multi_hot", "count" and "tf_idf" one for
            each sample.
        pad_to_max_tokens: Whether rows have ``max_tokens`` numbers, also where there are fewer words.
        sparse: Only False: torch has no sparse outputs.
        encoding: How bytes stand for letters.
        salt: One or two whole numbers that make the hash of unknown words another.
    """

    def __init__(
        self,
        max_tokens: Anything = None,
        num_oov_indices: Anything = 1,
        mask_token: Anything = None,
        oov_token: Anything = "[UNK]",
        vocabulary: Anything = None,
        idf_weights: Anything = None,
        invert: Flag = False,
        output_mode: Anything = "int",
        pad_to_max_tokens: Flag = False,
        sparse: Flag = False,
        encoding: str = "utf-8",
        salt: Anything = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            oov_token=oov_token,
            vocabulary_dtype="string",
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            sparse=sparse,
            pad_to_max_tokens=pad_to_max_tokens,
            salt=salt,
            **kwargs,
        )
        self.encoding = encoding

    def call(self, inputs: Any) -> Any:
        """Return the places of the words, encoded, or a list of the words of the places where ``invert``."""
        found = super().call(inputs)
        return found.tolist() if self.invert else found


class IntegerLookup(IndexLookup):
    """Turns each whole number into its place in a vocabulary of numbers, or a place into its number.

    Input: whole numbers of any shape; output places of that shape, or encoded as ``output_mode`` says.  The
    vocabulary is given or learned by adapt(), the most frequent number first.
    Keras: ``keras.layers.IntegerLookup``.

    Args:
        max_tokens: How many places there are at most, those for masks and unknown numbers among them.
        num_oov_indices: How many places share the numbers that are not in the vocabulary.
        mask_token: The number that stands for nothing; it has place 0.
        oov_token: The number for a place of unknown ones, on the way back.
        vocabulary: The numbers in their order, or a text file with one on each line.
        vocabulary_dtype: Only "int64".
        idf_weights: How much each number counts for "tf_idf": the rarer, the more.
        invert: Whether places are turned into numbers.
        output_mode: "int" gives places, "one_hot" a row for each, "multi_hot", "count" and "tf_idf" one for
            each sample.
        sparse: Only False: torch has no sparse outputs.
        pad_to_max_tokens: Whether rows have ``max_tokens`` numbers, also where there are fewer words.
        oov_method: How unknown numbers share their places: "floormod" or "farmhash".
        salt: One or two whole numbers that make the hash another.
    """

    def __init__(
        self,
        max_tokens: Anything = None,
        num_oov_indices: Anything = 1,
        mask_token: Anything = None,
        oov_token: Anything = -1,
        vocabulary: Anything = None,
        vocabulary_dtype: Anything = "int64",
        idf_weights: Anything = None,
        invert: Flag = False,
        output_mode: Anything = "int",
        sparse: Flag = False,
        pad_to_max_tokens: Flag = False,
        oov_method: Anything = "floormod",
        salt: Anything = None,
        **kwargs: Any,
    ) -> None:
        if vocabulary_dtype != "int64":
            raise ParamError(
                "Only `vocabulary_dtype='int64'` is supported at this time. "
                f"Received: vocabulary_dtype={vocabulary_dtype}",
                code="param",
                owner="IntegerLookup",
                param="vocabulary_dtype",
                got=vocabulary_dtype,
            )
        super().__init__(
            max_tokens=max_tokens,
            num_oov_indices=num_oov_indices,
            mask_token=mask_token,
            oov_token=oov_token,
            vocabulary_dtype=vocabulary_dtype,
            vocabulary=vocabulary,
            idf_weights=idf_weights,
            invert=invert,
            output_mode=output_mode,
            sparse=sparse,
            pad_to_max_tokens=pad_to_max_tokens,
            oov_method=oov_method,
            salt=salt,
            **kwargs,
        )
