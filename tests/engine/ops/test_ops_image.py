"""Operations on pictures against Keras' own, on tensors and in graphs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from engine import Model, ops
from engine.errors import ParamError, ShapeError
from engine.layers import Input

RNG = np.random.default_rng(0)
X = (RNG.random((2, 7, 6, 3)) * 255).astype("float32")
KINDS = {"batch": X, "one": X[0], "whole": X.astype("uint8")}
each_kind = pytest.mark.parametrize("x", KINDS.values(), ids=KINDS.keys())
FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")


def same(one: torch.Tensor, two: torch.Tensor, tolerance: float = 1e-5) -> None:
    assert one.dtype == two.dtype
    assert one.shape == two.shape
    scale = max(1.0, float(two.double().abs().max()))
    torch.testing.assert_close(one, two, rtol=tolerance, atol=tolerance * scale)


@each_kind
@pytest.mark.parametrize("fill_mode", FILL_MODES)
@pytest.mark.parametrize("interpolation", ["bilinear", "nearest"])
def test_affine(keras: Any, x: Any, fill_mode: str, interpolation: str) -> None:
    rows = [[0.9, 0.3, -4.2, -0.2, 1.1, 2.7, 0, 0], [1, 0, 3.5, 0, 1, -9.25, 0, 0]]
    matrix = np.array(rows if x.ndim == 4 else rows[0], "float32")
    settings = (interpolation, fill_mode, 7.0)
    kept = matrix.copy()
    made = ops.image.affine_transform(x, matrix, *settings)
    np.testing.assert_array_equal(matrix, kept)
    same(made, keras.ops.image.affine_transform(x, matrix.copy(), *settings))


@pytest.mark.parametrize("interpolation", ["bilinear", "nearest"])
def test_perspective(keras: Any, interpolation: str) -> None:
    start = np.array([[[0, 0], [5, 0], [0, 6], [5, 6]]] * 2, "float32")
    end = start + np.random.default_rng(1).normal(size=start.shape).astype("float32")
    for x, one, two in ((X, start, end), (X[0], start[0], end[0])):
        made = ops.image.perspective_transform(x, one, two, interpolation, 3.0)
        same(made, keras.ops.image.perspective_transform(x, one, two, interpolation, 3.0), 5e-5)
    first = ops.image.perspective_transform(X.transpose(0, 3, 1, 2), start, end, data_format="channels_first")
    same(first.permute(0, 2, 3, 1), ops.image.perspective_transform(X, start, end))


@each_kind
@pytest.mark.parametrize("settings", [{}, {"crop_to_aspect_ratio": True}, {"pad_to_aspect_ratio": True}])
@pytest.mark.parametrize("interpolation", ["bilinear", "nearest", "bicubic"])
def test_resize(keras: Any, x: Any, interpolation: str, settings: dict[str, Any]) -> None:
    for size in ((4, 9), (15, 3)):
        for antialias in (False, True):
            made = ops.image.resize(x, size, interpolation, antialias, **settings)
            same(made, keras.ops.image.resize(x, size, interpolation, antialias, **settings))


@pytest.mark.parametrize("method", ["linear", "cubic", "lanczos3", "lanczos5"])
@each_kind
def test_scale_and_translate(keras: Any, x: Any, method: str) -> None:
    axes = (x.ndim - 3, x.ndim - 2)
    shape = [9 if axis == axes[0] else 4 if axis == axes[1] else size for axis, size in enumerate(x.shape)]
    scale, shift = np.array([1.3, 0.6], "float32"), np.array([0.5, -0.7], "float32")
    for antialias in (False, True):
        made = ops.image.scale_and_translate(x, shape, scale, shift, axes, method, antialias)
        same(made, keras.ops.image.scale_and_translate(x, shape, scale, shift, axes, method, antialias))


def test_lanczos_resizes_where_keras_on_torch_cannot() -> None:
    flat = ops.image.resize(np.full((4, 4, 1), 9.0, "float32"), (7, 3), "lanczos3", antialias=True)
    torch.testing.assert_close(flat, torch.full((7, 3, 1), 9.0))
    same(ops.image.resize(X, (7, 6), "lanczos5"), torch.as_tensor(X), 1e-4)


@each_kind
def test_colours_and_sides(keras: Any, x: Any) -> None:
    theirs = keras.ops.image
    same(ops.image.rgb_to_grayscale(x), theirs.rgb_to_grayscale(x))
    same(ops.image.pad_images(x, 1, 2, None, 0, 10), theirs.pad_images(x, 1, 2, None, 0, 10))
    same(ops.image.crop_images(x, 1, 2, None, 0, 3), theirs.crop_images(x, 1, 2, None, 0, 3))
    if x.dtype == np.uint8:
        return
    same(ops.image.rgb_to_hsv(x / 255), theirs.rgb_to_hsv(x / 255))
    same(ops.image.hsv_to_rgb(x / 255), theirs.hsv_to_rgb(x / 255))
    for size in (3, 5):
        made = ops.image.gaussian_blur(x, (size, size), (1.0, 2.0))
        same(made, theirs.gaussian_blur(x, (size, size), (1.0, 2.0), data_format="channels_last"))


def test_edges_likeness_and_patches(keras: Any) -> None:
    theirs = keras.ops.image
    same(ops.image.sobel_edges(X), theirs.sobel_edges(X, data_format="channels_last"))
    y, z = RNG.random((2, 2, 16, 14, 3)).astype("float32")
    same(ops.image.ssim(y, z), theirs.ssim(y, z))
    same(ops.image.ssim(y[0], z[0], filter_size=5), theirs.ssim(y[0], z[0], filter_size=5))
    one, first = torch.as_tensor(y), torch.as_tensor(y).permute(0, 3, 1, 2)
    for size, strides, gap in ((3, None, 1), ((2, 4), 2, 1), ((2, 4), 1, 2)):
        for padding in ("valid", "same"):
            settings = (size, strides, gap, padding)
            same(ops.image.extract_patches(one, *settings), theirs.extract_patches(one, *settings))
            made = ops.image.extract_patches(first, *settings, "channels_first")
            same(made, theirs.extract_patches(first, *settings, "channels_first"))
    volume = torch.rand(2, 6, 7, 8, 2)
    made = ops.image.extract_patches_3d(volume, 2, padding="same")
    same(made, theirs.extract_patches_3d(volume, 2, padding="same"))


@pytest.mark.parametrize("fill_mode", FILL_MODES)
@pytest.mark.parametrize("order", [0, 1])
def test_map_coordinates(keras: Any, order: int, fill_mode: str) -> None:
    rng = np.random.default_rng(2)
    for source in (rng.random((4, 5)).astype("float32"), (rng.random((3, 4, 2)) * 50).astype("int32")):
        places = (rng.random((source.ndim, 3, 7)) * 20 - 7).astype("float32")
        made = ops.image.map_coordinates(source, places, order, fill_mode, 2.0)
        same(made, keras.ops.image.map_coordinates(source, places, order, fill_mode, 2.0))


def test_elastic_transform_follows_its_seed() -> None:
    pulled = ops.image.elastic_transform(X, alpha=3.0, sigma=1.0, seed=4)
    assert pulled.shape == X.shape
    assert torch.equal(pulled, ops.image.elastic_transform(X, alpha=3.0, sigma=1.0, seed=4))
    assert not torch.equal(pulled, ops.image.elastic_transform(X, alpha=3.0, sigma=1.0, seed=5))
    same(ops.image.elastic_transform(X, alpha=0.0, sigma=1.0), torch.as_tensor(X))


def test_gradients_pass_through() -> None:
    x = torch.rand(1, 5, 5, 2, dtype=torch.float64, requires_grad=True)
    matrix = torch.tensor([0.9, 0.2, 0.3, -0.1, 1.1, 0.4, 0, 0], dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda y: ops.image.affine_transform(y, matrix, fill_mode="reflect"), x)
    assert torch.autograd.gradcheck(lambda y: ops.image.resize(y, (3, 7)), x)


def test_graphs() -> None:
    inputs = Input((None, None, 3))
    outputs = ops.image.rgb_to_grayscale(ops.image.pad_images(ops.image.resize(inputs, (8, 8)), 1, 1, 1, 1))
    assert outputs.shape == (None, 10, 10, 1)
    model = Model(inputs, outputs)
    expected = ops.image.rgb_to_grayscale(ops.image.pad_images(ops.image.resize(X, (8, 8)), 1, 1, 1, 1))
    same(model(torch.as_tensor(X)), expected)
    assert ops.image.extract_patches(inputs, 3, padding="same").shape == (None, None, None, 27)
    assert ops.image.ssim(inputs, inputs).shape == (None,)
    assert ops.image.sobel_edges(inputs).shape == (None, None, None, 3, 2)


def test_errors_name_what_came() -> None:
    with pytest.raises(ShapeError, match="rank 3"):
        ops.image.resize(torch.rand(4, 4), (2, 2))
    with pytest.raises(ParamError, match="'bilinear'"):
        ops.image.resize(X, (2, 2), interpolation="linear")
    with pytest.raises(ParamError, match="exactly two"):
        ops.image.crop_images(X, 1, 1, 1, 1, 5, 4)
    with pytest.raises(ParamError, match="top_cropping must be >= 0"):
        ops.image.crop_images(X, None, 0, 0, 0, 30, None)
    with pytest.raises(ShapeError, match="height of the images is unknown"):
        ops.image.crop_images(Input((None, 6, 3)), 1, 1, 1, 1)
    with pytest.raises(ShapeError, match="3 channels"):
        ops.image.rgb_to_hsv(torch.rand(2, 4, 4, 2))
    with pytest.raises(TypeError, match="int or a tuple"):
        ops.image.extract_patches(X, "3")
