"""Whole models in one file: Keras 3's ``.keras``, a zip of structure, weights and assets."""

from __future__ import annotations

import io
import json
import time
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.errors import EngineError
from engine.keras_version import KERAS_VERSION
from engine.saving import describe, state
from engine.saving.assets import AssetFolder
from engine.saving.files import allowed, replacing
from engine.saving.h5 import Reader, Writer
from engine.saving.limits import checked

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"


def save_model(
    model: Any, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any
) -> None:
    """Write structure, weights, optimizer and compile arguments of ``model`` to a ``.keras`` file.

    The ending ``.h5`` (``.hdf5``) writes the format of older Keras, the optimizer too unless
    ``include_optimizer=False``.

    ``filepath`` is a path, or a binary file open for writing.  With ``zipped=False`` it names a folder for
    the same files.  A whole file takes the place of an old one in one step.  Raises ``EngineError`` for
    other endings and where ``overwrite`` is False and the file exists, ``ImportError`` without the package
    h5py.
    Keras: ``keras.saving.save_model``.
    """
    if kwargs.pop("save_format", None) and not str(filepath).endswith((".keras", ".h5", ".hdf5")):
        raise EngineError(
            "The `save_format` argument is deprecated in Keras 3: the ending of the path says the format. "
            f"Give a path that ends in `.keras`. Received: filepath={filepath}",
            code="param",
        )
    include_optimizer = bool(kwargs.pop("include_optimizer", True))
    if kwargs:
        raise EngineError(f"The following argument(s) are not supported: {list(kwargs)}", code="param")
    if isinstance(filepath, io.IOBase):
        _write(model, filepath)
        return
    path = Path(filepath)
    if zipped is False:
        if path.suffix == ".keras":
            raise EngineError(
                "When using zipped=False, the filepath names a folder and should not end in .keras. "
                f"Received: filepath={filepath}",
                code="param",
            )
        _write_folder(model, path)
        return
    if path.suffix in (".h5", ".hdf5"):
        from engine.saving import legacy_h5

        allowed(path, overwrite)
        legacy_h5.save_model(model, path, include_optimizer, KERAS_VERSION)
        return
    if path.suffix != ".keras":
        raise EngineError(
            "Invalid filepath extension for saving: expected a `.keras` extension, as in 'model.keras', or "
            f"`.h5` for the format of older Keras. Received: filepath={filepath}",
            code="param",
        )
    allowed(path, overwrite)
    with replacing(path) as part, part.open("wb") as file:
        _write(model, file)


def _texts(model: Any) -> tuple[str, str]:
    if not model.built:
        warnings.warn(
            "You are saving a model that has not yet been built: the file may hold no weights. Call "
            "the model on a batch of data before saving.",
            stacklevel=5,
        )
    saved = time.strftime("%Y-%m-%d@%H:%M:%S")
    return describe.to_json(model), json.dumps({"keras_version": KERAS_VERSION, "date_saved": saved})


def _write(model: Any, file: Any) -> None:
    config, metadata = _texts(model)
    buffer = io.BytesIO()
    weights, assets = Writer(buffer), AssetFolder()
    try:
        state.save(model, weights, assets)
        weights.close()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(METADATA, metadata)
            archive.writestr(CONFIG, config)
            archive.writestr(WEIGHTS, buffer.getbuffer())
            assets.pack(archive)
    finally:
        weights.close()
        assets.close()


def _write_folder(model: Any, folder: Path) -> None:
    config, metadata = _texts(model)
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / WEIGHTS) as part:
        weights, assets = Writer(str(part)), AssetFolder(folder / "assets")
        try:
            state.save(model, weights, assets)
        finally:
            weights.close()
    for name, text in ((METADATA, metadata), (CONFIG, config)):
        with replacing(folder / name) as part:
            part.write_text(text, encoding="utf-8")


def load_model(
    filepath: Any,
    custom_objects: Mapping[str, Any] | None = None,
    compile: bool = True,
    safe_mode: bool = True,
) -> Any:
    """Return the model in a ``.keras`` file, whoever wrote it: this engine or Keras 3.

    ``custom_objects`` gives the classes and functions of your own by name; ``compile`` restores optimizer
    (with its state), losses and metrics.  Nothing in the file is run: a stored ``Lambda`` with code is
    refused, and unknown classes too, with a word on what to do.  Also reads folders of ``save_model(...,
    zipped=False)``, open files, and ``.h5`` files of older Keras.  Raises ``EngineError`` (a
    ``ValueError``) for files that are damaged or not a model.  Keras: ``keras.saving.load_model``.
    """
    if isinstance(filepath, io.IOBase):
        return _read(filepath, "the file", custom_objects, compile, safe_mode)
    path = Path(filepath)
    if path.is_dir() and (path / CONFIG).is_file():
        return _read_folder(path, custom_objects, compile, safe_mode)
    if path.suffix in (".h5", ".hdf5"):
        from engine.saving import legacy_h5

        return legacy_h5.load_model(path, custom_objects, compile, safe_mode)
    if path.suffix != ".keras":
        raise EngineError(
            "File format not supported: invalid filename, expected a `.keras` extension. "
            f"Received: filepath={filepath}",
            code="param",
        )
    if not path.exists():
        raise EngineError(
            f"File not found: filepath={filepath}. Please ensure the file is an accessible `.keras` zip "
            "file.",
            code="no_file",
        )
    with path.open("rb") as file:
        return _read(file, path, custom_objects, compile, safe_mode)


def _read(file: Any, what: Any, custom_objects: Any, compile: bool, safe_mode: bool) -> Any:
    try:
        archive = zipfile.ZipFile(file)
    except zipfile.BadZipFile as error:
        raise EngineError(
            f"{what} is no whole .keras file (a zip archive): {error}", code="archive"
        ) from None
    with archive:
        model = describe.from_json(checked(archive, CONFIG), custom_objects, compile, safe_mode)
        weights = Reader(io.BytesIO(checked(archive, WEIGHTS)), f"{WEIGHTS} in {what}")
        try:
            assets = AssetFolder.unpacked(archive)
            try:
                _take(model, weights, assets, what)
            finally:
                if assets is not None:
                    assets.close()
        finally:
            weights.close()
    return model


def _read_folder(folder: Path, custom_objects: Any, compile: bool, safe_mode: bool) -> Any:
    model = describe.from_json((folder / CONFIG).read_bytes(), custom_objects, compile, safe_mode)
    if not (folder / WEIGHTS).is_file():
        raise EngineError(f"The folder {folder} has no {WEIGHTS}.", code="no_file")
    weights = Reader(str(folder / WEIGHTS))
    try:
        assets = folder / "assets"
        _take(model, weights, AssetFolder(assets) if assets.is_dir() else None, folder)
    finally:
        weights.close()
    return model


def _take(model: Any, weights: Reader, assets: AssetFolder | None, what: Any) -> None:
    loading = state.Loading(weights, assets)
    loading.load(model)
    loading.finish(what)
