"""Files of the user's own: MNIST, CIFAR and tables."""

from __future__ import annotations

import gzip
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest

from engine.datasets import cifar10, cifar100, csv, mnist

RNG = np.random.default_rng(0)


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def test_mnist_comes_from_npz_and_idx(tmp_path: Path) -> None:
    x, y = RNG.integers(0, 256, (5, 28, 28), "uint8"), RNG.integers(0, 10, 5, "uint8")
    np.savez(tmp_path / "mnist.npz", x_train=x, y_train=y, x_test=x[:2], y_test=y[:2])
    folder = tmp_path / "idx"
    folder.mkdir()
    (folder / "train-images-idx3-ubyte").write_bytes(idx(x))
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(y)))
    (folder / "t10k-images-idx3-ubyte").write_bytes(idx(x[:2]))
    (folder / "t10k-labels-idx1-ubyte").write_bytes(idx(y[:2]))
    for path in (tmp_path / "mnist.npz", folder):
        (x_train, y_train), (x_test, y_test) = mnist.load_data(path)
        for found, wanted in ((x_train, x), (y_train, y), (x_test, x[:2]), (y_test, y[:2])):
            np.testing.assert_array_equal(found, wanted)
    (folder / "t10k-labels-idx1-ubyte").write_bytes(idx(y)[:-1])
    with pytest.raises(ValueError, match="not whole"):
        mnist.load_data(folder)
    with pytest.raises(ValueError, match="Nothing is downloaded"):
        mnist.load_data(tmp_path / "nowhere.npz")
    np.savez(tmp_path / "bad.npz", x_train=np.asarray([{}], dtype=object))
    with pytest.raises(ValueError, match=r"no \.npz file"):
        mnist.load_data(tmp_path / "bad.npz")


def test_cifar_comes_from_folder_and_archive(tmp_path: Path) -> None:
    rows = RNG.integers(0, 10, (4, 3073), "uint8")
    for name in (*(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin"):
        (tmp_path / name).write_bytes(rows.tobytes())
    with tarfile.open(tmp_path / "c.tar.gz", "w:gz") as archive:
        for path in tmp_path.glob("*.bin"):
            archive.add(path, f"cifar-10-batches-bin/{path.name}")
    for path in (tmp_path, tmp_path / "c.tar.gz"):
        (x, y), (x_test, y_test) = cifar10.load_data(path)
        assert (x.shape, y.shape, x_test.shape) == ((20, 32, 32, 3), (20, 1), (4, 32, 32, 3))
        assert x_test[1, 2, 3, 2] == rows[1, 1 + 2 * 1024 + 2 * 32 + 3]
        np.testing.assert_array_equal(y_test[:, 0], rows[:, 0])
    (tmp_path / "test_batch.bin").write_bytes(b"half")
    with pytest.raises(ValueError, match="not whole"):
        cifar10.load_data(tmp_path)


def test_cifar_100_has_two_labels_and_pickles_are_refused(tmp_path: Path) -> None:
    rows = RNG.integers(0, 10, (3, 3074), "uint8")
    for name in ("train.bin", "test.bin"):
        (tmp_path / name).write_bytes(rows.tobytes())
    for column, mode in enumerate(("coarse", "fine")):
        (_, y), _ = cifar100.load_data(tmp_path, label_mode=mode)
        np.testing.assert_array_equal(y[:, 0], rows[:, column])
    with pytest.raises(ValueError, match="label_mode"):
        cifar100.load_data(tmp_path, label_mode="rough")
    python = tmp_path / "python"
    python.mkdir()
    (python / "data_batch_1").write_bytes(b"\x80\x04.")
    with pytest.raises(ValueError, match="pickles"):
        cifar10.load_data(python)


def test_a_table_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("size,kind,price\n1,b,10\n2,a,20\n3,b,30\n4,a,40\n")
    with pytest.raises(ValueError, match="'b' in column 'kind'"):
        csv.load_data(path)
    path.write_text("size,price,kind\n1,10,b\n2,20,a\n3,30,b\n4,40,a\n")
    (x, y), (x_test, _) = csv.load_data(path, target="kind", test_split=0.25, seed=None)
    np.testing.assert_array_equal(x, [[1, 10], [2, 20], [3, 30]])
    np.testing.assert_array_equal(y, [1, 0, 1])
    assert len(x_test) == 1
    path.write_text("size,price\n1,10\n2,20\n")
    (_, y), _ = csv.load_data(path, test_split=0.0, seed=None)
    np.testing.assert_array_equal(y, [[10], [20]])
    with pytest.raises(ValueError, match="Did you mean 'price'"):
        csv.load_data(path, target="prize")
    path.write_text("a,b\n1\n")
    with pytest.raises(ValueError, match="Line 2"):
        csv.load_data(path)
