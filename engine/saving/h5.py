"""Numbers in HDF5 files, in Keras' layout: ``layers/dense/vars/0``.

What is read comes from a stranger's file: links out of the file, data kept elsewhere and arrays that claim
far more than the file holds are refused.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

import numpy as np
import torch

from engine.errors import EngineError

_LARGE = 1 << 32
_EXPANSION = 1000
"""An array beyond 4 GiB may be at most this many times larger than what the file stores of it."""


def h5py_module() -> Any:
    """Return the module ``h5py``; raises ``ImportError`` with what to do where it is not installed."""
    try:
        import h5py
    except ImportError:
        raise ImportError(
            "Files of the kinds .keras and .h5 need the package h5py: pip install 'bunon[h5]'. "
            "Weights alone can be saved without it, as .safetensors."
        ) from None
    return h5py


class Entry(MutableMapping[str, Any]):
    """The numbers of one layer or optimizer in a file, by name; what ``save_own_variables`` is given."""

    def __init__(self, group: Any) -> None:
        self._group = group

    def __setitem__(self, name: str, value: Any) -> None:
        self.put(self._group, name, value)

    @staticmethod
    def put(group: Any, name: str, value: Any) -> None:
        """Write one array into a group; bfloat16, which numpy has not, as its bytes with a mark."""
        if isinstance(value, torch.Tensor):
            value = value.detach().cpu().contiguous()
            if value.dtype is torch.bfloat16:
                raw = value.view(torch.int16).numpy().view("V2")
                group.create_dataset(name, data=raw).attrs["dtype"] = "bfloat16"
                return
            value = value.numpy()
        elif hasattr(value, "numpy"):
            value = value.numpy()
        group[name] = np.asarray(value)

    def __getitem__(self, name: str) -> Any:
        return _array(self._group, name)

    def __delitem__(self, name: str) -> None:
        del self._group[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._group)

    def __len__(self) -> int:
        return len(self._group)

    def __contains__(self, name: object) -> bool:
        return name in self._group


class Writer:
    """A new HDF5 file."""

    def __init__(self, target: Any) -> None:
        self._file = h5py_module().File(target, "w")

    def make(self, path: str, metadata: Mapping[str, Any] | None = None) -> Entry:
        """Return the empty entry for what lies at ``path`` in the model."""
        group = self._file.create_group(f"{path}/vars" if path else "vars")
        for name, value in (metadata or {}).items():
            group.attrs[name] = value
        return Entry(group)

    def get(self, path: str) -> Entry:
        """Nothing is read while writing."""
        raise EngineError("Weights are being written, not read.")

    def has_path(self, path: str) -> bool:
        """Return whether anything was written at ``path``."""
        return path in self._file

    @property
    def root(self) -> Any:
        """The file's outermost group."""
        return self._file

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class Reader:
    """An HDF5 file to read from; raises ``EngineError`` (a ``ValueError``) where it is none or not whole."""

    def __init__(self, source: Any, what: Any = None) -> None:
        self.what = str(source if what is None else what)
        try:
            self._file = h5py_module().File(source, "r")
        except FileNotFoundError:
            raise
        except OSError as error:
            raise EngineError(f"{self.what} is no whole HDF5 file: {error}", code="weights_file") from None

    def get(self, path: str) -> Entry:
        """Return the entry at ``path``; an empty one where the file has none."""
        group = group_at(self._file, f"{path}/vars" if path else "vars")
        return Entry({} if group is None else group)

    def make(self, path: str, metadata: Mapping[str, Any] | None = None) -> Entry:
        """Nothing is written while reading."""
        raise EngineError("Weights are being read, not written.")

    def has_path(self, path: str) -> bool:
        """Return whether the file has anything at ``path``."""
        return path in self._file

    @property
    def root(self) -> Any:
        """The file's outermost group."""
        return self._file

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _refuse_link(parent: Any, name: str) -> None:
    h5py = h5py_module()
    kind = parent.get(name, default=None, getclass=True, getlink=True)
    if kind in (h5py.ExternalLink, h5py.SoftLink):
        raise EngineError(
            f"The file holds a link ({kind.__name__}) at '{name}', which may lead elsewhere: it is not read.",
            code="weights_file",
        )


def group_at(parent: Any, path: str) -> Any:
    """Return the group at ``path`` inside ``parent``, or ``None``; links are refused."""
    h5py = h5py_module()
    for name in path.split("/"):
        if name not in parent:
            return None
        _refuse_link(parent, name)
        parent = parent[name]
        if not isinstance(parent, h5py.Group):
            raise EngineError(
                f"The file holds an array where '{path}' should be a group.", code="weights_file"
            )
    return parent


def _array(group: Any, name: str) -> Any:
    if name not in group:
        raise KeyError(name)
    if isinstance(group, dict):
        return group[name]
    parent, _, name = name.rpartition("/")
    if parent:
        group = group_at(group, parent)
    h5py = h5py_module()
    _refuse_link(group, name)
    dataset = group[name]
    if not isinstance(dataset, h5py.Dataset):
        raise EngineError(f"The file holds a group where '{name}' should be an array.", code="weights_file")
    if dataset.external or dataset.is_virtual:
        kind = "virtual" if dataset.is_virtual else "external"
        raise EngineError(
            f"The array '{name}' of the file is {kind}: it lies in another file and is not read.",
            code="weights_file",
        )
    declared = math.prod(dataset.shape) * dataset.dtype.itemsize
    if declared > _LARGE and declared > _EXPANSION * dataset.id.get_storage_size():
        raise EngineError(
            f"The array '{name}' claims {declared} bytes but the file stores "
            f"{dataset.id.get_storage_size()} of them: it looks like a shape bomb and is not read.",
            code="weights_file",
        )
    try:
        found: np.ndarray[Any, Any] = dataset[()]
    except OSError as error:
        raise EngineError(
            f"The array '{name}' of the file is damaged: {error}", code="weights_file"
        ) from None
    if dataset.attrs.get("dtype") == "bfloat16":
        return torch.from_numpy(np.asarray(found).view("int16")).view(torch.bfloat16)
    return found if isinstance(found, np.ndarray) else np.asarray(found)
