"""ReversibleEmbedding: vectors for whole numbers, and the way back from vectors to scores."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from engine.errors import ShapeError
from engine.layers.embedding import Embedding, Length, Numbers
from engine.layers.variable import Variable
from engine.params import Constraint, Flag, Initializer, PositiveReal, Regularizer, Text
from engine.random import torch_dtype
from engine.spec import Shape


class ReversibleEmbedding(Embedding):
    """Turns whole numbers into learned vectors and, called with ``reverse``, vectors into a score per number.

    As the first layer of a language model it reads words, as the last it says how likely each word comes
    next; both ways may share one table (Press and Wolf 2016).  Input as ``Embedding``'s; with ``reverse`` a
    tensor with vectors of ``output_dim`` on the last axis, output the same with ``input_dim`` scores there.
    Keras: ``keras.layers.ReversibleEmbedding``.

    Args:
        input_dim: How many different numbers there are: the largest that comes, plus 1.
        output_dim: The length of each vector.
        tie_weights: Whether both ways share one table; otherwise the way back learns its own.
        embeddings_initializer: How the vectors start.
        embeddings_regularizer: A penalty on large vectors.
        embeddings_constraint: A rule that the vectors are made to obey after each step.
        mask_zero: Whether 0 stands for "nothing here", which layers behind then leave out.
        reverse_dtype: The float type in which the scores are computed; the layer's own, if not given.
        logit_soft_cap: A bound that the scores approach smoothly and never cross.
    """

    in_palette = False
    reverse_embeddings: Variable

    def __init__(
        self,
        input_dim: Numbers,
        output_dim: Length,
        tie_weights: Flag = True,
        embeddings_initializer: Initializer = "uniform",
        embeddings_regularizer: Regularizer = None,
        embeddings_constraint: Constraint = None,
        mask_zero: Flag = False,
        reverse_dtype: Text | None = None,
        logit_soft_cap: PositiveReal | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            input_dim,
            output_dim,
            embeddings_initializer,
            embeddings_regularizer,
            embeddings_constraint,
            mask_zero,
            **kwargs,
        )
        self.tie_weights = tie_weights
        self.reverse_dtype = reverse_dtype
        self.logit_soft_cap = logit_soft_cap

    def build(self, input_shape: Any = None) -> None:
        """Make the table of vectors and, where the ways are not tied, the one of the way back."""
        super().build(input_shape)
        if not self.tie_weights:
            self.reverse_embeddings = self.add_weight(
                (self.output_dim, self.input_dim), self.embeddings_initializer, name="reverse_embeddings"
            )

    def call(self, inputs: Tensor, reverse: bool = False) -> Tensor:
        """Return the vectors of the numbers in ``inputs``; with ``reverse`` the scores of the vectors there.

        Args:
            reverse: Whether vectors come in and scores go out.
        """
        if not reverse:
            vectors = super().call(inputs)
            mask = super().compute_mask(inputs)
            if mask is not None:
                vectors._keras_mask = mask  # type: ignore[attr-defined]  # where masks travel
            return vectors
        kernel = self.embeddings.t() if self.tie_weights else self.reverse_embeddings
        kind = kernel.dtype if self.reverse_dtype is None else torch_dtype(self.reverse_dtype)
        scores = torch.matmul(inputs.to(kind), kernel.to(kind))
        cap = self.logit_soft_cap
        return scores if cap is None else torch.tanh(scores / cap) * cap

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return nothing: ``call`` itself hangs the mask on the vectors, for scores have none."""
        return None

    def compute_output_shape(self, input_shape: Any, reverse: bool = False) -> Shape:
        """Return the input's shape with one more axis, with ``reverse`` with ``input_dim`` on the last."""
        shape = tuple(input_shape)
        if not reverse:
            return super().compute_output_shape(shape)
        if not shape or shape[-1] not in (None, self.output_dim):
            raise ShapeError(
                f"Layer '{self.name}' takes vectors of length {self.output_dim} in reverse. Received: shape "
                f"{shape}.",
                code="axis",
                layer=self.name,
                axis=-1,
                expected=self.output_dim,
                got=shape[-1] if shape else None,
                shape=shape,
            )
        return (*shape[:-1], self.input_dim)

    def compute_output_spec(self, inputs: Any, reverse: bool = False) -> Any:
        """Return a symbolic tensor of the shape that comes out."""
        from engine.layers.symbolic import KerasTensor

        shape = self.compute_output_shape(inputs.shape, reverse)
        dtype = self.reverse_dtype if reverse and self.reverse_dtype else self.compute_dtype
        return KerasTensor(shape, dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        config = super().get_config()
        if self.lora_rank:
            config |= {"lora_rank": self.lora_rank, "lora_alpha": self.lora_alpha}
        return config
