from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine import initializers, random

NAMES = [
    "zeros", "ones", "random_normal", "random_uniform", "truncated_normal", "variance_scaling",
    "glorot_uniform", "glorot_normal", "he_uniform", "he_normal",
    "lecun_uniform", "lecun_normal", "orthogonal", "identity",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_same_numbers_as_keras_after_the_same_seed(keras: Any, name: str) -> None:
    keras.utils.set_random_seed(7)
    wanted = keras.initializers.get(name)((6, 5)).cpu().numpy()
    random.set_random_seed(7)
    np.testing.assert_array_equal(initializers.get(name)((6, 5)).numpy(), wanted)


def test_a_seed_decides_and_the_shared_generator_follows(keras: Any) -> None:
    wanted = keras.initializers.GlorotUniform(seed=3)((3, 3, 4, 8)).cpu().numpy()
    np.testing.assert_array_equal(initializers.GlorotUniform(seed=3)((3, 3, 4, 8)).numpy(), wanted)
    for generator in (None, 4):
        keras.utils.set_random_seed(11)
        theirs = keras.random.SeedGenerator(generator) if generator else None
        rows = [keras.random.normal((4,), seed=theirs).cpu().numpy() for _ in range(3)]
        random.set_random_seed(11)
        ours = random.SeedGenerator(generator) if generator else None
        for row in rows:
            np.testing.assert_array_equal(random.normal((4,), seed=ours).numpy(), row)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "identity"])
def test_configs_are_those_of_keras(keras: Any, name: str) -> None:
    # Keras' Identity forgets its gain, so it is tested by itself.
    ours = initializers.serialize(initializers.get(name))
    assert ours == keras.initializers.serialize(keras.initializers.get(name))
    assert initializers.serialize(initializers.deserialize(ours)) == ours


def test_identity_keeps_its_gain() -> None:
    back = initializers.deserialize(initializers.serialize(initializers.Identity(2.5)))
    assert back.gain == 2.5


def test_a_tensor_is_its_own_initializer() -> None:
    values = np.arange(6.0).reshape(2, 3)
    made = initializers.get(values)
    np.testing.assert_array_equal(made((2, 3), "float32").numpy(), values.astype("float32"))
    with pytest.raises(ValueError, match="Expected `shape`"):
        made((3, 2))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_orthogonal_matrices_of_half_precision(dtype: str) -> None:
    matrix = initializers.Orthogonal(seed=1)((4, 3), dtype)
    assert str(matrix.dtype) == f"torch.{dtype}"
    product = (matrix.T @ matrix).float().numpy()
    np.testing.assert_allclose(product, np.eye(3), atol=0.02)


@pytest.mark.parametrize("periodic", [True, False])
def test_windows_of_stft_are_those_of_keras(keras: Any, periodic: bool) -> None:
    from engine import windows

    for window in (*windows.NAMES, "tuk", None):
        ours = initializers.STFT("imag", window, "density", periodic)((33, 1, 17))
        wanted = keras.initializers.STFT("imag", window, "density", periodic)((33, 1, 17))
        np.testing.assert_allclose(ours.numpy(), wanted.cpu().numpy(), atol=1e-5, err_msg=str(window))
    with pytest.raises(ValueError, match="Unknown window"):
        initializers.STFT(window="unknown")


@pytest.mark.parametrize("shape", [4, [3, 2], (2, 2)])
def test_shapes_of_numbers_and_lists(shape: Any) -> None:
    expected = (shape,) if isinstance(shape, int) else tuple(shape)
    for initializer in (initializers.Zeros(), initializers.Ones(), initializers.Constant(2.0)):
        assert tuple(initializer(shape).shape) == expected


def test_keywords_are_those_of_keras(keras: Any) -> None:
    """``serialize(loss=...)`` and the like: names of arguments count, too."""
    import inspect

    import engine

    for home in ("losses", "metrics", "layers", "optimizers", "optimizers.schedules", "initializers"):
        ours, theirs = engine, keras
        for part in home.split("."):
            ours, theirs = getattr(ours, part), getattr(theirs, part)
        for name in ("serialize", "deserialize", "get"):
            if hasattr(theirs, name):
                found, wanted = (inspect.signature(getattr(one, name)) for one in (ours, theirs))
                assert list(found.parameters) == list(wanted.parameters), (home, name)
