"""Embedding: a learned vector for each whole number."""

from __future__ import annotations

import warnings
from typing import Annotated, Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from engine import regularizers
from engine.errors import EngineError
from engine.layers.low_rank import _LowRank
from engine.layers.variable import Variable
from engine.params import Array, Constraint, Flag, Initializer, Kind, PositiveInt, Real, Regularizer
from engine.spec import Shape

_RULE = "`{name}` must be a positive integer."
Numbers = Annotated[int, Kind("int", minimum=1, rule=_RULE)]
Length = Annotated[int, Kind("int", minimum=1, step="power", rule=_RULE)]


class Embedding(_LowRank):
    """Turns each whole number, such as the number of a word, into a learned vector.

    Input: whole numbers from 0 to ``input_dim - 1`` in any shape (floats are cut off); output: the same shape
    with an axis of ``output_dim`` more.  Raises ``EngineError`` (code ``"range"``) for other numbers.
    Keras: ``keras.layers.Embedding``.

    Args:
        input_dim: How many different numbers there are: the largest that comes, plus 1.
        output_dim: The length of each vector.
        embeddings_initializer: How the vectors start.
        embeddings_regularizer: A penalty on large vectors.
        embeddings_constraint: A rule that the vectors are made to obey after each step.
        mask_zero: Whether 0 stands for "nothing here", which layers behind then leave out.
        weights: The table of vectors to start from, of shape (input_dim, output_dim).
        lora_rank: Rank of a small correction that is trained while the vectors stay frozen (LoRA).
        lora_alpha: How strongly the correction counts: it is scaled by this over its rank.
    """

    category: ClassVar[str] = "core"
    _adapts: ClassVar[str] = "embeddings"
    embeddings: Variable

    def __init__(
        self,
        input_dim: Numbers,
        output_dim: Length,
        embeddings_initializer: Initializer = "uniform",
        embeddings_regularizer: Regularizer = None,
        embeddings_constraint: Constraint = None,
        mask_zero: Flag = False,
        weights: Array | None = None,
        lora_rank: PositiveInt | None = None,
        lora_alpha: Real | None = None,
        **kwargs: Any,
    ) -> None:
        if kwargs.pop("input_length", None) is not None:
            warnings.warn(
                "Embedding(input_length=...) says nothing any more: leave it out.",
                DeprecationWarning,
                stacklevel=3,
            )
        super().__init__(lora_rank, lora_alpha, **kwargs)
        self.autocast = False  # the inputs are whole numbers, whatever type they come in
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.embeddings_initializer = embeddings_initializer
        self.embeddings_regularizer = embeddings_regularizer
        self.embeddings_constraint = embeddings_constraint
        self.mask_zero = mask_zero
        self.supports_masking = mask_zero
        if weights is not None:
            self.ensure_built(None)
            self.set_weights(
                weights if isinstance(weights, (list, tuple)) and len(weights) == 1 else [weights]
            )

    def build(self, input_shape: Any = None) -> None:
        """Make the table of vectors (input_dim, output_dim)."""
        if self.built:
            return
        self.embeddings = self.add_weight(
            (self.input_dim, self.output_dim),
            self.embeddings_initializer,
            name="embeddings",
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )
        self._adapt_if_asked()

    def call(self, inputs: Tensor) -> Tensor:
        """Return the vectors of the numbers in ``inputs``."""
        numbers = inputs if inputs.dtype in (torch.int32, torch.int64) else inputs.to(torch.int32)
        table = self._parameters.get("embeddings")
        try:
            return F.embedding(numbers, self.embeddings if table is None else table)
        except IndexError:
            least, most = int(numbers.min()), int(numbers.max())
            got = most if most >= self.input_dim else least
            raise EngineError(
                f"Layer '{self.name}' has vectors for the whole numbers from 0 to {self.input_dim - 1}. "
                f"Received: numbers from {least} to {most}. Set input_dim to at least {max(most + 1, 1)}, "
                "and number from 0 on.",
                code="range",
                layer=self.name,
                expected=self.input_dim - 1,
                got=got,
            ) from None

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the input's shape with one more axis."""
        return (*input_shape, self.output_dim)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return where the numbers are not 0, if ``mask_zero``."""
        return inputs != 0 if self.mask_zero else None

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; the table travels with the weights instead."""
        config = super().get_config()
        config.pop("weights", None)
        return {**config, "activity_regularizer": regularizers.serialize(self.activity_regularizer)}
