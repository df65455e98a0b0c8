from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from engine import layers
from engine.errors import ParamError, ShapeError

NAMES = ["Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"]
SHAPES = [
    [(2, 4, 5), (2, 4, 5)],
    [(2, 4, 5), (2, 1, 5)],
    [(2, 3, 4, 5), (2, 5)],
    [(2, 5), (2, 3, 4, 5)],
    [(2, 4, 5), (2, 4, 1)],
]


def same(keras: Any, name: str, arguments: dict[str, Any], inputs: list[torch.Tensor]) -> None:
    """Compare outputs, gradients and shapes with Keras, masks included."""
    seen = []
    for home in (layers, keras.layers):
        given = [tensor.clone().requires_grad_() for tensor in inputs]
        for tensor, one in zip(given, inputs, strict=True):
            if getattr(one, "_keras_mask", None) is not None:
                tensor._keras_mask = one._keras_mask  # type: ignore[attr-defined]  # what layers hang on
        layer = getattr(home, name)(**arguments)
        output = layer(given)
        torch.manual_seed(1)
        gradients = torch.autograd.grad((output * torch.randn(output.shape)).sum(), given)
        seen.append((output, gradients, getattr(output, "_keras_mask", None)))
    for one, two in zip((seen[0][0], *seen[0][1]), (seen[1][0], *seen[1][1]), strict=True):
        torch.testing.assert_close(one, two, atol=1e-5, rtol=1e-5)
    ours, theirs = seen[0][2], seen[1][2]
    assert (ours is None) == (theirs is None)
    if ours is not None:
        np.testing.assert_array_equal(ours, theirs)
    shapes = [tuple(tensor.shape) for tensor in inputs]
    assert getattr(layers, name)(**arguments).compute_output_shape(shapes) == tuple(seen[0][0].shape)


@pytest.mark.parametrize("shapes", SHAPES)
@pytest.mark.parametrize("name", NAMES)
def test_merges_match_keras(keras: Any, name: str, shapes: Any) -> None:
    torch.manual_seed(0)
    same(keras, name, {}, [torch.randn(shape) for shape in shapes])


@pytest.mark.parametrize("name", [name for name in NAMES if name != "Subtract"])
def test_one_input_and_three(keras: Any, name: str) -> None:
    torch.manual_seed(0)
    tensors = [torch.randn(2, 3) for _ in range(3)]
    same(keras, name, {}, tensors)
    assert torch.equal(getattr(layers, name)()(tensors[:1]), tensors[0])


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_masks_match_keras(keras: Any, name: str, both: bool) -> None:
    torch.manual_seed(0)
    one, two = torch.randn(2, 4, 3), torch.randn(2, 4, 3)
    one._keras_mask = torch.tensor([[1, 1, 0, 0], [1, 0, 1, 0]]).bool()  # type: ignore[attr-defined]
    if both:
        two._keras_mask = torch.tensor([[1, 0, 1, 0], [1, 1, 1, 0]]).bool()  # type: ignore[attr-defined]
    same(keras, name, {}, [one, two])


@pytest.mark.parametrize("axis", [1, 2, -1, -2])
@pytest.mark.parametrize("masked", [0, 1, 2])
def test_concatenation_matches_keras(keras: Any, axis: int, masked: int) -> None:
    torch.manual_seed(0)
    tensors = [torch.randn(2, 4, 3), torch.randn(2, 4, 3)]
    for tensor in tensors[:masked]:
        tensor._keras_mask = torch.rand(2, 4) > 0.5  # type: ignore[attr-defined]
    same(keras, "Concatenate", {"axis": axis}, tensors)


