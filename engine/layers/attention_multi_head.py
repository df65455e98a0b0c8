"""MultiHeadAttention and GroupQueryAttention: the attention layers of Transformers."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from engine import regularizers
from engine.errors import ParamError
from engine.layers.attention_heads import _Heads
from engine.layers.einsum_dense import EinsumDense
from engine.params import (
    Axes,
    Constraint,
    Flag,
    Initializer,
    Integer,
    Kind,
    PositiveInt,
    Rate,
    Regularizer,
    Units,
)
from engine.spec import Shape

_RULE = "Invalid `output_shape`: when given, it is a size, or a tuple or list of sizes."
Made = Annotated[Any, Kind("tuple", minimum=1, lone=True, rule=_RULE)]


class MultiHeadAttention(_Heads):
    """Lets each step look up what matters to it in a sequence, in several ways at once.

    Each head projects queries, keys and values, compares every query with every key and takes the mean of the
    values weighted by softmax(query · key / sqrt(key_dim)); what the heads find is projected to the output.
    With the same tensor as query and value it is self-attention.  Inputs (batch, steps, features) or with
    more axes between; output as the query (Vaswani et al. 2017, https://arxiv.org/abs/1706.03762).  Raises
    ``ShapeError`` for shapes that do not go together.  Keras: ``keras.layers.MultiHeadAttention``.

    Args:
        num_heads: How many heads look at once.
        key_dim: Size of the queries and keys of each head.
        value_dim: Size of the values of each head; that of the keys, if not given.
        dropout: Fraction of the weights that is set to zero while training.
        use_bias: Whether the projections add numbers of their own.
        output_shape: Size, or sizes, of what comes out for each step; that of the query, if not given.
        attention_axes: The axes along which steps look at each other; all of them, if not given.
        sliding_window: How far a step sees: only steps nearer than this.
        flash_attention: Whether torch's flash kernel has to be used; left open, torch chooses.
        kernel_initializer: How the weights of the projections begin.
        bias_initializer: How the added numbers begin.
        kernel_regularizer: Penalty on large weights.
        bias_regularizer: Penalty on large added numbers.
        activity_regularizer: Penalty on large outputs of the projections.
        kernel_constraint: Rule that the weights are held to after each step.
        bias_constraint: Rule that the added numbers are held to after each step.
        use_gate: Whether what the heads find passes a learned gate.
        seed: Start of the random numbers, for runs that can be repeated.
    """

    def __init__(
        self,
        num_heads: Units,
        key_dim: Units,
        value_dim: Units | None = None,
        dropout: Rate = 0.0,
        use_bias: Flag = True,
        output_shape: Made | None = None,
        attention_axes: Axes | None = None,
        sliding_window: PositiveInt | None = None,
        flash_attention: Flag | None = None,
        kernel_initializer: Initializer = "glorot_uniform",
        bias_initializer: Initializer = "zeros",
        kernel_regularizer: Regularizer = None,
        bias_regularizer: Regularizer = None,
        activity_regularizer: Regularizer = None,
        kernel_constraint: Constraint = None,
        bias_constraint: Constraint = None,
        use_gate: Flag = False,
        seed: Integer | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_heads = num_heads
        self.key_dim = key_dim
        self.value_dim = value_dim or key_dim
        self.dropout = dropout
        self.use_bias = use_bias
        self._output_shape = (output_shape,) if isinstance(output_shape, int) else output_shape or None
        self.attention_axes = (attention_axes,) if isinstance(attention_axes, int) else attention_axes
        self._sliding_window = sliding_window
        self._flash_attention = flash_attention
        self.kernel_initializer = kernel_initializer
        self.bias_initializer = bias_initializer
        self.kernel_regularizer = kernel_regularizer
        self.bias_regularizer = bias_regularizer
        self._penalty = activity_regularizer
        self.kernel_constraint = kernel_constraint
        self.bias_constraint = bias_constraint
        self.use_gate = use_gate
        self._prepare(key_dim, seed)

    @property
    def query_dense(self) -> EinsumDense:
        """The projection of the queries."""
        return self._query_dense

    @property
    def key_dense(self) -> EinsumDense:
        """The projection of the keys."""
        return self._key_dense

    @property
    def value_dense(self) -> EinsumDense:
        """The projection of the values."""
        return self._value_dense

    @property
    def output_dense(self) -> EinsumDense:
        """The projection of what the heads find."""
        return self._output_dense

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:
        """Make the projections; raises ``ShapeError`` for shapes that do not go together."""
        query, value, key = self._shapes(query_shape, value_shape, key_shape)
        free = len(query) - 2
        per_head = (self.num_heads, self.key_dim)
        self._query_dense = self._dense("query", free, 1, per_head)
        self._query_dense.build(query)
        self._key_dense = self._dense("key", free, 1, per_head)
        self._key_dense.build(key)
        if self.use_gate:
            self._gate_dense = self._dense("gate", free, 1, (self.num_heads, self.value_dim), "sigmoid")
            self._gate_dense.build(query)
        self._value_dense = self._dense("value", free, 1, (self.num_heads, self.value_dim))
        self._value_dense.build(value)
        self.attention_axes = self._resolved(len(query))
        self._make_dropout()
        self._output_dense = self._dense("attention_output", free, 2, self._output_shape or query[-1:])
        self._output_dense.build((*query[:-1], self.num_heads, self.value_dim))

    def compute_output_shape(  # type: ignore[override]  # a shape for each tensor of call, as build
        self, query_shape: Any, value_shape: Any, key_shape: Any = None
    ) -> Shape:
        """Return the shape that comes out; raises ``ShapeError`` for shapes that do not go together."""
        query = self._shapes(query_shape, value_shape, key_shape)[0]
        return (*query[:-1], *self._output_shape) if self._output_shape else query

    def compute_output_spec(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Return symbolic tensors for what comes out."""
        return self._spec(query, value, key, return_attention_scores, self.num_heads)

    def _sizes(self) -> tuple[int, int, int]:
        return self.num_heads, self.key_dim, self.value_dim

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; the choice of a kernel stays with the machine."""
        config = super().get_config()
        config.pop("flash_attention", None)
        penalty = regularizers.serialize(self._penalty)
        return {**config, "output_shape": self._output_shape, "activity_regularizer": penalty}


class GroupQueryAttention(_Heads):
    """Lets each step look up what matters to it, with fewer heads for keys and values than for queries.

    As ``MultiHeadAttention``, but several heads of queries share one of keys and values, which saves memory
    and time.  Inputs (batch, steps, features) with one size of features; output as the query (Ainslie et al.
    2023, https://arxiv.org/abs/2305.13245).  Keras: ``keras.layers.GroupQueryAttention``.

    Args:
        head_dim: Size of the queries, keys and values of each head.
        num_query_heads: How many heads of queries look at once.
        num_key_value_heads: How many heads of keys and values there are; divides that of the queries.
        dropout: Fraction of the weights that is set to zero while training.
        use_bias: Whether the projections add numbers of their own.
        sliding_window: How far a step sees: only steps nearer than this.
        flash_attention: Whether torch's flash kernel has to be used; left open, torch chooses.
        kernel_initializer: How the weights of the projections begin.
        bias_initializer: How the added numbers begin.
        kernel_regularizer: Penalty on large weights.
        bias_regularizer: Penalty on large added numbers.
        activity_regularizer: Penalty on large outputs of the projections.
        kernel_constraint: Rule that the weights are held to after each step.
        bias_constraint: Rule that the added numbers are held to after each step.
        use_gate: Whether what the heads find passes a learned gate.
        seed: Start of the random numbers, for runs that can be repeated.
    """

    rare: ClassVar[bool] = True

    def __init__(
        self,
        head_dim: Units,
        num_query_heads: PositiveInt,
        num_key_value_heads: PositiveInt,
        dropout: Rate = 0.0,
        use_bias: Flag = True,
        sliding_window: PositiveInt | None = None,
        flash_attention: Flag | None = None,
        kernel_initializer: Initializer = "glorot_uniform",
        bias_initializer: Initializer = "zeros",
        kernel_regularizer: Regularizer = None,
        bias_regularizer: Regularizer = None,
        activity_regularizer: Regularizer = None,
        kernel_constraint: Constraint = None,
        bias_constraint: Constraint = None,
        use_gate: Flag = False,
        seed: Integer | None = None,
        **kwargs: Any,
    ) -> None:
        if num_query_heads % num_key_value_heads:
            raise ParamError(
                "GroupQueryAttention: `num_query_heads` must be divisible by `num_key_value_heads`. "
                f"Received: num_query_heads={num_query_heads}, num_key_value_heads={num_key_value_heads}",
                code="param",
                owner="GroupQueryAttention",
                param="num_key_value_heads",
                got=num_key_value_heads,
            )
        super().__init__(**kwargs)
        self.head_dim = head_dim
        self.num_query_heads = num_query_heads
        self.num_key_value_heads = num_key_value_heads
        self.dropout = dropout
        self.use_bias = use_bias
        self._sliding_window = sliding_window
        self._flash_attention = flash_attention
        self.attention_axes = (1,)
        self.kernel_initializer = kernel_initializer
        self.bias_initializer = bias_initializer
        self.kernel_regularizer = kernel_regularizer
        self.bias_regularizer = bias_regularizer
        self._penalty = self.activity_regularizer = activity_regularizer
        self.kernel_constraint = kernel_constraint
        self.bias_constraint = bias_constraint
        self.use_gate = use_gate
        self._prepare(head_dim, seed)

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:
        """Make the projections; raises ``ShapeError`` for shapes that do not go together."""
        query, value, key = self._shapes(query_shape, value_shape, key_shape)
        asking, asked = (self.num_query_heads, self.head_dim), (self.num_key_value_heads, self.head_dim)
        self._query_dense = self._dense("query", 1, 1, asking)
        self._query_dense.build(query)
        self._key_dense = self._dense("key", 1, 1, asked)
        self._key_dense.build(key)
        if self.use_gate:
            self._gate_dense = self._dense("gate", 1, 1, asking, "sigmoid")
            self._gate_dense.build(query)
        self._value_dense = self._dense("value", 1, 1, asked)
        self._value_dense.build(value)
        self._make_dropout()
        self._output_dense = self._dense("attention_output", 1, 2, query[-1:])
        self._output_dense.build((None, None, *asking))

    def _shapes(self, query: Any, value: Any, key: Any) -> tuple[Shape, Shape, Shape]:
        found = super()._shapes(query, value, key)
        if len(found[0]) != 3:
            raise self._unfit("Queries, values and keys have 3 axes", *found)
        return found

    def compute_output_shape(  # type: ignore[override]  # a shape for each tensor of call, as build
        self, query_shape: Any, value_shape: Any, key_shape: Any = None
    ) -> Shape:
        """Return the query's shape; raises ``ShapeError`` for shapes that do not go together."""
        if query_shape[-1] != value_shape[-1]:
            text = "The last dimension of `query_shape` and `value_shape` must be equal"
            raise self._unfit(text, query_shape, value_shape, key_shape)
        return self._shapes(query_shape, value_shape, key_shape)[0]

    def compute_output_spec(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Return symbolic tensors for what comes out."""
        return self._spec(query, value, key, return_attention_scores, self.num_query_heads)

    def _sizes(self) -> tuple[int, int, int]:
        return self.num_query_heads, self.head_dim, self.head_dim

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments; the choice of a kernel stays with the machine."""
        config = super().get_config()
        config.pop("flash_attention", None)
        return {**config, "activity_regularizer": regularizers.serialize(self._penalty)}
