"""Sounds in folders of ``.wav`` files, as loaders that ``fit`` takes."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from engine.errors import EngineError, ParamError
from engine.utils.dataset_utils import check_arguments
from engine.utils.directories import _loaders


def audio_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int | None = 32,
    sampling_rate: int | None = None,
    output_sequence_length: int | None = None,
    ragged: bool = False,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    verbose: bool = True,
) -> Any:
    """Return a torch ``DataLoader`` of the ``.wav`` files below ``directory``, one class for each subfolder.

    Batches are (sounds, labels): float32 from -1 to 1 of shape (batch, steps, channels).  Sounds are cut or
    filled with zeros to ``output_sequence_length``, without it filled to the longest of the batch; with
    ``sampling_rate`` they are brought to that many steps a second (through their spectrum, without
    aliasing).  Raises ``ParamError``, and ``EngineError`` for files that are no PCM sound.  Keras:
    ``keras.utils.audio_dataset_from_directory``.
    """
    check_arguments(labels, label_mode, class_names, validation_split, subset, shuffle, seed)
    if ragged:
        raise ParamError(
            "Cannot set `ragged` to True: there are no ragged tensors here. Sounds are filled with zeros to "
            "the longest of their batch, or to `output_sequence_length`.",
            code="param",
            param="ragged",
            got=ragged,
        )
    for name, value in (
        ("sampling_rate", sampling_rate), ("output_sequence_length", output_sequence_length),
    ):  # fmt: skip
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value <= 0):
            raise ParamError(
                f"`{name}` should be higher than 0. Received: {name}={value}",
                code="param",
                param=name,
                got=value,
            )

    def read(path: str) -> np.ndarray[Any, Any]:
        sound, rate = read_wav(path)
        if sampling_rate is not None and sampling_rate != rate:
            sound = resampled(sound, round(len(sound) * sampling_rate / rate))
        return sound if output_sequence_length is None else _filled(sound, output_sequence_length)

    files = (directory, labels, class_names, label_mode, (".wav",), "audio files")
    return _loaders(
        files, read, batch_size, shuffle, seed, validation_split, subset, follow_links, verbose, _batch
    )


def read_wav(path: Any) -> tuple[np.ndarray[Any, Any], int]:
    """Return the sound of a ``.wav`` file, float32 of shape (steps, channels) from -1 to 1, and its steps a
    second; raises ``EngineError`` for files of other kinds.
    """
    try:
        with wave.open(str(path)) as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            raw = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise EngineError(f"{path} is no .wav file with PCM sound: {error}", code="sound") from None
    if width == 3:  # three bytes each, low byte first: shifted into four
        parts = np.frombuffer(raw, np.uint8).reshape(-1, 3)
        whole = np.zeros((len(parts), 4), np.uint8)
        whole[:, 1:] = parts
        values = whole.view("<i4").ravel() / 2.0**31
    elif width == 1:  # without a sign
        values = (np.frombuffer(raw, np.uint8).astype("float32") - 128.0) / 128.0
    else:
        values = np.frombuffer(raw, f"<i{width}") / 2.0 ** (8 * width - 1)
    return values.astype("float32").reshape(-1, channels), rate


def resampled(sound: np.ndarray[Any, Any], steps: int) -> np.ndarray[Any, Any]:
    """Return a sound (steps, channels) in another number of steps, of the same spectrum."""
    spectrum = np.fft.rfft(sound, axis=0)
    made = np.zeros((steps // 2 + 1, sound.shape[1]), spectrum.dtype)
    count = min(len(made), len(spectrum))
    made[:count] = spectrum[:count]
    return (np.fft.irfft(made, steps, axis=0) * (steps / max(len(sound), 1))).astype("float32")


def _filled(sound: np.ndarray[Any, Any], steps: int) -> np.ndarray[Any, Any]:
    cut = sound[:steps]
    return np.pad(cut, ((0, steps - len(cut)), (0, 0)))


def _batch(samples: list[Any]) -> Any:
    bare = isinstance(samples[0], np.ndarray)
    sounds = samples if bare else [sound for sound, _ in samples]
    longest = max(len(sound) for sound in sounds)
    made = torch.as_tensor(np.stack([_filled(sound, longest) for sound in sounds]))
    return made if bare else (made, torch.as_tensor(np.stack([label for _, label in samples])))
