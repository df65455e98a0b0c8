"""Transforms of stretches of sound against those of Keras, at the ends and in between."""

from __future__ import annotations

import numpy as np
import pytest

from engine import ops


@pytest.mark.parametrize("window", ["hann", "hamming", None])
@pytest.mark.parametrize(("length", "fft", "center"), [(8, 8, True), (8, 8, False), (6, 8, True)])
def test_stft_and_back(keras, window, length, fft, center):
    sound = np.random.default_rng(0).normal(size=(2, 64))
    given = {"sequence_length": length, "sequence_stride": 2, "fft_length": fft, "window": window}
    parts = ops.stft(sound, center=center, **given)
    wanted = keras.ops.stft(sound, center=center, **given)
    for ours, theirs in zip(parts, wanted, strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs.cpu().numpy(), atol=1e-5)
    back = ops.istft(parts, center=center, **given).numpy()
    theirs = keras.ops.istft(wanted, center=center, **given).cpu().numpy()
    np.testing.assert_allclose(back, theirs, atol=1e-5)


def test_pairs_become_complex64(keras):
    pairs = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert str(ops.view_as_complex(pairs).dtype) == str(keras.ops.view_as_complex(pairs).dtype)
