"""STFTSpectrogram: which pitches a sound holds, and when."""

from __future__ import annotations

import math
import warnings
from typing import Annotated, Any, ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine import config as settings
from engine import windows
from engine.errors import ParamError, ParamTypeError
from engine.layers.convolution_shapes import (
    channels_of,
    checked_shape,
    resolved_format,
    same_padding,
    window_places,
)
from engine.layers.layer import Layer
from engine.layers.variable import Variable
from engine.params import (
    Anything,
    DataFormat,
    Flag,
    Integer,
    Kind,
    Padding,
    PositiveInt,
)
from engine.spec import InputSpec, Shape

_SPECTRA = ("log", "magnitude", "psd", "real", "imag", "angle", "stft")
SpectrumMode = Annotated[str, Kind("choice", choices=_SPECTRA)]
Scaling = Annotated[str, Kind("choice", choices=("density", "spectrum"))]


def window_of(owner: str, window: Any, size: int, periodic: bool) -> Tensor | None:
    """Return the weights of ``size`` samples, in double precision; raises ``ParamError``."""
    if window is None:
        return None
    if isinstance(window, str):
        windows.check(window, owner)
        return windows.window(window, size, periodic)
    given = torch.as_tensor(np.asarray(window), dtype=torch.float64)
    if given.dim() != 1 or given.shape[0] != size:
        raise ParamError(
            f"{owner}: The shape of `window` must be equal to [{size}]. "
            f"Received: window shape={tuple(given.shape)}",
            code="param",
            owner=owner,
            param="window",
            got=tuple(given.shape),
        )
    return given


