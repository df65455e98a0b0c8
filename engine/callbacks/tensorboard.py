"""Logs for TensorBoard, written by tensorboardX."""

from __future__ import annotations

import json
import os
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from engine.callbacks.callback import Callback
from engine.errors import ParamError


class TensorBoard(Callback):
    """Writes what TensorBoard shows: losses and metrics by epoch (and batch), the graph, histograms of
    weights.

    Below ``log_dir`` the numbers of training lie in ``train``, those of validation in ``validation``.
    ``histogram_freq`` writes the weights every so many epochs (``write_images``: as pictures too);
    ``update_freq`` "batch", or a number of batches, writes the numbers of batches as well;
    ``write_steps_per_second`` the speed; ``embeddings_freq`` the tables of Embedding layers, for the
    projector, their rows named by the lines of ``embeddings_metadata``, a file or a dict of files by layer.
    There is no
    profiler: ``profile_batch`` is 0.  Needs the package tensorboardX.  Keras:
    ``keras.callbacks.TensorBoard``.
    """

    def __init__(
        self,
        log_dir: str | Path = "logs",
        histogram_freq: int = 0,
        write_graph: bool = True,
        write_images: bool = False,
        write_steps_per_second: bool = False,
        update_freq: str | int = "epoch",
        profile_batch: Any = 0,
        embeddings_freq: int = 0,
        embeddings_metadata: Any = None,
    ) -> None:
        super().__init__()
        if profile_batch:
            raise ParamError(
                "Profiling is not yet available with the torch backend: TensorBoard takes profile_batch=0. "
                f"Received: profile_batch={profile_batch}",
                code="param",
            )
        self.log_dir = str(log_dir)
        self.histogram_freq = histogram_freq
        self.write_graph = write_graph
        self.write_images = write_images
        self.write_steps_per_second = write_steps_per_second
        self.update_freq: str | int = 1 if update_freq == "batch" else update_freq
        self.embeddings_freq = embeddings_freq
        self.embeddings_metadata = embeddings_metadata
        self._train_dir = os.path.join(self.log_dir, "train")
        self._val_dir = os.path.join(self.log_dir, "validation")
        self._writers: dict[str, Any] = {}
        self._global_train_batch = 0
        self._batch_begun = self._epoch_begun = 0.0
        self._steps_before = 0
        if (
            self.update_freq != "epoch"
        ):  # hooks of batches cost something, so they are there only where asked for
            hooks: Any = self
            hooks.on_train_batch_begin, hooks.on_train_batch_end = self._batch_begin, self._batch_end

    def _writer(self, folder: str) -> Any:
        if folder not in self._writers:
            try:
                from tensorboardX import SummaryWriter
            except ImportError:
                raise ImportError(
                    "The TensorBoard callback needs the package tensorboardX: "
                    "pip install 'bunon[tensorboard]'."
                ) from None
            self._writers[folder] = SummaryWriter(folder)
        return self._writers[folder]

    def set_model(self, model: Any) -> None:
        """Take the model and write its graph; raises ``ParamError`` for metadata of layers it has not."""
        super().set_model(model)
        self._close()
        if self.embeddings_freq and isinstance(self.embeddings_metadata, Mapping):
            names = [layer.name for layer in self._embeddings()]
            unknown = [name for name in self.embeddings_metadata if name not in names]
            if unknown:
                raise ParamError(
                    "Unrecognized `Embedding` layer names passed to `keras.callbacks.TensorBoard` "
                    f"`embeddings_metadata` argument: {unknown}. The model has {names}.",
                    code="param",
                )
        if self.embeddings_freq:
            self._write_projector()
        if self.write_graph and model.built and getattr(model, "inputs", None):
            self._write_graph()

    def _write_graph(self) -> None:
        writer = self._writer(self._train_dir)
        from tensorboardX.proto.summary_pb2 import Summary, SummaryMetadata
        from tensorboardX.proto.tensor_pb2 import TensorProto

        try:
            text = self.model.to_json()
        except (TypeError, ValueError) as error:
            warnings.warn(f"Model failed to serialize as JSON. Ignoring... {error}", stacklevel=3)
            return
        plugin = SummaryMetadata.PluginData(plugin_name="graph_keras_model", content=b"1")
        tensor = TensorProto(dtype="DT_STRING", string_val=[text.encode()])
        metadata = SummaryMetadata(plugin_data=plugin)
        value = Summary.Value(tag="keras", metadata=metadata, tensor=tensor)
        writer.file_writer.add_summary(Summary(value=[value]), 0)

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        self._global_train_batch = 0
        self._writer(self._train_dir)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        self._close()

    def _close(self) -> None:
        for writer in self._writers.values():
            writer.close()
        self._writers.clear()

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        self._epoch_begun, self._steps_before = time.perf_counter(), int(self.model.optimizer.iterations)

    def _batch_begin(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        self._global_train_batch += 1
        self._batch_begun = time.perf_counter()

    def _batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        step = self._global_train_batch
        if step % int(self.update_freq):
            return
        writer = self._writer(self._train_dir)
        if self.write_steps_per_second:
            passed = max(time.perf_counter() - self._batch_begun, 1e-9)
            writer.add_scalar("batch_steps_per_second", 1.0 / passed, step)
        for name, value in (logs or {}).items():
            writer.add_scalar(f"batch_{name}", value, step)

    def on_test_end(self, logs: Mapping[str, Any] | None = None) -> None:
        optimizer = self.model.optimizer
        if optimizer is None:
            return
        writer = self._writer(self._val_dir)
        for name, value in (logs or {}).items():
            writer.add_scalar(f"evaluation_{name}_vs_iterations", value, int(optimizer.iterations))
        writer.flush()

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        found = dict(logs or {})
        train = {name: value for name, value in found.items() if not name.startswith("val_")}
        optimizer = self.model.optimizer
        if found:
            train["learning_rate"] = float(optimizer.learning_rate)
            if self.write_steps_per_second:
                passed = max(time.perf_counter() - self._epoch_begun, 1e-9)
                train["steps_per_second"] = (int(optimizer.iterations) - self._steps_before) / passed
        for name, value in train.items():
            self._writer(self._train_dir).add_scalar(f"epoch_{name}", value, epoch)
        for name in found.keys() - train.keys():
            self._writer(self._val_dir).add_scalar(f"epoch_{name[4:]}", found[name], epoch)
        if self.histogram_freq and epoch % self.histogram_freq == 0:
            self._write_weights(epoch)
        if self.embeddings_freq and epoch % self.embeddings_freq == 0:
            self._write_embeddings(epoch)
        for writer in self._writers.values():
            writer.flush()

    def _write_weights(self, epoch: int) -> None:
        writer = self._writer(self._train_dir)
        for layer in self.model.layers:
            for weight in layer.weights:
                name, values = weight.path.replace(":", "_"), np.asarray(weight.numpy())
                writer.add_histogram(f"{name}/histogram", values, epoch)
                picture = _picture(values) if self.write_images else None
                if picture is not None:
                    writer.add_images(f"{name}/image", picture, epoch, dataformats="NHWC")

    def _embeddings(self) -> list[Any]:
        from engine.layers import Embedding

        return [layer for layer in self.model.layers if isinstance(layer, Embedding)]

    def _metadata_of(self, layer: Any) -> str | None:
        given = self.embeddings_metadata
        return given.get(layer.name) if isinstance(given, Mapping) else given

    def _write_projector(self) -> None:
        """Write which tables the projector shows, as Keras does; the tables lie in the folder of training."""
        lines = []
        for layer in self._embeddings():
            lines += [
                "embeddings {",
                '  tensor_name: "layer_with_weights-0/embeddings/.ATTRIBUTES/VARIABLE_VALUE"',
            ]
            if file := self._metadata_of(layer):
                lines.append(f"  metadata_path: {json.dumps(str(file))}")
            lines.append("}")
        folder = Path(self.log_dir)
        folder.mkdir(parents=True, exist_ok=True)
        text = "".join(f"{line}\n" for line in lines)
        (folder / "projector_config.pbtxt").write_text(text, encoding="utf-8")

    def _write_embeddings(self, epoch: int) -> None:
        for layer in self._embeddings():
            file = self._metadata_of(layer)
            labels = self._labels(file) if file else None
            table = np.asarray(layer.embeddings.numpy())
            self._writer(self._train_dir).add_embedding(table, labels, tag=layer.name, global_step=epoch)

    def _labels(self, file: str) -> list[str] | None:
        """Return the lines of a file of labels, which may lie in the log directory; a missing one ends no
        training.
        """
        for path in (Path(file), Path(self.log_dir) / file):
            if path.is_file():
                return path.read_text(encoding="utf-8").splitlines()
        warnings.warn(
            f"TensorBoard: the file of labels {file!r} (embeddings_metadata) is neither there nor in the log "
            "directory; the embeddings are written without labels.",
            stacklevel=2,
        )
        return None


def _picture(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any] | None:
    """Return a weight as pictures from 0 to 1 (count, height, width, channels), or ``None`` if it is
    none.
    """
    values = np.squeeze(values)
    if values.ndim == 1:
        values = values[None, :, None, None]
    elif values.ndim == 2:
        values = (values.T if values.shape[0] > values.shape[1] else values)[None, :, :, None]
    elif values.ndim == 3:
        values = values.transpose(2, 0, 1)[..., None]
    if values.ndim != 4 or values.shape[-1] not in (1, 3, 4):
        return None
    low, high = float(values.min()), float(values.max())
    scaled: np.ndarray[Any, Any] = (values - low) / ((high - low) or 1.0)
    return scaled
