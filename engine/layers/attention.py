"""Attention without weights of its own: each query looks up the values whose keys are most like it."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.errors import ParamError, ShapeError
from engine.layers.attention_scores import causal_mask
from engine.layers.layer import Layer
from engine.layers.regularization import dropped
from engine.layers.symbolic import KerasTensor
from engine.layers.variable import Variable
from engine.params import Flag, Integer, Kind, Rate
from engine.random import SeedGenerator
from engine.spec import Shape

_RULE = "Invalid value for argument score_mode. Expected one of {'dot', 'concat'}."
ScoreMode = Annotated[str, Kind("choice", choices=("dot", "concat"), rule=_RULE)]


class Attention(Layer):
    """Lets each step of one sequence look up what matters to it in another: a weighted mean of its values.

    Inputs, in this order: queries (batch, steps, size), values (batch, others, size of values) and, if not
    the values themselves, keys (batch, others, size).  Output (batch, steps, size of values): the mean of the
    values weighted by softmax of how well query and key agree (Luong et al. 2015).  Raises ``ShapeError``
    for shapes that do not go together.  Keras: ``keras.layers.Attention``.

    Args:
        use_scale: Whether a learned number scales the agreement.
        score_mode: How agreement is measured: "dot" by the product, "concat" by the tanh of the sum.
        dropout: Fraction of the weights that is set to zero while training.
        seed: Start of the random numbers, for runs that can be repeated.
    """

    category: ClassVar[str] = "attention"
    supports_masking = True
    variadic = True
    scale: Variable | None
    concat_score_weight: Variable | None
    seed_generator: SeedGenerator

    def __init__(
        self,
        use_scale: Flag = False,
        score_mode: ScoreMode = "dot",
        dropout: Rate = 0.0,
        seed: Integer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.use_scale = use_scale
        self.score_mode = score_mode
        self.dropout = dropout
        self.seed = seed
        self.scale = self.concat_score_weight = None
        if dropout > 0:
            self.seed_generator = SeedGenerator(seed)

    def build(self, input_shape: Any) -> None:
        """Make the learned numbers that were asked for; raises ``ShapeError`` for shapes that do not fit."""
        self.compute_output_shape(input_shape)
        if self.use_scale:
            self.scale = self.add_weight((), "ones", name="scale")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight((), "ones", name="concat_score_weight")

    def _calculate_scores(self, query: Tensor, key: Tensor) -> Tensor:
        """Return how well each query and key agree, (batch, queries, keys)."""
        query, key = torch.as_tensor(query), torch.as_tensor(key)
        if self.score_mode == "dot":
            scores = torch.matmul(query, key.transpose(-2, -1))
            return scores if self.scale is None else scores * self.scale
        both = query.unsqueeze(-2) + key.unsqueeze(-3)
        both = both if self.scale is None else both * self.scale
        assert self.concat_score_weight is not None
        return self.concat_score_weight * torch.tanh(both).sum(-1)

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: bool = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """Return the weighted means; with ``return_attention_scores`` the weights too.

        Args:
            return_attention_scores: Whether the weights come out as well.
            use_causal_mask: Whether a step may only look at itself and what lies before it.
        """
        self._check_masks(mask, inputs)
        query, value = inputs[0], inputs[1]
        key = inputs[2] if len(inputs) > 2 else value
        value_mask = mask[1] if mask else None
        masked = use_causal_mask or value_mask is not None
        thinned = training and self.dropout > 0
        plain = type(self) is Attention and self.score_mode == "dot" and query.dim() == 3
        if plain and not masked and not thinned and not return_attention_scores:
            asking = query if self.scale is None else query * self.scale
            asking, asked, found = asking.unsqueeze(1), key.unsqueeze(1), value.unsqueeze(1)
            made = F.scaled_dot_product_attention(asking, asked, found, scale=1.0)
            return self._unmasked(made.squeeze(1), mask)
        scores = self._calculate_scores(query, key)
        seen = self._calculate_score_mask(scores, value_mask, use_causal_mask)
        if seen is not None:
            seen = seen.unsqueeze(-2) if seen.dim() == 2 else seen
            low = 65504.0 if scores.dtype is torch.float16 else 1e9
            scores = torch.where(seen, scores, scores - low)
        weights = torch.softmax(scores, -1)
        if thinned:
            weights = dropped(weights, self.dropout, self.seed_generator)
        made = self._unmasked(torch.matmul(weights, value), mask)
        return (made, weights) if return_attention_scores else made

    def _calculate_score_mask(self, scores: Any, v_mask: Any, use_causal_mask: bool) -> Tensor | None:
        """Return True where a query may look, or ``None`` where it may look everywhere."""
        seen = None if v_mask is None else torch.as_tensor(v_mask).to(torch.bool)
        if not use_causal_mask:
            return seen
        before = causal_mask(scores.shape[-2], scores.shape[-1], None if seen is None else seen.device)
        if seen is None:
            return before.to(scores.device) if isinstance(scores, Tensor) else before
        return seen.unsqueeze(-2) & before

    def _unmasked(self, made: Tensor, mask: Any) -> Tensor:
        """Return ``made`` with 0 where the query is masked."""
        if not mask or mask[0] is None:
            return made
        return torch.where(torch.as_tensor(mask[0]).to(torch.bool).unsqueeze(-1), made, 0.0)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return the mask of the queries."""
        self._check_masks(mask, inputs)
        first = None if mask is None else mask[0]
        return None if first is None else torch.as_tensor(first)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape of the means; raises ``ShapeError`` for shapes that do not go together."""
        self._check_list(input_shape)
        query, value = tuple(input_shape[0]), tuple(input_shape[1])
        key = tuple(input_shape[2]) if len(input_shape) > 2 else value
        if min(len(query), len(value), len(key)) < 3 or len({len(query), len(value), len(key)}) > 1:
            raise self._unfit(input_shape, "all with the same number of axes, at least 3")
        ends = [(query[-1], key[-1]), (value[-2], key[-2])]
        pairs = [*ends, *zip(query[:-2], value[:-2], strict=True), *zip(query[:-2], key[:-2], strict=True)]
        if any(None not in pair and pair[0] != pair[1] for pair in pairs):
            raise self._unfit(input_shape, "queries and keys of one size, as many values as keys")
        return (*query[:-1], value[-1])

    def compute_output_spec(
        self,
        inputs: Any,
        mask: Any = None,
        return_attention_scores: bool = False,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Return symbolic tensors for the means and, if asked for, the weights."""
        self._check_masks(mask, inputs)
        shapes = [tensor.shape for tensor in inputs]
        made = KerasTensor(self.compute_output_shape(shapes), self.compute_dtype)
        if not return_attention_scores:
            return made
        return made, KerasTensor((*shapes[0][:-1], shapes[-1][-2]), self.compute_dtype)

    def _check_list(self, inputs: Any) -> None:
        lone = not isinstance(inputs, (list, tuple)) or (len(inputs) > 0 and not _nested(inputs[0]))
        if lone or not 2 <= len(inputs) <= 3:
            kind = type(self).__name__
            told = "must be called on a list of inputs" if lone else "accepts inputs list of length 2 or 3"
            raise ShapeError(
                f"Layer '{self.name}': {kind} layer {told}, namely [query, value] or [query, value, key]. "
                f"Received: {1 if lone else len(inputs)} inputs.",
                code="input_count",
                layer=self.name,
                expected=2,
                got=1 if lone else len(inputs),
            )

    def _check_masks(self, mask: Any, inputs: Any) -> None:
        self._check_list(inputs)
        if mask is None:
            return
        if not isinstance(mask, (list, tuple)):
            raise ParamError(
                f"Layer '{self.name}': {type(self).__name__} layer mask must be a list, namely [query_mask, "
                f"value_mask]. Received: mask={mask!r}",
                code="mask",
            )
        if not 2 <= len(mask) <= 3:
            raise ParamError(
                f"Layer '{self.name}': {type(self).__name__} layer accepts mask list of length 2 or 3. "
                f"Received length: {len(mask)}.",
                code="mask",
            )

    def _unfit(self, shapes: Any, wanted: str) -> ShapeError:
        return ShapeError(
            f"Layer '{self.name}' expected queries, values and keys that go together: {wanted}. Received: "
            f"shapes {[tuple(shape) for shape in shapes]}.",
            code="attention",
            layer=self.name,
            shapes=[tuple(shape) for shape in shapes],
        )


