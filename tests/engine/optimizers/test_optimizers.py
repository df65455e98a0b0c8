from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from engine import optimizers

# Keras reads its own variables through an old numpy protocol; nothing of ours takes part in it.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

CASES: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {}), ("SGD", {"momentum": 0.9}), ("SGD", {"momentum": 0.9, "nesterov": True, "clipnorm": 0.5}),
    ("RMSprop", {}), ("RMSprop", {"momentum": 0.5}), ("RMSprop", {"centered": True, "clipvalue": 0.3}),
    ("Adam", {}), ("Adam", {"amsgrad": True}), ("Adam", {"weight_decay": 0.1, "global_clipnorm": 1.0}),
    ("Adam", {"use_ema": True, "ema_overwrite_frequency": 2}), ("Adam", {"gradient_accumulation_steps": 2}),
    ("AdamW", {}), ("AdamW", {"weight_decay": 0.05, "loss_scale_factor": 4.0}),
    ("Adagrad", {}), ("Adagrad", {"initial_accumulator_value": 0.0, "weight_decay": 0.1}),
    ("Adadelta", {}), ("Adadelta", {"rho": 0.8, "clipnorm": 0.5}),
    ("Adamax", {}), ("Adamax", {"beta_1": 0.8, "gradient_accumulation_steps": 2}),
    ("Nadam", {}), ("Nadam", {"beta_2": 0.9, "weight_decay": 0.1}),
    ("Ftrl", {}), ("Ftrl", {"l1_regularization_strength": 0.1, "beta": 0.1}),
    ("Ftrl", {"l2_regularization_strength": 0.2, "initial_accumulator_value": 0.5}),
    ("Ftrl", {"l2_shrinkage_regularization_strength": 0.3, "learning_rate_power": -0.7}),
    ("Lion", {}), ("Lion", {"beta_1": 0.5, "use_ema": True}),
    ("Lamb", {}), ("Lamb", {"weight_decay": 0.1, "global_clipnorm": 1.0}),
    ("Adafactor", {}), ("Adafactor", {"relative_step": False, "clip_threshold": 0.5, "weight_decay": 0.1}),
    ("Muon", {}), ("Muon", {"nesterov": False, "rms_rate": None, "ns_steps": 3, "exclude_layers": ["no"]}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_four_steps_equal_keras(keras: Any, name: str, arguments: dict[str, Any]) -> None:
    numbers = np.random.default_rng(1)
    starts = [numbers.normal(size=shape).astype("float32") for shape in ((3, 4), (4,))]
    theirs = [keras.Variable(start) for start in starts]
    ours = [torch.nn.Parameter(torch.tensor(start)) for start in starts]
    # The first weight lies in memory as torch wants kernels, its gradients do not.
    ours[0] = torch.nn.Parameter(torch.tensor(starts[0]).T.contiguous().T)
    reference = getattr(keras.optimizers, name)(learning_rate=0.01, **arguments)
    tested = getattr(optimizers, name)(learning_rate=0.01, **arguments)
    for turn in range(4):
        if turn == 2:
            reference.learning_rate = 0.003
            tested.learning_rate = 0.003
        grads = [torch.tensor(numbers.normal(size=start.shape).astype("float32")) for start in starts]
        reference.apply([grad.clone() for grad in grads], theirs)
        tested.apply(grads, ours)
        for wanted, got in zip(theirs, ours, strict=True):
            np.testing.assert_allclose(got.detach().numpy(), wanted.value.detach().numpy(), 1e-5, 1e-5)
    assert int(tested.iterations) == int(reference.iterations)
    for wanted, got in zip(reference.variables, tested.variables, strict=True):
        np.testing.assert_allclose(got.numpy(), wanted.value.detach().cpu().numpy(), 1e-5, 1e-5)


@pytest.mark.parametrize(
    "name",
    [*dict.fromkeys(name for name, _ in CASES), "ScheduleFreeAdamW"],
)
def test_configs_have_the_keys_and_defaults_of_keras(keras: Any, name: str) -> None:
    ours, theirs = getattr(optimizers, name)().get_config(), getattr(keras.optimizers, name)().get_config()
    assert ours.pop("learning_rate") == pytest.approx(theirs.pop("learning_rate"))
    assert ours | {"name": ""} == theirs | {"name": ""}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("ExponentialDecay", (0.1, 10, 0.5, True)),
        ("PiecewiseConstantDecay", ([3, 6], [0.1, 0.01, 0.001])),
        ("CosineDecay", (0.1, 10, 0.1, "c", 0.2, 4)),
        ("CosineDecay", (0.1, 10, 0.1)),
        ("CosineDecayRestarts", (0.1, 3)),
        ("CosineDecayRestarts", (0.1, 3, 1.0, 0.5, 0.1)),
        ("CosineDecayRestarts", (0.1, 2, 2.0, 0.8, 0.05)),
        ("InverseTimeDecay", (0.1, 4, 0.5)),
        ("InverseTimeDecay", (0.1, 4, 0.5, True)),
        ("PolynomialDecay", (0.1, 7, 0.01, 2.0)),
        ("PolynomialDecay", (0.1, 7, 0.01, 0.5, True)),
    ],
)
def test_schedules_equal_keras(keras: Any, name: str, arguments: tuple[Any, ...]) -> None:
    ours = getattr(optimizers.schedules, name)(*arguments)
    theirs = getattr(keras.optimizers.schedules, name)(*arguments)
    for step in range(20):
        assert ours(step) == pytest.approx(float(theirs(step)), rel=1e-5)
    optimizer = optimizers.Adam(ours)
    assert optimizers.Adam.from_config(optimizer.get_config()).get_config() == optimizer.get_config()


def test_state_comes_back() -> None:
    weight = torch.nn.Parameter(torch.ones(3))
    first, second = optimizers.Adam(), optimizers.Adam()
    first.apply([torch.ones(3)], [weight])
    second.build([weight])
    second.set_weights(first.get_weights())
    assert int(second.iterations) == 1
    for wanted, got in zip(first.variables, second.variables, strict=True):
        assert torch.equal(wanted, got)


def test_shared_arguments_come_by_position_and_unknown_ones_are_named() -> None:
    from engine.errors import ParamError

    sgd = optimizers.SGD(0.1, 0.9, True, None, None, 0.5)
    assert (sgd.momentum, sgd.nesterov, sgd.clipvalue) == (0.9, True, 0.5)
    adamw = optimizers.AdamW(0.01, 0.02, 0.9, 0.99, 1e-6, True, 1.0)
    assert (adamw.weight_decay, adamw.amsgrad, adamw.clipnorm) == (0.02, True, 1.0)
    with pytest.raises(ParamError, match="Did you mean 'momentum'"):
        optimizers.SGD(momentun=0.9)
