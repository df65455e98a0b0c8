"""Odd arguments beside real Keras: lone numbers, empty tensors, axes of numpy's types, unknown sizes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from engine import ops
from engine.errors import ShapeError
from engine.ops.operation import Operation
from engine.symbolic import KerasTensor

pytestmark = pytest.mark.filterwarnings("ignore")  # Keras' own: deprecated words of torch and numpy


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("median", (2.5,)),
        ("nanmedian", (2.5,)),
        ("quantile", (2.5, 0.3)),
        ("nanpercentile", (2.5, [30.0, 40.0])),
        ("softmax", (torch.tensor(1.5), None)),
        ("log_softmax", (torch.tensor(1.5), None)),
        ("softmax", (torch.zeros(2, 0), np.int64(0))),
        ("softmax", (torch.zeros(0, 3), None)),
        ("sparsemax", (torch.zeros(0, 3),)),
        ("std", (torch.arange(6.0).reshape(2, 3), np.int64(0))),
        ("nanargmin", (torch.arange(6.0).reshape(2, 3), np.int64(1))),
        ("hard_tanh", (torch.tensor([-3, 0, 3]),)),
        ("hard_tanh", (np.array([-3, 3]),)),
        ("histogram", (2.5,)),
    ],
)
def test_odd_arguments_as_in_keras(keras: Any, name: str, arguments: tuple[Any, ...]) -> None:
    found, wanted = getattr(ops, name)(*arguments), getattr(keras.ops, name)(*arguments)
    pairs = zip(found, wanted, strict=True) if isinstance(wanted, tuple) else [(found, wanted)]
    for ours, theirs in pairs:
        assert ours.dtype == theirs.dtype
        torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("diagonal", (3.0,)),
        ("vander", (torch.zeros(2, 2),)),
        ("take_along_axis", (torch.zeros(3, 4), torch.zeros(3, 2), 10)),
        ("take_along_axis", (KerasTensor((3, 4)), KerasTensor((3, 2), "int32"), 10)),
        ("flip", (torch.zeros(3), "first")),
    ],
)
def test_what_cannot_be_is_an_error_of_shape(name: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ShapeError):
        getattr(ops, name)(*arguments)


def test_sizes_that_depend_on_numbers_are_unknown() -> None:
    assert ops.bincount(KerasTensor((2, 3), "int32")).shape == (2, None)
    assert ops.repeat(KerasTensor((None, 3)), [1, 2], axis=0).shape == (None, 3)
    assert ops.repeat(KerasTensor((2, 3)), [1, 2], axis=0).shape == (3, 3)


def test_nameless_arguments_of_a_constructor_cannot_be_described() -> None:
    class Scale(Operation):
        def __init__(self, factor: float, *tags: str, name: str | None = None) -> None:
            super().__init__(name)
            self.factor, self.tags = factor, tags

        def call(self, x: Any) -> Any:
            return x * self.factor

    assert Scale(2.0, name="twice").get_config() == {"factor": 2.0, "name": "twice"}
    with pytest.raises(NotImplementedError, match="get_config"):
        Scale(2.0, "a").get_config()


def test_windows_longer_than_the_stand_ins_for_unknown_sizes() -> None:
    real, imaginary = ops.stft(KerasTensor((None, None)), 256, 64, 256)
    assert real.shape == imaginary.shape == (None, None, 129)
    assert ops.max_pool(KerasTensor((None, None, 3)), 9).shape == (None, None, 3)
    with pytest.raises(ShapeError):
        ops.matmul(KerasTensor((None, 3)), KerasTensor((4, None)))
