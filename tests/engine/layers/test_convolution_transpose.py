from __future__ import annotations

from typing import Any

import pytest
import torch
from layer_parity import check_parity, refuses

from engine.errors import ParamError
from engine.layers.convolution_transpose import Conv1DTranspose, Conv2DTranspose, Conv3DTranspose

CLASSES = {1: Conv1DTranspose, 2: Conv2DTranspose, 3: Conv3DTranspose}


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(
    ("strides", "extra"), [(1, None), (2, None), (3, None), (1, 0), (2, 0), (3, 0), (2, 1), (3, 1)]
)
def test_longer_sequences_match_keras(
    keras: Any, padding: str, kernel: int, strides: int, extra: int | None
) -> None:
    given = {"filters": 4, "kernel_size": kernel, "strides": strides, "padding": padding}
    check_parity(keras, Conv1DTranspose, {**given, "output_padding": extra}, (2, 5, 3))


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("kernel", [(3, 3), (2, 4), (5, 4)])
@pytest.mark.parametrize("strides", [1, 2, (1, 3)])
def test_larger_pictures_match_keras(keras: Any, padding: str, kernel: Any, strides: Any) -> None:
    given = {
        "filters": 4,
        "kernel_size": kernel,
        "strides": strides,
        "padding": padding,
        "activation": "tanh",
    }
    check_parity(keras, Conv2DTranspose, given, (2, 5, 4, 3))


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("arguments", [{"strides": (2, 1, 3)}, {"strides": 2, "output_padding": (0, 1, 1)}])
def test_larger_volumes_match_keras(keras: Any, padding: str, arguments: dict[str, Any]) -> None:
    given = {"filters": 2, "kernel_size": (3, 2, 4), "padding": padding, **arguments}
    check_parity(keras, Conv3DTranspose, given, (2, 3, 4, 2, 3))


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_stamps_with_gaps_match_keras(keras: Any, rank: int, padding: str) -> None:
    given = {"filters": 4, "kernel_size": 3, "dilation_rate": 2, "padding": padding, "use_bias": False}
    check_parity(keras, CLASSES[rank], given, (2, *(5, 4, 3)[:rank], 3))


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_channels_first_matches_keras(keras: Any, rank: int, padding: str) -> None:
    given = {"filters": 4, "kernel_size": 3, "strides": 2, "data_format": "channels_first"}
    check_parity(keras, CLASSES[rank], {**given, "padding": padding}, (2, 3, 5, 4, 2)[: rank + 2])


def test_what_does_not_fit_is_refused() -> None:
    refuses(Conv2DTranspose(4, 3), (None, 8, 8), "rank")
    refuses(Conv2DTranspose(4, 3), (None, 0, 8, 3), "too_small")
    refuses(Conv1DTranspose(4, 2, padding="same", output_padding=0), (None, 1, 3), "too_small")
    refuses(Conv2DTranspose(4, 3), (None, 8, 8, None), "unknown_size")


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_output_padding_is_less_than_strides(rank: int) -> None:
    with pytest.raises(ParamError, match="`output_padding` must be strictly less than `strides`"):
        CLASSES[rank](4, 3, strides=2, output_padding=2)
    with pytest.raises(ParamError, match="output_padding=-1"):
        CLASSES[rank](4, 3, strides=2, output_padding=-1)


def test_places_that_no_stamp_reaches_hold_the_bias() -> None:
    layer = Conv1DTranspose(1, 1, strides=3)
    layer.build((1, 2, 1))
    layer.set_weights([[[[2.0]]], [0.5]])
    made = layer.call(torch.ones(1, 2, 1))
    assert made.flatten().tolist() == [2.5, 0.5, 0.5, 2.5, 0.5, 0.5]
