"""Layers that turn whole numbers into rows of zeros and ones, and measurements into bins."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from engine import config as settings
from engine.errors import EngineError, ParamError
from engine.layers.preprocessing_values import (
    Values,
    _OnValues,
    batches_of,
    check_mode,
    encoded,
    encoded_shape,
    is_batched,
    to_tensor,
    values_of,
)
from engine.params import Anything, Flag, Real
from engine.spec import Shape


class CategoryEncoding(_OnValues):
    """Turns whole numbers that stand for categories into rows of zeros and ones.

    Input (batch, n) or of any shape, whole numbers from 0 to ``num_tokens - 1``; output (batch, num_tokens),
    or with "one_hot" a row for each number.  Keras: ``keras.layers.CategoryEncoding``.

    Args:
        num_tokens: How many categories there are.
        output_mode: "multi_hot" marks the categories of a sample, "count" counts them, "one_hot" gives each
            number a row of its own.
        sparse: Only False: torch has no sparse outputs.
    """

    in_palette: ClassVar[bool] = False

    def __init__(
        self,
        num_tokens: Anything = None,
        output_mode: Anything = "multi_hot",
        sparse: Flag = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.output_mode = check_mode(
            "CategoryEncoding", output_mode, ("multi_hot", "one_hot", "count"), sparse
        )
        if num_tokens is None:
            raise self._refused(
                "num_tokens must be set to use this layer: it is the width of the output. IntegerLookup "
                "counts the tokens by itself.",
                num_tokens,
            )
        if not isinstance(num_tokens, int) or num_tokens < 1:
            raise self._refused("`num_tokens` must be >= 1, a whole number.", num_tokens)
        self.num_tokens = num_tokens
        self.sparse = sparse

    def _refused(self, why: str, got: Any) -> ParamError:
        return ParamError(
            f"CategoryEncoding: {why} Received: num_tokens={got!r}.",
            code="param",
            owner="CategoryEncoding",
            param="num_tokens",
            expected="a whole number of at least 1",
            got=got,
        )

    def call(self, inputs: Any, count_weights: Any = None) -> Tensor:
        """Return the rows; ``count_weights``, of the input's shape, is what each number counts."""
        return self._encode(inputs, count_weights)

    def _encode(self, inputs: Any, count_weights: Any = None) -> Tensor:
        kind = getattr(torch, self.compute_dtype)
        places = inputs if isinstance(inputs, Tensor) else to_tensor(values_of(inputs))
        weights = None
        if count_weights is not None:
            if self.output_mode != "count":
                raise ParamError(
                    "`count_weights` is not used when `output_mode` is not `'count'`. "
                    f"Received `count_weights={count_weights}`.",
                    code="param",
                    owner="CategoryEncoding",
                    param="count_weights",
                )
            weights = to_tensor(values_of(count_weights), places).to(kind)
        return encoded(places, self.output_mode, self.num_tokens, kind, weights)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the input's shape with the categories on an axis of their own."""
        return encoded_shape(tuple(input_shape), self.output_mode, self.num_tokens)


