"""A Sequential without an Input takes batches of other sizes later, as far as its layers do."""

from __future__ import annotations

import numpy as np
import pytest

from engine import Sequential, layers


def test_other_sizes_pass_where_the_layers_take_them() -> None:
    model = Sequential([layers.CenterCrop(4, 4), layers.Rescaling(2.0)])
    assert model(np.ones((1, 8, 8, 3), "float32")).shape == (1, 4, 4, 3)
    assert model(np.ones((2, 6, 9, 3), "float32")).shape == (2, 4, 4, 3)
    assert model.predict(np.ones((3, 5, 7, 3), "float32"), verbose=0).shape == (3, 4, 4, 3)


def test_a_layer_that_cannot_take_them_says_so() -> None:
    model = Sequential([layers.Dense(2)])
    model(np.ones((1, 3), "float32"))
    with pytest.raises(ValueError, match="incompatible with the layer"):
        model(np.ones((1, 5), "float32"))


def test_an_input_that_was_given_is_held_to() -> None:
    model = Sequential([layers.Input((8, 8, 3)), layers.CenterCrop(4, 4)])
    with pytest.raises(ValueError, match="incompatible"):
        model(np.ones((2, 6, 9, 3), "float32"))
