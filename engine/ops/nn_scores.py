"""One-hot rows, cross-entropies, statistics, normalization and attention.  Keras: ``keras.ops``
(module ``nn``).
"""

from __future__ import annotations

import math
import warnings
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.backend import convert_to_tensor, floatx, result_type, to_torch_dtype
from engine.backend import epsilon as default_epsilon
from engine.errors import ParamError, ShapeError
from engine.ops.convert import axes_of, floating, tensor
from engine.ops.functions import op as _op
from engine.symbolic import KerasTensor

op = partial(_op, module="nn")


def _no_sparse(sparse: bool) -> None:
    if sparse:
        raise ParamError(
            "There are no sparse tensors here. Received: sparse=True", code="param", param="sparse"
        )


@op()
def one_hot(x: Any, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False) -> Tensor:
    """Return class numbers as rows with a 1 at the class; numbers outside give rows of zeros."""
    _no_sparse(sparse)
    x = tensor(x).long()
    classes = torch.arange(num_classes, device=x.device)
    return torch.movedim((x.unsqueeze(-1) == classes).to(to_torch_dtype(dtype)), -1, axis)


@op()
def multi_hot(
    inputs: Any,
    num_classes: int | None = None,
    axis: int = -1,
    dtype: Any = None,
    sparse: bool = False,
    **kwargs: Any,
) -> Tensor:
    """Return, for rows of class numbers, one row each with a 1 at every class that is there."""
    _no_sparse(sparse)
    count = kwargs.pop("num_tokens", num_classes)
    if count is None:
        raise ParamError(
            "Argument `num_classes` must be specified.", code="missing_param", param="num_classes"
        )
    x = tensor(inputs)
    rows = one_hot(x.int(), count, axis=axis, dtype=dtype)
    return torch.amax(rows, dim=1 if x.dim() > 1 else 0)


def _same_shape(target: Tensor, output: Tensor) -> None:
    if target.shape != output.shape:
        raise ShapeError(
            "Arguments `target` and `output` must have the same shape. "
            f"Received: target.shape={tuple(target.shape)}, output.shape={tuple(output.shape)}",
            code="shape",
        )


def _logs(output: Tensor, axis: int, from_logits: bool) -> Tensor:
    if from_logits:
        return torch.log_softmax(output, dim=axis)
    small = default_epsilon()
    return torch.log((output / output.sum(dim=axis, keepdim=True)).clamp(small, 1.0 - small))


def _at_least_row(output: Tensor) -> None:
    if output.dim() < 1:
        raise ShapeError("Argument `output` must be at least rank 1. Received: a single number", code="rank")


@op("target", "output")
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Tensor:
    """Return -log of the probability given to what is so, for yes-or-no questions."""
    output = floating(output)
    target = convert_to_tensor(target, output.dtype)
    _same_shape(target, output)
    if from_logits:
        return F.binary_cross_entropy_with_logits(output, target, reduction="none")
    small = default_epsilon()
    return F.binary_cross_entropy(output.clamp(small, 1.0 - small), target, reduction="none")


@op("target", "output")
def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Tensor:
    """Return -log of the probability given to the class, targets being probabilities along ``axis``."""
    output = floating(output)
    target = convert_to_tensor(target, output.dtype)
    _same_shape(target, output)
    _at_least_row(output)
    return -(target * _logs(output, axis, from_logits)).sum(dim=axis)


@op("target", "output")
def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Tensor:
    """Return -log of the probability given to the class, targets being class numbers."""
    target, output = tensor(target).long(), floating(output)
    _at_least_row(output)
    if target.dim() == output.dim() and target.shape[axis] == 1:
        target = target.squeeze(axis)
    places = [size for one, size in enumerate(output.shape) if one != axis % output.dim()]
    if list(target.shape) != places:
        raise ShapeError(
            "Arguments `target` and `output` must have the same shape up until the last dimension: "
            f"target.shape={tuple(target.shape)}, output.shape={tuple(output.shape)}",
            code="shape",
        )
    logs = _logs(output, axis, from_logits)
    return -logs.gather(axis, target.unsqueeze(axis)).squeeze(axis)


