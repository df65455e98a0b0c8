"""Other values in weights for the time of a ``with`` block."""

from __future__ import annotations

import numpy as np
import pytest

import engine
from engine import layers
from engine.stateless import in_stateless_scope


def test_values_hold_inside_and_are_told_afterwards() -> None:
    one, two, sums = (engine.Variable(np.zeros(2, "float32")) for _ in range(3))
    ones = np.ones(2, "float32")
    with engine.StatelessScope([(one, ones), (two, 2 * ones)]) as scope:
        assert in_stateless_scope()
        sums.assign(one + two)
        np.testing.assert_array_equal((sums + 0.0).detach(), 3 * ones)
        scope.add_update((two, 5 * ones))
        np.testing.assert_array_equal(scope.get_current_value(two), 5 * ones)
    assert not in_stateless_scope()
    for weight in (one, two, sums):
        np.testing.assert_array_equal(weight.numpy(), 0 * ones)
    np.testing.assert_array_equal(scope.get_current_value(sums), 3 * ones)
    np.testing.assert_array_equal(scope.get_current_value(two), 5 * ones)
    assert scope.get_current_value(engine.Variable(ones)) is None


def test_inner_scopes_undo_their_own_part_only() -> None:
    weight = engine.Variable(np.float32(1.0))
    with engine.StatelessScope([(weight, 2.0)]) as outer:
        with engine.StatelessScope([(weight, 3.0)]) as inner:
            assert float(weight) == 3.0
        assert float(weight) == 2.0
        weight.assign(4.0)
    assert float(weight) == 1.0
    assert float(inner.get_current_value(weight)) == 3.0
    assert float(outer.get_current_value(weight)) == 4.0


def test_losses_are_gathered_and_wrong_pairs_refused() -> None:
    class Lossy(layers.Layer):
        def call(self, x: engine.KerasTensor) -> engine.KerasTensor:
            self.add_loss(x.sum())
            return x

    with engine.StatelessScope(collect_losses=True) as scope:
        Lossy()(np.ones((2, 3), "float32"))
    assert [float(loss) for loss in scope.losses] == [6.0]
    with pytest.raises(ValueError, match="all keys in argument `mapping` must be Variable"):
        engine.StatelessScope([("weight", 1.0)])
    with pytest.raises(ValueError, match="all values in argument `mapping` must be tensors with"):
        engine.StatelessScope([(engine.Variable(np.zeros(2)), np.ones(3))])
