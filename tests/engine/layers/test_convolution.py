from __future__ import annotations

from typing import Any

import pytest
import torch
from layer_parity import check_parity, refuses

from engine.errors import ParamError, ShapeError
from engine.layers.convolution import Conv1D, Conv2D, Conv3D

PLANE = [
    {},
    {"padding": "same"},
    {"padding": "same", "strides": 2},
    {"padding": "same", "strides": (2, 3), "activation": "relu"},
    {"strides": (3, 2), "use_bias": False},
    {"dilation_rate": 2},
    {"padding": "same", "dilation_rate": (2, 1), "activation": "tanh"},
    {"groups": 2, "padding": "same"},
]


@pytest.mark.parametrize("arguments", PLANE)
@pytest.mark.parametrize("kernel", [(3, 3), (2, 4)])
def test_pictures_match_keras(keras: Any, arguments: dict[str, Any], kernel: Any) -> None:
    check_parity(keras, Conv2D, {"filters": 4, "kernel_size": kernel, **arguments}, (2, 9, 10, 6))


@pytest.mark.parametrize("strides", [(1, 1), (2, 2), (3, 2)])
def test_a_window_of_one_pixel_mixes_channels(strides: tuple[int, int]) -> None:
    # By hand, not against Keras: there torch 2.13 writes out of bounds in the gradient of such strides.
    layer = Conv2D(4, 1, strides=strides, use_bias=False)
    layer.build((None, 9, 10, 6))
    x = torch.randn(2, 9, 10, 6)
    picked = x[:, :: strides[0], :: strides[1]]
    y = layer.call(x)
    torch.testing.assert_close(y, picked @ layer.kernel[0, 0])
    (gradient,) = torch.autograd.grad(y.sum(), [layer.kernel])
    torch.testing.assert_close(gradient[0, 0], picked.sum((0, 1, 2)).unsqueeze(1).expand(6, 4))


@pytest.mark.parametrize("arguments", PLANE[:3])
def test_pictures_with_channels_first_match_keras(keras: Any, arguments: dict[str, Any]) -> None:
    given = {"filters": 4, "kernel_size": 3, "data_format": "channels_first", **arguments}
    check_parity(keras, Conv2D, given, (2, 6, 9, 10))


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"padding": "same", "strides": 3},
        {"padding": "causal", "dilation_rate": 2, "activation": "relu"},
        {"padding": "causal", "strides": 2},
        {"padding": "same", "groups": 3},
        {"padding": "same", "dilation_rate": 3},
    ],
)
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_sequences_match_keras(keras: Any, arguments: dict[str, Any], data_format: str) -> None:
    given = {"filters": 6, "kernel_size": 3, "data_format": data_format, **arguments}
    check_parity(keras, Conv1D, given, (2, 11, 6) if data_format == "channels_last" else (2, 6, 11))


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"padding": "same", "strides": (2, 1, 3)},
        {"padding": "same", "dilation_rate": 2, "activation": "relu"},
        {"groups": 3, "use_bias": False},
    ],
)
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_volumes_match_keras(keras: Any, arguments: dict[str, Any], data_format: str) -> None:
    given = {"filters": 6, "kernel_size": (3, 2, 2), "data_format": data_format, **arguments}
    check_parity(keras, Conv3D, given, (2, 5, 6, 4, 3) if data_format == "channels_last" else (2, 3, 5, 6, 4))


def test_a_window_of_one_place_in_a_volume_picks_places() -> None:
    layer = Conv3D(2, 1, strides=(2, 1, 3), use_bias=False)
    x = torch.randn(2, 5, 3, 4, 3)
    torch.testing.assert_close(layer(x), x[:, ::2, :, ::3] @ layer.kernel[0, 0, 0])


def test_a_layer_of_ones_own_may_derive_from_it() -> None:
    class Block(Conv2D):
        def __init__(self, width: int = 4, **kwargs: Any) -> None:
            super().__init__(width * 2, 3, padding="SAME", activation="relu", **kwargs)
            self.width = width

    layer = Block(2)
    assert layer(torch.zeros(1, 5, 5, 1)).shape == (1, 5, 5, 4)
    assert Block.from_config(layer.get_config()).filters == 4


def test_output_lies_in_memory_as_keras_shapes_it() -> None:
    layer = Conv2D(4, 3)
    layer.build((None, 8, 8, 3))
    assert layer.call(torch.randn(2, 8, 8, 3)).is_contiguous()


def test_what_does_not_fit_is_refused() -> None:
    refuses(Conv2D(4, 3), (None, 8, 8), "rank")
    refuses(Conv1D(4, 3), (None, 8, 8, 1), "rank")
    refuses(Conv2D(4, 3), (None, 2, 8, 1), "too_small")
    refuses(Conv2D(4, 3, dilation_rate=4), (None, 8, 8, 1), "too_small")
    refuses(Conv2D(4, 3), (None, 8, 8, None), "unknown_size")
    refuses(Conv2D(4, 3, groups=2), (None, 8, 8, 3), "groups")
    built = Conv2D(4, 3)
    built.build((None, 8, 8, 3))
    refuses(built, (None, 8, 8, 2), "axis")
    assert built.compute_output_shape((None, None, 5, 3)) == (None, None, 3, 4)


def test_a_later_picture_that_is_too_small_is_told_plainly() -> None:
    layer = Conv2D(4, 3)
    layer.build((None, 8, 8, 3))
    with pytest.raises(ShapeError, match="slides a window of 3 over axis 1, which has only 2"):
        layer.call(torch.zeros(1, 2, 8, 3))


def test_arguments_that_exclude_each_other_are_refused() -> None:
    with pytest.raises(ParamError, match="`strides > 1` not supported in conjunction"):
        Conv2D(4, 3, strides=2, dilation_rate=2)
    with pytest.raises(ParamError, match="evenly divisible"):
        Conv2D(4, 3, groups=3)
    with pytest.raises(ParamError, match=r"`strides` argument must be a tuple of 2 integers.*\{0\}"):
        Conv2D(4, 3, strides=(1, 0))
    with pytest.raises(ParamError, match="number of groups must be a positive integer"):
        Conv2D(4, 3, groups=0)
    with pytest.raises(ParamError, match="padding"):
        Conv2D(4, 3, padding="causal")


def test_multiply_adds_of_a_picture() -> None:
    assert Conv3D(4, 2).compute_macs((None, 8, 8, 8, 6), (None, 7, 7, 7, 4)) == 7**3 * 4 * 8 * 6
    assert Conv2D(4, 3, groups=2).compute_macs((None, 8, 8, 6), (None, 6, 6, 4)) == 6 * 6 * 4 * 9 * 3
