"""Which calls of a graph go straight to ``call``, and that masks find their way all the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import engine
from engine import layers
from engine.models import plan

X = np.random.default_rng(0).integers(0, 4, (3, 6))


@pytest.mark.parametrize("wrap", [lambda layer: layer, layers.Bidirectional])
def test_a_recurrent_layer_without_a_mask_needs_no_whole_call(wrap: Any) -> None:
    model = engine.Sequential([layers.Input((6, 2)), wrap(layers.LSTM(3)), layers.Dense(1)])
    rows = torch.ones(2, 6, 2)
    found = model.plan.run([rows])[0]
    torch.testing.assert_close(model.layers[1](model.layers[0](rows)), found)
    assert [step.mode for step in model.plan._chain] == [plan._TRAINING, plan._PLAIN]


@pytest.mark.parametrize("wrap", [lambda layer: layer, layers.Bidirectional])
def test_a_recurrent_layer_behind_a_mask_still_sees_it(wrap: Any) -> None:
    model = engine.Sequential(
        [layers.Input((6,)), layers.Embedding(4, 2, mask_zero=True), wrap(layers.LSTM(3)), layers.Dense(1)]
    )
    short, long = X[:, :5].copy(), X[:, :5].copy()
    short[:, -2:] = 0
    padded = [np.pad(rows, ((0, 0), (0, 1))) for rows in (short, long)]
    told = [model.predict(rows, verbose=0) for rows in padded]
    assert not np.allclose(told[0], told[1])
    by_hand = model.layers[2](model.layers[1](model.layers[0](torch.from_numpy(padded[0]))))
    np.testing.assert_allclose(told[0], by_hand.detach().numpy(), atol=1e-6)
    moved = padded[0].copy()
    moved[:, -3:] = 0
    np.testing.assert_allclose(model.predict(moved, verbose=0), told[0], atol=1e-6)