@op()
def moments(x: Any, axes: Any, keepdims: bool = False, synchronized: bool = False) -> tuple[Tensor, Tensor]:
    """Return mean and variance along ``axes``."""
    if synchronized:
        raise NotImplementedError(
            "Statistics are not gathered over several devices. Received: synchronized=True"
        )
    x = tensor(x)
    wide = x.float() if x.dtype is torch.float16 else x
    dims = tuple(axes_of(axes, x.dim()))
    mean = torch.mean(wide, dim=dims, keepdim=True)
    variance = torch.var(wide, dim=dims, keepdim=True, correction=0)
    if not keepdims:
        mean, variance = mean.squeeze(dims), variance.squeeze(dims)
    if wide is not x:
        limit = torch.finfo(x.dtype)
        mean, variance = (one.clamp(limit.min, limit.max).to(x.dtype) for one in (mean, variance))
    return mean, variance


@op("x", "mean", "variance", "offset", "scale", cls="BatchNorm")
def batch_normalization(
    x: Any, mean: Any, variance: Any, axis: int, offset: Any = None, scale: Any = None, epsilon: float = 1e-3
) -> Tensor:
    """Return ``scale * (x - mean) / sqrt(variance + epsilon) + offset``, each of them for one place
    on ``axis``.
    """
    x = floating(x)
    shape = [1] * x.dim()
    shape[axis] = -1

    def along(value: Any, name: str) -> Tensor:
        found = tensor(value)
        if found.dim() != 1 or found.shape[0] != x.shape[axis]:
            raise ShapeError(
                f"`{name}` must be a vector of length `x.shape[axis]`: {x.shape[axis]}, with axis={axis}. "
                f"Received: shape {tuple(found.shape)}",
                code="axis",
                axis=axis,
            )
        return found.reshape(shape)

    factor = torch.rsqrt(along(variance, "variance") + epsilon)
    if scale is not None:
        factor = factor * along(scale, "scale")
    made = (x - along(mean, "mean")) * factor
    return made if offset is None else made + along(offset, "offset")


@op("x", "scale", cls="RMSNorm")
def rms_normalization(x: Any, scale: Any = None, axis: Any = -1, epsilon: float | None = None) -> Tensor:
    """Return x divided by the root of the mean square along ``axis``, times ``scale``."""
    x = floating(x)
    dims = axes_of(axis, x.dim())
    wide = x.to(to_torch_dtype(result_type(x.dtype, "float32")))
    small = default_epsilon() if epsilon is None else epsilon
    made = wide * torch.rsqrt(wide.square().mean(dims, keepdim=True) + small)
    if scale is not None:
        made = made * _spread(scale, x, dims)
    return made.to(x.dtype)


def _spread(weight: Any, x: Tensor, dims: list[int]) -> Tensor:
    found = tensor(weight)
    if found.dim() in (0, x.dim()):
        return found
    return found.reshape([x.shape[one] if one in dims else 1 for one in range(x.dim())])


def _layer_rule(x: Any, *_: Any, **__: Any) -> KerasTensor | None:
    if not isinstance(x, KerasTensor):
        return None
    return KerasTensor(x.shape, x.dtype if "float" in x.dtype else floatx())


@op("x", "gamma", "beta", cls="LayerNorm", rule=_layer_rule)
def layer_normalization(
    x: Any, gamma: Any = None, beta: Any = None, axis: Any = -1, epsilon: float | None = None, **kwargs: Any
) -> Tensor:
    """Return x brought to mean 0 and variance 1 along ``axis``, times ``gamma``, plus ``beta``."""
    x = floating(x)
    dims = axes_of(axis, x.dim())
    wide = x.to(to_torch_dtype(result_type(x.dtype, "float32")))
    small = default_epsilon() if epsilon is None else epsilon
    if kwargs.pop("rms_scaling", False):
        warnings.warn(
            "You passed `rms_scaling=True`, which is deprecated: call ops.rms_normalization instead.",
            stacklevel=2,
        )
        variance = torch.var(wide, dim=dims, keepdim=True, correction=0)
        made = wide * torch.rsqrt(variance + small)
        return (made if gamma is None else made * _spread(gamma, x, dims)).to(x.dtype)
    if dims == list(range(x.dim() - len(dims), x.dim())):
        made = F.layer_norm(wide, [x.shape[one] for one in dims], eps=small)
    else:
        mean = wide.mean(dims, keepdim=True)
        made = (wide - mean) * torch.rsqrt(torch.var(wide, dim=dims, keepdim=True, correction=0) + small)
    made = made if gamma is None else made * _spread(gamma, x, dims)
    made = made if beta is None else made + _spread(beta, x, dims)
    return made.to(x.dtype)


def _psnr_rule(x1: Any, x2: Any, max_val: float) -> KerasTensor:
    if len(x1.shape) != len(x2.shape):
        raise ShapeError(
            f"Inputs must have the same rank. Received: shapes {tuple(x1.shape)} and {tuple(x2.shape)}",
            code="rank",
        )
    return KerasTensor((), result_type(x1.dtype, x2.dtype, float))


