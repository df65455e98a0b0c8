"""Segments, sequences, Fourier transforms and special functions.  Keras: ``keras.ops`` (module ``math``)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.backend import convert_to_tensor
from engine.errors import ParamError, ShapeError
from engine.ops.convert import axes_of, countable, floating, is_whole, tensor, unary
from engine.ops.functions import class_or_error, public
from engine.ops.functions import op as _op
from engine.symbolic import KerasTensor

op = partial(_op, module="math")

rsqrt = unary("rsqrt", torch.rsqrt, "1 / sqrt(x).", module="math")
erf = unary("erf", torch.erf, "the error function of Gauss.", module="math")
erfc = unary("erfc", torch.erfc, "1 - erf(x), exact for large x.", module="math")
erfinv = unary("erfinv", torch.erfinv, "the numbers whose error function is x.", module="math")


def _segment_rule(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Any:
    if not isinstance(data, KerasTensor):
        return None
    return KerasTensor((num_segments, *data.shape[1:]), data.dtype)


def _segments(
    data: Any, segment_ids: Any, num_segments: int | None, how: str, empty: Callable[[Tensor], Any]
) -> Tensor:
    data, ids = tensor(data), tensor(segment_ids).long()
    if ids.dim() != 1:
        raise ShapeError(
            f"Argument `segment_ids` should be an 1-D vector, got shape: {tuple(ids.shape)}.",
            code="rank",
            expected=1,
        )
    if data.dim() == 0 or data.shape[0] != ids.shape[0]:
        raise ShapeError(
            "Argument `segment_ids` and `data` should have same leading dimension. "
            f"Received: data of shape {tuple(data.shape)}, segment_ids of shape {tuple(ids.shape)}",
            code="axis",
        )
    count = num_segments if num_segments is not None else int(ids.max()) + 1 if ids.numel() else 0
    valid = ids >= 0
    if num_segments is not None:
        valid &= ids < count
    made = torch.full((count, *data.shape[1:]), empty(data), dtype=data.dtype, device=data.device)
    places = ids[valid].reshape(-1, *[1] * (data.dim() - 1)).expand(-1, *data.shape[1:])
    return made.scatter_reduce(0, places, data[valid], how, include_self=True)


def _lowest(x: Tensor) -> Any:
    return -torch.inf if x.is_floating_point() else torch.iinfo(x.dtype).min


def _highest(x: Tensor) -> Any:
    return torch.inf if x.is_floating_point() else torch.iinfo(x.dtype).max


@op("data", "segment_ids", rule=_segment_rule)
def segment_sum(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Tensor:
    """Return the sums of the slices of ``data`` that have the same number in ``segment_ids``."""
    return _segments(data, segment_ids, num_segments, "sum", lambda _: 0)


@op("data", "segment_ids", rule=_segment_rule)
def segment_max(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Tensor:
    """Return the greatest of the slices of ``data`` that have the same number in ``segment_ids``."""
    return _segments(data, segment_ids, num_segments, "amax", _lowest)


@op("data", "segment_ids", rule=_segment_rule)
def segment_min(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Tensor:
    """Return the least of the slices of ``data`` that have the same number in ``segment_ids``."""
    return _segments(data, segment_ids, num_segments, "amin", _highest)


@op("data", "segment_ids", rule=_segment_rule)
def segment_prod(
    data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False
) -> Tensor:
    """Return the products of the slices of ``data`` that have the same number in ``segment_ids``."""
    return _segments(data, segment_ids, num_segments, "prod", lambda _: 1)


def _top_rule(x: KerasTensor, k: int, sorted: bool = True) -> Any:
    shape = (*x.shape[:-1], k)
    return KerasTensor(shape, x.dtype), KerasTensor(shape, "int32")


@op(rule=_top_rule)
def top_k(x: Any, k: int, sorted: bool = True) -> tuple[Tensor, Tensor]:
    """Return the ``k`` greatest along the last axis, and their places."""
    x = tensor(x)
    values, places = torch.topk(countable(x), k, sorted=sorted)
    return values.to(x.dtype), places.int()


@op("targets", "predictions", rule=lambda targets, predictions, k: KerasTensor(targets.shape, "bool"))
def in_top_k(targets: Any, predictions: Any, k: int) -> Tensor:
    """Return whether each target class is among the ``k`` greatest predictions; equal ones count."""
    targets, scores = tensor(targets).long(), tensor(predictions)
    size = scores.shape[-1]
    valid = (targets >= 0) & (targets < size)
    own = scores.gather(-1, targets.clamp(0, size - 1).unsqueeze(-1))
    return ((scores > own).sum(-1) < k) & valid & torch.isfinite(own.squeeze(-1))


@op()
def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return log(sum(exp(x))) along ``axis``, without overflow."""
    x = floating(x)
    return torch.logsumexp(x, axes_of(axis, x.dim()), keepdim=keepdims) if x.dim() else x


