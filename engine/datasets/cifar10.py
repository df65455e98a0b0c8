"""CIFAR-10: 60,000 small pictures of ten things (Krizhevsky 2009), from a user's own files."""

from __future__ import annotations

from typing import Any

from engine.datasets._files import Part
from engine.datasets._local import existing, read_cifar

CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def load_data(path: Any = "cifar-10-binary.tar.gz") -> tuple[Part, Part]:
    """Return ``(x_train, y_train), (x_test, y_test)`` of the binary version at ``path``.

    ``path`` is ``cifar-10-binary.tar.gz`` or the folder in it.  x is uint8 of shape (rows, 32, 32, 3), y
    uint8 of shape (rows, 1), numbers of ``CLASSES``.  Raises ``EngineError`` where files are missing, and
    for the Python version, which is pickled.  Keras: ``keras.datasets.cifar10``.
    """
    found = existing(path, "the binary version, cifar-10-binary.tar.gz,")
    train = read_cifar(found, tuple(f"data_batch_{number}.bin" for number in range(1, 6)), 1)
    return train, read_cifar(found, ("test_batch.bin",), 1)
