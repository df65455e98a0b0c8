"""Looking into files of weights, changing what lies where, and writing them again."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.errors import EngineError
from engine.saving import state
from engine.saving.files import replacing
from engine.saving.h5 import Entry, Reader, Writer, group_at, h5py_module
from engine.saving.limits import checked
from engine.utils.io_utils import print_msg

Tree = dict[str, Any]


class KerasFileEditor:
    """The weights of a ``.keras`` or ``.weights.h5`` file as nested dicts, to be looked at and changed.

    For files of a model that has changed since: ``compare`` tells what does not fit, objects and weights are
    renamed, added and deleted, and ``save`` writes a ``.weights.h5`` file.  ``weights_dict`` holds the
    arrays, ``config`` and ``metadata`` what a ``.keras`` file says of the model.  Raises ``EngineError`` (a
    ``ValueError``) for other files, names that are not there and names that are there twice.  Keras:
    ``keras.saving.KerasFileEditor``.
    """

    def __init__(self, filepath: Any) -> None:
        self.filepath = str(filepath)
        self.config: dict[str, Any] | None = None
        self.metadata: dict[str, Any] | None = None
        self.object_metadata: dict[str, dict[str, Any]] = {}
        reader = self._reader()
        try:
            self.weights_dict = self._read(reader.root, "")
        finally:
            reader.close()
        print_msg(f"Keras model file '{self.filepath}'")
        saved: dict[str, Any] = dict(self.metadata or {})
        if saved:
            print_msg(f"Saved with Keras {saved.get('keras_version')} - date: {saved.get('date_saved')}")

    def _reader(self) -> Reader:
        if self.filepath.endswith(".weights.h5"):
            return Reader(self.filepath)
        if not self.filepath.endswith(".keras"):
            raise EngineError(
                "Invalid filename: expected a `.keras` or `.weights.h5` extension. "
                f"Received: filepath={self.filepath}",
                code="param",
            )
        with zipfile.ZipFile(self.filepath) as archive:
            self.config = json.loads(checked(archive, "config.json"))
            self.metadata = json.loads(checked(archive, "metadata.json"))
            return Reader(io.BytesIO(checked(archive, "model.weights.h5")), self.filepath)

    def _read(self, group: Any, path: str) -> Tree:
        """Return what lies in a group; the arrays of an object lie beside the objects inside it."""
        made: Tree = {}
        for name in group:
            if _is_array(group, name):
                made[name] = Entry(group)[name]
                continue
            inner = group_at(group, name)
            if name == "vars":
                if inner.attrs:
                    self.object_metadata[path] = dict(inner.attrs)
                made |= self._read(inner, path)
                continue
            found = self._read(inner, f"{path}/{name}" if path else name)
            if found:
                made[name] = found
        return made

    # -- looking -----------------------------------------------------------------------------------

    def summary(self) -> None:
        """Print objects and weights with their shapes and types."""
        for line in self._lines(self.weights_dict, "", "  "):
            print_msg(line)

    def _lines(self, tree: Tree, path: str, before: str) -> Iterator[str]:
        for index, (name, value) in enumerate(tree.items()):
            last = index == len(tree) - 1
            line = f"{before}{'└─' if last else '├─'} {name}"
            if not isinstance(value, dict):
                yield f"{line}: shape={tuple(value.shape)}, dtype={value.dtype}"
                continue
            inside = f"{path}/{name}" if path else name
            known = self.object_metadata.get(inside, {}).get("name")
            yield line if known is None else f"{line} ('{known}')"
            yield from self._lines(value, inside, before + ("    " if last else "│   "))

    def compare(self, reference_model: Any) -> dict[str, Any]:
        """Print what of the file does not fit ``reference_model``, and return it in numbers: ``status``
        (``"success"`` or ``"error"``), ``error_count`` and ``match_count``.
        """
        shapes = _Shapes()
        state.save(reference_model, shapes, None)
        wanted = dict(_flat(shapes.tree()))
        there = {path: tuple(value.shape) for path, value in _flat(self.weights_dict)}
        problems = _missing(wanted, self.weights_dict, "reference model", "saved file")
        problems += _missing(there, shapes.tree(), "saved file", "reference model")
        matches = 0
        for path in wanted.keys() & there.keys():
            if wanted[path] == there[path]:
                matches += 1
            else:
                problems.append(
                    f"Weight shape mismatch for /{path}: {wanted[path]} in reference model, {there[path]} in "
                    "saved file"
                )
        for problem in problems:
            print_msg(f"...{problem}")
        good = not problems
        print_msg(
            f"Comparison successful: saved file is compatible with the reference model, {matches} weights."
            if good
            else f"Found {len(problems)} errors: saved file is not compatible with the reference model."
        )
        return {
            "status": "success" if good else "error",
            "error_count": len(problems),
            "match_count": matches,
        }

    # -- changing ----------------------------------------------------------------------------------

    def rename_object(self, object_name: str, new_name: str) -> None:
        """Give the object at ``object_name`` (its name or whole path) another name."""
        if "/" in new_name:
            raise EngineError(
                "Argument `target_name` should be a leaf name, not a full path name. "
                f"Received: target_name='{new_name}'",
                code="param",
            )

        def rename(tree: Tree, name: str) -> None:
            tree[new_name] = tree.pop(name)

        self._edit(rename, object_name)

    def delete_object(self, object_name: str) -> None:
        """Remove the object at ``object_name`` (its name or whole path) with all inside it."""
        self._edit(lambda tree, name: tree.pop(name), object_name)

    def add_object(self, object_path: str, weights: Mapping[str, Any]) -> None:
        """Add an object at ``object_path`` with ``weights``: arrays by name (``"0"``, ``"1"``, ...)."""
        _check_weights(weights)
        *above, name = object_path.split("/")
        tree = self.weights_dict
        for part in above:
            if not isinstance(tree.get(part), dict):
                raise EngineError(f"Path '{'/'.join(above)}' not found in model.", code="path")
            tree = tree[part]
        tree[name] = dict(weights)

    def delete_weight(self, object_name: str, weight_name: str) -> None:
        """Remove one weight of the object at ``object_name``."""

        def delete(tree: Tree, name: str) -> None:
            if weight_name not in tree[name]:
                raise EngineError(
                    f"Weight {weight_name} not found in object {object_name}. Weights found: "
                    f"{list(tree[name])}",
                    code="path",
                )
            del tree[name][weight_name]

        self._edit(delete, object_name)

    def add_weights(self, object_name: str, weights: Mapping[str, Any]) -> None:
        """Add weights, arrays by name, to the object at ``object_name``; those of the same name go."""
        _check_weights(weights)
        self._edit(lambda tree, name: tree[name].update(weights), object_name)

    def _edit(self, change: Callable[[Tree, str], Any], place: str) -> None:
        *above, name = place.split("/")
        if above:
            tree: Any = self.weights_dict
            for part in above:
                tree = tree.get(part) if isinstance(tree, dict) else None
            if not isinstance(tree, dict) or name not in tree:
                raise EngineError(f"Path '{place}' not found in model.", code="path")
            change(tree, name)
            return
        homes = [tree for tree in _trees(self.weights_dict) if name in tree]
        if not homes:
            raise EngineError(
                f"Source name '{name}' does not appear in the model. Use `editor.summary()` to list all "
                "objects.",
                code="path",
            )
        if len(homes) > 1:
            raise EngineError(
                f"Name '{name}' occurs more than once in the model; try passing a complete path.", code="path"
            )
        change(homes[0], name)

    # -- writing -----------------------------------------------------------------------------------

    def save(self, filepath: Any) -> None:
        """Write the weights to a ``.weights.h5`` file."""
        if not str(filepath).endswith(".weights.h5"):
            raise EngineError(
                "Invalid `filepath` argument: expected a `.weights.h5` extension. "
                f"Received: filepath={filepath}",
                code="param",
            )
        with replacing(Path(filepath)) as part:
            writer = Writer(str(part))
            try:
                self._write(writer, self.weights_dict, "")
            finally:
                writer.close()

    resave_weights = save

    def _write(self, writer: Writer, tree: Tree, path: str) -> None:
        arrays = {name: value for name, value in tree.items() if not isinstance(value, dict)}
        entry = writer.make(path, self.object_metadata.get(path)) if arrays else {}
        for name, value in arrays.items():
            entry[name] = value
        for name, value in tree.items():
            if isinstance(value, dict):
                self._write(writer, value, f"{path}/{name}" if path else name)


class _Shapes:
    """Where a model "saves" the shapes of its weights alone."""

    def __init__(self) -> None:
        self._entries: dict[str, dict[str, Any]] = {}

    def make(self, path: str, metadata: Mapping[str, Any] | None = None) -> Any:
        """Return the dict that keeps what lies at ``path``."""
        return self._entries.setdefault(path, {})

    def get(self, path: str) -> Any:
        """Return what lies at ``path``."""
        return self._entries.get(path, {})

    def has_path(self, path: str) -> bool:
        """Return whether anything lies at ``path``."""
        return path in self._entries

    def tree(self) -> Tree:
        """Return the shapes as nested dicts."""
        made: Tree = {}
        for path, entry in self._entries.items():
            if not entry:
                continue
            tree = made
            for part in path.split("/") if path else ():
                tree = tree.setdefault(part, {})
            tree |= {name: tuple(value.shape) for name, value in entry.items()}
        return made


def _is_array(group: Any, name: str) -> bool:
    """Return whether an array lies under ``name``, without following a link."""
    h5py = h5py_module()
    link = group.get(name, getclass=True, getlink=True)
    return link is h5py.HardLink and group.get(name, getclass=True) is h5py.Dataset


def _check_weights(weights: Any) -> None:
    if not isinstance(weights, dict):
        raise EngineError(
            "Argument `weights` should be a dict where keys are weight names (usually '0', '1', etc.) and "
            f"values are NumPy arrays. Received: type(weights)={type(weights)}",
            code="param",
        )


def _trees(tree: Tree) -> Iterator[Tree]:
    yield tree
    for value in tree.values():
        if isinstance(value, dict):
            yield from _trees(value)


def _flat(tree: Tree, path: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        place = f"{path}/{name}" if path else name
        if isinstance(value, dict):
            yield from _flat(value, place)
        else:
            yield place, value


def _missing(known: Mapping[str, Any], other: Tree, here: str, there: str) -> list[str]:
    """Return a line for each outermost object or weight of ``known`` that ``other`` has not."""
    lines: dict[str, str] = {}
    for path in known:
        tree: Any = other
        parts = path.split("/")
        for count, part in enumerate(parts, 1):
            if not isinstance(tree, dict) or part not in tree:
                place = "/".join(parts[:count])
                kind = "Weight" if count == len(parts) else "Object"
                lines[place] = f"{kind} /{place} present in {here}, missing from {there}"
                break
            tree = tree[part]
    return list(lines.values())
