"""Activation functions: plain functions of one tensor, elementwise where nothing else is said.

Keras: https://keras.io/api/layers/activations/.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.backend import convert_to_tensor
from engine.registry import Family
from engine.symbolic import KerasTensor

FAMILY = Family("activation", "activations", takes=("x",))


def _accepting(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Return ``function`` for arrays too, and for symbolic tensors, where it becomes an operation."""

    @functools.wraps(function)
    def run(x: Any, *args: Any, **kwargs: Any) -> Tensor:
        if isinstance(x, Tensor):
            return function(x, *args, **kwargs)
        if isinstance(x, KerasTensor):
            made: Tensor = _operation(function)(x, *args, **kwargs)
            return made
        return function(convert_to_tensor(x), *args, **kwargs)

    return run


@functools.cache
def _operation(function: Callable[..., Tensor]) -> Callable[..., Any]:
    """Return the operation that does the same: that of ``ops``, or one made for the activation."""
    from engine import ops
    from engine.ops.functions import op, setting_parameters

    twin = getattr(ops, _TWINS.get(function.__name__, function.__name__), None)
    if twin is not None:
        same = {p.name: p.default for p in setting_parameters(twin.spec)}
        own = {p.name: p.default for p in list(inspect.signature(function).parameters.values())[1:]}
        if same == own:
            return twin  # type: ignore[no-any-return]  # the table of operations is untyped
    return op(module="activations", rule=None if function.__name__ == "glu" else "same")(function)


_TWINS = {"exponential": "exp"}


@_accepting
def linear(x: Tensor) -> Tensor:
    """Return the input unchanged."""
    return x


@_accepting
def relu(
    x: Tensor, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0
) -> Tensor:
    """Return x above ``threshold`` (at most ``max_value``) and ``negative_slope * (x - threshold)`` below."""
    if threshold == 0.0 and max_value is None:
        return torch.relu(x) if negative_slope == 0.0 else F.leaky_relu(x, negative_slope)
    above = torch.where(x > threshold, x, torch.zeros_like(x)) if threshold != 0.0 else F.relu(x)
    if max_value is not None:
        above = torch.clamp(above, 0.0, max_value)
    if negative_slope != 0.0:
        above = above - negative_slope * F.relu(threshold - x)
    return above


@_accepting
def leaky_relu(x: Tensor, negative_slope: float = 0.2) -> Tensor:
    """Return x where positive, ``negative_slope * x`` elsewhere."""
    return F.leaky_relu(x, negative_slope)


@_accepting
def relu6(x: Tensor) -> Tensor:
    """Return x cut to the range from 0 to 6."""
    return F.relu6(x)


@_accepting
def sigmoid(x: Tensor) -> Tensor:
    """Return 1 / (1 + exp(-x)), between 0 and 1."""
    return torch.sigmoid(x)


@_accepting
def tanh(x: Tensor) -> Tensor:
    """Return the hyperbolic tangent, between -1 and 1."""
    return torch.tanh(x)


@_accepting
def softmax(x: Tensor, axis: int | tuple[int, ...] | list[int] | None = -1) -> Tensor:
    """Return probabilities that sum to 1 along ``axis`` (several axes together; ``None``: all of them)."""
    return _over_axes(torch.softmax, x, axis)


@_accepting
def log_softmax(x: Tensor, axis: int | tuple[int, ...] | list[int] | None = -1) -> Tensor:
    """Return the logarithm of ``softmax``, computed without its loss of precision."""
    return _over_axes(torch.log_softmax, x, axis)


def _over_axes(function: Callable[..., Tensor], x: Tensor, axis: Any) -> Tensor:
    if isinstance(axis, int):
        return function(x, dim=axis)
    axes = [item % x.dim() for item in (range(x.dim()) if axis is None else axis)]
    order = [item for item in range(x.dim()) if item not in axes] + axes
    moved = x.permute(order)
    done = function(moved.flatten(x.dim() - len(axes)), dim=-1).reshape(moved.shape)
    return done.permute([order.index(item) for item in range(x.dim())])


@_accepting
def elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """Return x where positive, ``alpha * (exp(x) - 1)`` elsewhere."""
    return F.elu(x, alpha)


@_accepting
def selu(x: Tensor) -> Tensor:
    """Return the scaled ELU that keeps mean 0 and variance 1 (Klambauer et al. 2017)."""
    return F.selu(x)


@_accepting
def celu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """Return x where positive, ``alpha * (exp(x / alpha) - 1)`` elsewhere."""
    return F.celu(x, alpha)


@_accepting
def gelu(x: Tensor, approximate: bool = False) -> Tensor:
    """Return x times the normal distribution's cumulative probability of x; ``approximate`` uses tanh."""
    return F.gelu(x, approximate="tanh" if approximate else "none")


@_accepting
def glu(x: Tensor, axis: int = -1) -> Tensor:
    """Return the first half along ``axis`` times the sigmoid of the second half."""
    return F.glu(x, dim=axis)


