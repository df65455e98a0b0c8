"""Files in the cache, sounds in folders, graphs for Graphviz."""

from __future__ import annotations

import hashlib
import io
import sys
import tarfile
import wave
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import engine
from engine import layers
from engine.utils import audio_dataset_from_directory, get_file, model_to_dot
from engine.utils.audio import read_wav, resampled


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "datasets"


def test_files_are_copied_once_and_checked(cache: Path, tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text("first")
    good = hashlib.sha256(b"first").hexdigest()
    assert get_file(origin=source.as_uri(), file_hash=good) == str(cache / "a.txt")
    source.write_text("second")
    assert Path(get_file("a.txt", origin=str(source))).read_text() == "first"
    assert Path(get_file("a.txt", origin=str(source), force_download=True)).read_text() == "second"
    source.write_text("first")
    assert Path(get_file(origin=str(source), file_hash=good)).read_text() == "first"
    md5 = hashlib.md5(b"first", usedforsecurity=False).hexdigest()
    assert Path(get_file(origin=str(source), md5_hash=md5)).read_text() == "first"
    with pytest.raises(ValueError, match="file hash does not match"):
        get_file("b.txt", origin=str(source), file_hash="0" * 64)
    assert not (cache / "b.txt").exists()


def test_nothing_is_fetched_from_a_network_but_the_cache_serves(cache: Path) -> None:
    with pytest.raises(ValueError, match="nothing is fetched") as caught:
        get_file(origin="https://example.org/x/data.csv")
    assert str(cache / "data.csv") in str(caught.value)
    (cache / "data.csv").write_text("1,2")
    assert Path(get_file(origin="https://example.org/x/data.csv")).read_text() == "1,2"
    for words, message in (
        ({}, 'specify the "origin"'),
        ({"origin": "https://example.org/"}, "Can't parse the file name"),
        ({"origin": "a", "fname": "x/y"}, "Paths are no longer accepted"),
        ({"origin": "/nowhere/at/all.txt"}, "There is no file"),
    ):
        with pytest.raises(ValueError, match=message):
            get_file(**words)


def packed(path: Path, kind: str, name: str = "inner.txt") -> Path:
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as members:
            members.writestr(name, "text")
    else:
        with tarfile.open(path, "w:gz") as members:
            info = tarfile.TarInfo(name)
            info.size = 4
            members.addfile(info, io.BytesIO(b"text"))
    return path


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_archives_are_unpacked(kind: str, cache: Path, tmp_path: Path) -> None:
    source = packed(tmp_path / f"set.{kind}", kind)
    folder = get_file(origin=str(source), extract=True)
    assert folder == str(cache / f"set.{kind}")
    assert (Path(folder) / "inner.txt").read_text() == "text"
    named = get_file(f"my.{kind}", origin=str(source), extract=True)
    assert named == str(cache / "my_extracted")
    assert (Path(named) / "inner.txt").read_text() == "text"


def test_strange_archives_leave_nothing_behind(cache: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be unpacked"):
        get_file("bad", origin=str(packed(tmp_path / "x.tar.gz", "tar.gz", "../../out.txt")), extract=True)
    assert not (cache / "bad").exists()
    get_file("zipped", origin=str(packed(tmp_path / "x.zip", "zip", "../../out.txt")), extract=True)
    assert not (tmp_path / "home" / "out.txt").exists()
    (tmp_path / "plain.txt").write_text("no archive")
    with pytest.warns(UserWarning, match="Could not extract archive"):
        get_file("plain", origin=str(tmp_path / "plain.txt"), untar=True)


def written(path: Path, values: np.ndarray[Any, Any], rate: int = 8000, width: int = 2) -> None:
    path.parent.mkdir(exist_ok=True)
    raw = np.round(values * (2 ** (8 * width - 1) - 1)).astype("<i8")
    if width == 1:
        raw = raw + 128
    data = raw.reshape(-1, 1).view(np.uint8)[:, :width].tobytes()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(values.shape[1] if values.ndim == 2 else 1)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(data)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_sounds_of_every_width_are_read(width: int, tmp_path: Path) -> None:
    values = np.linspace(-1, 1, 40).reshape(20, 2)
    written(tmp_path / "a.wav", values, width=width)
    found, rate = read_wav(tmp_path / "a.wav")
    assert (rate, found.dtype) == (8000, np.float32)
    np.testing.assert_allclose(found, values, atol=2.0 ** (2 - 8 * width) + 1e-6)


def test_folders_of_sounds_become_batches(tmp_path: Path) -> None:
    for index in range(8):
        length = 30 + index
        written(tmp_path / "ab"[index % 2] / f"{index}.wav", np.full(length, index / 10))
    data = audio_dataset_from_directory(
        tmp_path, batch_size=8, output_sequence_length=32, shuffle=False, verbose=False
    )
    sounds, labels = next(iter(data))
    assert (tuple(sounds.shape), sounds.dtype) == ((8, 32, 1), torch.float32)
    assert labels.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert data.class_names == ["a", "b"]
    np.testing.assert_allclose(sounds[:, 0, 0], [0, 0.2, 0.4, 0.6, 0.1, 0.3, 0.5, 0.7], atol=1e-4)
    assert float(sounds[0, 31, 0]) == 0.0
    plain = audio_dataset_from_directory(tmp_path, labels=None, batch_size=3, verbose=False, shuffle=False)
    assert [tuple(batch.shape) for batch in plain] == [(3, 34, 1), (3, 36, 1), (2, 37, 1)]
    two = audio_dataset_from_directory(
        tmp_path, label_mode="categorical", validation_split=0.25, subset="both", seed=1, verbose=False
    )
    assert [next(iter(part))[1].shape for part in two] == [(6, 2), (2, 2)]


def test_sounds_are_brought_to_another_rate(tmp_path: Path) -> None:
    time = np.arange(400) / 8000
    written(tmp_path / "a" / "tone.wav", 0.5 * np.sin(2 * np.pi * 200 * time))
    data = audio_dataset_from_directory(tmp_path, labels=None, sampling_rate=16000, verbose=False)
    found = next(iter(data))[0, :, 0]
    wanted = 0.5 * np.sin(2 * np.pi * 200 * np.arange(800) / 16000)
    np.testing.assert_allclose(found, wanted, atol=1e-3)
    assert resampled(np.ones((10, 2), "float32"), 5).tolist() == np.ones((5, 2)).tolist()


def test_wrong_words_about_sounds_are_told(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "no.wav").write_bytes(b"no sound at all")
    for words, message in (
        ({"ragged": True}, "Cannot set `ragged`"),
        ({"sampling_rate": 0}, "`sampling_rate` should be higher than 0"),
        ({"output_sequence_length": -1}, "`output_sequence_length` should be higher than 0"),
    ):
        with pytest.raises(ValueError, match=message):
            audio_dataset_from_directory(tmp_path, verbose=False, **words)
    with pytest.raises(ValueError, match=r"no \.wav file"):
        next(iter(audio_dataset_from_directory(tmp_path, verbose=False)))


def nested() -> Any:
    inner = engine.Sequential([layers.Input((4,)), layers.Dense(3, name="inside")], name="inner")
    entry = engine.Input((4,))
    return engine.Model(entry, layers.Dense(1, name="last")(inner(entry)))


def test_graphs_for_graphviz() -> None:
    pydot = pytest.importorskip("pydot")
    dot = model_to_dot(nested(), show_shapes=True, rankdir="LR")
    text = dot.to_string()
    assert isinstance(dot, pydot.Dot)
    assert "rankdir=LR" in text
    assert len(dot.get_edges()) == 2
    assert "last: Dense\\nin (None, 3)\\nout (None, 1)" in text
    whole = model_to_dot(nested(), expand_nested=True)
    assert [part.get_label() for part in whole.get_subgraphs()] == ["inner"]
    assert "inside: Dense" in whole.get_subgraphs()[0].to_string()
    assert isinstance(model_to_dot(nested(), subgraph=True), pydot.Cluster)
    with pytest.raises(ValueError, match="not yet been built"):
        model_to_dot(engine.Sequential([layers.Dense(1)]))


def test_without_pydot_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydot", None)
    with pytest.raises(ImportError, match="must install pydot"):
        model_to_dot(nested())
