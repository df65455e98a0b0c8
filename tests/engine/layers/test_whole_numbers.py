"""Layers of arithmetic on whole numbers and truths, and the types that come out, held against Keras."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from engine import layers

KINDS = ("int32", "uint8", "bool", "int64")
SAME = [
    ("GlobalAveragePooling1D", {}, (2, 3, 4)),
    ("GlobalAveragePooling2D", {}, (2, 3, 4, 2)),
    ("GlobalAveragePooling3D", {"keepdims": True}, (2, 3, 2, 2, 2)),
    ("Rescaling", {"scale": 0.5}, (2, 3)),
    ("ZeroPadding1D", {"padding": 1}, (2, 3, 4)),
]


def whole(shape: tuple[int, ...], kind: str) -> Any:
    return (np.arange(int(np.prod(shape))).reshape(shape) % 5).astype(kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("name", "arguments", "shape"), SAME)
def test_whole_numbers_give_what_keras_gives(
    keras: Any, name: str, arguments: dict[str, Any], shape: tuple[int, ...], kind: str
) -> None:
    x = whole(shape, kind)
    expected = getattr(keras.layers, name)(**arguments)(x)
    made = getattr(layers, name)(**arguments)(x)
    assert made.dtype == expected.dtype
    np.testing.assert_allclose(made.detach().numpy(), expected.detach().numpy(), atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("GaussianDropout", {"rate": 0.3}),
        ("GaussianNoise", {"stddev": 0.3}),
        ("SpatialDropout1D", {"rate": 0.3}),
        ("AlphaDropout", {"rate": 0.3}),
        ("Dropout", {"rate": 0.3, "seed": 3}),
        ("RMSNormalization", {}),
    ],
)
def test_noise_on_whole_numbers_is_no_whole_number(name: str, arguments: dict[str, Any], kind: str) -> None:
    extra = {} if name == "RMSNormalization" else {"training": True}
    made = getattr(layers, name)(**arguments)(whole((2, 3, 4), kind), **extra)
    assert made.dtype is torch.float32
    assert made.shape == (2, 3, 4)


@pytest.mark.parametrize("policy", ["float64", "float16", "mixed_bfloat16"])
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Flatten", {}),
        ("Reshape", {"target_shape": (-1,)}),
        ("ZeroPadding2D", {}),
        ("Cropping2D", {"cropping": 1}),
        ("UpSampling2D", {}),
        ("Identity", {}),
        ("Permute", {"dims": (2, 1, 3)}),
        ("Dropout", {"rate": 0.5}),
        ("Add", {}),
    ],
)
def test_symbols_have_the_type_of_the_arithmetic(name: str, arguments: dict[str, Any], policy: str) -> None:
    layer = getattr(layers, name)(dtype=policy, **arguments)
    given = layers.Input((4, 4, 2))
    symbol = layer([given, given] if name == "Add" else given)
    x = np.ones((1, 4, 4, 2), "float32")
    made = layer([x, x] if name == "Add" else x)
    assert f"torch.{symbol.dtype}" == str(made.dtype)
    assert symbol.shape == (None, *made.shape[1:])
