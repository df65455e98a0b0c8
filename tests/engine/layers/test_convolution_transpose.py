from __future__ import annotations

from typing import Any

import pytest
from layer_parity import check_parity, refuses

from engine.layers.convolution_transpose import Conv2DTranspose


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("kernel", [(3, 3), (2, 4), (5, 4)])
@pytest.mark.parametrize("strides", [1, 2])
def test_larger_pictures_match_keras(keras: Any, padding: str, kernel: Any, strides: int) -> None:
    given = {
        "filters": 4,
        "kernel_size": kernel,
        "strides": strides,
        "padding": padding,
        "activation": "tanh",
    }
    check_parity(keras, Conv2DTranspose, given, (2, 5, 4, 3))


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_stamps_with_gaps_match_keras(keras: Any, padding: str) -> None:
    given = {"filters": 4, "kernel_size": 3, "dilation_rate": 2, "padding": padding}
    check_parity(keras, Conv2DTranspose, given, (2, 5, 4, 3))


def test_channels_first_matches_keras(keras: Any) -> None:
    given = {"filters": 4, "kernel_size": 3, "strides": 2, "data_format": "channels_first"}
    check_parity(keras, Conv2DTranspose, given, (2, 3, 5, 4))


def test_what_does_not_fit_is_refused() -> None:
    refuses(Conv2DTranspose(4, 3), (None, 8, 8), "rank")
    refuses(Conv2DTranspose(4, 3), (None, 0, 8, 3), "too_small")
    refuses(Conv2DTranspose(4, 3), (None, 8, 8, None), "unknown_size")
