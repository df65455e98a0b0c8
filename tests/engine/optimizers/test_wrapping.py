"""Optimizers around optimizers, optimizers of one's own, and steps without side effects."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
import torch

from engine import optimizers
from engine.layers.variable import Variable

# Keras reads its own variables through an old numpy protocol; nothing of ours takes part in it.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def weight(*values: float, name: str = "kernel") -> Any:
    return Variable(torch.tensor(values), name=name)


def test_every_name_is_there(keras: Any) -> None:
    for name in dir(keras.optimizers):
        if not name.startswith("_") and name != "legacy":
            assert hasattr(optimizers, name), name
    for name in dir(keras.optimizers.schedules):
        assert name.startswith("_") or hasattr(optimizers.schedules, name), name


def test_the_loss_scale_halves_on_infinity_and_doubles_after_a_while() -> None:
    inner = optimizers.SGD(0.5)
    optimizer = optimizers.LossScaleOptimizer(inner, initial_scale=8.0, dynamic_growth_steps=2)
    item = weight(1.0, 2.0)
    optimizer.apply([torch.tensor([8.0, 16.0])], [item])
    assert item.tolist() == [0.5, 1.0]
    optimizer.apply([torch.tensor([float("inf"), 0.0])], [item])
    assert item.tolist() == [0.5, 1.0]
    assert float(optimizer.scale_loss(torch.tensor(1.0))) == 4.0
    for _ in range(2):
        optimizer.apply([torch.tensor([0.0, 0.0])], [item])
    assert optimizer.loss_scale_factor == 8.0
    assert int(optimizer.iterations) == 3
    twin = optimizers.deserialize(optimizers.serialize(optimizer))
    assert twin.get_config() == optimizer.get_config()


def test_each_optimizer_trains_its_own_weights() -> None:
    chosen = optimizers.OptimizerMap(optimizers.SGD(1.0))
    chosen["slow.*"] = optimizers.SGD(0.1)
    optimizer = optimizers.MultiOptimizer(chosen)
    fast, slow = weight(1.0, name="fast"), weight(1.0, name="slow_one")
    optimizer.apply([torch.ones(1), torch.ones(1)], [fast, slow])
    assert (fast.item(), slow.item()) == (0.0, pytest.approx(0.9))
    assert len(optimizer.variables) == 6
    with pytest.raises(AttributeError, match="sub-optimizers"):
        _ = optimizer.learning_rate
    twin = optimizers.deserialize(optimizers.serialize(optimizer))
    assert twin.get_config() == optimizer.get_config()
    from types import SimpleNamespace

    from engine.callbacks import LearningRateScheduler

    scheduler, logs = LearningRateScheduler(lambda epoch, rate: rate * 0.5), {"loss": 1.0}
    scheduler.set_model(SimpleNamespace(optimizer=optimizer))
    scheduler.on_epoch_begin(0)
    assert [float(each.learning_rate) for each in optimizer.optimizers] == [0.05, 0.5]
    scheduler.on_epoch_end(0, logs)
    assert len(logs) == 3
    with pytest.raises(ValueError, match="already exists"):
        chosen["slow.*"] = optimizers.SGD()


def test_an_optimizer_of_ones_own_is_written_weight_by_weight() -> None:
    class Signs(optimizers.Optimizer):
        def build(self, variables: Any) -> None:
            if self.built:
                return
            super().build(variables)
            self.seen = self.add_optimizer_variables(variables, "seen")

        def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
            self.assign_add(self.seen[self._get_variable_index(variable)], gradient.abs())
            self.assign_sub(variable, learning_rate * gradient.sign())

    optimizer = Signs(0.5)
    one, two = weight(1.0, 1.0), weight(3.0, name="bias")
    optimizer.apply([torch.tensor([2.0, -4.0]), torch.tensor([1.0])], [one, two])
    assert (one.tolist(), two.tolist()) == ([0.5, 1.5], [2.5])
    assert [item.path for item in optimizer.variables][2:] == ["signs/kernel_seen", "signs/bias_seen"]
    assert optimizer.variables[2].tolist() == [2.0, 4.0]


@pytest.mark.parametrize("name", ["Adam", "Nadam", "Adafactor", "Muon"])
def test_a_step_without_side_effects(name: str) -> None:
    start, grad = torch.rand(3, 4), torch.rand(3, 4)
    live, still = Variable(start.clone(), name="kernel"), Variable(start.clone(), name="kernel")
    first, second = (getattr(optimizers, name)() for _ in range(2))
    first.build([live])
    second.build([still])
    weights, states = [still.detach()], [item.detach() for item in second.variables]
    for _ in range(3):
        first.apply([grad])
        weights, states = second.stateless_apply(states, [grad], weights)
    torch.testing.assert_close(weights[0], live.detach())
    assert torch.equal(still.detach(), start)
    assert int(second.iterations) == 0
    for got, wanted in zip(states, first.variables, strict=True):
        torch.testing.assert_close(got, wanted.detach())


def test_variables_can_be_assigned() -> None:
    optimizer = optimizers.Adam()
    optimizer.build([weight(1.0)])
    optimizer.variables[0].assign(7)
    optimizer.variables[1].assign(0.25)
    assert int(optimizer.iterations) == 7
    assert float(optimizer.learning_rate) == 0.25
    optimizer.iterations.assign(3)
    assert optimizer.variables[0].dtype is torch.int32
    assert int(optimizer.variables[0]) == 3
    assert copy.deepcopy(optimizer).get_config() == optimizer.get_config()


def test_the_state_goes_to_a_store_and_back() -> None:
    first, second = optimizers.Nadam(0.1), optimizers.Nadam(0.2)
    item = weight(1.0, 2.0)
    store: dict[str, Any] = {}
    first.apply([torch.ones(2)], [item])
    first.save_own_variables(store)
    assert list(store) == ["0", "1", "2", "3", "4"]
    with pytest.warns(UserWarning, match="not built"):
        second.load_own_variables(store)
    second.build([item])
    second.load_own_variables(store)
    for got, wanted in zip(second.variables, first.variables, strict=True):
        assert torch.equal(got, wanted)


def test_a_mean_of_steps_in_place_of_a_schedule(keras: Any) -> None:
    """The first step is Keras'; later ones are held against the formula, written once more in numpy."""
    start = np.array([1.0, 2.0], "float32")
    item, theirs = Variable(torch.tensor(start)), keras.Variable(start)
    ours = optimizers.ScheduleFreeAdamW(0.1, warmup_steps=2)
    keras.optimizers.ScheduleFreeAdamW(0.1, warmup_steps=2).apply([torch.tensor([0.5, -1.0])], [theirs])
    base, mean, squares = start.astype("float64"), start.astype("float64"), np.zeros(2)
    for step, grad in enumerate(([0.5, -1.0], [2.0, 0.1], [-0.3, 0.4]), start=1):
        ours.apply([torch.tensor(grad)], [item])
        given = np.array(grad)
        squares = 0.999 * squares + 0.001 * given**2
        base = base - 0.1 * min(step / 2, 1) * given / (np.sqrt(squares / (1 - 0.999**step)) + 1e-8)
        mean = (1 - 1 / step) * mean + base / step
        np.testing.assert_allclose(item.detach().numpy(), 0.1 * base + 0.9 * mean, rtol=1e-5)
        if step == 1:
            np.testing.assert_allclose(item.detach().numpy(), theirs.numpy(), rtol=1e-5)


def test_many_steps_asked_at_once_give_many_rates() -> None:
    found = optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)(torch.tensor([0, 10, 20]))
    np.testing.assert_allclose(found.numpy(), [0.1, 0.05, 0.025], rtol=1e-6)


def test_scale_and_counter_show_the_present_numbers() -> None:
    weight = Variable([1.0, 2.0])
    optimizer = optimizers.LossScaleOptimizer(optimizers.SGD(0.1), initial_scale=8.0, dynamic_growth_steps=2)
    optimizer.build([weight])
    assert float(optimizer.dynamic_scale) == 8.0
    for expected in ((8.0, 1), (16.0, 0)):
        optimizer.apply([torch.ones(2)], [weight])
        assert (float(optimizer.dynamic_scale), int(optimizer.step_counter)) == expected
    optimizer.apply([torch.tensor([float("inf"), 1.0])], [weight])
    assert float(optimizer.dynamic_scale) == 8.0
