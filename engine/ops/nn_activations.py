"""Activation functions, and norms along axes.  Keras: ``keras.ops`` (its module ``nn``)."""

from __future__ import annotations

import warnings
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine import activations
from engine.backend import epsilon as default_epsilon
from engine.backend import floatx
from engine.errors import ParamError
from engine.ops.convert import axes_of, floating, fold_last, is_whole, tensor, unary
from engine.ops.functions import op as _op
from engine.symbolic import KerasTensor

op = partial(_op, module="nn")

relu = unary("relu", torch.relu, "x where positive, 0 elsewhere.", floats=False, module="nn")
relu6 = unary("relu6", F.relu6, "x cut to the range from 0 to 6.", floats=False, module="nn")
sigmoid = unary("sigmoid", torch.sigmoid, "1 / (1 + exp(-x)), between 0 and 1.", module="nn")
softplus = unary("softplus", F.softplus, "log(1 + exp(x)).", module="nn")
softsign = unary("softsign", F.softsign, "x / (1 + |x|).", module="nn")
silu = unary("silu", F.silu, "x * sigmoid(x), also called swish.", module="nn")
log_sigmoid = unary("log_sigmoid", F.logsigmoid, "the logarithm of the sigmoid.", module="nn")
hard_sigmoid = unary("hard_sigmoid", F.hardsigmoid, "x / 6 + 0.5 cut to the range from 0 to 1.", module="nn")
hard_silu = unary("hard_silu", F.hardswish, "x * hard_sigmoid(x), also called hard swish.", module="nn")
selu = unary("selu", F.selu, "the scaled ELU that keeps mean 0 and variance 1.", module="nn")
tanh_shrink = unary("tanh_shrink", F.tanhshrink, "x - tanh(x).", module="nn")
hard_tanh = unary("hard_tanh", F.hardtanh, "x cut to the range from -1 to 1.", floats=False, module="nn")
swish = silu
hard_swish = hard_silu


def _sparse_plus(x: Tensor) -> Tensor:
    return torch.where(x < 1, 0.25 * (x.clamp(-1, 1) + 1) ** 2, x)


def _sparse_sigmoid(x: Tensor) -> Tensor:
    return 0.5 * (x.clamp(-1, 1) + 1)


sparse_plus = unary(
    "sparse_plus", _sparse_plus, "0 up to -1, x from 1 on, ((x + 1) / 2)² between.", module="nn"
)
sparse_sigmoid = unary(
    "sparse_sigmoid", _sparse_sigmoid, "0 up to -1, 1 from 1 on, (x + 1) / 2 between.", module="nn"
)


@op(rule="same")
def leaky_relu(x: Any, negative_slope: float = 0.2) -> Tensor:
    """Return x where positive, ``negative_slope * x`` elsewhere."""
    return F.leaky_relu(floating(x), negative_slope)


@op(rule="same")
def elu(x: Any, alpha: float = 1.0) -> Tensor:
    """Return x where positive, ``alpha * (exp(x) - 1)`` elsewhere."""
    return F.elu(floating(x), alpha)


@op(rule="same")
def celu(x: Any, alpha: float = 1.0) -> Tensor:
    """Return x where positive, ``alpha * (exp(x / alpha) - 1)`` elsewhere."""
    return F.celu(floating(x), alpha)


@op(rule="same")
def gelu(x: Any, approximate: bool = True) -> Tensor:
    """Return x times the normal distribution's cumulative probability of x; ``approximate`` uses tanh."""
    return F.gelu(floating(x), approximate="tanh" if approximate else "none")


@op()
def glu(x: Any, axis: int = -1) -> Tensor:
    """Return the first half along ``axis`` times the sigmoid of the second half."""
    x = floating(x)
    if x.shape[axis] % 2:
        raise ParamError(
            f"axis size must be divisible by 2. Received: shape {tuple(x.shape)} and axis={axis}", code="axis"
        )
    return F.glu(x, dim=axis)


@op(rule="same")
def soft_shrink(x: Any, threshold: float = 0.5) -> Tensor:
    """Return x brought nearer to 0 by ``threshold``, and 0 where it is smaller than that."""
    return F.softshrink(floating(x), threshold)


@op(rule="same")
def hard_shrink(x: Any, threshold: float = 0.5) -> Tensor:
    """Return x where its size is above ``threshold``, 0 elsewhere."""
    return F.hardshrink(floating(x), threshold)


@op(rule="same")
def threshold(x: Any, threshold: float, default_value: float) -> Tensor:
    """Return x where it is above ``threshold``, ``default_value`` elsewhere."""
    return F.threshold(tensor(x), threshold, default_value)


@op(rule="same")
def squareplus(x: Any, b: float = 4) -> Tensor:
    """Return ``(x + sqrt(x² + b)) / 2``, a smooth relu without exponentials."""
    x = floating(x)
    return (x + torch.sqrt(x * x + b)) / 2


def _along_rule(x: KerasTensor, axis: Any = -1, **_: Any) -> KerasTensor:
    axes_of(axis, x.ndim)
    return KerasTensor(x.shape, x.dtype if "float" in str(x.dtype) else floatx())


def _along(function: Any, x: Any, axis: Any) -> Tensor:
    x = floating(x)
    if is_whole(axis):
        found: Tensor = function(x, dim=int(axis))
        return found
    axes = axes_of(axis, x.dim())
    order = [one for one in range(x.dim()) if one not in axes] + axes
    made: Tensor = function(fold_last(x, axes), dim=-1).reshape([x.shape[one] for one in order])
    return made.permute([order.index(one) for one in range(x.dim())])


@op(rule=_along_rule)
def softmax(x: Any, axis: Any = -1) -> Tensor:
    """Return probabilities that sum to 1 along ``axis`` (several together; ``None``: all of them)."""
    shape = getattr(x, "shape", ())
    if isinstance(axis, int) and -len(shape) <= axis < len(shape) and shape[axis] == 1:
        warnings.warn(
            f"You are using a softmax over axis {axis} of a tensor of shape {tuple(shape)}. This axis has "
            "size 1, and one probability alone is always 1. For a yes or no, use sigmoid.",
            stacklevel=2,
        )
    return _along(torch.softmax, x, axis)


@op(rule=_along_rule)
def log_softmax(x: Any, axis: Any = -1) -> Tensor:
    """Return the logarithm of ``softmax``, computed without its loss of precision."""
    return _along(torch.log_softmax, x, axis)


@op(rule=_along_rule)
def sparsemax(x: Any, axis: int = -1) -> Tensor:
    """Return the nearest point of the probability simplex, with exact zeros (Martins & Astudillo 2016)."""
    return activations.sparsemax(floating(x), axis)


@op(rule=_along_rule)
def normalize(x: Any, axis: Any = -1, order: int = 2, epsilon: float | None = None) -> Tensor:
    """Return x divided by its length (the norm of ``order``) along ``axis``; lengths are at least epsilon."""
    if not isinstance(order, int) or isinstance(order, bool) or order < 1:
        raise ParamError(
            f"Argument `order` must be an int >= 1. Received: order={order}", code="param", param="order"
        )
    x = floating(x)
    small = default_epsilon() if epsilon is None else epsilon
    if order == 2:  # the root of the sum held above epsilon, whose gradient is finite at 0
        return x * torch.rsqrt(x.square().sum(axes_of(axis, x.dim()), keepdim=True).clamp_min(small**2))
    length = torch.linalg.vector_norm(x, ord=order, dim=tuple(axes_of(axis, x.dim())), keepdim=True)
    return x / length.clamp_min(small)