def _nested(item: Any) -> bool:
    return isinstance(item, (list, tuple)) or hasattr(item, "shape")


class AdditiveAttention(Attention):
    """Lets each step of one sequence look up what matters to it in another, measured by a learned sum.

    As ``Attention``, with the agreement sum(scale * tanh(query + key)), where ``scale`` holds a learned
    number for each feature (Bahdanau et al. 2015).  Keras: ``keras.layers.AdditiveAttention``.

    Args:
        use_scale: Whether the features are weighted by learned numbers.
        dropout: Fraction of the weights that is set to zero while training.
    """

    rare: ClassVar[bool] = True

    def __init__(self, use_scale: Flag = True, dropout: Rate = 0.0, **kwargs: Any) -> None:
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)

    def build(self, input_shape: Any) -> None:
        """Make a number for each feature; raises ``ShapeError`` for shapes that do not fit."""
        self.compute_output_shape(input_shape)
        if self.use_scale:
            self.scale = self.add_weight((input_shape[0][-1],), "glorot_uniform", name="scale")

    def _calculate_scores(self, query: Tensor, key: Tensor) -> Tensor:
        query, key = torch.as_tensor(query), torch.as_tensor(key)
        both = torch.tanh(query.unsqueeze(-2) + key.unsqueeze(-3))
        return both.sum(-1) if self.scale is None else torch.matmul(both, self.scale)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "seed": self.seed}
