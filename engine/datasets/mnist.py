"""MNIST: 70,000 handwritten digits (LeCun, Cortes, Burges 1998), from a user's own files."""

from __future__ import annotations

from typing import Any

from engine.datasets._files import Part
from engine.datasets._local import existing, read_idx, read_npz


def load_data(path: Any = "mnist.npz") -> tuple[Part, Part]:
    """Return ``(x_train, y_train), (x_test, y_test)`` of the files at ``path``.

    ``path`` is Keras' ``mnist.npz`` or a folder with the four idx files, gzipped or not.  x is uint8 of
    shape (rows, 28, 28), y uint8 of shape (rows,).  Raises ``EngineError`` where they are missing or not
    whole; nothing is downloaded.  Keras: ``keras.datasets.mnist``.
    """
    found = existing(path, "mnist.npz, or the four idx files in a folder,")
    if found.is_dir():
        parts = []
        for name in ("train-images", "train-labels", "t10k-images", "t10k-labels"):
            kind = "idx3" if "images" in name else "idx1"
            files = sorted(found.glob(f"{name}?{kind}-ubyte*"))
            parts.append(read_idx(existing(files[0] if files else found / f"{name}-{kind}-ubyte", "it")))
    else:
        parts = read_npz(found, ("x_train", "y_train", "x_test", "y_test"))
    return (parts[0], parts[1]), (parts[2], parts[3])