@_accepting
def silu(x: Tensor) -> Tensor:
    """Return ``x * sigmoid(x)``, also called swish."""
    return F.silu(x)


@_accepting
def softplus(x: Tensor) -> Tensor:
    """Return ``log(1 + exp(x))``."""
    return F.softplus(x)


@_accepting
def softsign(x: Tensor) -> Tensor:
    """Return ``x / (1 + |x|)``."""
    return F.softsign(x)


@_accepting
def exponential(x: Tensor) -> Tensor:
    """Return ``exp(x)``."""
    return torch.exp(x)


@_accepting
def hard_sigmoid(x: Tensor) -> Tensor:
    """Return ``x / 6 + 0.5`` cut to the range from 0 to 1."""
    return F.hardsigmoid(x)


@_accepting
def hard_silu(x: Tensor) -> Tensor:
    """Return ``x * hard_sigmoid(x)``, also called hard swish."""
    return F.hardswish(x)


@_accepting
def hard_tanh(x: Tensor) -> Tensor:
    """Return x cut to the range from -1 to 1."""
    return F.hardtanh(x)


@_accepting
def mish(x: Tensor) -> Tensor:
    """Return ``x * tanh(softplus(x))``."""
    return F.mish(x)


@_accepting
def log_sigmoid(x: Tensor) -> Tensor:
    """Return the logarithm of the sigmoid."""
    return F.logsigmoid(x)


@_accepting
def hard_shrink(x: Tensor, threshold: float = 0.5) -> Tensor:
    """Return x where its size is above ``threshold``, 0 elsewhere."""
    return F.hardshrink(x, threshold)


@_accepting
def soft_shrink(x: Tensor, threshold: float = 0.5) -> Tensor:
    """Return x brought nearer to 0 by ``threshold``, and 0 where it is smaller than that."""
    return F.softshrink(x, threshold)


@_accepting
def tanh_shrink(x: Tensor) -> Tensor:
    """Return ``x - tanh(x)``."""
    return F.tanhshrink(x)


@_accepting
def threshold(x: Tensor, threshold: float, default_value: float) -> Tensor:
    """Return x where it is above ``threshold``, ``default_value`` elsewhere."""
    return F.threshold(x, threshold, default_value)


@_accepting
def squareplus(x: Tensor, b: float = 4) -> Tensor:
    """Return ``(x + sqrt(x² + b)) / 2``, a smooth relu without exponentials."""
    return (x + torch.sqrt(x * x + b)) / 2


@_accepting
def sparse_plus(x: Tensor) -> Tensor:
    """Return 0 up to -1, x from 1 on, and ``(x + 1)² / 4`` between."""
    inner = 0.25 * (x.clamp(-1, 1) + 1) ** 2
    return torch.where(x < 1, inner, x)


@_accepting
def sparse_sigmoid(x: Tensor) -> Tensor:
    """Return 0 up to -1, 1 from 1 on, and ``(x + 1) / 2`` between."""
    return 0.5 * (x.clamp(-1, 1) + 1)


@_accepting
def sparsemax(x: Tensor, axis: int = -1) -> Tensor:
    """Return the nearest point of the probability simplex, with exact zeros (Martins & Astudillo 2016)."""
    if not x.numel():
        return x
    ranked = torch.sort(x, dim=axis, descending=True).values
    sums = torch.cumsum(ranked, dim=axis)
    shape = [1] * x.dim()
    shape[axis] = x.shape[axis]
    count = torch.arange(1, x.shape[axis] + 1, dtype=x.dtype, device=x.device).reshape(shape)
    size = ((1 + count * ranked) > sums).sum(dim=axis, keepdim=True)
    tau = (sums.gather(axis, (size - 1).clamp_min(0)) - 1) / size.to(x.dtype)
    return torch.clamp_min(x - tau, 0)


FAMILY.add(
    linear, relu, leaky_relu, relu6, sigmoid, tanh, softmax, log_softmax, elu, selu, celu, gelu, glu, silu
)
FAMILY.add(
    softplus, softsign, exponential, hard_sigmoid, hard_silu, hard_tanh, mish, log_sigmoid, hard_shrink
)
FAMILY.add(soft_shrink, tanh_shrink, threshold, squareplus, sparse_plus, sparse_sigmoid, sparsemax)
FAMILY.add(swish=silu, hard_swish=hard_silu)
swish = silu
hard_swish = hard_silu


def get(identifier: Any) -> Callable[..., Any]:
    """Return the function for a name, a config or a callable; ``None`` is ``linear``."""
    found: Callable[..., Any] = linear if identifier is None else FAMILY.get(identifier)
    return found


def serialize(activation: Any) -> Any:
    """Return the name of a function, or the config of an object."""
    return FAMILY.serialize(activation)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return what ``serialize`` described."""
    return FAMILY.deserialize(config, custom_objects)