class STFTSpectrogram(Layer):
    """Turns sound into a picture of its tones: how loud each pitch is at each moment, by learnable waves.

    Input (batch, samples, channels), output (batch, moments, channels * pitches), or with ``expand_dims`` a
    picture (batch, moments, pitches, channels).  The waves start as those of the short-time Fourier transform
    and can be trained.  Keras: ``keras.layers.STFTSpectrogram``.

    Args:
        mode: What comes out: "log" of the loudness, "magnitude", "psd" (power), "real", "imag", "angle" or
            "stft" (both parts).
        frame_length: How many samples one moment spans.
        frame_step: How many samples lie between moments; half a frame, if not given.
        fft_length: Into how many pitches sound is taken apart, half of which are new; a power of two.
        window: The name of the window through which a moment is heard, or its weights.
        periodic: Whether the window is one period of an endless one.
        scaling: By what the waves are divided: "density", "spectrum", or None.
        padding: "valid" keeps the frames inside the sound, "same" fills up with silence.
        expand_dims: Whether pitches lie on an axis of their own, as in a picture.
        data_format: Whether the channels are the last axis or the first after the batch.
    """

    rare: ClassVar[bool] = True
    category = "preprocessing"
    real_kernel: Variable
    imag_kernel: Variable

    def __init__(
        self,
        mode: SpectrumMode = "log",
        frame_length: PositiveInt = 256,
        frame_step: Integer | None = None,
        fft_length: Integer | None = None,
        window: Anything | None = "hann",
        periodic: Flag = False,
        scaling: Scaling | None = "density",
        padding: Padding = "valid",
        expand_dims: Flag = False,
        data_format: DataFormat | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if frame_step is not None and not 1 <= frame_step <= frame_length:
            raise _bad(
                "`frame_step` should be a positive integer not greater than `frame_length`.",
                frame_step=frame_step,
                frame_length=frame_length,
            )
        if fft_length is not None and fft_length < frame_length:
            raise _bad(
                "`fft_length` should be not less than `frame_length`.",
                fft_length=fft_length,
                frame_length=frame_length,
            )
        if fft_length is not None and (fft_length & -fft_length) != fft_length:
            warnings.warn(
                f"The transform is quickest where `fft_length` is a power of two, such as 256. Received: "
                f"fft_length={fft_length}",
                stacklevel=2,
            )
        if mode not in _SPECTRA:
            raise _bad(f"Output mode is invalid, it must be one of {', '.join(_SPECTRA)}.", mode=mode)
        if scaling not in (None, "density", "spectrum"):
            raise _bad("Scaling is invalid, it must be `None`, 'density' or 'spectrum'.", scaling=scaling)
        if padding not in ("valid", "same"):
            raise _bad("Padding is invalid, it should be 'valid', 'same'.", padding=padding)
        window_of("STFTSpectrogram", window, frame_length, periodic)
        self.mode = mode
        self.frame_length = frame_length
        self.frame_step = frame_step
        self.fft_length = fft_length
        self.window = window
        self.periodic = periodic
        self.scaling = scaling
        self.padding = padding
        self.expand_dims = expand_dims
        self.data_format = resolved_format(data_format)
        self._step = frame_step or max(frame_length // 2, 1)
        self._pitches = (fft_length or 2 ** math.ceil(math.log2(frame_length))) // 2 + 1
        self.input_spec = InputSpec(ndim=3)

    def build(self, input_shape: Any) -> None:
        """Make the waves, real_kernel and imag_kernel (frame, 1, pitches), as far as the mode needs them."""
        shape = (self.frame_length, 1, self._pitches)
        for side in ("real", "imag"):
            if self.mode in ("real", "imag") and side != self.mode:
                continue
            setattr(
                self,
                f"{side}_kernel",
                self.add_weight(shape, self._waves(side), name=f"{side}_kernel", torch_axes=(2, 1, 0)),
            )

    def _waves(self, side: str) -> Any:
        """Return what makes the cosines or sines of the Fourier transform, seen through the window."""

        def start(shape: Any, dtype: Any = None) -> Tensor:
            kind = getattr(torch, dtype or settings.floatx())
            frame, _, pitches = shape
            time = torch.arange(frame, dtype=torch.float64).reshape(-1, 1, 1)
            pitch = torch.arange(pitches, dtype=torch.float64) / max((pitches - 1) * 2, 1)
            turns = -2 * math.pi * time * pitch
            waves = turns.cos() if side == "real" else turns.sin()
            window = window_of("STFTSpectrogram", self.window, frame, self.periodic)
            if window is not None:
                waves = waves * window.reshape(-1, 1, 1)
                if self.scaling == "density":
                    waves = waves / window.square().sum().sqrt()
                elif self.scaling == "spectrum":
                    waves = waves / window.abs().sum()
            made: Tensor = waves.to(kind)
            return made

        return start

    def _heard(self, inputs: Tensor, kernel: Tensor) -> Tensor:
        """Return (batch, channels, pitches, moments): how much of each wave every frame holds."""
        x = inputs.transpose(1, 2) if self.data_format == "channels_last" else inputs
        batch, channels, samples = x.shape
        x = x.reshape(-1, 1, samples)
        if self.padding == "same":
            x = F.pad(x, same_padding(samples, self.frame_length, self._step))
        y = F.conv1d(x, kernel.permute(2, 1, 0).to(x.dtype), stride=self._step)
        return y.reshape(batch, channels, *y.shape[1:])

    def _arranged(self, heard: Tensor) -> Tensor:
        last = self.data_format == "channels_last"
        if self.expand_dims:
            return heard.permute(0, 3, 2, 1) if last else heard.transpose(2, 3)
        flat = heard.flatten(1, 2)
        return flat.transpose(1, 2) if last else flat

    def call(self, inputs: Tensor) -> Tensor:
        """Return the spectrogram; raises ``ParamTypeError`` for sound in whole numbers."""
        if inputs.dtype not in (torch.float16, torch.float32, torch.float64):
            raise ParamTypeError(
                "Invalid input type. Expected `float16`, `float32` or `float64`. "
                f"Received: input type={inputs.dtype}",
                code="dtype",
            )
        if self.mode == "real":
            return self._arranged(self._heard(inputs, self.real_kernel))
        imaginary = self._heard(inputs, self.imag_kernel)
        if self.mode == "imag":
            return self._arranged(imaginary)
        real = self._heard(inputs, self.real_kernel)
        if self.mode == "angle":
            return self._arranged(torch.arctan2(imaginary, real))
        if self.mode == "stft":
            return self._arranged(torch.cat([real, imaginary], dim=2))
        power = real.square() + imaginary.square()
        if self.mode == "psd":  # all pitches but the first and the last stand for two
            return self._arranged(power + F.pad(power[:, :, 1:-1], (0, 0, 1, 1)))
        loudness = self._arranged(power.clamp_min(settings.epsilon()).sqrt())
        return loudness if self.mode == "magnitude" else loudness.clamp_min(settings.epsilon()).log()

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape of the spectrogram; raises ``ShapeError`` where a frame has no room."""
        shape = checked_shape(self, input_shape)
        last = self.data_format == "channels_last"
        channels = channels_of(self, shape, -1 if last else 1)
        axis = 1 if last else 2
        moments = window_places(self, shape, axis, self.frame_length, self._step, self.padding)
        pitches = self._pitches * (2 if self.mode == "stft" else 1)
        if self.expand_dims:
            return (shape[0], moments, pitches, channels) if last else (shape[0], channels, moments, pitches)
        both = channels * pitches
        return (shape[0], moments, both) if last else (shape[0], both, moments)


def _bad(why: str, **got: Any) -> ParamError:
    received = ", ".join(f"{name}={value!r}" for name, value in got.items())
    name = next(iter(got))
    return ParamError(
        f"STFTSpectrogram: {why} Received: {received}",
        code="param",
        owner="STFTSpectrogram",
        param=name,
        expected=why,
        got=got[name],
    )
