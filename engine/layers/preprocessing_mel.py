"""MelSpectrogram: which tones a sound holds, and when, as the ear hears them."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.errors import ParamError, ShapeError
from engine.layers.convolution_shapes import checked_shape
from engine.layers.layer import Layer
from engine.layers.preprocessing_stft import window_of
from engine.params import Anything, Flag, PositiveInt, PositiveReal, Real
from engine.spec import Shape


class MelSpectrogram(Layer):
    """Turns sound into a picture of its tones as the ear hears them: low ones in finer steps than high ones.

    Input (batch, samples) or (samples,), output (batch, num_mel_bins, moments), in decibels with
    ``power_to_db``.  The mel scale is 2595 log10(1 + f / 700) (HTK).
    Keras: ``keras.layers.MelSpectrogram``.

    Args:
        fft_length: Into how many pitches each moment is taken apart first.
        sequence_stride: How many samples lie between moments.
        sequence_length: How many samples one moment spans; ``fft_length``, if not given.
        window: "hann" or "hamming", the weights of a window, or None.
        sampling_rate: How many samples there are in a second.
        num_mel_bins: How many tones come out.
        min_freq: The lowest tone, in hertz.
        max_freq: The highest tone, in hertz; half the sampling rate, if not given.
        power_to_db: Whether loudness comes out in decibels.
        top_db: How many decibels below the loudest all is taken for silence.
        mag_exp: The power to which magnitudes are raised: 1 for energy, 2 for power.
        min_power: The smallest power that counts.
        ref_power: The power that is 0 decibels.
    """

    rare: ClassVar[bool] = True
    category = "preprocessing"

    def __init__(
        self,
        fft_length: PositiveInt = 2048,
        sequence_stride: PositiveInt = 512,
        sequence_length: PositiveInt | None = None,
        window: Anything | None = "hann",
        sampling_rate: Real = 16000,
        num_mel_bins: PositiveInt = 128,
        min_freq: Real = 20.0,
        max_freq: Real | None = None,
        power_to_db: Flag = True,
        top_db: Real = 80.0,
        mag_exp: Real = 2.0,
        min_power: PositiveReal = 1e-10,
        ref_power: Real = 1.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.fft_length = fft_length
        self.sequence_stride = sequence_stride
        self.sequence_length = sequence_length or fft_length
        if fft_length < self.sequence_length:
            raise ParamError(
                "`fft_length` must be greater than or equal to `sequence_length`. Received: "
                f"`sequence_length`={sequence_length}, `fft_length`={fft_length}.",
                code="param",
                owner="MelSpectrogram",
                param="fft_length",
                expected="at least sequence_length",
                got=fft_length,
            )
        self.window = window
        self.sampling_rate = sampling_rate
        self.num_mel_bins = num_mel_bins
        self.min_freq = min_freq
        self.max_freq = max_freq or float(int(sampling_rate / 2))
        self.power_to_db = power_to_db
        self.top_db = top_db
        self.mag_exp = mag_exp
        self.min_power = min_power
        self.ref_power = ref_power

    def call(self, inputs: Tensor) -> Tensor:
        """Return the spectrogram, (..., num_mel_bins, moments)."""
        kind = torch.float64 if self.compute_dtype == "float64" else torch.float32
        x = inputs.to(kind)
        window = window_of("MelSpectrogram", self.window, self.sequence_length, True)
        spectrum = torch.stft(
            x.reshape(-1, x.shape[-1]),
            n_fft=self.fft_length,
            hop_length=self.sequence_stride,
            win_length=self.sequence_length,
            window=torch.ones(self.sequence_length).to(x) if window is None else window.to(x),
            center=True,
            return_complex=True,
        )
        power = spectrum.abs().pow(self.mag_exp)
        matrix = self.linear_to_mel_weight_matrix(
            self.num_mel_bins, power.shape[-2], self.sampling_rate, self.min_freq, self.max_freq
        )
        mel = matrix.to(power).t() @ power
        if self.power_to_db:
            decibels = 10.0 * mel.clamp_min(self.min_power).log10()
            decibels = decibels - 10.0 * math.log10(max(abs(self.ref_power), self.min_power))
            mel = decibels.maximum(decibels.max() - self.top_db)
        return mel.reshape(*x.shape[:-1], *mel.shape[-2:]).to(getattr(torch, self.compute_dtype))

    def linear_to_mel_weight_matrix(
        self,
        num_mel_bins: int = 20,
        num_spectrogram_bins: int = 129,
        sampling_rate: float = 8000,
        lower_edge_hertz: float = 125.0,
        upper_edge_hertz: float = 3800.0,
        dtype: str = "float32",
    ) -> Tensor:
        """Return (num_spectrogram_bins, num_mel_bins): triangles of height 1 at equal mel steps.

        The lowest pitch, silence, is in none of them.
        """

        def mel(hertz: Tensor) -> Tensor:
            return 1127.0 * torch.log(1.0 + hertz / 700.0)

        kind = getattr(torch, dtype)
        pitches = mel(torch.linspace(0.0, sampling_rate / 2.0, num_spectrogram_bins, dtype=kind)[1:, None])
        ends = mel(torch.tensor([lower_edge_hertz, upper_edge_hertz], dtype=kind)).tolist()
        edges = torch.linspace(ends[0], ends[1], num_mel_bins + 2, dtype=kind)
        low, centre, high = edges[:-2], edges[1:-1], edges[2:]
        rising, falling = (pitches - low) / (centre - low), (high - pitches) / (high - centre)
        return F.pad(rising.minimum(falling).clamp_min(0.0), (0, 0, 1, 0))

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return (..., num_mel_bins, moments); raises ``ShapeError`` for sound of less than half a frame."""
        shape = checked_shape(self, input_shape)
        samples = shape[-1] if shape else 0
        least = self.fft_length // 2 + 1
        if samples is not None and samples < least:
            raise ShapeError(
                f"Layer '{self.name}' looks half a frame to both sides and needs sound of at least {least} "
                f"samples on the last axis. Received: shape {shape}. Use a smaller fft_length.",
                code="too_small",
                layer=self.name,
                axis=len(shape) - 1,
                expected=least,
                got=samples,
                shape=shape,
            )
        moments = None if samples is None else 1 + samples // self.sequence_stride
        return (*shape[:-1], self.num_mel_bins, moments)
