from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import EngineError, ParamError, ShapeError
from engine.layers import CategoryEncoding, Discretization, HashedCrossing, Hashing, deserialize, serialize
from engine.layers.preprocessing_hash import fingerprint64, join_fingerprints, siphash24

# Fingerprint64 of google/farmhash for texts of the length in front, byte i being (7 i + length) mod 256.
FINGERPRINTS = {
    0: 11160318154034397263, 3: 4662423180930907492, 7: 17233423938440663304, 12: 14323719444777939768,
    20: 18174508500703238501, 40: 14527838358182869699, 64: 11083064061832698092, 65: 444801980686921533,
    128: 15838856113771212233, 200: 202520530910294351,
}  # fmt: skip


def test_fingerprints_are_those_of_farmhash() -> None:
    for size, wanted in FINGERPRINTS.items():
        assert fingerprint64(bytes((7 * i + size) % 256 for i in range(size))) == wanted


def test_siphash_by_the_vector_of_its_paper() -> None:
    key = (0x0706050403020100, 0x0F0E0D0C0B0A0908)
    assert siphash24(bytes(range(15)), key) == 0xA129CA6149BE45E5


@pytest.mark.parametrize(
    ("arguments", "given", "wanted"),
    [
        ({"num_bins": 3}, [["A"], ["B"], ["C"], ["D"], ["E"]], [[1], [0], [1], [1], [2]]),
        ({"num_bins": 3, "mask_value": ""}, [["A"], ["B"], [""], ["C"], ["D"]], [[1], [1], [0], [2], [2]]),
        ({"num_bins": 3, "salt": [133, 137]}, ["A", "B", "C", "D", "E"], [1, 2, 1, 0, 2]),
        ({"num_bins": 3, "salt": 133}, np.array(["A", "B", "C", "D", "E"]), [0, 0, 2, 1, 0]),
        ({"num_bins": 3}, [0, 1, 2, 3, 4], [1, 0, 1, 0, 2]),
        ({"num_bins": 3, "salt": (133, 137)}, np.arange(5)[:, None], [[1], [1], [2], [0], [1]]),
        ({"num_bins": 3, "output_mode": "one_hot"}, ["A", "E"], [[0, 1, 0], [0, 0, 1]]),
        ({"num_bins": 3, "output_mode": "count"}, [["A", "C", "E"]], [[0, 2, 1]]),
        ({"num_bins": 3, "output_mode": "multi_hot"}, [["A", "C", "E"]], [[0, 1, 1]]),
    ],
)
def test_hashing_by_the_numbers_of_keras(arguments: dict[str, Any], given: Any, wanted: Any) -> None:
    layer = Hashing(**arguments)
    assert layer(given).tolist() == wanted
    assert layer.compute_output_shape(np.shape(given)) == np.shape(wanted)
    assert deserialize(serialize(layer))(given).tolist() == wanted


def test_hashing_whole_numbers_on_tensors_keeps_their_place() -> None:
    assert Hashing(3)(torch.arange(5)).tolist() == [1, 0, 1, 0, 2]
    assert Hashing(3)(torch.arange(5)).dtype == torch.int64
    assert Hashing(3)(np.array([0.2, 1.9])).tolist() == [1, 0]  # cut to whole numbers


def test_crossing_by_the_numbers_of_keras() -> None:
    names, numbers = np.array(["A", "B", "A", "B", "A"]), np.array([101, 101, 101, 102, 102])
    assert HashedCrossing(5)((names, numbers)).tolist() == [1, 4, 1, 1, 3]
    rows = HashedCrossing(5, output_mode="one_hot")((names[:, None], numbers[:, None]))
    assert rows.argmax(-1).tolist() == [1, 4, 1, 1, 3]
    assert tuple(rows.shape) == HashedCrossing(5, output_mode="one_hot").compute_output_shape(
        ((5, 1), (5, 1))
    )
    assert join_fingerprints(1, 2) != join_fingerprints(2, 1)


def test_what_crossing_cannot_take_is_refused() -> None:
    layer = HashedCrossing(5)
    with pytest.raises(ParamError, match="at least two inputs"):
        layer([np.array([1])])
    with pytest.raises(ParamError, match="list or tuple of inputs"):
        layer(np.array([1]))
    with pytest.raises(ParamError, match="integer or string dtype"):
        layer([np.array([1.5]), np.array([1])])
    with pytest.raises(ShapeError, match="equal shape"):
        layer([np.array([1, 2]), np.array([1])])
    with pytest.raises(ShapeError, match=r"`\(batch_size, 1\)`"):
        layer([np.ones((2, 2), dtype=int)] * 2)


