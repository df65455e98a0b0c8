"""Reads files that a user has: arrays, MNIST's idx files, CIFAR's binary files.  Nothing is unpickled."""

from __future__ import annotations

import gzip
import struct
import tarfile
from pathlib import Path
from typing import Any

import numpy as np

from engine.datasets._files import Array
from engine.errors import EngineError


def existing(path: Any, what: str) -> Path:
    """Return ``path``; raises ``EngineError`` with where the data can be had from, if nothing is there."""
    found = Path(path)
    if not found.exists():
        raise EngineError(
            f"There is nothing at {found}. Nothing is downloaded: get {what} and give its path.",
            code="missing_file",
            path=str(found),
        )
    return found


def read_npz(path: Path, names: tuple[str, ...]) -> list[Array]:
    """Return arrays of an ``.npz`` file; raises ``EngineError`` where one is missing or holds objects."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return [file[name] for name in names]
    except (KeyError, ValueError, OSError) as error:
        raise EngineError(
            f"{path} is no .npz file with the arrays {', '.join(names)}: {error}", code="bad_file"
        ) from None


def read_idx(path: Path) -> Array:
    """Return the array in an idx file, gzipped or not.  Format: http://yann.lecun.com/exdb/mnist/."""
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    rank = data[3] if len(data) > 3 else 0
    if len(data) < 4 + 4 * rank or data[:3] != b"\x00\x00\x08":
        raise EngineError(f"{path} is no idx file of bytes.", code="bad_file", path=str(path))
    shape = struct.unpack(f">{rank}I", data[4 : 4 + 4 * rank])
    values: Array = np.frombuffer(data, "uint8", offset=4 + 4 * rank)
    if values.size != int(np.prod(shape)):
        raise EngineError(
            f"{path} should hold {int(np.prod(shape))} bytes and holds {values.size}: it is not whole.",
            code="bad_file",
            path=str(path),
        )
    return values.reshape(shape).copy()


def read_cifar(path: Path, names: tuple[str, ...], labels: int) -> tuple[Array, Array]:
    """Return pictures (rows, 32, 32, 3) and labels (rows, ``labels``) of CIFAR's binary files.

    ``path`` is the folder of them or the archive.  Format: https://www.cs.toronto.edu/~kriz/cifar.html.
    """
    row = labels + 3072
    parts = []
    for name in names:
        data = _member(path, name)
        if not data or len(data) % row:
            raise EngineError(f"{name} in {path} is not whole.", code="bad_file", path=str(path))
        parts.append(np.frombuffer(data, "uint8").reshape(-1, row))
    rows = np.concatenate(parts)
    pictures = rows[:, labels:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(pictures), rows[:, :labels].copy()


def _member(path: Path, name: str) -> bytes:
    if path.is_dir():
        file = next(iter(sorted(path.rglob(name))), None)
        if file is not None:
            return file.read_bytes()
        others = [item.name for item in sorted(path.rglob("*")) if item.is_file()]
    else:
        try:
            with tarfile.open(path) as archive:
                for info in archive:
                    if info.isfile() and Path(info.name).name == name:
                        inner = archive.extractfile(info)
                        return inner.read() if inner is not None else b""
                others = [Path(item).name for item in archive.getnames()]
        except tarfile.TarError as error:
            raise EngineError(f"{path} is neither a folder nor a .tar.gz: {error}", code="bad_file") from None
    hint = ""
    if any(other in ("data_batch_1", "train", "batches.meta") for other in others):
        hint = " This is the Python version: pickles, which may run code. Get the binary version."
    raise EngineError(f"{path} has no file {name}.{hint}", code="missing_file", path=str(path))