def test_concatenation_of_unequal_lengths(keras: Any) -> None:
    same(keras, "Concatenate", {"axis": 1}, [torch.ones(2, 4, 3), torch.zeros(2, 1, 3), torch.ones(2, 2, 3)])
    with pytest.raises(ShapeError, match="matching shapes except for the concatenation axis"):
        layers.Concatenate(axis=1)([torch.ones(1, 2, 2), torch.ones(1, 2, 3)])
    with pytest.raises(ShapeError, match="matching shapes except for the concatenation axis"):
        layers.Concatenate()([torch.ones(1, 2, 2), torch.ones(1, 2)])
    assert layers.Concatenate().compute_output_shape([(None, 3), (None, None)]) == (None, None)


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize(
    ("shapes", "axes"),
    [
        ([(2, 4), (2, 4)], -1),
        ([(2, 4), (2, 4)], 1),
        ([(2, 3, 4), (2, 5, 4)], 2),
        ([(2, 3, 4), (2, 5, 4)], -1),
        ([(2, 3, 4), (2, 3, 5)], 1),
        ([(2, 3, 4), (2, 4, 5)], (2, 1)),
        ([(2, 4), (2, 5, 4)], (1, 2)),
        ([(2, 5, 4), (2, 4)], (-1, -1)),
        ([(2, 3, 2), (2, 1, 2, 3)], (-2, -1)),
        ([(2, 3, 4, 5), (2, 6, 4, 7)], (2, 2)),
    ],
)
def test_dot_matches_keras(keras: Any, shapes: Any, axes: Any, normalize: bool) -> None:
    torch.manual_seed(0)
    same(keras, "Dot", {"axes": axes, "normalize": normalize}, [torch.randn(shape) for shape in shapes])


def test_functions_do_what_the_layers_do() -> None:
    one, two = torch.randn(2, 3), torch.randn(2, 3)
    for name in [*NAMES, "Concatenate"]:
        assert torch.equal(getattr(layers, name.lower())([one, two]), getattr(layers, name)()([one, two]))
    assert torch.equal(layers.dot([one, two], axes=-1), layers.Dot(-1)([one, two]))
    assert layers.concatenate([one, two], axis=0).shape == (4, 3)


def test_what_does_not_go_together_is_refused() -> None:
    with pytest.raises(ShapeError, match="different batch sizes"):
        layers.Add()([torch.ones(1, 3), torch.ones(2, 3)])
    with pytest.raises(ShapeError, match="incompatible shapes"):
        layers.Multiply()([torch.ones(2, 3), torch.ones(2, 4)])
    with pytest.raises(ShapeError, match="called on a list of inputs"):
        layers.Add()(torch.ones(2, 3))
    with pytest.raises(ShapeError, match="layer should be called on exactly 2 inputs"):
        layers.Subtract()([torch.ones(2, 3)] * 3)
    with pytest.raises(ShapeError, match="layer should be called on exactly 2 inputs"):
        layers.Dot(1)([torch.ones(2, 3)])
    with pytest.raises(ShapeError, match="Incompatible input shapes"):
        layers.Dot(1)([torch.ones(2, 3), torch.ones(2, 4)])
    for axes in (0, 2, (1, -2)):
        with pytest.raises(ShapeError, match="behind the batch axis"):
            layers.Dot(axes).compute_output_shape([(2, 3), (2, 3)])
    for wrong in ((1,), (1, 2, 3), "1", 1.5, None):
        with pytest.raises(ParamError):
            layers.Dot(wrong)


def test_masks_are_one_for_each_input() -> None:
    x = torch.ones(2, 3, 4)
    for layer in (layers.Add(), layers.Concatenate()):
        assert layer.compute_mask([x, x], None) is None
        assert layer.compute_mask([x, x], [None, None]) is None
        with pytest.raises(ParamError, match="`mask` should be a list"):
            layer.compute_mask([x, x], x)
        with pytest.raises(ParamError, match="`inputs` should be a list"):
            layer.compute_mask(x, [None, None])
        with pytest.raises(ParamError, match="should have the same length"):
            layer.compute_mask([x, x], [None])


def test_shapes_with_unknown_sizes() -> None:
    assert layers.Add().compute_output_shape([(None, None, 4), (None, 3, 4)]) == (None, None, 4)
    assert layers.Add().compute_output_shape([(None, 1, 4), (8, 3, 4)]) == (8, 3, 4)
    assert layers.Dot(1).compute_output_shape([(None, 3), (None, 3)]) == (None, 1)
    assert layers.Dot(2).compute_macs([(None, 3, 4), (None, 5, 4)], (None, 3, 5)) == 60


def test_whole_numbers_stay_whole_but_in_a_mean() -> None:
    one = torch.tensor([[1, 2]], dtype=torch.int64)
    assert layers.Add()([one, one]).dtype == torch.int64
    assert layers.Add().compute_output_dtype("int64", "int32") == "int64"
    assert layers.Average().compute_output_dtype("int64", "int64") == "float32"
