"""Attention with several heads, each with projections of its own: the heart of a Transformer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor

from engine import activations, config
from engine.errors import EngineError, ParamError, ShapeError
from engine.layers import attention_scores as scores_of
from engine.layers.einsum_dense import EinsumDense
from engine.layers.layer import Layer
from engine.layers.regularization import Dropout
from engine.layers.symbolic import KerasTensor
from engine.spec import Shape


class _Heads(Layer):
    """What attention with heads has in common: projections, masks and the arithmetic between them."""

    category: ClassVar[str] = "attention"
    supports_masking = True
    dropout: float
    use_bias: bool
    use_gate: bool
    _sliding_window: int | None
    _flash_attention: bool | None
    attention_axes: tuple[int, ...] | None
    kernel_initializer: Any
    bias_initializer: Any
    _penalty: Any
    _query_dense: EinsumDense
    _key_dense: EinsumDense
    _value_dense: EinsumDense
    _output_dense: EinsumDense
    _gate_dense: EinsumDense

    def _prepare(self, channels: int, seed: int | None) -> None:
        """Keep what every call needs; raises ``ParamError`` for arguments that exclude each other."""
        if self._flash_attention and self.dropout > 0.0:
            raise ParamError(
                f"{type(self).__name__}: Dropout is not supported when flash attention is enabled. Please "
                f"set dropout to 0.0 to use flash attention. Received: dropout={self.dropout}",
                code="param",
                owner=type(self).__name__,
                param="flash_attention",
                got=True,
            )
        if self._flash_attention is None:
            self._flash_attention = config.is_flash_attention_enabled()
        self.seed = seed
        self._factor = 1.0 / math.sqrt(channels)

    @property
    def sliding_window(self) -> int | None:
        """How far a step sees, or ``None``: everywhere."""
        return self._sliding_window

    def _shared(self) -> dict[str, Any]:
        """Return the arguments of all projections, with initializers of their own."""
        found = {
            name: getattr(self, name)
            for name in ("kernel_regularizer", "bias_regularizer", "kernel_constraint", "bias_constraint")
        }
        for name in ("kernel_initializer", "bias_initializer"):
            start = getattr(self, name)
            found[name] = start.clone() if hasattr(start, "clone") else start
        return {**found, "activity_regularizer": self._penalty, "dtype": self.dtype_policy}

    def _dense(
        self, name: str, free: int, bound: int, made: tuple[int | None, ...], activation: Any = None
    ) -> EinsumDense:
        """Return a projection that keeps ``free`` axes and sums ``bound`` into ``made``."""
        equation, axes = scores_of.projection(free, bound, len(made))
        shape = (*(None,) * free, *made)
        bias = axes if self.use_bias else None
        return EinsumDense(equation, shape, activation, bias, name=name, **self._shared())

    def call(
        self,
        query: Tensor,
        value: Tensor,
        key: Tensor | None = None,
        query_mask: Tensor | None = None,
        value_mask: Tensor | None = None,
        key_mask: Tensor | None = None,
        attention_mask: Tensor | None = None,
        return_attention_scores: bool = False,
        training: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """Return what the queries find; with ``return_attention_scores`` the weights of each head too.

        Masks are True where something is; ``attention_mask`` (batch, queries, keys) says who may see whom.

        Args:
            return_attention_scores: Whether the weights of each head come out as well.
            use_causal_mask: Whether a step may only look at itself and what lies before it.
        """
        key = value if key is None else key
        mask = scores_of.joined_mask(query_mask, value_mask, key_mask, attention_mask)
        if self._sliding_window is not None:
            near = scores_of.window_mask(query.shape[1], key.shape[1], self._sliding_window, query.device)
            mask = near if mask is None else mask & near
        own = type(self)._compute_attention is _Heads._compute_attention
        told = {"return_attention_scores": True} if return_attention_scores else {}
        if use_causal_mask and mask is None and own:
            told["use_causal_mask"] = True
        elif use_causal_mask:
            before = scores_of.causal_mask(query.shape[1], key.shape[1], query.device)
            mask = before if mask is None else mask & before
        gate = _run(self._gate_dense, query) if self.use_gate else None
        asking, asked = _run(self._query_dense, query), _run(self._key_dense, key)
        made, scores = self._compute_attention(
            asking,
            asked,
            _run(self._value_dense, value),
            mask,
            training,
            **told,
        )
        made = _run(self._output_dense, made if gate is None else made * gate)
        return (made, scores) if return_attention_scores else made

    def _compute_attention(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        attention_mask: Tensor | None = None,
        training: bool = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """Return what projected queries find and, where they are made, the weights.

        A subclass may find it otherwise; it is told of ``use_causal_mask`` by ``attention_mask``.
        """
        query, key, value = torch.as_tensor(query), torch.as_tensor(key), torch.as_tensor(value)
        if attention_mask is not None:
            attention_mask = torch.as_tensor(attention_mask).to(torch.bool)
        if self._flash_attention and return_attention_scores:
            raise EngineError(
                f"Layer '{self.name}': Returning attention scores is not supported when flash attention is "
                "enabled. Please disable flash attention to access attention scores.",
                code="flash",
                layer=self.name,
            )
        rank, axes = query.dim(), self.attention_axes or (1,)
        thinned = training and self.dropout > 0.0
        fast = rank == 4 and not return_attention_scores and not (thinned and self.seed is not None)
        alone = use_causal_mask and attention_mask is None and fast
        if use_causal_mask and not alone:
            before = scores_of.causal_mask(query.shape[1], key.shape[1], query.device)
            attention_mask = before if attention_mask is None else attention_mask & before
        if attention_mask is not None:
            attention_mask = scores_of.with_heads(attention_mask, rank - 2 + 2 * len(axes), len(axes))
        if fast:
            rate = self.dropout if thinned else 0.0
            flash = self._flash_attention
            made = scores_of.attend(query, key, value, self._factor, attention_mask, alone, flash, rate)
            if self.dropout > 0.0 and attention_mask is not None:  # Keras then goes by a softmax with zeros
                made = made.masked_fill(~attention_mask.any(-1, keepdim=True).transpose(1, 2), 0.0)
            return made, None
        repeats = query.shape[-2] // key.shape[-2]
        if repeats > 1:
            key, value = key.repeat_interleave(repeats, -2), value.repeat_interleave(repeats, -2)
        equations = scores_of.equations(rank, axes)
        raw = torch.einsum(equations.scores, key, query * self._factor)
        along = tuple(range(-len(axes), 0))
        if attention_mask is None:
            weights = activations.softmax(raw, along)
        else:
            low = -3e4 if raw.dtype is torch.float16 else -1e9
            weights = activations.softmax(torch.where(attention_mask, raw, low), along)
            weights = torch.where(attention_mask, weights, 0.0)
        kept = self._dropout_layer.call(weights, training=True) if thinned else weights
        return torch.einsum(equations.combine, kept, value), weights

    def _make_dropout(self) -> None:
        self._dropout_layer = Dropout(self.dropout, seed=self.seed, dtype=self.dtype_policy)

    def _shapes(self, query: Any, value: Any, key: Any) -> tuple[Shape, Shape, Shape]:
        """Return the three shapes; raises ``ShapeError`` where they do not go together."""
        query, value = tuple(query), tuple(value)
        key = value if key is None else tuple(key)
        if value[1:-1] != key[1:-1]:
            raise self._unfit(
                "All dimensions of `value` and `key`, except the last one, must be equal", query, value, key
            )
        if len(query) < 3 or len(query) != len(value):
            raise self._unfit(
                "Queries, values and keys have the same number of axes, at least 3", query, value, key
            )
        if None in (query[-1], value[-1], key[-1]):
            raise self._unfit("The size of the last axis has to be known", query, value, key)
        rest = [0, *(axis for axis in range(1, len(query) - 1) if axis not in self._resolved(len(query)))]
        pairs = [(query[axis], other[axis]) for axis in rest for other in (value, key)]
        if any(None not in pair and pair[0] != pair[1] for pair in pairs):
            raise self._unfit("Axes that are not attended along have to agree", query, value, key)
        if self.built:
            sizes = ((self._query_dense, query), (self._key_dense, key), (self._value_dense, value))
            for dense, shape in sizes:
                dense.compute_output_shape(shape)
        return query, value, key

    def compute_output_shape(  # type: ignore[override]  # a shape for each tensor of call, as build
        self, query_shape: Any, value_shape: Any, key_shape: Any = None
    ) -> Shape:
        """Return the query's shape; raises ``ShapeError`` for shapes that do not go together."""
        return self._shapes(query_shape, value_shape, key_shape)[0]

    def _resolved(self, rank: int) -> tuple[int, ...]:
        """Return the axes that are attended along for inputs of ``rank`` axes, counted from the start."""
        if self.attention_axes is None:
            return tuple(range(1, rank - 1))
        return tuple(axis if axis >= 0 else rank + axis for axis in self.attention_axes)

    def _unfit(self, text: str, *shapes: Shape) -> ShapeError:
        return ShapeError(
            f"Layer '{self.name}': {text}. Received: query_shape={shapes[0]}, value_shape={shapes[1]} and "
            f"key_shape={shapes[2]}",
            code="attention",
            layer=self.name,
            shapes=list(shapes),
        )

    def _spec(self, query: Any, value: Any, key: Any, scores: bool, heads: int) -> Any:
        """Return symbolic tensors for what comes out."""
        shape = self.compute_output_shape(query.shape, value.shape, None if key is None else key.shape)
        made = KerasTensor(shape, self.compute_dtype)
        if not scores:
            return made
        axes = self._resolved(len(query.shape))
        others = [size for axis, size in enumerate(query.shape[:-1]) if axis not in axes]
        asked = (value if key is None else key).shape
        sizes = (*others, heads, *(query.shape[a] for a in axes), *(asked[a] for a in axes))
        return made, KerasTensor(sizes, self.compute_dtype)

    def compute_macs(self, input_shape: Any, output_shape: Any) -> int:
        """Return multiply-adds of the projections, and of comparing and mixing each pair of steps."""
        shapes: Mapping[str, Any] = (
            input_shape if isinstance(input_shape, Mapping) else {"query": input_shape}
        )
        query = shapes["query"]
        value = shapes.get("value", query)
        key = shapes.get("key", value)
        asking, asked = (math.prod(size or 1 for size in shape[1:-1]) for shape in (query, key))
        heads, size, value_size = self._sizes()
        pairs = asking * math.prod(key[axis] or 1 for axis in self._resolved(len(query)))
        inward = asking * query[-1] * heads * size + asked * (key[-1] * size + value[-1] * value_size) * heads
        outward = (
            asking * heads * value_size * math.prod(size or 1 for size in output_shape[len(query) - 1 :])
        )
        return int(inward + pairs * heads * (size + value_size) + outward)

    def _sizes(self) -> tuple[int, int, int]:
        """Return how many heads there are, and the channels of their keys and values."""
        raise NotImplementedError


def _run(dense: EinsumDense, x: Tensor) -> Any:
    """Project; as a call of its own where a penalty on what comes out has to be gathered."""
    return dense(x) if dense.activity_regularizer is not None else dense.run_inside(x)
