"""Shapes of operations on symbolic tensors with unknown sizes, and copies of graphs made of them."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
import torch

from engine import layers, models, ops
from engine.symbolic import KerasTensor


@pytest.mark.parametrize(
    ("made", "shape"),
    [
        (lambda x: ops.geomspace(x, 2, 10, axis=1), (None, 10, 3)),
        (lambda x: ops.tensordot(x, np.ones((3, 5)), axes=1), (None, 5)),
        (lambda x: ops.repeat(x, [1, 2], axis=0), (None, 3)),
        (lambda x: ops.einsum("bi,ij->jb", x, np.ones((3, 5))), (5, None)),
        (lambda x: ops.einsum("...i,ij", x, np.ones((3, 5))), (None, 5)),
        (lambda x: ops.diag(x), (None,)),
        (lambda x: ops.unique(x), (None,)),
        (lambda x: ops.unique(x, axis=1, size=2), (None, 2)),
        (lambda x: ops.reshape(x, KerasTensor((2,), "int32")), (None, None)),
        (lambda x: ops.cumsum(x, axis=(1,)), (None, 3)),
        (lambda x: ops.transpose(x, [1, 0]), (3, None)),
    ],
)
def test_shapes_where_a_size_is_unknown(made, shape):
    assert made(KerasTensor((None, 3))).shape == shape


def test_geomspace_lies_along_any_axis():
    start, stop = np.array([[1.0, -2.0]]), np.array([[100.0, -200.0]])
    assert np.allclose(ops.geomspace(start, stop, 5, axis=1), np.geomspace(start, stop, 5, axis=1))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda x: ops.transpose(x, [0, 5, 1]), "must be an integer in"),
        (lambda x: ops.take(x, [0], axis=5), "axis 5 is out of bounds"),
        (lambda x: ops.split(x, 2, axis=10), "axis 10 is out of bounds"),
        (lambda x: ops.reshape(x, (-1, -1, 5)), "at most one unknown"),
        (lambda x: ops.tensordot(x, KerasTensor((3, 5)), axes=[[1], [1]]), "Shape mismatch"),
        (lambda x: ops.einsum("ij->i", KerasTensor((2, 3, 4))), "does not name the axes"),
        (lambda x: ops.linalg.Qr(mode="both"), "not supported"),
        (lambda x: ops.fold(x.reshape((1, 2, 3, 4)), 4, 2), "3D"),
    ],
)
def test_what_does_not_fit_is_refused(call, words):
    for x in (KerasTensor((2, 3, 4)), torch.zeros(2, 3, 4)):
        with pytest.raises(ValueError, match=words):
            call(x)


def test_graphs_of_operators_survive_copying():
    x = layers.Input((4,))
    model = models.Model(x, ops.mean(layers.Dense(3)(x)[:, :2] * 2 + 1, axis=-1, keepdims=True))
    data = np.ones((2, 4), "float32")
    for twin in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert torch.equal(twin(data), model(data))
    assert ops.Mean is ops.numpy.Mean


def test_softmax_over_one_number_warns():
    with pytest.warns(UserWarning, match="axis 1 of a tensor of shape .* has size 1"):
        ops.softmax(np.array([[1.0]]), 1)
