from __future__ import annotations

from typing import Any

import pytest
import torch
from layer_parity import check_parity, refuses

from engine.layers.pooling import AveragePooling1D, AveragePooling2D, MaxPooling1D, MaxPooling2D
from engine.layers.pooling_global import (
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
)

WINDOWS = [
    {"pool_size": 2},
    {"pool_size": 3, "strides": 2},
    {"pool_size": 3, "strides": 2, "padding": "same"},
    {"pool_size": 4, "strides": 1, "padding": "same"},
    {"pool_size": 2, "strides": 3, "padding": "same"},
]


@pytest.mark.parametrize("arguments", WINDOWS)
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("cls", [MaxPooling1D, AveragePooling1D, MaxPooling2D, AveragePooling2D])
def test_windows_match_keras(keras: Any, cls: Any, arguments: dict[str, Any], data_format: str) -> None:
    shape = (2, 9, 3) if cls.rank == 1 else (2, 9, 8, 3)
    if data_format == "channels_first":
        shape = (2, 3, *shape[1:-1])
    check_parity(keras, cls, {**arguments, "data_format": data_format}, shape)


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize(
    "cls", [GlobalMaxPooling1D, GlobalAveragePooling1D, GlobalMaxPooling2D, GlobalAveragePooling2D]
)
def test_global_pooling_matches_keras(keras: Any, cls: Any, keepdims: bool, data_format: str) -> None:
    shape = (2, 5, 3) if cls.rank == 1 else (2, 5, 4, 3)
    check_parity(keras, cls, {"keepdims": keepdims, "data_format": data_format}, shape)


def test_masked_steps_do_not_count_in_a_mean(keras: Any) -> None:
    mask = torch.tensor([[True, True, False], [True, False, False]])
    layer = check_parity(keras, GlobalAveragePooling1D, {}, (2, 3, 4), mask=mask)
    assert layer.compute_mask(None, mask) is None


def test_what_does_not_fit_is_refused() -> None:
    refuses(MaxPooling2D(), (None, 8, 8), "rank")
    refuses(MaxPooling2D(), (None, 1, 8, 3), "too_small")
    refuses(AveragePooling1D(3), (None, 2, 8), "too_small")
    refuses(GlobalMaxPooling1D(), (None, 0, 8), "too_small")
    assert MaxPooling2D(padding="same").compute_output_shape((None, 1, 8, 3)) == (None, 1, 4, 3)
    assert MaxPooling2D(3).get_config()["strides"] == (3, 3)