class Discretization(_OnValues):
    """Sorts measurements into bins: small, middling, large, with bounds that are given or learned by adapt().

    Input of any shape; output of the same shape with the number of the bin, or encoded as ``output_mode``
    says.  Learned bounds are quantiles, estimated from a summary.  Keras: ``keras.layers.Discretization``.

    Args:
        bin_boundaries: The bounds between the bins, from the smallest on; there is one bin more than bounds.
        num_bins: How many bins adapt() makes, where no bounds are given.
        epsilon: How exact the learned bounds are: smaller is more exact and takes more memory.
        output_mode: "int" gives the bin, "one_hot" a row of zeros and a one for each value, "multi_hot" and
            "count" a row for each sample.
        sparse: Only False: torch has no sparse outputs.
    """

    in_palette: ClassVar[bool] = False

    def __init__(
        self,
        bin_boundaries: Anything = None,
        num_bins: Anything = None,
        epsilon: Real = 0.01,
        output_mode: Anything = "int",
        sparse: Flag = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        modes = ("int", "one_hot", "multi_hot", "count")
        self.output_mode = check_mode("Discretization", output_mode, modes, sparse)
        if num_bins is not None and num_bins < 0:
            raise self._refused("`num_bins` must be greater than or equal to 0.", num_bins, bin_boundaries)
        if num_bins is not None and bin_boundaries is not None:
            raise self._refused(
                "Both `num_bins` and `bin_boundaries` should not be set.", num_bins, bin_boundaries
            )
        if num_bins is None and bin_boundaries is None:
            raise self._refused(
                "You need to set either `num_bins` or `bin_boundaries`.", num_bins, bin_boundaries
            )
        self.bin_boundaries = bin_boundaries
        self.num_bins = num_bins
        self.epsilon = epsilon
        self.sparse = sparse
        self.summary: Any = None if bin_boundaries else _NOTHING

    def _refused(self, why: str, bins: Any, bounds: Any) -> ParamError:
        return ParamError(
            f"Discretization: {why} Received: `num_bins={bins}` and `bin_boundaries={bounds}`",
            code="param",
            owner="Discretization",
            param="num_bins",
            got=bins,
        )

    @property
    def input_dtype(self) -> str:
        """The type of what comes in: numbers with a fraction."""
        return settings.floatx()

    @property
    def output_dtype(self) -> str:
        """The type of what comes out: whole numbers for bins."""
        return "int32" if self.output_mode == "int" else self.compute_dtype

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn the bounds from an array or from batches, forgetting those from before."""
        if self.num_bins is None:
            raise EngineError(
                f"Layer '{self.name}' was given its `bin_boundaries`. Cannot adapt: there is nothing left to "
                "learn. Give it `num_bins` in their place.",
                code="param",
            )
        self.reset_state()
        for batch in batches_of(data, steps) if is_batched(data) else (data,):
            self.update_state(batch)
        self.finalize_state()

    def update_state(self, data: Any) -> None:
        """Take a batch into the summary."""
        summary = _summary(values_of(data).astype("float32"), self.epsilon)
        merged = np.concatenate((summary, self.summary), axis=1)
        self.summary = _compressed(np.take(merged, np.argsort(merged[0]), axis=1), self.epsilon)

    def finalize_state(self) -> None:
        """Read the bounds from the summary."""
        if self.num_bins is not None:
            self.bin_boundaries = _compressed(self.summary, 1.0 / self.num_bins)[0, :-1].tolist()

    def reset_state(self) -> None:
        """Forget the summary."""
        if self.num_bins is not None:
            self.summary = _NOTHING

    def call(self, inputs: Any) -> Tensor:
        """Return the bins, encoded; raises ``EngineError`` while there are no bounds."""
        if self.bin_boundaries is None:
            raise EngineError(
                f"You need bounds between the bins of layer '{self.name}': give it `bin_boundaries`, or call "
                "its `adapt(data)`, which learns them.",
                code="param",
            )
        values = inputs if isinstance(inputs, Tensor) else to_tensor(values_of(inputs))
        values = values.to(getattr(torch, self.input_dtype))
        bounds = torch.as_tensor(self.bin_boundaries, dtype=values.dtype, device=values.device)
        places = torch.bucketize(values, bounds, right=True)
        return encoded(
            places, self.output_mode, len(self.bin_boundaries) + 1, getattr(torch, self.output_dtype)
        )

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the input's shape, with the bins on an axis of their own unless ``output_mode="int"``."""
        bounds = self.bin_boundaries
        depth = self.num_bins if bounds is None else len(bounds) + 1
        return encoded_shape(tuple(input_shape), self.output_mode, depth)

    def compute_output_dtype(self, *dtypes: str) -> str:
        """Return ``output_dtype``."""
        return self.output_dtype

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return a new layer; bounds that were learned come after the number of bins."""
        learned = config.get("bin_boundaries") if config.get("num_bins") is not None else None
        if learned is None:
            return super().from_config(config)
        layer = super().from_config({**config, "bin_boundaries": None})
        layer.bin_boundaries = learned
        return layer


_NOTHING = np.zeros((2, 0), dtype="float32")


def _summary(values: Values, epsilon: float) -> Values:
    """Return at most 1/epsilon of the sorted values at equal steps, and how many each stands for."""
    ordered = np.sort(values.reshape(-1))
    step = max(ordered.size / (1.0 / epsilon), 1)
    chosen = ordered[int(step - 1) :: int(step)]
    return np.stack([chosen, np.ones_like(chosen) * step])


def _compressed(summary: Values, epsilon: float) -> Values:
    """Return a summary of about 1/epsilon values, read off the running share of the larger one."""
    if summary.shape[1] * epsilon < 1:
        return summary
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    running = summary[1].cumsum()
    have = running / running[-1]
    amounts = np.interp(shares, have, running)
    return np.stack((np.interp(shares, have, summary[0]), np.diff(amounts, prepend=0.0))).astype("float32")