@op("x", "y", cls="CDist")
def cdist(x: Any, y: Any) -> Tensor:
    """Return the distances (of Euclid) between each row of x and each of y."""
    x, y = floating(x), floating(y)
    if x.shape[-1] != y.shape[-1]:
        raise ShapeError(
            f"The rows of x and y have the same size. Received: {tuple(x.shape)} and {tuple(y.shape)}",
            code="axis",
        )
    return torch.cdist(x, y)


@op()
def extract_sequences(x: Any, sequence_length: int, sequence_stride: int) -> Tensor:
    """Return the stretches of ``sequence_length`` along the last axis, one every ``sequence_stride``
    places.
    """
    return _ranked(tensor(x), 1).unfold(-1, sequence_length, sequence_stride)


def _ranked(x: Tensor, rank: int) -> Tensor:
    if x.dim() < rank:
        raise ShapeError(
            f"Input should have rank >= {rank}. Received: input.shape = {tuple(x.shape)}", code="min_rank"
        )
    return x


def _complex(x: Any) -> Tensor:
    if not isinstance(x, (tuple, list)) or len(x) != 2:
        raise ParamError(
            f"Input `x` should be a tuple of two tensors - real and imaginary. Received: x={x}", code="param"
        )
    one, two = floating(x[0]), floating(x[1])
    if one.shape != two.shape:
        raise ShapeError(
            "Both the real and imaginary parts should have the same shape. "
            f"Received: {tuple(one.shape)} and {tuple(two.shape)}",
            code="shape",
        )
    if one.dim() == 0:
        raise ShapeError("Input should have rank >= 1. Received: rank 0", code="rank")
    return torch.complex(one, two)


def _parts(x: Tensor) -> tuple[Tensor, Tensor]:
    return x.real, x.imag


@op(cls="FFT")
def fft(x: Any) -> tuple[Tensor, Tensor]:
    """Return the discrete Fourier transform along the last axis; real and imaginary part, in and out."""
    return _parts(torch.fft.fft(_complex(x)))


def _planes(x: Any) -> Tensor:
    return _ranked(_complex(x), 2)


@op(cls="FFT2")
def fft2(x: Any) -> tuple[Tensor, Tensor]:
    """Return the discrete Fourier transform along the last two axes; real and imaginary part, in and out."""
    return _parts(torch.fft.fft2(_planes(x)))


@op(cls="IFFT2")
def ifft2(x: Any) -> tuple[Tensor, Tensor]:
    """Undo ``fft2``; real and imaginary part, in and out."""
    return _parts(torch.fft.ifft2(_planes(x)))


@op(cls="RFFT")
def rfft(x: Any, fft_length: int | None = None) -> tuple[Tensor, Tensor]:
    """Return the first half of the Fourier transform of real numbers: real and imaginary part."""
    return _parts(torch.fft.rfft(_ranked(floating(x), 1), n=fft_length))


@op(cls="IRFFT")
def irfft(x: Any, fft_length: int | None = None) -> Tensor:
    """Undo ``rfft``: return real numbers, ``fft_length`` of them."""
    return torch.fft.irfft(_complex(x), n=fft_length)


def _window(window: Any, length: int, fft_length: int, like: Tensor) -> Tensor:
    """Return the window, filled with zeros on both sides to the length of the transform."""
    if window is None:
        made = torch.ones(length, dtype=like.dtype, device=like.device)
    elif isinstance(window, str):
        if window not in ("hann", "hamming"):
            raise ParamError(
                "If a string is passed to `window`, it must be one of `hann` or `hamming`. "
                f"Received: window={window}",
                code="param",
                param="window",
            )
        function = torch.hann_window if window == "hann" else torch.hamming_window
        made = function(length, periodic=True, dtype=like.dtype, device=like.device)
    else:
        made = convert_to_tensor(window, like.dtype).to(like.device)
        if made.dim() != 1 or made.shape[0] != length:
            raise ShapeError(
                f"The shape of `window` must be equal to [sequence_length]: [{length}]. "
                f"Received: window shape={tuple(made.shape)}",
                code="shape",
            )
    left = (fft_length - length) // 2
    return F.pad(made, (left, fft_length - length - left))


