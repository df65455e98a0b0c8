"""Where runs are kept: ``NAME.runs/ID`` beside the file, or in the user's data folder while there is none."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np

from studio.data_source.reading import Dataset
from studio.document import files
from studio.document.catalog import Catalog
from studio.document.document import Document
from studio.runs.events import Status
from studio.translate.build import Built, build
from studio.translate.errors import TranslateError
from studio.translate.settings import training_settings

_STATUS = ("completed", "stopped", "failed")


@dataclass(frozen=True, eq=False)
class StoredRun:
    """A run as the folder has it.  ``document`` is the drawing as it was trained."""

    folder: Path
    document: Document
    status: Status
    history: dict[str, list[float]]
    score: dict[str, float] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    error: str = ""

    @property
    def run_id(self) -> str:
        """The folder's name, which begins with the date and time (UTC)."""
        return self.folder.name

    def changed(self, document: Document) -> bool:
        """Return whether a drawing differs from the trained one in more than places and zoom."""
        return _essence(document) != _essence(self.document)

    def restore(self, catalog: Catalog, dataset: Dataset) -> Built:
        """Return the trained model, without training; raises ``TranslateError`` if they do not fit."""
        from safetensors.numpy import load_file

        built = build(self.document, catalog, dataset)
        try:
            arrays = load_file(self.folder / "weights.safetensors")
            built.model.set_weights([arrays[key] for key in sorted(arrays)])
        except Exception as error:  # a damaged file may fail in any way; the drawing must live on
            raise TranslateError(
                f"The weights of the run {self.run_id} cannot be used: {error}",
                code="weights",
                run=self.run_id,
            ) from error
        return built


def runs_folder(path: Path | None) -> Path:
    """Return the folder for the runs of a document; of an unsaved one for ``None``."""
    if path is not None:
        return path.with_name(path.stem + ".runs")
    import platformdirs

    return Path(platformdirs.user_data_dir("bunon", "bunon")) / "unsaved.runs"


def save(
    folder: Path,
    document: Document,
    model: Any,
    *,
    status: Status,
    history: Mapping[str, list[float]],
    score: Mapping[str, float],
    error: str = "",
) -> str:
    """Write a run and return its id; the folder appears in one piece or not at all."""
    stamp = time.time_ns()
    run_id = time.strftime("%Y%m%d-%H%M%S", time.gmtime(stamp // 10**9)) + f"-{stamp % 10**9:09d}"
    part = folder / f".{run_id}.part"
    part.mkdir(parents=True)
    try:
        files.save(document, part / "document.bunon")
        settings = training_settings(document)
        _write(part / "history.json", {"history": dict(history), "score": dict(score)})
        facts = {"status": status, "error": error, "seed": settings.seed, "versions": _versions()}
        _write(part / "run.json", facts)
        save_weights(model, part / "weights.safetensors")
        os.replace(part, folder / run_id)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return run_id


def save_weights(model: Any, path: Path) -> None:
    """Write the weights in the order of ``get_weights``; their names begin with their number."""
    from safetensors.numpy import save_file

    pairs = zip(model.weights, model.get_weights(), strict=True)
    arrays = {
        f"{n:05d}/{weight.path}": np.ascontiguousarray(value) for n, (weight, value) in enumerate(pairs)
    }
    save_file(arrays, path)


def last_run(path: Path | None) -> StoredRun | None:
    """Return the latest run of a document that can be read, or ``None``."""
    folder = runs_folder(path)
    try:
        names = sorted(name for name in os.listdir(folder) if not name.startswith("."))[::-1]
    except OSError:  # there is no such folder, or it may not be read
        return None
    return next((run for name in names if (run := _read(folder / name)) is not None), None)


def _read(folder: Path) -> StoredRun | None:
    try:
        facts = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        numbers = json.loads((folder / "history.json").read_text(encoding="utf-8"))
        history = {str(key): [float(n) for n in row] for key, row in numbers["history"].items()}
        score = {str(key): float(n) for key, n in numbers["score"].items()}
        versions = {str(key): str(each) for key, each in facts["versions"].items()}
        status = facts["status"]
        if status not in _STATUS:
            return None
        document = files.load(folder / "document.bunon")
    except (OSError, ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError):
        return None  # not a run, or one that was damaged: the one before it may do
    return StoredRun(
        folder, document, cast("Status", status), history, score, versions, str(facts.get("error", ""))
    )


def _essence(document: Document) -> dict[str, Any]:
    data = json.loads(files.dumps(document))
    return {key: value for key, value in data.items() if key != "view"}


def _versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": sys.version.split()[0]}
    for package in ("bunon", "torch", "numpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def _write(path: Path, data: object) -> None:
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
