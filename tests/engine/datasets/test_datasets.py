"""Every dataset loads with the shapes, dtypes and values that its documentation states."""

import numpy as np
import pytest

from engine import datasets
from engine.datasets import _files
from engine.errors import EngineError

CASES = [
    ("digits", (8, 8, 1), "float32", (), "int64", 1797, 0, 16),
    ("wine", (13,), "float32", (), "int64", 178, 0.13, 1680),
    ("iris", (4,), "float32", (), "int64", 150, 0.1, 7.9),
    ("breast_cancer", (30,), "float32", (), "int64", 569, 0, 4254),
    ("diabetes", (10,), "float32", (1,), "float32", 442, 1, 301),
    ("auto_mpg", (7,), "float32", (1,), "float32", 392, 1, 5140),
    ("sunspots", (24, 1), "float32", (1,), "float32", 285, 0, 190.2),
    ("fashion_mnist", (28, 28), "uint8", (), "uint8", 6000, 0, 255),
]


@pytest.mark.parametrize(("name", "x_shape", "x_dtype", "y_shape", "y_dtype", "rows", "low", "high"), CASES)
def test_shapes_and_ranges(name, x_shape, x_dtype, y_shape, y_dtype, rows, low, high):
    (x_train, y_train), (x_test, y_test) = getattr(datasets, name).load_data()
    assert len(x_train) + len(x_test) == rows
    for x, y in ((x_train, y_train), (x_test, y_test)):
        assert len(x) == len(y) > 0
        assert (x.shape[1:], x.dtype) == (x_shape, x_dtype)
        assert (y.shape[1:], y.dtype) == (y_shape, y_dtype)
        assert np.isfinite(x).all()
        assert np.isfinite(y).all()
    x = np.concatenate([x_train, x_test])
    assert (x.min(), x.max()) == pytest.approx((low, high))


def test_every_module_is_tested():
    assert {case[0] for case in CASES} == set(datasets.BUNDLED)


def test_rows_stay_together_and_every_class_is_in_both_parts():
    (x_train, y_train), (x_test, y_test) = datasets.iris.load_data()
    assert np.bincount(np.concatenate([y_train, y_test])).tolist() == [50, 50, 50]
    assert set(y_train) == set(y_test) == {0, 1, 2}
    setosa = np.concatenate([x_train[y_train == 0], x_test[y_test == 0]])
    assert setosa[:, 2].max() == pytest.approx(1.9)  # no other iris has petals this short
    others = np.concatenate([x_train[y_train > 0], x_test[y_test > 0]])
    assert others[:, 2].min() == pytest.approx(3.0)


def test_seed_and_share_decide_the_split():
    first, again, other = (datasets.wine.load_data(test_split=0.5, seed=seed) for seed in (1, 1, 2))
    assert len(first[1][0]) == 89
    np.testing.assert_array_equal(first[0][0], again[0][0])
    assert not np.array_equal(first[0][0], other[0][0])


def test_sunspots_keep_the_order_of_time():
    (x_train, y_train), (x_test, _) = datasets.sunspots.load_data(steps=3)
    assert x_train[0, :, 0].tolist() == [5, 11, 16]
    assert y_train[0].tolist() == [23]
    assert x_train[1, -1] == y_train[0]
    assert x_test[0, -1] == y_train[-1]


@pytest.mark.parametrize("steps", [0, 309])
def test_sunspots_refuse_windows_that_do_not_fit(steps):
    with pytest.raises(EngineError, match="from 1 to 308"):
        datasets.sunspots.load_data(steps=steps)


def test_a_share_above_one_is_refused():
    with pytest.raises(EngineError, match="test_split"):
        datasets.iris.load_data(test_split=30)


def test_a_missing_file_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(_files, "resources_path", lambda: tmp_path)
    with pytest.raises(EngineError, match=r"iris\.csv"):
        datasets.iris.load_data()
