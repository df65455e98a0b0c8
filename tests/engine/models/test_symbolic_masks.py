"""Masks while a graph is drawn: symbolic tensors carry symbolic ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import engine
from engine import ops


class _Softmax(engine.layers.Layer):
    """A softmax over the steps that are no padding; without a mask it cannot work."""

    supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        kept = ops.expand_dims(ops.cast(mask, "float32"), -1)
        raised = ops.exp(inputs) * kept
        return raised / ops.sum(raised, axis=1, keepdims=True)


@pytest.mark.parametrize("nested", [False, True])
def test_layers_that_need_a_mask_see_one_while_the_graph_is_drawn(nested: bool) -> None:
    words = engine.Input((None,), dtype="int32")
    vectors = engine.layers.Embedding(10, 4, mask_zero=True)(words)
    assert vectors._keras_mask.shape == (None, None)
    scores = engine.layers.Dense(1)(vectors)
    if nested:
        scores = engine.Model(words, scores)(words)
    outputs = _Softmax()(scores)
    assert outputs.shape == (None, None, 1)
    rows = np.array([[3, 4, 0, 0], [1, 2, 3, 0]])
    found = np.asarray(engine.Model(words, outputs)(rows).detach())[..., 0]
    np.testing.assert_allclose(found.sum(1), 1.0, rtol=1e-5)
    assert (found[rows == 0] == 0).all()


def test_masks_of_symbolic_tensors_end_where_real_ones_do() -> None:
    words = engine.Input((5,), dtype="int32")
    vectors = engine.layers.Embedding(10, 4, mask_zero=True)(words)
    assert vectors._keras_mask.shape == (None, 5)
    steps, *states = engine.layers.LSTM(3, return_sequences=True, return_state=True)(vectors)
    assert steps._keras_mask.shape == (None, 5)
    assert all(getattr(state, "_keras_mask", None) is None for state in states)
    assert getattr(engine.layers.LSTM(3)(vectors), "_keras_mask", None) is None
    joined = engine.layers.Concatenate(axis=1)([vectors, engine.Input((2, 4))])
    assert joined._keras_mask.shape == (None, 7)


def test_a_mask_may_be_an_output_of_a_model() -> None:
    first, second = engine.Input((4, 2)), engine.Input((4, 2))
    joined = engine.layers.Concatenate(axis=1)([engine.layers.Masking()(first), second])
    model = engine.Model([first, second], joined._keras_mask)
    steps = np.array([[[0, 0], [1, 2], [0, 0], [3, 4]]], "float32")
    assert model([steps, steps]).tolist() == [[False, True, False, True, True, True, True, True]]
