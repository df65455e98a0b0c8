"""A layer's vocabulary: given as a list, an array or a file, or learned; kept in a file of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine import config as settings
from engine.errors import ParamError
from engine.layers.preprocessing_values import Values, _OnValues, adapt_to_words, values_of
from engine.serialization import in_safe_mode


def listed(given: Any) -> list[Any] | None:
    """Return an array, tensor or list as a list of Python's own values; ``None`` stays ``None``."""
    if given is None:
        return None
    if isinstance(given, (list, tuple)):
        given = [item.decode() if isinstance(item, bytes) else item for item in given]
        return [item.item() if isinstance(item, np.generic) else item for item in given]
    found: list[Any] = values_of(given).tolist()
    return found


def read_lines(path: str) -> list[str]:
    """Return the lines of a vocabulary's file; raises ``ParamError`` where there is none."""
    file = Path(path)
    if not file.is_file():
        raise ParamError(
            f"Vocabulary file {path} does not exist. Expected: a text file with one word on each line. "
            f"Received: vocabulary={path!r}",
            code="param",
            param="vocabulary",
            got=path,
        )
    return file.read_text(encoding="utf-8").removesuffix("\n").split("\n")


def found_specials(words: list[Any], specials: list[Any]) -> bool:
    """Return whether ``words`` begin with the words for masks and unknown ones."""
    return bool(specials) and words[: len(specials)] == specials


def with_idf_padding(weights: Values, front: int, room: int | None) -> Values:
    """Return weights with their mean for ``front`` special places, and zeros up to ``room`` places."""
    mean = weights.mean() if front and weights.size else 0.0
    back = max(room - front - len(weights), 0) if room is not None else 0
    padded = np.concatenate([np.full(front, mean), weights, np.zeros(back)])
    return padded.astype(weights.dtype)