@pytest.mark.parametrize("mode", ["multi_hot", "one_hot", "count"])
@pytest.mark.parametrize("shape", [(), (4,), (3, 1), (3, 4)])
def test_category_encoding_matches_keras(keras: Any, mode: str, shape: tuple[int, ...]) -> None:
    given = np.random.default_rng(1).integers(0, 5, shape)
    theirs = keras.layers.CategoryEncoding(5, mode)(given)
    layer = CategoryEncoding(5, mode)
    ours = layer(given)
    np.testing.assert_array_equal(ours, theirs)
    assert not shape or layer.compute_output_shape(shape) == tuple(ours.shape)


def test_what_a_number_counts(keras: Any) -> None:
    given, weights = np.array([[1, 2, 1, 0]]), np.array([[0.5, 2, 3, 1]])
    theirs = keras.layers.CategoryEncoding(4, "count")(given, count_weights=weights)
    np.testing.assert_allclose(CategoryEncoding(4, "count")(given, count_weights=weights), theirs)
    with pytest.raises(ParamError, match="not used"):
        CategoryEncoding(4)(given, count_weights=weights)
    with pytest.raises(ParamError, match="num_tokens must be set"):
        CategoryEncoding()
    with pytest.raises(ParamError, match="num_tokens"):
        CategoryEncoding(0)


@pytest.mark.parametrize("mode", ["int", "one_hot", "multi_hot", "count"])
def test_bins_match_keras(keras: Any, mode: str) -> None:
    given = np.array([[-1.5, 1.0, 3.4, 0.5], [0.0, 3.0, 1.3, 0.0]])
    arguments = {"bin_boundaries": [0.0, 1.0, 2.0], "output_mode": mode}
    ours, theirs = Discretization(**arguments)(given), keras.layers.Discretization(**arguments)(given)
    np.testing.assert_array_equal(ours, theirs)
    assert str(ours.dtype) == str(theirs.dtype)


@pytest.mark.parametrize("batched", [False, True])
def test_learned_bounds_are_quantiles(batched: bool) -> None:
    data = np.random.default_rng(2).normal(size=(6, 1000)).astype("float32")
    layer = Discretization(num_bins=5)
    layer.adapt(list(data) if batched else data)
    wanted = np.quantile(data, [0.2, 0.4, 0.6, 0.8])
    np.testing.assert_allclose(layer.bin_boundaries, wanted, atol=0.05)
    assert set(layer(data).flatten().tolist()) == set(range(5))
    twin = Discretization.from_config(layer.get_config())
    assert twin.bin_boundaries == layer.bin_boundaries
    assert twin.num_bins == 5


def test_learned_bounds_by_the_numbers_of_keras() -> None:
    layer = Discretization(num_bins=4, epsilon=0.01)
    layer.adapt(np.array([[-1.5, 1.0, 3.4, 0.5], [0.0, 3.0, 1.3, 0.0]]))
    assert layer(np.array([[-1.5, 1.0, 3.4, 0.5], [0.0, 3.0, 1.3, 0.0]])).tolist() == [
        [0, 2, 3, 2],
        [1, 3, 3, 1],
    ]


def test_bins_need_bounds() -> None:
    with pytest.raises(EngineError, match="bin_boundaries"):
        Discretization(num_bins=3)([1.0])
    with pytest.raises(EngineError, match="Cannot adapt"):
        Discretization([1.0]).adapt([2.0])
    for arguments in ({}, {"num_bins": 3, "bin_boundaries": [1.0]}, {"num_bins": -1}):
        with pytest.raises(ParamError):
            Discretization(**arguments)
    with pytest.raises(ParamError, match="sparse"):
        Discretization([1.0], output_mode="one_hot", sparse=True)


def test_being_told_of_training_changes_nothing() -> None:
    for layer, given in (
        (Discretization([0.0, 1.0]), np.array([-1.0, 0.5, 2.0])),
        (CategoryEncoding(3), np.array([0, 2])),
        (Hashing(4), ["a", "b"]),
        (Hashing(4), np.array([1, 2])),
    ):
        assert torch.equal(layer(given, training=True), layer(given))
