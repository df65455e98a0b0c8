from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from layer_parity import check_parity, refuses
from torch.utils.data import DataLoader

from engine.errors import EngineError, ParamError, ShapeError
from engine.layers import Dense, Dropout, MelSpectrogram, Normalization, Pipeline, STFTSpectrogram

DATA = np.random.default_rng(3).normal(2, 3, (40, 3, 4)).astype("float32")


@pytest.mark.parametrize("axis", [-1, None, (1, 2), (-2,)])
@pytest.mark.parametrize("invert", [False, True])
def test_learned_numbers_match_keras(keras: Any, axis: Any, invert: bool) -> None:
    ours, theirs = (cls(axis=axis, invert=invert) for cls in (Normalization, keras.layers.Normalization))
    for layer in (ours, theirs):
        layer.adapt(DATA)
    np.testing.assert_allclose(ours(DATA), theirs(DATA), atol=1e-5)
    for one, two in zip(ours.get_weights(), theirs.weights, strict=True):
        np.testing.assert_allclose(one, two.value.detach(), rtol=1e-5)
    assert [weight.name for weight in ours.weights] == ["mean", "variance", "count"]
    assert tuple(ours.mean.shape) == tuple(theirs.mean.shape)


def test_batches_give_what_the_whole_gives() -> None:
    whole = Normalization()
    whole.adapt(DATA)
    for data in (
        [DATA[:7], DATA[7:]],
        (DATA[start : start + 5] for start in range(0, 40, 5)),
        DataLoader(torch.utils.data.TensorDataset(torch.as_tensor(DATA), torch.zeros(40)), batch_size=16),
        torch.as_tensor(DATA),
    ):
        layer = Normalization()
        layer.adapt(data)
        for one, two in zip(layer.get_weights(), whole.get_weights(), strict=True):
            np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-6)
    first = Normalization()
    first.adapt((DATA[start : start + 5] for start in range(0, 40, 5)), steps=1)
    np.testing.assert_allclose(first.get_weights()[0], DATA[:5].mean((0, 1)), rtol=1e-5)


@pytest.mark.parametrize(
    ("axis", "mean", "variance"),
    [(-1, 2.0, 4.0), (-1, [1.0, 2, 3, 4], [4.0, 1, 9, 16]), ((1, 2), [1.0, 2, 3, 4], [4.0, 1, 9, 16])],
)
def test_given_numbers_match_keras(keras: Any, axis: Any, mean: Any, variance: Any) -> None:
    given = {"axis": axis, "mean": mean, "variance": variance}
    np.testing.assert_allclose(
        Normalization(**given)(DATA), keras.layers.Normalization(**given)(DATA), atol=1e-6
    )
    assert Normalization.from_config(Normalization(**given).get_config()).input_mean == mean


def test_what_normalization_cannot_take_is_refused() -> None:
    with pytest.raises(ParamError, match="both `mean` and `variance`"):
        Normalization(mean=1.0)
    with pytest.raises(ParamError, match="same shape"):
        Normalization(mean=[1.0], variance=2.0)
    with pytest.raises(ParamError, match="rank of `mean`"):
        Normalization(mean=[[1.0]], variance=[[2.0]])
    with pytest.raises(EngineError, match="empty iterable"):
        Normalization().adapt([])
    with pytest.raises(TypeError, match=r"`\.shape` attribute"):
        Normalization().adapt([[1.0, 2.0]])
    with pytest.raises(TypeError, match="Unsupported data type"):
        Normalization().adapt(3)
    with pytest.raises(EngineError, match="nothing to learn"):
        Normalization(mean=1.0, variance=1.0).adapt(DATA)
    layer = Normalization()
    layer.adapt(DATA)
    with pytest.raises(ShapeError, match="incompatible shape"):
        layer.adapt(DATA[..., :2])
    refuses(Normalization(axis=3), (None, 3), "no_axis")
    refuses(Normalization(), (3, None), "unknown_size")