def _framed(sequence_length: Any, sequence_stride: Any, fft_length: Any) -> None:
    given = {"sequence_length": sequence_length, "sequence_stride": sequence_stride, "fft_length": fft_length}
    for name, value in given.items():
        if not is_whole(value) or value < 1:
            raise ParamError(
                f"`{name}` must be a positive integer. Received: {name}={value!r}", code="param", param=name
            )
    if fft_length < sequence_length:
        raise ParamError(
            "`fft_length` must equal or larger than `sequence_length`. "
            f"Received: sequence_length={sequence_length}, fft_length={fft_length}",
            code="param",
            param="fft_length",
        )


@op(cls="STFT")
def stft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    window: Any = "hann",
    center: bool = True,
) -> tuple[Tensor, Tensor]:
    """Return the Fourier transforms of stretches of x, each under a window: real and imaginary part.

    With ``center``, x is mirrored at its ends, so that stretches are centred on every ``sequence_stride``.
    """
    x = tensor(x)
    if not x.is_floating_point():
        raise TypeError(f"Invalid input type: stft takes floats. Received: dtype={x.dtype}")
    _framed(sequence_length, sequence_stride, fft_length)
    shaped = _window(window, sequence_length, fft_length, x)
    flat = x.reshape(-1, x.shape[-1])
    if center:
        half = fft_length // 2
        flat = F.pad(flat.unsqueeze(1), (half, half), mode="reflect").squeeze(1)
    made = torch.fft.rfft(flat.unfold(-1, fft_length, sequence_stride) * shaped)
    made = made.reshape(*x.shape[:-1], *made.shape[-2:])
    return _parts(made)


@op(cls="ISTFT")
def istft(
    x: Any,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: Any = "hann",
    center: bool = True,
) -> Tensor:
    """Undo ``stft``: add up the stretches, divided by the squares of the windows that lie over each place."""
    spectrum = _ranked(_complex(x), 2)
    _framed(sequence_length, sequence_stride, fft_length)
    frames = torch.fft.irfft(spectrum, n=fft_length)
    shaped = _window(window, sequence_length, fft_length, frames)
    front, count = frames.shape[:-2], frames.shape[-2]
    total = fft_length + sequence_stride * (count - 1)

    def added(parts: Tensor) -> Tensor:
        columns = parts.reshape(-1, count, fft_length).transpose(1, 2)
        made = F.fold(columns, (1, total), (1, fft_length), stride=(1, sequence_stride))
        return made.reshape(*parts.shape[:-2], total)

    weight = added((shaped * shaped).expand(count, fft_length))
    summed = added(frames * shaped)
    made = torch.where(weight > 1e-11, summed / torch.where(weight > 1e-11, weight, 1.0), summed)
    start = fft_length // 2 if center else 0
    stop = start + length if length is not None else total - (fft_length // 2 if center else 0)
    made = made[..., start:stop]
    missing = (stop - start) - made.shape[-1]
    return (F.pad(made, (0, missing)) if missing > 0 else made).reshape(*front, -1)


@op(rule=lambda x: KerasTensor(x.shape[:-2], x.dtype))
def logdet(x: Any) -> Tensor:
    """Return the logarithm of the determinant of positive definite matrices."""
    return torch.logdet(floating(x))


@op()
def view_as_complex(x: Any) -> Tensor:
    """Return pairs along the last axis as complex numbers."""
    x = floating(x)
    if x.dim() < 1 or x.shape[-1] != 2:
        raise ShapeError(
            f"Last dimension of input must be size 2 (real and imaginary). Received shape: {tuple(x.shape)}",
            code="axis",
        )
    return torch.view_as_complex(x.contiguous())


@op()
def view_as_real(x: Any) -> Tensor:
    """Return complex numbers as pairs along a new last axis."""
    return torch.view_as_real(tensor(x).resolve_conj())


def __getattr__(name: str) -> Any:
    """Return the class of an operation (``Erf``) when it is asked for."""
    return class_or_error("math", name)


__all__ = [*public("math")]  # names of the table
