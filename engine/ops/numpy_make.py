"""New tensors: filled, counted, spaced, windows.  Keras: ``keras.ops.numpy``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from engine.backend import convert_to_tensor, get_device, to_torch_dtype
from engine.errors import ParamError
from engine.ops.convert import is_whole, mixed_dtype, numpy_op, tensor
from engine.symbolic import KerasTensor


def _sizes(shape: Any) -> list[int]:
    return [int(shape)] if is_whole(shape) else [int(size) for size in shape]


def zeros(shape: Any, dtype: Any = None) -> Tensor:
    """Return zeros; ``dtype`` ``None`` is the default float type."""
    return torch.zeros(_sizes(shape), dtype=to_torch_dtype(dtype), device=get_device())


def ones(shape: Any, dtype: Any = None) -> Tensor:
    """Return ones; ``dtype`` ``None`` is the default float type."""
    return torch.ones(_sizes(shape), dtype=to_torch_dtype(dtype), device=get_device())


def empty(shape: Any, dtype: Any = None) -> Tensor:
    """Return a tensor whose numbers are whatever lay in memory."""
    return torch.empty(_sizes(shape), dtype=to_torch_dtype(dtype), device=get_device())


@numpy_op("fill_value")
def full(shape: Any, fill_value: Any, dtype: Any = None) -> Tensor:
    """Return ``fill_value`` everywhere; ``dtype`` ``None`` is the default float type."""
    return convert_to_tensor(fill_value, to_torch_dtype(dtype)).expand(_sizes(shape)).clone()


def _like_rule(x: Any, *_: Any, dtype: Any = None) -> Any:
    return KerasTensor(x.shape, dtype or x.dtype) if isinstance(x, KerasTensor) else None


def _kind(x: Tensor, dtype: Any) -> torch.dtype:
    return x.dtype if dtype is None else to_torch_dtype(dtype)


@numpy_op("x", "fill_value", rule=_like_rule)
def full_like(x: Any, fill_value: Any, dtype: Any = None) -> Tensor:
    """Return ``fill_value`` everywhere, in the shape (and type, unless told) of ``x``."""
    x = tensor(x)
    return convert_to_tensor(fill_value, _kind(x, dtype)).to(x.device).expand(x.shape).clone()


@numpy_op(rule=_like_rule)
def zeros_like(x: Any, dtype: Any = None) -> Tensor:
    """Return zeros in the shape (and type, unless told) of ``x``."""
    x = tensor(x)
    return torch.zeros_like(x, dtype=_kind(x, dtype))


@numpy_op(rule=_like_rule)
def ones_like(x: Any, dtype: Any = None) -> Tensor:
    """Return ones in the shape (and type, unless told) of ``x``."""
    x = tensor(x)
    return torch.ones_like(x, dtype=_kind(x, dtype))


@numpy_op(rule=_like_rule)
def empty_like(x: Any, dtype: Any = None) -> Tensor:
    """Return a tensor in the shape of ``x`` whose numbers are whatever lay in memory."""
    x = tensor(x)
    return torch.empty_like(x, dtype=_kind(x, dtype))


def _whole(value: Any, name: str) -> int:
    if not is_whole(value):
        raise TypeError(f"{name} is a whole number. Received: {name}={value!r}")
    return int(value)


def eye(N: Any, M: Any = None, k: Any = 0, dtype: Any = None) -> Tensor:
    """Return a matrix of N rows and M columns with ones on the diagonal, ``k`` places to the right."""
    rows = _whole(N, "N")
    columns = rows if M is None else _whole(M, "M")
    shift = 0 if k is None else _whole(k, "k")
    made = torch.zeros((rows, columns), dtype=to_torch_dtype(dtype), device=get_device())
    made.diagonal(shift).fill_(1) if -rows <= shift <= columns else None
    return made


def identity(n: Any, dtype: Any = None) -> Tensor:
    """Return a square matrix with ones on the diagonal."""
    return eye(n, dtype=dtype)


def tri(N: Any, M: Any = None, k: int = 0, dtype: Any = None) -> Tensor:
    """Return a matrix with ones on the diagonal (``k`` places to the right) and below."""
    return torch.tril(ones((N, M or N), dtype), diagonal=k)


@numpy_op("start", "stop", "step")
def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Tensor:
    """Return numbers from ``start`` up to below ``stop``; given one number, from 0 to below it."""
    given = [value for value in (start, stop, step) if value is not None]
    kind = mixed_dtype(*given) if dtype is None else to_torch_dtype(dtype)
    if stop is None:
        start, stop = 0, start
    return torch.arange(start, stop, 1 if step is None else step, dtype=kind, device=get_device())


@numpy_op(cls="Array")
def array(x: Any, dtype: Any = None) -> Tensor:
    """Return ``x`` as a tensor."""
    return convert_to_tensor(x, dtype)


def _space(
    start: Any, stop: Any, num: int, endpoint: bool, kind: torch.dtype, axis: int
) -> tuple[Tensor, Tensor]:
    """Return evenly spaced numbers and the step between them."""
    first, last = convert_to_tensor(start, torch.float64), convert_to_tensor(stop, torch.float64)
    pieces = num - 1 if endpoint else num
    step = (last - first) / pieces if pieces > 0 else (last - first) * torch.nan
    steps = torch.arange(num, dtype=torch.float64, device=first.device)
    shape = [num] + [1] * max(first.dim(), last.dim())
    made = first + steps.reshape(shape) * (step if pieces > 0 else 0.0)
    if endpoint and num > 1:
        made[-1] = last
    return torch.movedim(made, 0, axis) if axis else made, step.to(kind)


@numpy_op("start", "stop")
def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """Return ``num`` numbers evenly spaced from ``start`` to ``stop``; with ``retstep``, and their
    distance.
    """
    kind = mixed_dtype(start, stop, float) if dtype is None else to_torch_dtype(dtype)
    made, step = _space(start, stop, num, endpoint, kind, axis)
    return (made.to(kind), step) if retstep else made.to(kind)


@numpy_op("start", "stop")
def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: Any = 10,
    dtype: Any = None,
    axis: int = 0,
) -> Tensor:
    """Return ``base`` to the power of ``num`` numbers evenly spaced from ``start`` to ``stop``."""
    kind = mixed_dtype(start, stop, float) if dtype is None else to_torch_dtype(dtype)
    return torch.pow(base, _space(start, stop, num, endpoint, kind, axis)[0]).to(kind)


@numpy_op("start", "stop")
def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Tensor:
    """Return ``num`` numbers from ``start`` to ``stop``, each the same multiple of the one before."""
    kind = mixed_dtype(start, stop, float) if dtype is None else to_torch_dtype(dtype)
    first, last = convert_to_tensor(start, torch.float64), convert_to_tensor(stop, torch.float64)
    made = torch.exp(_space(first.abs().log(), last.abs().log(), num, endpoint, torch.float64, 0)[0])
    made = (made * torch.sign(first)).to(kind)
    return torch.movedim(made, 0, axis) if axis else made


def _window(function: Callable[..., Tensor], x: Any, **options: Any) -> Tensor:
    return function(int(x), dtype=to_torch_dtype(None), device=get_device(), **options)


def bartlett(x: Any) -> Tensor:
    """Return the triangular window of Bartlett with x points."""
    return _window(torch.signal.windows.bartlett, x)


def blackman(x: Any) -> Tensor:
    """Return Blackman's window with x points."""
    return _window(torch.signal.windows.blackman, x)


def hamming(x: Any) -> Tensor:
    """Return Hamming's window with x points."""
    return _window(torch.signal.windows.hamming, x)


def hanning(x: Any) -> Tensor:
    """Return von Hann's window with x points."""
    return _window(torch.signal.windows.hann, x)


def kaiser(x: Any, beta: Any) -> Tensor:
    """Return Kaiser's window with x points; the larger ``beta``, the narrower."""
    return _window(torch.signal.windows.kaiser, x, beta=float(beta))


@numpy_op("*x", cls="Meshgrid")
def meshgrid(*x: Any, indexing: str = "xy") -> list[Tensor]:
    """Return the coordinates of a grid over the given axes; ``indexing`` is ``"xy"`` or ``"ij"``."""
    if indexing not in ("xy", "ij"):
        raise ParamError(
            f"indexing is 'xy' or 'ij'. Received: indexing={indexing!r}", code="param", param="indexing"
        )
    return list(torch.meshgrid([tensor(one).reshape(-1) for one in x], indexing=indexing))