@pytest.mark.parametrize("mode", ["log", "magnitude", "psd", "real", "imag", "angle", "stft"])
@pytest.mark.parametrize(
    "more", [{}, {"expand_dims": True, "padding": "same"}, {"data_format": "channels_first"}]
)
def test_spectrograms_match_keras(keras: Any, mode: str, more: dict[str, Any]) -> None:
    shape = (2, 2, 40) if more.get("data_format") else (2, 40, 2)
    given = {"mode": mode, "frame_length": 8, "frame_step": 3, "fft_length": 16, **more}
    tolerance = 1e-3 if mode == "angle" else 1e-4  # gradients of angles near silence are steep
    check_parity(keras, STFTSpectrogram, given, shape, tolerance=tolerance)


@pytest.mark.parametrize(
    ("window", "scaling", "periodic"),
    [
        ("hann", "spectrum", True),
        ("blackmanharris", None, False),
        ("tukey", "density", True),
        (None, None, False),
    ],
)
def test_waves_start_as_those_of_keras(keras: Any, window: Any, scaling: Any, periodic: bool) -> None:
    given = {"frame_length": 10, "window": window, "scaling": scaling, "periodic": periodic}
    ours, theirs = STFTSpectrogram(**given), keras.layers.STFTSpectrogram(**given)
    for layer in (ours, theirs):
        layer.build((None, 40, 1))
    for one, two in zip(ours.get_weights(), theirs.weights, strict=True):
        np.testing.assert_allclose(one, two.value.detach(), atol=1e-5)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"power_to_db": False},
        {"window": "hamming", "sequence_length": 48},
        {"mag_exp": 1.0, "top_db": 20},
    ],
)
@pytest.mark.parametrize("shape", [(300,), (2, 300), (2, 3, 300)])
def test_tones_match_keras(keras: Any, more: dict[str, Any], shape: tuple[int, ...]) -> None:
    given = {"fft_length": 64, "sequence_stride": 20, "num_mel_bins": 8, "sampling_rate": 800, **more}
    sound = np.random.default_rng(5).normal(size=shape).astype("float32")
    ours = MelSpectrogram(**given)
    made = ours(sound)
    np.testing.assert_allclose(made, keras.layers.MelSpectrogram(**given)(sound), rtol=1e-4, atol=1e-4)
    assert ours.compute_output_shape(shape) == tuple(made.shape)


def test_what_spectrograms_cannot_take_is_refused() -> None:
    refuses(MelSpectrogram(), (None, 100), "too_small")
    refuses(STFTSpectrogram(), (None, 100, 1), "too_small")
    refuses(STFTSpectrogram(), (None, 100), "rank")
    with pytest.raises(ParamError, match="fft_length"):
        MelSpectrogram(fft_length=8, sequence_length=9)
    for arguments in ({"frame_step": 300}, {"fft_length": 100}, {"mode": "odd"}, {"window": "odd"}):
        with pytest.raises(ParamError):
            STFTSpectrogram(**arguments)
    with pytest.raises(TypeError, match="float32"):
        STFTSpectrogram(frame_length=4)(torch.zeros(1, 8, 1, dtype=torch.int64))


def test_a_pipeline_trains_unless_told_otherwise() -> None:
    pipeline = Pipeline([Dropout(0.5, seed=1), Dense(2)])
    x = torch.ones(4, 8)
    assert tuple(pipeline(x).shape) == (4, 2) == pipeline.compute_output_shape((4, 8))
    assert torch.equal(pipeline(x, training=False), pipeline.layers[1](x))
    assert not torch.equal(pipeline(x), pipeline(x, training=False))
    assert len(pipeline.trainable_weights) == 2
    twin = Pipeline.from_config(pipeline.get_config())
    assert [type(layer) for layer in twin.layers] == [Dropout, Dense]
    with pytest.raises(ParamError, match="list of serialized layers"):
        Pipeline.from_config({"name": "odd"})
