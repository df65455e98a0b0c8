"""Fourier transforms, of whole signals and of stretches.  Keras: ``keras.ops`` (module ``math``)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.backend import convert_to_tensor
from engine.errors import ParamError, ShapeError
from engine.ops.convert import floating, is_whole, tensor
from engine.ops.functions import op as _op
from engine.symbolic import KerasTensor

op = partial(_op, module="math")


def _ranked(x: Tensor, rank: int) -> Tensor:
    if x.dim() < rank:
        raise ShapeError(
            f"Input should have rank >= {rank}. Received: input.shape = {tuple(x.shape)}", code="min_rank"
        )
    return x


@op()
def extract_sequences(x: Any, sequence_length: int, sequence_stride: int) -> Tensor:
    """Return the stretches of ``sequence_length`` along the last axis, one every ``sequence_stride``
    places.
    """
    return _ranked(tensor(x), 1).unfold(-1, sequence_length, sequence_stride)


def _pair(x: Any) -> tuple[Any, Any]:
    """Return the two of ``x``, real and imaginary part; raises ``ParamError`` and ``ShapeError``."""
    if not isinstance(x, (tuple, list)) or len(x) != 2:
        raise ParamError(
            f"Input `x` should be a tuple of two tensors - real and imaginary. Received: x={x}",
            code="param",
            param="x",
        )
    one, two = (part if isinstance(part, KerasTensor) else floating(part) for part in x)
    if tuple(one.shape) != tuple(two.shape):
        raise ShapeError(
            "Both the real and imaginary parts should have the same shape. "
            f"Received: {tuple(one.shape)} and {tuple(two.shape)}",
            code="shape",
        )
    if len(one.shape) == 0:
        raise ShapeError("Input should have rank >= 1. Received: rank 0", code="rank")
    return one, two


def _complex(x: Any) -> Tensor:
    return torch.complex(*_pair(x))


def _parts(x: Tensor) -> tuple[Tensor, Tensor]:
    return x.real, x.imag


def _known_rule(axes: int) -> Callable[[Any], tuple[KerasTensor, KerasTensor]]:
    """Return the shape rule of transforms over the last ``axes``, whose sizes have to be known."""

    def rule(x: Any) -> tuple[KerasTensor, KerasTensor]:
        real, imaginary = _pair(x)
        one = tuple(real.shape)
        if len(one) < axes:
            raise ShapeError(
                f"Input should have rank >= {axes}. Received: input.shape = {one}", code="min_rank"
            )
        if None in one[-axes:]:
            which = "its last dimension" if axes == 1 else f"its last {axes} axes"
            raise ShapeError(
                f"Input should have {which} fully-defined. Received: input.shape = {one}", code="unknown_size"
            )
        return KerasTensor(one, real.dtype), KerasTensor(one, imaginary.dtype)

    return rule


@op(cls="FFT", rule=_known_rule(1))
def fft(x: Any) -> tuple[Tensor, Tensor]:
    """Return the discrete Fourier transform along the last axis; real and imaginary part, in and out."""
    return _parts(torch.fft.fft(_complex(x)))


def _planes(x: Any) -> Tensor:
    return _ranked(_complex(x), 2)


@op(cls="FFT2", rule=_known_rule(2))
def fft2(x: Any) -> tuple[Tensor, Tensor]:
    """Return the discrete Fourier transform along the last two axes; real and imaginary part, in and out."""
    return _parts(torch.fft.fft2(_planes(x)))


@op(cls="IFFT2", rule=_known_rule(2))
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
        raise TypeError(f"Invalid input type. Expected `float32` or `float64`. Received: dtype={x.dtype}")
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

    if window is None:
        made = added(frames)
    else:
        square = shaped * shaped
        if center and sequence_length == fft_length:
            weight = added(square.expand(count, fft_length))
        else:  # as if stretches went on before the first and behind the last, as Keras has it
            rows = F.pad(square, (0, -fft_length % sequence_stride)).reshape(-1, sequence_stride)
            weight = rows.sum(0).repeat(-(-total // sequence_stride))[:total]
        summed = added(frames * shaped)
        made = torch.where(weight > 1e-11, summed / torch.where(weight > 1e-11, weight, 1.0), summed)
    start = fft_length // 2 if center else 0
    stop = start + length if length is not None else total - (fft_length // 2 if center else 0)
    made = made[..., start:stop]
    missing = (stop - start) - made.shape[-1]
    return (F.pad(made, (0, missing)) if missing > 0 else made).reshape(*front, -1)
