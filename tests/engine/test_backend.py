"""Types, shapes and scopes of ``engine.backend``, and weights in them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine import backend, random
from engine.layers.variable import Variable


@pytest.mark.parametrize("dtypes", [(np.dtype("float64"), "float16"), (np.dtype("int64"), "float32", float)])
def test_types_of_numpy_are_not_weak(keras, dtypes):
    assert backend.result_type(*dtypes) == keras.backend.result_type(
        *map(keras.backend.standardize_dtype, dtypes)
    )


@pytest.mark.parametrize(
    ("shape", "words"),
    [(None, "Undefined"), (42, "'42' to a shape"), ((3, "5"), "dimension '5'"), ((3, -5), "Negative")],
)
def test_what_is_no_shape_is_refused(shape, words):
    with pytest.raises(ValueError, match=words):
        backend.standardize_shape(shape)


def test_a_scope_casts_the_values_of_weights():
    weight, plain = Variable(np.ones(2, "float32")), Variable(np.ones(2, "float32"), autocast=False)
    with backend.AutocastScope("float16"):
        assert weight.value.dtype is torch.float16
        assert plain.value.dtype is torch.float32
        with backend.AutocastScope(None):
            assert weight.value is weight
    assert weight.value is weight
    with pytest.raises(ValueError, match="floating-point"):
        backend.AutocastScope("int32")


def test_shapes_of_a_function_of_ones_own():
    spec = backend.compute_output_spec(lambda x: torch.stack([x, x], -1), backend.KerasTensor((None, 3)))
    assert (spec.shape, spec.dtype) == ((None, 3, 2), "float32")
    with pytest.raises(AttributeError, match="immutable"):
        spec.shape = (1,)


def test_weights_as_plain_numbers():
    weight = Variable([1.0, 2.0], name="w")
    kept = backend.convert_to_numpy(weight)
    weight.assign([3.0, 4.0])
    assert kept.tolist() == [1.0, 2.0]
    assert repr(weight) == "<Variable path=w, shape=(2,), dtype=float32, value=[3. 4.]>"
    for convert in (int, float, bool):
        with pytest.raises(TypeError, match="Received: weight 'w'"):
            convert(weight)
    assert Variable([[1, 1]], trainable=False).dtype is torch.int32


def test_the_state_of_a_generator_follows_its_draws():
    generator = random.SeedGenerator(3)
    state = generator.state
    assert generator.next().tolist() == [3, 0]
    assert state.tolist() == [3, 1]
    state.assign([8, 9])
    assert random.draw_seed(generator).tolist() == [8, 9]


@pytest.mark.parametrize("draw", [random.uniform, random.normal])
def test_draws_are_of_float_types(draw):
    with pytest.raises(ValueError, match="requires a floating point"):
        draw((2,), dtype="int64")
