from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from layer_parity import check_parity, refuses

from engine import layers, ops
from engine.errors import ParamError
from engine.layers.pooling import AveragePooling1D, AveragePooling2D, MaxPooling2D
from engine.layers.pooling_adaptive import AdaptiveAveragePooling2D, AdaptiveMaxPooling1D
from engine.layers.pooling_global import GlobalAveragePooling1D, GlobalMaxPooling1D

PLACES = (9, 8, 7)


def shape_of(rank: int, data_format: str) -> tuple[int, ...]:
    places = PLACES[:rank]
    return (2, *places, 3) if data_format == "channels_last" else (2, 3, *places)


WINDOWS = [
    {"pool_size": 2},
    {"pool_size": 3, "strides": 2},
    {"pool_size": 3, "strides": 2, "padding": "same"},
    {"pool_size": 4, "strides": 1, "padding": "same"},
    {"pool_size": 2, "strides": 3, "padding": "same"},
]


@pytest.mark.parametrize("arguments", WINDOWS)
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("kind", ["Max", "Average"])
def test_windows_match_keras(
    keras: Any, kind: str, rank: int, arguments: dict[str, Any], data_format: str
) -> None:
    cls = getattr(layers, f"{kind}Pooling{rank}D")
    check_parity(keras, cls, {**arguments, "data_format": data_format}, shape_of(rank, data_format))


def test_windows_of_unequal_sides_match_keras(keras: Any) -> None:
    given = {"pool_size": (2, 3), "strides": (1, 2), "padding": "same"}
    check_parity(keras, MaxPooling2D, given, (2, 9, 8, 3))
    check_parity(keras, AveragePooling2D, given, (2, 9, 8, 3))


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("kind", ["Max", "Average"])
def test_global_pooling_matches_keras(
    keras: Any, kind: str, rank: int, keepdims: bool, data_format: str
) -> None:
    cls = getattr(layers, f"Global{kind}Pooling{rank}D")
    check_parity(keras, cls, {"keepdims": keepdims, "data_format": data_format}, shape_of(rank, data_format))


@pytest.mark.parametrize("size", [1, 2, 4, 12])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("kind", ["Max", "Average"])
def test_adaptive_pooling_matches_keras(
    keras: Any, kind: str, rank: int, size: int, data_format: str
) -> None:
    cls = getattr(layers, f"Adaptive{kind}Pooling{rank}D")
    given = {"output_size": size, "data_format": data_format}
    layer = check_parity(keras, cls, given, shape_of(rank, data_format))
    assert layer.get_config()["output_size"] == (size,) * rank


def test_regions_of_unequal_number_match_keras(keras: Any) -> None:
    check_parity(keras, AdaptiveAveragePooling2D, {"output_size": (2, 5)}, (2, 9, 8, 3))


def test_second_names_are_the_same_classes() -> None:
    for rank in (1, 2, 3):
        for kind, long in (("Max", "Max"), ("Avg", "Average")):
            for where in ("", "Global"):
                second = getattr(layers, f"{where}{kind}Pool{rank}D")
                assert second is getattr(layers, f"{where}{long}Pooling{rank}D")
        assert getattr(layers, f"Convolution{rank}D") is getattr(layers, f"Conv{rank}D")
        assert getattr(layers, f"Convolution{rank}DTranspose") is getattr(layers, f"Conv{rank}DTranspose")
    assert layers.SeparableConvolution2D is layers.SeparableConv2D


def test_masked_steps_do_not_count_in_a_mean(keras: Any) -> None:
    mask = torch.tensor([[True, True, False], [True, False, False]])
    layer = check_parity(keras, GlobalAveragePooling1D, {}, (2, 3, 4), mask=mask)
    assert layer.compute_mask(None, mask) is None
    given = {"data_format": "channels_first", "keepdims": True}
    check_parity(keras, GlobalAveragePooling1D, given, (2, 4, 3), mask=mask)


def test_what_a_mask_leaves_out_may_be_anything() -> None:
    x = torch.tensor([[[1.0], [3.0], [float("nan")]]])
    layer = GlobalAveragePooling1D()
    assert layer(x, mask=torch.tensor([[True, True, False]])).item() == 2.0


def test_what_does_not_fit_is_refused() -> None:
    refuses(MaxPooling2D(), (None, 8, 8), "rank")
    refuses(MaxPooling2D(), (None, 1, 8, 3), "too_small")
    refuses(AveragePooling1D(3), (None, 2, 8), "too_small")
    refuses(GlobalMaxPooling1D(), (None, 0, 8), "too_small")
    refuses(AdaptiveMaxPooling1D(2), (None, 0, 8), "too_small")
    refuses(AdaptiveMaxPooling1D(2), (None, 8), "rank")
    with pytest.raises(ParamError, match="output_size"):
        AdaptiveAveragePooling2D((1, 2, 3))
    assert MaxPooling2D(padding="same").compute_output_shape((None, 1, 8, 3)) == (None, 1, 4, 3)
    assert MaxPooling2D(3).get_config()["strides"] == (3, 3)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("window", [(3, 2), (2, 3), (4, 3), (3, 3)])
def test_means_of_uneven_windows_are_those_of_keras_in_op_and_layer(keras: Any, window: Any) -> None:
    x = np.random.default_rng(0).random((2, 7, 6, 3), "float32")
    for strides in (None, 1, 2):
        wanted = np.asarray(keras.ops.average_pool(x, window, strides, "same"))
        np.testing.assert_allclose(ops.average_pool(x, window, strides, "same"), wanted, atol=1e-6)
        layer = layers.AveragePooling2D(window, strides, "same")
        np.testing.assert_allclose(layer(x), wanted, atol=1e-6)
