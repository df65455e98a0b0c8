from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from engine import activations, constraints, regularizers

X = torch.linspace(-7, 7, 30).reshape(5, 6)


@pytest.mark.parametrize("name", sorted(set(activations.FAMILY.names()) - {"threshold", "sparsemax"}))
def test_activations_equal_keras(keras: Any, name: str) -> None:
    wanted = keras.activations.get(name)(X.clone()).cpu().numpy()
    np.testing.assert_allclose(activations.get(name)(X.clone()).numpy(), wanted, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("arguments", [(0.1, None, 0.0), (0.1, 3.0, 1.0), (0.0, 6.0, 0.0), (0.0, 2.0, -1.0)])
def test_relu_with_arguments_equals_keras(keras: Any, arguments: tuple[Any, ...]) -> None:
    wanted = keras.activations.relu(X, *arguments).cpu().numpy()
    np.testing.assert_allclose(activations.relu(X, *arguments).numpy(), wanted, atol=1e-6)


@pytest.mark.parametrize("axis", [0, (0, 1), None])
def test_softmax_over_other_axes_equals_keras(keras: Any, axis: Any) -> None:
    wanted = keras.activations.softmax(X, axis=axis).cpu().numpy()
    np.testing.assert_allclose(activations.softmax(X, axis=axis).numpy(), wanted, atol=1e-6)


@pytest.mark.parametrize("name", ["L1", "L2", "L1L2", "OrthogonalRegularizer"])
def test_regularizers_equal_keras(keras: Any, name: str) -> None:
    given = {"l1": 0.1, "l2": 0.2} if name == "L1L2" else {}
    ours, theirs = getattr(regularizers, name)(**given), getattr(keras.regularizers, name)(**given)
    assert float(ours(X)) == pytest.approx(float(theirs(X)), rel=1e-5)
    assert ours.get_config() == pytest.approx(theirs.get_config()) or name == "OrthogonalRegularizer"


@pytest.mark.parametrize("name", ["MaxNorm", "NonNeg", "UnitNorm", "MinMaxNorm"])
def test_constraints_equal_keras(keras: Any, name: str) -> None:
    ours, theirs = getattr(constraints, name)(), getattr(keras.constraints, name)()
    np.testing.assert_allclose(ours(X).numpy(), theirs(X).cpu().numpy(), rtol=1e-6)
    assert ours.get_config() == theirs.get_config()


def test_sparsemax_gives_probabilities() -> None:
    # Held to the paper's own properties: Keras 3.15 on torch returns rows that do not sum to 1.
    got = activations.sparsemax(torch.tensor([[1.0, 0.8, -1.0], [3.0, 0.0, 0.0]]))
    np.testing.assert_allclose(got.numpy(), [[0.6, 0.4, 0.0], [1.0, 0.0, 0.0]], atol=1e-6)
