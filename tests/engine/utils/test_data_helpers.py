"""Data from arrays, folders and time series, in the shapes and numbers of Keras."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import engine
from engine import layers, utils


@pytest.mark.parametrize("padding", ["pre", "post"])
@pytest.mark.parametrize("truncating", ["pre", "post"])
@pytest.mark.parametrize("maxlen", [None, 2])
def test_sequences_are_padded_as_in_keras(padding: str, truncating: str, maxlen: Any, keras: Any) -> None:
    rows = [[1], [2, 3, 4], [5, 6], []]
    options = {"maxlen": maxlen, "padding": padding, "truncating": truncating, "value": -1}
    found, wanted = (k.utils.pad_sequences(rows, **options) for k in (engine, keras))
    np.testing.assert_array_equal(found, wanted)
    assert found.dtype == wanted.dtype


def test_classes_and_norms_are_those_of_keras(keras: Any) -> None:
    labels = [[0], [2], [1]]
    np.testing.assert_array_equal(utils.to_categorical(labels), keras.utils.to_categorical(labels))
    x = np.arange(12.0).reshape(3, 4)
    for order in (1, 2, 3):
        np.testing.assert_allclose(utils.normalize(x, 1, order), keras.utils.normalize(x, 1, order))
    with pytest.raises(ValueError, match="num_classes=2"):
        utils.to_categorical([2], 2)


def test_windows_run_along_a_series() -> None:
    data = np.arange(20)
    found = utils.timeseries_dataset_from_array(
        data, data[6:], sequence_length=3, sampling_rate=2, sequence_stride=4, batch_size=2
    )
    x, y = (np.concatenate([np.asarray(part) for part in column]) for column in zip(*found, strict=True))
    np.testing.assert_array_equal(x, [[0, 2, 4], [4, 6, 8], [8, 10, 12], [12, 14, 16]])
    np.testing.assert_array_equal(y, [6, 10, 14, 18])
    part = utils.timeseries_dataset_from_array(data, None, 4, batch_size=None, start_index=5, end_index=9)
    assert [row.tolist() for row in (part[index] for index in range(len(part)))] == [[5, 6, 7, 8]]
    with pytest.raises(ValueError, match="sampling_rate"):
        utils.timeseries_dataset_from_array(data, None, 4, sampling_rate=0)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    for name, colour in (("cats", (255, 0, 0)), ("dogs", (0, 0, 255))):
        (tmp_path / name).mkdir()
        for number in range(5):
            Image.new("RGB", (6, 4), colour).save(tmp_path / name / f"{number}.png")
    (tmp_path / "cats" / "notes.txt").write_text("no picture")
    return tmp_path


def test_pictures_in_folders_train_a_model(pictures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options: dict[str, Any] = {"image_size": (4, 4), "batch_size": 3, "seed": 1, "validation_split": 0.4}
    train, validation = utils.image_dataset_from_directory(pictures, subset="both", **options)
    assert "Found 10 files belonging to 2 classes." in capsys.readouterr().out
    assert train.class_names == ["cats", "dogs"]
    assert (len(train.file_paths), len(validation.file_paths)) == (6, 4)
    assert not set(train.file_paths) & set(validation.file_paths)
    x, y = next(iter(train))
    assert (tuple(x.shape), tuple(y.shape)) == ((3, 4, 4, 3), (3,))
    np.testing.assert_array_equal(x[:, 0, 0, 2] == 255, y == 1)
    model = engine.Sequential([layers.Input((4, 4, 3)), layers.Flatten(), layers.Dense(2, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    history = model.fit(train, validation_data=validation, verbose=0)
    assert np.isfinite(history.history["val_loss"][0])


@pytest.mark.parametrize(("mode", "wanted"), [("categorical", (10, 2)), ("binary", (10, 1)), (None, None)])
def test_labels_come_as_asked(pictures: Path, mode: Any, wanted: Any) -> None:
    found = next(iter(utils.image_dataset_from_directory(
        pictures, label_mode=mode, color_mode="grayscale", pad_to_aspect_ratio=True, image_size=(8, 8),
        verbose=False,
    )))  # fmt: skip
    x = found if mode is None else found[0]
    assert tuple(x.shape) == (10, 8, 8, 1)
    assert float(x[:, 0].max()) == 0  # what was added above the picture
    if mode is not None:
        assert tuple(found[1].shape) == wanted


def test_texts_in_folders(tmp_path: Path) -> None:
    for name in ("bad", "good"):
        (tmp_path / name).mkdir()
        for number in range(2):
            (tmp_path / name / f"{number}.txt").write_text(f"{name} text")
    texts, labels = next(iter(utils.text_dataset_from_directory(tmp_path, max_length=4, verbose=False)))
    assert sorted(texts) == ["bad ", "bad ", "good", "good"]
    np.testing.assert_array_equal(texts == "good", labels == 1)
    with pytest.raises(ValueError, match="No text files"):
        utils.text_dataset_from_directory(tmp_path / "bad", verbose=False)
    with pytest.raises(ValueError, match="seed"):
        utils.text_dataset_from_directory(tmp_path, validation_split=0.5, subset="training")


def test_data_is_cut_in_two() -> None:
    x, y = np.arange(10), np.arange(10) * 2
    left, right = utils.split_dataset((x, y), left_size=0.7)
    assert (len(left), len(right)) == (7, 3)
    assert [int(part) for part in right[0]] == [7, 14]
    one, two = utils.split_dataset(x, right_size=4, shuffle=True, seed=0)
    assert sorted([*map(int, one), *map(int, two)]) == list(range(10))
    with pytest.raises(ValueError, match="At least one"):
        utils.split_dataset(x)
    with pytest.raises(ValueError, match="The sum"):
        utils.split_dataset(x, 6, 6)


def test_pictures_are_written_and_read(tmp_path: Path) -> None:
    x = np.random.default_rng(0).integers(0, 256, (4, 6, 3)).astype("float32")
    utils.save_img(tmp_path / "a.png", x, scale=False)
    np.testing.assert_array_equal(utils.img_to_array(utils.load_img(tmp_path / "a.png")), x)
    small = utils.load_img(tmp_path / "a.png", color_mode="grayscale", target_size=(2, 2))
    assert small.size == (2, 2)
    with pytest.raises(ValueError, match="rank 3"):
        utils.array_to_img(x[0])


@pytest.mark.parametrize("rankdir", ["TB", "LR"])
@pytest.mark.parametrize("ending", ["svg", "png"])
def test_models_are_drawn(rankdir: str, ending: str, tmp_path: Path) -> None:
    entry = layers.Input((8,), name="entry")
    inner = engine.Sequential([layers.Input((8,)), layers.Dense(4, name="inside")], name="inner")
    model = engine.Model(entry, layers.Concatenate()([inner(entry), layers.Dense(2, "relu")(entry), entry]))
    path = tmp_path / f"m.{ending}"
    utils.plot_model(
        model, path, show_shapes=True, show_layer_names=True, rankdir=rankdir, expand_nested=True,
        show_layer_activations=True, show_trainable=True, show_dtype=True,
    )  # fmt: skip
    if ending == "svg":
        text = path.read_text()
        assert all(word in text for word in ("entry: InputLayer", "inside: Dense", "(relu)", "(None, 14)"))
        assert text.count("<polyline") == 6
    else:
        with Image.open(path) as image:
            width, height = image.size
        assert (width > height) == (rankdir == "LR")
    with pytest.raises(ValueError, match=r"\.svg and \.png"):
        utils.plot_model(model, tmp_path / "m.pdf")


def test_a_bar_shows_means(capsys: pytest.CaptureFixture[str]) -> None:
    bar = utils.Progbar(4, stateful_metrics=["last"])
    for step in range(4):
        bar.add(1, [("mean", step), ("last", step)])
    line = capsys.readouterr().out.splitlines()[-1]
    assert "4/4" in line
    assert "mean: 1.5000 - last: 3.0000" in line


def test_a_tensor_knows_its_inputs() -> None:
    one, two, three = (layers.Input((2,)) for _ in range(3))
    found = utils.get_source_inputs(layers.Add()([layers.Dense(2)(one), two, one]))
    assert [id(tensor) for tensor in found] == [id(one), id(two)]
    assert utils.get_source_inputs(three) == [three]
