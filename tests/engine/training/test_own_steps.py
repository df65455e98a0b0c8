"""Steps of one's own as the guides of Keras write them: their logs are those of Keras."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import engine

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # Keras' own, under numpy 2

X = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
Y = X[:, :1] * 2


def _with_steps(k: Any) -> Any:
    class Stepping(k.Model):  # type: ignore[misc]  # the base is chosen at run time
        def _results(self, loss: Any, y: Any, y_pred: Any) -> dict[str, Any]:
            for metric in self.metrics:
                if metric.name == "loss":
                    metric.update_state(loss)
                else:
                    metric.update_state(y, y_pred)
            return {metric.name: metric.result() for metric in self.metrics}

        def train_step(self, data: Any) -> dict[str, Any]:
            x, y = data
            self.zero_grad()
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred)
            loss.backward()
            weights = list(self.trainable_weights)
            with torch.no_grad():
                self.optimizer.apply([weight.value.grad for weight in weights], weights)
            return self._results(loss, y, y_pred)

        def test_step(self, data: Any) -> dict[str, Any]:
            x, y = data
            y_pred = self(x, training=False)
            return self._results(self.compute_loss(y=y, y_pred=y_pred), y, y_pred)

    inputs = k.Input((4,))
    return Stepping(inputs, k.layers.Dense(1)(inputs))


def test_metrics_gathered_under_one_name_are_spread(keras: Any) -> None:
    found: list[tuple[Any, Any, Any]] = []
    for k in (keras, engine):
        k.utils.set_random_seed(0)
        model = _with_steps(k)
        model.compile("adam", "mse", metrics=["mae"])
        run = model.fit(X, Y, batch_size=8, epochs=2, shuffle=False, verbose=0)
        plain = model.evaluate(X, Y, verbose=0)
        found.append((run.history, plain, model.evaluate(X, Y, verbose=0, return_dict=True)))
    (history, values, named), (ours, own_values, own_named) = found
    assert ours.keys() == history.keys() == {"loss", "mae"}
    for name, numbers in history.items():
        np.testing.assert_allclose(ours[name], numbers, rtol=1e-4)
    np.testing.assert_allclose(own_values, values, rtol=1e-4)
    assert own_named == pytest.approx(named, rel=1e-4)