class _Vocabulary(_OnValues):
    """What holds and learns the vocabulary of an ``IndexLookup``."""

    max_tokens: Any
    num_oov_indices: Any
    mask_token: Any
    oov_token: Any
    vocabulary_dtype: Any
    invert: bool
    output_mode: str
    pad_to_max_tokens: bool
    input_vocabulary: list[Any] | None
    idf_weights: Any
    _fixed: bool
    _frozen_size: int | None

    def _start_vocabulary(self, size: int | None, fixed: bool) -> None:
        """Begin with no word; ``size`` places are expected, and ``fixed`` says that words were given."""
        self._frozen_size, self._fixed = size, fixed
        self._words: list[Any] = []
        self._tables: dict[str, Any] = {}
        self._counts: Counter[Any] = Counter()
        self._document_counts: Counter[Any] = Counter()
        self._documents = 0
        self.idf_weights = None

    # -- the vocabulary ----------------------------------------------------------------------------

    def _oov_start(self) -> int:
        return 1 if self.mask_token is not None and self.output_mode == "int" else 0

    def _token_start(self) -> int:
        return self._oov_start() + int(self.num_oov_indices)

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """Return the words in the order of their places, the special ones first or left out."""
        specials = [self.mask_token] * self._oov_start() + [self.oov_token] * int(self.num_oov_indices)
        return [*specials, *self._words] if include_special_tokens else list(self._words)

    def vocabulary_size(self) -> int:
        """Return how many places there are."""
        return len(self._words) + self._token_start()

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Set the words (a list, an array, a text file) and how much each counts; raises ``ParamError``."""
        tf_idf = self.output_mode == "tf_idf"
        if tf_idf and idf_weights is None:
            raise self._bad("`idf_weights` must be set if output_mode is 'tf_idf'.")
        if not tf_idf and idf_weights is not None:
            raise self._bad(
                "`idf_weights` should only be set if output_mode is `'tf_idf'`. "
                f"Received: output_mode={self.output_mode} and idf_weights={idf_weights}"
            )
        if isinstance(vocabulary, (str, Path)):
            if in_safe_mode():
                raise self._bad(
                    "The model wants to read its vocabulary from a file beside its own, which could be any "
                    "file of yours. Where you trust it, load the model with safe_mode=False. "
                    f"Received: vocabulary={str(vocabulary)!r}"
                )
            words = read_lines(str(vocabulary))
            vocabulary = words if self.vocabulary_dtype == "string" else [int(word) for word in words]
        words = listed(vocabulary) or []
        if not words:
            raise self._bad(f"Cannot set an empty vocabulary. Received: vocabulary={vocabulary!r}")
        specials = self.get_vocabulary()[: self._token_start()]
        special = found_specials(words, specials)
        tokens = words[len(specials) :] if special else words
        self._check_tokens(tokens, specials)
        self._freeze(tokens)
        if idf_weights is not None:
            weights = np.asarray(listed(idf_weights), dtype=settings.floatx())
            if len(weights) != len(words):
                raise self._bad(
                    "`idf_weights` has a number for each word of the vocabulary. "
                    f"Received: {len(weights)} numbers for {len(words)} words"
                )
            front = 0 if special else self._token_start()
            self.idf_weights = with_idf_padding(
                weights, front, self.max_tokens if self.pad_to_max_tokens else None
            )

    def _check_tokens(self, tokens: list[Any], specials: list[Any]) -> None:
        repeated = [word for word, count in Counter(tokens).items() if count > 1]
        if repeated:
            raise self._bad(
                "The passed vocabulary has at least one repeated term: each word has one place. Remove what "
                f"stands twice: {repeated}"
            )
        for kind, token, wanted in (("mask", self.mask_token, True), ("OOV", self.oov_token, self.invert)):
            if wanted and token is not None and token in tokens:
                raise self._bad(
                    f"Found reserved {kind} token at unexpected location in `vocabulary`. The layer "
                    f"adds such tokens itself: leave them out, or begin with all of them, as {specials}. "
                    f"Received: {token!r} at index {tokens.index(token)} of the words"
                )
        size = self._token_start() + len(tokens)
        if self.max_tokens is not None and size > self.max_tokens:
            raise self._bad(
                f"The vocabulary is larger than the maximum, max_tokens={self.max_tokens}, with what is "
                f"added to it. Received: {size} words."
            )

    def _bad(self, message: str) -> ParamError:
        return ParamError(
            f"Layer '{self.name}': {message}",
            code="param",
            owner=type(self).__name__,
            param="vocabulary",
        )

    def _freeze(self, tokens: Sequence[Any]) -> None:
        size = len(tokens) + self._token_start()
        free = self.output_mode == "int" or self.pad_to_max_tokens
        if not free and self._frozen_size is not None and size != self._frozen_size:
            raise RuntimeError(
                f"When using `output_mode={self.output_mode}` and `pad_to_max_tokens=False`, the vocabulary "
                f"size cannot be changed once the layer has been called: outputs would grow wider than what "
                f"comes after expects. Received: {size} words. Expected: {self._frozen_size}"
            )
        self._words, self._tables, self._frozen_size = list(tokens), {}, size

    # -- learning it -------------------------------------------------------------------------------

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn the words of an array or of batches, the most frequent first, afresh."""
        adapt_to_words(self, data, steps)

    def update_state(self, data: Any) -> None:
        """Count the words of a batch; each row is a document."""
        values = values_of(data)
        rows = values.reshape(1, -1) if values.ndim < 2 else values
        self.count_documents([row.ravel().tolist() for row in rows])

    def count_documents(self, documents: Sequence[Sequence[Any]]) -> None:
        """Count the words of documents of any length; raises ``EngineError`` where the words were given."""
        if self._fixed:
            raise ParamError(
                f"Layer '{self.name}' has a static vocabulary, which was given: adapt() cannot add to it.",
                code="param",
            )
        for document in documents:
            self._counts.update(document)
            if self.output_mode == "tf_idf":
                self._document_counts.update(set(document))
        self._documents += len(documents)

    def finalize_state(self) -> None:
        """Make the vocabulary of what was counted."""
        if self._fixed or not self._counts:
            self._freeze(self._words)
            return
        for special in (self.mask_token, self.oov_token):
            self._counts.pop(special, None)
        ordered = sorted(self._counts, key=lambda word: (self._counts[word], word), reverse=True)
        if self.max_tokens:
            ordered = ordered[: max(self.max_tokens - self._token_start(), 0)]
        self._freeze(ordered)
        if self.output_mode == "tf_idf":
            seen = np.asarray([self._document_counts[word] for word in ordered])
            weights = np.log(1 + self._documents / (1 + seen)).astype(settings.floatx())
            room = self.max_tokens if self.pad_to_max_tokens else None
            self.idf_weights = with_idf_padding(weights, self._token_start(), room)
        self.reset_state()

    def reset_state(self) -> None:
        """Forget what was counted."""
        if not self._fixed:
            self._counts, self._document_counts, self._documents = Counter(), Counter(), 0

    def get_build_config(self) -> dict[str, Any] | None:
        """Return nothing: there is nothing to build."""
        return None

    def save_own_variables(self, store: Any) -> None:
        """Put the weights of the words into ``store``."""
        if self.idf_weights is not None:
            store["idf_weights"] = self.idf_weights

    def load_own_variables(self, store: Any) -> None:
        """Take the weights of the words from ``store``."""
        if self.output_mode == "tf_idf":
            self.idf_weights = np.asarray(store["idf_weights"])

    def save_assets(self, dir_path: Any) -> None:
        """Write the vocabulary to ``vocabulary.txt``, unless the config holds it."""
        if self.input_vocabulary is None:
            text = "\n".join(str(word) for word in self.get_vocabulary())
            (Path(dir_path) / "vocabulary.txt").write_text(text, encoding="utf-8")

    def load_assets(self, dir_path: Any) -> None:
        """Read the vocabulary from ``vocabulary.txt``, unless the config held it."""
        if self.input_vocabulary is not None:
            return
        lines = (Path(dir_path) / "vocabulary.txt").read_text(encoding="utf-8").split("\n")
        while lines and lines[-1] == "":
            lines.pop()
        words: list[Any] = lines if self.vocabulary_dtype == "string" else [int(line) for line in lines]
        self.set_vocabulary(words, self.idf_weights if self.output_mode == "tf_idf" else None)
