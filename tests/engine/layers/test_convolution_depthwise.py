from __future__ import annotations

from typing import Any

import pytest
from layer_parity import check_parity, refuses

from engine.errors import ParamError
from engine.layers.convolution_depthwise import DepthwiseConv1D, DepthwiseConv2D
from engine.layers.convolution_separable import SeparableConv1D, SeparableConv2D

ARGUMENTS = [
    {},
    {"padding": "same", "strides": 2, "depth_multiplier": 2},
    {"padding": "same", "dilation_rate": 2, "activation": "relu", "use_bias": False},
    {"strides": 2, "dilation_rate": 2},
]


@pytest.mark.parametrize("arguments", ARGUMENTS)
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("cls", [DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D, SeparableConv2D])
def test_channels_on_their_own_match_keras(
    keras: Any, cls: Any, arguments: dict[str, Any], data_format: str
) -> None:
    given = {"kernel_size": 3, "data_format": data_format, **arguments}
    if issubclass(cls, (SeparableConv1D, SeparableConv2D)):
        given["filters"] = 5
    places = (9, 8)[: cls.rank]
    check_parity(keras, cls, given, (2, *places, 3) if data_format == "channels_last" else (2, 3, *places))


def test_a_window_of_unequal_sides_matches_keras(keras: Any) -> None:
    check_parity(keras, DepthwiseConv2D, {"kernel_size": (2, 3), "strides": (2, 1)}, (2, 7, 6, 3))
    check_parity(keras, SeparableConv2D, {"filters": 2, "kernel_size": (4, 1)}, (2, 7, 6, 3))


def test_what_does_not_fit_is_refused() -> None:
    refuses(DepthwiseConv2D(3), (None, 8, 8), "rank")
    refuses(DepthwiseConv1D(3), (None, 2, 3), "too_small")
    refuses(SeparableConv2D(4, 3), (None, 2, 8, 3), "too_small")
    refuses(DepthwiseConv2D(3), (None, 8, 8, None), "unknown_size")
    with pytest.raises(ParamError, match="depth_multiplier=0"):
        DepthwiseConv1D(3, depth_multiplier=0)


def test_multiply_adds() -> None:
    assert DepthwiseConv2D(3).compute_macs((None, 8, 8, 6), (None, 6, 6, 6)) == 6 * 6 * 6 * 9
    assert SeparableConv2D(4, 3).compute_macs((None, 8, 8, 6), (None, 6, 6, 4)) == 36 * 6 * (9 + 4)
    assert SeparableConv1D(4, 3).compute_macs((None, 8, 6), (None, 6, 4)) == 6 * 6 * (3 + 4)
