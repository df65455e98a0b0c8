from __future__ import annotations

from typing import Any

import pytest
import torch
from layer_parity import check_parity, refuses

from engine.errors import ParamError, ParamTypeError, ShapeError
from engine.layers.reshaping import Flatten, Permute, RepeatVector, Reshape
from engine.layers.reshaping_edges import (
    Cropping1D,
    Cropping2D,
    Cropping3D,
    ZeroPadding1D,
    ZeroPadding2D,
    ZeroPadding3D,
)
from engine.layers.reshaping_upsampling import UpSampling1D, UpSampling2D, UpSampling3D

FORMATS = ["channels_last", "channels_first"]


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("shape", [(3,), (3, 4), (3, 4, 2), (2, 4, 3, 5)])
def test_flatten_matches_keras(keras: Any, shape: tuple[int, ...], data_format: str) -> None:
    check_parity(keras, Flatten, {"data_format": data_format}, shape)


@pytest.mark.parametrize("target", [(8,), (2, 4), (-1, 2), (4, -1, 1), (None, 2)])
def test_reshape_matches_keras(keras: Any, target: Any) -> None:
    check_parity(keras, Reshape, {"target_shape": target}, (3, 2, 4))


def test_reshape_with_unknown_sizes_and_none_at_all() -> None:
    assert Reshape((-1, 8)).compute_output_shape((None, None, 4)) == (None, None, 8)
    assert Reshape((-1, 8)).compute_output_shape((None, 6, 4)) == (None, 3, 8)
    assert Reshape(())(torch.ones(3, 1)).shape == (3,)
    assert Reshape((-1, 2))(torch.ones(0, 4)).shape == (0, 2, 2)


def test_reshape_refuses() -> None:
    refuses(Reshape((3,)), (None, 4), "reshape")
    refuses(Reshape((-1, 3)), (None, 4), "reshape")
    layer = Reshape((2, 2))
    layer(torch.ones(1, 4))
    with pytest.raises(ShapeError, match="must be unchanged"):
        layer(torch.ones(1, 5))
    with pytest.raises(ParamError, match=r"non-negative integer.*-1.*target_shape=\(-2, 5\)"):
        Reshape((-2, 5))
    with pytest.raises(ParamError, match=r"at most one unknown dimension.*target_shape=\(-1, -1, 5\)"):
        Reshape((-1, -1, 5))


def test_permute_matches_keras(keras: Any) -> None:
    check_parity(keras, Permute, {"dims": (3, 1, 2)}, (2, 3, 4, 5))
    for dims in [(0, 1), (1, 3), (1, 1)]:
        with pytest.raises(ParamError, match=r"Invalid permutation .*dims.*"):
            Permute(dims)
    refuses(Permute((2, 1)), (None, 3), "rank")


def test_repeat_vector_matches_keras(keras: Any) -> None:
    check_parity(keras, RepeatVector, {"n": 3}, (2, 4))
    with pytest.raises(ParamError, match="should be a positive integer"):
        RepeatVector(0)
    with pytest.raises(TypeError, match="Expected an integer value for `n`"):
        RepeatVector("3")
    assert issubclass(ParamTypeError, ValueError)


@pytest.mark.parametrize("cropping", [(1, 2), (0, 3), 2, (2, 0)])
def test_cropped_sequences_match_keras(keras: Any, cropping: Any) -> None:
    check_parity(keras, Cropping1D, {"cropping": cropping}, (2, 6, 3))


PLANE = [1, (1, 2), ((0, 1), (2, 0)), ((0, 0), (0, 0))]
SPACE = [1, (1, 0, 2), ((0, 1), (2, 0), (1, 1))]


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize(
    ("classes", "name", "edges"),
    [((Cropping2D, ZeroPadding2D), 2, edges) for edges in PLANE]
    + [((Cropping3D, ZeroPadding3D), 3, edges) for edges in SPACE],
)
def test_edges_match_keras(keras: Any, classes: Any, name: int, edges: Any, data_format: str) -> None:
    places = (5, 6, 7)[:name]
    shape = (2, *places, 3) if data_format == "channels_last" else (2, 3, *places)
    for cls, argument in zip(classes, ("cropping", "padding"), strict=True):
        layer = check_parity(keras, cls, {argument: edges, "data_format": data_format}, shape)
        theirs = getattr(keras.layers, cls.__name__)(edges, data_format=data_format)
        assert layer.get_config()[argument] == theirs.get_config()[argument]


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("padding", [1, (0, 2), (3, 1)])
def test_padded_sequences_match_keras(keras: Any, padding: Any, data_format: str) -> None:
    check_parity(keras, ZeroPadding1D, {"padding": padding, "data_format": data_format}, (2, 4, 3))


@pytest.mark.parametrize("cls", [Cropping2D, ZeroPadding2D, Cropping3D, ZeroPadding3D])
@pytest.mark.parametrize("edges", [(1,), "1", ((1, 2), (3, -4)), ((1, 2), "3"), ((1, 2), (3, 4, 5)), -1, 1.5])
def test_edges_that_are_none_are_refused(cls: Any, edges: Any) -> None:
    with pytest.raises(ParamError, match="Received"):
        cls(edges)


def test_cropping_leaves_something() -> None:
    refuses(Cropping1D((3, 3)), (None, 5, 7), "too_small")
    refuses(Cropping2D(2), (None, 5, 4, 7), "too_small")
    with pytest.raises(ShapeError, match="smaller than the corresponding spatial dimension"):
        Cropping3D(2).call(torch.ones(1, 5, 5, 4, 1))
    assert Cropping2D(1).compute_output_shape((None, None, 5, 3)) == (None, None, 3, 3)


def test_longer_sequences_match_keras(keras: Any) -> None:
    check_parity(keras, UpSampling1D, {"size": 3}, (2, 4, 3))
    with pytest.raises(TypeError, match="Expected an integer value for `size`"):
        UpSampling1D(2.5)


@pytest.mark.parametrize("data_format", FORMATS)
@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("size", [(2, 3), 1, (7, 1)])
def test_larger_pictures_match_keras(keras: Any, size: Any, interpolation: str, data_format: str) -> None:
    given = {"size": size, "interpolation": interpolation, "data_format": data_format}
    check_parity(keras, UpSampling2D, given, (2, 4, 5, 3))


@pytest.mark.parametrize("radius", [3, 5])
def test_lanczos_by_its_formula(radius: int) -> None:
    # Keras on torch has none; Duchon 1979: weights sinc(d) sinc(d / radius), made to add up to 1.
    layer = UpSampling2D((3, 1), interpolation=f"lanczos{radius}")
    x = torch.randn(1, 6, 2, 1)
    distance = (torch.arange(18) + 0.5)[:, None] / 3 - 0.5 - torch.arange(6)
    weights = torch.sinc(distance) * torch.sinc(distance / radius) * (distance.abs() < radius)
    weights = weights / weights.sum(1, keepdim=True)
    torch.testing.assert_close(layer(x)[0, :, :, 0], weights @ x[0, :, :, 0], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("data_format", FORMATS)
def test_larger_volumes_match_keras(keras: Any, data_format: str) -> None:
    check_parity(keras, UpSampling3D, {"size": (2, 1, 3), "data_format": data_format}, (2, 3, 4, 2, 3))


def test_whole_numbers_stay_whole() -> None:
    x = torch.arange(6, dtype=torch.int32).reshape(1, 6, 1)
    assert UpSampling1D(2)(x).dtype == torch.int32
    assert ZeroPadding1D(1)(x).flatten().tolist() == [0, 0, 1, 2, 3, 4, 5, 0]
