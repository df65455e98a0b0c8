"""Weights in several HDF5 files of a limited size, and a JSON file that says what lies where."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.errors import EngineError
from engine.saving.files import replacing
from engine.saving.h5 import Entry, Reader, Writer


def _index_path(path: Path) -> Path:
    return path if path.suffix == ".json" else path.with_suffix(".json")


class _ShardEntry(Entry):
    """An entry whose arrays go to the shard that has room for them."""

    def __init__(self, writer: ShardWriter, path: str, metadata: Mapping[str, Any] | None) -> None:
        self._writer, self._path, self._metadata = writer, path, metadata
        super().__init__({})

    def __setitem__(self, name: str, value: Any) -> None:
        self._writer.put(self._path, name, value, self._metadata)
        self._group[name] = value


class ShardWriter:
    """Shards ``NAME_00000.weights.h5``, ... of at most ``max_shard_size`` GB, and the JSON file
    ``NAME.json``.
    """

    def __init__(self, path: Path, max_shard_size: float) -> None:
        self._index = _index_path(path)
        self._base = path.stem.replace(".weights", "")
        self._limit = float(max_shard_size) * 1024**3
        self._map: dict[str, list[str]] = {}
        self._total = 0
        self._used = 0
        self._count = 0
        self._name = ""
        self._file: Writer | None = None

    def _next(self) -> Writer:
        self.close()
        self._name = f"{self._base}_{self._count:05}.weights.h5"
        self._count += 1
        self._used = 0
        self._file = Writer(str(self._index.with_name(self._name)))
        return self._file

    def make(self, path: str, metadata: Mapping[str, Any] | None = None) -> Entry:
        """Return the empty entry for what lies at ``path`` in the model."""
        return _ShardEntry(self, path, metadata)

    def put(self, path: str, name: str, value: Any, metadata: Mapping[str, Any] | None) -> None:
        """Write one array into the present shard, or into a new one; raises ``EngineError`` if it is too
        large.
        """
        tensor = value if isinstance(value, torch.Tensor) else torch.as_tensor(np.asarray(value))
        size = math.prod(tensor.shape) * tensor.element_size()
        if size > self._limit:
            raise EngineError(
                f"The weight '{path}/{name}' has {size} bytes, which exceeds the maximum shard size of "
                f"{self._limit:.0f} bytes. Make max_shard_size larger.",
                code="param",
            )
        file = self._file
        if file is None or self._used + size > self._limit:
            file = self._next()
        self._used += size
        self._total += size
        place = f"/{path}/vars" if path else "/vars"
        group = file.root.require_group(place)
        for key, item in (metadata or {}).items():
            group.attrs[key] = item
        Entry.put(group, name, value)
        names = self._map.setdefault(place, [])
        if self._name not in names:
            names.append(self._name)

    def get(self, path: str) -> Entry:
        """Nothing is read while writing."""
        raise EngineError("Weights are being written, not read.")

    def has_path(self, path: str) -> bool:
        """Return whether anything was written at ``path``."""
        return any(place.startswith(f"/{path}/") for place in self._map)

    def finish(self) -> None:
        """Write the file that says what lies where."""
        found = {place: names[0] if len(names) == 1 else names for place, names in self._map.items()}
        text = json.dumps({"metadata": {"total_size": self._total}, "weight_map": found}, indent=4)
        with replacing(self._index) as part:
            part.write_text(text, encoding="utf-8")

    def close(self) -> None:
        """Finish the present shard."""
        if self._file is not None:
            self._file.close()
            self._file = None


class _Joined(Entry):
    """An entry whose arrays lie in several shards."""

    def __init__(self, entries: list[Entry]) -> None:
        super().__init__({})
        self._home = {name: entry for entry in entries for name in entry}

    def __getitem__(self, name: str) -> Any:
        return self._home[name][name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._home)

    def __len__(self) -> int:
        return len(self._home)

    def __contains__(self, name: object) -> bool:
        return name in self._home


class ShardReader:
    """Shards to read from, opened when they are needed."""

    def __init__(self, path: Path) -> None:
        self._index = _index_path(path)
        try:
            self._map = dict(json.loads(self._index.read_text(encoding="utf-8"))["weight_map"])
        except (ValueError, KeyError, TypeError) as error:
            raise EngineError(
                f"{self._index} is no list of weights in shards: {error!r}", code="weights_file"
            ) from None
        self._open: dict[str, Reader] = {}

    def _shard(self, name: str) -> Reader:
        if Path(name).name != name:
            raise EngineError(f"{self._index} names a file elsewhere: '{name}'.", code="weights_file")
        if name not in self._open:
            self._open[name] = Reader(str(self._index.with_name(name)))
        return self._open[name]

    def get(self, path: str) -> Entry:
        """Return the entry at ``path``; an empty one where no shard has it."""
        names = self._map.get(f"/{path}/vars" if path else "/vars", [])
        found = [self._shard(name).get(path) for name in ([names] if isinstance(names, str) else names)]
        return found[0] if len(found) == 1 else _Joined(found)

    def make(self, path: str, metadata: Mapping[str, Any] | None = None) -> Entry:
        """Nothing is written while reading."""
        raise EngineError("Weights are being read, not written.")

    def has_path(self, path: str) -> bool:
        """Return whether any shard has something at ``path``."""
        return any(place.startswith(f"/{path}/") for place in self._map)

    def close(self) -> None:
        """Close all shards."""
        for reader in self._open.values():
            reader.close()
