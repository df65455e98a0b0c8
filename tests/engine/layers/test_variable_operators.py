"""Weights beside numpy's arrays, on either side of every operator."""

from __future__ import annotations

import operator

import numpy as np
import pytest
import torch

import engine

NUMBERS = np.array([1.0, 2.0, 4.0], "float32")
OTHERS = np.array([1.0, 3.0, 2.0], "float32")
NAMES = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")


@pytest.mark.parametrize("name", NAMES + COMPARISONS)
@pytest.mark.parametrize("trainable", [True, False])
def test_arrays_may_stand_on_either_side(name: str, trainable: bool) -> None:
    act = getattr(operator, name)
    weight = engine.Variable(NUMBERS, trainable=trainable)
    for found, wanted in (
        (act(weight, OTHERS), act(NUMBERS, OTHERS)),
        (act(OTHERS, weight), act(OTHERS, NUMBERS)),
        (act(weight, torch.as_tensor(OTHERS)), act(NUMBERS, OTHERS)),
        (act(weight, 2.0) if name != "matmul" else act(weight, weight), act(NUMBERS, 2.0)
         if name != "matmul" else act(NUMBERS, NUMBERS)),
    ):  # fmt: skip
        assert isinstance(found, torch.Tensor)
        np.testing.assert_allclose(found.detach(), wanted, rtol=1e-6)


def test_weights_stay_keys_of_dicts() -> None:
    one, two = engine.Variable(NUMBERS), engine.Variable(NUMBERS)
    assert len({one: 1, two: 2}) == 2


def test_the_type_by_name_holds_here_and_in_keras() -> None:
    weight = engine.Variable(NUMBERS)
    assert engine.backend.standardize_dtype(weight.dtype) == "float32"
    assert weight.dtype is torch.float32


def test_arrays_on_the_left_keep_gradients_and_numpys_functions_give_arrays() -> None:
    weight = engine.Variable(NUMBERS)
    (OTHERS * weight).sum().backward()
    np.testing.assert_array_equal(weight.grad, OTHERS)
    assert isinstance(np.sqrt(weight), np.ndarray)
    np.testing.assert_array_equal(np.add(NUMBERS, 1, out=NUMBERS.copy()), NUMBERS + 1)
    np.testing.assert_array_equal(np.maximum(weight, 2.0), np.maximum(NUMBERS, 2.0))
    assert weight.__ge__(OTHERS).tolist() == [True, False, True]
