from __future__ import annotations

from typing import Any

import pytest
import torch
from layer_parity import check_parity, refuses

from engine.errors import ParamError
from engine.layers.normalization import BatchNormalization
from engine.layers.normalization_group import GroupNormalization
from engine.layers.normalization_layer import LayerNormalization, UnitNormalization


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("shape", [(6, 3), (4, 5, 3), (2, 4, 5, 3), (2, 3, 4, 5, 2), (1, 3)])
@pytest.mark.parametrize(
    "arguments", [{}, {"axis": 1, "momentum": 0.8}, {"scale": False, "epsilon": 0.1}, {"center": False}]
)
def test_batches_match_keras(
    keras: Any, arguments: dict[str, Any], shape: tuple[int, ...], training: bool
) -> None:
    check_parity(keras, BatchNormalization, arguments, shape, training=training)


@pytest.mark.parametrize("axis", [-1, 1])
def test_masked_places_do_not_count(keras: Any, axis: int) -> None:
    mask = torch.tensor([[1, 1, 0], [1, 0, 0]]).bool()
    shape = (2, 3, 4)
    if axis == -1:
        check_parity(keras, BatchNormalization, {}, shape, training=True, mask=mask)
    else:
        layer = BatchNormalization()
        layer.build(shape)
        x = torch.randn(shape)
        y = layer.call(x, training=True, mask=mask)
        assert torch.allclose(y[mask].mean(0), torch.zeros(4), atol=1e-6)


def test_a_frozen_layer_keeps_its_averages() -> None:
    layer = BatchNormalization()
    layer.build((None, 3))
    layer.built = True
    layer.trainable = False
    x = torch.randn(8, 3) + 5
    before = [weight.clone() for weight in layer.weights]
    torch.testing.assert_close(layer.call(x, training=True), x / (1 + 1e-3) ** 0.5)
    assert all(torch.equal(one, two) for one, two in zip(before, layer.weights, strict=True))


@pytest.mark.parametrize("axis", [-1, [1, 2], [-1]])
@pytest.mark.parametrize("arguments", [{}, {"center": False, "epsilon": 0.1}, {"scale": False}])
def test_layers_match_keras(keras: Any, axis: Any, arguments: dict[str, Any]) -> None:
    check_parity(keras, LayerNormalization, {"axis": axis, **arguments}, (2, 4, 5))


def test_an_axis_in_the_middle_is_normalized_like_one_at_the_end() -> None:
    # Keras on torch fails here: it hands the sizes of the wrong axis to its kernel.
    middle, end = LayerNormalization(axis=1), LayerNormalization()
    middle.build((None, 4, 5))
    end.build((None, 5, 4))
    x = torch.randn(2, 4, 5)
    torch.testing.assert_close(middle.call(x), end.call(x.transpose(1, 2)).transpose(1, 2))


@pytest.mark.parametrize("axis", [-1, 1, [1, 2]])
def test_units_match_keras(keras: Any, axis: Any) -> None:
    check_parity(keras, UnitNormalization, {"axis": axis}, (2, 4, 5))


def test_what_does_not_fit_is_refused() -> None:
    refuses(BatchNormalization(axis=3), (None, 8), "rank")
    refuses(BatchNormalization(), (None, None), "unknown_size")
    refuses(LayerNormalization(axis=2), (None, 8), "rank")
    refuses(LayerNormalization(), (None, None), "unknown_size")
    refuses(UnitNormalization(axis=2), (None, 8), "rank")
    layer = BatchNormalization()
    layer.build((None, 8))
    refuses(layer, (None, 7), "axis")
    with pytest.raises(ParamError, match="synchronized"):
        BatchNormalization(synchronized=True)


@pytest.mark.parametrize("shape", [(4, 8, 8, 6), (2, 3, 4, 5, 6)])
def test_groups_of_given_pictures_train(shape: tuple[int, ...]) -> None:
    layer = GroupNormalization(2)
    x = torch.rand(shape, generator=torch.Generator().manual_seed(1))
    layer(x).square().sum().backward()  # the pictures need no gradient, as in a model's first layer
    first = [weight.grad for weight in layer.weights]
    layer.zero_grad()
    layer(x.clone().requires_grad_()).square().sum().backward()
    for one, weight in zip(first, layer.weights, strict=True):
        torch.testing.assert_close(one, weight.grad, rtol=1e-4, atol=1e-3)
