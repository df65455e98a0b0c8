"""CIFAR-100: 60,000 small pictures of a hundred things (Krizhevsky 2009), from a user's own files."""

from __future__ import annotations

from typing import Any

from engine.datasets._files import Part
from engine.datasets._local import existing, read_cifar
from engine.errors import ParamError


def load_data(path: Any = "cifar-100-binary.tar.gz", label_mode: str = "fine") -> tuple[Part, Part]:
    """Return ``(x_train, y_train), (x_test, y_test)`` of the binary version at ``path``.

    ``path`` is ``cifar-100-binary.tar.gz`` or the folder in it; ``label_mode`` "fine" gives the hundred
    classes, "coarse" the twenty groups.  x is uint8 of shape (rows, 32, 32, 3), y uint8 of shape (rows, 1).
     Raises as ``cifar10`` does.  Keras: ``keras.datasets.cifar100``.
    """
    if label_mode not in ("fine", "coarse"):
        raise ParamError(
            f'`label_mode` must be one of "fine", "coarse". Received: label_mode={label_mode}.', code="param"
        )
    found = existing(path, "the binary version, cifar-100-binary.tar.gz,")
    column = slice(1, 2) if label_mode == "fine" else slice(0, 1)
    (x, y), (x_test, y_test) = (read_cifar(found, (name,), 2) for name in ("train.bin", "test.bin"))
    return (x, y[:, column]), (x_test, y_test[:, column])
