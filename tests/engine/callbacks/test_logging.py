"""TensorBoard files and a remote monitor: what is written and sent."""

from __future__ import annotations

import http.server
import json
import struct
import threading
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from engine import callbacks, layers

X = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
Y = X[:, :1].copy()


def model() -> Any:
    engine.utils.set_random_seed(1)
    made = engine.Sequential([layers.Input((4,)), layers.Dense(3, name="first"), layers.Dense(1)])
    made.compile("sgd", "mse", metrics=["mae"])
    return made


def tags(folder: Path) -> dict[str, list[Any]]:
    """Read the events of a folder: tag to the values written under it."""
    from tensorboardX.proto.event_pb2 import Event

    found: dict[str, list[Any]] = {}
    for path in sorted(folder.glob("events.*")):
        data = path.read_bytes()
        while data:
            (size,) = struct.unpack("<Q", data[:8])
            for value in Event.FromString(data[12 : 12 + size]).summary.value:
                kind = value.WhichOneof("value")
                found.setdefault(value.tag, []).append(getattr(value, kind))
            data = data[16 + size :]
    return found


def test_tensorboard_shows_epochs_batches_weights_and_the_graph(tmp_path: Path) -> None:
    pytest.importorskip("tensorboardX")
    board = callbacks.TensorBoard(
        tmp_path, histogram_freq=1, write_images=True, update_freq="batch", write_steps_per_second=True
    )
    made = model()
    history = made.fit(X, Y, batch_size=8, epochs=2, verbose=0, validation_data=(X, Y), callbacks=[board])
    train, validation = tags(tmp_path / "train"), tags(tmp_path / "validation")
    assert train["epoch_loss"] == pytest.approx(history.history["loss"])
    assert validation["epoch_mae"] == pytest.approx(history.history["val_mae"])
    assert len(validation["evaluation_loss_vs_iterations"]) == 2
    assert len(train["batch_loss"]) == 4
    assert train["batch_loss"][1] == pytest.approx(history.history["loss"][0])
    assert all(speed > 0 for speed in train["epoch_steps_per_second"])
    assert len(train["epoch_learning_rate"]) == 2
    histogram = next(tag for tag in train if tag.endswith("first/kernel/histogram"))
    assert histogram.replace("histogram", "image") in {tag.rpartition("/")[0] for tag in train} | set(train)
    assert json.loads(train["keras"][0].string_val[0])["class_name"] == "Sequential"


def test_tensorboard_hooks_into_batches_only_where_they_are_written() -> None:
    made = callbacks.CallbackList([callbacks.TensorBoard()])
    assert not made.watches("on_train_batch_end")
    assert callbacks.CallbackList([callbacks.TensorBoard(update_freq=5)]).watches("on_train_batch_end")
    with pytest.raises(ValueError, match="Profiling is not yet available"):
        callbacks.TensorBoard(profile_batch=2)


def test_the_projector_gets_the_tables_of_words(tmp_path: Path) -> None:
    pytest.importorskip("tensorboardX")
    words = tmp_path / "words.tsv"
    words.write_text("a\nb\nc\n")
    made = engine.Sequential([layers.Input((2,), dtype="int32"), layers.Embedding(3, 2, name="words")])
    made.compile("sgd", "mse")
    board = callbacks.TensorBoard(tmp_path / "logs", embeddings_freq=1, embeddings_metadata={"words": words})
    made.fit(np.zeros((4, 2), "int32"), np.zeros((4, 2, 2)), verbose=0, callbacks=[board])
    config = (tmp_path / "logs" / "train" / "projector_config.pbtxt").read_text()
    assert "words" in config
    shown = (tmp_path / "logs" / "projector_config.pbtxt").read_text().splitlines()
    assert shown == [
        "embeddings {",
        '  tensor_name: "layer_with_weights-0/embeddings/.ATTRIBUTES/VARIABLE_VALUE"',
        f"  metadata_path: {json.dumps(str(words))}",
        "}",
    ]
    with pytest.raises(ValueError, match="Unrecognized"):
        callbacks.TensorBoard(tmp_path, embeddings_freq=1, embeddings_metadata={"none": words}).set_model(
            made
        )


@pytest.fixture
def server() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    got: list[tuple[str, str]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            got.append((self.headers["Content-Type"], body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{made.server_port}", got
        made.shutdown()
        thread.join()


def test_a_server_is_told(server: Any) -> None:
    root, got = server
    made = model()
    both = [callbacks.RemoteMonitor(root), callbacks.RemoteMonitor(root, send_as_json=True)]
    history = made.fit(X, Y, verbose=0, callbacks=both)
    form, sent = (body for _, body in got)
    assert json.loads(urllib.parse.parse_qs(form)["data"][0]) == json.loads(sent)
    assert json.loads(sent)["epoch"] == 0
    assert json.loads(sent)["loss"] == pytest.approx(history.history["loss"][0])
    assert got[1][0] == "application/json"


def test_a_server_that_is_not_there_is_a_warning() -> None:
    with pytest.warns(UserWarning, match="Could not reach"):
        callbacks.RemoteMonitor("http://127.0.0.1:9").on_epoch_end(0, {"loss": np.float32(1)})
    with pytest.raises(ValueError, match="http"):
        callbacks.RemoteMonitor("file:///etc")
