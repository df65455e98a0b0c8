"""Weights alone in files: ``.weights.h5`` in Keras' layout, in shards too, and ``.safetensors``."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from engine.errors import EngineError, NotBuiltError
from engine.models import weights as safetensors_files
from engine.saving import state
from engine.saving.files import allowed, replacing
from engine.saving.h5 import Reader, Writer
from engine.saving.limits import checked
from engine.saving.shards import ShardReader, ShardWriter


def save_weights(
    model: Any,
    filepath: Any,
    overwrite: bool = True,
    max_shard_size: float | None = None,
    objects_to_skip: Any = None,
) -> None:
    """Write the weights of ``model``; the ending of ``filepath`` says how.

    ``.weights.h5`` is Keras' own layout, the optimizer's state included; ``.safetensors`` holds the weights
    by name.  With ``max_shard_size`` (GB), ``.weights.json`` lists the ``.weights.h5`` files among which
    they are shared out.  ``objects_to_skip`` are layers to leave out.  Raises ``EngineError`` for other
    endings and ``NotBuiltError`` for a model without weights.  Keras: ``Model.save_weights``.
    """
    name = str(filepath)
    if name.endswith(".safetensors") and max_shard_size is None:
        safetensors_files.write(model._named_weights(), filepath, overwrite)
        return
    if max_shard_size is None and not name.endswith(".weights.h5"):
        raise EngineError(
            f"The filename must end in `.weights.h5`, or in `.safetensors`. Received: filepath={filepath}",
            code="param",
        )
    if max_shard_size is not None and not name.endswith(("weights.h5", "weights.json")):
        raise EngineError(
            "The filename must end in `.weights.json` when `max_shard_size` is specified. "
            f"Received: filepath={filepath}",
            code="param",
        )
    _need_weights(model, "saving")
    allowed(filepath, overwrite)
    skip = list(objects_to_skip or ())
    if max_shard_size is not None:
        shards = ShardWriter(Path(filepath), max_shard_size)
        try:
            state.save(model, shards, None, skip)
            shards.finish()
        finally:
            shards.close()
        return
    with replacing(filepath) as part:
        writer = Writer(str(part))
        try:
            state.save(model, writer, None, skip)
        finally:
            writer.close()


def load_weights(
    model: Any,
    filepath: Any,
    skip_mismatch: bool = False,
    objects_to_skip: Any = None,
    by_name: Any = None,
    **kwargs: Any,
) -> None:
    """Set the weights of ``model`` from a file of ``save_weights``, of Keras, or a whole ``.keras`` model.

    Where a layer's weights do not fit, nothing changes and ``EngineError`` tells all of them; with
    ``skip_mismatch`` those layers are left as they are, with a warning.  ``.h5`` files of older Keras are
    read too, ``by_name`` by the names of their layers.  Keras: ``Model.load_weights``.
    """
    if kwargs:
        raise EngineError(f"Invalid keyword arguments: {kwargs}", code="param")
    name = str(filepath)
    if objects_to_skip is not None and not name.endswith((".weights.h5", ".weights.json")):
        raise EngineError(
            f"`objects_to_skip` only supports loading '.weights.h5' files. Received: {filepath}", code="param"
        )
    legacy = name.endswith((".h5", ".hdf5")) and not name.endswith(".weights.h5")
    if by_name is not None and not legacy:
        raise EngineError(
            f"`by_name` only supports loading legacy '.h5' or '.hdf5' files. Received: {filepath}",
            code="param",
        )
    _need_weights(model, "loading")
    if name.endswith(".safetensors"):
        with torch.no_grad():
            safetensors_files.read_into(model._named_weights(), filepath, skip_mismatch)
        return
    with _untouched_by_failure(model):
        if legacy:
            from engine.saving import legacy_h5

            legacy_h5.load_weights(model, filepath, skip_mismatch, bool(by_name))
            return
        reader = _reader(filepath)
        try:
            loading = state.Loading(reader, None, objects_to_skip or ())
            loading.load(model)
        finally:
            reader.close()
        loading.finish(filepath, warn_only=skip_mismatch)


def _reader(filepath: Any) -> Reader | ShardReader:
    name = str(filepath)
    if name.endswith(".keras"):
        try:
            archive = zipfile.ZipFile(filepath)
        except zipfile.BadZipFile as error:
            raise EngineError(f"{filepath} is no whole .keras file: {error}", code="archive") from None
        with archive:
            return Reader(io.BytesIO(checked(archive, "model.weights.h5")), filepath)
    if name.endswith("weights.json"):
        return ShardReader(Path(filepath))
    if not name.endswith(".weights.h5"):
        raise EngineError(
            f"File format not supported: filepath={filepath}. Weights are read from .weights.h5, "
            ".weights.json, .keras, .safetensors and the .h5 files of older Keras.",
            code="param",
        )
    return Reader(name)


def _need_weights(model: Any, doing: str) -> None:
    if not model.built:
        raise NotBuiltError(
            f"You are {'loading weights into' if doing == 'loading' else 'saving'} a model that has not yet "
            f"been built. Model '{model.name}' has no weights yet: call it on some data or build it first.",
            code="not_built",
        )


@contextmanager
def _untouched_by_failure(model: Any) -> Iterator[None]:
    """Put all weights back where the block raises."""
    kept = [(weight, weight.detach().clone()) for weight in model.variables]
    optimizer = model.optimizer if model.optimizer is not None and model.optimizer.built else None
    before = [array.copy() for array in optimizer.get_weights()] if optimizer is not None else []
    try:
        yield
    except BaseException:
        with torch.no_grad():
            for weight, value in kept:
                weight.copy_(value)
        if optimizer is not None:
            optimizer.set_weights(before)
        raise