@op("x1", "x2", cls="PSNR", rule=_psnr_rule)
def psnr(x1: Any, x2: Any, max_val: float) -> Tensor:
    """Return the peak signal-to-noise ratio in decibels; ``max_val`` is the largest number there can be."""
    x1, x2 = floating(x1), floating(x2)
    if x1.shape != x2.shape:
        raise ShapeError(
            f"Input shapes {tuple(x1.shape)} and {tuple(x2.shape)} must match for PSNR.", code="shape"
        )
    return 20 * math.log10(max_val) - 10 * torch.log10(torch.mean((x1 - x2) ** 2))


def _attention_rule(query: Any, key: Any, value: Any, *_: Any, **__: Any) -> Any:
    if any(len(one.shape) != 4 for one in (query, key, value)):
        return None  # the run says what is wrong
    return KerasTensor((*query.shape[:-1], value.shape[-1]), result_type(query.dtype, key.dtype, value.dtype))


@op("query", "key", "value", "bias", "mask", "scale", rule=_attention_rule)
def dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: Any = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> Tensor:
    """Return softmax(query keyᵀ * scale + bias) value, for tensors (batch, places, heads, size).

    ``mask`` says which places may be looked at; with ``is_causal`` none after one's own.  Fewer heads of key
    and value are shared by groups of query heads.  Torch picks the kernel whatever ``flash_attention`` says.
    ``attn_logits_soft_cap`` keeps scores below a bound by tanh.
    """
    q, k, v = floating(query), floating(key), floating(value)
    if q.dim() != 4 or k.dim() != 4 or v.dim() != 4:
        raise ShapeError(
            "`dot_product_attention` only supports 4D inputs. Received: "
            f"query.shape={tuple(q.shape)}, key.shape={tuple(k.shape)}, value.shape={tuple(v.shape)}.",
            code="rank",
        )
    if bias is not None and mask is not None and attn_logits_soft_cap is None:
        raise ParamError("Only one of `bias` and `mask` can be provided. Received both.", code="param")
    kind = to_torch_dtype(result_type(q.dtype, k.dtype, v.dtype))
    q, k, v = (one.to(kind).transpose(1, 2) for one in (q, k, v))
    groups = q.shape[1] // k.shape[1]
    if groups > 1:
        k, v = (one.repeat_interleave(groups, dim=1) for one in (k, v))
    seen = None if mask is None else convert_to_tensor(mask, "bool")
    if seen is not None and is_causal:
        seen = seen & torch.ones(q.shape[2], k.shape[2], dtype=torch.bool, device=q.device).tril()
    if attn_logits_soft_cap is None:
        added = None if bias is None else convert_to_tensor(bias, kind)
        if seen is not None:
            added = torch.zeros((), dtype=kind, device=q.device).masked_fill(
                ~seen, torch.finfo(kind).min * 0.7
            )
        elif added is not None and is_causal:  # torch takes one of them
            ahead = ~torch.ones(q.shape[2], k.shape[2], dtype=torch.bool, device=q.device).tril()
            added = added.masked_fill(ahead, torch.finfo(kind).min * 0.7)
        made = F.scaled_dot_product_attention(q, k, v, added, 0.0, is_causal and added is None, scale=scale)
        return made.transpose(1, 2)
    factor = 1.0 / math.sqrt(q.shape[-1]) if scale is None else scale
    scores = torch.tanh(q @ k.transpose(-1, -2) * factor / attn_logits_soft_cap) * attn_logits_soft_cap
    scores = scores if bias is None else scores + convert_to_tensor(bias, kind)
    if is_causal and seen is None:
        seen = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool, device=q.device).tril()
    scores = scores if seen is None else scores.masked_fill(~seen, torch.finfo(kind).min * 0.7)
    return (torch.softmax(scores, -1) @ v).transpose(1, 2)


def _polar_rule(abs_: Any, angle: Any) -> KerasTensor:
    double = "float64" in (str(abs_.dtype).removeprefix("torch."), str(angle.dtype).removeprefix("torch."))
    return KerasTensor(tuple(abs_.shape), "complex128" if double else "complex64")


@op("abs_", "angle", rule=_polar_rule)
def polar(abs_: Any, angle: Any) -> Tensor:
    """Return complex numbers from their sizes and angles."""
    return torch.polar(floating(abs_), floating(angle))
