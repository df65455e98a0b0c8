"""Modules of torch as layers: trained, saved, found again, never read as code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import engine
from engine import layers

X = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")


def module() -> torch.nn.Module:
    torch.manual_seed(3)
    return torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.BatchNorm1d(5), torch.nn.ReLU())


@engine.saving.register_keras_serializable("torch_modules")
class Mixed(engine.Model):
    """A model of both kinds of parts."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.body = module()
        self.head = layers.Dense(1, kernel_initializer="ones")

    def call(self, x: Any) -> Any:
        return self.head(self.body(x))


def test_a_module_set_as_an_attribute_is_a_layer_and_trains_as_in_torch() -> None:
    model = Mixed()
    assert isinstance(model.body, layers.TorchModuleWrapper)
    assert len(model.body.trainable_weights) == 4
    model(X)
    assert len(model.trainable_weights) == 6
    model.compile(engine.optimizers.SGD(0.1), "mse")
    model.fit(X, X[:, :1], batch_size=3, epochs=2, shuffle=False, verbose=0)
    plain = torch.nn.Sequential(module(), torch.nn.Linear(5, 1))
    with torch.no_grad():
        plain[1].weight.fill_(1.0)
        plain[1].bias.zero_()
    steps = torch.optim.SGD(plain.parameters(), 0.1)
    for _ in range(2):
        for rows in (slice(0, 3), slice(3, 6)):
            steps.zero_grad()
            ((plain(torch.as_tensor(X[rows])) - torch.as_tensor(X[rows, :1])) ** 2).mean().backward()
            steps.step()
    plain.eval()
    np.testing.assert_allclose(model.predict(X, verbose=0), plain(torch.as_tensor(X)).detach(), atol=1e-5)


def test_training_is_told_to_the_module() -> None:
    layer = layers.TorchModuleWrapper(module())
    before = layer.module[1].running_mean.clone()
    layer(X)
    layer(X, training=False)
    np.testing.assert_array_equal(layer.module[1].running_mean, before)
    layer(X, training=True)
    assert not np.allclose(layer.module[1].running_mean, before)


def test_shapes_are_found_by_a_trial_run_or_told() -> None:
    entry = engine.Input((4,))
    found = layers.TorchModuleWrapper(module())(entry)
    assert found.shape == (None, 5)
    told = layers.TorchModuleWrapper(torch.nn.Linear(5, 2), output_shape=(None, 2))
    assert told(found).shape == (None, 2)
    assert layers.TorchModuleWrapper(torch.nn.Linear(4, 2)).compute_output_shape((3, 4)) == (3, 2)
    model = engine.Model(entry, told(found))
    assert model.predict(X, verbose=0).shape == (6, 2)


def test_weights_and_buffers_are_saved(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    one, two = Mixed(), Mixed()
    one(X, training=True), two(X)
    one.body.module[0].weight.assign(np.ones((5, 4)))
    one.save_weights(tmp_path / "m.weights.h5")
    two.load_weights(tmp_path / "m.weights.h5")
    np.testing.assert_array_equal(two.predict(X, verbose=0), one.predict(X, verbose=0))
    one.save(tmp_path / "m.keras")
    three = engine.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(three.predict(X, verbose=0), one.predict(X, verbose=0))


def test_modules_are_not_read_from_files(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    held = module()
    layer = layers.TorchModuleWrapper(held, name="body", output_shape=(None, 5))
    model = engine.Sequential([layers.Input((4,)), layer])
    wanted = model.predict(X, verbose=0)
    path = tmp_path / "m.keras"
    model.save(path)
    with pytest.raises(ValueError, match="arbitrary code execution"):
        engine.saving.load_model(path)
    for options in ({"safe_mode": False}, {"custom_objects": {"body": module}}):
        twin = engine.saving.load_model(path, **options)
        np.testing.assert_array_equal(twin.predict(X, verbose=0), wanted)
        assert twin.layers[-1].module is not held
    config = layer.get_config()
    with pytest.raises(ValueError, match="made elsewhere"):
        layers.TorchModuleWrapper.from_config({**config, "mark": "other"}, safe_mode=False)


def test_half_precision_and_borrowed_weights() -> None:
    layer = layers.TorchModuleWrapper(torch.nn.Linear(4, 2), dtype="mixed_bfloat16")
    made = layer(X)
    made.float().sum().backward()
    assert made.dtype is torch.bfloat16
    assert layer.trainable_weights[0].grad.dtype is torch.float32
    plain = layers.TorchModuleWrapper(torch.nn.Linear(4, 2))
    values = [torch.zeros(2, 4), torch.ones(2)]
    outputs, _ = plain.stateless_call(values, [], torch.as_tensor(X))
    np.testing.assert_array_equal(outputs.detach(), np.ones((6, 2)))


def test_parameters_that_are_shared_count_once_and_strangers_are_refused() -> None:
    pair = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.Linear(3, 3))
    pair[1].weight = pair[0].weight
    layer = layers.TorchModuleWrapper(pair)
    assert len(layer.weights) == 3
    assert pair[1].weight is pair[0].weight
    with pytest.raises(ValueError, match="LazyModules are not supported"):
        layers.TorchModuleWrapper(torch.nn.LazyLinear(2))
    with pytest.raises(ValueError, match=r"module is a torch\.nn\.Module"):
        layers.TorchModuleWrapper(3)
