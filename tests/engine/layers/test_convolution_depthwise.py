from __future__ import annotations

from typing import Any

import pytest
from layer_parity import check_parity, refuses

from engine.layers.convolution_depthwise import DepthwiseConv2D, SeparableConv2D

ARGUMENTS = [
    {},
    {"padding": "same", "strides": 2, "depth_multiplier": 2},
    {"padding": "same", "dilation_rate": 2, "activation": "relu", "use_bias": False},
]


@pytest.mark.parametrize("arguments", ARGUMENTS)
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("cls", [DepthwiseConv2D, SeparableConv2D])
def test_channels_on_their_own_match_keras(
    keras: Any, cls: Any, arguments: dict[str, Any], data_format: str
) -> None:
    given = {"kernel_size": 3, "data_format": data_format, **arguments}
    if cls is SeparableConv2D:
        given["filters"] = 5
    check_parity(keras, cls, given, (2, 9, 8, 3) if data_format == "channels_last" else (2, 3, 9, 8))


def test_what_does_not_fit_is_refused() -> None:
    refuses(DepthwiseConv2D(3), (None, 8, 8), "rank")
    refuses(SeparableConv2D(4, 3), (None, 2, 8, 3), "too_small")
    refuses(DepthwiseConv2D(3), (None, 8, 8, None), "unknown_size")


def test_multiply_adds() -> None:
    assert DepthwiseConv2D(3).compute_macs((None, 8, 8, 6), (None, 6, 6, 6)) == 6 * 6 * 6 * 9
    assert SeparableConv2D(4, 3).compute_macs((None, 8, 8, 6), (None, 6, 6, 4)) == 36 * 6 * (9 + 4)
